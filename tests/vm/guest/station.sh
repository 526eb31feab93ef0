# shellcheck shell=dash
# The bench: an order of three keys in two runs of the station, and a key whose
# switch was forgotten. The machine's owner plugs sticks in and out, by what the
# station says.

# watched NAME COMMAND...: like run, but every line is told at once, and the
# machine's owner may stop the command by a line.
watched() {
    local frame="$1" code work
    shift
    mkfifo /tmp/watched
    echo "@begin $frame"
    cat /tmp/watched &
    "$@" >/tmp/watched 2>&1 &
    work=$!
    echo $work >/tmp/watched.pid
    wait $work
    code=$?
    wait
    rm /tmp/watched
    echo "@end $frame $code"
}

# Ends the watched command once the owner says so.
stop_when_told() {
    read -r _ </dev/ttyS1
    kill -TERM "$(cat /tmp/watched.pid)"
}

bench="mediaseal station /mnt --order 4711 --card /var/cards --require-protection --yes-order 4711"

run enrol enrol /var/lib/mediaseal
mkdir -p /var/tmp /var/cards
mount -t vfat -o ro "$(disk SOURCE)1" /mnt
(stop_when_told) &
# The program itself is what is stopped, and not a shell around it.
# shellcheck disable=SC2086
{
    watched first $bench --keys 3 --ticket T-1
    watched second $bench
}
run log_check mediaseal log check
run log_find mediaseal log find --order 4711
run cards ls /var/cards
run card cat /var/cards/4711-003.txt
run check mediaseal-verify check "$(disk THREE)" --require-level whole-medium
# shellcheck disable=SC2086
run other_keys $bench --keys 4

# A key of no order, whose switch nobody set.
echo "@plug FOUR"
disk FOUR >/dev/null
run write mediaseal write /mnt --serial FOUR --yes
echo "@replug FOUR"
read -r _ </dev/ttyS1
disk FOUR >/dev/null
run open mediaseal confirm /mnt --serial FOUR --require-protection
run open_allowed mediaseal confirm /mnt --serial FOUR
