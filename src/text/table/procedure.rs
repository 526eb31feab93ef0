//! The procedure on an instrument: dialogue, questions, what the vendor's
//! installer answers, records.

use super::Entry;

texts! {
    /// Ways to answer, the same for every question.
    Dialogue: &'static str {
        yes_no,
        /// Words for yes, in lower case, parted by spaces.
        yes_words,
        /// Words for no.
        no_words,
        /// Words of a person who wants to stop.
        stop_words,
        number,
        line,
        not_understood,
        press_enter,
    }
}

texts! {
    /// What is asked before anything is changed: the question, and why.
    Questions: Entry {
        instrument,
        /// The last choice: another computer.
        none_of_these,
        serial,
        /// What the last run calls the instrument.
        serial_hint,
        software,
        /// Which version the last run names.
        software_hint,
        mode,
        run,
        restart,
        other_installer,
        space,
        remove,
        /// Why a run in progress could not be seen, in a clause.
        no_place,
        no_run,
        too_many_runs,
    }
}

texts! {
    /// What the vendor's installer answered, and what to do.
    InstallerExits: Entry {
        done,
        done_restart,
        restarting,
        cancelled,
        failed,
        not_installed,
        busy,
        cannot_open,
        broken,
        forbidden,
        other_version,
        other,
    }
}

texts! {
    /// What stops an installation, beside findings.
    InstallFailures: Entry {
        needs_windows,
        package_not_held,
        package_path,
        not_started,
        journal_failed,
        records_broken,
        records_newer,
        nothing_recorded,
        copy_not_there,
        source_exchanged,
        no_product_code,
        remove_not_confirmed,
        state_missing,
        identity_not_stored,
    }
}

texts! {
    /// Labels and sentences of the procedure and its records.
    Procedure: &'static str {
        install,
        repair,
        remove,
        record_of,
        id,
        clock,
        computer,
        instrument,
        serial,
        mode,
        signed_in,
        release,
        release_code,
        product_code,
        signers,
        files,
        findings,
        answers,
        command,
        log,
        log_says,
        log_unread,
        exit_code,
        result,
        restart,
        restart_seen,
        chain,
        not_known,
        not_given,
        none,
        by_person,
        by_option,
        by_stored,
        by_computer,
        restart_none,
        restart_recommended,
        restart_required,
        restart_was_seen,
        restart_not_seen,
        refused,
        begun_only,
        chain_note,
        wizard_opens,
        quiet_runs,
        restart_never,
        remove_warning,
        remove_word,
        record_filed,
        before,
        status_nothing,
        status_chain,
        status_chain_broken,
        status_installed,
        status_not_installed,
        status_unread,
        to_do,
        to_do_restart_required,
        to_do_restart_recommended,
        to_do_other_mode,
        to_do_unfinished,
        to_do_failed,
        to_do_records,
        to_do_nothing,
        restart_line,
        log_line,
    }
}
