//! Owners and permission bits of Linux.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::PrivacyFault;
use crate::store::folder::{Access, EntryKind, SystemFolder};
use crate::sys::user::effective_user;

/// The system's administrator.
const ROOT: u32 = 0;
/// Write rights of the group, and of everybody.
const GROUP_WRITE: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;
/// In a folder with this bit only the owner of an entry may rename it.
const STICKY: u32 = 0o1000;

/// Owner, group and permission bits.
#[derive(Clone, Copy)]
struct Rights {
    owner: u32,
    group: u32,
    bits: u32,
}

/// What is wrong with a folder or link.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Owner,
    Writable,
}

impl Rights {
    fn of(metadata: &fs::Metadata) -> Self {
        Self { owner: metadata.uid(), group: metadata.gid(), bits: metadata.mode() & 0o7777 }
    }

    fn trusted(self, user: u32) -> bool {
        self.owner == user || self.owner == ROOT
    }

    /// The folder itself: no write right but the owner's.
    fn own(self, user: u32) -> Result<(), Wrong> {
        match self {
            _ if !self.trusted(user) => Err(Wrong::Owner),
            _ if self.bits & (GROUP_WRITE | OTHERS_WRITE) != 0 => Err(Wrong::Writable),
            _ => Ok(()),
        }
    }

    /// A folder above: nobody else may rename what is in it. A person's own
    /// group, which has the person's number, is the person.
    fn above(self, user: u32) -> Result<(), Wrong> {
        let group = self.bits & GROUP_WRITE != 0 && self.group != self.owner;
        let others = self.bits & OTHERS_WRITE != 0;
        match self {
            _ if !self.trusted(user) => Err(Wrong::Owner),
            _ if (group || others) && self.bits & STICKY == 0 => Err(Wrong::Writable),
            _ => Ok(()),
        }
    }
}

