//! The class `os-changes`: what Windows does to a key that it mounts writable,
//! and nothing more.
//!
//! **Method.** The comparer hands over every structure sector that differs, as
//! planned and as found. Here the allowed fields, and only those, are carried
//! from what was found into what was planned; then the two must be equal to
//! the last byte. So a deleted entry, a third file, data in the tail of a
//! cluster, a wrong long-name checksum or FATs that differ cannot be part of
//! the class: no rule would carry them over.
//!
//! **Allowed**, as the design lists it:
//! - the disk signature of the MBR; bit 0 of byte 0x41 of the boot sector;
//!   the two counters of FSInfo (the first copies, not the backups);
//! - bits 26 and 27 of FAT entry 1, equal in both FATs;
//! - access dates of sealed files and folders, not of the label or dot entries;
//! - directly after the last planned root entry: `System Volume Information`,
//!   one cluster with the dot entries and, in any order, at most one
//!   `WPSettings.dat` of 12 bytes and one `IndexerVolumeGuid` of 76, each in one
//!   cluster. All these clusters were free and differ from one another, their
//!   FAT entries are an end mark (0FFFFFF8 to 0FFFFFFF) equal in both FATs.
//!   Aliases are those that Windows makes (`SYSTEM~1`, `WPSETT~1.DAT`,
//!   `INDEXE~1`, or with another digit where `~1` is taken); long names are exact;
//!   times and the attributes read-only, hidden, system, archive are free. The
//!   eight entries fit the smallest cluster, so the folder never needs a second.
//!
//! A subset is allowed too: an empty folder, or one file of the two. Verdict is
//! FAIL in every case; the class only says what kind of FAIL.

use std::collections::BTreeMap;

use super::directory::{self, OFFSET_ACCESS_DATE};
use super::fat::{
    BOOT_DIRTY_BYTE, FAT_ENTRY_1, FS_INFO_COUNTERS, FS_INFO_SECTOR, MBR_DISK_SIGNATURE,
    PARTITION_LBA, SECTOR, SECTOR_BYTES,
};
use super::names::SLOT;
use super::os_added::Added;
use super::plan::Plan;
use super::segment::Part;

/// Differing structure sectors that are kept for classifying, 4 MiB in all. A
/// mounted key changes far fewer, unless all of thousands of files were opened.
pub const MAX_CHANGED_SECTORS: usize = 4_096;

/// Bits of FAT entry 1: volume clean, no disk error.
const FAT_FLAGS: u32 = 0x0C00_0000;
/// One allowed change that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OsChange {
    /// The MBR's disk signature, as its number.
    DiskSignature {
        /// The number found.
        found: u32,
    },
    /// The boot sector says "mounted".
    VolumeDirty,
    /// FAT entry 1 says "not cleanly unmounted", "disk error", or both.
    FatFlags {
        /// The entry found.
        found: u32,
    },
    /// FSInfo's counters.
    FsInfoCounters {
        /// Free clusters, as found.
        free_clusters: u32,
        /// Next free cluster, as found.
        next_free: u32,
    },
    /// Access dates of sealed entries.
    AccessDates {
        /// How many entries have another date.
        entries: u32,
    },
    /// The folder `System Volume Information`.
    SystemVolumeInformation,
    /// A file in it. Its content is free and so must be shown.
    AddedFile {
        /// `WPSettings.dat` or `IndexerVolumeGuid`.
        name: &'static str,
        /// Its bytes, 12 or 76.
        content: Vec<u8>,
    },
}

/// All that differs, where all of it is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsChanges {
    /// What was seen, in the order of [`OsChange`].
    pub changes: Vec<OsChange>,
}

/// A sector that differs.
struct Sector {
    /// As planned, then with the allowed changes carried over.
    accepted: [u8; SECTOR_BYTES],
    found: [u8; SECTOR_BYTES],
    in_directory: bool,
}

/// Differing structure sectors by their number, as long as they may be allowed.
#[derive(Default)]
pub(super) struct Changes {
    sectors: BTreeMap<u64, Sector>,
    disqualified: bool,
}

impl Changes {
    /// Something differs that no rule allows.
    pub fn disqualify(&mut self) {
        self.disqualified = true;
        self.sectors.clear();
    }

    /// Notes a run of bytes from byte `start` of the medium that differs from
    /// `expected` (`None`: zeros).
    pub fn note(&mut self, part: Part, start: u64, expected: Option<&[u8]>, found: &[u8]) {
        if self.disqualified {
            return;
        }
        let may_change = match part {
            Part::Mbr | Part::BootSector | Part::FsInfo => true,
            Part::Fat(_) | Part::Directory(_) | Part::Free => true,
            Part::Gap | Part::BackupBootSector | Part::BackupFsInfo | Part::Reserved => false,
            Part::File(_) | Part::Slack(_) => false,
        };
        let (sectors, rest) = found.as_chunks::<SECTOR_BYTES>();
        if !may_change || !rest.is_empty() || !start.is_multiple_of(SECTOR) {
            return self.disqualify();
        }
        for (index, sector) in sectors.iter().enumerate() {
            let from = index * SECTOR_BYTES;
            let accepted = expected
                .and_then(|bytes| bytes.get(from..)?.first_chunk())
                .unwrap_or(&[0; SECTOR_BYTES]);
            if accepted == sector {
                continue;
            }
            if self.sectors.len() == MAX_CHANGED_SECTORS {
                return self.disqualify();
            }
            let pair = Sector {
                accepted: *accepted,
                found: *sector,
                in_directory: matches!(part, Part::Directory(_)),
            };
            self.sectors.insert(start / SECTOR + index as u64, pair);
        }
    }

