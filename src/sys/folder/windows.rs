//! Folders on Windows: every call is relative to a handle that is held, never
//! through a reparse point, and past Win32's rules for names.
//!
//! - Who may read and write what is made follows from the access list of the
//!   folder that it is made in; there are no bits to set.
//! - Names are made durable by renaming through a write-through handle and by
//!   flushing the folder's own handle.
//! - A rename may meet a program that looks at every new file (virus scanners,
//!   indexers): it is tried again for a moment.
//! - Two names cannot be exchanged in one step.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsHandle as _, BorrowedHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_INVALID_FUNCTION, ERROR_INVALID_HANDLE, ERROR_LOCK_VIOLATION,
    ERROR_NOT_SUPPORTED, ERROR_SHARING_VIOLATION,
};
use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_BACKUP_SEMANTICS;

use super::uncached::UncachedFile;
use super::{Access, Entry, EntryKind, Identity, MAX_ENTRIES, Reread, check_component, not_a_file};
use crate::sys::windows::lists;
use crate::sys::windows::nt::{self, Facts, How};
use crate::sys::windows::security::{self, Descriptor, Protection};
use crate::text::own::Own;

/// How often and how far apart a rename is tried that another program is in
/// the way of: two seconds, longer than a scanner looks at a file.
const ATTEMPTS: usize = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// An opened folder. Clones share the handle, and with it a hold.
#[derive(Clone, Debug)]
pub struct FolderHandle {
    opened: Arc<Opened>,
    path: PathBuf,
}

#[derive(Debug)]
struct Opened {
    handle: OwnedHandle,
    /// Which folder it is: a handle leads to one folder for as long as it lives,
    /// whatever becomes of the name.
    identity: Identity,
    /// A second handle that lets nobody else open the folder for adding files,
    /// while [`FolderHandle::hold`] holds.
    hold: Mutex<Option<Arc<OwnedHandle>>>,
}

/// Folders that this process holds. Whoever opens one of them anew cannot flush it
/// through a handle of its own, since the hold forbids one.
static HELD: Mutex<Vec<(Identity, Weak<OwnedHandle>)>> = Mutex::new(Vec::new());

/// The handle by which this process holds the folder.
fn held_by_us(folder: Identity) -> Option<Arc<OwnedHandle>> {
    let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    held.iter().filter(|(known, _)| *known == folder).find_map(|(_, handle)| handle.upgrade())
}

/// A file that is being written.
#[derive(Debug)]
pub struct WritableFile(File);

fn is(error: &io::Error, codes: &[u32]) -> bool {
    codes.iter().any(|code| error.raw_os_error() == Some(*code as i32))
}

/// Runs `work` again where another program has the file just now.
fn patiently<T>(mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..ATTEMPTS {
        match work() {
            Err(error) if is(&error, &[ERROR_SHARING_VIOLATION, ERROR_ACCESS_DENIED]) => {
                std::thread::sleep(PAUSE);
            }
            other => return other,
        }
    }
    work()
}

impl FolderHandle {
    /// Takes the handle, if it is of a folder and of no reparse point.
    fn of(handle: OwnedHandle, path: PathBuf) -> io::Result<Self> {
        let facts = nt::facts(handle.as_handle())?;
        if !facts.is_folder() || facts.is_reparse_point() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let opened = Opened { handle, identity: identity(&facts), hold: Mutex::new(None) };
        Ok(Self { opened: Arc::new(opened), path })
    }

