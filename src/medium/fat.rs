//! Geometry, constants and boot area of our FAT32 volumes.
//!
//! Purpose: everything about a volume that follows from its size, its label
//! and two identifying numbers, and nothing that a medium could say about
//! itself. A reader of hostile media is served boot sectors made here, so a
//! crafted sector size, a root at cluster 0 or 2^32 sectors never reach it.
//!
//! Invariants: `Geometry::for_volume` is total (an error or a valid layout),
//! the data area begins on a whole MiB of the disk and ends with the volume,
//! there are always at least [`MIN_CLUSTERS`] clusters, so no program takes
//! the volume for FAT16.
//!
//! Sources: Microsoft "FAT: General Overview of On-Disk Format" 1.03 (boot
//! sector 3.1 to 3.3, FSInfo 5, directory 6), and for the MBR the table of
//! four 16-byte entries at 0x1BE.

use super::error::PlanError;
use crate::seal::limits::{MAX_VOLUME_BYTES, MIN_VOLUME_BYTES, VOLUME_STEP};

/// Bytes of a sector. Media with other sectors are not ours.
pub const SECTOR: u64 = 512;
/// [`SECTOR`] as a length in memory.
pub const SECTOR_BYTES: usize = 512;
/// Sectors of one MiB.
pub const MIB_SECTORS: u64 = 2048;
/// First sector of the partition: 1 MiB, where every current tool aligns it.
pub const PARTITION_LBA: u64 = 2048;
/// FAT32 begins at 65,525 clusters; some programs draw the line up to 16
/// clusters off, so we keep away from it.
pub const MIN_CLUSTERS: u32 = 65_600;
/// Fewest sectors before the first FAT, as every formatting tool has them.
pub const MIN_RESERVED_SECTORS: u64 = 32;
/// The root directory's first cluster.
pub const ROOT_CLUSTER: u32 = 2;
/// Sector of the FSInfo structure, from the start of the partition.
pub const FS_INFO_SECTOR: u64 = 1;
/// Sector of the second boot sector, from the start of the partition.
pub const BACKUP_BOOT_SECTOR: u64 = 6;
/// Sector of the second FSInfo structure.
pub const BACKUP_FS_INFO_SECTOR: u64 = 7;
/// First FAT entry: the media byte with all other bits set.
pub const FAT_ENTRY_0: u32 = 0x0FFF_FFF8;
/// Second FAT entry: cleanly unmounted, no error met.
pub const FAT_ENTRY_1: u32 = 0x0FFF_FFFF;
/// The mark that ends a chain of ours.
pub const END_OF_CHAIN: u32 = 0x0FFF_FFFF;
/// Bytes of one FAT entry.
pub const FAT_ENTRY_BYTES: u64 = 4;
/// What FSInfo says where a count is not known.
pub const UNKNOWN_COUNT: u32 = 0xFFFF_FFFF;

/// Offset of the disk signature in the MBR, four bytes.
pub const MBR_DISK_SIGNATURE: usize = 0x1B8;
/// Offset of the partition table in the MBR, four entries of 16 bytes.
pub const MBR_PARTITION_TABLE: usize = 0x1BE;
/// Offset of the boot sector's code; ours is zero up to the mark.
pub const BOOT_CODE: usize = 0x5A;
/// Offset of the mark 55 AA in MBR, boot sector and FSInfo.
pub const BOOT_MARK: usize = 0x1FE;
/// Offset of the boot sector's byte whose bit 0 Windows sets on mounting.
pub const BOOT_DIRTY_BYTE: usize = 0x41;
/// Offset of the free count and, after it, the next free cluster in FSInfo.
pub const FS_INFO_COUNTERS: usize = 488;

/// Cluster sizes: for volumes of up to so many bytes, so many sectors.
/// 4 KiB as soon as it leaves [`MIN_CLUSTERS`] with a margin, then what
/// Windows' formatting dialogue takes for the size.
const CLUSTER_TABLE: [(u64, u32); 5] =
    [((272 << 20) - 1, 1), (8 << 30, 8), (16 << 30, 16), (32 << 30, 32), (MAX_VOLUME_BYTES, 64)];

/// Where everything of a volume lies. All counts follow from its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    bytes: u64,
    sectors_per_cluster: u32,
    reserved_sectors: u32,
    fat_sectors: u32,
    clusters: u32,
}

