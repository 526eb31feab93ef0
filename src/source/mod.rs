//! Where a release is read from: folder, bundle, image, device.
//!
//! Purpose: one trait for everything that may hold a release. **All answers
//! are claims.** A listing says what a reader of a folder, a zip or a file
//! system makes of the bytes; it finds the seal and names what is foreign. A
//! PASS rests on the comparison of [`Source::raw`] with the planned bytes (or,
//! for folders, on the hashes of all files), never on a claim.
//!
//! Invariants: nothing is written; no count, size, offset or chain of the
//! source decides how long we work or how much memory we take (limits in
//! [`listing`], [`fence`], `central`); names are kept without loss; a symbolic
//! link inside a source is never followed.
//!
//! Where reading a listed file fails through the source's own fault, its
//! listing has a remark on it.
//!
//! | file | what it reads |
//! | --- | --- |
//! | [`folder`] | a folder, a mounted drive, a share |
//! | `ahead`, `blocks` | small files of it, before somebody asks, and the memory for them |
//! | [`bundle`], `central`, `local` | a zip file, its directory, what lies where that points |
//! | [`volume`], `walk`, `taken`, `entry`, `chain`, [`fence`] | FAT32 in an image or on a device |
//! | [`listing`], [`remark`], [`oddity`] | what they say |
//! | `positioned` | bytes at an offset, and in sequence |

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::rc::Rc;

mod ahead;
mod blocks;
pub mod bundle;
mod central;
mod chain;
mod entry;
pub mod error;
pub mod fence;
pub mod folder;
pub mod listing;
mod local;
pub mod oddity;
mod positioned;
pub mod remark;
mod taken;
pub mod volume;
mod walk;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod words_tests;

pub use error::{Doing, SourceError};
pub use folder::Mounted;
pub use listing::{Attributes, Entry, EntryKind, Listing};
pub use oddity::Oddity;
pub use positioned::ReadAt;
pub use remark::{Limit, Remark};

use crate::medium::{Shared, Work};
use bundle::BundleSource;
use folder::FolderSource;
use volume::VolumeSource;

/// What a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A folder, a mounted drive, a share.
    Folder,
    /// A zip file.
    Bundle,
    /// A medium's bytes in a file.
    Image,
    /// A block device: the medium itself.
    Device,
}

/// A source's bytes from the first on, and how many there are, if it tells.
pub type Raw<'a> = (Box<dyn Read + 'a>, Option<u64>);

/// Room for a file that is read whole; a longer one finds more as it comes.
const ROOM_AT_ONCE: usize = 256 * 1024;

/// Anything that a release is read from.
pub trait Source {
    /// What it is.
    fn shape(&self) -> Shape;

    /// Everything that is in it, and what is odd about it. Two listings of a
    /// source that did not change are equal.
    fn listing(&self) -> Result<Listing, SourceError>;

    /// Opens a file by the path that the listing has for it.
    fn open_file(&self, path: &str) -> Result<Box<dyn Read + '_>, SourceError>;

    /// All bytes of a file, at most `limit`; more is
    /// [`SourceError::TooLong`].
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        // Room that is not used costs nothing; moving on as it grows does.
        let mut bytes = Vec::with_capacity(limit.min(ROOM_AT_ONCE));
        let mut reader = self.open_file(path)?.take((limit as u64).saturating_add(1));
        match reader.read_to_end(&mut bytes) {
            Ok(_) if bytes.len() > limit => {
                Err(SourceError::TooLong { path: path.to_string(), limit })
            }
            Ok(_) => {
                bytes.shrink_to_fit();
                Ok(bytes)
            }
            Err(error) => Err(SourceError::io(path, Doing::Reading, error)),
        }
    }

    /// The bytes themselves, for bundle, image and device. Those of a device
    /// come from the device and not from the system's memory, as far as the
    /// system heeds the advice.
    fn raw(&self) -> Result<Raw<'_>, SourceError>;

    /// For those who will want most of the files: from now on another thread
    /// may read small ones as the next listing finds them, into at most 10 MiB.
    /// Answers stay the same.
    fn read_ahead(&mut self) {}

    /// The bytes of the file at `path`, of `size` bytes by its listing, if they were
    /// read ahead, or are now with those that follow; for who takes all files in the
    /// listing's order. `None` says nothing of the file.
    fn in_memory(&self, _path: &str, _size: u64) -> Option<Shared> {
        None
    }

    /// For who wants the thread for something else, before the first file is taken: it
    /// begins the work and reads nothing ahead any more, or the work comes back.
    fn lend(&self, work: Work<'static>) -> Option<Work<'static>> {
        Some(work)
    }

    /// What is known of the file system that a folder lies on.
    fn mounted(&self) -> Mounted {
        Mounted::default()
    }
}

