# shellcheck shell=dash
# Comes to the point before a copy, is saved there, and goes on with what the
# second serial line says.

mkdir /disk
target=/dev/vda
[ "$(cat /sys/block/vda/serial)" = target ] || target=/dev/vdb
scrap=/dev/vdb
[ $target = /dev/vda ] || scrap=/dev/vda
mount -t ext4 $target /disk
mkdir /disk/Illumina
run enrolled enrol /disk/state
mount -t vfat -o ro "$(disk KEY)1" /mnt
sync
echo "@ready"
read -r work </dev/ttyS1
echo "@work $work"
case $work in
copy)
    run copy mediaseal-verify copy /mnt --to /disk/Illumina --state /disk/state
    ;;
scrap)
    tr '\0' K </dev/zero | dd of=/tmp/k bs=64k count=1 iflag=fullblock 2>/dev/null
    tr '\0' L </dev/zero | dd of=/tmp/l bs=64k count=1 iflag=fullblock 2>/dev/null
    run kept dd if=/tmp/k of=$scrap bs=64k oflag=direct conv=notrunc,fsync
    run lost dd if=/tmp/l of=$scrap bs=64k seek=8 oflag=direct conv=notrunc
    ;;
esac
echo "@worked"
# The power goes, or the machine is switched off from outside.
while :; do sleep 60; done
