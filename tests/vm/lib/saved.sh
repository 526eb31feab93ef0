# shellcheck shell=bash
# Power cuts. A machine boots and comes to the point before the work; its memory
# is saved, and every cut begins there, on fresh overlays over the same disks, in
# a second instead of a boot.
#
# What an overlay has not been told to flush is lost with its process: qcow2
# keeps the table of new clusters in memory until then, and writes into clusters
# that it has already go through at once. So writes are lost, and those that
# stay need not be the first ones. The case vm_cut_loses_what_was_not_flushed
# proves it, since a cut that loses nothing would prove nothing.
#
# A group names its disks by overlay_disk and overlay_stick, all in one order.

# overlay_disk NAME FILE, overlay_stick NAME FILE: a disk of a computer, a USB
# stick. The first one named is the one that rules of a cut are about.
overlay_disk() {
    overlays+=("$1 $2 virtio-blk-pci,write-cache=on")
}
overlay_stick() {
    overlays+=("$1 $2 usb-storage,bus=xhci.0,removable=on")
}

# save SCRIPT ARGUMENT...: boots guest/SCRIPT.sh with the disks themselves, up to
# its word "@ready", and saves the machine in $scratch/saved-SCRIPT.
save() {
    local script=$1 arguments=() overlay name file device
    for overlay in "${overlays[@]}"; do
        read -r name file device <<<"$overlay"
        arguments+=(-blockdev "driver=file,filename=$file,node-name=file-$name"
            -blockdev "driver=raw,file=file-$name,node-name=disk-$name"
            -device "$device,id=$name,drive=disk-$name,serial=$name,werror=stop")
    done
    start "$script" "${arguments[@]}" "${@:2}"
    wait_for said '^@ready'
    qmp '{"execute":"stop"}'
    qmp '{"execute":"migrate","arguments":{"uri":"exec:cat >'"$scratch/saved-$script"'"}}'
    until ask query-migrate && [[ $answer == *'"status": "completed"'* ]]; do
        [[ $answer != *'"status": "failed"'* ]] || broken "the machine was not saved"
        sleep 0.1
    done
    qmp '{"execute":"quit"}'
    wait "$vm_pid" "$listener"
}

# resume SCRIPT WORK RULES ARGUMENT...: the saved machine goes on, on fresh overlays
# $vm/NAME.qcow2, and the guest begins with WORK. RULES are blkdebug's, for the
# first disk: where they make a request fail, the whole machine stops, before the
# request is done.
resume() {
    local script=$1 work=$2 arguments=() overlay name file device top
    new_machine
    printf '%s\n' "$3" >"$vm/rules"
    for overlay in "${overlays[@]}"; do
        read -r name file device <<<"$overlay"
        qemu-img create -q -f qcow2 -F raw -b "$file" "$vm/$name.qcow2"
        arguments+=(-blockdev "driver=file,filename=$vm/$name.qcow2,node-name=file-$name"
            -blockdev "driver=qcow2,file=file-$name,node-name=qcow-$name")
        top=qcow-$name
        if [[ $overlay == "${overlays[0]}" ]]; then
            top=rules-$name
            arguments+=(-blockdev "driver=blkdebug,image=qcow-$name,config=$vm/rules,node-name=$top")
        fi
        arguments+=(-blockdev "driver=raw,file=$top,node-name=disk-$name"
            -device "$device,id=$name,drive=disk-$name,serial=$name,werror=stop")
    done
    launch "${arguments[@]}" "${@:4}" -append resumed -incoming "exec:cat $scratch/saved-$script"
    until ask query-status && [[ $answer == *'"status": "paused"'* ]]; do sleep 0.05; done
    qmp '{"execute":"cont"}'
    echo "$work" >"$vm/line.in"
    wait_for said "^@work $work"
}

# rules_at EVENT N: the rules that stop the machine at the Nth EVENT, which is
# flush_to_os (a flush that the guest asks for) or write_aio (a write).
rules_at() {
    local step
    for ((step = 1; step < $2; step++)); do
        printf '[set-state]\nevent = "%s"\nstate = "%s"\nnew_state = "%s"\n' "$1" $step $((step + 1))
    done
    printf '[inject-error]\nevent = "%s"\nstate = "%s"\nerrno = "5"\nonce = "on"\n' "$1" "$2"
}

# count_work SCRIPT WORK NAME ARGUMENT...: the work without a cut, to its end:
# how many flushes and writes of disk NAME it is made of, in $flushes, $writes.
# Its power is cut then.
count_work() {
    resume "$1" "$2" "" "${@:4}"
    wait_for said '^@worked'
    statistics "$3" flush_operations
    flushes=$figure
    statistics "$3" wr_operations
    writes=$figure
    cut_power
}

# cut_often SCRIPT WORK N MILLISECONDS ARGUMENT...: cuts at N points: in each four,
# two before a flush, one before a write, spread over the work, and one at a
# time that nobody chose. Adds "NAME FOLDER" of each to $cut_machines.
cut_often() {
    local script=$1 work=$2 wanted=$3 index flush=0 write=0 at name
    local at_flushes=$(((wanted + 1) / 4 + (wanted + 3) / 4)) at_writes=$(((wanted + 2) / 4))
    for ((index = 0; index < wanted; index++)); do
        case $((index % 4)) in
        0 | 2)
            at=$((1 + flush++ * (flushes - 1) / at_flushes))
            name=flush-$at
            resume "$script" "$work" "$(rules_at flush_to_os $at)" "${@:5}"
            # Work that comes to its end with fewer is cut there.
            wait_for qmp.out '"event": "STOP"' said '^@worked'
            ;;
        1)
            at=$((1 + write++ * (writes - 1) / at_writes))
            name=write-$at
            resume "$script" "$work" "$(rules_at write_aio $at)" "${@:5}"
            wait_for qmp.out '"event": "STOP"' said '^@worked'
            ;;
        3)
            at=$((RANDOM % $4))
            name=time-$index
            resume "$script" "$work" "" "${@:5}"
            sleep "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
            ;;
        esac
        cut_power
        cut_machines+=("$name $vm")
    done
}
