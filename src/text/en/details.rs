//! English: the words inside of findings.

use super::entry;
use crate::text::table::{
    ClaimLabels, DestinationFaults, Details, Differences, Doings, FolderFaults, Oddities, Remarks,
    SealFaults, SourceFaults, StagingFaults, StoreFaults, SystemAdvice,
};

const NOT_SIGNED: &str = "It is not what was signed: do not use it.";
const ANOTHER_PORT: &str = "Try another port or another copy once.";
const REAL_FOLDER: &str = "Name the real folder.";
const ANOTHER_FOLDER: &str =
    "Somebody else could have changed it. Use another folder; do not repair this one.";

pub(in crate::text) const ODDITIES: Oddities = Oddities {
    second_label: "second volume label, or one in a wrong place",
    strange_attributes: "entry with attributes that do not exist",
    stray_long_name: "part of a long name that belongs to no file",
    no_dot_entries: "folder without its entries . and ..",
    empty_with_clusters: "empty file with clusters",
    too_many_clusters: "more clusters than its size needs",
    too_few_clusters: "fewer clusters than its size needs",
    in_pieces: "in several pieces",
    chain_leaves_volume: "chain that leaves the volume",
    chain_into_free_cluster: "chain that goes on with a free cluster",
    cluster_of_another: "cluster that another file or folder has, or a loop",
    cluster_outside: "cluster outside the volume",
    ends_inside_fat: "the medium ends inside its FAT",
    ends_inside_volume: "the medium ends inside its volume",
    leads_outside_volume: "the file system leads outside its volume",
    another_end_record: "another end record",
    comment: "comment",
    after_end_record: "bytes after the end record",
    several_disks: "end record of several disks",
    zip64_with_more: "zip64 end record with more in it",
    zip64_missing: "zip64 end record that is missing",
    before_first_file: "bytes before the first file, or before the directory",
    entry_with_comment: "entry with a comment",
    entry_with_foreign_fields: "entry with fields of others",
    no_directory_entry: "bytes that are no directory entry",
    other_count: "end record that counts other entries than there are",
    encrypted: "encrypted",
    packed: "packed",
    two_sizes: "stored with two sizes",
    entry_for_folder: "entry for a folder",
    entry_for_link: "entry for a symbolic link",
    entry_for_special: "entry for something that is no file",
    sizes_after_data: "sizes after the data",
    no_header: "no header where the directory says",
    header_disagrees: "header that does not agree with the directory",
    data_outside: "data outside the file",
    of_no_entry: "bytes that belong to no entry",
    data_of_another: "data that another entry has, too",
    one_name_twice: "one name twice",
    not_a_stored_file: "not a plain stored file",
    no_end_record: "no end record of a zip",
    end_record_outside: "an end record that leads outside the file",
};

pub(in crate::text) const REMARKS: Remarks = Remarks {
    not_text: "name that is no text: {path}",
    double_name: "one name twice: {other} and {path}",
    trimmed_name: "name that ends with a dot or a space: \"{path}\"",
    marked: "marked as {marks}: {path}",
    marked_hidden: "hidden",
    marked_system: "system",
    marked_read_only: "read-only",
    deleted_entry: "deleted entry in {folder}: \"{name}\", sector {sector}, byte {byte}",
    odd_entry: "{what} in {folder}, sector {sector}, byte {byte}",
    labels: "the label is \"{root}\" in the root folder and \"{boot}\" in the boot sector",
    no_root_label: "no label in the root folder, \"{boot}\" in the boot sector",
    chain: "{what}: {folder}",
    sizes: "the volume has several sizes: {sizes}",
    no_volume: "no volume of ours: sizes said to be {sizes}",
    no_volume_in: "no volume of ours: {length} bytes, sizes said to be {sizes}",
    two_readers: "two readers do not see the same in {folder}",
    zip_entry: "{what}: {path}",
    zip_record: "{what} at byte {start}",
    other_file_system: "on another file system: {path}",
    stream: "hidden stream: {folder}{name}, {size} bytes",
    unread: "cannot be looked into: {folder} ({detail})",
    given_up: "given up: {limit}",
    too_many_entries: "more than {count} entries",
    more_remarks: "{count} more remarks",
    too_deep: "more than {limit} folders deep: {path}",
    folder_too_full: "too many entries in {folder}",
    directory_too_long: "a directory of {bytes} bytes, {entries} entries",
    in_circles: "the file system leads in circles",
    too_many_signatures: "more than {limit} signature files",
};

