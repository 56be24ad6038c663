# SPDX-License-Identifier: Apache-2.0
# Runs a program and compares what it prints on stdout with a file, but for
# carriage returns.
#   -DCOMMAND=RUNNER;PROGRAM -DEXPECTED=FILE
execute_process(COMMAND ${COMMAND} OUTPUT_VARIABLE got
  RESULT_VARIABLE status TIMEOUT 120)
string(REPLACE "\r" "" got "${got}")
file(READ ${EXPECTED} expected)
if(NOT status STREQUAL "0")
  message(FATAL_ERROR "it ended with ${status}, having printed\n${got}")
elseif(NOT got STREQUAL expected)
  message(FATAL_ERROR "--- expected\n${expected}\n--- got\n${got}\n---")
endif()
