//! A plan as a sequence of segments: what renderer and comparer both walk.
//!
//! Invariant: the segments of a plan are contiguous, begin at byte 0 and end
//! with the volume; every one but file data and slack begins and ends on a
//! sector. Nothing of the medium lies outside a segment, so nothing is masked.

use super::fat::{
    BACKUP_BOOT_SECTOR, BACKUP_FS_INFO_SECTOR, BOOT_CODE, BOOT_MARK, FS_INFO_SECTOR,
    MBR_DISK_SIGNATURE, MBR_PARTITION_TABLE, PARTITION_LBA, SECTOR,
};
use super::plan::Plan;
use super::region::Region;
use super::table::AllocationTable;
use super::tree::Content;

/// A part of the medium, by indices into the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Mbr,
    Gap,
    BootSector,
    FsInfo,
    BackupBootSector,
    BackupFsInfo,
    Reserved,
    Fat(u8),
    Directory(usize),
    File(usize),
    Slack(usize),
    Free,
}

/// What of a part a byte belongs to, where a report tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Code,
    DiskSignature,
    Values,
}

impl Field {
    /// The field at byte `offset` of a segment of `part`.
    pub fn of(part: Part, offset: u64) -> Self {
        let signature = MBR_DISK_SIGNATURE as u64;
        match part {
            Part::Mbr if (signature..signature + 4).contains(&offset) => Self::DiskSignature,
            Part::Mbr if offset < MBR_PARTITION_TABLE as u64 => Self::Code,
            Part::BootSector if (BOOT_CODE as u64..BOOT_MARK as u64).contains(&offset) => {
                Self::Code
            }
            _ => Self::Values,
        }
    }
}

/// What a segment holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fill {
    /// Nothing but zeros.
    Zeros,
    /// A structure of the file system: see [`Plan::structure`].
    Structure,
    /// A file whose bytes are known.
    Known,
    /// A file whose hash is known.
    Hashed,
}

/// A run of bytes of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// First byte, from LBA 0.
    pub start: u64,
    /// Bytes, at least one.
    pub length: u64,
    pub part: Part,
    pub fill: Fill,
}

/// The bytes of a structure, handed out front to back.
pub(super) enum Structure<'plan> {
    /// One made as a whole: at most 2 MiB, a folder.
    Whole { bytes: Vec<u8>, position: usize },
    /// A FAT, made piece by piece.
    Fat { table: &'plan AllocationTable, next_entry: u32, piece: Vec<u8> },
}

impl Structure<'_> {
    /// The next `length` bytes, or what is left. Only the last piece may be
    /// another length than a multiple of four.
    pub fn next(&mut self, length: usize) -> &[u8] {
        match self {
            Self::Whole { bytes, position } => {
                let start = (*position).min(bytes.len());
                let end = (start + length).min(bytes.len());
                *position = end;
                &bytes[start..end]
            }
            Self::Fat { table, next_entry, piece } => {
                // Whole entries; a medium that ends within one gets its part.
                piece.resize(length.next_multiple_of(4), 0);
                table.fill(*next_entry, piece);
                *next_entry += (piece.len() / 4) as u32;
                &piece[..length]
            }
        }
    }
}

