//! The verifier's command line: help, and what went wrong outside of a check.

use super::Entry;

texts! {
    /// The command line's help.
    Help: &'static str {
        about,
        check,
        check_example,
        show,
        show_example,
        enrol,
        enrol_example,
        copy,
        copy_example,
        source_argument,
        anchor_option,
        state_option,
        json_option,
        record_option,
        level_option,
        volume_only_option,
        product_option,
        accept_older_option,
        language_option,
        learn_option,
        anchor_argument,
        code_option,
        recover_option,
        to_option,
        exit_codes,
        commands_heading,
        options_heading,
        arguments_heading,
        usage_heading,
        help_option,
        version_option,
    }
}

texts! {
    /// What went wrong outside of a check, and what to do.
    Failures: Entry {
        anchor_unreadable,
        anchor_refused,
        code_not_a_code,
        code_not_in_anchor,
        already_enrolled,
        enrol_from_removable,
        nothing_to_recover,
        recover_would_lower,
        state_folder_unsafe,
        state_unusable,
        state_unwritable,
        destination_refused,
        destination_missing,
        staging_failed,
        reread_differs,
        record_failed,
        answer_unwritten,
        existing_differs,
        demo_outside_demo,
        usage,
        locked,
    }
}
