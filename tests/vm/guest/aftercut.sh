# shellcheck shell=dash
# Boots with disks that lost their power, each with its name as serial number.
# What is there; what the state says; a second copy; and what is there then.

# Payload and manifest of the copy, by the list that lies in it.
whole() {
    cd "/disk/Illumina/lab-patch_2.1_1.1" || return
    find . -type f | sort
    grep -E '  (PAYLOAD/|SEAL/manifest)' SEAL/SHA256SUMS >/tmp/list
    sha256sum -c /tmp/list
}

# Every record and its last line.
records() {
    for file in /disk/state/records/*.json; do
        [ -e "$file" ] && echo "${file##*/}: $(tail -n 1 "$file")"
    done
    return 0
}

mount -t vfat -o ro "$(disk KEY)1" /mnt
mkdir /disk
for block in /sys/block/vd*; do
    name=$(cat "$block/serial")
    run "mount-$name" mount -t ext4 "/dev/${block##*/}" /disk
    run "seen-$name" ls -A /disk/Illumina
    run "whole-$name" whole
    cd /
    run "records-$name" records
    run "check-$name" mediaseal-verify check /mnt --state /disk/state
    run "rerun-$name" mediaseal-verify copy /mnt --to /disk/Illumina --state /disk/state
    run "then-$name" ls -A /disk/Illumina
    run "whole-then-$name" whole
    cd /
    run "check-then-$name" mediaseal-verify check /mnt --state /disk/state
    umount /disk
done