impl Plan {
    /// All segments, in order. Their number grows with that of the files.
    pub(super) fn segments(&self) -> Vec<Segment> {
        let mut list = SegmentList::default();
        let geometry = &self.geometry;
        list.push(SECTOR, Part::Mbr, Fill::Structure);
        list.push((PARTITION_LBA - 1) * SECTOR, Part::Gap, Fill::Zeros);
        list.push(SECTOR, Part::BootSector, Fill::Structure);
        list.push(SECTOR, Part::FsInfo, Fill::Structure);
        let between = BACKUP_BOOT_SECTOR - FS_INFO_SECTOR - 1;
        list.push(between * SECTOR, Part::Reserved, Fill::Zeros);
        list.push(SECTOR, Part::BackupBootSector, Fill::Structure);
        list.push(SECTOR, Part::BackupFsInfo, Fill::Structure);
        let rest = u64::from(geometry.reserved_sectors()) - BACKUP_FS_INFO_SECTOR - 1;
        list.push(rest * SECTOR, Part::Reserved, Fill::Zeros);
        let fat_bytes = u64::from(geometry.fat_sectors()) * SECTOR;
        let fat_used = self.table.used_bytes().next_multiple_of(SECTOR);
        for copy in [1, 2] {
            list.push(fat_used, Part::Fat(copy), Fill::Structure);
            list.push(fat_bytes - fat_used, Part::Fat(copy), Fill::Zeros);
        }
        for (index, extent) in self.folder_extents.iter().enumerate() {
            let used = (self.tree.folders[index].slots * 32).next_multiple_of(SECTOR);
            let all = u64::from(extent.clusters) * geometry.cluster_bytes();
            list.push(used, Part::Directory(index), Fill::Structure);
            list.push(all - used, Part::Directory(index), Fill::Zeros);
        }
        for (index, extent) in self.file_extents.iter().enumerate() {
            let file = &self.tree.files[index];
            let fill = match file.content {
                Content::Known(_) => Fill::Known,
                Content::Hashed(_) => Fill::Hashed,
            };
            let all = u64::from(extent.clusters) * geometry.cluster_bytes();
            list.push(file.size, Part::File(index), fill);
            list.push(all - file.size, Part::Slack(index), Fill::Zeros);
        }
        list.push(self.free_bytes(), Part::Free, Fill::Zeros);
        list.segments
    }

    /// Where each part of the medium begins, in order, the first at 0: for those
    /// who tell parts of an image apart, such as a block map.
    pub fn part_starts(&self) -> Vec<u64> {
        self.segments().iter().map(|segment| segment.start).collect()
    }

    /// The bytes of a segment with [`Fill::Structure`].
    pub(super) fn structure(&self, part: Part) -> Structure<'_> {
        let whole = |bytes: Vec<u8>| Structure::Whole { bytes, position: 0 };
        match part {
            Part::Fat(_) => Structure::Fat { table: &self.table, next_entry: 0, piece: Vec::new() },
            Part::Directory(index) => whole(self.directory_bytes(index)),
            Part::Mbr => whole(self.geometry.mbr(self.area.disk_signature).to_vec()),
            Part::FsInfo | Part::BackupFsInfo => whole(self.geometry.fs_info(&self.area).to_vec()),
            Part::BootSector | Part::BackupBootSector => {
                whole(self.geometry.boot_sector(&self.area).to_vec())
            }
            // No segment of these has a structure.
            Part::Gap | Part::Reserved | Part::File(_) | Part::Slack(_) | Part::Free => {
                whole(Vec::new())
            }
        }
    }

    /// The known bytes of file `index`; empty where only a hash is known.
    pub(super) fn known_bytes(&self, index: usize) -> &[u8] {
        match self.tree.files.get(index).map(|file| &file.content) {
            Some(Content::Known(bytes)) => bytes,
            _ => &[],
        }
    }

    /// The name of a part at byte `offset` of its segment.
    pub(super) fn region(&self, part: Part, offset: u64) -> Region {
        let file = |index: usize| self.tree.files[index].path.clone();
        match (part, Field::of(part, offset)) {
            (Part::Mbr, Field::DiskSignature) => Region::MbrDiskSignature,
            (Part::Mbr, Field::Code) => Region::MbrBootCode,
            (Part::Mbr, Field::Values) => Region::MbrPartitionTable,
            (Part::Gap, _) => Region::Gap,
            (Part::BootSector, Field::Code) => Region::BootCode,
            (Part::BootSector, _) => Region::BootSector,
            (Part::FsInfo, _) => Region::FsInfo,
            (Part::BackupBootSector, _) => Region::BackupBootSector,
            (Part::BackupFsInfo, _) => Region::BackupFsInfo,
            (Part::Reserved, _) => Region::Reserved,
            (Part::Fat(copy), _) => Region::Fat { copy },
            (Part::Directory(index), _) => {
                Region::Directory { path: self.tree.folders[index].path.clone() }
            }
            (Part::File(index), _) if self.is_known(index) => {
                Region::SealFile { path: file(index) }
            }
            (Part::File(index), _) => Region::FileData { path: file(index) },
            (Part::Slack(index), _) => Region::FileSlack { path: file(index) },
            (Part::Free, _) => Region::FreeClusters,
        }
    }

    /// The name of what lies at `byte` of the medium, for an error or an
    /// offset that came from elsewhere.
    pub fn region_at(&self, byte: u64) -> Region {
        let segments = self.segments();
        let after = segments.partition_point(|segment| segment.start <= byte);
        match after.checked_sub(1).and_then(|at| segments.get(at)) {
            Some(segment) if byte - segment.start < segment.length => {
                self.region(segment.part, byte - segment.start)
            }
            _ => Region::AfterVolume,
        }
    }
}