    /// Opens the folder that `path` leads to, links and all: for outputs whose
    /// place the person at the keyboard names. Guarded places are walked with
    /// [`FolderHandle::open_folder`].
    pub fn open(path: &Path) -> io::Result<Self> {
        let open = |access| {
            let mut options = OpenOptions::new();
            options.access_mode(access).share_mode(nt::SHARE_ALL);
            options.custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path)
        };
        let file = match open(nt::LIST) {
            Err(error) if is(&error, &[ERROR_ACCESS_DENIED]) => open(nt::PASS)?,
            other => other?,
        };
        Self::of(file.into(), path.to_path_buf())
    }

    /// The opened folder itself.
    pub(crate) fn handle(&self) -> BorrowedHandle<'_> {
        self.opened.handle.as_handle()
    }

    /// Where it was found, for messages only.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which folder this is.
    pub fn identity(&self) -> io::Result<Identity> {
        Ok(self.opened.identity)
    }

    /// `Unsupported`: Windows has no such numbers; [`FolderHandle::protection`]
    /// has the owner and the access list, which forbids what others may not do.
    pub fn ownership(&self) -> io::Result<(u32, u32, u32)> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn open_name(
        &self,
        name: &OsStr,
        access: u32,
        disposition: u32,
        options: u32,
    ) -> io::Result<OwnedHandle> {
        check_component(name)?;
        let how = How { access, share: nt::SHARE_ALL, disposition, options };
        nt::open(self.handle(), name, how)
    }

    /// Opens a folder in this one; a reparse point is refused. A folder that
    /// may be passed through but not listed is opened for passing through.
    pub fn open_folder(&self, name: &OsStr) -> io::Result<Self> {
        let open = |access| self.open_name(name, access, nt::OPEN, nt::FOLDER);
        let handle = match open(nt::LIST) {
            Err(error) if is(&error, &[ERROR_ACCESS_DENIED]) => open(nt::PASS)?,
            other => other?,
        };
        Self::of(handle, self.path.join(name))
    }

    /// As [`FolderHandle::open_folder`], and nobody can rename or remove the
    /// folder until it is closed.
    pub fn open_folder_held(&self, name: &OsStr) -> io::Result<Self> {
        check_component(name)?;
        let (access, share) = (nt::LIST, nt::SHARE_NO_RENAME);
        let how = How { access, share, disposition: nt::OPEN, options: nt::FOLDER };
        let handle = nt::open(self.handle(), name, how)?;
        Self::of(handle, self.path.join(name))
    }

    /// What `name` stands for, without following it.
    pub fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>> {
        match self.open_name(name, nt::LOOK, nt::OPEN, nt::EITHER) {
            Ok(handle) => Ok(Some(entry(&nt::facts(handle.as_handle())?))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All names in the folder, sorted; at most [`MAX_ENTRIES`]. Each listing has
    /// a handle of its own: what was listed through one may be kept with it, and a
    /// second look would be shown what the first one saw.
    pub fn list(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        let mut full = false;
        let how = How {
            access: nt::LIST,
            share: nt::SHARE_ALL,
            disposition: nt::OPEN,
            options: nt::FOLDER,
        };
        let own = nt::open(self.handle(), OsStr::new(""), how)?;
        lists::list(own.as_handle(), |name| {
            full = names.len() == MAX_ENTRIES;
            names.push(name);
            !full
        })?;
        if full {
            return Err(Own::TooManyEntries.into());
        }
        names.sort();
        Ok(names)
    }

    /// Streams beside the contents of a file or folder in this one, as
    /// `:NAME:$DATA`, with their lengths.
    pub fn streams(&self, name: &OsStr) -> io::Result<Vec<(OsString, u64)>> {
        let handle = self.open_name(name, nt::LOOK, nt::OPEN, nt::EITHER)?;
        lists::streams(handle.as_handle())
    }

    /// Streams of the folder itself.
    pub fn own_streams(&self) -> io::Result<Vec<(OsString, u64)>> {
        lists::streams(self.handle())
    }

    /// Makes a file that was not there before.
    pub fn create_new(&self, name: &OsStr, _: Access) -> io::Result<WritableFile> {
        self.open_for_writing(name, nt::READ | nt::WRITE, nt::CREATE)
    }

    /// Opens a file for appending, and makes it where it is missing.
    pub fn append(&self, name: &OsStr, _: Access) -> io::Result<WritableFile> {
        self.open_for_writing(name, nt::READ | nt::APPEND, nt::OPEN_OR_CREATE)
    }

    /// Opens a file that is there for cutting or holding it.
    pub fn open_existing(&self, name: &OsStr) -> io::Result<WritableFile> {
        self.open_for_writing(name, nt::READ | nt::WRITE, nt::OPEN)
    }

    fn open_for_writing(
        &self,
        name: &OsStr,
        access: u32,
        disposition: u32,
    ) -> io::Result<WritableFile> {
        let handle = self.open_name(name, access, disposition, nt::FILE)?;
        Ok(WritableFile(regular(handle)?))
    }

    /// Opens a regular file for reading.
    pub fn read(&self, name: &OsStr) -> io::Result<File> {
        regular(self.open_name(name, nt::READ, nt::OPEN, nt::FILE)?)
    }

    /// Opens a regular file so that nobody can write, rename or remove it until
    /// the file is closed; fails where somebody has it open for that.
    pub fn read_held(&self, name: &OsStr) -> io::Result<File> {
        check_component(name)?;
        let (access, share) = (nt::READ, nt::SHARE_READ);
        let how = How { access, share, disposition: nt::OPEN, options: nt::FILE };
        regular(nt::open(self.handle(), name, how)?)
    }

    /// Opens a regular file for reading what the medium holds. It must have
    /// been flushed before.
    pub fn read_uncached(&self, name: &OsStr) -> io::Result<(UncachedFile, Reread)> {
        let handle = self.open_name(name, nt::READ, nt::OPEN, nt::FILE | nt::UNCACHED)?;
        Ok((UncachedFile::direct(regular(handle)?)?, Reread::Direct))
    }

    /// Makes a folder that was not there before.
    pub fn make_folder(&self, name: &OsStr, _: Access) -> io::Result<()> {
        self.open_name(name, nt::LIST, nt::CREATE, nt::FOLDER).map(drop)
    }

    /// Makes a folder with an owner and access list of its own, given as text
    /// (SDDL).
    pub fn make_protected_folder(&self, name: &OsStr, list: &str) -> io::Result<()> {
        check_component(name)?;
        let descriptor = Descriptor::from_text(list)?;
        let (access, share) = (nt::LIST, nt::SHARE_ALL);
        let how = How { access, share, disposition: nt::CREATE, options: nt::FOLDER };
        nt::open_with(self.handle(), name, how, Some(&descriptor)).map(drop)
    }

    /// Owner and access list of the folder itself.
    pub fn protection(&self) -> io::Result<Protection> {
        let how = How {
            access: nt::LOOK_AT_RIGHTS,
            share: nt::SHARE_ALL,
            disposition: nt::OPEN,
            options: nt::FOLDER,
        };
        let handle = nt::open(self.handle(), OsStr::new(""), how)?;
        security::protection(handle.as_handle())
    }

    /// Renames within the folder and takes the place of what is there.
    pub fn rename_over(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        check_component(to)?;
        patiently(|| self.rename(from, to, true))
    }

    /// Renames within the folder; fails where `to` is there already.
    pub fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        check_component(to)?;
        patiently(|| self.rename(from, to, false))
    }

    fn rename(&self, from: &OsStr, to: &OsStr, replace: bool) -> io::Result<()> {
        let handle = self.open_name(from, nt::RENAME, nt::OPEN, nt::EITHER | nt::THROUGH)?;
        nt::rename(handle.as_handle(), self.handle(), to, replace)
    }

    /// `Unsupported`: Windows exchanges no two names in one step.
    pub fn exchange(&self, one: &OsStr, other: &OsStr) -> io::Result<()> {
        check_component(one)?;
        check_component(other)?;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Removes a file or a reparse point.
    pub fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        let handle = self.open_name(name, nt::RENAME, nt::OPEN, nt::EITHER | nt::THROUGH)?;
        let facts = nt::facts(handle.as_handle())?;
        if facts.is_folder() && !facts.is_reparse_point() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        nt::remove(handle.as_handle())
    }

    /// Removes an empty folder.
    pub fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        let handle = self.open_name(name, nt::RENAME, nt::OPEN, nt::FOLDER | nt::THROUGH)?;
        nt::remove(handle.as_handle())
    }

    /// Makes the names in the folder durable. File systems whose driver flushes
    /// no folders have the names from the write-through handle that every
    /// rename is done with.
    pub fn sync(&self) -> io::Result<()> {
        let hold = self.opened.hold.lock().unwrap_or_else(PoisonError::into_inner);
        let flushed = match &*hold {
            Some(handle) => nt::flush(handle.as_handle()),
            None => match self.again(nt::SHARE_ALL) {
                Ok(handle) => nt::flush(handle.as_handle()),
                Err(error) => match held_by_us(self.opened.identity) {
                    Some(handle) if is(&error, &[ERROR_SHARING_VIOLATION]) => {
                        nt::flush(handle.as_handle())
                    }
                    _ => Err(error),
                },
            },
        };
        match flushed {
            Err(error)
                if is(
                    &error,
                    &[ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED, ERROR_INVALID_HANDLE],
                ) =>
            {
                Ok(())
            }
            other => other,
        }
    }

    /// The folder opened once more, with the right to add files.
    fn again(&self, share: u32) -> io::Result<OwnedHandle> {
        let how = How { access: nt::ADD, share, disposition: nt::OPEN, options: nt::FOLDER };
        nt::open(self.handle(), OsStr::new(""), how)
    }

    /// Takes the folder for this process; false where another one has it. Given
    /// back when the last clone goes.
    pub fn hold(&self) -> io::Result<bool> {
        let mut hold = self.opened.hold.lock().unwrap_or_else(PoisonError::into_inner);
        if hold.is_some() {
            return Ok(true);
        }
        match self.again(nt::SHARE_NO_WRITE) {
            Ok(handle) => {
                let handle = Arc::new(handle);
                let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
                held.retain(|(_, handle)| handle.strong_count() > 0);
                held.push((self.opened.identity, Arc::downgrade(&handle)));
                *hold = Some(handle);
            }
            Err(error) if is(&error, &[ERROR_SHARING_VIOLATION]) => return Ok(false),
            Err(error) => return Err(error),
        }
        Ok(true)
    }
}

