//! What every language must say.

/// A finding in two texts: what happened, and what to do.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// One sentence: what was found.
    pub what: &'static str,
    /// One or two sentences: what to do; empty where nothing is to be done.
    pub next: &'static str,
}

/// Declares a struct of texts whose fields are all of one type.
macro_rules! texts {
    ($(#[$doc:meta])* $name:ident: $type:ty { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[allow(missing_docs)] // The fields' names say what they are.
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// Every text with its name, for tests.
            pub fn all(&self) -> Vec<(&'static str, $type)> {
                vec![$((stringify!($field), self.$field)),*]
            }
        }
    };
}

texts! {
    /// The findings, in the order of their numbers.
    Findings: Entry {
        nothing_to_compare,
        no_sums,
        empty_sums,
        sums_refused,
        no_manifest,
        manifest_refused,
        manifest_changed,
        sums_and_manifest_differ,
        other_publisher_in_manifest,
        seal_file_too_long,
        not_rendered,
        file_changed,
        file_missing,
        file_size,
        not_a_file,
        level_too_low,
        unexpected_file,
        unexpected_folder,
        not_a_plain_file,
        name_not_allowed,
        double_name,
        hidden_attribute,
        unexpected_stream,
        structure_changed,
        deleted_entry,
        free_space_used,
        slack_used,
        after_the_end,
        too_short,
        bundle_changed,
        more_differences,
        reader_remark,
        listing_given_up,
        no_signature,
        too_few_signers,
        signature_refused,
        signature_of_other_release,
        no_longer_counts,
        signature_missing,
        no_trust_document,
        fork,
        other_publisher,
        trust_document_refused,
        trust_signature_refused,
        withdrawn,
        trust_gap,
        key_in_both_roles,
        older_trust_on_medium,
        newer_trust_on_medium,
        unpinned,
        state_lost,
        state_newer,
        state_of_other_publisher,
        state_unsafe,
        anchor_differs,
        below_floor,
        older_than_stored,
        conflict,
        other_epoch,
        other_product,
        older_accepted,
        rerun,
        rollback_not_checked,
        clock_before_issued,
        advice_due,
        read_error,
        not_kept,
        source_error,
        os_changes,
        os_change,
        os_disk_signature,
        own_drive_folder,
        foreign_drive_folder,
        zone_identifier,
        demo_publisher,
        write_protected,
        not_write_protected,
        protection_unknown,
    }
}

texts! {
    /// Names of a medium's structures.
    Regions: &'static str {
        boot_code,
        disk_signature,
        partition_table,
        gap,
        boot_sector,
        fs_info,
        backup_boot_sector,
        reserved,
        first_fat,
        second_fat,
        folder,
        seal_file,
        local_header,
        central_directory,
        end_record,
    }
}

texts! {
    /// Why a signature does not count.
    SignatureReasons: &'static str {
        empty,
        format,
        algorithm,
        key_id,
        unknown_key,
        content,
        comment,
        other_document,
        too_long,
    }
}

texts! {
    /// Why a verifier is UNPINNED.
    UnpinnedReasons: &'static str {
        no_anchor,
        anchor_inside_source,
        anchor_on_source_device,
        state_inside_source,
        state_on_source_device,
        started_from_source,
        started_from_removable,
    }
}

texts! {
    /// Labels and sentences of reports.
    Labels: &'static str {
        medium,
        source,
        release,
        release_line,
        code,
        code_kind,
        payload,
        payload_line,
        integrity,
        signers,
        trust,
        rollback,
        protection,
        note,
        pass,
        fail,
        cannot_tell,
        unpinned,
        not_checked,
        demo,
        level_whole_medium,
        level_volume,
        level_bundle,
        level_files_only,
        level_installed_copy,
        explained_whole_medium,
        explained_volume,
        explained_bundle,
        explained_files_only,
        explained_installed_copy,
        findings_one,
        findings_many,
        seal_not_accepted,
        signers_of,
        signers_named,
        signers_and,
        signer_missing,
        signer_no_longer,
        nobody_known,
        trust_newest,
        trust_own_chain,
        rollback_follows,
        rollback_same,
        rollback_first,
        rollback_skipped,
        verdict_whole_medium,
        verdict_volume,
        verdict_bundle,
        verdict_files_only,
        verdict_installed_copy,
        verdict_rollback_skipped,
        verdict_demo,
        compare_code,
        record,
        fail_line,
        fail_os_changes,
        fail_advice,
        fail_os_advice,
        cannot_tell_io,
        cannot_tell_io_advice,
        cannot_tell_trust,
        cannot_tell_trust_advice,
        cannot_tell_refused,
        cannot_tell_refused_advice,
        unpinned_line,
        unpinned_advice,
        show_heading,
        show_no_verdict,
        sectors,
        bytes,
        progress_reading,
        progress_of,
        progress_left,
        error,
        copied,
        copied_already,
        not_copied,
        learned,
        enrolled,
        publisher_code,
        compare_publisher_code,
        floors_lost,
        copy_stands,
    }
}

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
        existing_differs,
        demo_outside_demo,
        usage,
        locked,
    }
}

/// Everything that a language must say.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Findings.
    pub findings: Findings,
    /// Structures of a medium.
    pub regions: Regions,
    /// Reasons of signatures.
    pub signatures: SignatureReasons,
    /// Reasons for UNPINNED.
    pub unpinned: UnpinnedReasons,
    /// Reports.
    pub labels: Labels,
    /// Help.
    pub help: Help,
    /// Failures.
    pub failures: Failures,
}
