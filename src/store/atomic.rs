//! Files that appear or change in one step.
//!
//! Temporary name in the same folder, write, flush, rename, flush the folder.
//! Before the rename the old state holds; after the last flush the new one does;
//! in between a power cut leaves one of the two, whole.

use super::Doing;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;

use super::Existing;
use super::error::StoreError;
use super::folder::{Access, DurableFile as _, EntryKind, Folder, SystemFolder};
use super::temporary::{TEMPORARY, remove_leftovers, temporary_file};

/// A file that gets its name when it is whole. Dropped without
/// [`AtomicFile::commit`], it leaves nothing.
#[derive(Debug)]
pub struct AtomicFile<F: Folder> {
    folder: F,
    name: OsString,
    temporary: OsString,
    existing: Existing,
    file: F::File,
    /// Cleared when there is nothing to remove any more.
    pending: bool,
}

/// Makes `name` in `folder` hold `bytes`, or leaves what was there.
pub fn write_atomic<F: Folder>(
    folder: &F,
    name: &OsStr,
    bytes: &[u8],
    access: Access,
    existing: Existing,
) -> Result<(), StoreError> {
    let mut file = AtomicFile::create(folder, name, access, existing)?;
    let failed = StoreError::io(Doing::Write, folder.path().join(name));
    file.write_all(bytes).map_err(failed)?;
    file.commit()
}

/// The folder that holds `path`, opened, and the last component. Links above
/// the file are followed: for outputs whose place the person names.
pub fn parent_and_name(path: &Path) -> Result<(SystemFolder, OsString), StoreError> {
    let name = path.file_name().ok_or_else(|| StoreError::NoName(path.to_path_buf()))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let folder = SystemFolder::open(parent).map_err(StoreError::io(Doing::OpenFolder, parent))?;
    Ok((folder, name.to_os_string()))
}

impl AtomicFile<SystemFolder> {
    /// Begins the file `path`. What leads to a device or a pipe is no place for a
    /// file, replace or not: to put one under its name would take the device's
    /// name away and reach the device not at all.
    pub fn create_at(path: &Path, access: Access, existing: Existing) -> Result<Self, StoreError> {
        let is_other = |kind: std::fs::FileType| !kind.is_file() && !kind.is_dir();
        if std::fs::metadata(path).is_ok_and(|there| is_other(there.file_type())) {
            return Err(StoreError::OtherKind(path.to_path_buf()));
        }
        let (folder, name) = parent_and_name(path)?;
        Self::create(&folder, &name, access, existing)
    }
}

impl AtomicFile<SystemFolder> {
    /// The same opened file, for a writer that leaves holes. What it writes
    /// must be handed over to the system before [`AtomicFile::commit`].
    pub fn duplicate(&self) -> Result<std::fs::File, StoreError> {
        let failed = StoreError::io(Doing::OpenAgain, self.folder.path().join(&self.temporary));
        self.file.duplicate().map_err(failed)
    }
}

impl<F: Folder> AtomicFile<F> {
    /// Begins the file `name` in `folder`. Refuses at once where it could not
    /// get its name at the end.
    pub fn create(
        folder: &F,
        name: &OsStr,
        access: Access,
        existing: Existing,
    ) -> Result<Self, StoreError> {
        let path = folder.path().join(name);
        let entry = folder.entry(name).map_err(StoreError::io(Doing::LookAt, &path))?;
        match entry.map(|entry| entry.kind) {
            Some(_) if existing == Existing::Refuse => return Err(StoreError::Exists(path)),
            Some(EntryKind::Folder) => return Err(StoreError::OtherKind(path)),
            _ => {}
        }
        remove_leftovers(folder, TEMPORARY);
        let (temporary, file) = temporary_file(folder, access)?;
        Ok(Self {
            folder: folder.clone(),
            name: name.to_os_string(),
            temporary,
            existing,
            file,
            pending: true,
        })
    }

    /// Opens what was written so far, to look at it before it gets its name.
    pub fn reader(&self) -> Result<F::Reader, StoreError> {
        let failed = StoreError::io(Doing::ReadBack, self.folder.path().join(&self.temporary));
        self.folder.read(&self.temporary).map_err(failed)
    }

    /// Flushes the file and gives it its name. An error from the very last
    /// flush leaves the new file in place, whole, but perhaps not for good.
    pub fn commit(mut self) -> Result<(), StoreError> {
        let path = self.folder.path().join(&self.name);
        self.file.sync().map_err(StoreError::io(Doing::Flush, &path))?;
        let renamed = match self.existing {
            Existing::Refuse => self.folder.rename_new(&self.temporary, &self.name),
            Existing::Replace => self.folder.rename_over(&self.temporary, &self.name),
        };
        match renamed {
            Ok(()) => self.pending = false,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(StoreError::Exists(path));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Vanished(path));
            }
            Err(error) => return Err(StoreError::io(Doing::GiveName, path)(error)),
        }
        let failed = StoreError::io(Doing::FlushFolder, self.folder.path());
        self.folder.sync().map_err(failed)
    }
}

impl<F: Folder> Write for AtomicFile<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<F: Folder> Drop for AtomicFile<F> {
    fn drop(&mut self) {
        if self.pending {
            // What cannot be removed now is recognised later.
            let _ = self.folder.remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
#[path = "atomic_tests.rs"]
mod tests;
