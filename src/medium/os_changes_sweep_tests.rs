//! Every bit of every structure sector that `os-changes` looks at, flipped one
//! by one: which ones stay in the class is told by a table of its own, written
//! from the design and not from the code.

use super::super::fat::ROOT_CLUSTER;
use super::super::names::{self, ShortName};
use super::super::os_added::FOLDER_NAME;
use super::super::testing::{image, sample};
use super::*;

/// Bytes of a medium that may have other values, with the bits that may.
#[derive(Default)]
struct Free(BTreeMap<usize, u8>);

impl Free {
    fn bytes(&mut self, at: usize, length: usize) {
        self.bits(at, length, 0xFF);
    }

    fn bits(&mut self, at: usize, length: usize, mask: u8) {
        (at..at + length).for_each(|at| *self.0.entry(at).or_default() |= mask);
    }

    /// Times of an 8.3 entry (creation, access, writing) and its attributes
    /// read-only, hidden, system and archive.
    fn entry(&mut self, at: usize) {
        self.bits(at + 11, 1, 0b0010_0111);
        self.bytes(at + 13, 7);
        self.bytes(at + 22, 4);
    }
}

/// A medium and a changed one, with the sectors that a sweep goes over.
struct Sweep {
    plan: Plan,
    good: Vec<u8>,
    bad: Vec<u8>,
    free: Free,
    /// First byte of each sector, and what it is a part of.
    sectors: Vec<(usize, Part)>,
}

