//! Our own reading of a FAT volume's folders: where things lie, and what a
//! reader of file systems does not tell.
//!
//! Purpose: raw names, sectors, attributes, deleted entries, labels, broken
//! long names, and chains that loop, cross or leave the volume.
//!
//! Invariants: every cluster is taken once, by whoever comes first, so no chain
//! is followed in a circle and the work is bounded by the volume's clusters and
//! [`MAX_SLOTS`]; nothing of the boot sectors is believed but the size that the
//! geometry was made from.
//!
//! Source: Microsoft FAT specification 1.03, sections 4 (chains), 6 and 7
//! (directory entries, long names).

use std::collections::{HashMap, VecDeque};
use std::io;

use super::chain::{Chains, Next};
use super::entry::{DELETED, LONG, LongName, SLOT, Spot, long_text, short_name};
use super::fence::Blocks;
use super::listing::{Attributes, Entry, EntryKind, Full, Gatherer, Remark, join, name_of};
use super::oddity::Oddity;
use super::remark::Limit;
use crate::medium::Geometry;
use crate::medium::fat::{ROOT_CLUSTER, SECTOR};

/// Directory entries that are looked at: see [`super::fence::MAX_OPERATIONS`];
/// 350,000, rounded up.
pub(super) const MAX_SLOTS: u64 = 1 << 20;
/// Directory entries of one folder: 2 MiB of 32 bytes, as FAT32 allows.
const MAX_FOLDER_SLOTS: u64 = 65_536;
/// Attribute bits.
const READ_ONLY: u8 = 0x01;
const HIDDEN: u8 = 0x02;
const SYSTEM: u8 = 0x04;
const LABEL: u8 = 0x08;
const FOLDER: u8 = 0x10;
/// Where a file's bytes begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub cluster: u32,
    pub size: u32,
}

/// An entry of a folder, for the second reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Its name in our paths.
    pub name: String,
    /// Its name as `fatfs` shows it.
    pub shown: String,
    pub is_folder: bool,
    pub size: u32,
}

/// What a walk found besides the listing.
#[derive(Default)]
pub(super) struct Found {
    /// The first file of each path.
    pub files: HashMap<String, Start>,
    /// What the folders that were read to their end show, in their order.
    pub folders: Vec<(String, Vec<Shown>)>,
    /// Label in the root folder.
    pub label: Option<[u8; 11]>,
}

/// One walk over all folders.
pub(super) struct Walk<'a> {
    pub(super) geometry: &'a Geometry,
    blocks: &'a mut Blocks,
    pub(super) chains: Chains<'a>,
    pub(super) gatherer: &'a mut Gatherer,
    pub(super) found: Found,
    slots: u64,
    pub(super) queue: VecDeque<Pending>,
}

/// A folder that is still to be read.
pub(super) struct Pending {
    pub path: String,
    pub cluster: u32,
    pub depth: usize,
}

impl<'a> Walk<'a> {
    pub fn new(
        geometry: &'a Geometry,
        blocks: &'a mut Blocks,
        chains: Chains<'a>,
        gatherer: &'a mut Gatherer,
    ) -> Self {
        let (found, queue) = (Found::default(), VecDeque::new());
        Self { geometry, blocks, chains, gatherer, found, slots: 0, queue }
    }

    /// Reads all folders from the root on.
    pub fn run(mut self) -> io::Result<Found> {
        self.queue.push_back(Pending { path: String::new(), cluster: ROOT_CLUSTER, depth: 1 });
        while let Some(folder) = self.queue.pop_front() {
            // A full listing has said so.
            if self.folder(&folder)?.is_err() {
                break;
            }
        }
        Ok(self.found)
    }

    pub(super) fn chain_remark(&mut self, path: &str, what: Oddity) {
        self.gatherer.remark(Remark::Chain { path: path.to_string(), what });
    }

