# shellcheck shell=bash
# Power cuts while a key is written.

# Cut points where nobody asks for more.
USUAL_WRITE_CUTS=6
# Sticks that one machine looks at: as many ports as it has.
STICKS_AT_ONCE=8

writecuts() {
    local wanted=${cuts_wanted:-$USUAL_WRITE_CUTS} overlays=() arguments=() flushes writes at
    head -c $((key_bytes + 4194304)) /dev/urandom >"$scratch/old.img"
    overlay_stick TARGET "$scratch/old.img"
    stick SOURCE "$made/key.img" readonly=on
    local source=("${arguments[@]}")
    save writecuts "${source[@]}"
    count_work writecuts write TARGET "${source[@]}"
    expect write 0
    cut_machines=("end $vm")
    cut_often writecuts write "$wanted" 8000 "${source[@]}"
    unfinished=0 finished=0
    for ((at = 0; at < ${#cut_machines[@]}; at += STICKS_AT_ONCE)); do
        look_at_sticks "${cut_machines[@]:at:STICKS_AT_ONCE}"
    done
    case_is vm_write_cut_does_not_mount
    same "sticks that were looked at" $((unfinished + finished)) $((wanted + 1))
    [[ $unfinished -gt 0 ]] || wrong "no cut came before the end" ""
    count assert
    echo "  $group: $wanted cut points among $flushes flushes and $writes writes, 1 after the end:" \
        "does not mount and does not pass $unfinished, whole $finished"
}

# look_at_sticks "NAME FOLDER"...
look_at_sticks() {
    local arguments=() names=() each name
    for each in "$@"; do
        name=${each% *}
        names+=("$name")
        arguments+=(-drive "if=none,id=drive-$name,format=qcow2,file=${each#* }/TARGET.qcow2"
            -device "usb-storage,id=$name,bus=xhci.0,drive=drive-$name,removable=on,serial=$name")
    done
    start "halfwritten sticks=$(IFS=,; echo "${names[*]}")" "${arguments[@]}"
    finish
    for name in "${names[@]}"; do
        case_name="vm_write_cut_does_not_mount ($name)"
        # Only a cut behind the last write of all can leave a key: a whole one.
        if [[ $(code_of "check-$name") == 0 ]]; then
            finished=$((finished + 1))
            expect "check-$name" 0 "^PASS  This key is exactly what example-support signed"
        else
            [[ $name != end ]] || wrong "a key that was written to its end does not pass" "$(frame check-end)"
            unfinished=$((unfinished + 1))
            expect "check-$name" 1 "!^PASS"
            expect "mount-$name" fails
            expect "mount-whole-$name" fails
        fi
    done
}
