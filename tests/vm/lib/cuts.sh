# shellcheck shell=bash
# Power cuts. One machine boots and comes to the point before the copy; its
# memory is saved, and every cut begins there, on a fresh overlay over the same
# disk, in a second instead of a boot.
#
# What an overlay has not been told to flush is lost with its process: qcow2
# keeps the table of new clusters in memory until then, and writes into clusters
# that it has already go through at once. So writes are lost, and those that
# stay need not be the first ones. The case vm_cut_loses_what_was_not_flushed
# proves it, since a cut that loses nothing would prove nothing.

DISK_BYTES=67108864
SCRAP_BYTES=4194304

# Boots guest/cuts.sh on fresh disks and saves the machine in $scratch/saved.
save_machine() {
    truncate -s $DISK_BYTES "$scratch/disk.img"
    truncate -s $SCRAP_BYTES "$scratch/scrap.img"
    mkfs.ext4 -q -F "$scratch/disk.img"
    local arguments=()
    plain_disk target "$scratch/disk.img"
    plain_disk scrap "$scratch/scrap.img"
    stick KEY "$made/key.img" readonly=on
    start cuts "${arguments[@]}"
    wait_for said '^@ready'
    qmp '{"execute":"stop"}'
    qmp '{"execute":"migrate","arguments":{"uri":"exec:cat >'"$scratch"'/saved"}}'
    until ask query-migrate && [[ $answer == *'"status": "completed"'* ]]; do
        [[ $answer != *'"status": "failed"'* ]] || broken "the machine was not saved"
        sleep 0.1
    done
    qmp '{"execute":"quit"}'
    wait "$vm_pid" "$listener"
}

# plain_disk NAME FILE
plain_disk() {
    arguments+=(-blockdev "driver=file,filename=$2,node-name=file-$1"
        -blockdev "driver=raw,file=file-$1,node-name=disk-$1"
        -device "virtio-blk-pci,id=$1,drive=disk-$1,serial=$1,write-cache=on")
}

# resume WORK [RULES]: the saved machine goes on, on fresh overlays, and the
# guest begins with WORK. RULES are blkdebug's, for the disk: where they make a
# request fail, the whole machine stops, before the request is done.
resume() {
    new_machine
    printf '%s\n' "${2:-}" >"$vm/rules"
    local arguments=() name debug
    for name in target scrap; do
        local backing=$scratch/disk.img
        [[ $name == target ]] || backing=$scratch/scrap.img
        qemu-img create -q -f qcow2 -F raw -b "$backing" "$vm/$name.qcow2"
        debug=qcow-$name
        arguments+=(-blockdev "driver=file,filename=$vm/$name.qcow2,node-name=file-$name"
            -blockdev "driver=qcow2,file=file-$name,node-name=qcow-$name")
        if [[ $name == target ]]; then
            debug=debug-$name
            arguments+=(-blockdev "driver=blkdebug,image=qcow-$name,config=$vm/rules,node-name=$debug")
        fi
        arguments+=(-blockdev "driver=raw,file=$debug,node-name=disk-$name"
            -device "virtio-blk-pci,id=$name,drive=disk-$name,serial=$name,write-cache=on,werror=stop")
    done
    stick KEY "$made/key.img" readonly=on
    launch "${arguments[@]}" -append resumed -incoming "exec:cat $scratch/saved"
    until ask query-status && [[ $answer == *'"status": "paused"'* ]]; do sleep 0.05; done
    qmp '{"execute":"cont"}'
    echo "$1" >"$vm/line.in"
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
