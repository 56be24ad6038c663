# SPDX-License-Identifier: Apache-2.0
# CMake toolchain: clang-cl and lld-link in MSVC's manner, for 64-bit Windows
# on a POSIX machine, with headers and import libraries of Wine's in place of
# Microsoft's SDK (scripts/windows/make-sdk makes that folder).
#   -DWINDOWS_SDK=FOLDER       the stand-in for the SDK
#   -DWINDOWS_LLVM=FOLDER      where clang-cl and lld-link are
#   -DWINDOWS_RUNNER=PROGRAM   runs a Windows program (Wine)
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES
  WINDOWS_SDK WINDOWS_LLVM WINDOWS_RUNNER)
set(CMAKE_C_COMPILER ${WINDOWS_LLVM}/clang-cl)
set(CMAKE_C_COMPILER_TARGET x86_64-pc-windows-msvc)
set(CMAKE_LINKER ${WINDOWS_LLVM}/lld-link)
set(CMAKE_AR ${WINDOWS_LLVM}/llvm-lib)
set(CMAKE_RC_COMPILER ${WINDOWS_LLVM}/llvm-rc)
set(CMAKE_MT ${WINDOWS_LLVM}/llvm-mt)
set(CMAKE_C_FLAGS_INIT "/X")
foreach(folder clang fix ucrt um)
  string(APPEND CMAKE_C_FLAGS_INIT " /imsvc ${WINDOWS_SDK}/include/${folder}")
endforeach()
string(APPEND CMAKE_C_FLAGS_INIT
  " -D_UCRT -D_ACRTIMP= -fms-compatibility-version=19.29")
set(CMAKE_RC_FLAGS_INIT
  "/I ${WINDOWS_SDK}/include/um /I ${WINDOWS_SDK}/include/ucrt")
foreach(kind EXE SHARED MODULE)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT
    "/libpath:${WINDOWS_SDK}/lib /manifest:no")
endforeach()
set(CMAKE_MSVC_RUNTIME_LIBRARY MultiThreadedDLL)
set(CMAKE_FIND_ROOT_PATH ${WINDOWS_SDK})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_CROSSCOMPILING_EMULATOR "${WINDOWS_RUNNER}")
