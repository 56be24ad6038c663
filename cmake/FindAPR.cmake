# SPDX-License-Identifier: Apache-2.0
# Finds APR 1.7 or newer and gives the target APR::APR.
#
# A CMake package of APR's own goes first (vcpkg has one). Else pkg-config is
# asked, and last the folders of CMAKE_PREFIX_PATH are searched.
#   APR_DLL   on Windows, the DLL that programs need beside them, if found
if(TARGET APR::APR)
  return()
endif()
include(FindPackageHandleStandardArgs)

# The packages call the shared target apr::libapr-1, the static apr::apr-1.
find_package(apr CONFIG QUIET)
foreach(target apr::libapr-1 apr::apr-1)
  if(TARGET ${target} AND NOT TARGET APR::APR)
    add_library(APR::APR INTERFACE IMPORTED)
    set_property(TARGET APR::APR PROPERTY INTERFACE_LINK_LIBRARIES ${target})
    set(APR_FOUND TRUE)
  endif()
endforeach()
if(TARGET APR::APR)
  return()
endif()

if(NOT CMAKE_CROSSCOMPILING)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(PC_APR QUIET apr-1)
  endif()
endif()
find_path(APR_INCLUDE_DIR apr_pools.h
  HINTS ${PC_APR_INCLUDE_DIRS} PATH_SUFFIXES apr-1 apr-1.0)
find_library(APR_LIBRARY NAMES libapr-1 apr-1 HINTS ${PC_APR_LIBRARY_DIRS})
mark_as_advanced(APR_INCLUDE_DIR APR_LIBRARY)

if(APR_INCLUDE_DIR AND EXISTS ${APR_INCLUDE_DIR}/apr_version.h)
  file(STRINGS ${APR_INCLUDE_DIR}/apr_version.h lines
    REGEX "^#define APR_(MAJOR|MINOR|PATCH)_VERSION +[0-9]+")
  string(REGEX REPLACE "[^0-9;]" "" APR_VERSION "${lines}")
  string(REPLACE ";" "." APR_VERSION "${APR_VERSION}")
endif()
find_package_handle_standard_args(APR
  REQUIRED_VARS APR_LIBRARY APR_INCLUDE_DIR VERSION_VAR APR_VERSION)

if(APR_FOUND)
  add_library(APR::APR UNKNOWN IMPORTED)
  set_target_properties(APR::APR PROPERTIES
    IMPORTED_LOCATION ${APR_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${APR_INCLUDE_DIR})
  if(PC_APR_CFLAGS_OTHER)
    set_property(TARGET APR::APR PROPERTY
      INTERFACE_COMPILE_OPTIONS ${PC_APR_CFLAGS_OTHER})
  endif()
  if(WIN32)
    get_filename_component(folder ${APR_LIBRARY} DIRECTORY)
    find_file(APR_DLL libapr-1.dll HINTS ${folder}/../bin NO_DEFAULT_PATH
      NO_CMAKE_FIND_ROOT_PATH)
    mark_as_advanced(APR_DLL)
  endif()
endif()
