//! Folders where only the standard library is at hand.
//!
//! Reading works, path by path, and refuses links at the last component.
//! Whatever makes bytes durable answers `Unsupported`: the standard library can
//! neither rename without replacing nor flush a folder there, and a promise
//! that is not kept is worse than none.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::{Access, Entry, EntryKind, Identity, MAX_ENTRIES, Reread, check_component, not_a_file};
use crate::text::own::Own;

/// A folder, by its path.
#[derive(Clone, Debug)]
pub struct FolderHandle {
    path: PathBuf,
}

/// A file that is being written: there is none on this system yet.
#[derive(Debug)]
pub enum WritableFile {}

/// A file that is read past the system's memory: there is none here yet.
#[derive(Debug)]
pub enum UncachedFile {}

fn unsupported<T>() -> io::Result<T> {
    Err(Own::NoDurableWriting.into())
}

impl FolderHandle {
    /// Opens the folder that `path` leads to.
    pub fn open(path: &Path) -> io::Result<Self> {
        if !fs::metadata(path)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { path: path.to_path_buf() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `Unsupported`: a path says nothing about which folder it is.
    pub fn identity(&self) -> io::Result<Identity> {
        unsupported()
    }

    /// `Unsupported`: access lists are read in another place.
    pub fn ownership(&self) -> io::Result<(u32, u32, u32)> {
        unsupported()
    }

    /// A folder in this one; a link is refused.
    pub fn open_folder(&self, name: &OsStr) -> io::Result<Self> {
        match self.entry(name)?.map(|entry| entry.kind) {
            Some(EntryKind::Folder) => Ok(Self { path: self.path.join(name) }),
            Some(_) => Err(io::ErrorKind::NotADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// What `name` stands for, without following it. The identity is zero.
    pub fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>> {
        check_component(name)?;
        match fs::symlink_metadata(self.path.join(name)) {
            Ok(metadata) => Ok(Some(entry(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All names in the folder, sorted; at most [`MAX_ENTRIES`].
    pub fn list(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for item in fs::read_dir(&self.path)? {
            if names.len() == MAX_ENTRIES {
                return Err(Own::TooManyEntries.into());
            }
            names.push(item?.file_name());
        }
        names.sort();
        Ok(names)
    }

    /// Opens a regular file for reading.
    pub fn read(&self, name: &OsStr) -> io::Result<File> {
        match self.entry(name)?.map(|entry| entry.kind) {
            Some(EntryKind::File) => File::open(self.path.join(name)),
            Some(_) => Err(not_a_file()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// `Unsupported`.
    pub fn read_uncached(&self, _: &OsStr) -> io::Result<(UncachedFile, Reread)> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn create_new(&self, _: &OsStr, _: Access) -> io::Result<WritableFile> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn append(&self, _: &OsStr, _: Access) -> io::Result<WritableFile> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn open_existing(&self, _: &OsStr) -> io::Result<WritableFile> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn make_folder(&self, _: &OsStr, _: Access) -> io::Result<()> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn rename_over(&self, _: &OsStr, _: &OsStr) -> io::Result<()> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn rename_new(&self, _: &OsStr, _: &OsStr) -> io::Result<()> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn exchange(&self, _: &OsStr, _: &OsStr) -> io::Result<()> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn remove_file(&self, _: &OsStr) -> io::Result<()> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn remove_folder(&self, _: &OsStr) -> io::Result<()> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn sync(&self) -> io::Result<()> {
        unsupported()
    }

    /// `Unsupported`.
    pub fn hold(&self) -> io::Result<bool> {
        unsupported()
    }
}

impl WritableFile {
    /// The same opened file again; there is none on this system.
    pub fn duplicate(&self) -> io::Result<std::fs::File> {
        match *self {}
    }

    /// Never called: no such value exists.
    pub fn sync(&mut self) -> io::Result<()> {
        match *self {}
    }

    /// Never called: no such value exists.
    pub fn cut(&mut self, _: u64) -> io::Result<()> {
        match *self {}
    }

    /// Never called: no such value exists.
    pub fn identity(&self) -> io::Result<Identity> {
        match *self {}
    }

    /// Never called: no such value exists.
    pub fn hold(&self) -> io::Result<bool> {
        match *self {}
    }
}

impl Write for WritableFile {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        match *self {}
    }

    fn flush(&mut self) -> io::Result<()> {
        match *self {}
    }
}

impl Read for UncachedFile {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }
}

fn entry(metadata: &Metadata) -> Entry {
    let kind = match metadata.file_type() {
        kind if kind.is_symlink() => EntryKind::Link,
        kind if kind.is_dir() => EntryKind::Folder,
        kind if kind.is_file() => EntryKind::File,
        _ => EntryKind::Other,
    };
    Entry { kind, bytes: metadata.len(), identity: Identity { device: 0, number: 0 }, owner: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portable_folder_reads_refuses_links_and_never_writes() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("file"), b"bytes").unwrap();
        fs::create_dir(place.path().join("folder")).unwrap();
        let folder = FolderHandle::open(place.path()).unwrap();
        assert_eq!(folder.list().unwrap(), ["file", "folder"]);
        let mut text = String::new();
        let mut file = folder.read("file".as_ref()).unwrap();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "bytes");
        assert!(folder.read("folder".as_ref()).is_err());
        assert!(folder.open_folder("folder".as_ref()).is_ok());
        assert!(folder.open_folder("..".as_ref()).is_err());
        for refused in [
            folder.create_new("new".as_ref(), Access::Owner).map(drop),
            folder.rename_new("file".as_ref(), "new".as_ref()),
            folder.rename_over("file".as_ref(), "new".as_ref()),
            folder.remove_file("file".as_ref()),
            folder.sync(),
        ] {
            assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::Unsupported);
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("file", place.path().join("link")).unwrap();
            std::os::unix::fs::symlink("folder", place.path().join("way")).unwrap();
            assert!(folder.read("link".as_ref()).is_err());
            assert!(folder.open_folder("way".as_ref()).is_err());
        }
    }
}
