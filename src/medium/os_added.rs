//! The folder that Windows adds to a key that it mounts writable: `System Volume
//! Information`, byte by byte as `os_changes` lists it.
//!
//! Invariants: nothing is carried over but the entries of the folder, of its two
//! files and of their clusters in both FATs; every cluster was free and is
//! taken once. Defends against a third file, a name that is another, data in the
//! tail of a cluster, and chains that lead elsewhere.

use super::directory::{
    ATTRIBUTE_FOLDER, DOT, DOT_DOT, OFFSET_ATTRIBUTES, OFFSET_CLUSTER_HIGH, OFFSET_CLUSTER_LOW,
    OFFSET_SIZE,
};
use super::fat::{ROOT_CLUSTER, SECTOR};
use super::names::{self, SLOT, ShortName};
use super::os_changes::{Changes, OsChange};
use super::plan::Plan;

/// The smallest end-of-chain mark.
const SMALLEST_END: u32 = 0x0FFF_FFF8;
/// The largest: the upper four bits of an entry stay zero.
const LARGEST_END: u32 = 0x0FFF_FFFF;
/// Attributes that are free on an added entry: read-only, hidden, system,
/// archive.
const FREE_ATTRIBUTES: u8 = 0x27;
/// Directory entries of `System Volume Information` in the root: two of its
/// long name and one.
const FOLDER_SLOTS: usize = 3;
/// The folder that Windows adds.
pub(super) const FOLDER_NAME: &str = "System Volume Information";

/// A file that Windows adds to that folder.
struct AddedFile {
    name: &'static str,
    alias: &'static ShortName,
    size: u32,
}

/// Both names take three entries as well.
const ADDED_FILES: [AddedFile; 2] = [
    AddedFile { name: "WPSettings.dat", alias: b"WPSETT~1DAT", size: 12 },
    AddedFile { name: "IndexerVolumeGuid", alias: b"INDEXE~1   ", size: 76 },
];

/// What belongs to the added folder.
pub(super) struct Added<'a> {
    plan: &'a Plan,
    /// Its clusters.
    clusters: Vec<u32>,
    /// Bytes that may be carried over: sector, offset, length.
    pub ranges: Vec<(u64, usize, usize)>,
    /// What was seen.
    pub changes: Vec<OsChange>,
}

impl<'a> Added<'a> {
    /// The folder as it was found beside `plan`; `None` unless all of it is as
    /// allowed, or where there is none.
    pub fn read(changes: &Changes, plan: &'a Plan) -> Option<Self> {
        let mut added = Self {
            plan,
            clusters: Vec::new(),
            ranges: Vec::new(),
            changes: vec![OsChange::SystemVolumeInformation],
        };
        let root = plan.geometry.cluster_lba(ROOT_CLUSTER);
        let first = plan.tree.folders[0].slots;
        let slots: Vec<[u8; SLOT]> = (first..first + FOLDER_SLOTS as u64)
            .map(|slot| {
                let (lba, offset) = (root + slot / 16, (slot % 16) as usize * SLOT);
                added.ranges.push((lba, offset, SLOT));
                Some(*changes.found(lba).get(offset..)?.first_chunk()?)
            })
            .collect::<Option<_>>()?;
        let entry = named(&slots, FOLDER_NAME, b"SYSTEM~1   ")?;
        let children = &plan.tree.folders[0].children;
        let taken = children.iter().any(|child| entry[..11] == child.short);
        let folder = cluster_of(entry);
        if taken || !is_entry(entry, true, 0) {
            return None;
        }
        added.claim(changes, folder)?;

        // The folder: dot entries, then files of three entries each, then
        // nothing. What is not carried over here must be zero as planned.
        let lba = plan.geometry.cluster_lba(folder);
        let bytes = changes.found(lba);
        let (slots, _) = bytes.as_chunks::<SLOT>();
        let (dots, mut rest) = slots.split_at_checked(2)?;
        for (dot, name, cluster) in [(&dots[0], DOT, folder), (&dots[1], DOT_DOT, 0)] {
            let is_dot = dot[..11] == name && is_entry(dot, true, 0) && cluster_of(dot) == cluster;
            is_dot.then_some(())?;
        }
        let mut used = 2 * SLOT;
        let mut left: Vec<&AddedFile> = ADDED_FILES.iter().collect();
        while let Some((entries, after)) = rest.split_at_checked(FOLDER_SLOTS)
            && entries[0][0] != 0
        {
            let which =
                left.iter().position(|file| named(entries, file.name, file.alias).is_some())?;
            let file = left.remove(which);
            let entry = named(entries, file.name, file.alias)?;
            is_entry(entry, false, file.size).then_some(())?;
            let cluster = cluster_of(entry);
            added.claim(changes, cluster)?;
            let lba = plan.geometry.cluster_lba(cluster);
            let content = changes.found(lba)[..file.size as usize].to_vec();
            added.ranges.push((lba, 0, file.size as usize));
            added.changes.push(OsChange::AddedFile { name: file.name, content });
            used += FOLDER_SLOTS * SLOT;
            rest = after;
        }
        added.ranges.push((lba, 0, used));
        Some(added)
    }

    /// Takes `cluster` for an added object: it must have been free, must not
    /// be taken yet, and must be a whole chain in both FATs.
    fn claim(&mut self, changes: &Changes, cluster: u32) -> Option<()> {
        let geometry = &self.plan.geometry;
        let free = self.plan.table.next_cluster()..geometry.clusters() + ROOT_CLUSTER;
        if !free.contains(&cluster) || self.clusters.contains(&cluster) {
            return None;
        }
        let byte = u64::from(cluster) * 4;
        let offset = (byte % SECTOR) as usize;
        let sectors = [0, 1].map(|copy| geometry.fat_lba(copy) + byte / SECTOR);
        let [one, two] = sectors.map(|lba| changes.number(lba, offset));
        let ends = one == two && (SMALLEST_END..=LARGEST_END).contains(&one?);
        ends.then_some(())?;
        self.clusters.push(cluster);
        self.ranges.extend(sectors.map(|lba| (lba, offset, 4)));
        Some(())
    }
}

/// The 8.3 entry behind the exact long-name entries of `name`, if the alias is
/// `alias` or differs from it in a digit 1 to 9 after `~` only.
fn named<'a>(entries: &'a [[u8; SLOT]], name: &str, alias: &ShortName) -> Option<&'a [u8; SLOT]> {
    let (entry, long) = entries.split_last()?;
    let short: &ShortName = entry.first_chunk()?;
    let mut wanted = *alias;
    let digit = alias.iter().position(|byte| *byte == b'~')? + 1;
    if (b'1'..=b'9').contains(&short[digit]) {
        wanted[digit] = short[digit];
    }
    (*short == wanted && long == names::long_entries(name, short)).then_some(entry)
}

/// True for an 8.3 entry with free times and attributes, and no freedom else.
fn is_entry(slot: &[u8; SLOT], folder: bool, size: u32) -> bool {
    let kind = if folder { ATTRIBUTE_FOLDER } else { 0 };
    slot[OFFSET_ATTRIBUTES] & !FREE_ATTRIBUTES == kind
        && slot[OFFSET_ATTRIBUTES + 1] == 0
        && slot[OFFSET_SIZE..] == size.to_le_bytes()
}

/// The first cluster that an entry names.
fn cluster_of(slot: &[u8; SLOT]) -> u32 {
    let half = |at: usize| u32::from(u16::from_le_bytes([slot[at], slot[at + 1]]));
    half(OFFSET_CLUSTER_HIGH) << 16 | half(OFFSET_CLUSTER_LOW)
}
