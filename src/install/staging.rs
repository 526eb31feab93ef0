//! The engine of the safe copy: read once, use what was read.
//!
//! Files are streamed into a hidden folder beside their final place and hashed
//! on the way; then everything is flushed, hashed again from the medium,
//! compared with what was signed, and shown by one rename. Until then there is
//! nothing under the final name; afterwards there is the whole. What stands
//! there already is never overwritten: the same files are a rerun, others are
//! refused.
//!
//! Defends against links in the path, a destination that is exchanged while the
//! copy runs, a source or medium that answers differently the second time, a
//! full disk, and a cut of power at any moment (THREATS 21 to 24).

use crate::store::Doing;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::seal::digest::Digest;
use crate::seal::names::{NameFault, check_path};
use crate::seal::paths::check_paths;
use crate::store::StoreError;
use crate::store::folder::{Access, EntryKind, Folder, Reread, SystemFolder};
use crate::store::temporary::STAGING;
use crate::store::tree::{MAX_TREE_DEPTH, TemporaryTree, sync_tree};
use crate::sys::user::effective_user;
use crate::verify::detail::Detail;

#[path = "staging_compare.rs"]
mod compare;
#[path = "staging_destination.rs"]
mod destination;
#[path = "staging_error.rs"]
mod error;

pub use compare::{Comparison, Difference, ExpectedFile, MAX_DIFFERENCES, compare};
use compare::{foreign, foreign_owner};
pub use destination::{Destination, DestinationFault};
pub use error::{Cause, StagingError};

/// How a copy ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The release was copied and read back.
    Copied {
        /// How it was read back.
        reread: Reread,
    },
    /// The same release stood there already, and was read just now.
    AlreadyThere,
}

/// A file that came whole.
#[derive(Clone, Copy, Debug)]
struct Received {
    bytes: u64,
    sha256: Digest,
}

/// A release on its way into its place. Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Staging<'d, F: Folder = SystemFolder> {
    destination: &'d Destination<F>,
    name: String,
    /// The file that [`Staging::append`] adds to. It stands before the tree, so that
    /// it is closed first: on Windows a folder keeps the name of a file that is
    /// removed while it is open, and could not be removed.
    pushed: Option<Writing<F>>,
    tree: TemporaryTree<F>,
    received: BTreeMap<String, Option<Received>>,
}

/// Compares what stands under `name` with `expected`, if anything does: for a
/// rerun that need not read the source again.
pub fn existing<F: Folder>(
    destination: &Destination<F>,
    name: &str,
    expected: &[ExpectedFile],
) -> Result<Option<Outcome>, StagingError> {
    let parent = destination.folder();
    let path = destination.path().join(name);
    let entry = parent.entry(name.as_ref()).map_err(StoreError::io(Doing::LookAt, &path))?;
    let refused =
        |differences, count| StagingError::Exists { path: path.clone(), differences, count };
    match entry.map(|entry| entry.kind) {
        None => return Ok(None),
        Some(EntryKind::Folder) => {}
        Some(_) => return Err(refused(vec![Difference::Kind(name.to_string())], 1)),
    }
    let user = effective_user();
    if let Some(owner) = entry.and_then(|entry| foreign(entry.owner, user)) {
        return Err(StagingError::ForeignOwner { path, owner });
    }
    let folder = parent.open_folder(name.as_ref()).map_err(StoreError::io(Doing::Open, &path))?;
    let found = compare(&folder, expected)?;
    if found.count > 0 {
        return Err(refused(found.differences, found.count));
    }
    if let Some((path, owner)) = foreign_owner(&folder, user, MAX_TREE_DEPTH)? {
        return Err(StagingError::ForeignOwner { path, owner });
    }
    // A copy that lost its power after the rename may not be durable yet.
    sync_tree(&folder)?;
    parent.sync().map_err(StoreError::io(Doing::FlushFolder, destination.path()))?;
    Ok(Some(Outcome::AlreadyThere))
}