impl Geometry {
    /// The layout of a volume of `bytes`, counted from LBA 0: a whole number
    /// of MiB from 35 MiB to 64 GiB.
    pub fn for_volume(bytes: u64) -> Result<Self, PlanError> {
        if !(MIN_VOLUME_BYTES..=MAX_VOLUME_BYTES).contains(&bytes)
            || !bytes.is_multiple_of(VOLUME_STEP)
        {
            return Err(PlanError::VolumeSize { bytes });
        }
        let sectors_per_cluster = CLUSTER_TABLE
            .iter()
            .find(|(limit, _)| bytes <= *limit)
            .map_or(64, |(_, sectors)| *sectors);
        let partition_sectors = bytes / SECTOR - PARTITION_LBA;
        // The smallest whole MiB that leaves room for reserved sectors and both
        // FATs. One more MiB before the data makes the FATs smaller, so this
        // ends: at the latest when the data area is gone, which the smallest
        // volume and the checks below exclude.
        let mut data_start = MIB_SECTORS;
        while data_start < partition_sectors {
            let clusters = (partition_sectors - data_start) / u64::from(sectors_per_cluster);
            let fat_sectors = ((clusters + 2) * FAT_ENTRY_BYTES).div_ceil(SECTOR);
            if MIN_RESERVED_SECTORS + 2 * fat_sectors <= data_start {
                let reserved = data_start - 2 * fat_sectors;
                if clusters < u64::from(MIN_CLUSTERS) || reserved > u64::from(u16::MAX) {
                    break;
                }
                // At most 64 GiB of 512-byte sectors: all of these fit in u32.
                return Ok(Self {
                    bytes,
                    sectors_per_cluster,
                    reserved_sectors: reserved as u32,
                    fat_sectors: fat_sectors as u32,
                    clusters: clusters as u32,
                });
            }
            data_start += MIB_SECTORS;
        }
        Err(PlanError::VolumeSize { bytes })
    }

    /// Bytes of the medium from LBA 0 to the volume's end.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Sectors of the partition, as its boot sector and the MBR count them.
    pub fn partition_sectors(&self) -> u32 {
        // At most 64 GiB / 512 = 2^27.
        (self.bytes / SECTOR - PARTITION_LBA) as u32
    }

    /// Sectors of a cluster: 1, 8, 16, 32 or 64.
    pub fn sectors_per_cluster(&self) -> u32 {
        self.sectors_per_cluster
    }

    /// Bytes of a cluster.
    pub fn cluster_bytes(&self) -> u64 {
        u64::from(self.sectors_per_cluster) * SECTOR
    }

    /// Sectors from the start of the partition to the first FAT.
    pub fn reserved_sectors(&self) -> u32 {
        self.reserved_sectors
    }

    /// Sectors of one FAT.
    pub fn fat_sectors(&self) -> u32 {
        self.fat_sectors
    }

    /// Clusters of the data area, numbered from 2.
    pub fn clusters(&self) -> u32 {
        self.clusters
    }

    /// First sector, from LBA 0, of a FAT (0 or 1).
    pub fn fat_lba(&self, copy: u32) -> u64 {
        PARTITION_LBA
            + u64::from(self.reserved_sectors)
            + u64::from(copy) * u64::from(self.fat_sectors)
    }

    /// First sector of the data area, from LBA 0: a whole MiB.
    pub fn data_lba(&self) -> u64 {
        self.fat_lba(2)
    }

    /// First sector of a cluster, from LBA 0; `cluster` counts from 2.
    pub fn cluster_lba(&self, cluster: u32) -> u64 {
        self.data_lba()
            + u64::from(cluster.saturating_sub(ROOT_CLUSTER)) * u64::from(self.sectors_per_cluster)
    }

    /// The cluster that a sector of the data area belongs to.
    pub fn cluster_of(&self, lba: u64) -> Option<u32> {
        let offset = lba.checked_sub(self.data_lba())? / u64::from(self.sectors_per_cluster);
        let index = u32::try_from(offset).ok()?;
        (index < self.clusters).then_some(index + ROOT_CLUSTER)
    }
}

/// What the boot area says beyond the geometry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BootArea {
    /// Volume serial number. On disk little-endian, like every number here.
    pub serial: u32,
    /// Disk signature of the MBR.
    pub disk_signature: u32,
    /// Volume label, padded with spaces.
    pub label: [u8; 11],
    /// FSInfo: free clusters, or [`UNKNOWN_COUNT`].
    pub free_clusters: u32,
    /// FSInfo: where to look for a free cluster, or [`UNKNOWN_COUNT`].
    pub next_free: u32,
}

