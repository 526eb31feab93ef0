//! Setting up a computer, and the guided way through everything.

use super::Entry;

texts! {
    /// Setting up.
    Setup: &'static str {
        program_copied,
        program_there,
        tool_code,
        certutil,
        compare_tool_code,
        publisher_is,
        line_of_code,
        enrolled_before,
        ready,
        start_there,
    }
}

texts! {
    /// Questions of setting up: the question, and why.
    SetupQuestions: Entry {
        tool_code_same,
        replace_program,
        which_document,
        line_same,
    }
}

texts! {
    /// What stops setting up.
    SetupFailures: Entry {
        not_administrator,
        program_folder_unsafe,
        program_unread,
        program_not_copied,
        program_differs,
        tool_code_differs,
        no_anchor,
        anchors_many,
        code_not_given,
        code_differs,
        enrolled_by_other_code,
        relaunch_failed,
    }
}

texts! {
    /// The guided way.
    Guide: &'static str {
        welcome,
        how,
        step,
        step_setup,
        step_check,
        step_questions,
        step_install,
        step_result,
        setup_done_before,
        windows_asks,
        source_drive,
        source_other,
        reading,
        fail_heading,
        fail_key,
        fail_network,
        fail_call,
        not_usable,
        stopped,
        failed,
        close,
    }
}

texts! {
    /// Questions of the guided way.
    GuideQuestions: Entry {
        source,
        path,
        card_same,
        install_now,
    }
}

texts! {
    /// Help of the commands on an instrument.
    InstallHelp: &'static str {
        setup,
        setup_example,
        install,
        install_example,
        repair,
        repair_example,
        remove,
        remove_example,
        status,
        status_example,
        dir_option,
        setup_state_option,
        setup_anchor_option,
        setup_code_option,
        tool_code_option,
        replace_program_option,
        source_option,
        to_option,
        json_option,
        instrument_option,
        serial_option,
        software_option,
        mode_option,
        no_run_option,
        despite_restart_option,
        no_other_installer_option,
        enough_space_option,
        unattended_option,
        product_option,
        product_code_option,
        yes_option,
        guided,
    }
}
