# shellcheck shell=bash
# Good keys, what Linux does to a key that it mounts, and what may not vouch
# for a key.

key() {
    local arguments=() name
    for name in idle read written left; do cp "$made/key.img" "$scratch/$name.img"; done
    own_stick "$scratch/own.img"
    stick PROTECTED "$made/key.img" readonly=on
    stick IDLE "$scratch/idle.img"
    stick READ "$scratch/read.img"
    stick WRITTEN "$scratch/written.img"
    stick LEFT "$scratch/left.img"
    stick OWN "$scratch/own.img"
    start key "${arguments[@]}"
    finish
    key_good
    key_mounted
    key_unpinned
}

key_good() {
    local passes="^PASS  This key is exactly what example-support signed, and nothing else"
    case_is vm_key_passes_whole_medium
    expect enrol 0
    expect whole 0 "$passes" "every byte of the medium is explained \(whole medium\)" \
        "S/N PROTECTED, 36\.7 MB" "Signers +PASS  2 of 2"
    expect whole_again 0 "$passes"
    expect too_low 1 "M-122"

    case_is vm_key_write_protection_seen
    expect whole 0 "M-901  The device reports write protection"
    expect write_refused 1 "Read-only file system"
    expect writable 1 "Read-only file system"
    same "image after all this" "$(sha256sum <"$made/key.img")" "$key_sha256  -"

    case_is vm_key_stock_tools_agree
    expect mount 0
    expect sums 0 "^PAYLOAD/setup.bin: OK" "!FAILED"
    same "files that sha256sum found" "$(frame sums | grep -c ': OK$')" \
        "$(wc -l <"$made/release/SEAL/SHA256SUMS")"
    expect unlisted 0 "^SEAL/SHA256SUMS$" '!^[^S]' '!^S[^E]'

    case_is vm_key_copied_from_mounted_folder
    expect files 0 "^PASS  These files are what example-support signed; the rest" "files only"
    expect copy 0 "^PASS  These files" "^Copied to /srv/lab-patch_2.1_1.1$" "^Record: "
    expect copied 0 "^$(sha256sum <"$made/payload/setup.bin" | cut -c-64) "
}

key_mounted() {
    local class="M-701  Only changes that an operating system makes were found"
    case_is vm_linux_mounted_only
    expect mount_idle 0
    expect after_mounting 0 "^PASS  This key is exactly" "M-902  The device does not report"
    same "image after mounting" "$(sha256sum <"$scratch/idle.img")" "$key_sha256  -"

    case_is vm_linux_mounted_and_read
    expect mount_read 0
    expect after_reading 1 "$class" "M-702 .*access dates: 2" "^FAIL  The sealed content is intact" \
        "M-902  The device does not report" "!M-2"

    case_is vm_linux_left_mounted
    expect mount_left 0
    expect while_mounted 1 "$class" "M-702 .*volume in use" "!M-2"
    on_host left "$programs/mediaseal-verify" check "$scratch/left.img" \
        --anchor "$made/example.anchor" --state "$scratch/none"
    expect left 1 "$class" "M-702 .*volume in use" "!M-2"

    case_is vm_linux_file_came_and_went
    expect mount_written 0
    expect after_deleting 1 "M-231  Deleted entry .*\?OTE.TXT" "M-232  Data in free space" \
        "M-230 .*FSInfo" "^FAIL  Do not use this key" "!M-70[12]" "!The sealed content is intact"
}

key_unpinned() {
    local unpinned="^UNPINNED"
    case_is vm_unpinned_program_on_stick
    expect from_stick 6 "$unpinned" "M-420" "!^PASS" "!M-2"
    expect anchor_of_stick 0

    # The same release passes where nothing on the stick vouches for it.
    case_is vm_unpinned_anchor_on_stick
    expect mount_own 0
    expect own_good 0 "^PASS"
    expect own_anchor 6 "$unpinned" "M-420" "!^PASS"

    case_is vm_unpinned_state_on_stick
    expect enrol_own 0
    expect own_state 6 "$unpinned" "M-420" "!^PASS"
}

# A stick that a person formatted: no partition, the release in a folder.
own_stick() {
    truncate -s 64M "$1"
    mkfs.fat -F 32 "$1" >/dev/null
    mcopy -i "$1" -s "$made/release" "$made/example.anchor" ::
}
