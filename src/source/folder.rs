//! A release in a folder, on a mounted drive, on a share.
//!
//! Everything is opened component by component from a folder that is held
//! open, and no link is followed on the way ([`crate::sys::folder`]): what was
//! listed cannot be exchanged for something outside. Names are the bytes that
//! the system has; kinds are looked at without opening, so a pipe or a device
//! node does nothing to us.
//!
//! On the root of a mounted drive the folders that an operating system makes
//! there ([`SYSTEM_FOLDERS`]) are listed and not entered: often nobody may.
//!
//! On Windows the streams beside the contents of each file and folder are listed
//! too, since nothing else shows them.
//!
//! What this cannot see: anything that the file system does not show. It
//! answers for files only.

use std::cell::{OnceCell, RefCell};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::num::NonZero;
use std::path::Path;
use std::thread::available_parallelism;

use super::ahead::Ahead;
use super::error::{Doing, SourceError};
use super::listing::{Entry, EntryKind, Full, Gatherer, Listing, MAX_DEPTH, Remark, join, name_of};
use super::remark::Limit;
use super::{Raw, Shape, Source};
use crate::medium::{Shared, Work};
use crate::sys::folder::{EntryKind as SystemKind, FolderHandle};
use crate::text::own;

/// Folders that Windows makes on the root of a drive that it mounts writable.
pub const SYSTEM_FOLDERS: [&str; 2] = ["System Volume Information", "$RECYCLE.BIN"];

/// True for the path of such a folder, as a file system without case sees it.
pub fn is_system_folder(path: &str) -> bool {
    SYSTEM_FOLDERS.iter().any(|name| path.eq_ignore_ascii_case(name))
}

/// What is known of the file system that a folder lies on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mounted {
    /// The folder is the root of a mounted file system.
    pub is_root: bool,
    /// The serial number of the FAT volume that it lies on, as the number that
    /// [`crate::medium::BootArea::serial`] is.
    pub serial: Option<u32>,
}

/// A folder that is held open.
pub struct FolderSource {
    opener: RefCell<Opener>,
    place: String,
    /// Small files that are read before somebody asks.
    ahead: Option<Ahead>,
}

/// Opens files below a folder.
struct Opener {
    root: FolderHandle,
    /// Where the last file was opened, by its path with a final slash. Files
    /// come folder by folder, so the way down is walked once for each.
    last: Option<(String, FolderHandle)>,
}

impl Opener {
    fn new(root: FolderHandle) -> Self {
        Self { root, last: None }
    }

    /// Opens the file at `path`.
    fn file(&mut self, path: &str) -> io::Result<File> {
        let (above, name) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
        if self.last.as_ref().is_none_or(|(known, _)| known != above) {
            let mut folder = self.root.clone();
            // An empty component, as in `/a` and `a//b`, is refused where it is
            // opened.
            for name in above.split_terminator('/') {
                folder = folder.open_folder(OsStr::new(name))?;
            }
            self.last = Some((above.to_string(), folder));
        }
        let folder = self.last.as_ref().map_or(&self.root, |(_, folder)| folder);
        folder.read(OsStr::new(name))
    }
}

