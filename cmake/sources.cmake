# SPDX-License-Identifier: Apache-2.0
# mito_read_sources(FILE): sets, in the caller's scope, a list for every
# automake variable of the file, which holds plain assignments only.
function(mito_read_sources file)
  file(READ ${file} text)
  string(REGEX REPLACE "#[^\n]*" "" text "${text}")
  string(REGEX REPLACE "\\\\\n" " " text "${text}")
  string(REGEX MATCHALL "[^\n]+" lines "${text}")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^([a-z0-9_]+) = *(.*)$")
      message(FATAL_ERROR "${file}: not a plain assignment: ${line}")
    endif()
    set(name ${CMAKE_MATCH_1})
    string(REGEX MATCHALL "[^ \t]+" words "${CMAKE_MATCH_2}")
    set(${name} ${words} PARENT_SCOPE)
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
endfunction()
