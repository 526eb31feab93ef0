//! What findings say, and the words inside of them.

use super::Entry;

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
