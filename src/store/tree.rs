//! Folders that appear or change in one step.
//!
//! A folder is filled under a temporary name, every file and folder in it is
//! flushed, and one rename shows it. Replacing exchanges two names in one step
//! where the file system can; elsewhere the old folder steps aside under a name
//! that says whose it is, and the next program puts it back if the new one never
//! came. Only in that fallback is there a moment without either.

use super::Doing;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::Path;

use super::Existing;
use super::atomic::parent_and_name;
use super::error::StoreError;
use super::folder::{Access, DurableFile as _, EntryKind, Folder, SystemFolder};
use super::temporary::{TEMPORARY, remove_leftovers, temporary_folder};

/// Levels of folders that are walked. A release has eight; every level holds
/// one descriptor open.
pub const MAX_TREE_DEPTH: usize = 32;
/// Prefix of a folder that stepped aside to be replaced.
const ASIDE: &str = ".mediaseal-aside-";
/// Bytes of a name on the file systems that people use.
const MAX_NAME_BYTES: usize = 255;

/// Removes a file, a link, or a folder with everything in it; nothing is
/// followed. A name that is not there is no error.
pub fn remove_tree<F: Folder>(folder: &F, name: &OsStr) -> Result<(), StoreError> {
    remove_below(folder, name, MAX_TREE_DEPTH)
}

fn remove_below<F: Folder>(folder: &F, name: &OsStr, depth: usize) -> Result<(), StoreError> {
    let path = folder.path().join(name);
    let entry = folder.entry(name).map_err(StoreError::io(Doing::LookAt, &path))?;
    match entry.map(|entry| entry.kind) {
        None => Ok(()),
        Some(EntryKind::Folder) if depth == 0 => Err(StoreError::TooDeep(path)),
        Some(EntryKind::Folder) => {
            let opened = folder.open_folder(name).map_err(StoreError::io(Doing::Open, &path))?;
            for inner in opened.list().map_err(StoreError::io(Doing::List, &path))? {
                remove_below(&opened, &inner, depth - 1)?;
            }
            folder.remove_folder(name).map_err(StoreError::io(Doing::Remove, path))
        }
        Some(_) => folder.remove_file(name).map_err(StoreError::io(Doing::Remove, path)),
    }
}

/// Flushes every file and folder, the innermost first. Flushes that were done
/// before cost nothing; one that was forgotten would cost the data.
pub fn sync_tree<F: Folder>(folder: &F) -> Result<(), StoreError> {
    sync_below(folder, MAX_TREE_DEPTH)
}

fn sync_below<F: Folder>(folder: &F, depth: usize) -> Result<(), StoreError> {
    let path = folder.path();
    if depth == 0 {
        return Err(StoreError::TooDeep(path.to_path_buf()));
    }
    for name in folder.list().map_err(StoreError::io(Doing::List, path))? {
        let inner = path.join(&name);
        let entry = folder.entry(&name).map_err(StoreError::io(Doing::LookAt, &inner))?;
        match entry.map(|entry| entry.kind) {
            Some(EntryKind::Folder) => {
                let opened =
                    folder.open_folder(&name).map_err(StoreError::io(Doing::Open, &inner))?;
                sync_below(&opened, depth - 1)?;
            }
            Some(EntryKind::File) => {
                let file = folder.open_existing(&name);
                file.and_then(|mut file| file.sync())
                    .map_err(StoreError::io(Doing::Flush, &inner))?;
            }
            _ => return Err(StoreError::OtherKind(inner)),
        }
    }
    folder.sync().map_err(StoreError::io(Doing::FlushFolder, path))
}

/// A folder under a temporary name, held, and removed with everything in it
/// when it is dropped.
#[derive(Debug)]
pub struct TemporaryTree<F: Folder> {
    parent: F,
    name: OsString,
    folder: F,
    access: Access,
    /// Cleared where removing could cost the old folder.
    remove: bool,
}

impl<F: Folder> TemporaryTree<F> {
    /// Makes one in `parent`, after removing what dead programs left there.
    pub fn create(parent: &F, prefix: &str, access: Access) -> Result<Self, StoreError> {
        remove_leftovers(parent, prefix);
        let (name, folder) = temporary_folder(parent, prefix, access)?;
        Ok(Self { parent: parent.clone(), name, folder, access, remove: true })
    }

    /// The folder itself.
    pub fn folder(&self) -> &F {
        &self.folder
    }

    /// Its temporary name.
    pub fn name(&self) -> &OsStr {
        &self.name
    }

    /// Makes a file at `path`, components joined by `/`, and the folders above
    /// it. It must not be there.
    pub fn create_file(&self, path: &str) -> Result<F::File, StoreError> {
        let (above, name) = match path.rsplit_once('/') {
            Some((above, name)) => (Some(above), name),
            None => (None, path),
        };
        let mut folder = self.folder.clone();
        for part in above.into_iter().flat_map(|above| above.split('/')) {
            let inner = folder.path().join(part);
            match folder.make_folder(part.as_ref(), self.access) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(StoreError::io(Doing::CreateFolder, inner)(error));
                }
                _ => {}
            }
            let opened = folder.open_folder(part.as_ref());
            folder = opened.map_err(StoreError::io(Doing::OpenFolder, inner))?;
        }
        let created = folder.create_new(name.as_ref(), self.access);
        created.map_err(StoreError::io(Doing::Create, folder.path().join(name)))
    }
}