pub(in crate::text) const SOURCE_FAULTS: SourceFaults = SourceFaults {
    not_found: entry("there is no {place}", "Check the name, and that the key is plugged in."),
    device_denied: entry(
        "the system does not let us read {place}",
        "Reading a device needs an administrator (on Linux: root, with sudo).",
    ),
    denied: entry(
        "the system does not let us read {place}",
        "Check who may read it, or run as administrator.",
    ),
    busy: entry("{place} is in use", "Close the programs that use it, then run the command again."),
    link_to_folder: entry("{place} is a symbolic link to a folder", "Name the folder itself."),
    not_a_source: entry(
        "{place} is nothing that a release is read from",
        "Name a folder, a zip, an image or a block device.",
    ),
    malformed: entry("{place}: {what}", NOT_SIGNED),
    too_long: entry("{place} has more than {limit} bytes", NOT_SIGNED),
    given_up: entry("{place}: given up, the file system leads in circles", NOT_SIGNED),
    opening: entry("opening {place}: {error}", ANOTHER_PORT),
    reading: entry("reading {place}: {error}", ANOTHER_PORT),
    looking_at: entry("looking at {place}: {error}", ANOTHER_PORT),
    asking_size: entry("asking for the size of {place}: {error}", ANOTHER_PORT),
};

pub(in crate::text) const SEAL_FAULTS: SealFaults = SealFaults {
    malformed: "the reader of JSON says \"{said}\"",
    too_long: "longer than {limit} bytes",
    other_spelling: "not in its one spelling (byte {at})",
    format: "format {found}; this program reads {known}",
    path: "{path}: {fault}",
    name_empty: "empty, absolute, or with an empty part",
    name_too_long: "longer than {limit} bytes",
    name_too_deep: "more than {limit} levels deep",
    name_character: "the character \"{character}\" is not allowed",
    name_relative: "\".\" and \"..\" are not allowed",
    name_trailing_dot: "a trailing dot is not allowed",
    name_device: "a device name of Windows",
    name_case_twin: "equal to {other} without case",
    name_file_and_folder: "both a file and a folder: {other}",
    name_too_many: "more than {limit} files",
    sums_empty: "it is empty",
    sums_line: "line {line} is not in the one spelling",
    sums_order: "line {line} is out of order or double",
    sums_sealed: "{path} may not be listed",
    sums_no_manifest: "{path} is not listed",
    manifest_floor: "the floor is above the release's own sequence",
    manifest_dates: "advise_after is before issued",
    manifest_applies_to: "applies_to is empty",
    manifest_volume: "volume.bytes is not a whole number of MiB from 35 MiB to 64 GiB",
    manifest_not_sorted: "files are not sorted",
    manifest_in_seal: "{path}: stands in the folder of the seal",
    manifest_upper_case: "{path}: its folder is not in upper case",
    manifest_file_too_long: "{path}: is longer than 4,294,967,295 bytes",
    manifest_role: "{path}: its role is not that of its folder",
    manifest_no_payload: "payload.path is not a file with content below PAYLOAD/",
    manifest_one_package: "a Windows Installer package must be the only payload file",
    manifest_product_code: "payload.product_code is missing",
    trust_version: "version {version} is not 1 to {limit}",
    trust_previous: "\"previous\" must stand from version 2 on, only there",
    trust_threshold: "the threshold of role {role} is not 1 to the number of its keys",
    trust_too_many_keys: "role {role} has over {limit} keys",
    trust_twice: "role {role} has the key or the name of {name} twice",
    trust_shared_id: "two different keys have the id {id}",
    trust_withdrawn: "the withdrawn codes are not sorted or one is double",
    chain_empty: "there is no trust document",
    chain_gap: "version {found} where version {expected} must follow",
    chain_previous: "it does not follow the document before it",
    chain_publisher: "it is of another publisher, {name}",
    chain_threshold: "{counted} of {needed} root keys of document {of} signed it",
    chain_lowered: "it lowers the epoch or floor of {product}",
    chain_product_dropped: "it no longer names {product}",
    chain_withdrawn_dropped: "it no longer withdraws {code}",
    chain_code: "its code is {code}, not the expected one",
    anchor_too_many: "more documents or signatures than a chain may have",
    anchor_no_such_code: "no trust document in it has that code",
};