impl<'d, F: Folder> Staging<'d, F> {
    /// Begins a copy that will be the folder `name` in the destination.
    /// Staging folders that dead programs left there are removed.
    pub fn begin(destination: &'d Destination<F>, name: &str) -> Result<Self, StagingError> {
        let plain = !name.contains('/') && !name.starts_with('.');
        // A version may have a plus, which a path of a release may not.
        let checked = check_path(&name.replace('+', "-")).err();
        let fault = if plain { checked } else { Some(NameFault::Relative) };
        if let Some(fault) = fault {
            let path = name.to_string();
            return Err(StagingError::Name { path, fault });
        }
        Ok(Self {
            destination,
            name: name.to_string(),
            tree: TemporaryTree::create(destination.folder(), STAGING, Access::Everyone)?,
            received: BTreeMap::new(),
            pushed: None,
        })
    }

    /// The hidden folder's name.
    pub fn hidden_name(&self) -> &OsStr {
        self.tree.name()
    }

    /// Begins the file `path` of exactly `bytes` bytes.
    pub fn file(&mut self, path: &str, bytes: u64) -> Result<StagedFile<'_, F>, StagingError> {
        let writing = self.writing(path, bytes)?;
        let received = self.received.entry(path.to_string()).or_default();
        Ok(StagedFile { writing, received })
    }

    /// Adds bytes to the file `path` of exactly `declared` bytes; another path
    /// than the last one ends that file. For a reader that hands out bytes.
    pub fn append(&mut self, path: &str, declared: u64, bytes: &[u8]) -> Result<(), StagingError> {
        let writing = match self.pushed.take() {
            Some(writing) if writing.path == path => writing,
            other => {
                self.pushed = other;
                self.settle()?;
                self.received.insert(path.to_string(), None);
                self.writing(path, declared)?
            }
        };
        self.pushed.insert(writing).append(bytes)
    }

    /// Ends the file that bytes were added to.
    fn settle(&mut self) -> Result<(), StagingError> {
        if let Some(writing) = self.pushed.take() {
            let path = writing.path.clone();
            self.received.insert(path, Some(writing.end()?));
        }
        Ok(())
    }

    fn writing(&self, path: &str, declared: u64) -> Result<Writing<F>, StagingError> {
        let refused = |fault| StagingError::Name { path: path.to_string(), fault };
        check_path(path).map_err(refused)?;
        Ok(Writing {
            path: path.to_string(),
            place: self.tree.folder().path().join(path),
            file: self.tree.create_file(path)?,
            hasher: Sha256::new(),
            declared,
            count: 0,
        })
    }

    /// Flushes, reads back, compares with the signed set, and shows the copy
    /// under its name.
    pub fn finish(mut self, expected: &[ExpectedFile]) -> Result<Outcome, StagingError> {
        self.settle()?;
        self.check_received(expected)?;
        sync_tree(self.tree.folder())?;
        let found = compare(self.tree.folder(), expected)?;
        if found.count > 0 {
            let Comparison { differences, count, .. } = found;
            return Err(StagingError::ReadBack { differences, count });
        }
        if let Some(outcome) = existing(self.destination, &self.name, expected)? {
            return Ok(outcome);
        }
        self.check_place()?;
        let parent = self.destination.folder();
        let path = self.destination.path().join(&self.name);
        match parent.rename_new(self.tree.name(), self.name.as_ref()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // Another copy was faster.
                let refused = || StagingError::Store(StoreError::Exists(path));
                return existing(self.destination, &self.name, expected)?.ok_or_else(refused);
            }
            Err(error) => return Err(StoreError::io(Doing::GiveName, path)(error).into()),
        }
        let flushed = parent.sync().map_err(StoreError::io(Doing::FlushFolder, parent.path()));
        let shown = flushed.map_err(StagingError::from).and_then(|()| self.check_shown());
        if let Err(error) = shown {
            // Under its hidden name again, the drop removes it. Where that fails
            // too, a whole release stands there, and a rerun finds it.
            let _ = parent.rename_new(self.name.as_ref(), self.tree.name());
            return Err(error);
        }
        Ok(Outcome::Copied { reread: found.reread })
    }

    /// The files that came are the signed ones, before any of them is flushed.
    fn check_received(&self, expected: &[ExpectedFile]) -> Result<(), StagingError> {
        check_paths(expected.iter().map(|file| file.path.as_str()))
            .map_err(|(path, fault)| StagingError::Name { path, fault })?;
        for file in expected {
            let received = self.received.get(&file.path).copied().flatten();
            let received = received.ok_or_else(|| StagingError::Set(file.path.clone()))?;
            if received.bytes != file.bytes {
                return Err(StagingError::Length {
                    path: file.path.clone(),
                    declared: file.bytes,
                    received: received.bytes,
                });
            }
            if received.sha256 != file.sha256 {
                return Err(StagingError::Contents(file.path.clone()));
            }
        }
        // Every expected file came; whatever is more is not expected.
        let is_expected = |path: &str| expected.iter().any(|file| file.path == path);
        if self.received.len() != expected.len() {
            let extra = self.received.keys().find(|path| !is_expected(path));
            return Err(StagingError::Set(extra.cloned().unwrap_or_default()));
        }
        Ok(())
    }

    fn check_place(&self) -> Result<(), StagingError> {
        let path = self.destination.path();
        match self.destination.still_there().map_err(StoreError::io(Doing::LookAt, path))? {
            true => Ok(()),
            false => Err(StagingError::Exchanged(path.to_path_buf())),
        }
    }

    /// After the rename: the path leads to our folder, and our folder to the
    /// copy.
    fn check_shown(&self) -> Result<(), StagingError> {
        self.check_place()?;
        let path = self.destination.path().join(&self.name);
        let entry = self.destination.folder().entry(self.name.as_ref());
        let entry = entry.map_err(StoreError::io(Doing::LookAt, &path))?;
        let ours = self.tree.folder().identity().map_err(StoreError::io(Doing::LookAt, &path))?;
        if entry.is_none_or(|entry| entry.identity != ours) {
            return Err(StagingError::Exchanged(path));
        }
        Ok(())
    }
}