    /// Reads one folder.
    fn folder(&mut self, folder: &Pending) -> io::Result<Result<(), Full>> {
        let mut reading = Reading::default();
        let mut cluster = folder.cluster;
        let mut bytes = vec![0; self.geometry.cluster_bytes() as usize];
        loop {
            if let Err(what) = self.chains.take(cluster) {
                self.chain_remark(&folder.path, what);
                break;
            }
            let start = self.geometry.cluster_lba(cluster) * SECTOR;
            self.blocks.exact(&mut bytes, start)?;
            for (index, slot) in bytes.as_chunks::<SLOT>().0.iter().enumerate() {
                if slot[0] == 0 {
                    return Ok(self.folder_end(folder, reading));
                }
                self.slots += 1;
                reading.slots += 1;
                if self.slots > MAX_SLOTS || reading.slots > MAX_FOLDER_SLOTS {
                    let limit = Limit::FolderTooFull { path: folder.path.clone() };
                    self.gatherer.remark(Remark::GivenUp { limit });
                    return Ok(if self.slots > MAX_SLOTS { Err(Full) } else { Ok(()) });
                }
                let at = start + (index * SLOT) as u64;
                let spot = Spot { sector: at / SECTOR, byte: at % SECTOR };
                if self.slot(folder, &mut reading, slot, spot)?.is_err() {
                    return Ok(Err(Full));
                }
            }
            match self.chains.next(cluster)? {
                Next::Cluster(next) => cluster = next,
                Next::End => return Ok(self.folder_end(folder, reading)),
                Next::Nowhere(what) => {
                    self.chain_remark(&folder.path, what);
                    break;
                }
            }
        }
        Ok(Ok(()))
    }

    /// A folder that was read to its end.
    fn folder_end(&mut self, folder: &Pending, mut reading: Reading) -> Result<(), Full> {
        self.long_name_left(folder, &mut reading);
        if folder.depth > 1 && !reading.dot_dot {
            self.chain_remark(&folder.path, Oddity::NoDotEntries);
        }
        self.found.folders.push((folder.path.clone(), reading.shown));
        Ok(())
    }

    /// Remarks parts of a long name, or of a deleted one, that belong to
    /// nothing.
    fn long_name_left(&mut self, folder: &Pending, reading: &mut Reading) {
        let remark = |spot: Spot, what| Remark::OddEntry {
            folder: folder.path.clone(),
            sector: spot.sector,
            byte: spot.byte,
            what,
        };
        if let Some(spot) = reading.long.begun.take() {
            self.gatherer.remark(remark(spot, Oddity::StrayLongName));
        }
        reading.long = LongName::default();
        if let Some(spot) = reading.deleted_long.take() {
            self.gatherer.remark(Remark::DeletedEntry {
                folder: folder.path.clone(),
                name: "?".to_string(),
                sector: spot.sector,
                byte: spot.byte,
            });
        }
    }

    /// One entry of a folder.
    fn slot(
        &mut self,
        folder: &Pending,
        reading: &mut Reading,
        slot: &[u8; SLOT],
        spot: Spot,
    ) -> io::Result<Result<(), Full>> {
        let attributes = slot[11];
        let is_long = attributes & LONG == LONG;
        if slot[0] == DELETED {
            let begun = reading.deleted_long;
            if is_long {
                reading.deleted_long = None;
                self.long_name_left(folder, reading);
                reading.deleted_long = Some(begun.unwrap_or(spot));
            } else {
                // The short entry speaks for the parts before it.
                reading.deleted_long = None;
                self.long_name_left(folder, reading);
                let short = short_name(slot, false);
                self.gatherer.remark(Remark::DeletedEntry {
                    folder: folder.path.clone(),
                    name: format!("?{}", name_of(short.get(1..).unwrap_or_default(), true).0),
                    sector: spot.sector,
                    byte: spot.byte,
                });
            }
            return Ok(Ok(()));
        }
        if is_long {
            if reading.deleted_long.is_some() || !reading.long.continues(slot) {
                self.long_name_left(folder, reading);
            }
            reading.long.add(slot, spot);
            return Ok(Ok(()));
        }
        let long = match reading.long.name_for(slot) {
            Some(long) => {
                reading.long = LongName::default();
                Some(long)
            }
            None => None,
        };
        self.long_name_left(folder, reading);
        if attributes & LABEL != 0 {
            self.label(folder, reading, slot, spot);
            return Ok(Ok(()));
        }
        self.named(folder, reading, slot, spot, long)
    }

