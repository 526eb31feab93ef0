//! One program at a time in a state folder.
//!
//! What writes slots or logs wants a [`Locked`] folder, so it cannot be
//! forgotten. The lock is advisory and belongs to the system: it ends with the
//! program, so a power cut or a kill leaves nothing locked.

use super::Doing;
use crate::text::Language;
use crate::text::fill;
use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::error::{advice_for, shown};
use super::folder::{Access, DurableFile as _, Folder};
use super::temporary::{TEMPORARY, remove_leftovers};

/// The file that is locked. Never removed: a removed lock can be held twice.
pub const LOCK_FILE: &str = "lock";
/// How often a lock that somebody has is asked for.
const PAUSE: Duration = Duration::from_millis(50);

/// A folder that this program alone works in, until it is dropped.
#[derive(Debug)]
pub struct Locked<F: Folder> {
    folder: F,
    _file: F::File,
}

/// Why a folder was not locked.
#[derive(Debug)]
pub enum LockError {
    /// Another program has it.
    Busy(PathBuf),
    /// The system refused or failed.
    Io {
        /// The lock file.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
}

impl LockError {
    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Busy(path) => {
                fill(language.table().store_faults.lock_busy.what, &[("path", shown(path))])
            }
            Self::Io { path, error } => Doing::Lock.failed(path, error, language),
        }
    }

    /// What the person can do.
    pub fn advice(&self, language: Language) -> &'static str {
        match self {
            Self::Busy(_) => language.table().store_faults.lock_busy.next,
            Self::Io { error, .. } => advice_for(error, language),
        }
    }
}

impl fmt::Display for LockError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for LockError {}

impl<F: Folder> Locked<F> {
    /// Locks the folder, waiting at most `patience` for another program, and
    /// removes what dead ones left half-written.
    pub fn acquire(folder: F, patience: Duration) -> Result<Self, LockError> {
        let name = OsStr::new(LOCK_FILE);
        let path = folder.path().join(name);
        let failed = |error| LockError::Io { path: path.clone(), error };
        let file = folder.append(name, Access::Owner).map_err(failed)?;
        let started = Instant::now();
        while !file.hold().map_err(failed)? {
            if started.elapsed() >= patience {
                return Err(LockError::Busy(folder.path().to_path_buf()));
            }
            std::thread::sleep(PAUSE);
        }
        remove_leftovers(&folder, TEMPORARY);
        Ok(Self { folder, _file: file })
    }
}

impl<F: Folder> Deref for Locked<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::faulty::FaultyDisk;

    #[test]
    fn a_second_program_is_told_and_gets_in_when_the_first_has_gone() {
        let folder = FaultyDisk::new().root();
        let first = Locked::acquire(folder.clone(), Duration::ZERO).unwrap();
        let second = Locked::acquire(folder.clone(), PAUSE);
        assert!(matches!(second, Err(LockError::Busy(_))));
        drop(first);
        assert!(Locked::acquire(folder.clone(), Duration::ZERO).is_ok());
        assert_eq!(folder.list().unwrap(), [LOCK_FILE]);
    }

    #[test]
    fn a_link_in_the_place_of_the_lock_is_refused() {
        let folder = FaultyDisk::new().root();
        folder.plant_link(LOCK_FILE);
        let refused = Locked::acquire(folder, Duration::ZERO);
        assert!(matches!(refused, Err(LockError::Io { .. })));
    }
}
