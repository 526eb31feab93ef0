//! The sample medium, changed as an operating system might, for the tests of what is
//! allowed.

pub(super) use super::super::directory::{DOT, DOT_DOT};
pub(super) use super::super::names::{self, ShortName};
pub(super) use super::super::os_added::FOLDER_NAME;
use super::super::testing::{compare, image, sample};
use super::*;

/// The sample medium, as it is changed by a test.
pub(super) struct Key {
    pub(super) plan: Plan,
    pub(super) bytes: Vec<u8>,
}

/// First cluster of what Windows adds; the two files follow.
pub(super) fn first_free(plan: &Plan) -> u32 {
    plan.table.next_cluster()
}

impl Key {
    pub(super) fn new() -> Self {
        let plan = sample();
        let bytes = image(&plan);
        Self { plan, bytes }
    }

    pub(super) fn class(&self) -> Option<OsChanges> {
        let comparison = compare(&self.plan, &self.bytes);
        assert!(!comparison.is_exact());
        comparison.os_changes
    }

    /// The changes, which must be allowed.
    pub(super) fn allowed(&self) -> Vec<OsChange> {
        self.class().expect("allowed").changes
    }

    pub(super) fn refused(&self) {
        assert_eq!(self.class(), None);
    }

    pub(super) fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn cluster(&self, cluster: u32) -> usize {
        self.plan.geometry.cluster_lba(cluster) as usize * 512
    }

    pub(super) fn fat_entry(&self, copy: u32, entry: u32) -> usize {
        self.plan.geometry.fat_lba(copy) as usize * 512 + entry as usize * 4
    }

    pub(super) fn link(&mut self, entry: u32, value: u32) {
        for copy in [0, 1] {
            let at = self.fat_entry(copy, entry);
            self.put(at, &value.to_le_bytes());
        }
    }

    /// Byte offset of the first unused root entry.
    pub(super) fn root_end(&self) -> usize {
        self.cluster(2) + self.plan.tree.folders[0].slots as usize * 32
    }

    /// Offset of the 8.3 entry of the first sealed root entry, `SEAL`.
    pub(super) fn first_entry(&self) -> usize {
        let at = self.cluster(2) + 32;
        assert_eq!(&self.bytes[at..at + 11], b"SEAL       ");
        at
    }

    /// Adds what Windows adds. The result is allowed.
    pub(super) fn with_folder() -> Self {
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
    pub(super) fn refused_with(at: impl Fn(&Self) -> usize, value: u8) {
        let mut key = Self::with_folder();
        let at = at(&key);
        assert_ne!(key.bytes[at], value);
        key.bytes[at] = value;
        key.refused();
    }
}

/// An 8.3 entry with the times of another clock.
pub(super) fn entry(short: &ShortName, attributes: u8, cluster: u32, size: u32) -> [u8; SLOT] {
    let time = super::super::FatTime::new(2031, 5, 6, 7, 8, 10).unwrap();
    let mut slot = directory::short_entry(short, attributes, time, cluster, size);
    slot[13] = 111;
    slot
}

pub(super) fn entries(
    name: &str,
    short: &ShortName,
    attributes: u8,
    cluster: u32,
    size: u32,
) -> Vec<u8> {
    let mut slots = names::long_entries(name, short).concat();
    slots.extend(entry(short, attributes, cluster, size));
    slots
}
