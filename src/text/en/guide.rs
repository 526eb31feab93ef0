//! English: setting up, and the guided way.

use super::entry;
use crate::text::table::{
    Guide, GuideQuestions, InstallHelp, Setup, SetupFailures, SetupQuestions,
};

pub(in crate::text) const SETUP: Setup = Setup {
    program_copied: "This program was copied to {path}",
    program_there: "This program is there already: {path}",
    tool_code: "Tool code of this program, to compare with the letter:",
    certutil: "The same as certutil -hashfile prints it, on older and newer Windows:",
    compare_tool_code: "The letter must not have come with the key.",
    publisher_is: "Publisher code of {publisher}, trust document {version}:",
    line_of_code: "Line {number} of 4:   {code}",
    enrolled_before: "The publisher is enrolled here already: {publisher}, trust document {version}",
    ready: "This computer is set up.",
    start_there: "From now on start the program there, not the one on the key: {path}",
};

pub(in crate::text) const SETUP_QUESTIONS: SetupQuestions = SetupQuestions {
    tool_code_same: entry(
        "Does the letter show the same tool code?",
        "Whoever can exchange the key can exchange this program on it. Only the letter tells.",
    ),
    replace_program: entry(
        "Another version of this program is there. Replace it by this one?",
        "Only if the tool code of this one is the newer one that your letter shows.",
    ),
    which_document: entry(
        "Which trust document does the letter name? There are {count}.",
        "The letter shows a number beside the publisher code. Type that number.",
    ),
    line_same: entry(
        "Does the letter show the same line?",
        "Four groups at a time: one digit that differs, and it is somebody else's code.",
    ),
};

pub(in crate::text) const SETUP_FAILURES: SetupFailures = SetupFailures {
    not_administrator: entry(
        "Setting up needs an administrator's rights ({detail}).",
        "Sign in as administrator and start it again. Nothing was changed.",
    ),
    program_folder_unsafe: entry(
        "The program's folder {path} is not safe: {detail}.",
        "It was not repaired: what is in it may have been put there. Call the security officer.",
    ),
    program_unread: entry(
        "This program's own file cannot be read: {detail}",
        "Copy the program alone into a new empty folder and start it there.",
    ),
    program_not_copied: entry(
        "This program could not be copied to {path}: {detail}",
        "Nothing half-written stays. Free space or permission, then start again.",
    ),
    program_differs: entry(
        "Another version of this program stands in {path}.",
        "Nothing was replaced. Compare tool codes first; then use --replace-program.",
    ),
    tool_code_differs: entry(
        "The tool code is not the one of the letter: this program is not to be trusted.",
        "Do nothing more with the key. Call the number that you already had for support.",
    ),
    no_anchor: entry(
        "There is no anchor of a publisher here.",
        "Put the key in, or name the anchor that the publisher gave you: --anchor FILE",
    ),
    anchors_many: entry(
        "There are several anchors beside this program.",
        "Name the one that the publisher gave you: --anchor FILE",
    ),
    code_not_given: entry(
        "Nobody compared the publisher code.",
        "Compare it at the keyboard, or give it: --code \"8c1f 02aa ...\"",
    ),
    code_differs: entry(
        "The publisher code is not the one of the letter. Nobody was enrolled.",
        "Do nothing more with the key. Call the number that you already had for support.",
    ),
    enrolled_by_other_code: entry(
        "{publisher} is enrolled here, and the given code is of none of the {count} trust documents held.",
        "Compare code and number with the letter. If it names a later document, store that first: mediaseal-verify learn KEY. If not, call support on a number that you already had. Nothing was changed.",
    ),
    relaunch_failed: entry(
        "This program could not be started again with an administrator's rights: {detail}",
        "Sign in as administrator and start it again. Nothing was changed.",
    ),
};

pub(in crate::text) const GUIDE: Guide = Guide {
    welcome: "This program leads you through a signed update, step by step.",
    how: "Type the letter or number in front of an answer, then press Enter. Nothing is changed before you say so.",
    step: "Step {number} of 5   {title}",
    step_setup: "Set up this computer",
    step_check: "Check the key",
    step_questions: "Questions about this instrument",
    step_install: "Copy and install",
    step_result: "Result",
    setup_done_before: "This was done before.",
    windows_asks: "Windows asks now whether this program may make changes. Answer yes. It goes on in a new window.",
    source_drive: "Drive {path}",
    source_other: "Somewhere else",
    reading: "Reading. Please wait.",
    fail_heading: "What to do now",
    fail_key: "1. Do nothing more with the key. Take it out and keep it as it is.",
    fail_network: "2. If the security officer agrees, unplug this computer's network cable.",
    fail_call: "3. Call support on a number that you already had, never one from the key. Read out the codes above.",
    not_usable: "Nothing was installed. Nothing was changed on this instrument.",
    stopped: "Stopped. Nothing more will be changed.",
    failed: "This did not work:",
    close: "You can close this window now.",
};

pub(in crate::text) const GUIDE_QUESTIONS: GuideQuestions = GuideQuestions {
    source: entry(
        "Where is the update?",
        "Put the key in first. Keys are shown as drives; a zip or folder beside this program too.",
    ),
    path: entry(
        "Type the drive, zip or folder, such as E:\\",
        "Windows shows it in the Explorer, in the line at the top.",
    ),
    card_same: entry(
        "Does the card show the same release code?",
        "The card did not come inside the key. So it tells whether this is the update that was meant.",
    ),
    install_now: entry(
        "Install this update on this instrument now?",
        "First come a few questions. Then the vendor's installer opens, and you follow it.",
    ),
};

pub(in crate::text) const INSTALL_HELP: InstallHelp = InstallHelp {
    setup: "Set up this computer: program, tool code, publisher",
    setup_example: "Example:\n  mediaseal-verify setup --anchor example-support.anchor",
    install: "Check, copy, and start the vendor's installer",
    install_example: "Example:\n  mediaseal-verify install E:\\ --instrument MiSeq --no-run-in-progress\n\nWhat is not known is asked. Without a terminal it is a refusal (5), unless an\noption answers it. Needs Windows and an administrator's rights.",
    repair: "Repair from the copy, by the vendor's installer",
    repair_example: "Example:\n  mediaseal-verify repair",
    remove: "Remove the update, by the vendor's installer",
    remove_example: "Example:\n  mediaseal-verify remove\n\nRemoving the update opens the instrument to attack again.",
    status: "Show the records and what is still to be done",
    status_example: "Example:\n  mediaseal-verify status --json",
    dir_option: "Keep the program in this folder",
    setup_state_option: "Keep state and records in this folder",
    setup_anchor_option: "The anchor that the publisher gave you",
    setup_code_option: "The whole publisher code of the letter",
    tool_code_option: "The whole tool code of the letter",
    replace_program_option: "Replace another version of the program",
    source_option: "A key, zip or folder of the publisher",
    to_option: "Folder for the copy, not the release's own",
    json_option: "Print what came of it as JSON (schema 1)",
    instrument_option: "Which instrument this is",
    serial_option: "Its serial number, for the record",
    software_option: "Version of the software that is installed now",
    mode_option: "Mode it was started in: dx or ruo",
    no_run_option: "No run is in progress, where none can be seen",
    despite_restart_option: "Go on though Windows waits for a restart",
    no_other_installer_option: "Nothing else is being installed",
    enough_space_option: "There is enough space, where it cannot be read",
    unattended_option: "Without windows (/qn); not documented by the vendor",
    product_option: "Of this product",
    product_code_option: "Product code of the program, {...}",
    yes_option: "Remove without a typed word",
    guided: "Started without a command on a terminal, it leads through everything.",
};
