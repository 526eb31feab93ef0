//! The plan of a medium: which bytes lie where, decided before any is written.
//!
//! Purpose: one deterministic function from a volume and its files to a layout
//! that renders front to back. The plan keeps names, clusters and the seal's
//! bytes; folders and FATs are made when they are needed, so memory grows with
//! the number of files and not with the volume.
//!
//! **Layout.** The root folder begins at cluster 2, then the other folders,
//! then the files, each in canonical order and contiguous, without a cluster
//! between them. An empty file has no cluster. All else is zero.
//!
//! Defends against a second layout that would hold the same files: there is
//! one, so every difference is a finding.

use sha2::{Digest, Sha256};

use super::directory::{self, ATTRIBUTE_FILE, ATTRIBUTE_FOLDER, ATTRIBUTE_LABEL};
use super::error::PlanError;
use super::fat::{BootArea, Geometry, SECTOR, UNKNOWN_COUNT};
use super::table::AllocationTable;
use super::time::FatTime;
use super::tree::{Content, FileSpec, Node, Tree, name_of};
use crate::seal::limits::{MAX_VOLUME_BYTES, MIN_VOLUME_BYTES, VOLUME_STEP};
use crate::seal::names::VolumeLabel;

/// A volume before it has files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeSpec {
    /// Bytes counted from LBA 0: whole MiB, 35 MiB to 64 GiB.
    pub bytes: u64,
    /// Label, 1 to 11 of `[A-Z0-9_-]`.
    pub label: String,
    /// Every time on the volume.
    pub issued: FatTime,
    /// SHA-256 of SHA256SUMS. Bytes 0 to 3 are the volume serial and stand at
    /// offsets 0x43 to 0x46 of the boot sector in this order (the number that
    /// tools print is their little-endian value); bytes 4 to 7 are the disk
    /// signature and stand at 0x1B8 to 0x1BB of the MBR likewise. Four zero
    /// bytes become the number 1, on disk `01 00 00 00`.
    pub identity: [u8; 32],
}

/// Where a file or folder lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// First cluster, 0 where there is none.
    pub cluster: u32,
    pub clusters: u32,
}

/// A run of sectors, counted from LBA 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectorRange {
    /// First sector.
    pub first: u64,
    /// Last sector.
    pub last: u64,
}

/// A medium, planned. See the module's text.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) geometry: Geometry,
    pub(super) area: BootArea,
    pub(super) issued: FatTime,
    pub(super) tree: Tree,
    pub(super) folder_extents: Vec<Extent>,
    pub(super) file_extents: Vec<Extent>,
    pub(super) table: AllocationTable,
}

impl Plan {
    /// Plans `files` on a volume. Every error is found here: a plan renders.
    pub fn new(volume: &VolumeSpec, files: Vec<FileSpec>) -> Result<Self, PlanError> {
        let geometry = Geometry::for_volume(volume.bytes)?;
        let label = label_bytes(&volume.label)?;
        let tree = Tree::new(files)?;
        // An empty file has no sector that could show a wrong hash later.
        let nothing: [u8; 32] = Sha256::digest([]).into();
        let contradicts = |file: &&FileSpec| {
            file.size == 0 && matches!(file.content, Content::Hashed(hash) if hash != nothing)
        };
        if let Some(file) = tree.files.iter().find(contradicts) {
            return Err(PlanError::EmptyHash { path: file.path.clone() });
        }
        let cluster_bytes = geometry.cluster_bytes();
        let needed = tree.clusters(cluster_bytes);
        if needed > u64::from(geometry.clusters()) {
            return Err(PlanError::VolumeFull {
                needed: needed * cluster_bytes,
                available: u64::from(geometry.clusters()) * cluster_bytes,
            });
        }
        let mut table = AllocationTable::default();
        let mut place = |clusters: u64| {
            // At most `needed`, which the geometry's u32 holds.
            let clusters = clusters as u32;
            let cluster = if clusters == 0 { 0 } else { table.next_cluster() };
            table.push(clusters);
            Extent { cluster, clusters }
        };
        let folder_extents = (0..tree.folders.len())
            .map(|at| place(tree.folder_clusters(at, cluster_bytes)))
            .collect();
        let file_extents =
            (0..tree.files.len()).map(|at| place(tree.file_clusters(at, cluster_bytes))).collect();
        let free_clusters = geometry.clusters() - needed as u32;
        let area = BootArea {
            serial: identity_number(&volume.identity, 0),
            disk_signature: identity_number(&volume.identity, 4),
            label,
            free_clusters,
            next_free: if free_clusters == 0 { UNKNOWN_COUNT } else { table.next_cluster() },
        };
        Ok(Self {
            geometry,
            area,
            issued: volume.issued,
            tree,
            folder_extents,
            file_extents,
            table,
        })
    }

