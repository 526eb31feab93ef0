# shellcheck shell=dash
# What every guest script uses. busybox's sh.

# run NAME COMMAND...: the command's words between marks, and its exit code.
# They go through a file: a serial line is a terminal, and shows progress.
run() {
    local frame="$1" code
    shift
    echo "@begin $frame"
    "$@" >/tmp/run-said 2>&1
    code=$?
    cat /tmp/run-said
    echo "@end $frame $code"
}

# disk SERIAL: the device node of the USB stick with that serial number, once
# the kernel has found it.
disk() {
    local tries=0 block place
    while [ $tries -lt 600 ]; do
        for block in /sys/block/sd*; do
            place=$(readlink -f "$block/device") || continue
            while [ "$place" != / ] && [ ! -e "$place/idVendor" ]; do
                place=$(dirname "$place")
            done
            if [ "$(cat "$place/serial" 2>/dev/null)" = "$1" ]; then
                echo "/dev/${block##*/}"
                return
            fi
        done
        tries=$((tries + 1))
        usleep 100000
    done
    echo "/dev/no-stick-$1"
}

# enrol STATE: trusts the publisher of the releases of this test.
enrol() {
    mediaseal-verify enrol /etc/example.anchor --code "$(cat /etc/publisher.code)" --state "$1"
}