/// Opens what `path` leads to and decides by what is there: a folder, a block
/// device, a zip, or else an image.
///
/// A symbolic link as the last component is followed to a file or a device
/// (names in `/dev/disk/by-id` are such links) and refused to a folder, where
/// it would show other files than the ones that lie at the place named.
pub fn open(path: &Path) -> Result<Box<dyn Source>, SourceError> {
    let place = path.display().to_string();
    #[cfg(windows)]
    if crate::sys::device::names_a_device(path) {
        return Ok(Box::new(VolumeSource::raw_device(path, &place)?));
    }
    // `E:` alone would be whatever folder a program was in on that drive.
    #[cfg(windows)]
    let root = drive_root(path);
    #[cfg(windows)]
    let path = root.as_path();
    // A slash behind a link, as a shell completes it, would lead through it.
    #[cfg(not(windows))]
    let named: std::path::PathBuf = path.components().collect();
    #[cfg(not(windows))]
    let path = named.as_path();
    let fail = |doing, error| SourceError::opening(&place, doing, error);
    let is_link =
        fs::symlink_metadata(path).map_err(|error| fail(Doing::LookingAt, error))?.is_symlink();
    let metadata = fs::metadata(path).map_err(|error| fail(Doing::LookingAt, error))?;
    if metadata.is_dir() {
        return match is_link {
            true => Err(SourceError::LinkToFolder { place }),
            false => Ok(Box::new(FolderSource::open(path)?)),
        };
    }
    let file = open_without_waiting(path).map_err(|error| fail(Doing::Opening, error))?;
    // What was opened decides, not what was there a moment ago.
    let metadata = file.metadata().map_err(|error| fail(Doing::LookingAt, error))?;
    #[cfg(unix)]
    if positioned::is_block_device(&metadata) {
        let source = VolumeSource::device(file, &place)?;
        return Ok(Box::new(source));
    }
    if !metadata.is_file() {
        return Err(SourceError::NotASource { place });
    }
    let length = metadata.len();
    let bundle = looks_like_a_bundle(&file, length).map_err(|error| fail(Doing::Reading, error))?;
    Ok(match bundle {
        true => Box::new(BundleSource::new(file, &place, length)),
        false => Box::new(VolumeSource::image(file, &place, length)?),
    })
}

/// The root of a drive that is named by its letter alone; else the path itself.
#[cfg(windows)]
fn drive_root(path: &Path) -> std::path::PathBuf {
    use std::path::{Component, Prefix};
    let mut components = path.components();
    let alone = match components.next() {
        Some(Component::Prefix(prefix)) => matches!(prefix.kind(), Prefix::Disk(_)),
        _ => false,
    };
    match alone && components.next().is_none() {
        true => path.join("\\"),
        false => path.to_path_buf(),
    }
}

/// Opens for reading; a pipe does not make us wait for a writer.
fn open_without_waiting(path: &Path) -> std::io::Result<File> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
    }
    #[cfg(not(target_os = "linux"))]
    {
        File::open(path)
    }
}

/// A zip begins with `PK`; one with foreign bytes before it still ends like
/// one, and a medium of ours has a boot mark and no `PK`.
fn looks_like_a_bundle(file: &dyn ReadAt, length: u64) -> std::io::Result<bool> {
    let mut head = [0; 512];
    let filled = file.fill_at(&mut head, 0)?;
    if head[..filled].starts_with(b"PK") {
        return Ok(true);
    }
    let end = central::END_BYTES as u64;
    if head[510..] == [0x55, 0xAA] || length < end {
        return Ok(false);
    }
    let mut tail = [0; 4];
    file.fill_at(&mut tail, length - end)?;
    Ok(tail == central::END)
}

/// A device that somebody opened for us, alone and past the system's memory;
/// `length` is what the opened device says.
pub fn open_device(
    bytes: Rc<dyn ReadAt>,
    place: &str,
    length: u64,
) -> Result<Box<dyn Source>, SourceError> {
    Ok(Box::new(VolumeSource::new(bytes, None, Shape::Device, place, Some(length))?))
}

/// Opens an image that is open already, whatever it begins with.
pub fn open_image(file: File, place: &str) -> Result<Box<dyn Source>, SourceError> {
    let metadata =
        file.metadata().map_err(|error| SourceError::opening(place, Doing::LookingAt, error))?;
    Ok(Box::new(VolumeSource::image(file, place, metadata.len())?))
}