impl BootArea {
    /// A boot area that claims nothing: for readers that want the boot sectors
    /// of a volume of a given size without believing the medium's own.
    pub fn neutral() -> Self {
        Self {
            serial: 1,
            disk_signature: 1,
            label: *b"NO NAME    ",
            free_clusters: UNKNOWN_COUNT,
            next_free: UNKNOWN_COUNT,
        }
    }
}

impl Geometry {
    /// Sector `lba` (from LBA 0) of the boot area: MBR, gap and reserved
    /// sectors. `None` from the first FAT on.
    pub fn boot_area_sector(&self, area: &BootArea, lba: u64) -> Option<[u8; SECTOR_BYTES]> {
        if lba >= self.fat_lba(0) {
            return None;
        }
        if lba == 0 {
            return Some(self.mbr(area.disk_signature));
        }
        Some(match lba.checked_sub(PARTITION_LBA) {
            Some(0 | BACKUP_BOOT_SECTOR) => self.boot_sector(area),
            Some(FS_INFO_SECTOR | BACKUP_FS_INFO_SECTOR) => self.fs_info(area),
            _ => [0; SECTOR_BYTES],
        })
    }

    /// The MBR: no code, one partition (FAT32 with LBA), the disk signature.
    pub fn mbr(&self, disk_signature: u32) -> [u8; SECTOR_BYTES] {
        let mut sector = [0; SECTOR_BYTES];
        put(&mut sector, MBR_DISK_SIGNATURE, &disk_signature.to_le_bytes());
        // Status 00, CHS of first and last sector "see LBA", type 0C.
        let entry = [0x00, 0xFE, 0xFF, 0xFF, 0x0C, 0xFE, 0xFF, 0xFF];
        put(&mut sector, MBR_PARTITION_TABLE, &entry);
        put(&mut sector, MBR_PARTITION_TABLE + 8, &(PARTITION_LBA as u32).to_le_bytes());
        put(&mut sector, MBR_PARTITION_TABLE + 12, &self.partition_sectors().to_le_bytes());
        put(&mut sector, BOOT_MARK, &[0x55, 0xAA]);
        sector
    }

    /// The boot sector, and its copy at sector 6.
    pub fn boot_sector(&self, area: &BootArea) -> [u8; SECTOR_BYTES] {
        let mut sector = [0; SECTOR_BYTES];
        put(&mut sector, 0x00, &[0xEB, 0x58, 0x90]); // jump over the parameters
        put(&mut sector, 0x03, b"MSDOS5.0");
        put(&mut sector, 0x0B, &(SECTOR as u16).to_le_bytes());
        sector[0x0D] = self.sectors_per_cluster as u8; // 1 to 64
        put(&mut sector, 0x0E, &(self.reserved_sectors as u16).to_le_bytes());
        sector[0x10] = 2; // FATs
        sector[0x15] = 0xF8; // media: fixed disk
        put(&mut sector, 0x18, &63_u16.to_le_bytes()); // sectors a track
        put(&mut sector, 0x1A, &255_u16.to_le_bytes()); // heads
        put(&mut sector, 0x1C, &(PARTITION_LBA as u32).to_le_bytes()); // hidden sectors
        put(&mut sector, 0x20, &self.partition_sectors().to_le_bytes());
        put(&mut sector, 0x24, &self.fat_sectors.to_le_bytes());
        // 0x28 flags: both FATs are kept; 0x2A version 0.0.
        put(&mut sector, 0x2C, &ROOT_CLUSTER.to_le_bytes());
        put(&mut sector, 0x30, &(FS_INFO_SECTOR as u16).to_le_bytes());
        put(&mut sector, 0x32, &(BACKUP_BOOT_SECTOR as u16).to_le_bytes());
        sector[0x40] = 0x80; // drive number
        sector[0x42] = 0x29; // serial, label and type follow
        put(&mut sector, 0x43, &area.serial.to_le_bytes());
        put(&mut sector, 0x47, &area.label);
        put(&mut sector, 0x52, b"FAT32   ");
        put(&mut sector, BOOT_MARK, &[0x55, 0xAA]);
        sector
    }

    /// The FSInfo structure, and its copy at sector 7.
    pub fn fs_info(&self, area: &BootArea) -> [u8; SECTOR_BYTES] {
        let mut sector = [0; SECTOR_BYTES];
        put(&mut sector, 0, b"RRaA");
        put(&mut sector, 484, b"rrAa");
        put(&mut sector, FS_INFO_COUNTERS, &area.free_clusters.to_le_bytes());
        put(&mut sector, FS_INFO_COUNTERS + 4, &area.next_free.to_le_bytes());
        put(&mut sector, BOOT_MARK, &[0x55, 0xAA]);
        sector
    }
}

