//! English: causes inside of failures.

use crate::text::table::{Asked, Facts, IoFaults, PlanFaults, SlotFaults, UsageFaults};

pub(in crate::text) const IO_FAULTS: IoFaults = IoFaults {
    system: "the system says \"{error}\"",
    not_a_file: "it is not a regular file",
    not_one_name: "it is not the name of one file or folder",
    too_many_entries: "the folder has too many entries",
    no_durable_writing: "nothing is written so that it lasts on this system",
    broken_answer: "the system's answer is broken",
    too_many_keys: "the registry has too many keys there",
    nobody_signed_in: "nobody is signed in at this desktop",
    no_process: "the system named no process",
    needs_windows: "the vendor's installer needs Windows",
    no_exit_code: "it ended without a code",
    program_too_long: "it is longer than this program is",
};

pub(in crate::text) const FACTS: Facts = Facts {
    unsupported: "this system is not asked for it",
    not_a_number: "{name} is no number",
    no_session_manager: "the session manager's key is not there",
    no_folder: "no folder of the path is there",
    no_product_code: "that is no product code",
    not_administrator: "this account is not an administrator, or Windows was not asked",
    servicing_waits: "component servicing waits for a restart",
    update_waits: "Windows Update waits for a restart",
    files_wait: "files are exchanged at the next start",
    policy: "DefaultLevel {level}, TransparentEnabled {enforcement}, {count} path rules",
    no_copy: "it is missing",
    no_line: "the line just written is gone",
    anchor_too_long: "it has more than {limit} bytes",
};

pub(in crate::text) const SLOT_FAULTS: SlotFaults = SlotFaults {
    not_a_file: "{file}: not a file",
    too_long: "{file}: longer than any state",
    no_first_line: "{file}: no first line",
    not_ours: "{file}: no slot of ours",
    no_generation: "{file}: no generation",
    other_bytes: "{file}: the bytes do not match their SHA-256",
    other_slot: "{file}: a generation of the other slot",
    missing: "{file} is missing",
    no_sequence: "{file}: generations {odd} and {even} do not follow each other",
    trust_changed: "the chain does not read back",
    floors_changed: "the floors do not read back",
    gone: "it is gone",
};

pub(in crate::text) const PLAN_FAULTS: PlanFaults = PlanFaults {
    volume_size: "a volume of {bytes} bytes cannot be made",
    label: "\"{label}\" is not a volume label",
    path: "\"{path}\": {fault}",
    too_many_files: "{files} files; a volume has at most {limit}",
    file_too_large: "\"{path}\" has {bytes} bytes, too many for FAT32",
    content_size: "\"{path}\" has {found} bytes where {said} were expected",
    empty_hash: "\"{path}\" is empty and its SHA-256 is not that of nothing",
    folder_full: "the folder \"/{path}\" would need {slots} entries, FAT32 allows {limit}",
    volume_full: "the volume is full: {needed} bytes needed, {available} available",
};

pub(in crate::text) const USAGE_FAULTS: UsageFaults = UsageFaults {
    unknown_argument: "\"{argument}\" is not known here",
    unknown_command: "there is no command \"{argument}\"",
    missing: "this is missing: {argument}",
    no_command: "no command is named; there are {valid}",
    no_value: "{argument} needs a value",
    other_value: "\"{value}\" is not a value of {argument}",
    other_value_of: "\"{value}\" is not a value of {argument}, which takes {valid}",
    too_many_values: "\"{value}\" is one value too many for {argument}",
    conflict: "{argument} does not go with {other}",
    twice: "{argument} stands there more than once",
    not_text: "a part of it is no text",
    other: "the reader of command lines says \"{said}\"",
};

pub(in crate::text) const ASKED: Asked = Asked {
    instrument: "which instrument",
    serial: "serial number",
    software: "version of its software",
    mode: "mode it was started in",
    run: "a run in progress",
    restart: "go on without a restart",
    other_installer: "another installation at work",
    space: "enough space",
    confirmed: "confirmed by",
    yes: "yes",
    no: "no",
    line: "{question}: {answer} ({by})",
};
