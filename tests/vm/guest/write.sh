# shellcheck shell=dash
# Keys are written: sticks that hold old data, one of them too small, one
# write-protected, one with a sector that cannot be written, one with a sector
# that cannot be read. The machine's owner plugs a stick in again when
# "@replug" is said.

plugged_in_again() {
    echo "@replug $1 $2"
    read -r _ </dev/ttyS1
}

run enrol enrol /var/lib/mediaseal
mkdir -p /var/tmp
mount -t vfat -o ro "$(disk SOURCE)1" /mnt
for name in ONE TWO THREE SMALL LOCKED WRITEERR READERR; do
    disk $name >/dev/null
done
run devices mediaseal devices
run locked mediaseal write /mnt --serial LOCKED --yes
run from_source mediaseal write /mnt --serial SOURCE --yes
run write mediaseal write /mnt --serial ONE --serial TWO --serial SMALL --serial LOCKED --yes
run faults mediaseal write /mnt --serial WRITEERR --serial READERR --serial THREE --yes

# Not plugged in again, it is not proved. (Writing has ejected it.)
run confirm_at_once mediaseal confirm /mnt --serial ONE --require-protection

for name in ONE TWO THREE; do
    plugged_in_again $name protected
    run "check-$name" mediaseal-verify check "$(disk $name)" --require-level whole-medium
done
run confirm mediaseal confirm /mnt --serial ONE --require-protection

for name in WRITEERR READERR; do
    plugged_in_again $name writable
    run "mount-$name" mount -t vfat "$(disk $name)" /tmp
    run "part-$name" ls "$(disk $name)1"
    run "check-$name" mediaseal-verify check "$(disk $name)"
done
