//! English: the procedure on an instrument.

use super::entry;
use crate::text::table::{Dialogue, InstallFailures, InstallerExits, Procedure, Questions};

pub(in crate::text) const DIALOGUE: Dialogue = Dialogue {
    yes_no: "[Y]es   [N]o   [?] why   [Q]uit",
    yes_words: "y yes",
    no_words: "n no",
    stop_words: "q quit",
    number: "Type the number.   [?] why   [Q]uit",
    line: "Type it and press Enter.   [?] why   [Q]uit",
    not_understood: "That is not one of the answers.",
    press_enter: "Press Enter when you have read this.",
};

pub(in crate::text) const QUESTIONS: Questions = Questions {
    instrument: entry(
        "Which instrument is this?",
        "The update is for certain instruments only. The answer is kept, and is asked once.",
    ),
    none_of_these: entry("None of these", ""),
    serial: entry(
        "What is its serial number? Type - to leave it out.",
        "It stands in the record, so that the record can be matched with this instrument.",
    ),
    serial_hint: entry("The last run calls it {hint}.", ""),
    software_hint: entry("At the last run it was {seen}.", ""),
    software: entry(
        "Which version of {software} is installed now?",
        "The update is for versions {wanted}. The software's own start page shows the version.",
    ),
    mode: entry(
        "In which mode was this instrument started?",
        "It has two modes with a Windows each, and the update is needed in both.",
    ),
    run: entry(
        "Is a run in progress on this instrument? ({detail})",
        "An installation in the middle of a run would end the run. It could not be seen by itself.",
    ),
    restart: entry(
        "Windows seems to wait for a restart ({detail}). Go on without it?",
        "After a restart the installation is surer to succeed. Answer no, restart, start again.",
    ),
    other_installer: entry(
        "Is another installation running on this computer? ({detail})",
        "Two installations at one time stop each other.",
    ),
    space: entry(
        "Is there enough free space on the disk? ({detail})",
        "The update is copied first and then unpacked. How much is free could not be read.",
    ),
    remove: entry(
        "To remove the update all the same, type {word}.",
        "The instrument can be attacked again once the update is gone. So nobody does it by mistake.",
    ),
    no_place: entry("where this model keeps its runs is not known", ""),
    no_run: entry("no run was found", ""),
    too_many_runs: entry("there are more files than are looked at", ""),
};

pub(in crate::text) const EXITS: InstallerExits = InstallerExits {
    done: entry("The vendor's installer says: done.", "See below whether to restart."),
    done_restart: entry(
        "The vendor's installer says: done, a restart is needed.",
        "Restart the computer. The work is not complete before that.",
    ),
    restarting: entry(
        "The vendor's installer says: done, and it has begun to restart the computer.",
        "Let it restart, then start this program again to see what is left to do.",
    ),
    cancelled: entry(
        "The vendor's installer was cancelled. It changed nothing.",
        "Start again when you are ready.",
    ),
    failed: entry(
        "The vendor's installer failed and took its changes back (1603).",
        "Do not try it again and again. Restart once, try once; then call support with the log.",
    ),
    not_installed: entry(
        "The update is not installed here, says the vendor's installer (1605).",
        "There is nothing to repair or remove. Look at: mediaseal-verify status",
    ),
    busy: entry(
        "Another installation is running (1618). Nothing was changed.",
        "Wait until it has ended, then start again.",
    ),
    cannot_open: entry(
        "The vendor's installer could not open the package (1619). Nothing was changed.",
        "Start again once; then call support with the log.",
    ),
    broken: entry(
        "The vendor's installer cannot read the package (1620). Nothing was changed.",
        "The package is what was signed. Call support: it may need another Windows.",
    ),
    forbidden: entry(
        "A policy of this computer forbids the installation (1625). Nothing was changed.",
        "Leave the policy as it is. Call support and the security officer.",
    ),
    other_version: entry(
        "Another version of the update is installed already (1638). Nothing was changed.",
        "Look at: mediaseal-verify status. Ask support which version this instrument needs.",
    ),
    other: entry(
        "The vendor's installer ended with code {code}, which this program does not know.",
        "Call support with the code and the log.",
    ),
};