    /// Bytes of the smallest volume that holds `files` and leaves at least
    /// `free_bytes` in whole clusters and `free_clusters` clusters free. Only
    /// paths and sizes matter; a size that is not known yet may be an estimate.
    pub fn smallest_volume(
        files: &[FileSpec],
        free_bytes: u64,
        free_clusters: u32,
    ) -> Result<u64, PlanError> {
        let sizes = files
            .iter()
            .map(|file| FileSpec::hashed(file.path.clone(), file.size, [0; 32]))
            .collect();
        let tree = Tree::new(sizes)?;
        let needed = |cluster_bytes: u64| {
            let free = free_bytes.div_ceil(cluster_bytes).max(u64::from(free_clusters));
            tree.clusters(cluster_bytes) + free
        };
        // For one cluster size, more volume never means fewer clusters, and a
        // larger cluster size comes with more room: the answer of each size is
        // found by halving, the first size that has one wins.
        let mut low = MIN_VOLUME_BYTES / VOLUME_STEP;
        let most = MAX_VOLUME_BYTES / VOLUME_STEP;
        while low <= most {
            let geometry = Geometry::for_volume(low * VOLUME_STEP)?;
            let same_size = |mib: u64| {
                Geometry::for_volume(mib * VOLUME_STEP)
                    .is_ok_and(|other| other.cluster_bytes() == geometry.cluster_bytes())
            };
            let next = first_where(low, most + 1, |mib| !same_size(mib));
            let wanted = needed(geometry.cluster_bytes());
            let fits = first_where(low, next, |mib| {
                Geometry::for_volume(mib * VOLUME_STEP)
                    .is_ok_and(|other| u64::from(other.clusters()) >= wanted)
            });
            if fits < next {
                return Ok(fits * VOLUME_STEP);
            }
            low = next;
        }
        let largest = Geometry::for_volume(MAX_VOLUME_BYTES)?;
        Err(PlanError::VolumeFull {
            needed: needed(largest.cluster_bytes()) * largest.cluster_bytes(),
            available: u64::from(largest.clusters()) * largest.cluster_bytes(),
        })
    }

    /// The volume's layout.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// What the boot area says.
    pub fn boot_area(&self) -> &BootArea {
        &self.area
    }

    /// Bytes of the medium from LBA 0.
    pub fn bytes(&self) -> u64 {
        self.geometry.bytes()
    }

    /// Clusters that nothing has.
    pub fn free_clusters(&self) -> u32 {
        self.area.free_clusters
    }

    /// Bytes in clusters that nothing has.
    pub fn free_bytes(&self) -> u64 {
        u64::from(self.area.free_clusters) * self.geometry.cluster_bytes()
    }

    /// The files in canonical order; an index into it names a file elsewhere.
    pub fn files(&self) -> &[FileSpec] {
        &self.tree.files
    }

    /// Paths of the folders in canonical order, the root (empty) first.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.tree.folders.iter().map(|folder| folder.path.as_str())
    }

    /// Sectors of a file's clusters; `None` for an empty file or an index that
    /// no file has.
    pub fn file_sectors(&self, index: usize) -> Option<SectorRange> {
        let extent = self.file_extents.get(index)?;
        (extent.clusters > 0).then(|| self.sectors(extent))
    }

    fn sectors(&self, extent: &Extent) -> SectorRange {
        let first = self.geometry.cluster_lba(extent.cluster);
        let sectors = u64::from(extent.clusters) * u64::from(self.geometry.sectors_per_cluster());
        SectorRange { first, last: first + sectors - 1 }
    }

    /// The entries of folder `index`, filled up with zeros to a whole sector.
    pub(super) fn directory_bytes(&self, index: usize) -> Vec<u8> {
        let folder = &self.tree.folders[index];
        let mut bytes = Vec::with_capacity((folder.slots * 32).next_multiple_of(SECTOR) as usize);
        let time = self.issued;
        let entry = |name, attributes, cluster, size| {
            directory::short_entry(name, attributes, time, cluster, size)
        };
        if index == 0 {
            bytes.extend(entry(&self.area.label, ATTRIBUTE_LABEL, 0, 0));
        } else {
            let own = self.folder_extents[index].cluster;
            let above = match folder.parent {
                0 => 0,
                parent => self.folder_extents[parent].cluster,
            };
            bytes.extend(entry(&directory::DOT, ATTRIBUTE_FOLDER, own, 0));
            bytes.extend(entry(&directory::DOT_DOT, ATTRIBUTE_FOLDER, above, 0));
        }
        for child in &folder.children {
            let (path, slot) = match child.node {
                Node::File(at) => {
                    let file = &self.tree.files[at];
                    let cluster = self.file_extents[at].cluster;
                    // The tree refused sizes above 2^32 - 1.
                    let slot = entry(&child.short, ATTRIBUTE_FILE, cluster, file.size as u32);
                    (&file.path, slot)
                }
                Node::Folder(at) => {
                    let cluster = self.folder_extents[at].cluster;
                    let slot = entry(&child.short, ATTRIBUTE_FOLDER, cluster, 0);
                    (&self.tree.folders[at].path, slot)
                }
            };
            directory::push_entries(&mut bytes, name_of(path), &child.short, &slot);
        }
        bytes.resize(bytes.len().next_multiple_of(SECTOR as usize), 0);
        bytes
    }

    /// True where the content of file `index` is known byte by byte.
    pub fn is_known(&self, index: usize) -> bool {
        matches!(self.tree.files.get(index).map(|file| &file.content), Some(Content::Known(_)))
    }
}

/// The first number of `low..high` that `holds`, or `high`; `holds` must not
/// become false again once it is true.
fn first_where(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The label as the volume holds it.
fn label_bytes(label: &str) -> Result<[u8; 11], PlanError> {
    if VolumeLabel::parse(label).is_err() {
        return Err(PlanError::Label { label: label.to_string() });
    }
    let mut bytes = [b' '; 11];
    for (target, byte) in bytes.iter_mut().zip(label.bytes()) {
        *target = byte;
    }
    Ok(bytes)
}

/// Four bytes of the identity as the number that they are on disk.
pub(super) fn identity_number(identity: &[u8; 32], at: usize) -> u32 {
    let number =
        u32::from_le_bytes([identity[at], identity[at + 1], identity[at + 2], identity[at + 3]]);
    number.max(1)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
