//! Causes inside of failures: what one of us says where else the system does,
//! why a fact of the computer is not known, why a plan or a stored value is none.

texts! {
    /// What one of us says inside of an error of input and output; `system` is
    /// the frame around the operating system's own words.
    IoFaults: &'static str {
        system,
        not_a_file,
        not_one_name,
        too_many_entries,
        no_durable_writing,
        broken_answer,
        too_many_keys,
        nobody_signed_in,
        no_process,
        needs_windows,
        no_exit_code,
        program_too_long,
    }
}

texts! {
    /// What is known of a computer, and why it is not.
    Facts: &'static str {
        unsupported,
        not_a_number,
        no_session_manager,
        no_folder,
        no_product_code,
        not_administrator,
        servicing_waits,
        update_waits,
        files_wait,
        policy,
        no_copy,
        no_line,
        anchor_too_long,
    }
}

texts! {
    /// Why a stored value is none.
    SlotFaults: &'static str {
        not_a_file,
        too_long,
        no_first_line,
        not_ours,
        no_generation,
        other_bytes,
        other_slot,
        missing,
        no_sequence,
        trust_changed,
        floors_changed,
        gone,
    }
}

texts! {
    /// Why a volume or a bundle cannot be planned.
    PlanFaults: &'static str {
        volume_size,
        label,
        path,
        too_many_files,
        file_too_large,
        content_size,
        empty_hash,
        folder_full,
        volume_full,
    }
}

texts! {
    /// Why a command line is not understood; quotes stand where words begin.
    UsageFaults: &'static str {
        unknown_argument,
        unknown_command,
        missing,
        no_command,
        no_value,
        other_value,
        other_value_of,
        too_many_values,
        conflict,
        twice,
        not_text,
        other,
    }
}

texts! {
    /// What a question of a record is about, and the answers that are not free.
    Asked: &'static str {
        instrument,
        serial,
        software,
        mode,
        run,
        restart,
        other_installer,
        space,
        confirmed,
        yes,
        no,
        line,
    }
}
