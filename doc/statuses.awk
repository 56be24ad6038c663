# SPDX-License-Identifier: Apache-2.0
# Doxygen's view of a header: where an enumeration is made from a list by a
# macro, its members appear one by one, each with its text.
/^#define MITO_STATUS_ENUM|^#undef MITO_STATUS_ENUM/ {
    print ""
    next
}
/^ *X\(MITO_/ {
    name = $0
    sub(/^ *X\(/, "", name)
    sub(/,.*/, "", name)
    text = $0
    sub(/^[^"]*"/, "", text)
    sub(/".*/, "", text)
    members = members name ", /**< " text " */ "
}
/^ *MITO_STATUS_LIST\(MITO_STATUS_ENUM\)$/ {
    print members
    next
}
{
    print
}
