# shellcheck shell=bash
# A bad sector, and a stick that is pulled out half-way.

faults() {
    local arguments=()
    bad_stick FREE "$made/key.img" 60000
    bad_stick FILE "$made/key.img" 8000
    # Slow enough to be pulled out in the middle.
    stick PULLED "$made/key.img" readonly=on throttling.bps-read=6000000
    stick MOVED "$made/key.img" readonly=on throttling.bps-read=1000000
    start faults "${arguments[@]}"
    pull PULLED 12000000
    pull MOVED 2000000
    finish

    local no_pass="!^PASS" unread="^CANNOT TELL"
    case_is vm_bad_sector_in_free_space
    expect enrol 0
    expect bad_free 3 "M-601 .*sector 60,000 " "$unread" "$no_pass" "!^FAIL"

    case_is vm_bad_sector_in_payload
    expect bad_read 1 "Input/output error"
    expect bad_file 3 "M-601 .*sector 8,000 " "$unread" "$no_pass" "!^FAIL"
    expect bad_copy 3 "M-601 .*PAYLOAD/setup.bin" "^Nothing was copied" "$no_pass"
    expect nothing_of_bad 0 "!."

    case_is vm_pulled_out_half_way
    expect pulled 3 "M-601 .*sector" "$unread" "$no_pass" "!^FAIL"

    case_is vm_pulled_out_while_copying
    expect pulled_copy 3 "M-601  It could not be read: (PAYLOAD|TOOLS)/" "$unread" "^Nothing was copied" "$no_pass"
    expect nothing_of_pulled 0 "!."
}

# bad_stick NAME FILE SECTOR: reading that sector fails.
bad_stick() {
    local chain="driver=raw,node-name=drive-$1,read-only=on,file.driver=blkdebug"
    chain+=",file.image.driver=file,file.image.filename=$2"
    chain+=",file.inject-error.0.event=none,file.inject-error.0.iotype=read"
    chain+=",file.inject-error.0.errno=5,file.inject-error.0.sector=$3"
    arguments+=(-blockdev "$chain" -device
        "usb-storage,id=$1,bus=xhci.0,drive=drive-$1,removable=on,serial=$1,rerror=report")
}

# pull NAME BYTES: pulls the stick out once the guest, after it said "@pull
# NAME", has read so many bytes more.
pull() {
    wait_for said "^@pull $1"
    statistics "$1" rd_bytes
    local end=$((figure + $2))
    until ((figure >= end)); do
        sleep 0.1
        statistics "$1" rd_bytes
    done
    qmp '{"execute":"device_del","arguments":{"id":"'"$1"'"}}'
}