/// A file that is being written into staging.
#[derive(Debug)]
struct Writing<F: Folder> {
    path: String,
    place: PathBuf,
    file: F::File,
    hasher: Sha256,
    declared: u64,
    count: u64,
}

impl<F: Folder> Writing<F> {
    /// Adds bytes. More than declared are refused before they are written.
    fn append(&mut self, bytes: &[u8]) -> Result<(), StagingError> {
        if self.count + bytes.len() as u64 > self.declared {
            return Err(StagingError::Length {
                path: self.path.clone(),
                declared: self.declared,
                received: self.declared.saturating_add(1),
            });
        }
        self.file.write_all(bytes).map_err(StoreError::io(Doing::Write, &self.place))?;
        self.hasher.update(bytes);
        self.count += bytes.len() as u64;
        Ok(())
    }

    fn end(self) -> Result<Received, StagingError> {
        if self.count != self.declared {
            return Err(StagingError::Length {
                path: self.path,
                declared: self.declared,
                received: self.count,
            });
        }
        Ok(Received { bytes: self.count, sha256: Digest(self.hasher.finalize().into()) })
    }
}

/// A file that is being staged. Counts only when [`StagedFile::finish`] was
/// called.
#[derive(Debug)]
pub struct StagedFile<'s, F: Folder> {
    writing: Writing<F>,
    received: &'s mut Option<Received>,
}

impl<F: Folder> StagedFile<'_, F> {
    /// Adds bytes. More than declared are refused before they are written.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), StagingError> {
        self.writing.append(bytes)
    }

    /// Ends the file and returns the digest of what came. It is flushed with
    /// all others by [`Staging::finish`].
    pub fn finish(self) -> Result<Digest, StagingError> {
        let received = self.writing.end()?;
        let sha256 = received.sha256;
        *self.received = Some(received);
        Ok(sha256)
    }
}

/// For sources that write. An error of this kind loses its reason: who can,
/// uses [`StagedFile::append`].
impl<F: Folder> Write for StagedFile<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.append(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(StagingError::Store(StoreError::Io { error, .. })) => Err(error),
            Err(error) => {
                let words = Detail::of(|language| error.words(language));
                Err(io::Error::new(io::ErrorKind::InvalidData, words))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writing.file.flush()
    }
}

#[cfg(test)]
#[path = "staging_tests.rs"]
mod tests;
