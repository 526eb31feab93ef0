//! English: what findings say, and the words inside of them.

use super::entry;
use crate::text::table::{Findings, Regions, SignatureReasons, UnpinnedReasons};

const NOT_USE: &str = "Do not use it. Keep it as it is and call support.";
const DO_NOT_OPEN: &str = "It is not part of the release. Do not open it.";

pub(in crate::text) const FINDINGS: Findings = Findings {
    nothing_to_compare: entry(
        "There is no file here: nothing could be compared.",
        "Was the right drive, folder or file named?",
    ),
    no_sums: entry("SEAL/SHA256SUMS is missing: there is no seal.", NOT_USE),
    empty_sums: entry("SEAL/SHA256SUMS is empty: it seals nothing.", NOT_USE),
    sums_refused: entry(
        "SEAL/SHA256SUMS is signed but not in its one spelling ({detail}).",
        "Tell the publisher: this release was not made by mediaseal.",
    ),
    no_manifest: entry("SEAL/manifest.json is missing.", NOT_USE),
    manifest_refused: entry(
        "SEAL/manifest.json is sealed but refused ({detail}).",
        "Tell the publisher: this release was not made by mediaseal.",
    ),
    manifest_changed: entry(
        "Changed file: SEAL/manifest.json: its SHA-256 is not the signed one.",
        NOT_USE,
    ),
    sums_and_manifest_differ: entry(
        "SHA256SUMS and manifest.json do not name the same files: {path}",
        "Tell the publisher: this release was not made by mediaseal.",
    ),
    other_publisher_in_manifest: entry(
        "The manifest names publisher {found}; the trust documents are of {expected}.",
        NOT_USE,
    ),
    seal_file_too_long: entry(
        "{path} is longer than the {limit} bytes that such a file may have.",
        NOT_USE,
    ),
    not_rendered: entry(
        "The sealed files cannot stand on the volume that the manifest names ({detail}).",
        "Tell the publisher: this release was not made by mediaseal.",
    ),
    file_changed: entry(
        "Changed file: {path}{where}: its SHA-256 is not the signed one.",
        "It is not what was signed. Do not open it.",
    ),
    file_missing: entry("Missing file: {path}", "The release is not complete."),
    file_size: entry(
        "Wrong size: {path}, {found} bytes where {expected} are sealed.",
        "It is not what was signed. Do not open it.",
    ),
    not_a_file: entry(
        "{path} is not a plain file.",
        "Something else stands where a sealed file must be.",
    ),
    level_too_low: entry(
        "This check reaches the level \"{reached}\"; \"{required}\" was required.",
        "Check the medium itself, as {required}.",
    ),
    unexpected_file: entry("Unexpected file: {path}, {size} bytes{where}", DO_NOT_OPEN),
    unexpected_folder: entry("Unexpected folder: {path}", DO_NOT_OPEN),
    not_a_plain_file: entry("Neither a file nor a folder: {path}", DO_NOT_OPEN),
    name_not_allowed: entry("A name that no release may have: {path}", DO_NOT_OPEN),
    double_name: entry("The name {path} stands there twice.", DO_NOT_OPEN),
    hidden_attribute: entry(
        "Hidden or system attribute: {path}",
        "A sealed file has none. Somebody changed this medium.",
    ),
    unexpected_stream: entry("Hidden stream: {path}, {size} bytes", DO_NOT_OPEN),
    structure_changed: entry(
        "Changed structure: {region}, byte {start} ({length} bytes, sector {sector}): expected {expected}, found {found}",
        "The medium is not what was written.",
    ),
    deleted_entry: entry(
        "Deleted entry in the folder {folder}: \"{name}\", sector {sector}, byte {byte}",
        "Something stood here that is not part of the release.",
    ),
    free_space_used: entry(
        "Data in free space{where}, from byte {start}: {found}",
        "Something is stored here that no directory shows.",
    ),
    slack_used: entry(
        "Data behind the end of {path}: sector {sector}, byte {start}: {found}",
        "Something is stored here that no directory shows.",
    ),
    after_the_end: entry(
        "Data behind the end of the release: byte {start}: {found}",
        "Something is stored here that is not part of the release.",
    ),
    too_short: entry(
        "It ends at byte {found}; the release has {expected} bytes.",
        "The copy is not complete. Make it again.",
    ),
    bundle_changed: entry(
        "Changed structure of the zip: {region}, byte {start} ({length} bytes): expected {expected}, found {found}",
        "This zip is not the one that was made from the release.",
    ),
    more_differences: entry("And {count} more differing places, not listed.", ""),
    reader_remark: entry(
        "Not readable as a release's medium: {detail}",
        "The medium is damaged or was made to mislead readers.",
    ),
    listing_given_up: entry(
        "The list of files has no end that a release could have ({detail}).",
        "The medium is damaged or was made to mislead readers.",
    ),
    no_signature: entry("Nobody signed: there is no signature beside SEAL/SHA256SUMS.", NOT_USE),
    too_few_signers: entry(
        "{counted} of {needed} needed signatures by people who may sign now.",
        "Do not use it before the publisher has signed it fully.",
    ),
    signature_refused: entry(
        "Unexplained signature file: {path}: {reason}.",
        "One signature that does not belong spoils the seal.",
    ),
    signature_of_other_release: entry(
        "{path} was made for another release: \"{comment}\"",
        "Signatures were mixed. Do not use it.",
    ),
    no_longer_counts: entry("The signature of {name} is valid but no longer counts.", ""),
    signature_missing: entry("{name} has not signed.", ""),
    no_trust_document: entry("SEAL/trust/1.json is missing: nobody says who may sign.", NOT_USE),
    fork: entry(
        "Trust document {version} is not the one that is known here.",
        "Two histories of one publisher: call the publisher on a known number.",
    ),
    other_publisher: entry(
        "It is of publisher {found}; this verifier trusts {expected}.",
        "Compare the publisher code that you have by another road.",
    ),
    trust_document_refused: entry("Trust document {version} is refused: {detail}.", NOT_USE),
    trust_signature_refused: entry(
        "Unexplained signature of a trust document: {path}: {reason}.",
        "One signature that does not belong spoils the seal.",
    ),
    withdrawn: entry(
        "The publisher has withdrawn this release.",
        "Ask the publisher for a newer one.",
    ),
    trust_gap: entry("Trust document {version} is missing between others.", NOT_USE),
    key_in_both_roles: entry(
        "The key of {name} may sign releases and trust documents.",
        "The publisher should part these roles.",
    ),
    older_trust_on_medium: entry(
        "This verifier knows trust document {known}; the medium brings {brought}.",
        "",
    ),
    newer_trust_on_medium: entry(
        "The medium brings trust document {brought}; it follows {known}, known here.",
        "",
    ),
    unpinned: entry("UNPINNED: {reason}.", "See docs/OFFICER.md: enrol the publisher first."),
    state_lost: entry(
        "What this verifier had stored is lost or damaged ({detail}).",
        "Recover it with the publisher's letter: mediaseal-verify enrol --recover",
    ),
    state_newer: entry(
        "What is stored here was written by a newer program.",
        "Use the newest mediaseal-verify that this computer had.",
    ),
    state_of_other_publisher: entry(
        "What is stored here is of publisher {found}, not {expected}.",
        "Name the right state folder with --state.",
    ),
    anchor_differs: entry(
        "The anchor's trust document {version} does not follow what is known here ({detail}).",
        "Compare both with the letter; call the publisher on a known number.",
    ),
    state_unsafe: entry(
        "The state folder {path} is not safe: {detail}.",
        "It must belong to you and be writable by nobody else. It was not repaired.",
    ),
    below_floor: entry(
        "Release {position} is older than {floor}, the oldest that may be used.",
        "Ask the publisher for the newest release.",
    ),
    older_than_stored: entry(
        "Release {position} is older than {stored}, the last one copied here.",
        "If an older one is really wanted: --accept-older",
    ),
    conflict: entry(
        "Another release with the number {position} was copied here before.",
        "Two releases with one number: call the publisher on a known number.",
    ),
    other_epoch: entry(
        "The release is of epoch {found}; the publisher's epoch is {expected}.",
        "Ask the publisher for the newest release.",
    ),
    other_product: entry(
        "It is {found}; {expected} was asked for.",
        "Take the key or file of the right product.",
    ),
    older_accepted: entry(
        "Release {position} is older than {stored} and was accepted by option.",
        "",
    ),
    rerun: entry("This release was copied here before.", ""),
    rollback_not_checked: entry(
        "Nothing is stored here: an older release would not be noticed.",
        "",
    ),
    clock_before_issued: entry(
        "This computer's clock says {clock}; the release is of {issued}.",
        "The clock is wrong. Nothing depends on it here.",
    ),
    advice_due: entry("The publisher advises to ask for a newer release since {date}.", ""),
    not_kept: entry(
        "The check was ended: this computer could not keep a copy ({detail}).",
        "Nothing is said of the source. Look at the destination, then try again.",
    ),
    read_error: entry(
        "It could not be read: {place} ({detail}).",
        "Try another port once, then treat it as FAIL.",
    ),
    source_error: entry("It could not be opened or read: {detail}", ""),
    os_changes: entry(
        "Only changes that an operating system makes were found.",
        "The key was plugged in without write protection. Ask for a new one.",
    ),
    os_change: entry("Change by an operating system: {detail}", ""),
    os_disk_signature: entry(
        "The disk signature was changed, as Windows does for two alike disks.",
        "The key was plugged in without write protection. Ask for a new one.",
    ),
    own_drive_folder: entry(
        "A folder of the operating system on the key: {path}",
        "The key was plugged in without write protection. Ask for a new one.",
    ),
    foreign_drive_folder: entry("A folder of the operating system, not looked at: {path}", ""),
    zone_identifier: entry("Windows noted where this file came from: {path}", ""),
    not_administrator: entry(
        "This program has no administrator's rights here ({detail}).",
        "Sign in as administrator and start it again. Nothing was changed.",
    ),
    wrong_instrument: entry(
        "This release is not for this computer: {found}. It is for: {wanted}.",
        "Do not install it here. Ask whoever sent the key.",
    ),
    wrong_software: entry(
        "This release is not for {software} {found}. It is for {wanted}.",
        "Do not install it here. Ask support which update this instrument needs.",
    ),
    run_in_progress: entry(
        "A run is in progress on this instrument: {detail}",
        "Wait until the run has ended, then start again. Nothing was changed.",
    ),
    restart_pending: entry(
        "Windows waits for a restart: {detail}",
        "Restart the computer, then start again. Nothing was changed.",
    ),
    other_installer: entry(
        "Another installation is at work on this computer ({detail}).",
        "Wait until it has ended, then start again. Nothing was changed.",
    ),
    too_little_space: entry(
        "Too little space on the disk of {path}: {free} bytes free, {needed} needed.",
        "Free space, then start again. Nothing was changed.",
    ),
    unanswered: entry(
        "Nobody answered: {question}",
        "Answer it at the keyboard, or with {option}. Nothing was changed.",
    ),
    no_package: entry(
        "This release has no package for the vendor's installer.",
        "It can be copied only: mediaseal-verify copy",
    ),
    software_at_last_run: entry("{software} was {version} at the last run ({folder}).", ""),
    unfinished_run: entry("A run folder has no end marker and has been quiet: {folder}", ""),
    restart_pending_accepted: entry(
        "Windows waits for a restart, accepted by a person: {detail}",
        "",
    ),
    fact_unread: entry(
        "This could not be read, so a person or an option said it: {fact} ({detail})",
        "",
    ),
    policy_active: entry("A software restriction policy is in force: {detail}", ""),
    policy_forbids: entry(
        "The software restriction policy does not allow programs in {path}.",
        "Leave the policy as it is. Use a folder that it allows: setup --dir",
    ),
    unusual_folder: entry("The program is kept in another folder than usual: {path}", ""),
    demo_publisher: entry(
        "DEMO: the publisher \"demo\" is for exercises.",
        "Never install this on an instrument.",
    ),
    write_protected: entry("The device reports write protection.", ""),
    not_write_protected: entry(
        "The device does not report write protection.",
        "Set its switch before it is plugged in anywhere else.",
    ),
    protection_unknown: entry("Whether the device is write-protected could not be asked.", ""),
};