pub(in crate::text) const FOLDER_FAULTS: FolderFaults = FolderFaults {
    missing: entry("{path} is not there", "Enrol a publisher first, or name the right folder."),
    link: entry("{path} is a link", REAL_FOLDER),
    not_a_folder: entry("{path} is not a folder", REAL_FOLDER),
    owner: entry("{path} belongs to another user (number {owner})", ANOTHER_FOLDER),
    writable: entry("others may write in {path} (mode {bits})", ANOTHER_FOLDER),
    other_owner: entry("{path} belongs to another account ({owner})", ANOTHER_FOLDER),
    writable_by: entry("others may write in {path} ({who})", ANOTHER_FOLDER),
    unknown_rule: entry("{path} has an access rule of an unknown kind", ANOTHER_FOLDER),
    unread: entry("cannot look at {path}: {error}", ""),
    unsupported: entry(
        "this system is not asked who may write in a folder",
        "Use a program made for this system.",
    ),
};

pub(in crate::text) const DETAILS: Details = Details {
    changed_while_read: "it changed while it was read",
    changed_meanwhile: "it changed meanwhile: {why}",
    not_a_file: "not a file",
    size_unknown: "the device tells no size and does not end",
    another_document: "another document",
    trust_store_missing: "the trust store is missing",
    floors_missing: "the store of floors is missing",
    sector: "sector {at}",
    byte: "byte {at}",
    volume_in_use: "volume in use",
    fat_flags: "FAT entry 1: {found}",
    fs_info: "FSInfo: {free}, {next}",
    access_dates: "access dates: {entries}",
    added_file: "{name}: {content}",
};

pub(in crate::text) const DOINGS: Doings = Doings {
    create_folder: "cannot create the folder {path}: {error}",
    create: "cannot create {path}: {error}",
    flush_folder: "cannot flush the folder {path}: {error}",
    flush: "cannot flush {path}: {error}",
    give_name: "cannot give its name to {path}: {error}",
    list: "cannot list {path}: {error}",
    lock: "cannot lock {path}: {error}",
    look_at: "cannot look at {path}: {error}",
    open_again: "cannot open again {path}: {error}",
    open_folder: "cannot open the folder {path}: {error}",
    open: "cannot open {path}: {error}",
    put_back: "cannot put back {path}: {error}",
    read_back: "cannot read back {path}: {error}",
    remove: "cannot remove {path}: {error}",
    replace: "cannot replace {path}: {error}",
    write_record: "cannot write the record in {path}: {error}",
    write: "cannot write {path}: {error}",
    cut: "cannot cut {path}: {error}",
    read: "cannot read {path}: {error}",
    set_aside: "cannot set aside a torn line in {path}: {error}",
};

const OTHER_NAME: &str = "Choose another name.";
const CALL_SUPPORT: &str = "Do not use this key. Keep it as it is and call support.";