/// Copies `bytes` to `offset`; callers stay within the sector by construction.
fn put(sector: &mut [u8; SECTOR_BYTES], offset: usize, bytes: &[u8]) {
    for (target, byte) in sector.iter_mut().skip(offset).zip(bytes) {
        *target = *byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn geometry_holds_its_invariants_at_every_mib_up_to_two_gib_and_every_limit() {
        let near = [8 << 10, 16 << 10, 32 << 10, 64 << 10]
            .into_iter()
            .flat_map(|mib: u64| mib - 3..=mib + 3);
        for mib in (35..=2048).chain(near).filter(|mib| *mib <= 64 << 10) {
            let geometry = Geometry::for_volume(mib * MIB).unwrap();
            assert!(geometry.clusters() >= MIN_CLUSTERS, "{mib} MiB");
            assert!(geometry.reserved_sectors() >= 32, "{mib} MiB");
            assert_eq!(geometry.data_lba() % MIB_SECTORS, 0, "{mib} MiB");
            let end = geometry.data_lba()
                + u64::from(geometry.clusters()) * u64::from(geometry.sectors_per_cluster());
            assert_eq!(end * SECTOR, mib * MIB, "no tail at {mib} MiB");
            let entries = (u64::from(geometry.clusters()) + 2) * 4;
            let room = u64::from(geometry.fat_sectors()) * SECTOR;
            assert!(room >= entries && room - entries < SECTOR, "{mib} MiB");
            // One MiB less before the data would not hold the FATs.
            let less = geometry.data_lba() - PARTITION_LBA - MIB_SECTORS;
            let more = u64::from(geometry.clusters())
                + MIB_SECTORS / u64::from(geometry.sectors_per_cluster());
            let fats = 2 * ((more + 2) * 4).div_ceil(SECTOR);
            assert!(less < 32 + fats, "{mib} MiB");
        }
    }

    #[test]
    fn volume_sizes_outside_the_rule_are_refused() {
        for bytes in [
            0,
            1,
            34 * MIB,
            35 * MIB + 512,
            35 * MIB - 1,
            (64 << 30) + MIB,
            u64::MAX,
            u64::MAX - (MIB - 1),
        ] {
            assert!(Geometry::for_volume(bytes).is_err(), "{bytes}");
        }
    }

    #[test]
    fn cluster_size_changes_where_the_table_says() {
        for (bytes, sectors) in [
            (35 * MIB, 1),
            (271 * MIB, 1),
            (272 * MIB, 8),
            (8192 * MIB, 8),
            (8193 * MIB, 16),
            (16384 * MIB, 16),
            (16385 * MIB, 32),
            (32768 * MIB, 32),
            (32769 * MIB, 64),
            (65536 * MIB, 64),
        ] {
            let geometry = Geometry::for_volume(bytes).unwrap();
            assert_eq!(geometry.sectors_per_cluster(), sectors, "{bytes}");
        }
    }

    #[test]
    fn boot_area_has_its_structures_at_their_sectors_and_zeros_between() {
        let geometry = Geometry::for_volume(64 * MIB).unwrap();
        let area = BootArea::neutral();
        for lba in 0..geometry.fat_lba(0) {
            let sector = geometry.boot_area_sector(&area, lba).unwrap();
            let used = [0, 2048, 2049, 2054, 2055].contains(&lba);
            assert_eq!(sector != [0; 512], used, "LBA {lba}");
            assert_eq!(sector[510..] == [0x55, 0xAA], used, "LBA {lba}");
        }
        assert_eq!(
            geometry.boot_area_sector(&area, geometry.fat_lba(0)),
            None,
            "the FAT is not boot area"
        );
        assert_eq!(geometry.boot_area_sector(&area, u64::MAX), None);
    }

    #[test]
    fn clusters_and_sectors_map_onto_each_other() {
        let geometry = Geometry::for_volume(272 * MIB).unwrap();
        assert_eq!(geometry.cluster_lba(2), geometry.data_lba());
        assert_eq!(geometry.cluster_of(geometry.data_lba() - 1), None);
        assert_eq!(geometry.cluster_of(geometry.data_lba() + 8), Some(3));
        let last = geometry.clusters() + 1;
        let end = geometry.cluster_lba(last) + 8;
        assert_eq!(geometry.cluster_of(end - 1), Some(last));
        assert_eq!(geometry.cluster_of(end), None);
    }
}