fn fault(wrong: Wrong, path: &Path, rights: Rights) -> PrivacyFault {
    let path = path.to_path_buf();
    match wrong {
        Wrong::Owner => PrivacyFault::Owner { path, owner: rights.owner },
        Wrong::Writable => PrivacyFault::Writable { path, bits: rights.bits },
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PrivacyFault {
    let path = path.to_path_buf();
    move |error| match error.kind() {
        io::ErrorKind::NotFound => PrivacyFault::Missing(path),
        io::ErrorKind::NotADirectory => PrivacyFault::NotAFolder(path),
        _ => PrivacyFault::Io { path, error },
    }
}

fn user() -> Result<u32, PrivacyFault> {
    effective_user().ok_or(PrivacyFault::Unsupported)
}

fn absolute(path: &Path) -> Result<PathBuf, PrivacyFault> {
    let absolute = std::path::absolute(path).map_err(failed(path))?;
    match absolute.file_name() {
        Some(_) => Ok(absolute),
        None => Err(PrivacyFault::NotAFolder(path.to_path_buf())),
    }
}

/// Checks `folder` and everything above it, as written and as it really lies;
/// links on the way must belong to the person or the administrator.
fn check_above(folder: &Path, user: u32) -> Result<PathBuf, PrivacyFault> {
    let real = fs::canonicalize(folder).map_err(failed(folder))?;
    for path in folder.ancestors().chain(real.ancestors()) {
        let link = fs::symlink_metadata(path).map_err(failed(path))?;
        let rights = Rights::of(&link);
        if link.is_symlink() {
            if !rights.trusted(user) {
                return Err(fault(Wrong::Owner, path, rights));
            }
            continue;
        }
        rights.above(user).map_err(|wrong| fault(wrong, path, rights))?;
    }
    Ok(real)
}

pub(super) fn open(path: &Path) -> Result<SystemFolder, PrivacyFault> {
    let user = user()?;
    let path = absolute(path)?;
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(PrivacyFault::NotAFolder(path));
    };
    let real = check_above(parent, user)?;
    let parent = SystemFolder::open(&real).map_err(failed(&real))?;
    match parent.entry(name).map_err(failed(&path))?.map(|entry| entry.kind) {
        None => return Err(PrivacyFault::Missing(path)),
        Some(EntryKind::Folder) => {}
        Some(EntryKind::Link) => return Err(PrivacyFault::Link(path)),
        Some(_) => return Err(PrivacyFault::NotAFolder(path)),
    }
    let folder = parent.open_folder(name).map_err(failed(&path))?;
    let (owner, group, bits) = folder.ownership().map_err(failed(&path))?;
    let rights = Rights { owner, group, bits };
    rights.own(user).map_err(|wrong| fault(wrong, &path, rights))?;
    Ok(folder)
}

pub(super) fn make(path: &Path, access: Access) -> Result<SystemFolder, PrivacyFault> {
    let path = absolute(path)?;
    let missing: Vec<&Path> =
        path.ancestors().take_while(|above| fs::symlink_metadata(above).is_err()).collect();
    if let Some(parent) = missing.last().and_then(|first| first.parent()) {
        // Nothing is made below a folder that others may change.
        let mut folder = check_above(parent, user()?)
            .and_then(|real| SystemFolder::open(&real).map_err(failed(&real)))?;
        for made in missing.iter().rev() {
            let name = made.file_name().unwrap_or_default();
            match folder.make_folder(name, access) {
                // Somebody was faster: it is judged below like any other.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed(made)(error));
                }
                _ => {}
            }
            folder.sync().map_err(failed(made))?;
            folder = folder.open_folder(name).map_err(failed(made))?;
        }
    }
    open(&path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    const ADA: u32 = 1000;
    const BOB: u32 = 1001;

    fn rights(owner: u32, group: u32, bits: u32) -> Rights {
        Rights { owner, group, bits }
    }

    #[test]
    fn state_folder_of_another_user_or_writable_by_others_is_refused() {
        assert_eq!(rights(ADA, ADA, 0o700).own(ADA), Ok(()));
        assert_eq!(rights(ROOT, ROOT, 0o755).own(ADA), Ok(()));
        assert_eq!(rights(BOB, ADA, 0o700).own(ADA), Err(Wrong::Owner));
        assert_eq!(rights(ADA, ADA, 0o700).own(ROOT), Err(Wrong::Owner));
        assert_eq!(rights(ADA, ADA, 0o770).own(ADA), Err(Wrong::Writable));
        assert_eq!(rights(ADA, ADA, 0o702).own(ADA), Err(Wrong::Writable));
        assert_eq!(rights(ADA, ADA, 0o1777).own(ADA), Err(Wrong::Writable));
    }

    #[test]
    fn folder_above_that_others_may_rename_in_is_refused() {
        assert_eq!(rights(ROOT, ROOT, 0o1777).above(ADA), Ok(()));
        assert_eq!(rights(ADA, ADA, 0o775).above(ADA), Ok(()));
        assert_eq!(rights(ADA, 50, 0o775).above(ADA), Err(Wrong::Writable));
        assert_eq!(rights(ADA, ADA, 0o757).above(ADA), Err(Wrong::Writable));
        assert_eq!(rights(BOB, BOB, 0o755).above(ADA), Err(Wrong::Owner));
        assert_eq!(rights(BOB, BOB, 0o1777).above(ADA), Err(Wrong::Owner));
    }

    #[test]
    fn made_folders_are_private_and_open_again() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a/b/state");
        make(&path, Access::Owner).unwrap();
        let bits = fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(bits, 0o700);
        assert!(open(&path).is_ok() && make(&path, Access::Owner).is_ok());
    }

    #[test]
    fn an_existing_folder_is_refused_and_not_repaired() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("state");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(make(&path, Access::Owner), Err(PrivacyFault::Writable { .. })));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o777);
        // Nor is anything made below it.
        let below = make(&path.join("x/y"), Access::Owner);
        assert!(matches!(below, Err(PrivacyFault::Writable { .. })));
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    }

    #[test]
    fn links_files_and_nothing_are_told_apart() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        fs::create_dir(at("real")).unwrap();
        fs::set_permissions(at("real"), fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(at("file"), b"").unwrap();
        symlink("real", at("link")).unwrap();
        assert!(matches!(open(&at("link")), Err(PrivacyFault::Link(_))));
        assert!(matches!(make(&at("link"), Access::Owner), Err(PrivacyFault::Link(_))));
        assert!(matches!(open(&at("file")), Err(PrivacyFault::NotAFolder(_))));
        assert!(matches!(open(&at("none")), Err(PrivacyFault::Missing(_))));
        assert!(matches!(open(Path::new("/")), Err(PrivacyFault::NotAFolder(_))));
        // A link of one's own above the folder is a person's own affair.
        fs::create_dir(at("real/state")).unwrap();
        fs::set_permissions(at("real/state"), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(open(&at("link/state")).is_ok());
    }
}