impl FolderSource {
    /// Opens the folder at `path`.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let place = path.display().to_string();
        match FolderHandle::open(path) {
            Ok(root) => {
                let opener = RefCell::new(Opener::new(root));
                Ok(Self { opener, place, ahead: None })
            }
            Err(error) => Err(SourceError::opening(&place, Doing::Opening, error)),
        }
    }

    /// [`Source::read_ahead`] on a computer of so many processors.
    fn read_ahead_with(&mut self, processors: impl FnOnce() -> usize + Send + 'static) {
        let mut opener = Opener::new(self.root());
        self.ahead = Ahead::start(move |path| opener.file(path), processors);
    }

    fn root(&self) -> FolderHandle {
        self.opener.borrow().root.clone()
    }

    /// Where a path of the listing lies, for messages.
    fn place_of(&self, path: &str) -> String {
        format!("{}/{path}", self.place)
    }

    /// Lists `folder` and what is below it.
    fn list(
        &self,
        folder: &FolderHandle,
        path: &str,
        depth: usize,
        is_drive_root: &OnceCell<bool>,
        gatherer: &mut Gatherer,
    ) -> Result<Result<(), Full>, SourceError> {
        let fail = |path: &str, doing, error| SourceError::io(&self.place_of(path), doing, error);
        let device = folder.identity().map_err(|error| fail(path, Doing::LookingAt, error))?.device;
        let (names, unread) = match folder.list() {
            Ok(names) => (names, None),
            Err(error) if error.kind() == std::io::ErrorKind::ArgumentListTooLong => {
                // Too many to list: no release has a folder like that.
                let limit = Limit::FolderTooFull { path: path.to_string() };
                gatherer.remark(Remark::GivenUp { limit });
                return Ok(Ok(()));
            }
            Err(error) => (Vec::new(), Some(error)),
        };
        if let Some(error) = unread {
            // The rest is looked at all the same: what is wrong there is said.
            let (path, detail) = (path.to_string(), own::all_words_of(&error));
            gatherer.remark(Remark::Unread { path, detail });
            return Ok(Ok(()));
        }
        for raw in names {
            let (name, is_text) = name_of(raw.as_encoded_bytes(), true);
            let path = join(path, &name);
            if !is_text {
                gatherer.remark(Remark::NotText { path: path.clone() });
            }
            let found = folder
                .entry(&raw)
                .and_then(|found| found.ok_or_else(|| std::io::ErrorKind::NotFound.into()))
                .map_err(|error| fail(&path, Doing::LookingAt, error))?;
            let kind = match found.kind {
                SystemKind::File => EntryKind::File { size: found.bytes },
                SystemKind::Folder => EntryKind::Folder,
                SystemKind::Link => EntryKind::SymbolicLink,
                SystemKind::Other => EntryKind::Special,
            };
            let entry = Entry { path: path.clone(), kind, sectors: None, attributes: None };
            if gatherer.entry(entry).is_err() {
                return Ok(Err(Full));
            }
            if let (EntryKind::File { size }, Some(ahead)) = (kind, &self.ahead) {
                ahead.offer(&path, size);
            }
            #[cfg(windows)]
            streams(folder.streams(&raw), &path, gatherer);
            if kind != EntryKind::Folder {
                continue;
            }
            // Files of some layered file systems name the device of a layer;
            // folders do not.
            if found.identity.device != device {
                gatherer.remark(Remark::OtherFileSystem { path: path.clone() });
            }
            // It takes its time to ask what lies where: once, and only if it matters.
            let is_root = || *is_drive_root.get_or_init(|| self.mounted().is_root);
            if is_system_folder(&path) && is_root() {
                continue;
            }
            if depth >= MAX_DEPTH {
                let limit = Limit::TooDeep { path: path.to_string() };
                gatherer.remark(Remark::GivenUp { limit });
                continue;
            }
            let below = match folder.open_folder(&raw) {
                Ok(below) => below,
                Err(error) => {
                    let detail = own::all_words_of(&error);
                    gatherer.remark(Remark::Unread { path, detail });
                    continue;
                }
            };
            if self.list(&below, &path, depth + 1, is_drive_root, gatherer)?.is_err() {
                return Ok(Err(Full));
            }
        }
        Ok(Ok(()))
    }
}

impl Source for FolderSource {
    fn shape(&self) -> Shape {
        Shape::Folder
    }

    fn listing(&self) -> Result<Listing, SourceError> {
        let mut gatherer = Gatherer::default();
        #[cfg(windows)]
        streams(self.root().own_streams(), "", &mut gatherer);
        // A listing that is full says so itself.
        let _ = self.list(&self.root(), "", 1, &OnceCell::new(), &mut gatherer)?;
        if let Some(ahead) = &self.ahead {
            ahead.complete();
        }
        Ok(gatherer.finish())
    }