pub(in crate::text) const STORE_FAULTS: StoreFaults = StoreFaults {
    exists: entry("{path} is there already", "Choose another name, or use --force to replace it."),
    other_kind: entry("{path} is there already and of another kind", OTHER_NAME),
    no_name: entry("\"{path}\" names no file", OTHER_NAME),
    long_name: entry("the name {path} is too long", "Choose a shorter name."),
    too_deep: entry(
        "{path} has too many levels of folders",
        "Look into that folder: nothing of ours is so deep.",
    ),
    vanished: entry(
        "{path} vanished while it was being written",
        "Something else works in that folder. Stop it, then try again.",
    ),
    too_long: entry(
        "{path} is longer than {limit} bytes",
        "Recover the state: see enrol --recover.",
    ),
    lock_busy: entry(
        "another program is working in {path}",
        "Wait until the other mediaseal program has ended, then try again.",
    ),
    newer: entry("a newer program stored the state, in format {format}", "Use the newer program."),
    torn: entry("the stored state is torn: {what}", "Recover the state: see enrol --recover."),
    unexpected: entry(
        "the stored state is not as expected",
        "Recover the state: see enrol --recover.",
    ),
    moved: entry("the state moved from generation {expected} to {found} meanwhile", "Try again."),
    body_too_long: entry(
        "the state would be {bytes} bytes long",
        "Remove documents that are no longer needed.",
    ),
    log_broken: entry(
        "{path}: line {line} does not follow the line before it",
        "Keep the log as it is, and show it to the security officer.",
    ),
    log_too_long: entry(
        "{path} would be too long",
        "Move the log to an archive; a new one begins by itself.",
    ),
    log_entry: entry(
        "the entry is not one that a log can hold",
        "Report this: the program made an entry that it must not make.",
    ),
    log_unusable: entry("{path} was left half-written", "Start the program again."),
    journal_newer: entry("line {line} was written by a newer program", "Use the newer program."),
};

pub(in crate::text) const SYSTEM_ADVICE: SystemAdvice = SystemAdvice {
    full: "Make room on the disk, then try again.",
    read_only: "The disk is read-only. Choose another place.",
    no_permission: "Use an account that may write there.",
    not_found: "Make the folder first, or correct the path.",
    unsupported: "Use another file system, or another system.",
    other: "Try again. If it happens again, the disk may be failing.",
};

pub(in crate::text) const DESTINATION_FAULTS: DestinationFaults = DestinationFaults {
    link: entry(
        "{path} (part {component} of the path) is a link",
        "Name the real folder. If nobody made this link, ask why it is there.",
    ),
    not_a_folder: entry("{path} is not a folder", "Name a folder, with its whole path."),
    missing: entry("{path} is not there", "Make the folder first, or correct the path."),
    path: entry("\"{path}\" is not the path of a folder", "Name a folder, with its whole path."),
    read_only: entry(
        "{path} is on a read-only disk",
        "The disk is read-only. Choose another place.",
    ),
    no_permission: entry(
        "this account may not work in {path}",
        "Use an account that may write there.",
    ),
    inside_source: entry("it lies inside the source, or on its device", "Choose another place."),
};

pub(in crate::text) const STAGING_FAULTS: StagingFaults = StagingFaults {
    name: entry("the name \"{path}\": {fault}", CALL_SUPPORT),
    exchanged: entry(
        "{path} was exchanged for another folder during the copy",
        "Somebody or something works in that folder. Find out what before trying again.",
    ),
    exists: entry(
        "{path} is there already and differs in {count} places{first}",
        "Move the other folder away, or ask who changed it.",
    ),
    foreign_owner: entry(
        "{path} is there already and belongs to another user (number {owner})",
        "Ask who made it. Move it away, then copy again: the copy will be yours.",
    ),
    longer: entry("{path} is longer than the {declared} bytes declared", CALL_SUPPORT),
    shorter: entry("{path} ended at byte {received} of {declared}", CALL_SUPPORT),
    contents: entry("{path} is not the signed file", CALL_SUPPORT),
    set: entry("{path} was not copied, or is not in the signed set", CALL_SUPPORT),
    read_back: entry(
        "the disk did not give back what was written, in {count} places{first}",
        "The disk of this computer may be failing. Have it checked.",
    ),
};

pub(in crate::text) const DIFFERENCES: Differences = Differences {
    missing: "{path} is missing",
    extra: "{path} should not be there",
    kind: "{path} is of another kind",
    length: "{path} has another length",
    contents: "{path} has other contents",
};

pub(in crate::text) const CLAIMS: ClaimLabels = ClaimLabels {
    manifest: "manifest",
    title: "title",
    publisher: "publisher",
    product: "product",
    version: "version",
    release: "release",
    position: "{position} (floor {floor})",
    issued: "issued",
    advise_after: "renew after",
    applies_to: "for",
    file: "file",
    release_code: "release code",
    signature: "signature",
    trust: "trust",
    files: "files",
    remark: "remark",
};
