//! One test for each allowed addition, and for one byte beside each.

use super::super::testing::{compare, image};
use super::setting::*;
use super::*;

#[test]
fn folder_of_windows_with_both_files_is_shown_with_their_contents() {
    let key = Key::with_folder();
    assert_eq!(
        key.allowed(),
        [
            OsChange::SystemVolumeInformation,
            OsChange::AddedFile { name: "WPSettings.dat", content: b"\x0C\0\0\0settings".to_vec() },
            OsChange::AddedFile { name: "IndexerVolumeGuid", content: vec![0x7B; 76] },
        ]
    );
}

#[test]
fn all_allowed_changes_together() {
    let mut key = Key::with_folder();
    key.put(0x1B8, &[1, 2, 3, 4]);
    key.bytes[(1 << 20) + 0x41] = 1;
    key.put((1 << 20) + 512 + 488, &[0xFF; 8]);
    key.link(1, 0x07FF_FFFF);
    let at = key.first_entry();
    key.put(at + 18, &[0x21, 0]);
    let changes = key.allowed();
    assert_eq!(changes.len(), 8, "{changes:?}");
}

#[test]
fn folder_may_lie_in_any_free_clusters_with_any_end_mark() {
    let mut key = Key::new();
    let first = first_free(&key.plan);
    let cluster = key.plan.geometry.clusters() + 1;
    let root_end = key.root_end();
    key.put(root_end, &entries(FOLDER_NAME, b"SYSTEM~1   ", 0x16, cluster, 0));
    let at = key.cluster(cluster);
    let dots = [entry(&DOT, 0x16, cluster, 0), entry(&DOT_DOT, 0x10, 0, 0)].concat();
    key.put(at, &dots);
    for mark in [0x0FFF_FFF8, 0x0FFF_FFFC, 0x0FFF_FFFF] {
        key.link(cluster, mark);
        assert_eq!(key.allowed(), [OsChange::SystemVolumeInformation]);
    }
    for wrong in [0, 1, first, cluster, 0x0FFF_FFF7, 0xFFFF_FFFF, 0x1FFF_FFF8] {
        key.link(cluster, wrong);
        key.refused();
    }
}

#[test]
fn files_may_come_in_the_other_order_or_alone() {
    let mut key = Key::with_folder();
    let at = key.cluster(first_free(&key.plan)) + 64;
    let (settings, guid) = (key.bytes[at..at + 96].to_vec(), key.bytes[at + 96..at + 192].to_vec());
    key.put(at, &guid);
    key.put(at + 96, &settings);
    assert_eq!(key.allowed().len(), 3);
    // Alone: entry, content and link of the other taken back.
    key.put(at + 96, &[0; 96]);
    key.refused();
    let settings = first_free(&key.plan) + 1;
    key.link(settings, 0);
    key.refused();
    let content = key.cluster(settings);
    key.put(content, &[0; 12]);
    assert_eq!(key.allowed().len(), 2);
}

#[test]
fn alias_with_another_digit_is_allowed_and_no_other_alias() {
    let mut key = Key::with_folder();
    let root_end = key.root_end();
    let first = first_free(&key.plan);
    key.put(root_end, &entries(FOLDER_NAME, b"SYSTEM~9   ", 0x16, first, 0));
    assert_eq!(key.allowed().len(), 3);
    for alias in [b"SYSTEM~0   ", b"SYSTEM~A   ", b"SYSTEM~1X  ", b"VIRUS   EXE"] {
        key.put(root_end, &entries(FOLDER_NAME, alias, 0x16, first, 0));
        key.refused();
    }
}

#[test]
fn alias_that_a_sealed_entry_has_is_refused() {
    use super::super::testing::{sealed, volume};
    let files = vec![sealed("system-notes", 1)];
    let plan = Plan::new(&volume(35 << 20), files).unwrap();
    let bytes = image(&plan);
    let mut key = Key { plan, bytes };
    let first = first_free(&key.plan);
    let (root_end, at) = (key.root_end(), key.cluster(first));
    key.put(at, &entry(&DOT, 0x10, first, 0));
    key.put(at + 32, &entry(&DOT_DOT, 0x10, 0, 0));
    key.link(first, 0x0FFF_FFFF);
    key.put(root_end, &entries(FOLDER_NAME, b"SYSTEM~2   ", 0x16, first, 0));
    assert_eq!(key.allowed(), [OsChange::SystemVolumeInformation]);
    key.put(root_end, &entries(FOLDER_NAME, b"SYSTEM~1   ", 0x16, first, 0));
    key.refused();
}

#[test]
fn free_attributes_are_read_only_hidden_system_archive() {
    for (attributes, allowed) in [
        (0x10, true),
        (0x37, true),
        (0x30, true),
        (0x00, false),
        (0x18, false),
        (0x50, false),
        (0x90, false),
        (0x0F, false),
    ] {
        let mut key = Key::with_folder();
        let at = key.root_end() + 2 * 32 + 11;
        key.bytes[at] = attributes;
        assert_eq!(key.class().is_some(), allowed, "{attributes:#x}");
        let mut key = Key::with_folder();
        let file = key.cluster(first_free(&key.plan)) + 64 + 2 * 32 + 11;
        key.bytes[file] = attributes ^ 0x10;
        assert_eq!(key.class().is_some(), allowed, "{attributes:#x}");
    }
}

