//! One test for each allowed change, and for one byte beside each.

use super::super::directory::{DOT, DOT_DOT};
use super::super::names::{self, ShortName};
use super::super::os_added::FOLDER_NAME;
use super::super::testing::{compare, image, sample};
use super::*;

/// The sample medium, as it is changed by a test.
struct Key {
    plan: Plan,
    bytes: Vec<u8>,
}

/// First cluster of what Windows adds; the two files follow.
fn first_free(plan: &Plan) -> u32 {
    plan.table.next_cluster()
}

impl Key {
    fn new() -> Self {
        let plan = sample();
        let bytes = image(&plan);
        Self { plan, bytes }
    }

    fn class(&self) -> Option<OsChanges> {
        let comparison = compare(&self.plan, &self.bytes);
        assert!(!comparison.is_exact());
        comparison.os_changes
    }

    /// The changes, which must be allowed.
    fn allowed(&self) -> Vec<OsChange> {
        self.class().expect("allowed").changes
    }

    fn refused(&self) {
        assert_eq!(self.class(), None);
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn cluster(&self, cluster: u32) -> usize {
        self.plan.geometry.cluster_lba(cluster) as usize * 512
    }

    fn fat_entry(&self, copy: u32, entry: u32) -> usize {
        self.plan.geometry.fat_lba(copy) as usize * 512 + entry as usize * 4
    }

    fn link(&mut self, entry: u32, value: u32) {
        for copy in [0, 1] {
            let at = self.fat_entry(copy, entry);
            self.put(at, &value.to_le_bytes());
        }
    }

    /// Byte offset of the first unused root entry.
    fn root_end(&self) -> usize {
        self.cluster(2) + self.plan.tree.folders[0].slots as usize * 32
    }

    /// Offset of the 8.3 entry of the first sealed root entry, `SEAL`.
    fn first_entry(&self) -> usize {
        let at = self.cluster(2) + 32;
        assert_eq!(&self.bytes[at..at + 11], b"SEAL       ");
        at
    }

    /// Adds what Windows adds. The result is allowed.
    fn with_folder() -> Self {
        let mut key = Self::new();
        let first = first_free(&key.plan);
        let root_end = key.root_end();
        let folder = entries(FOLDER_NAME, b"SYSTEM~1   ", 0x16, first, 0);
        key.put(root_end, &folder);
        let content = [
            entry(&DOT, 0x10, first, 0).to_vec(),
            entry(&DOT_DOT, 0x10, 0, 0).to_vec(),
            entries("WPSettings.dat", b"WPSETT~1DAT", 0x20, first + 1, 12),
            entries("IndexerVolumeGuid", b"INDEXE~1   ", 0x20, first + 2, 76),
        ]
        .concat();
        let at = key.cluster(first);
        key.put(at, &content);
        let at = key.cluster(first + 1);
        key.put(at, b"\x0C\0\0\0settings");
        let at = key.cluster(first + 2);
        key.put(at, &[0x7B; 76]);
        for cluster in first..first + 3 {
            key.link(cluster, 0x0FFF_FFFF);
        }
        key
    }

    /// Changes one byte of the added folder's cluster and sees it refused.
    fn refused_with(at: impl Fn(&Self) -> usize, value: u8) {
        let mut key = Self::with_folder();
        let at = at(&key);
        assert_ne!(key.bytes[at], value);
        key.bytes[at] = value;
        key.refused();
    }
}

/// An 8.3 entry with the times of another clock.
fn entry(short: &ShortName, attributes: u8, cluster: u32, size: u32) -> [u8; SLOT] {
    let time = super::super::FatTime::new(2031, 5, 6, 7, 8, 10).unwrap();
    let mut slot = directory::short_entry(short, attributes, time, cluster, size);
    slot[13] = 111;
    slot
}

fn entries(name: &str, short: &ShortName, attributes: u8, cluster: u32, size: u32) -> Vec<u8> {
    let mut slots = names::long_entries(name, short).concat();
    slots.extend(entry(short, attributes, cluster, size));
    slots
}

#[test]
fn disk_signature_is_its_own_change() {
    let mut key = Key::new();
    key.put(0x1B8, &[1, 2, 3, 4]);
    let found = 0x0403_0201;
    assert_eq!(key.allowed(), [OsChange::DiskSignature { found }]);
    key.bytes[0x1BC] = 1;
    key.refused();
    key.bytes[0x1BC] = 0;
    key.bytes[0x1B7] = 1;
    key.refused();
}

#[test]
fn dirty_bit_of_the_boot_sector_and_no_other() {
    let mut key = Key::new();
    let at = (1 << 20) + 0x41;
    key.bytes[at] = 1;
    assert_eq!(key.allowed(), [OsChange::VolumeDirty]);
    for value in [2, 3, 0x81] {
        key.bytes[at] = value;
        key.refused();
    }
    key.bytes[at] = 1;
    key.bytes[at + 1] ^= 1;
    key.refused();
}

#[test]
fn the_second_boot_sector_may_not_change() {
    let mut key = Key::new();
    key.bytes[(1 << 20) + 6 * 512 + 0x41] = 1;
    key.refused();
}

#[test]
fn counters_of_fs_info_and_no_byte_beside_them() {
    let mut key = Key::new();
    let at = (1 << 20) + 512 + 488;
    key.put(at, &[9, 0, 0, 0, 8, 0, 0, 0]);
    let (free_clusters, next_free) = (9, 8);
    let counters = OsChange::FsInfoCounters { free_clusters, next_free };
    assert_eq!(key.allowed(), [counters]);
    for beside in [at - 1, at + 8] {
        key.bytes[beside] ^= 1;
        key.refused();
        key.bytes[beside] ^= 1;
    }
    key.bytes[(1 << 20) + 7 * 512 + 488] ^= 1;
    key.refused();
}

#[test]
fn flags_of_fat_entry_1_where_both_fats_agree() {
    for found in [0x07FF_FFFF, 0x0BFF_FFFF, 0x03FF_FFFF] {
        let mut key = Key::new();
        key.link(1, found);
        assert_eq!(key.allowed(), [OsChange::FatFlags { found }]);
    }
    for found in [0x0FFF_FFFE, 0x07FF_FFFE, 0x01FF_FFFF, 0xFFFF_FFFF, 0] {
        let mut key = Key::new();
        key.link(1, found);
        key.refused();
    }
}

#[test]
fn fats_that_differ_are_refused() {
    for copy in [0, 1] {
        let mut key = Key::new();
        let at = key.fat_entry(copy, 1);
        key.put(at, &0x07FF_FFFF_u32.to_le_bytes());
        key.refused();
    }
    let mut key = Key::new();
    key.link(1, 0x07FF_FFFF);
    let at = key.fat_entry(1, 1);
    key.put(at, &0x0BFF_FFFF_u32.to_le_bytes());
    key.refused();
}

#[test]
fn fat_entry_0_may_not_change() {
    let mut key = Key::new();
    key.link(0, 0x0FFF_FFF0);
    key.refused();
}

#[test]
fn access_dates_of_sealed_entries_and_no_other_time() {
    let mut key = Key::new();
    let at = key.first_entry();
    key.put(at + 18, &[0x21, 0]);
    assert_eq!(key.allowed(), [OsChange::AccessDates { entries: 1 }]);
    for beside in [0, 11, 12, 13, 14, 16, 17, 20, 22, 25, 26, 28] {
        key.bytes[at + beside] ^= 1;
        key.refused();
        key.bytes[at + beside] ^= 1;
    }
    // A second one, in another folder, behind its long name.
    let seal = key.cluster(3);
    let short = seal + 2 * 32 + 32;
    assert_eq!(&key.bytes[short..short + 11], b"SHA256~1   ");
    key.bytes[short + 18] ^= 1;
    assert_eq!(key.allowed(), [OsChange::AccessDates { entries: 2 }]);
    key.bytes[short - 32 + 18] ^= 1;
    key.refused();
}

#[test]
fn access_dates_of_label_and_dot_entries_may_not_change() {
    let mut key = Key::new();
    let label = key.cluster(2);
    key.bytes[label + 18] ^= 1;
    key.refused();
    let mut key = Key::new();
    let dot = key.cluster(3);
    key.bytes[dot + 18] ^= 1;
    key.refused();
}

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