    fn open_file(&self, path: &str) -> Result<Box<dyn Read + '_>, SourceError> {
        if let Some(bytes) = self.ahead.as_ref().and_then(|ahead| ahead.take(path)) {
            return Ok(Box::new(Cursor::new(bytes)));
        }
        let fail = |error| SourceError::io(&self.place_of(path), Doing::Opening, error);
        let file = self.opener.borrow_mut().file(path).map_err(fail)?;
        super::positioned::announce_sequence(&file);
        Ok(Box::new(file))
    }

    fn raw(&self) -> Result<Raw<'_>, SourceError> {
        Err(SourceError::NotASource { place: self.place.clone() })
    }

    fn read_ahead(&mut self) {
        self.read_ahead_with(|| available_parallelism().map_or(1, NonZero::get));
    }

    fn in_memory(&self, path: &str, size: u64) -> Option<Shared> {
        let open = |path: &str| self.opener.borrow_mut().file(path);
        self.ahead.as_ref()?.take_next(path, size, open)
    }

    fn lend(&self, work: Work<'static>) -> Option<Work<'static>> {
        match &self.ahead {
            Some(ahead) if ahead.is_busy() => ahead.lend(work),
            _ => Some(work),
        }
    }

    fn mounted(&self) -> Mounted {
        #[cfg(target_os = "linux")]
        {
            mounts::facts(self.root().path())
        }
        #[cfg(windows)]
        {
            let (is_root, serial) = crate::sys::storage::mounted(self.root().path());
            Mounted { is_root, serial }
        }
        #[cfg(not(any(target_os = "linux", windows)))]
        {
            Mounted::default()
        }
    }
}

/// Remarks on the streams of a file or folder. Those that could not be asked for
/// are no reason to believe that there are none.
#[cfg(windows)]
fn streams(found: io::Result<Vec<(std::ffi::OsString, u64)>>, path: &str, gatherer: &mut Gatherer) {
    let path = path.to_string();
    match found {
        Ok(found) => {
            for (name, size) in found {
                let name = name_of(name.as_encoded_bytes(), true).0;
                gatherer.remark(Remark::Stream { path: path.clone(), name, size });
            }
        }
        Err(error) => gatherer.remark(Remark::Unread { path, detail: own::all_words_of(&error) }),
    }
}

#[cfg(target_os = "linux")]
mod mounts {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    use std::path::Path;

    use super::Mounted;
    use crate::sys::storage::{DeviceNumber, split, storage_of};

    /// Where the system has a link for each file system, named after its serial
    /// number.
    const BY_SERIAL: &str = "/dev/disk/by-uuid";

    /// Links that are looked at: more disks than a computer has.
    const MAX_LINKS: usize = 4_096;

    pub(super) fn facts(path: &Path) -> Mounted {
        let Ok(storage) = storage_of(path) else {
            return Mounted::default();
        };
        let is_root = std::fs::canonicalize(path).is_ok_and(|path| path == storage.mount_point);
        let serial = match storage.raw_device {
            true => None,
            false => serial(Path::new(BY_SERIAL), storage.device, &device_behind),
        };
        Mounted { is_root, serial }
    }

    /// The block device that a link leads to.
    fn device_behind(link: &Path) -> Option<DeviceNumber> {
        let metadata = std::fs::metadata(link).ok()?;
        metadata.file_type().is_block_device().then(|| split(metadata.rdev()))
    }

    /// The serial number in the name of the link to `device`: that of a FAT
    /// volume is `ABCD-1234`.
    pub(super) fn serial(
        links: &Path,
        device: DeviceNumber,
        device_behind: &dyn Fn(&Path) -> Option<DeviceNumber>,
    ) -> Option<u32> {
        std::fs::read_dir(links).ok()?.take(MAX_LINKS).flatten().find_map(|link| {
            let name = link.file_name();
            let (high, low) = name.to_str()?.split_once('-')?;
            let digits =
                |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_hexdigit());
            if !digits(high) || !digits(low) || device_behind(&link.path()) != Some(device) {
                return None;
            }
            u32::from_str_radix(&format!("{high}{low}"), 16).ok()
        })
    }
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
