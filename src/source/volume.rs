//! A release on a FAT32 volume: an image file, or a device.
//!
//! Two readers look at the folders: `fatfs` behind its [`fence`](super::fence),
//! and our own walk, which also knows where things lie, what was deleted and
//! which chains are none. Where they do not see the same, the listing says so
//! and has what either sees. Both are served from the volume's size alone, and
//! that size is a claim, too: of the boot sector, its copy, the MBR, and an
//! image's length, the one with most voices counts, so a flipped bit in one of
//! them does not make the rest unreadable.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, Read};
#[cfg(unix)]
use std::io::{Seek as _, SeekFrom};
use std::rc::Rc;

use fatfs::{Dir, FileSystem, FsOptions};

use super::chain::{ChainReader, Chains, Fat};
use super::error::{Doing, SourceError};
use super::fence::{BadPlace, Blocks, Fence, MAX_OPERATIONS, Spent};
use super::listing::{Entry, EntryKind, Gatherer, Listing, Remark, join, name_of};
use super::positioned::{ReadAt, Sequence, announce_sequence, forget};
use super::remark::Limit;
use super::walk::{Found, Shown, Start, Walk};
use super::{Raw, Shape, Source};
use crate::medium::Geometry;
use crate::medium::fat::{
    BACKUP_BOOT_SECTOR, MBR_PARTITION_TABLE, PARTITION_LBA, SECTOR, SECTOR_BYTES,
};

/// Offset of the count of sectors in a boot sector.
const BOOT_SECTORS: usize = 0x20;
/// Offset of the label in a boot sector.
const BOOT_LABEL: usize = 0x47;

/// An image or a device.
pub struct VolumeSource {
    source: Rc<dyn ReadAt>,
    /// The same, where the system can be advised about it.
    file: Option<Rc<File>>,
    shape: Shape,
    place: String,
    length: Option<u64>,
    volume: Volume,
    /// Where files begin, once the folders were read.
    starts: RefCell<Option<HashMap<String, Start>>>,
}

/// What the claims about the volume's size came to.
enum Volume {
    Readable { geometry: Geometry, fat: RefCell<Fat>, odd: Option<Remark> },
    Unreadable(Remark),
}

impl VolumeSource {
    /// An image file of `length` bytes.
    pub(super) fn image(file: File, place: &str, length: u64) -> Result<Self, SourceError> {
        let file = Rc::new(file);
        Self::new(file.clone(), Some(file), Shape::Image, place, Some(length))
    }

    /// A disk of Windows.
    #[cfg(windows)]
    pub(super) fn raw_device(path: &std::path::Path, place: &str) -> Result<Self, SourceError> {
        let device = crate::sys::device::RawDevice::open(path)
            .map_err(|error| SourceError::opening(place, Doing::Opening, error))?;
        let length = device.length();
        Self::new(Rc::new(device), None, Shape::Device, place, length)
    }

    /// A block device.
    #[cfg(unix)]
    pub(super) fn device(mut file: File, place: &str) -> Result<Self, SourceError> {
        let length = match file.seek(SeekFrom::End(0)) {
            Ok(0) => None,
            Ok(length) => Some(length),
            Err(error) => return Err(SourceError::opening(place, Doing::AskingSize, error)),
        };
        forget(&file);
        let file = Rc::new(file);
        Self::new(file.clone(), Some(file), Shape::Device, place, length)
    }

    pub(super) fn new(
        source: Rc<dyn ReadAt>,
        file: Option<Rc<File>>,
        shape: Shape,
        place: &str,
        length: Option<u64>,
    ) -> Result<Self, SourceError> {
        let volume = volume(&source, shape, length)
            .map_err(|error| SourceError::opening(place, Doing::Reading, error))?;
        let (place, starts) = (place.to_string(), RefCell::new(None));
        Ok(Self { source, file, shape, place, length, volume, starts })
    }

