# shellcheck shell=dash
# One boot: a good key that is write-protected, copies of it that are mounted
# writable, and somebody's own stick with a release on it.

run enrol enrol /var/lib/mediaseal
good=$(disk PROTECTED)

run whole mediaseal-verify check "$good" --require-level whole-medium
run write_refused dd if=/dev/zero of="$good" bs=512 count=1 conv=fsync
run mount mount -t vfat "${good}1" /mnt
run writable touch /mnt/new
cd /mnt || exit
run sums sha256sum -c SEAL/SHA256SUMS
unlisted() {
    (cut -c67- SEAL/SHA256SUMS; find . ! -type d | cut -c3-) | sort | uniq -u
}
run unlisted unlisted
cd /
mkdir /srv
run copy mediaseal-verify copy /mnt --to /srv
run files mediaseal-verify check /mnt
run too_low mediaseal-verify check /mnt --require-level whole-medium
run copied sha256sum /srv/lab-patch_2.1_1.1/PAYLOAD/setup.bin
run from_stick /mnt/TOOLS/mediaseal-verify check "$good"
run anchor_of_stick mediaseal-verify check "$good" --state /none --anchor /etc/example.anchor
umount /mnt
run whole_again mediaseal-verify check "$good"

# Mounted writable, looked at, and nothing read.
idle=$(disk IDLE)
run mount_idle mount -t vfat -o rw "${idle}1" /mnt
ls -R /mnt >/dev/null
umount /mnt
run after_mounting mediaseal-verify check "$idle"

# Mounted writable and read, as a desktop does it.
read_once=$(disk READ)
run mount_read mount -t vfat -o rw "${read_once}1" /mnt
cat /mnt/PAYLOAD/note.txt /mnt/PAYLOAD/setup.bin >/dev/null
umount /mnt
run after_reading mediaseal-verify check "$read_once"

# A file came and went.
written=$(disk WRITTEN)
run mount_written mount -t vfat -o rw "${written}1" /mnt
echo "a note" >/mnt/NOTE.TXT
sync
rm /mnt/NOTE.TXT
umount /mnt
run after_deleting mediaseal-verify check "$written"

# Never unmounted: the power goes while it is in use.
left=$(disk LEFT)
run mount_left mount -t vfat -o rw "${left}1" /mnt
sync
run while_mounted mediaseal-verify check "$left"

# Somebody's own stick: anchor, state and release beside each other.
own=$(disk OWN)
mkdir /own
run mount_own mount -t vfat -o umask=077 "$own" /own
run own_good mediaseal-verify check /own/release
run own_anchor mediaseal-verify check /own/release --state /none --anchor /own/example.anchor
run enrol_own enrol /own/state
run own_state mediaseal-verify check /own/release --state /own/state
umount /own
