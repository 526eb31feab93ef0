# shellcheck shell=dash
# Sticks that cannot be read to their end. The machine's owner pulls two of
# them out when their names are said.

run enrol enrol /var/lib/mediaseal
mkdir /srv

free=$(disk FREE)
run bad_free mediaseal-verify check "$free" --require-level whole-medium
file=$(disk FILE)
run bad_file mediaseal-verify check "$file"
mount -t vfat -o ro "${file}1" /mnt
run bad_copy mediaseal-verify copy /mnt --to /srv
umount /mnt
run nothing_of_bad ls -A /srv
# Where the kernel itself puts the error.
run bad_read dd if="$file" of=/dev/null bs=512 skip=8000 count=1

pulled=$(disk PULLED)
echo "@pull PULLED"
run pulled mediaseal-verify check "$pulled"

moved=$(disk MOVED)
mount -t vfat -o ro "${moved}1" /mnt
echo "@pull MOVED"
run pulled_copy mediaseal-verify copy /mnt --to /srv
run nothing_of_pulled ls -A /srv
umount /mnt