    /// Reads all folders, twice.
    fn gather(&self) -> io::Result<(Listing, HashMap<String, Start>)> {
        let mut gatherer = Gatherer::default();
        let (geometry, fat, odd) = match &self.volume {
            Volume::Readable { geometry, fat, odd } => (geometry, fat, odd),
            Volume::Unreadable(remark) => {
                gatherer.remark(remark.clone());
                return Ok((gatherer.finish(), HashMap::new()));
            }
        };
        odd.iter().for_each(|remark| gatherer.remark(remark.clone()));
        let mut blocks = Blocks::new(self.source.clone());
        let mut fat = fat.borrow_mut();
        let walk = Walk::new(geometry, &mut blocks, Chains::new(&mut fat), &mut gatherer);
        let found = walk.run()?;
        self.labels(&found, &mut gatherer)?;
        let blocks = Rc::new(RefCell::new(blocks));
        match second_reading(blocks, geometry, &found, &mut gatherer) {
            Err(error) if is_the_mediums_fault(&error) => {
                gatherer.remark(Remark::GivenUp { limit: Limit::of(&error) });
            }
            other => other?,
        }
        Ok((gatherer.finish(), found.files))
    }

    /// Compares the two places of the volume label.
    fn labels(&self, found: &Found, gatherer: &mut Gatherer) -> io::Result<()> {
        let boot = sector(&*self.source, PARTITION_LBA)?;
        let boot = &boot[BOOT_LABEL..BOOT_LABEL + 11];
        if found.label.is_none_or(|label| label != *boot) {
            let text = |label: &[u8]| name_of(label.trim_ascii_end(), true).0;
            let root = found.label.map(|label| text(&label));
            gatherer.remark(Remark::Labels { root, boot: text(boot) });
        }
        Ok(())
    }
}

impl Source for VolumeSource {
    fn shape(&self) -> Shape {
        self.shape
    }

    fn listing(&self) -> Result<Listing, SourceError> {
        let (listing, starts) =
            self.gather().map_err(|error| SourceError::io(&self.place, Doing::Reading, error))?;
        *self.starts.borrow_mut() = Some(starts);
        Ok(listing)
    }

    fn open_file(&self, path: &str) -> Result<Box<dyn Read + '_>, SourceError> {
        if self.starts.borrow().is_none() {
            self.listing()?;
        }
        let start = self.starts.borrow().as_ref().and_then(|starts| starts.get(path).copied());
        match (&self.volume, start) {
            (Volume::Readable { fat, .. }, Some(start)) => {
                Ok(Box::new(ChainReader::new(fat, start.cluster, start.size)))
            }
            _ => Err(SourceError::NotFound { place: path.to_string() }),
        }
    }

    fn raw(&self) -> Result<Raw<'_>, SourceError> {
        if let Some(file) = &self.file {
            if self.shape == Shape::Device {
                forget(file);
            }
            announce_sequence(file);
        }
        let reader = Sequence { source: &*self.source, at: 0, end: u64::MAX };
        Ok((Box::new(reader), self.length))
    }
}

/// True for errors that only a medium of somebody else's making brings about.
fn is_the_mediums_fault(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Spent>() || inner.is::<BadPlace>())
}

/// One sector; zeros where the source has ended.
fn sector(source: &dyn ReadAt, lba: u64) -> io::Result<[u8; SECTOR_BYTES]> {
    let mut bytes = [0; SECTOR_BYTES];
    source.fill_at(&mut bytes, lba * SECTOR)?;
    Ok(bytes)
}

