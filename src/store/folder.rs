//! What this program asks of a folder on a disk.
//!
//! Every name is one component below an opened folder; nothing follows a link.
//! [`SystemFolder`] does it for real, [`super::faulty`] in memory with faults.

use super::Doing;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::StoreError;

pub use crate::sys::folder::{Access, Entry, EntryKind, Identity, MAX_ENTRIES, Reread};
use crate::sys::folder::{FolderHandle, UncachedFile, WritableFile};

/// A file that is being written.
pub trait DurableFile: Write + std::fmt::Debug {
    /// Makes the contents durable. The name is the folder's affair.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to `bytes`.
    fn cut(&mut self, bytes: u64) -> io::Result<()>;
    /// Takes the file for this process until it is closed (advisory); false
    /// where somebody else has it.
    fn hold(&self) -> io::Result<bool>;
    /// Which file this is.
    fn identity(&self) -> io::Result<Identity>;
}

/// An opened folder. Clones are the same opened folder.
pub trait Folder: Clone + std::fmt::Debug {
    /// A file that is being written.
    type File: DurableFile;
    /// A file that is being read.
    type Reader: Read;
    /// A file that is being read from the medium.
    type Uncached: Read;

    /// Where it was found, for messages only.
    fn path(&self) -> &Path;
    /// Which folder this is.
    fn identity(&self) -> io::Result<Identity>;
    /// Opens a folder in this one.
    fn open_folder(&self, name: &OsStr) -> io::Result<Self>;
    /// What a name stands for, if anything.
    fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>>;
    /// All names, sorted, at most [`MAX_ENTRIES`].
    fn list(&self) -> io::Result<Vec<OsString>>;
    /// Makes a file that was not there before.
    fn create_new(&self, name: &OsStr, access: Access) -> io::Result<Self::File>;
    /// Opens a file for appending, and makes it where it is missing.
    fn append(&self, name: &OsStr, access: Access) -> io::Result<Self::File>;
    /// Opens a file that is there for cutting or holding it.
    fn open_existing(&self, name: &OsStr) -> io::Result<Self::File>;
    /// Opens a regular file.
    fn read(&self, name: &OsStr) -> io::Result<Self::Reader>;
    /// Opens a regular file that was flushed, to read what the medium holds.
    fn read_uncached(&self, name: &OsStr) -> io::Result<(Self::Uncached, Reread)>;
    /// Makes a folder that was not there before.
    fn make_folder(&self, name: &OsStr, access: Access) -> io::Result<()>;
    /// Renames and takes the place of what is there.
    fn rename_over(&self, from: &OsStr, to: &OsStr) -> io::Result<()>;
    /// Renames; fails with `AlreadyExists` where the name is taken.
    fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()>;
    /// Exchanges two names in one step; `Unsupported` where that cannot be.
    fn exchange(&self, one: &OsStr, other: &OsStr) -> io::Result<()>;
    /// Removes a file or a link.
    fn remove_file(&self, name: &OsStr) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_folder(&self, name: &OsStr) -> io::Result<()>;
    /// Makes the names in the folder durable.
    fn sync(&self) -> io::Result<()>;
    /// Takes the folder for this process until the last clone is dropped
    /// (advisory); false where somebody else has it.
    fn hold(&self) -> io::Result<bool>;
    /// True where every user may give another name to what is not theirs.
    fn names_are_anybodys(&self) -> bool {
        false
    }
}

/// Opens the folder `name` in `parent`, made where it is missing.
pub fn enter<F: Folder>(
    parent: &F,
    name: impl AsRef<OsStr>,
    access: Access,
) -> Result<F, StoreError> {
    let name = name.as_ref();
    let path = parent.path().join(name);
    match parent.make_folder(name, access) {
        Ok(()) => parent.sync().map_err(StoreError::io(Doing::FlushFolder, parent.path()))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(StoreError::io(Doing::CreateFolder, path)(error)),
    }
    parent.open_folder(name).map_err(StoreError::io(Doing::OpenFolder, path))
}

/// A folder of the operating system.
pub type SystemFolder = FolderHandle;

impl DurableFile for WritableFile {
    fn sync(&mut self) -> io::Result<()> {
        Self::sync(self)
    }
    fn cut(&mut self, bytes: u64) -> io::Result<()> {
        Self::cut(self, bytes)
    }
    fn hold(&self) -> io::Result<bool> {
        Self::hold(self)
    }
    fn identity(&self) -> io::Result<Identity> {
        Self::identity(self)
    }
}

impl Folder for FolderHandle {
    type File = WritableFile;
    type Reader = File;
    type Uncached = UncachedFile;

    fn path(&self) -> &Path {
        Self::path(self)
    }
    fn identity(&self) -> io::Result<Identity> {
        Self::identity(self)
    }
    fn open_folder(&self, name: &OsStr) -> io::Result<Self> {
        Self::open_folder(self, name)
    }
    fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>> {
        Self::entry(self, name)
    }
    fn list(&self) -> io::Result<Vec<OsString>> {
        Self::list(self)
    }
    fn create_new(&self, name: &OsStr, access: Access) -> io::Result<WritableFile> {
        Self::create_new(self, name, access)
    }
    fn append(&self, name: &OsStr, access: Access) -> io::Result<WritableFile> {
        Self::append(self, name, access)
    }
    fn open_existing(&self, name: &OsStr) -> io::Result<WritableFile> {
        Self::open_existing(self, name)
    }
    fn read(&self, name: &OsStr) -> io::Result<File> {
        Self::read(self, name)
    }
    fn read_uncached(&self, name: &OsStr) -> io::Result<(UncachedFile, Reread)> {
        Self::read_uncached(self, name)
    }
    fn make_folder(&self, name: &OsStr, access: Access) -> io::Result<()> {
        Self::make_folder(self, name, access)
    }
    fn rename_over(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Self::rename_over(self, from, to)
    }
    fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Self::rename_new(self, from, to)
    }
    fn exchange(&self, one: &OsStr, other: &OsStr) -> io::Result<()> {
        Self::exchange(self, one, other)
    }
    fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        Self::remove_file(self, name)
    }
    fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        Self::remove_folder(self, name)
    }
    fn sync(&self) -> io::Result<()> {
        Self::sync(self)
    }
    fn hold(&self) -> io::Result<bool> {
        Self::hold(self)
    }
    #[cfg(target_os = "linux")]
    fn names_are_anybodys(&self) -> bool {
        // Writable by all, and no sticky bit that keeps names to their owners.
        self.ownership().map_or(true, |(_, _, bits)| bits & 0o1002 == 0o0002)
    }
}