impl<F: Folder> Drop for TemporaryTree<F> {
    fn drop(&mut self) {
        // After the rename there is nothing by this name, or the old folder.
        // What cannot be removed now is recognised later.
        if self.remove {
            let _ = remove_tree(&self.parent, &self.name);
        }
    }
}

/// A folder that gets its name when it is whole.
#[derive(Debug)]
pub struct AtomicFolder<F: Folder> {
    tree: TemporaryTree<F>,
    name: OsString,
    existing: Existing,
}

impl AtomicFolder<SystemFolder> {
    /// Begins the folder `path`.
    pub fn create_at(path: &Path, access: Access, existing: Existing) -> Result<Self, StoreError> {
        let (parent, name) = parent_and_name(path)?;
        Self::create(&parent, &name, access, existing)
    }
}

impl<F: Folder> AtomicFolder<F> {
    /// Begins the folder `name` in `parent`. Refuses at once where it could not
    /// get its name at the end.
    pub fn create(
        parent: &F,
        name: &OsStr,
        access: Access,
        existing: Existing,
    ) -> Result<Self, StoreError> {
        recover(parent, name)?;
        let path = parent.path().join(name);
        let entry = parent.entry(name).map_err(StoreError::io(Doing::LookAt, &path))?;
        match entry.map(|entry| entry.kind) {
            Some(_) if existing == Existing::Refuse => return Err(StoreError::Exists(path)),
            Some(EntryKind::Folder) | None => {}
            Some(_) => return Err(StoreError::OtherKind(path)),
        }
        Ok(Self {
            tree: TemporaryTree::create(parent, TEMPORARY, access)?,
            name: name.to_os_string(),
            existing,
        })
    }

    /// The folder, under its temporary name.
    pub fn folder(&self) -> &F {
        self.tree.folder()
    }

    /// Makes a file in it; see [`TemporaryTree::create_file`]. Flushing is done
    /// by [`AtomicFolder::commit`].
    pub fn create_file(&self, path: &str) -> Result<F::File, StoreError> {
        self.tree.create_file(path)
    }

    /// Makes a file in it that holds `bytes`.
    pub fn write_file(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let failed = StoreError::io(Doing::Write, self.folder().path().join(path));
        self.create_file(path)?.write_all(bytes).map_err(failed)
    }

    /// Flushes everything and shows the folder under its name. The one that was
    /// replaced is removed.
    pub fn commit(mut self) -> Result<(), StoreError> {
        sync_tree(self.tree.folder())?;
        let parent = &self.tree.parent;
        let path = parent.path().join(&self.name);
        match parent.rename_new(&self.tree.name, &self.name) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match self.existing {
                Existing::Refuse => return Err(StoreError::Exists(path)),
                Existing::Replace => self.replace()?,
            },
            Err(error) => return Err(StoreError::io(Doing::GiveName, path)(error)),
        }
        let synced = parent.sync();
        let failed = StoreError::io(Doing::FlushFolder, parent.path());
        // While the exchange is not durable, the old folder may be all there is
        // after a power cut: it must not be removed yet.
        self.tree.remove = synced.is_ok();
        synced.map_err(failed)
    }

    fn replace(&self) -> Result<(), StoreError> {
        let (parent, name) = (&self.tree.parent, &self.name);
        let path = parent.path().join(name);
        match parent.exchange(&self.tree.name, name) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(error) => return Err(StoreError::io(Doing::Replace, path)(error)),
        }
        let aside = aside_name(parent, name)?;
        let moved = parent.rename_new(name, &aside).and_then(|()| parent.sync());
        let shown = moved.and_then(|()| parent.rename_new(&self.tree.name, name));
        if let Err(error) = shown {
            // Put the old one back; what fails now is done by `recover`.
            let _ = parent.rename_new(&aside, name);
            return Err(StoreError::io(Doing::Replace, path)(error));
        }
        recover(parent, name)
    }
}

fn aside_name<F: Folder>(parent: &F, name: &OsStr) -> Result<OsString, StoreError> {
    let mut aside = OsString::from(ASIDE);
    aside.push(name);
    if aside.len() > MAX_NAME_BYTES {
        return Err(StoreError::LongName(parent.path().join(name)));
    }
    Ok(aside)
}

/// Finishes a replacement that a power cut stopped half-way: puts the old
/// folder back where the new one never came, else removes it.
pub fn recover<F: Folder>(parent: &F, name: &OsStr) -> Result<(), StoreError> {
    let Ok(aside) = aside_name(parent, name) else {
        // No folder of such a name ever stepped aside.
        return Ok(());
    };
    let path = parent.path().join(name);
    let there = |name: &OsStr| parent.entry(name).map_err(StoreError::io(Doing::LookAt, &path));
    if there(&aside)?.is_none() {
        return Ok(());
    }
    if there(name)?.is_none() {
        parent.rename_new(&aside, name).map_err(StoreError::io(Doing::PutBack, &path))?;
        return parent.sync().map_err(StoreError::io(Doing::FlushFolder, parent.path()));
    }
    parent.sync().map_err(StoreError::io(Doing::FlushFolder, parent.path()))?;
    remove_tree(parent, &aside)
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
