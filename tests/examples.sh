#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# examples.sh        runs every example and compares what it prints on stdout
#                    with examples/NAME.expected; the runs leave no trace
# examples.sh tour   shows them one after the other
#
# From the environment: MITO_EXAMPLES (names, with their folder), MITO_SOURCES
# (the source tree), MITO_RUNNER (starts a foreign system's programs) and
# MITO_EXEEXT (.exe or nothing). The working folder is the build tree.
set -u

run() {
    # A runner is a command with arguments, so it is split.
    # shellcheck disable=SC2086
    ${MITO_RUNNER:-} "./$1${MITO_EXEEXT:-}" </dev/null
}

# The first sentence of the comment that opens the example.
about() {
    sed -n '2,/\*\//p' "$MITO_SOURCES/$1.c" | tr '\n' ' ' |
        sed 's|^/\*\**||; s|\*/.*||; s| \* *| |g; s|  *| |g; s|\. .*|.|'
}

tour() {
    printf '\n=== %s:%s\n\n' "$1" "$(about "$1")"
    run "$1"
}

compare() {
    wanted=$(cat "$MITO_SOURCES/$1.expected" && echo .) || return 1
    # The dot keeps trailing newlines.
    got=$(run "$1" && echo .) || {
        printf 'FAIL: %s: it failed\n' "$1"
        return 1
    }
    got=$(printf '%s' "$got" | tr -d '\r')
    if [ "$got" = "$wanted" ]; then
        printf 'PASS: %s\n' "$1"
    else
        printf 'FAIL: %s\n--- expected\n%s\n--- got\n%s\n---\n' \
            "$1" "${wanted%.}" "${got%.}"
        return 1
    fi
}

failures=0
for example in $MITO_EXAMPLES; do
    if [ "${1:-}" = tour ]; then
        tour "$example"
    else
        compare "$example"
    fi || failures=$((failures + 1))
done
[ "$failures" -eq 0 ]