impl Sweep {
    fn new() -> Self {
        let plan = sample();
        let good = image(&plan);
        let mut sweep =
            Self { bad: good.clone(), good, free: Free::default(), sectors: vec![], plan };
        let geometry = sweep.plan.geometry;
        let partition = PARTITION_LBA as usize * 512;
        let fats = [0, 1].map(|copy| geometry.fat_lba(copy) as usize * 512);
        let cluster = |number| geometry.cluster_lba(number) as usize * 512;
        sweep.sectors = vec![
            (0, Part::Mbr),
            (512, Part::Gap),
            (partition, Part::BootSector),
            (partition + 512, Part::FsInfo),
            (partition + 2 * 512, Part::Reserved),
            (partition + 6 * 512, Part::BackupBootSector),
            (partition + 7 * 512, Part::BackupFsInfo),
            (fats[0], Part::Fat(0)),
            (fats[1], Part::Fat(1)),
        ];
        // Also where the entries of the first free clusters stand.
        let first_free = sweep.plan.table.next_cluster();
        let entries = [first_free, first_free + 2].map(|number| number as usize * 4 / 512 * 512);
        for start in BTreeMap::from(entries.map(|start| (start, ()))).into_keys() {
            if start > 0 {
                sweep.sectors.push((fats[0] + start, Part::Fat(0)));
                sweep.sectors.push((fats[1] + start, Part::Fat(1)));
            }
        }
        // What the design lists, by offsets of the FAT specification.
        sweep.free.bytes(0x1B8, 4);
        sweep.free.bits(partition + 0x41, 1, 1);
        sweep.free.bytes(partition + 512 + 488, 8);
        // Folders as anybody finds them, from the root down; here each has one
        // cluster.
        let mut folders = vec![ROOT_CLUSTER];
        let mut next = 0;
        while let Some(number) = folders.get(next).copied() {
            let at = cluster(number);
            sweep.sectors.push((at, Part::Directory(next)));
            for slot in (at..at + 512).step_by(32) {
                let entry = &sweep.good[slot..slot + 32];
                // Not unused, not a part of a long name, a label or a dot entry.
                if entry[0] != 0 && entry[11] & 0x08 == 0 && entry[0] != b'.' {
                    sweep.free.bytes(slot + 18, 2);
                    if entry[11] == 0x10 {
                        folders.push(u32::from(u16::from_le_bytes([entry[26], entry[27]])));
                    }
                }
            }
            next += 1;
        }
        assert_eq!(folders.len(), sweep.plan.tree.folders.len());
        assert!(sweep.plan.tree.folders.iter().all(|folder| folder.slots <= 13));
        for number in first_free..first_free + 3 {
            sweep.sectors.push((cluster(number), Part::Free));
        }
        sweep
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bad[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// All that Windows changes at once.
    fn mounted() -> Self {
        let mut sweep = Self::new();
        let geometry = sweep.plan.geometry;
        let partition = PARTITION_LBA as usize * 512;
        let cluster = |number| geometry.cluster_lba(number) as usize * 512;
        sweep.put(0x1B8, b"WIN!");
        sweep.put(partition + 512 + 488, &[1, 0, 0, 0, 2, 0, 0, 0]);
        sweep.bad[partition + 0x41] |= 1;
        // The folder SEAL, behind the label, was opened some day in 2027.
        sweep.put(cluster(2) + 32 + 18, &[0x65, 0x5E]);
        let first = sweep.plan.table.next_cluster();
        for copy in [0, 1] {
            let fat = geometry.fat_lba(copy) as usize * 512;
            sweep.put(fat + 4, &0x03FF_FFFF_u32.to_le_bytes());
            for number in first..first + 3 {
                sweep.put(fat + number as usize * 4, &[0xFF, 0xFF, 0xFF, 0x0F]);
            }
        }
        let slots = sweep.plan.tree.folders[0].slots as usize * 32;
        let at = cluster(2) + slots;
        sweep.put(at, &slots_of(FOLDER_NAME, b"SYSTEM~1   ", 0x16, first, 0));
        sweep.free.entry(at + 64);
        let folder = cluster(first);
        sweep.put(folder, &dot(b".          ", first));
        sweep.put(folder + 32, &dot(b"..         ", 0));
        sweep.put(folder + 64, &slots_of("WPSettings.dat", b"WPSETT~1DAT", 0x20, first + 1, 12));
        sweep
            .put(folder + 160, &slots_of("IndexerVolumeGuid", b"INDEXE~1   ", 0x20, first + 2, 76));
        for entry in [0, 32, 128, 224] {
            sweep.free.entry(folder + entry);
        }
        for (number, length) in [(first + 1, 12), (first + 2, 76)] {
            sweep.put(cluster(number), &vec![0x5A; length]);
            sweep.free.bytes(cluster(number), length);
        }
        sweep
    }

    /// The class, as the comparer would ask for it; only what differs is noted.
    fn class(&self) -> Option<OsChanges> {
        let mut changes = Changes::default();
        for (at, part) in &self.sectors {
            let range = *at..*at + 512;
            if self.good[range.clone()] != self.bad[range.clone()] {
                changes.note(*part, *at as u64, Some(&self.good[range.clone()]), &self.bad[range]);
            }
        }
        changes.classify(&self.plan)
    }

    /// Flips every bit of every sector; how many stayed in the class.
    fn run(&mut self) -> (usize, usize) {
        let (mut flipped, mut allowed) = (0, 0);
        for (start, part) in self.sectors.clone() {
            for at in start..start + 512 {
                for bit in 0..8 {
                    self.bad[at] ^= 1 << bit;
                    let may = self.free.0.get(&at).is_some_and(|mask| mask >> bit & 1 == 1);
                    let is = self.class().is_some();
                    assert_eq!(is, may, "byte {at} bit {bit} of {part:?} from {start}");
                    self.bad[at] ^= 1 << bit;
                    flipped += 1;
                    allowed += usize::from(is);
                }
            }
        }
        (flipped, allowed)
    }
}

fn dot(name: &ShortName, cluster: u32) -> Vec<u8> {
    short(name, 0x10, cluster, 0).to_vec()
}

/// An 8.3 entry with times that no plan has.
fn short(name: &ShortName, attributes: u8, cluster: u32, size: u32) -> [u8; SLOT] {
    let mut slot = [0; SLOT];
    slot[..11].copy_from_slice(name);
    slot[11] = attributes;
    slot[13..20].copy_from_slice(&[7, 0x21, 0x43, 0x65, 0x5E, 0x66, 0x5E]);
    slot[20..22].copy_from_slice(&((cluster >> 16) as u16).to_le_bytes());
    slot[22..26].copy_from_slice(&[0x11, 0x22, 0x67, 0x5E]);
    slot[26..28].copy_from_slice(&(cluster as u16).to_le_bytes());
    slot[28..].copy_from_slice(&size.to_le_bytes());
    slot
}

fn slots_of(name: &str, alias: &ShortName, attributes: u8, cluster: u32, size: u32) -> Vec<u8> {
    let mut slots = names::long_entries(name, alias).concat();
    slots.extend(short(alias, attributes, cluster, size));
    slots
}

#[test]
fn every_single_bit_of_an_untouched_medium() {
    let mut sweep = Sweep::new();
    assert_eq!(sweep.class(), None, "nothing differs: no class");
    let (flipped, allowed) = sweep.run();
    assert!(flipped > 12 * 4096, "{flipped}");
    let bits: u32 = sweep.free.0.values().map(|mask| mask.count_ones()).sum();
    assert_eq!(allowed as u32, bits);
    assert!(bits > 32 + 1 + 64, "{bits}");
}

#[test]
fn every_single_bit_of_a_medium_that_windows_mounted() {
    let mut sweep = Sweep::mounted();
    let changes = sweep.class().expect("all of it is allowed").changes;
    assert_eq!(changes.len(), 8, "{changes:?}");
    let (flipped, allowed) = sweep.run();
    assert!(flipped > 15 * 4096, "{flipped}");
    let bits: u32 = sweep.free.0.values().map(|mask| mask.count_ones()).sum();
    assert_eq!(allowed as u32, bits);
}

#[test]
fn bits_of_both_fats_together() {
    // What one FAT says alone is refused by the sweeps; here both say it.
    for mut sweep in [Sweep::new(), Sweep::mounted()] {
        let fats = [0, 1].map(|copy| sweep.plan.geometry.fat_lba(copy) as usize * 512);
        let first = sweep.plan.table.next_cluster() as usize * 4;
        let mounted = sweep.class().is_some();
        let mut allowed = Vec::new();
        for at in (0..512).chain(first / 512 * 512..(first + 8) / 512 * 512 + 512) {
            for bit in 0..8 {
                fats.iter().for_each(|fat| sweep.bad[fat + at] ^= 1 << bit);
                if sweep.class().is_some() {
                    allowed.push((at, bit));
                }
                fats.iter().for_each(|fat| sweep.bad[fat + at] ^= 1 << bit);
            }
        }
        // Bits 26 and 27 of entry 1; the lowest three of an end mark of what
        // Windows added.
        let mut expected = vec![(7, 2), (7, 3)];
        if mounted {
            for entry in 0..3 {
                expected.extend((0..3).map(|bit| (first + entry * 4, bit)));
            }
        }
        assert_eq!(allowed, expected);
    }
}