    /// A volume label.
    fn label(&mut self, folder: &Pending, reading: &Reading, slot: &[u8; SLOT], spot: Spot) {
        let mut name = [0; 11];
        name.copy_from_slice(&slot[..11]);
        if folder.depth == 1 && reading.slots == 1 && slot[11] == LABEL {
            self.found.label = Some(name);
        } else {
            self.gatherer.remark(Remark::OddEntry {
                folder: folder.path.clone(),
                sector: spot.sector,
                byte: spot.byte,
                what: Oddity::SecondLabel,
            });
        }
    }

    /// A file, a folder, or one of the two dot entries.
    fn named(
        &mut self,
        folder: &Pending,
        reading: &mut Reading,
        slot: &[u8; SLOT],
        spot: Spot,
        long: Option<Vec<u16>>,
    ) -> io::Result<Result<(), Full>> {
        let is_folder = slot[11] & FOLDER != 0;
        let dots: [&[u8; 11]; 2] = [b".          ", b"..         "];
        let dot = dots.iter().position(|dot| slot[..11] == **dot);
        if let (Some(dot), true, None) = (dot, is_folder && folder.depth > 1, &long)
            && reading.slots == dot as u64 + 1
        {
            reading.dot_dot = dot == 1;
            return Ok(Ok(()));
        }
        let (name, is_text, shown) = match &long {
            Some(units) => {
                let (name, is_text) = long_text(units);
                (name, is_text, String::from_utf16_lossy(units))
            }
            None => {
                let short = short_name(slot, true);
                let (name, is_text) = name_of(&short, true);
                let shown = short.iter().map(|byte| match byte {
                    0..0x80 => char::from(*byte),
                    _ => char::REPLACEMENT_CHARACTER,
                });
                (name, is_text, shown.collect())
            }
        };
        // A name of spaces alone would be none.
        let (name, is_text) = match name.is_empty() {
            true => ("\\x20".to_string(), false),
            false => (name, is_text),
        };
        let path = join(&folder.path, &name);
        if !is_text {
            self.gatherer.remark(Remark::NotText { path: path.clone() });
        }
        let number = |at: usize| u32::from(u16::from_le_bytes([slot[at], slot[at + 1]]));
        let cluster = number(20) << 16 | number(26);
        let size = number(30) << 16 | number(28);
        reading.shown.push(Shown { name, shown, is_folder, size });
        let (kind, sectors) = match is_folder {
            true => (EntryKind::Folder, self.subfolder(folder, &path, cluster, dot)),
            false => {
                let sectors = self.file(&path, cluster, size)?;
                (EntryKind::File { size: u64::from(size) }, sectors)
            }
        };
        let bit = |bit| slot[11] & bit != 0;
        let attributes =
            Attributes { read_only: bit(READ_ONLY), hidden: bit(HIDDEN), system: bit(SYSTEM) };
        if slot[11] & 0xC0 != 0 {
            self.gatherer.remark(Remark::OddEntry {
                folder: folder.path.clone(),
                sector: spot.sector,
                byte: spot.byte,
                what: Oddity::StrangeAttributes,
            });
        }
        Ok(self.gatherer.entry(Entry { path, kind, sectors, attributes: Some(attributes) }))
    }
}

/// What is known while a folder is read.
#[derive(Default)]
struct Reading {
    slots: u64,
    dot_dot: bool,
    long: LongName,
    /// First of the deleted parts of a long name right before.
    deleted_long: Option<Spot>,
    shown: Vec<Shown>,
}
