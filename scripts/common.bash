# SPDX-License-Identifier: Apache-2.0
# What the scripts share; source it. It sets the shell's strictness, the
# source tree's folder (top), the cache's (cache) and the number of jobs.
# shellcheck shell=bash

set -euo pipefail

# shellcheck disable=SC2034  # of use to the scripts that source this
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${MITO_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/mito}
# shellcheck disable=SC2034  # the scripts that source this use them
jobs=${MITO_JOBS:-$(nproc 2>/dev/null || echo 2)}

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "${0##*/}: $*"
    exit 1
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# The first twelve digits of a checksum over the contents of files; "-" is
# stdin.
checksum() {
    cat -- "$@" | sha256sum | cut -c 1-12
}

# The version of an installed Debian package; "none" when it is missing.
package_version() {
    dpkg-query -W -f '${source:Version}' "$1" 2>/dev/null || echo none
}

# cached NAME FUNCTION: prints the folder $cache/NAME. When it is missing,
# FUNCTION is run with a new folder as its argument, and the folder gets the
# name only when all went well: what stands in the cache is complete, even
# when two runs make it at the same time.
cached() {
    local folder=$cache/$1 making

    if [ ! -d "$folder" ]; then
        mkdir -p "$cache"
        making=$(mktemp -d "$cache/making.XXXXXX")
        say "making $folder"
        # The subshell keeps the strictness that 'if' and '||' would switch
        # off in a function.
        (set -e; "$2" "$making") >"$making.log" 2>&1 </dev/null &
        if ! wait $!; then
            tail -n 40 "$making.log" >&2
            rm -rf "$making"
            fail "could not make $folder; the whole log is $making.log"
        fi
        mv -T "$making" "$folder" 2>/dev/null || rm -rf "$making"
        rm -f "$making.log"
    fi
    printf '%s\n' "$folder"
}
