//! English: the verifier's command line: help, and what went wrong outside of a check.

use super::entry;
use crate::text::table::{Failures, Help};

pub(in crate::text) const HELP: Help = Help {
    about: "Proves that a key, image, zip or folder is exactly what was signed",
    check: "Check a key, image, zip or folder",
    check_example: "Example:\n  mediaseal-verify check /dev/sdb --record records",
    show: "Show what a release says of itself, without a verdict",
    show_example: "Example:\n  mediaseal-verify show release.zip",
    enrol: "Trust a publisher, once, by the code of its letter",
    enrol_example: "Example:\n  mediaseal-verify enrol example-support.anchor --code \"8c1f 02aa ...\"",
    copy: "Check, then copy the payload into its own folder",
    copy_example: "Example:\n  mediaseal-verify copy /dev/sdb --to /srv/updates",
    source_argument: "A block device, image, zip, folder or mounted drive",
    anchor_option: "Trust this exported chain for this check",
    state_option: "Folder of what this verifier has stored",
    json_option: "Print the report as JSON (schema 1)",
    record_option: "File the report as evidence in this folder",
    level_option: "Fail unless this level is reached:\nwhole-medium, volume, bundle, files-only",
    volume_only_option: "Of a device, read the release's volume alone",
    product_option: "Fail unless it is this product",
    accept_older_option: "Take a release that is older than the stored one",
    language_option: "Language of the texts: en or fr",
    learn_option: "Store newer trust documents that it proves",
    anchor_argument: "The publisher's anchor file",
    code_option: "The whole publisher code, 64 digits, in groups or not",
    recover_option: "Replace a state that was lost or damaged",
    to_option: "Existing folder for the release's folder",
    exit_codes: "Exit codes:\n  0 PASS or done   1 FAIL   2 wrong command line   3 could not read\n  5 refused for safety   6 trust is not set up (UNPINNED)\n  7 the vendor's installer failed   130 cancelled",
    commands_heading: "Commands",
    options_heading: "Options",
    arguments_heading: "Arguments",
    usage_heading: "Usage:",
    help_option: "Print this help",
    version_option: "Print the version",
};

pub(in crate::text) const FAILURES: Failures = Failures {
    anchor_unreadable: entry(
        "The anchor {path} cannot be read: {detail}",
        "Is it the file that the publisher gave you?",
    ),
    anchor_refused: entry(
        "The anchor {path} is refused: {detail}",
        "Ask the publisher for its anchor again, by another road than the key.",
    ),
    code_not_a_code: entry(
        "The code is not 64 hexadecimal digits.",
        "Type all sixteen groups of the publisher code.",
    ),
    code_not_in_anchor: entry(
        "No trust document in {path} has that code.",
        "Do not enrol it. Compare with the letter; if it differs, call the publisher.",
    ),
    enrol_from_removable: entry(
        "This program was started from a removable drive or a share, where anybody could have put it.",
        "Start the one that is installed here, or let this one install itself: setup.",
    ),
    already_enrolled: entry(
        "A publisher is enrolled here already: {publisher}.",
        "Nothing was changed. For another publisher name another --state folder.",
    ),
    nothing_to_recover: entry(
        "Nothing was lost here: there is nothing to recover.",
        "Use enrol without --recover.",
    ),
    recover_would_lower: entry(
        "The anchor ends at document {brought}; document {known} was known here.",
        "Ask the publisher for its newest anchor.",
    ),
    state_folder_unsafe: entry(
        "The state folder {path} is not safe: {detail}.",
        "It must belong to you and be writable by nobody else. It was not repaired.",
    ),
    state_unusable: entry(
        "The state in {path} cannot be used: {detail}",
        "Recover it with the publisher's letter: mediaseal-verify enrol --recover",
    ),
    state_unwritable: entry(
        "The state in {path} could not be written: {detail}",
        "Nothing was half-written. Free space or permission, then try again.",
    ),
    destination_refused: entry(
        "The destination {path} is refused: {detail}",
        "Nothing was copied. Name a real folder, without links, that you may write.",
    ),
    destination_missing: entry("No destination was named.", "Name an existing folder: --to DIR"),
    staging_failed: entry(
        "Copying failed: {detail}",
        "Nothing was left behind. Free space or permission, then try again.",
    ),
    reread_differs: entry(
        "What was written reads back differently: {path}",
        "Nothing was left behind. The disk is failing: call support.",
    ),
    answer_unwritten: entry(
        "The answer could not be written ({detail}).",
        "Make room where standard output leads to, then run it again.",
    ),
    record_failed: entry(
        "The record could not be filed in {path}: {detail}",
        "The verdict above stands. Free space or permission, then try again.",
    ),
    existing_differs: entry(
        "Another content stands already in {path}.",
        "Nothing was overwritten. Ask support before you remove that folder.",
    ),
    demo_outside_demo: entry(
        "The publisher \"demo\" is for exercises and is not taken here.",
        "Use the folder that mediaseal demo made.",
    ),
    usage: entry("The command line is not understood: {detail}", "See --help."),
    locked: entry(
        "Another mediaseal is at work on {path}.",
        "Wait until it has ended, then try again.",
    ),
};
