//! Cluster chains of a FAT volume, followed without belief.
//!
//! Invariants: a piece of the FAT is read once and kept (8 MiB at most, on the
//! volumes with most clusters), so a chain that jumps to and fro costs no
//! reading; a cluster is taken once, so no chain goes in a circle.
//!
//! Source: Microsoft FAT specification 1.03, section 4.

use std::io::{self, Read};
use std::rc::Rc;

use super::fence::bad_place;
use super::oddity::Oddity;
use super::positioned::ReadAt;
use crate::medium::Geometry;
use crate::medium::fat::{FAT_ENTRY_BYTES, ROOT_CLUSTER, SECTOR};

/// FAT entries from here on end a chain; the one before marks a bad cluster.
const END_OF_CHAIN: u32 = 0x0FFF_FFF8;
/// The upper four bits of a FAT entry do not count.
const FAT_MASK: u32 = 0x0FFF_FFFF;
/// FAT entries that are read at once: 16 KiB.
const PIECE_ENTRIES: u32 = 4_096;

/// What follows a cluster in its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Cluster(u32),
    End,
    /// Nothing that a chain could go on with.
    Nowhere(Oddity),
}

/// The first FAT of a volume.
pub(super) struct Fat {
    geometry: Geometry,
    source: Rc<dyn ReadAt>,
    pieces: Vec<Option<Vec<u8>>>,
}

impl Fat {
    pub fn new(geometry: Geometry, source: Rc<dyn ReadAt>) -> Self {
        let entries = geometry.clusters() + ROOT_CLUSTER;
        Self { geometry, source, pieces: vec![None; entries.div_ceil(PIECE_ENTRIES) as usize] }
    }

    /// What the FAT says follows `cluster`.
    pub fn next(&mut self, cluster: u32) -> io::Result<Next> {
        let outside = Next::Nowhere(Oddity::ChainLeavesVolume);
        let Some(piece) = self.pieces.get_mut((cluster / PIECE_ENTRIES) as usize) else {
            return Ok(outside);
        };
        let bytes = match piece {
            Some(bytes) => bytes,
            None => {
                let mut bytes = vec![0; PIECE_ENTRIES as usize * FAT_ENTRY_BYTES as usize];
                let entry = u64::from(cluster - cluster % PIECE_ENTRIES);
                let offset = self.geometry.fat_lba(0) * SECTOR + entry * FAT_ENTRY_BYTES;
                let filled = self.source.fill_at(&mut bytes, offset)?;
                bytes.truncate(filled);
                piece.insert(bytes)
            }
        };
        let at = (cluster % PIECE_ENTRIES) as usize * FAT_ENTRY_BYTES as usize;
        let entry: Option<[u8; 4]> = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        let Some(entry) = entry else {
            return Err(bad_place(Oddity::EndsInsideFat));
        };
        let value = u32::from_le_bytes(entry) & FAT_MASK;
        Ok(match value {
            END_OF_CHAIN.. => Next::End,
            0 => Next::Nowhere(Oddity::ChainIntoFreeCluster),
            _ if (ROOT_CLUSTER..ROOT_CLUSTER + self.geometry.clusters()).contains(&value) => {
                Next::Cluster(value)
            }
            _ => outside,
        })
    }
}

/// The FAT, and which clusters have been taken.
pub(super) struct Chains<'a> {
    fat: &'a mut Fat,
    taken: Vec<u64>,
}

impl<'a> Chains<'a> {
    pub fn new(fat: &'a mut Fat) -> Self {
        // At most 2^21 clusters on our volumes: 256 KiB.
        let words = (fat.geometry.clusters() as usize).div_ceil(64);
        Self { fat, taken: vec![0; words] }
    }

    /// What follows `cluster`.
    pub fn next(&mut self, cluster: u32) -> io::Result<Next> {
        self.fat.next(cluster)
    }

    /// Whether there is such a cluster and nobody has taken it.
    pub fn is_free(&self, cluster: u32) -> Result<(), Oddity> {
        let index = cluster.wrapping_sub(ROOT_CLUSTER);
        match self.taken.get((index / 64) as usize) {
            Some(word) if index < self.fat.geometry.clusters() => match word >> (index % 64) & 1 {
                0 => Ok(()),
                _ => Err(Oddity::ClusterOfAnother),
            },
            _ => Err(Oddity::ClusterOutside),
        }
    }

    /// Takes a cluster.
    pub fn take(&mut self, cluster: u32) -> Result<(), Oddity> {
        self.is_free(cluster)?;
        let index = cluster.wrapping_sub(ROOT_CLUSTER);
        if let Some(word) = self.taken.get_mut((index / 64) as usize) {
            *word |= 1 << (index % 64);
        }
        Ok(())
    }
}

/// The bytes of a file: its size bounds them, whatever its chain does.
pub(super) struct ChainReader<'a> {
    fat: &'a std::cell::RefCell<Fat>,
    cluster: u32,
    /// Bytes of the cluster that were read.
    within: u64,
    left: u64,
}

impl<'a> ChainReader<'a> {
    pub fn new(fat: &'a std::cell::RefCell<Fat>, cluster: u32, size: u32) -> Self {
        Self { fat, cluster, within: 0, left: u64::from(size) }
    }
}

impl Read for ChainReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let mut fat = self.fat.borrow_mut();
        let geometry = fat.geometry;
        let cluster_bytes = geometry.cluster_bytes();
        if self.within == cluster_bytes {
            self.cluster = match fat.next(self.cluster)? {
                Next::Cluster(cluster) => cluster,
                Next::End => return Err(bad_place(Oddity::TooFewClusters)),
                Next::Nowhere(what) => return Err(bad_place(what)),
            };
            self.within = 0;
        }
        let valid = ROOT_CLUSTER..ROOT_CLUSTER + geometry.clusters();
        if !valid.contains(&self.cluster) {
            return Err(bad_place(Oddity::ClusterOutside));
        }
        let most = (cluster_bytes - self.within).min(self.left).min(buffer.len() as u64) as usize;
        let offset = geometry.cluster_lba(self.cluster) * SECTOR + self.within;
        let length = fat.source.fill_at(&mut buffer[..most], offset)?;
        if length == 0 {
            return Err(bad_place(Oddity::EndsInsideVolume));
        }
        self.within += length as u64;
        self.left -= length as u64;
        Ok(length)
    }
}
