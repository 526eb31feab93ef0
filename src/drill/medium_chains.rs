//! Bad images whose file system misleads its readers (row 16 of
//! docs/THREATS.md): every one of them sends a careless reader in a circle, out
//! of the volume, or to another file than the next reader.

use super::medium::{FILE, Image, SLOT, Slot, entry};
use super::{DrillError, unsuitable};
use crate::medium::fat::{
    BACKUP_BOOT_SECTOR, END_OF_CHAIN, MBR_PARTITION_TABLE, PARTITION_LBA, ROOT_CLUSTER, SECTOR,
};

/// Most clusters that the root folder gets: FAT32 allows 65,536 entries.
const ROOT_CLUSTERS: usize = 8_192;

/// A deleted entry: there, and no file.
const FILLER: Slot = {
    let mut slot = [0; SLOT];
    (slot[0], slot[11]) = (0xE5, FILE);
    slot
};

/// The last cluster of a file leads back to its first.
pub(super) fn loop_in_file(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let first = image.find(path)?.cluster;
    let chain = image.chain(first)?;
    image.set_fat(chain[chain.len() - 1], first)
}

/// The root folder is full and leads back to itself.
pub(super) fn endless_root(image: &mut Image) -> Result<(), DrillError> {
    let last = full_to_its_end(image)?;
    image.set_fat(last, ROOT_CLUSTER)
}

/// The root folder has thousands of clusters, all full.
pub(super) fn full_root(image: &mut Image) -> Result<(), DrillError> {
    let filler = FILLER.repeat(image.geometry().cluster_bytes() as usize / SLOT);
    let mut before = full_to_its_end(image)?;
    for cluster in image.free(ROOT_CLUSTERS)? {
        image.put(image.cluster(cluster), &filler)?;
        image.set_fat(before, cluster)?;
        before = cluster;
    }
    image.set_fat(before, END_OF_CHAIN)
}

/// Fills what is free in the root folder's last cluster, which is returned.
fn full_to_its_end(image: &mut Image) -> Result<u32, DrillError> {
    let chain = image.chain(ROOT_CLUSTER)?;
    let last = chain[chain.len() - 1];
    let start = image.cluster(last);
    let bytes = image.bytes(start, image.geometry().cluster_bytes() as usize)?;
    let slots = bytes.len() / SLOT;
    let used = bytes.chunks(SLOT).position(|slot| slot[0] == 0).unwrap_or(slots);
    if used < slots {
        image.put(start + (used * SLOT) as u64, &FILLER.repeat(slots - used))?;
    }
    Ok(last)
}

/// Another file begins where `path` does.
pub(super) fn cross_linked(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let found = image.find(path)?;
    let twin = entry(b"TWIN    TXT", FILE, found.cluster, found.size);
    image.append("", &[twin]).map(|_| ())
}

/// The second FAT says that a free cluster is used.
pub(super) fn unequal_fats(image: &mut Image) -> Result<(), DrillError> {
    let free = image.free(1)?[0];
    image.put(image.fat_offset(1, free), &END_OF_CHAIN.to_le_bytes())
}

/// The file's first cluster is behind the volume's last.
pub(super) fn past_the_end(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let found = image.find(path)?;
    let beyond = image.geometry().clusters() + ROOT_CLUSTER;
    image.put(found.entry + 20, &((beyond >> 16) as u16).to_le_bytes())?;
    image.put(found.entry + 26, &(beyond as u16).to_le_bytes())
}

/// Boot sector, its copy and MBR all say 2^32 - 1 sectors.
pub(super) fn absurd_sectors(image: &mut Image) -> Result<(), DrillError> {
    for sector in [PARTITION_LBA, PARTITION_LBA + BACKUP_BOOT_SECTOR] {
        image.put(sector * SECTOR + 0x20, &u32::MAX.to_le_bytes())?;
    }
    image.put(MBR_PARTITION_TABLE as u64 + 12, &u32::MAX.to_le_bytes())
}

/// The long name's checksum is that of another 8.3 name.
pub(super) fn long_name_checksum(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let found = image.find(path)?;
    if found.first == found.entry {
        return Err(unsuitable(format!("{path} has no long name")));
    }
    image.flip(found.first + 13, 0)
}