#[derive(Default)]
struct SegmentList {
    segments: Vec<Segment>,
    end: u64,
}

impl SegmentList {
    fn push(&mut self, length: u64, part: Part, fill: Fill) {
        if length > 0 {
            self.segments.push(Segment { start: self.end, length, part, fill });
            self.end += length;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::VolumeSpec;
    use super::super::time::FatTime;
    use super::super::tree::FileSpec;
    use super::*;

    fn plan() -> Plan {
        let spec = VolumeSpec {
            bytes: 35 << 20,
            label: "TEST".to_string(),
            issued: FatTime::new(2026, 1, 1, 0, 0, 0).unwrap(),
            identity: [7; 32],
        };
        let files = vec![
            FileSpec::known("SEAL/SHA256SUMS", vec![1; 700]),
            FileSpec::hashed("README.TXT", 1, [0; 32]),
            FileSpec::known("EMPTY", Vec::new()),
        ];
        Plan::new(&spec, files).unwrap()
    }

    #[test]
    fn segments_cover_the_volume_without_a_hole() {
        let plan = plan();
        let mut end = 0;
        for segment in plan.segments() {
            assert_eq!(segment.start, end);
            let in_file = matches!(segment.part, Part::File(_) | Part::Slack(_));
            assert!(in_file || (segment.start % 512 == 0 && segment.length % 512 == 0));
            end += segment.length;
        }
        assert_eq!(end, plan.bytes());
    }

    #[test]
    fn structures_are_as_long_as_their_segments() {
        let plan = plan();
        for segment in plan.segments() {
            if segment.fill == Fill::Structure {
                let mut structure = plan.structure(segment.part);
                let length = structure.next(segment.length as usize).len();
                assert_eq!(length as u64, segment.length, "{:?}", segment.part);
            }
        }
    }

    #[test]
    fn every_byte_has_a_name() {
        let plan = plan();
        let readme = Region::FileData { path: "README.TXT".to_string() };
        let first = plan.file_sectors(2).unwrap().first * 512;
        assert_eq!(plan.files()[2].path, "README.TXT");
        assert_eq!(plan.region_at(first), readme);
        for (byte, region) in [
            (0, Region::MbrBootCode),
            (0x1B8, Region::MbrDiskSignature),
            (0x1BB, Region::MbrDiskSignature),
            (0x1BC, Region::MbrBootCode),
            (0x1BE, Region::MbrPartitionTable),
            (512, Region::Gap),
            (1 << 20, Region::BootSector),
            ((1 << 20) + 0x5A, Region::BootCode),
            ((1 << 20) + 0x1FE, Region::BootSector),
            ((1 << 20) + 512, Region::FsInfo),
            ((1 << 20) + 1024, Region::Reserved),
            ((1 << 20) + 6 * 512, Region::BackupBootSector),
            ((1 << 20) + 7 * 512, Region::BackupFsInfo),
            (plan.geometry().fat_lba(1) * 512 - 1, Region::Fat { copy: 1 }),
            (plan.geometry().fat_lba(1) * 512, Region::Fat { copy: 2 }),
            ((35 << 20) - 1, Region::FreeClusters),
            (35 << 20, Region::AfterVolume),
            (u64::MAX, Region::AfterVolume),
        ] {
            assert_eq!(plan.region_at(byte), region, "byte {byte:#x}");
        }
    }
}