    /// The class, if everything noted is allowed.
    pub fn classify(mut self, plan: &Plan) -> Option<OsChanges> {
        if self.disqualified {
            return None;
        }
        let mut changes = Vec::new();
        changes.extend(self.disk_signature());
        changes.extend(self.volume_dirty());
        changes.extend(self.fat_flags(plan));
        changes.extend(self.fs_info());
        changes.extend(self.access_dates());
        changes.extend(self.added_folder(plan));
        let explained = self.sectors.values().all(|sector| sector.accepted == sector.found);
        (explained && !changes.is_empty()).then_some(OsChanges { changes })
    }

    /// Carries `length` found bytes at `offset` of sector `lba` over. A sector
    /// that is not here has nothing to carry.
    fn carry(&mut self, lba: u64, offset: usize, length: usize) {
        if let Some(sector) = self.sectors.get_mut(&lba) {
            let range = offset..offset + length;
            sector.accepted[range.clone()].copy_from_slice(&sector.found[range]);
        }
    }

    /// The number at `offset` of sector `lba`, where that sector differs.
    pub(super) fn number(&self, lba: u64, offset: usize) -> Option<u32> {
        let bytes = self.sectors.get(&lba)?.found.get(offset..)?;
        Some(u32::from_le_bytes(*bytes.first_chunk()?))
    }

    /// Whether carrying made a sector's range other than planned.
    fn differs(&self, lba: u64, offset: usize, length: usize) -> bool {
        self.sectors.get(&lba).is_some_and(|sector| {
            let range = offset..offset + length;
            sector.accepted[range.clone()] != sector.found[range]
        })
    }

    fn disk_signature(&mut self) -> Option<OsChange> {
        self.differs(0, MBR_DISK_SIGNATURE, 4).then_some(())?;
        self.carry(0, MBR_DISK_SIGNATURE, 4);
        let found = self.number(0, MBR_DISK_SIGNATURE)?;
        Some(OsChange::DiskSignature { found })
    }

    fn volume_dirty(&mut self) -> Option<OsChange> {
        let sector = self.sectors.get_mut(&PARTITION_LBA)?;
        let found = sector.found[BOOT_DIRTY_BYTE];
        let planned = &mut sector.accepted[BOOT_DIRTY_BYTE];
        let carried = *planned & !1 | found & 1;
        let changed = carried != *planned;
        *planned = carried;
        changed.then_some(OsChange::VolumeDirty)
    }

    fn fs_info(&mut self) -> Option<OsChange> {
        let lba = PARTITION_LBA + FS_INFO_SECTOR;
        self.differs(lba, FS_INFO_COUNTERS, 8).then_some(())?;
        self.carry(lba, FS_INFO_COUNTERS, 8);
        Some(OsChange::FsInfoCounters {
            free_clusters: self.number(lba, FS_INFO_COUNTERS)?,
            next_free: self.number(lba, FS_INFO_COUNTERS + 4)?,
        })
    }

    fn fat_flags(&mut self, plan: &Plan) -> Option<OsChange> {
        let sectors = [plan.geometry.fat_lba(0), plan.geometry.fat_lba(1)];
        let [one, two] = sectors.map(|lba| self.number(lba, 4).unwrap_or(FAT_ENTRY_1));
        let allowed = one == two && one != FAT_ENTRY_1 && one | FAT_FLAGS == FAT_ENTRY_1;
        allowed.then_some(())?;
        for lba in sectors {
            self.carry(lba, 4, 4);
        }
        Some(OsChange::FatFlags { found: one })
    }

    fn access_dates(&mut self) -> Option<OsChange> {
        let mut entries = 0;
        let date = OFFSET_ACCESS_DATE..OFFSET_ACCESS_DATE + 2;
        for sector in self.sectors.values_mut().filter(|s| s.in_directory) {
            let slots = sector.accepted.chunks_exact_mut(SLOT);
            for (planned, found) in slots.zip(sector.found.chunks_exact(SLOT)) {
                if directory::is_named_entry(planned)
                    && planned[date.clone()] != found[date.clone()]
                {
                    planned[date.clone()].copy_from_slice(&found[date.clone()]);
                    entries += 1;
                }
            }
        }
        (entries > 0).then_some(OsChange::AccessDates { entries })
    }

    /// The folder that Windows adds, with what is in it. Carries nothing over
    /// unless all of it is as allowed.
    fn added_folder(&mut self, plan: &Plan) -> Vec<OsChange> {
        match Added::read(self, plan) {
            Some(added) => {
                for (lba, offset, length) in added.ranges {
                    self.carry(lba, offset, length);
                }
                added.changes
            }
            None => Vec::new(),
        }
    }

    /// The bytes found in a sector that was planned as zeros, or that differs.
    pub(super) fn found(&self, lba: u64) -> [u8; SECTOR_BYTES] {
        self.sectors.get(&lba).map_or([0; SECTOR_BYTES], |sector| sector.found)
    }
}

#[cfg(test)]
#[path = "os_changes_setting.rs"]
mod setting;

#[cfg(test)]
#[path = "os_changes_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "os_added_tests.rs"]
mod added_tests;

#[cfg(test)]
#[path = "os_changes_sweep_tests.rs"]
mod sweep;