pub(in crate::text) const REGIONS: Regions = Regions {
    boot_code: "boot code",
    disk_signature: "disk signature",
    partition_table: "partition table",
    gap: "gap before the partition",
    boot_sector: "boot sector",
    fs_info: "FSInfo sector",
    backup_boot_sector: "backup boot sector",
    reserved: "reserved sectors",
    first_fat: "first FAT",
    second_fat: "second FAT",
    folder: "folder {path}",
    seal_file: "{path}",
    local_header: "header of {path}",
    central_directory: "central directory",
    end_record: "end record",
};

pub(in crate::text) const SIGNATURES: SignatureReasons = SignatureReasons {
    empty: "the file is empty",
    format: "not a minisign signature in its one spelling",
    algorithm: "not of the algorithm ED (it was made with -l)",
    key_id: "the key id inside is not the one in its name",
    unknown_key: "no key of that id may sign this",
    content: "not a signature of this file by that key",
    comment: "its trusted comment was changed",
    other_document: "its trusted comment names another document",
    too_long: "too long for a signature",
};

pub(in crate::text) const UNPINNED: UnpinnedReasons = UnpinnedReasons {
    no_anchor: "this verifier has no publisher that it trusts yet",
    anchor_inside_source: "the anchor lies inside what is to be checked",
    anchor_on_source_device: "the anchor lies on the same device or share as what is to be checked",
    state_inside_source: "the state folder lies inside what is to be checked",
    state_on_source_device: "the state folder lies on the same device or share as what is to be checked",
    started_from_source: "this program was started from what is to be checked",
    started_from_removable: "this program was started from a removable drive or a share",
};