/// Weighs the claims about the volume's size.
fn volume(source: &Rc<dyn ReadAt>, shape: Shape, length: Option<u64>) -> io::Result<Volume> {
    let claim = |lba: u64, at: usize| -> io::Result<u64> {
        let sector = sector(&**source, lba)?;
        let count: [u8; 4] = sector[at..at + 4].try_into().unwrap_or_default();
        Ok((PARTITION_LBA + u64::from(u32::from_le_bytes(count))) * SECTOR)
    };
    let mut claims = vec![
        claim(PARTITION_LBA, BOOT_SECTORS)?,
        claim(PARTITION_LBA + BACKUP_BOOT_SECTOR, BOOT_SECTORS)?,
        claim(0, MBR_PARTITION_TABLE + 12)?,
    ];
    if let (Shape::Image, Some(length)) = (shape, length) {
        claims.push(length);
    }
    let possible = |bytes: u64| {
        let within = length.is_none_or(|length| bytes <= length);
        Geometry::for_volume(bytes).ok().filter(|_| within)
    };
    let voices = |bytes: u64| claims.iter().filter(|claim| **claim == bytes).count();
    // The last of equals wins in `max_by_key`: reversed, the boot sector does.
    let best = claims.iter().rev().copied().filter(|bytes| possible(*bytes).is_some());
    let best = best.max_by_key(|bytes| voices(*bytes));
    // An image's length says something about a volume only if it is one's.
    let foreign =
        |shape| shape == Shape::Image && claims[..3].iter().all(|c| possible(*c).is_none());
    Ok(match best.and_then(|bytes| Some((bytes, possible(bytes)?))) {
        Some((bytes, geometry)) if !foreign(shape) => {
            let agreed = voices(bytes) == claims.len();
            let odd = (!agreed).then(|| Remark::Sizes { sizes: claims.clone() });
            let fat = RefCell::new(Fat::new(geometry, source.clone()));
            Volume::Readable { geometry, fat, odd }
        }
        _ => Volume::Unreadable(Remark::NoVolume { length, sizes: claims[..3].to_vec() }),
    })
}

/// Reads with `fatfs` every folder that our own walk read to its end, and
/// compares what they show.
fn second_reading(
    blocks: Rc<RefCell<Blocks>>,
    geometry: &Geometry,
    found: &Found,
    gatherer: &mut Gatherer,
) -> io::Result<()> {
    let left = Rc::new(Cell::new(MAX_OPERATIONS));
    let file_system = FileSystem::new(Fence::new(blocks, *geometry, left), FsOptions::new())?;
    // Each folder is read once, and none that our own walk did not finish.
    let mut ours: HashMap<&str, &[Shown]> =
        found.folders.iter().map(|(path, shown)| (path.as_str(), shown.as_slice())).collect();
    let mut pending: Vec<(String, Dir<'_, Fence>)> = vec![(String::new(), file_system.root_dir())];
    while let Some((path, folder)) = pending.pop() {
        let Some(ours) = ours.remove(path.as_str()) else {
            continue;
        };
        let known: HashSet<&str> = ours.iter().map(|entry| entry.shown.as_str()).collect();
        let mut ours = ours.iter().filter(|entry| !is_dot(&entry.shown));
        let mut same = true;
        for entry in folder.iter() {
            let entry = entry?;
            let name = entry.file_name();
            if is_dot(&name) {
                continue;
            }
            let is_folder = entry.is_dir();
            match ours.next() {
                Some(our)
                    if our.shown == name
                        && our.is_folder == is_folder
                        && u64::from(our.size) == entry.len() =>
                {
                    if is_folder {
                        pending.push((join(&path, &our.name), entry.to_dir()));
                    }
                }
                _ if known.contains(name.as_str()) => same = false,
                _ => {
                    same = false;
                    let kind = match is_folder {
                        true => EntryKind::Folder,
                        false => EntryKind::File { size: entry.len() },
                    };
                    let path = join(&path, &name_of(name.as_bytes(), true).0);
                    let entry = Entry { path, kind, sectors: None, attributes: None };
                    // A full listing has said so.
                    if gatherer.entry(entry).is_err() {
                        return Ok(());
                    }
                }
            }
        }
        if !same || ours.next().is_some() {
            gatherer.remark(Remark::TwoReaders { path });
        }
    }
    Ok(())
}

/// The entries of a folder for itself and the one above.
fn is_dot(name: &str) -> bool {
    name == "." || name == ".."
}

#[cfg(test)]
#[path = "volume_tests.rs"]
mod tests;
