# shellcheck shell=bash
# Keys are written by the program in the guest, several at once.

write() {
    local arguments=() name
    for name in ONE THREE WRITEERR READERR LOCKED; do
        head -c $((key_bytes + 4194304)) /dev/urandom >"$scratch/$name.img"
    done
    head -c "$key_bytes" /dev/urandom >"$scratch/TWO.img"
    head -c $((key_bytes - 512)) /dev/urandom >"$scratch/SMALL.img"
    for name in LOCKED SMALL; do sha256sum <"$scratch/$name.img" >"$scratch/$name.sum"; done
    stick SOURCE "$made/key.img" readonly=on
    for name in ONE TWO SMALL THREE; do node_stick $name; done
    node_stick LOCKED ",read-only=on"
    # Injected: sector 40000 cannot be written, sector 50000 cannot be read.
    node_stick WRITEERR "" "$(rule write 40000)"
    node_stick READERR "" "$(rule read 50000)"
    start write "${arguments[@]}"
    for name in ONE TWO THREE; do replug $name protected; done
    for name in WRITEERR READERR; do replug $name writable; done
    finish
    write_lists
    write_two
    write_refused
    write_errors
    case_is vm_write_confirmed_after_plugging_in_again
    expect confirm_at_once 5 "there is no disk with serial ONE"
    expect confirm 0 "^  Proved" "the device reports it"
}

write_lists() {
    case_is vm_write_lists_disks
    expect enrol 0
    expect devices 0 "^  Disks: 8. That may be keys: 6" "serial ONE$" "write protection: reported" \
        "no key: write-protected" "no key: mounted at /mnt"
}

write_two() {
    local name
    case_is vm_write_two_at_once
    expect write 4 "SHA-256 +$key_sha256" "^  port [-0-9.]+ +ONE +done +whole-medium" \
        "^  port [-0-9.]+ +TWO +done +whole-medium" "^2 of 4 keys done, 2 refused"
    for name in ONE TWO THREE; do
        expect "check-$name" 0 "^PASS  This key is exactly what example-support signed" "M-901"
        same "$name: the image" "$(head -c "$key_bytes" "$scratch/$name.img" | sha256sum)" "$key_sha256  -"
        same "$name: bytes behind it that are not zero" \
            "$(tail -c +$((key_bytes + 1)) "$scratch/$name.img" | tr -d '\0' | wc -c)" 0
    done
}

write_refused() {
    case_is vm_write_too_small_fails_alone
    expect write 4 "too small: $((key_bytes - 512)) bytes, the image has $key_bytes"
    unchanged SMALL

    case_is vm_write_protected_is_refused
    expect locked 5 "write-protected" "^Nothing was written"
    expect from_source 5 "mounted at /mnt" "the release or your state lies on it" "^Nothing was written"
    expect write 4 "^ +write-protected$"
    unchanged LOCKED
}

write_errors() {
    case_is vm_write_error_names_the_place
    expect faults 4 "...EERR +FAILED" "writing failed at byte $((40000 * 512)): Input/output error" \
        "It does not mount" "...HREE +done" "^1 of 3 keys done, 2 failed"
    is_no_key WRITEERR

    case_is vm_write_read_error_names_the_place
    expect faults 4 "...DERR +FAILED" "reading back failed at byte $((50000 * 512)): Input/output error"
    is_no_key READERR
}

unchanged() {
    same "$1: its old data" "$(sha256sum <"$scratch/$1.img")" "$(cat "$scratch/$1.sum")"
}

# Neither it nor a partition mounts, and no check passes.
is_no_key() {
    expect "mount-$1" fails
    expect "part-$1" 1 "No such file"
    expect "check-$1" 1 "!^PASS"
}

# rule KIND SECTOR: blkdebug's options for a sector that fails.
rule() {
    local option value options=""
    for option in event=none "iotype=$1" errno=5 "sector=$2"; do
        value=${option#*=}
        options+=",file.inject-error.0.${option%%=*}=$value"
    done
    echo "$options"
}

# node_stick NAME [OPTIONS [RULE]]: a stick that can be plugged in again, since its
# node outlives it.
node_stick() {
    local chain="driver=raw,node-name=node-$1${2:-}"
    if [[ -n ${3:-} ]]; then
        chain+=",file.driver=blkdebug,file.image.driver=file,file.image.filename=$scratch/$1.img$3"
    else
        chain+=",file.driver=file,file.filename=$scratch/$1.img"
    fi
    arguments+=(-blockdev "$chain" -device "$(stick_of "$1")")
}

stick_of() {
    echo "usb-storage,id=$1,bus=xhci.0,drive=node-$1,removable=on,serial=$1,rerror=report,werror=report"
}

# replug NAME protected|writable: once the guest asks for it, the stick is pulled
# out and plugged in, as good as with another position of its switch.
replug() {
    local node='{"driver":"raw","node-name":"node-'$1'","read-only":'
    node+="$([[ $2 == protected ]] && echo true || echo false)"
    node+=',"file":{"driver":"file","filename":"'$scratch/$1.img'","locking":"off"}}'
    wait_for said "^@replug $1 $2"
    qmp '{"execute":"device_del","arguments":{"id":"'"$1"'"}}'
    wait_for qmp.out "DEVICE_DELETED.*\"device\": \"$1\""
    qmp '{"execute":"blockdev-del","arguments":{"node-name":"node-'"$1"'"}}'
    qmp '{"execute":"blockdev-add","arguments":'"$node"'}'
    qmp '{"execute":"device_add","arguments":{"driver":"usb-storage","id":"'"$1"'","bus":"xhci.0",
        "drive":"node-'"$1"'","removable":true,"serial":"'"$1"'"}}'
    echo >"$vm/line.in"
}
