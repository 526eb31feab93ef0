# shellcheck shell=bash
# What must have come out. The guest frames each command's output by
# "@begin NAME" and "@end NAME CODE"; a frame that is missing is a failure.

# Everything that a group did, a line each, for the count at the end.
count() {
    echo "$group $1 ${2:-}" >>"$scratch/counts"
}

# case_is NAME: the expectations that follow belong to this case.
case_is() {
    case_name=$1
    count case "$1"
    echo "  $group: $1"
}

# frame NAME: what the guest's command NAME said.
frame() {
    awk -v begin="@begin $1" -v end="@end $1 " '
        { sub(/\r$/, "") }
        $0 == begin { inside = 1; next }
        index($0, end) == 1 { exit }
        inside' "$vm/said"
}

# code_of NAME: the exit code of the guest's command NAME; nothing if it did not end.
code_of() {
    awk -v end="@end $1" '{ sub(/\r$/, "") } $1 " " $2 == end { print $3; exit }' "$vm/said"
}

# expect NAME CODE [PATTERN...]: the command ended with CODE (or "fails"), and each extended
# regular expression matches a line of what it said. "!" before a pattern: none.
expect() {
    local name=$1 code=$2 found said pattern
    shift 2
    found=$(code_of "$name")
    # Any failure will do for a stranger's command.
    [[ $code != fails || ! $found =~ ^[1-9] ]] || found=fails
    said=$(frame "$name")
    [[ $found == "$code" ]] || wrong "$name: exit code \"$found\", not $code" "$said"
    count assert
    for pattern in "$@"; do
        if [[ $pattern == "!"* ]]; then
            ! grep -qE -- "${pattern#!}" <<<"$said" || wrong "$name: says \"${pattern#!}\"" "$said"
        else
            grep -qE -- "$pattern" <<<"$said" || wrong "$name: does not say \"$pattern\"" "$said"
        fi
        count assert
    done
}

# same WHAT FOUND WANTED
same() {
    [[ $2 == "$3" ]] || wrong "$1: \"$2\", not \"$3\"" ""
    count assert
}

wrong() {
    printf '%s\n' "$2" "--- $vm/console" >&2
    tail -n 20 "$vm/console" >&2 || true
    fail "case $case_name: $1"
}

# on_host NAME COMMAND...: the same frame for a command outside of the guest.
on_host() {
    local name=$1 code=0
    shift
    {
        echo "@begin $name"
        "$@" 2>&1 || code=$?
        echo "@end $name $code"
    } >>"$vm/said"
}
