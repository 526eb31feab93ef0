# shellcheck shell=dash
# Comes to the point before a key is written, is saved there, and goes on.

enrol /var/lib/mediaseal >/dev/null
mkdir -p /var/tmp
mount -t vfat -o ro "$(disk SOURCE)1" /mnt
disk TARGET >/dev/null
echo "@ready"
read -r work </dev/ttyS1
echo "@work $work"
run write mediaseal write /mnt --serial TARGET --yes
echo "@worked"
# The power goes, or the machine is switched off from outside.
while :; do sleep 60; done
