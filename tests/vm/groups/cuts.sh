# shellcheck shell=bash
# Power cuts while a release is copied from a key onto an ext4 disk.

# Cut points where nobody asks for more.
USUAL_CUTS=12
# Disks that one machine looks at afterwards.
DISKS_AT_ONCE=12

cuts() {
    local wanted=${cuts_wanted:-$USUAL_CUTS} overlays=() arguments=() flushes writes side at
    truncate -s 64M "$scratch/target.img"
    truncate -s 4M "$scratch/scrap.img"
    mkfs.ext4 -q -F "$scratch/target.img"
    overlay_disk target "$scratch/target.img"
    overlay_disk scrap "$scratch/scrap.img"
    stick KEY "$made/key.img" readonly=on
    local source=("${arguments[@]}")
    save cuts "${source[@]}"

    case_is vm_cut_loses_what_was_not_flushed
    expect enrolled 0
    canary "${source[@]}"

    count_work cuts copy target "${source[@]}"
    expect copy 0 "^PASS" "^Copied to "
    cut_machines=("end $vm")
    cut_often cuts copy "$wanted" 3000 "${source[@]}"

    hidden=0 visible=0 old=0 new=0
    for ((at = 0; at < ${#cut_machines[@]}; at += DISKS_AT_ONCE)); do
        look_at "${cut_machines[@]:at:DISKS_AT_ONCE}"
    done
    # "judge" went through these for each disk.
    case_is vm_cut_copy_is_old_or_new
    case_is vm_cut_state_is_old_or_new
    case_is vm_cut_rerun_completes
    case_is vm_cut_finished_copy_stays
    # Cuts that all fell on one side would show half of it.
    for side in "$hidden" "$visible" "$old" "$new"; do
        [[ $side -gt 0 ]] || wrong "cuts on one side only" ""
        count assert
    done
    same "disks that were looked at" "$((hidden + visible))" "$((wanted + 1))"
    echo "  $group: $wanted cut points among $flushes flushes and $writes writes, 1 after the end:" \
        "copy not there $hidden, whole $visible, torn 0; floors old $old, new $new; states lost 0"
}

# Both writes came back as done. What is on the disk of them after the cut?
canary() {
    resume cuts scrap "" "$@"
    wait_for said '^@worked'
    cut_power
    expect kept 0
    expect lost 0
    qemu-img convert -f qcow2 -O raw "$vm/scrap.qcow2" "$vm/scrap.img"
    same "flushed write" "$(head -c 65536 "$vm/scrap.img" | tr -d K | wc -c)" 0
    same "write that was not flushed" "$(tail -c +65537 "$vm/scrap.img" | tr -d '\0' | wc -c)" 0
}

# look_at "NAME FOLDER"...: boots with the disks of cut machines, and judges.
look_at() {
    local arguments=() names=() each name
    for each in "$@"; do
        name=${each% *}
        names+=("$name")
        arguments+=(-drive "if=none,id=drive-$name,format=qcow2,file=${each#* }/target.qcow2"
            -device "virtio-blk-pci,id=$name,drive=drive-$name,serial=$name")
    done
    stick KEY "$made/key.img" readonly=on
    start aftercut "${arguments[@]}"
    finish
    for name in "${names[@]}"; do judge "$name"; done
}

# judge NAME: old or new, never between; and new after a second copy.
judge() {
    local copy=lab-patch_2.1_1.1 unfinished="\.mediaseal-staging-[0-9a-f]{24}" name=$1
    case_name="vm_cut_copy_is_old_or_new ($name)"
    expect "mount-$name" 0
    expect "seen-$name" 0
    same "$name: strange names" "$(frame "seen-$name" | grep -vxcE "$copy|$unfinished" || true)" 0
    if frame "seen-$name" | grep -qx "$copy"; then
        visible=$((visible + 1))
        is_whole "whole-$name"
    else
        hidden=$((hidden + 1))
        [[ $name != end ]] || wrong "a copy that said it was done is not there" ""
    fi
    case_name="vm_cut_state_is_old_or_new ($name)"
    # 6 would be a state that is lost. What it remembers is there to be seen.
    expect "check-$name" 0 "^PASS" "Rollback +PASS  1\.1(; nothing was| is the one) copied here before"
    if frame "check-$name" | grep -q "is the one copied"; then
        new=$((new + 1))
        expect "seen-$name" 0 "^$copy$"
    else
        old=$((old + 1))
        [[ $name != end ]] || wrong "a copy that said it was done is not remembered" ""
    fi
    expect "records-$name" 0
    same "$name: torn records" "$(frame "records-$name" | grep -vc 'json: }$' || true)" 0
    case_name="vm_cut_rerun_completes ($name)"
    expect "rerun-$name" 0 "^PASS" "^Copied to |^It was there already"
    expect "then-$name" 0
    same "$name: names in the end" "$(frame "then-$name")" "$copy"
    is_whole "whole-then-$name"
    expect "check-then-$name" 0 "^PASS" "1\.1 is the one copied here before"
}

# Exactly the files of the copy, and each as it was signed.
is_whole() {
    expect "$1" 0 "!FAILED"
    same "$1: files" "$(frame "$1" | grep '^\./' | tr '\n' ' ')" \
        "./PAYLOAD/lib/part.dat ./PAYLOAD/note.txt ./PAYLOAD/setup.bin ./SEAL/SHA256SUMS ./SEAL/manifest.json "
    same "$1: files by the list" "$(frame "$1" | grep -c ': OK$')" 4
}
