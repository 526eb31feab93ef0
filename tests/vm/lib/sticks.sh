# shellcheck shell=bash
# Sticks that are plugged in and taken out while the machine runs, with the
# position of their switch.

# Each plugging-in has names of its own, so that no word about an earlier one is
# taken for one about this.
declare -A plugged=()
pluggings=0

# plug_in NAME SERIAL PORT protected|writable [RULE]: $scratch/NAME.img becomes a
# stick at that port of the machine. RULE are blkdebug's options (see rule).
plug_in() {
    local name=$1 id read_only=false file
    pluggings=$((pluggings + 1))
    id=$name-$pluggings
    plugged[$name]=$id
    [[ $4 == writable ]] || read_only=true
    file='{"driver":"file","filename":"'$scratch/$name.img'","locking":"off"}'
    [[ -z ${5:-} ]] || file='{"driver":"blkdebug","image":'$file','$5'}'
    qmp '{"execute":"blockdev-add","arguments":{"driver":"raw","node-name":"node-'"$id"'",
        "read-only":'"$read_only"',"file":'"$file"'}}'
    qmp '{"execute":"device_add","arguments":{"driver":"usb-storage","id":"'"$id"'","bus":"xhci.0",
        "port":"'"$3"'","drive":"node-'"$id"'","removable":true,"serial":"'"$2"'"}}'
}

# take_out NAME
take_out() {
    local id=${plugged[$1]}
    qmp '{"execute":"device_del","arguments":{"id":"'"$id"'"}}'
    wait_for qmp.out "DEVICE_DELETED.*\"device\": \"$id\""
    qmp '{"execute":"blockdev-del","arguments":{"node-name":"node-'"$id"'"}}'
}
