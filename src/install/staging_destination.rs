//! The folder that a release is copied into, opened component by component
//! without following a link, and held to the end.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::seal::names::escape_path;
use crate::store::folder::{Access, EntryKind, Folder, SystemFolder};

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

    /// What the person can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Link { .. } => {
                "Name the real folder. If nobody made this link, ask why it is there."
            }
            Self::NotAFolder(_) | Self::Path(_) => "Name a folder, with its whole path.",
            Self::Missing(_) => "Make the folder first, or correct the path.",
            Self::ReadOnly(_) => "The disk is read-only. Choose another place.",
            Self::NoPermission(_) => "Use an account that may write there.",
            Self::Io { error, .. } => crate::store::advice_for(error),
        }
    }
}

impl fmt::Display for DestinationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &Path| escape_path(path);
        match self {
            Self::Link { path, component } => {
                write!(f, "{} (part {component} of the path) is a link", shown(path))
            }
            Self::NotAFolder(path) => write!(f, "{} is not a folder", shown(path)),
            Self::Missing(path) => write!(f, "{} is not there", shown(path)),
            Self::Path(path) => write!(f, "\"{}\" is not the path of a folder", shown(path)),
            Self::ReadOnly(path) => write!(f, "{} is on a read-only disk", shown(path)),
            Self::NoPermission(path) => {
                write!(f, "this account may not work in {}", shown(path))
            }
            Self::Io { path, error } => write!(f, "cannot open {}: {error}", shown(path)),
        }
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