#[test]
fn one_byte_more_in_the_added_folder_is_refused() {
    let folder = |key: &Key| key.cluster(first_free(&key.plan));
    // Names, dot entries, NT case bytes, sizes, first clusters.
    Key::refused_with(|key| key.root_end() + 1, b'T');
    Key::refused_with(|key| key.root_end() + 13, 1);
    Key::refused_with(|key| key.root_end() + 64, b'T');
    Key::refused_with(|key| key.root_end() + 64 + 12, 8);
    Key::refused_with(|key| key.root_end() + 64 + 28, 1);
    Key::refused_with(|key| key.root_end() + 96, 0xE5);
    Key::refused_with(|key| folder(key) + 1, b'.');
    Key::refused_with(|key| folder(key) + 26, 2);
    Key::refused_with(|key| folder(key) + 28, 1);
    Key::refused_with(|key| folder(key) + 32 + 26, 2);
    Key::refused_with(|key| folder(key) + 64 + 1, b'w');
    Key::refused_with(|key| folder(key) + 64 + 13, 0);
    Key::refused_with(|key| folder(key) + 128 + 12, 8);
    Key::refused_with(|key| folder(key) + 128 + 28, 13);
    Key::refused_with(|key| folder(key) + 128 + 31, 1);
    Key::refused_with(|key| folder(key) + 224 + 28, 75);
    // After the entries, and in the tails of the three clusters.
    Key::refused_with(|key| folder(key) + 256, b'X');
    Key::refused_with(|key| folder(key) + 511, 1);
    Key::refused_with(|key| folder(key) + 512 + 12, 1);
    Key::refused_with(|key| folder(key) + 1024 + 76, 1);
    Key::refused_with(|key| folder(key) + 1024 + 511, 1);
    Key::refused_with(|key| folder(key) + 3 * 512, 1);
}

#[test]
fn a_third_file_in_the_folder_is_refused() {
    for (name, alias) in [("EVIL.DLL", b"EVIL    DLL"), ("WPSettings.dat", b"WPSETT~2DAT")] {
        let mut key = Key::with_folder();
        let first = first_free(&key.plan);
        let at = key.cluster(first) + 256;
        let entry = if name == "EVIL.DLL" {
            entry(alias, 0x20, first + 3, 12).to_vec()
        } else {
            entries(name, alias, 0x20, first + 3, 12)
        };
        key.put(at, &entry);
        key.link(first + 3, 0x0FFF_FFFF);
        key.refused();
    }
}

#[test]
fn a_deleted_entry_is_refused() {
    let mut key = Key::with_folder();
    let at = key.cluster(first_free(&key.plan)) + 256;
    key.put(at, &entry(b"\xE5ONE    TXT", 0x20, 0, 0));
    key.refused();
    let mut key = Key::new();
    let root_end = key.root_end();
    key.put(root_end, &entry(b"\xE5ONE    TXT", 0x20, 0, 0));
    key.refused();
    // Deleted in the place where the folder would begin, the folder behind it.
    let first = first_free(&key.plan);
    key.put(root_end + 32, &entries(FOLDER_NAME, b"SYSTEM~1   ", 0x16, first, 0));
    key.refused();
}

#[test]
fn a_second_label_is_refused() {
    let mut key = Key::new();
    let root_end = key.root_end();
    key.put(root_end, &entry(b"SECOND     ", 0x08, 0, 0));
    key.refused();
    let mut key = Key::with_folder();
    let root_end = key.root_end();
    key.put(root_end + 96, &entry(b"SECOND     ", 0x08, 0, 0));
    key.refused();
}

#[test]
fn cross_links_are_refused() {
    // Two added objects in one cluster; one in a sealed file's; one in the root.
    let first = first_free(&Key::new().plan);
    for (cluster, slot) in [(first, 4), (first + 1, 7), (first - 1, 4), (2, 4), (0, 4), (1, 4)] {
        let mut key = Key::with_folder();
        let at = key.cluster(first) + slot * 32;
        key.put(at + 26, &(cluster as u16).to_le_bytes());
        key.refused();
    }
    let mut key = Key::with_folder();
    let beyond = key.plan.geometry.clusters() + 2;
    let at = key.cluster(first) + 4 * 32;
    key.put(at + 20, &((beyond >> 16) as u16).to_le_bytes());
    key.put(at + 26, &(beyond as u16).to_le_bytes());
    key.refused();
}

#[test]
fn chains_of_added_objects_must_be_one_cluster_in_both_fats() {
    let first = first_free(&Key::new().plan);
    for copy in [0, 1] {
        for value in [0, first + 3, 0x0FFF_FFF8_u32] {
            let mut key = Key::with_folder();
            let at = key.fat_entry(copy, first);
            key.put(at, &value.to_le_bytes());
            key.refused();
        }
    }
    let mut key = Key::with_folder();
    key.link(first, first + 3);
    key.link(first + 3, 0x0FFF_FFFF);
    key.refused();
    let mut key = Key::with_folder();
    key.link(first + 3, 0x0FFF_FFFF);
    key.refused();
}

#[test]
fn changed_payload_slack_or_gap_beside_allowed_changes_is_refused() {
    let places = [512, 1 << 19, (1 << 20) + 1024];
    let key = Key::new();
    let payload = key.plan.file_sectors(5).unwrap();
    let sums = key.plan.file_sectors(0).unwrap();
    let files = [
        payload.first as usize * 512,
        payload.last as usize * 512 + 511,
        sums.first as usize * 512,
        key.bytes.len() - 1,
    ];
    for at in places.into_iter().chain(files) {
        let mut key = Key::with_folder();
        key.bytes[at] ^= 1;
        key.refused();
    }
}

#[test]
fn more_changed_sectors_than_are_kept_are_refused() {
    let mut key = Key::new();
    key.bytes[(1 << 20) + 0x41] = 1;
    let start = 20 << 20;
    for sector in 0..MAX_CHANGED_SECTORS {
        key.bytes[start + sector * 512] = 1;
    }
    key.refused();
}

#[test]
fn an_exact_medium_has_no_class() {
    let key = Key::new();
    assert_eq!(compare(&key.plan, &key.bytes).os_changes, None);
}
