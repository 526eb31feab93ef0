//! Folders on Linux: every call is relative to a descriptor that is held.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fd::OwnedFd;
use rustix::fs::{
    self, Advice, AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, Stat, fsync,
};
use rustix::io::Errno;

use super::uncached::UncachedFile;
use super::{Access, Entry, EntryKind, Identity, MAX_ENTRIES, Reread, check_component, not_a_file};
use crate::text::own::Own;

/// An opened folder. Clones share the descriptor, and with it a hold.
#[derive(Clone, Debug)]
pub struct FolderHandle {
    descriptor: Arc<OwnedFd>,
    path: PathBuf,
}

/// A file that is being written.
#[derive(Debug)]
pub struct WritableFile(File);

impl WritableFile {
    /// The same opened file again: position and contents are shared.
    pub fn duplicate(&self) -> io::Result<File> {
        self.0.try_clone()
    }
}

impl FolderHandle {
    /// Opens the folder that `path` leads to, links and all: for outputs whose
    /// place the person at the keyboard names. Guarded places are walked with
    /// [`FolderHandle::open_folder`].
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let descriptor = fs::openat(CWD, path, flags, Mode::empty())?;
        Ok(Self { descriptor: Arc::new(descriptor), path: path.to_path_buf() })
    }

    /// Where it was found, for messages only.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which folder this is.
    pub fn identity(&self) -> io::Result<Identity> {
        Ok(identity(&fs::fstat(&*self.descriptor)?))
    }

    /// Owner, group and permission bits of the folder itself.
    pub fn ownership(&self) -> io::Result<(u32, u32, u32)> {
        let stat = fs::fstat(&*self.descriptor)?;
        Ok((stat.st_uid, stat.st_gid, stat.st_mode & 0o7777))
    }

    /// Opens a folder in this one; a link to a folder is refused. A folder that
    /// may be passed through but not listed is opened for passing through.
    pub fn open_folder(&self, name: &OsStr) -> io::Result<Self> {
        check_component(name)?;
        let common = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = |flags| fs::openat(&*self.descriptor, name, common | flags, Mode::empty());
        let descriptor = match open(OFlags::RDONLY) {
            Err(Errno::ACCESS) => open(OFlags::PATH)?,
            other => other?,
        };
        Ok(Self { descriptor: Arc::new(descriptor), path: self.path.join(name) })
    }

    /// What `name` stands for, without following it.
    pub fn entry(&self, name: &OsStr) -> io::Result<Option<Entry>> {
        check_component(name)?;
        match fs::statat(&*self.descriptor, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(entry(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// All names in the folder, sorted; at most [`MAX_ENTRIES`].
    pub fn list(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for item in Dir::read_from(&*self.descriptor)? {
            let item = item?;
            let name = OsStr::from_bytes(item.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            if names.len() == MAX_ENTRIES {
                return Err(Own::TooManyEntries.into());
            }
            names.push(name.to_os_string());
        }
        names.sort();
        Ok(names)
    }

    /// Makes a file that was not there before.
    pub fn create_new(&self, name: &OsStr, access: Access) -> io::Result<WritableFile> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        self.open_for_writing(name, flags, access)
    }

    /// Opens a file for appending, and makes it where it is missing.
    pub fn append(&self, name: &OsStr, access: Access) -> io::Result<WritableFile> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::APPEND;
        self.open_for_writing(name, flags, access)
    }

    /// Opens a file that is there for cutting or holding it.
    pub fn open_existing(&self, name: &OsStr) -> io::Result<WritableFile> {
        self.open_for_writing(name, OFlags::RDWR, Access::Owner)
    }

    fn open_for_writing(
        &self,
        name: &OsStr,
        flags: OFlags,
        access: Access,
    ) -> io::Result<WritableFile> {
        check_component(name)?;
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(access.file_bits());
        let descriptor = fs::openat(&*self.descriptor, name, flags, mode)?;
        if entry(&fs::fstat(&descriptor)?).kind != EntryKind::File {
            return Err(not_a_file());
        }
        if flags.contains(OFlags::EXCL) {
            // The umask can only have taken bits away, so a file system that
            // has no such bits and refuses leaves nothing too open.
            let _ = fs::fchmod(&descriptor, mode);
        }
        Ok(WritableFile(File::from(descriptor)))
    }

    /// Opens a regular file for reading.
    pub fn read(&self, name: &OsStr) -> io::Result<File> {
        self.open_for_reading(name, OFlags::empty())
    }

    /// Opens a regular file for reading what the medium holds. It must have
    /// been flushed before.
    pub fn read_uncached(&self, name: &OsStr) -> io::Result<(UncachedFile, Reread)> {
        match self.open_for_reading(name, OFlags::DIRECT) {
            Ok(file) => match UncachedFile::direct(file) {
                Ok(reader) => return Ok((reader, Reread::Direct)),
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
                Err(error) => return Err(error),
            },
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
            Err(error) => return Err(error),
        }
        let file = self.open_for_reading(name, OFlags::empty())?;
        fs::fadvise(&file, 0, None, Advice::DontNeed)?;
        Ok((UncachedFile::advised(file), Reread::CacheDropped))
    }

    fn open_for_reading(&self, name: &OsStr, extra: OFlags) -> io::Result<File> {
        check_component(name)?;
        // NONBLOCK: a pipe in the place of a file must not stop us.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let descriptor = fs::openat(&*self.descriptor, name, flags | extra, Mode::empty())?;
        if entry(&fs::fstat(&descriptor)?).kind != EntryKind::File {
            return Err(not_a_file());
        }
        Ok(File::from(descriptor))
    }

    /// Makes a folder that was not there before.
    pub fn make_folder(&self, name: &OsStr, access: Access) -> io::Result<()> {
        check_component(name)?;
        let mode = Mode::from_raw_mode(access.folder_bits());
        fs::mkdirat(&*self.descriptor, name, mode)?;
        // As for files: the umask only took bits away.
        if let Ok(folder) = self.open_folder(name) {
            let _ = fs::fchmod(&*folder.descriptor, mode);
        }
        Ok(())
    }

    /// Renames within the folder and takes the place of what is there.
    pub fn rename_over(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        check_component(from)?;
        check_component(to)?;
        Ok(fs::renameat(&*self.descriptor, from, &*self.descriptor, to)?)
    }

    /// Renames within the folder; fails where `to` is there already.
    ///
    /// File systems without `RENAME_NOREPLACE` (some shares): a file is linked
    /// and the old name removed; a folder is renamed plainly, which the system
    /// refuses over a folder with anything in it.
    pub fn rename_new(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        check_component(from)?;
        check_component(to)?;
        let here = &*self.descriptor;
        match fs::renameat_with(here, from, here, to, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS) => {}
            other => return Ok(other?),
        }
        match self.entry(from)?.map(|entry| entry.kind) {
            Some(EntryKind::Folder) if self.entry(to)?.is_some() => Err(Errno::EXIST.into()),
            Some(EntryKind::Folder) => Ok(fs::renameat(here, from, here, to)?),
            _ => {
                fs::linkat(here, from, here, to, AtFlags::empty())?;
                Ok(fs::unlinkat(here, from, AtFlags::empty())?)
            }
        }
    }

    /// Exchanges two names in one step (`RENAME_EXCHANGE`); `Unsupported` where
    /// the file system cannot.
    pub fn exchange(&self, one: &OsStr, other: &OsStr) -> io::Result<()> {
        check_component(one)?;
        check_component(other)?;
        let here = &*self.descriptor;
        match fs::renameat_with(here, one, here, other, RenameFlags::EXCHANGE) {
            Err(Errno::INVAL | Errno::NOSYS) => Err(io::ErrorKind::Unsupported.into()),
            result => Ok(result?),
        }
    }

    /// Removes a file or a link.
    pub fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        check_component(name)?;
        Ok(fs::unlinkat(&*self.descriptor, name, AtFlags::empty())?)
    }

    /// Removes an empty folder.
    pub fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        check_component(name)?;
        Ok(fs::unlinkat(&*self.descriptor, name, AtFlags::REMOVEDIR)?)
    }

    /// Makes the names in the folder durable.
    pub fn sync(&self) -> io::Result<()> {
        Ok(fsync(&*self.descriptor)?)
    }

    /// Takes the folder for this process (advisory); false where another one
    /// has it. Given back when the last clone goes.
    pub fn hold(&self) -> io::Result<bool> {
        match fs::flock(&*self.descriptor, fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl WritableFile {
    /// Makes the contents durable, and lets the system forget its copy.
    pub fn sync(&mut self) -> io::Result<()> {
        fsync(&self.0)?;
        // Advice: a file system that does not take it loses nothing.
        let _ = fs::fadvise(&self.0, 0, None, Advice::DontNeed);
        Ok(())
    }

    /// Cuts the file to `bytes`.
    pub fn cut(&mut self, bytes: u64) -> io::Result<()> {
        self.0.set_len(bytes)
    }

    /// Which file this is.
    pub fn identity(&self) -> io::Result<Identity> {
        Ok(identity(&fs::fstat(&self.0)?))
    }

    /// Takes the file for this process, as [`FolderHandle::hold`].
    pub fn hold(&self) -> io::Result<bool> {
        match fs::flock(&self.0, fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
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

fn identity(stat: &Stat) -> Identity {
    Identity { device: stat.st_dev, number: stat.st_ino }
}

fn entry(stat: &Stat) -> Entry {
    Entry {
        kind: match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => EntryKind::File,
            FileType::Directory => EntryKind::Folder,
            FileType::Symlink => EntryKind::Link,
            _ => EntryKind::Other,
        },
        // The kernel does not report negative lengths.
        bytes: u64::try_from(stat.st_size).unwrap_or(0),
        identity: identity(stat),
        owner: Some(stat.st_uid),
    }
}
