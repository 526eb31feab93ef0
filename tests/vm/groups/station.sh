# shellcheck shell=bash
# The station at a bench whose ports are a virtual machine's.

station() {
    local arguments=() name
    for name in ONE TWO BAD THREE FOUR; do
        head -c $((key_bytes + 1048576)) /dev/urandom >"$scratch/$name.img"
    done
    stick SOURCE "$made/key.img" readonly=on
    start station "${arguments[@]}"
    station_first_day
    station_second_day
    station_forgotten_switch
    finish

    case_is vm_station_makes_keys_and_names_the_bad_stick_by_port
    expect enrol 0
    expect first 4 "Order 4711 · 0 of 3 done · 0 sticks failed" \
        "port [0-9]-6 +no serial +FAILED at byte $(grouped $((40000 * 512))): unplug it now" \
        "port [0-9]-4 +SAME +unplug it, set the switch, plug it in again" \
        "port [0-9]-4 +SAME +proved, write-protected   number 1   card 4711-001" \
        "Order 4711 · 2 of 3 done · 1 stick failed"
    same "a stick of the order: the image" "$(head -c "$key_bytes" "$scratch/ONE.img" | sha256sum)" "$key_sha256  -"
    same "the bad stick: bytes at its start that are not zero" \
        "$(head -c 2097152 "$scratch/BAD.img" | tr -d '\0' | wc -c)" 0

    case_is vm_station_tells_equal_serials_apart_and_sees_a_switch_that_was_forgotten
    expect first 4 "port [0-9]-5 +SAME +NOT protected: unplug it, set the switch" \
        "port [0-9]-5 +SAME +proved, write-protected   number 2   card 4711-002"

    case_is vm_station_stops_and_goes_on
    expect first 4 "^Order 4711: 2 of 3 done, 1 stick failed, 0 wait for their proof"
    expect second 0 "port [0-9]-4 +SAME +was there before: unplug it" \
        "port [0-9]-7 +...HREE +proved, write-protected   number 3   card 4711-003" \
        "^Order 4711: 3 of 3 done, 1 stick failed, 0 wait for their proof"
    expect other_keys 5 "order 4711 is in the log with another number of keys"

    case_is vm_station_leaves_log_and_cards
    # The order; written, failed and proved keys; one that was not protected.
    expect log_check 0 "^[0-9a-f]{64}"
    expect log_find 0 "proved" "not-protected" "T-1" "writing failed at byte"
    expect cards 0 "^4711-001.html" "^4711-001.txt" "^4711-002.txt" "^4711-003.txt"
    expect card 0 "$(head -c 16 <<<"$key_sha256")"
    expect check 0 "^PASS  This key is exactly what example-support signed" "M-901"

    case_is vm_confirm_says_that_protection_is_not_seen
    expect write 0 "^1 of 1 keys done"
    expect open 1 "not-protected" "M-902" "it is not write-protected" "!^  Proved"
    expect open_allowed 0 "^  Protection +the device does not report it|^  Protection +not reported" "^  Proved"
}

# Three sticks, two of which say the same serial, and one that cannot be written.
station_first_day() {
    wait_for said "Order 4711 · 0 of 3 done"
    plug_in ONE SAME 4 writable
    plug_in TWO SAME 5 writable
    plug_in BAD "" 6 writable "$(json_rule write 40000)"
    wait_for said "port [0-9]-6 .*FAILED at byte"
    wait_for said "port [0-9]-4 .*plug it in again"
    wait_for said "port [0-9]-5 .*plug it in again"
    take_out BAD
    switch ONE SAME 4 protected
    wait_for said "port [0-9]-4 .*number 1"
    switch TWO SAME 5 writable
    wait_for said "port [0-9]-5 .*NOT protected"
    switch TWO SAME 5 protected
    wait_for said "port [0-9]-5 .*number 2"
    echo >"$vm/line.in"
    wait_for said "^@end first"
}

# The third key: the log alone says where the order goes on.
station_second_day() {
    # What is plugged in before the station looks is left alone by it.
    wait_for said "port [0-9]-4 .*was there before"
    plug_in THREE THREE 7 writable
    wait_for said "port [0-9]-7 .*plug it in again"
    switch THREE THREE 7 protected
    wait_for said "^@end second"
}

station_forgotten_switch() {
    wait_for said "^@plug FOUR"
    plug_in FOUR FOUR 8 writable
    wait_for said "^@replug FOUR"
    switch FOUR FOUR 8 writable
    echo >"$vm/line.in"
}

# switch NAME SERIAL PORT protected|writable: taken out and plugged in again.
switch() {
    take_out "$1"
    plug_in "$@"
}

# 20480000 as people read it.
grouped() {
    sed -E ':more; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; t more' <<<"$1"
}

# json_rule KIND SECTOR: the same as rule, for QMP.
json_rule() {
    echo '"inject-error":[{"event":"none","iotype":"'"$1"'","errno":5,"sector":'"$2"'}]'
}
