//! The folder that a release is copied into, opened component by component
//! without following a link, and held to the end.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::seal::names::escape_path;
use crate::store::folder::{Access, EntryKind, Folder, SystemFolder};
use crate::store::{Doing, advice_for};
use crate::text::{Entry, Language, Table, fill};

/// Why a folder is not copied into.
#[derive(Debug)]
pub enum DestinationFault {
    /// A component is a symbolic link or another reparse point.
    Link {
        /// The path up to and with the component.
        path: PathBuf,
        /// Which component, from 1.
        component: usize,
    },
    /// A component is not a folder.
    NotAFolder(PathBuf),
    /// A folder above the last component is not there.
    Missing(PathBuf),
    /// The path goes up (`..`), is empty, or is none of this system's.
    Path(PathBuf),
    /// The file system is read-only.
    ReadOnly(PathBuf),
    /// This account may not.
    NoPermission(PathBuf),
    /// The system failed.
    Io {
        /// Which folder.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
}

impl DestinationFault {
    fn of(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| match error.kind() {
            io::ErrorKind::PermissionDenied => Self::NoPermission(path),
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(path),
            io::ErrorKind::NotFound => Self::Missing(path),
            io::ErrorKind::NotADirectory => Self::NotAFolder(path),
            _ => Self::Io { path, error },
        }
    }

    /// The two texts for it; none for errors of the system.
    fn entry(&self, table: &Table) -> Option<Entry> {
        let faults = &table.destination_faults;
        Some(match self {
            Self::Link { .. } => faults.link,
            Self::NotAFolder(_) => faults.not_a_folder,
            Self::Missing(_) => faults.missing,
            Self::Path(_) => faults.path,
            Self::ReadOnly(_) => faults.read_only,
            Self::NoPermission(_) => faults.no_permission,
            Self::Io { .. } => return None,
        })
    }

    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        let what = self.entry(language.table()).map_or("", |entry| entry.what);
        let at = |path: &Path| ("path", escape_path(path));
        match self {
            Self::Link { path, component } => {
                fill(what, &[at(path), ("component", component.to_string())])
            }
            Self::NotAFolder(path)
            | Self::Missing(path)
            | Self::Path(path)
            | Self::ReadOnly(path)
            | Self::NoPermission(path) => fill(what, &[at(path)]),
            Self::Io { path, error } => Doing::Open.failed(path, error, language),
        }
    }

    /// What the person can do.
    pub fn advice(&self, language: Language) -> &'static str {
        match self {
            Self::Io { error, .. } => advice_for(error, language),
            other => other.entry(language.table()).map_or("", |entry| entry.next),
        }
    }
}

impl fmt::Display for DestinationFault {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for DestinationFault {}

/// A folder with every folder above it, held open.
#[derive(Debug)]
pub struct Destination<F: Folder = SystemFolder> {
    anchor: F,
    held: Vec<(OsString, F)>,
    path: PathBuf,
    made: bool,
}

impl Destination<SystemFolder> {
    /// Opens `path` from its root (`/`, a drive's, a share's), or a relative one
    /// from the current folder. The last component is made where it is missing,
    /// and removed again when it is left empty.
    pub fn open(path: &Path) -> Result<Self, DestinationFault> {
        let refused = || DestinationFault::Path(path.to_path_buf());
        let (mut anchor, mut components) = (PathBuf::new(), Vec::new());
        for component in path.components() {
            match component {
                Component::Prefix(_) | Component::RootDir => anchor.push(component),
                Component::CurDir => {}
                Component::Normal(name) => components.push(name.to_os_string()),
                Component::ParentDir => return Err(refused()),
            }
        }
        // Windows' `C:x` and `\x` hang on the folder or drive that was last in use.
        let hangs = !anchor.as_os_str().is_empty() && !path.is_absolute();
        if path.as_os_str().is_empty() || hangs {
            return Err(refused());
        }
        if anchor.as_os_str().is_empty() {
            anchor.push(".");
        }
        let anchor = SystemFolder::open(&anchor).map_err(DestinationFault::of(&anchor))?;
        Self::walk(anchor, components)
    }
}

impl<F: Folder> Destination<F> {
    /// Opens each of `components` in the one before, from `anchor`.
    pub fn walk(
        anchor: F,
        components: impl IntoIterator<Item = OsString>,
    ) -> Result<Self, DestinationFault> {
        let path = anchor.path().to_path_buf();
        let mut destination = Self { anchor, held: Vec::new(), path, made: false };
        let mut components = components.into_iter().peekable();
        while let Some(name) = components.next() {
            let is_last = components.peek().is_none();
            destination.enter(name, is_last)?;
        }
        Ok(destination)
    }

    fn enter(&mut self, name: OsString, is_last: bool) -> Result<(), DestinationFault> {
        let path = self.path.join(&name);
        let above = self.folder().clone();
        let look = || above.entry(&name).map_err(DestinationFault::of(&path));
        let mut entry = look()?;
        let mut made = false;
        if entry.is_none() && is_last {
            match above.make_folder(&name, Access::Everyone) {
                Ok(()) => made = true,
                // Somebody was faster: judged like any other.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(DestinationFault::of(&path)(error)),
            }
            if let Err(error) = above.sync() {
                if made {
                    let _ = above.remove_folder(&name);
                }
                return Err(DestinationFault::of(&path)(error));
            }
            entry = look()?;
        }
        match entry.map(|entry| entry.kind) {
            None => return Err(DestinationFault::Missing(path)),
            Some(EntryKind::Folder) => {}
            Some(EntryKind::Link) => {
                let component = self.held.len() + 1;
                return Err(DestinationFault::Link { path, component });
            }
            Some(_) => return Err(DestinationFault::NotAFolder(path)),
        }
        // Opening refuses a link that came in between.
        let opened = above.open_folder(&name).map_err(DestinationFault::of(&path))?;
        self.held.push((name, opened));
        self.path = path;
        // Not before it is the last of those held: the drop removes that one.
        self.made = made;
        Ok(())
    }

    /// The folder that is copied into.
    pub fn folder(&self) -> &F {
        self.held.last().map_or(&self.anchor, |(_, folder)| folder)
    }

    /// Its path, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True while every component of the path still leads, without a link, to
    /// the folder that is held.
    pub fn still_there(&self) -> io::Result<bool> {
        let mut above = self.anchor.clone();
        for (name, held) in &self.held {
            match above.entry(OsStr::new(name))? {
                Some(entry) if entry.identity == held.identity()? => above = held.clone(),
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

impl<F: Folder> Drop for Destination<F> {
    fn drop(&mut self) {
        if !self.made {
            return;
        }
        let above = self.held.len().checked_sub(2).map_or(&self.anchor, |at| &self.held[at].1);
        if let Some((name, _)) = self.held.last() {
            // Refused by the system where something was copied into it.
            let _ = above.remove_folder(name);
        }
    }
}