impl WritableFile {
    /// The same opened file again: position and contents are shared.
    pub fn duplicate(&self) -> io::Result<File> {
        self.0.try_clone()
    }

    /// Makes the contents durable (`FlushFileBuffers`).
    pub fn sync(&mut self) -> io::Result<()> {
        nt::flush(self.0.as_handle())
    }

    /// Cuts the file to `bytes`.
    pub fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)
    }

    /// Which file this is.
    pub fn identity(&self) -> io::Result<Identity> {
        Ok(identity(&nt::facts(self.0.as_handle())?))
    }

    /// Takes the file for this process, as [`FolderHandle::hold`].
    pub fn hold(&self) -> io::Result<bool> {
        match nt::lock(self.0.as_handle()) {
            Ok(()) => Ok(true),
            Err(error) if is(&error, &[ERROR_LOCK_VIOLATION]) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Write for WritableFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The file behind the handle, if it is a plain one.
fn regular(handle: OwnedHandle) -> io::Result<File> {
    match entry(&nt::facts(handle.as_handle())?).kind {
        EntryKind::File => Ok(File::from(handle)),
        _ => Err(not_a_file()),
    }
}

fn identity(facts: &Facts) -> Identity {
    Identity { device: facts.volume.into(), number: facts.index }
}

fn entry(facts: &Facts) -> Entry {
    let kind = match facts {
        facts if facts.is_reparse_point() => EntryKind::Link,
        facts if facts.is_device() => EntryKind::Other,
        facts if facts.is_folder() => EntryKind::Folder,
        _ => EntryKind::File,
    };
    Entry { kind, bytes: facts.bytes, identity: identity(facts), owner: None }
}
