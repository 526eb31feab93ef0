//! Hidden names for what is not finished.
//!
//! A temporary file or folder stands beside its final name, is held (advisory
//! lock) while its program lives, and is recognised by name afterwards. So a
//! power cut leaves at most things that anyone can see are left over, and the
//! next program that works in the folder removes them: only if they are its own
//! user's, and only if nobody holds them.

use super::Doing;
use std::ffi::{OsStr, OsString};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::StoreError;
use super::folder::{Access, DurableFile as _, EntryKind, Folder};
use super::tree::remove_tree;
use crate::sys::user::effective_user;

/// Prefix of files and folders that are being written.
pub const TEMPORARY: &str = ".mediaseal-tmp-";
/// Prefix of staging folders of the safe copy.
pub const STAGING: &str = ".mediaseal-staging-";
/// Digits after a prefix.
const DIGITS: usize = 24;
/// Names that are tried. One is enough but for a clock that stands still and
/// process numbers that come again.
const ATTEMPTS: usize = 16;

/// A name that nobody used: process, clock and a counter. Not a secret, since
/// the file is made with "must not exist" and never through a link.
fn fresh_name(prefix: &str) -> OsString {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 is as good as any: the counter still differs.
    let nanoseconds = clock.map_or(0, |since| since.subsec_nanos());
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id();
    OsString::from(format!("{prefix}{process:08x}{nanoseconds:08x}{count:08x}"))
}

/// True for a name that `fresh_name` makes with this prefix.
pub fn is_temporary(name: &OsStr, prefix: &str) -> bool {
    let digits = name.to_str().and_then(|name| name.strip_prefix(prefix));
    digits.is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Makes a temporary file and holds it.
pub(super) fn temporary_file<F: Folder>(
    folder: &F,
    access: Access,
) -> Result<(OsString, F::File), StoreError> {
    for _ in 0..ATTEMPTS {
        let name = fresh_name(TEMPORARY);
        let path = folder.path().join(&name);
        let file = match folder.create_new(&name, access) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(StoreError::io(Doing::Create, path)(error)),
        };
        let held = file.hold().and_then(|held| {
            // Between creation and hold, somebody who cleans may have come by.
            let seen = folder.entry(&name)?.map(|entry| entry.identity);
            Ok(held && seen == Some(file.identity()?))
        });
        match held {
            Ok(true) => return Ok((name, file)),
            Ok(false) => {}
            Err(error) => {
                let _ = folder.remove_file(&name);
                return Err(StoreError::io(Doing::Lock, path)(error));
            }
        }
    }
    Err(StoreError::Vanished(folder.path().join(TEMPORARY)))
}

/// Makes a temporary folder and holds it.
pub(super) fn temporary_folder<F: Folder>(
    folder: &F,
    prefix: &str,
    access: Access,
) -> Result<(OsString, F), StoreError> {
    for _ in 0..ATTEMPTS {
        let name = fresh_name(prefix);
        let path = folder.path().join(&name);
        match folder.make_folder(&name, access) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(StoreError::io(Doing::Create, path)(error)),
        }
        let opened = folder.open_folder(&name).and_then(|opened| {
            let held = opened.hold()?;
            let seen = folder.entry(&name)?.map(|entry| entry.identity);
            Ok((held && seen == Some(opened.identity()?)).then_some(opened))
        });
        match opened {
            Ok(Some(opened)) => return Ok((name, opened)),
            Ok(None) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let _ = folder.remove_folder(&name);
                return Err(StoreError::io(Doing::Lock, path)(error));
            }
        }
    }
    Err(StoreError::Vanished(folder.path().join(prefix)))
}

/// Removes what dead programs of this user left under temporary names. Returns
/// how many were removed. A help, not a promise: what cannot be looked at or
/// removed stays for the next time.
pub fn remove_leftovers<F: Folder>(folder: &F, prefix: &str) -> usize {
    let names = folder.list().unwrap_or_default();
    let mut leftovers = names.iter().filter(|name| is_temporary(name, prefix)).peekable();
    // A leftover may be an old folder whose exchange with the new one is not
    // durable yet: removing it first could cost both.
    if leftovers.peek().is_none() || folder.sync().is_err() {
        return 0;
    }
    leftovers.filter(|name| remove_leftover(folder, name).unwrap_or(false)).count()
}

fn remove_leftover<F: Folder>(folder: &F, name: &OsStr) -> Result<bool, StoreError> {
    let failed = |error| StoreError::io(Doing::LookAt, folder.path().join(name))(error);
    let Some(entry) = folder.entry(name).map_err(failed)? else {
        return Ok(false);
    };
    let user = effective_user();
    if entry.owner.is_some() && user.is_some() && entry.owner != user {
        return Ok(false);
    }
    match entry.kind {
        EntryKind::File => {
            let file = folder.open_existing(name).map_err(failed)?;
            if !file.hold().map_err(failed)? {
                return Ok(false);
            }
            folder.remove_file(name).map_err(failed)?;
        }
        // A user who may not look into a folder of ours could still give it this
        // name, and have us remove what only we can remove.
        EntryKind::Folder if folder.names_are_anybodys() => return Ok(false),
        EntryKind::Folder => {
            let opened = folder.open_folder(name).map_err(failed)?;
            if !opened.hold().map_err(failed)? {
                return Ok(false);
            }
            remove_tree(folder, name)?;
        }
        EntryKind::Link | EntryKind::Other => return Ok(false),
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::faulty::FaultyDisk;

    #[test]
    fn fresh_names_differ_and_are_recognised() {
        let (one, two) = (fresh_name(TEMPORARY), fresh_name(TEMPORARY));
        assert_ne!(one, two);
        assert!(is_temporary(&one, TEMPORARY) && !is_temporary(&one, STAGING));
        for foreign in ["", "x", ".mediaseal-tmp-", ".mediaseal-tmp-1", ".mediaseal-tmp-../../x"] {
            assert!(!is_temporary(foreign.as_ref(), TEMPORARY), "{foreign}");
        }
        let upper = one.to_string_lossy().replace(char::is_numeric, "A");
        assert!(!is_temporary(upper.as_ref(), TEMPORARY));
    }

    #[test]
    fn leftovers_of_the_dead_go_and_those_of_the_living_stay() {
        let folder = FaultyDisk::new().root();
        let (living, held) = temporary_file(&folder, Access::Owner).unwrap();
        let (dead, file) = temporary_file(&folder, Access::Owner).unwrap();
        drop(file);
        let (dead_folder, opened) = temporary_folder(&folder, TEMPORARY, Access::Owner).unwrap();
        drop(opened.create_new("inside".as_ref(), Access::Owner).unwrap());
        drop(opened);
        drop(folder.create_new(".mediaseal-tmp-mine".as_ref(), Access::Owner).unwrap());
        assert_eq!(remove_leftovers(&folder, TEMPORARY), 2);
        let names = folder.list().unwrap();
        assert!(names.contains(&living) && !names.contains(&dead));
        assert!(!names.contains(&dead_folder));
        assert!(names.iter().any(|name| name == ".mediaseal-tmp-mine"));
        drop(held);
        assert_eq!(remove_leftovers(&folder, TEMPORARY), 1);
    }
}
