//! Images as Windows leaves them after mounting them writable (row 15 of
//! docs/THREATS.md), and the same with one thing more, which is what an attacker
//! would hope to hide among these changes.

use super::medium::{FILE, FOLDER, Image, Slot, entry, named};
use super::{DrillError, unsuitable};
use crate::medium::fat::{
    BOOT_DIRTY_BYTE, END_OF_CHAIN, FS_INFO_COUNTERS, FS_INFO_SECTOR, MBR_DISK_SIGNATURE,
    PARTITION_LBA, ROOT_CLUSTER, SECTOR,
};

/// What Windows made: three clusters.
pub(super) struct Made {
    folder: u32,
    settings: u32,
    volume: u32,
}

fn units(name: &str) -> Vec<u16> {
    name.encode_utf16().collect()
}

/// All that Windows changes on a key that it mounts writable.
pub(super) fn mounted(image: &mut Image) -> Result<Made, DrillError> {
    image.flip(PARTITION_LBA * SECTOR + BOOT_DIRTY_BYTE as u64, 0)?;
    image.put(MBR_DISK_SIGNATURE as u64, b"WIN!")?;
    image.set_fat(1, 0x07FF_FFFF)?;
    let counters = (PARTITION_LBA + FS_INFO_SECTOR) * SECTOR + FS_INFO_COUNTERS as u64;
    image.put(counters, &[0x11, 0x22, 0, 0, 0x33, 0x44, 0, 0])?;
    let free = image.free(3)?;
    let made = Made { folder: free[0], settings: free[1], volume: free[2] };
    for cluster in free {
        image.set_fat(cluster, END_OF_CHAIN)?;
    }
    let name = units("System Volume Information");
    image.append("", &named(&name, b"SYSTEM~1   ", FOLDER | 0x06, made.folder, 0))?;
    let dots = [entry(b".          ", FOLDER, made.folder, 0), entry(b"..         ", FOLDER, 0, 0)];
    let settings = named(&units("WPSettings.dat"), b"WPSETT~1DAT", FILE, made.settings, 12);
    let volume = named(&units("IndexerVolumeGuid"), b"INDEXE~1   ", FILE, made.volume, 76);
    let slots: Vec<Slot> = [dots.to_vec(), settings, volume].concat();
    image.put(image.cluster(made.folder), &slots.concat())?;
    image.put(image.cluster(made.settings), &[0x0C, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])?;
    let guid: Vec<u8> = "{6F1C2B3A-0000-4000-8000-0123456789AB}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    image.put(image.cluster(made.volume), &guid)?;
    access_dates(image)?;
    Ok(made)
}

/// Files of the root that were opened, some day in 2027.
fn access_dates(image: &mut Image) -> Result<(), DrillError> {
    let root = image.cluster(ROOT_CLUSTER);
    let bytes = image.bytes(root, image.geometry().cluster_bytes() as usize)?;
    let named = |slot: &[u8]| !matches!(slot[0], 0 | 0xE5) && slot[11] & 0x08 == 0;
    match bytes.chunks(32).position(named) {
        Some(index) => image.put(root + (index * 32) as u64 + 18, &[0x65, 0x5E]),
        None => Err(unsuitable("the root folder is empty")),
    }
}

/// A DLL beside what Windows made.
pub(super) fn and_a_dll(image: &mut Image) -> Result<(), DrillError> {
    mounted(image)?;
    image.add_file("System Volume Information", "version.dll", b"MZ").map(|_| ())
}

/// Bytes behind a file that Windows made, in its cluster.
pub(super) fn and_a_cluster_tail(image: &mut Image) -> Result<(), DrillError> {
    let made = mounted(image)?;
    image.put(image.cluster(made.settings) + 12, b"!")
}

/// The two FATs tell two stories about what Windows made.
pub(super) fn and_unequal_fats(image: &mut Image) -> Result<(), DrillError> {
    let made = mounted(image)?;
    image.put(image.fat_offset(1, made.volume), &0x0FFF_FFF8_u32.to_le_bytes())
}

/// A file that Windows made has one byte more.
pub(super) fn and_a_longer_file(image: &mut Image) -> Result<(), DrillError> {
    let made = mounted(image)?;
    // Two dot entries, two parts of the long name, then the 8.3 entry.
    let size = image.cluster(made.folder) + 4 * 32 + 28;
    image.put(size, &13_u32.to_le_bytes())
}
