//! The words inside of findings: what is odd about a source, why it cannot be
//! read, why a signed document or a folder is refused.

use super::Entry;

texts! {
    /// What is wrong with an entry, a chain of clusters, a record of a zip.
    Oddities: &'static str {
        second_label,
        strange_attributes,
        stray_long_name,
        no_dot_entries,
        empty_with_clusters,
        too_many_clusters,
        too_few_clusters,
        in_pieces,
        chain_leaves_volume,
        chain_into_free_cluster,
        cluster_of_another,
        cluster_outside,
        ends_inside_fat,
        ends_inside_volume,
        leads_outside_volume,
        another_end_record,
        comment,
        after_end_record,
        several_disks,
        zip64_with_more,
        zip64_missing,
        before_first_file,
        entry_with_comment,
        entry_with_foreign_fields,
        no_directory_entry,
        other_count,
        encrypted,
        packed,
        two_sizes,
        entry_for_folder,
        entry_for_link,
        entry_for_special,
        sizes_after_data,
        no_header,
        header_disagrees,
        data_outside,
        of_no_entry,
        data_of_another,
        one_name_twice,
        not_a_stored_file,
        no_end_record,
        end_record_outside,
    }
}

texts! {
    /// Remarks of a reader, and where it gave up.
    Remarks: &'static str {
        not_text,
        double_name,
        trimmed_name,
        marked,
        marked_hidden,
        marked_system,
        marked_read_only,
        deleted_entry,
        odd_entry,
        labels,
        no_root_label,
        chain,
        sizes,
        no_volume,
        no_volume_in,
        two_readers,
        zip_entry,
        zip_record,
        other_file_system,
        stream,
        unread,
        given_up,
        too_many_entries,
        more_remarks,
        too_deep,
        folder_too_full,
        directory_too_long,
        in_circles,
        too_many_signatures,
    }
}

texts! {
    /// Why a source cannot be read, and what to do.
    SourceFaults: Entry {
        not_found,
        device_denied,
        denied,
        busy,
        link_to_folder,
        not_a_source,
        malformed,
        too_long,
        given_up,
        opening,
        reading,
        looking_at,
        asking_size,
    }
}

texts! {
    /// Why a document that people signed is refused.
    SealFaults: &'static str {
        malformed,
        too_long,
        other_spelling,
        format,
        path,
        name_empty,
        name_too_long,
        name_too_deep,
        name_character,
        name_relative,
        name_trailing_dot,
        name_device,
        name_case_twin,
        name_file_and_folder,
        name_too_many,
        sums_empty,
        sums_line,
        sums_order,
        sums_sealed,
        sums_no_manifest,
        manifest_floor,
        manifest_dates,
        manifest_applies_to,
        manifest_volume,
        manifest_not_sorted,
        manifest_in_seal,
        manifest_upper_case,
        manifest_file_too_long,
        manifest_role,
        manifest_no_payload,
        manifest_one_package,
        manifest_product_code,
        trust_version,
        trust_previous,
        trust_threshold,
        trust_too_many_keys,
        trust_twice,
        trust_shared_id,
        trust_withdrawn,
        chain_empty,
        chain_gap,
        chain_previous,
        chain_publisher,
        chain_threshold,
        chain_lowered,
        chain_product_dropped,
        chain_withdrawn_dropped,
        chain_code,
        anchor_too_many,
        anchor_no_such_code,
    }
}

texts! {
    /// Why a folder is not safe, and what to do.
    FolderFaults: Entry {
        missing,
        link,
        not_a_folder,
        owner,
        writable,
        other_owner,
        writable_by,
        unknown_rule,
        unread,
        unsupported,
    }
}

texts! {
    /// The rest of them.
    Details: &'static str {
        changed_while_read,
        changed_meanwhile,
        size_unknown,
        not_a_file,
        another_document,
        trust_store_missing,
        floors_missing,
        sector,
        byte,
        volume_in_use,
        fat_flags,
        fs_info,
        access_dates,
        added_file,
    }
}

texts! {
    /// That something failed at a file or folder.
    Doings: &'static str {
        create_folder,
        create,
        flush_folder,
        flush,
        give_name,
        list,
        lock,
        look_at,
        open_again,
        open_folder,
        open,
        put_back,
        read_back,
        remove,
        replace,
        write_record,
        write,
        cut,
        read,
        set_aside,
    }
}

texts! {
    /// What stands in the way of writing something down, and what to do.
    StoreFaults: Entry {
        exists,
        other_kind,
        no_name,
        long_name,
        too_deep,
        vanished,
        too_long,
        lock_busy,
        newer,
        torn,
        unexpected,
        moved,
        body_too_long,
        log_broken,
        log_too_long,
        log_entry,
        log_unusable,
        journal_newer,
    }
}

texts! {
    /// What to do about an error of the system.
    SystemAdvice: &'static str {
        full,
        read_only,
        no_permission,
        not_found,
        unsupported,
        other,
    }
}

texts! {
    /// Why a folder is not copied into, and what to do.
    DestinationFaults: Entry {
        link,
        not_a_folder,
        missing,
        path,
        read_only,
        no_permission,
        inside_source,
    }
}

texts! {
    /// Why nothing was copied, and what to do.
    StagingFaults: Entry {
        name,
        exchanged,
        exists,
        foreign_owner,
        longer,
        shorter,
        contents,
        set,
        read_back,
    }
}

texts! {
    /// Differences between what was written and what is there.
    Differences: &'static str {
        missing,
        extra,
        kind,
        length,
        contents,
    }
}

texts! {
    /// Labels of what a release says of itself; at most 13 characters.
    ClaimLabels: &'static str {
        manifest,
        title,
        publisher,
        product,
        version,
        release,
        position,
        issued,
        advise_after,
        applies_to,
        file,
        release_code,
        signature,
        trust,
        files,
        remark,
    }
}