pub(in crate::text) const INSTALL_FAILURES: InstallFailures = InstallFailures {
    needs_windows: entry(
        "The vendor's installer needs Windows. Nothing was changed.",
        "Run this on the instrument. Here you can check and copy.",
    ),
    package_not_held: entry(
        "The package {path} could not be held open: {detail}",
        "Nothing was installed. Close what uses it, then start again.",
    ),
    package_path: entry(
        "The path {path} cannot be passed to the vendor's installer.",
        "Nothing was installed. Use a destination without quotation marks: --to DIR",
    ),
    not_started: entry(
        "The vendor's installer could not be started: {detail}",
        "Nothing was changed. Call support.",
    ),
    journal_failed: entry(
        "The record could not be written: {detail}",
        "Free space or permission, then start again.",
    ),
    records_broken: entry(
        "The records of this computer are damaged: {detail}",
        "Keep them as they are, and show them to the security officer.",
    ),
    records_newer: entry(
        "The records of this computer were written by a newer program: {detail}",
        "Start the newest program that is on this computer.",
    ),
    nothing_recorded: entry(
        "No installation is recorded here.",
        "Install first: mediaseal-verify install SOURCE",
    ),
    copy_not_there: entry(
        "The copy {path} is not there, or is not what was signed.",
        "Put the key in again: mediaseal-verify install SOURCE",
    ),
    source_exchanged: entry(
        "The source is not the release any more that the questions were about.",
        "Nothing was installed. Do not use this key; call support.",
    ),
    no_product_code: entry(
        "It is not known here which program would be removed.",
        "Name it: --product-code {place}",
    ),
    remove_not_confirmed: entry(
        "The removal was not confirmed. Nothing was changed.",
        "Type the word at the keyboard, or use --yes.",
    ),
    state_missing: entry(
        "This computer was not set up: {detail}",
        "Set it up first: mediaseal-verify setup",
    ),
    identity_not_stored: entry(
        "Which instrument this is could not be stored: {detail}",
        "Free space or permission, then start again.",
    ),
};

pub(in crate::text) const PROCEDURE: Procedure = Procedure {
    install: "Installation",
    repair: "Repair",
    remove: "Removal",
    record_of: "{action}, record {number}",
    id: "Record",
    clock: "Clock",
    computer: "Computer",
    instrument: "Instrument",
    serial: "Serial number",
    mode: "Mode",
    signed_in: "Signed in",
    release: "Release",
    release_code: "Release code",
    product_code: "Product code",
    signers: "Signed by",
    files: "SHA-256",
    findings: "Findings",
    answers: "Answers",
    command: "Command",
    log: "Log",
    log_says: "Log says",
    log_unread: "the log could not be read: {detail}",
    exit_code: "Exit code",
    result: "Result",
    restart: "Restart",
    restart_seen: "Restarted",
    chain: "Chain",
    not_known: "not known",
    not_given: "not given",
    none: "none",
    by_person: "said at the keyboard",
    by_option: "given by option",
    by_stored: "stored before",
    by_computer: "read from the computer",
    restart_none: "not needed",
    restart_recommended: "recommended",
    restart_required: "REQUIRED: the work is not complete before it",
    restart_was_seen: "yes, seen by this program",
    restart_not_seen: "not yet seen",
    refused: "refused; nothing was changed",
    begun_only: "begun; how it ended is not recorded",
    chain_note: "Each line of the record has the SHA-256 of the line before it. That shows accidents. It does not stop an administrator.",
    wizard_opens: "The vendor's installer opens now. Follow it to its end, then come back here.",
    quiet_runs: "The vendor's installer runs without a window. The vendor documents the window alone.",
    restart_never: "This program never restarts the computer.",
    remove_warning: "Removing the update opens the instrument to attack again. Try to solve the fault first.",
    remove_word: "REMOVE",
    record_filed: "Record: {path}",
    before: "Before anything is changed",
    status_nothing: "Nothing was installed here with this program.",
    status_chain: "{count} lines, none missing between them",
    status_chain_broken: "{count} lines can be read; what stands behind them is damaged or newer",
    status_installed: "installed: {name} {version}",
    status_not_installed: "not among the installed programs",
    status_unread: "could not be read: {detail}",
    to_do: "To do",
    to_do_restart_required: "Restart the computer. The work is not complete before that.",
    to_do_restart_recommended: "Restart the computer when you can.",
    to_do_other_mode: "Start the instrument in its {mode} mode and install there too.",
    to_do_unfinished: "An action was cut off. Start the same action again.",
    to_do_failed: "The last action did not succeed. See its result above.",
    to_do_records: "The records are not whole. Keep them, and show them to the security officer.",
    to_do_nothing: "Nothing.",
    restart_line: "Restart: {restart}",
    log_line: "The log says: {line}",
};
