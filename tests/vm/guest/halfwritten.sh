# shellcheck shell=dash
# Boots with keys whose writing was cut: does one mount, does one pass?

run enrol enrol /var/lib/mediaseal
for name in $(sed -n 's/.*sticks=\([^ ]*\).*/\1/p' /proc/cmdline | tr , ' '); do
    stick=$(disk "$name")
    run "mount-$name" mount -t vfat -o ro "${stick}1" /mnt
    umount /mnt 2>/dev/null
    run "mount-whole-$name" mount -t vfat -o ro "$stick" /mnt
    umount /mnt 2>/dev/null
    run "check-$name" mediaseal-verify check "$stick"
done
