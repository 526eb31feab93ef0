//! Owners and access lists of Windows.
//!
//! A folder is private where its owner and everybody who may change it is the
//! system, the administrators, or the owner that this program's own token gives
//! to what it makes: the person for a person's program, the administrators for
//! one with their rights. So a folder that a person made beforehand is refused
//! once the program is elevated. In a folder above, others may make new things,
//! as Windows lets them in `C:\` and `C:\ProgramData`, but not rename or remove
//! what is there.
//!
//! What is made gets a list of its own that inherits nothing: the system and
//! the administrators may everything; users may read what the computer keeps,
//! and the person alone what a person keeps.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::PrivacyFault;
use crate::store::folder::{EntryKind, SystemFolder};
use crate::sys::windows::security::{Effect, Protection, elevated, own_owner, own_user};

/// The system, the administrators, and the account that owns Windows' own
/// folders (TrustedInstaller).
const TRUSTED: [&str; 3] =
    ["S-1-5-18", "S-1-5-32-544", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"];
/// Who makes or owns a thing: no more than those who may make it.
const CREATOR_OWNER: &str = "S-1-3-0";
const OWNER_RIGHTS: &str = "S-1-3-4";

/// Rights to rename, remove or take over: DELETE, WRITE_DAC, WRITE_OWNER,
/// FILE_DELETE_CHILD, GENERIC_ALL.
const TAKES: u32 = 0x0001_0000 | 0x0004_0000 | 0x0008_0000 | 0x0000_0040 | 0x1000_0000;
/// Rights to change what is in a folder, too: FILE_WRITE_DATA,
/// FILE_APPEND_DATA, FILE_WRITE_EA, FILE_WRITE_ATTRIBUTES, GENERIC_WRITE.
const CHANGES: u32 = TAKES | 0x0000_0002 | 0x0000_0004 | 0x0000_0010 | 0x0000_0100 | 0x4000_0000;

/// What is wrong with a folder.
#[derive(Debug, PartialEq, Eq)]
enum Wrong {
    Owner(String),
    Writable(String),
}

/// Judges a folder: `own` for the private one, else one above it.
fn judge(protection: &Protection, me: &str, own: bool) -> Result<(), Wrong> {
    let trusted = |who: &str| TRUSTED.contains(&who) || who == me;
    if !trusted(&protection.owner) {
        return Err(Wrong::Owner(protection.owner.clone()));
    }
    let Some(grants) = &protection.grants else {
        return Err(Wrong::Writable("S-1-1-0".to_string()));
    };
    for grant in grants {
        // What only children inherit says nothing about a folder above.
        let counts = own || !grant.inherit_only;
        let rights = if own { CHANGES } else { TAKES };
        let named = trusted(&grant.who) || [CREATOR_OWNER, OWNER_RIGHTS].contains(&&*grant.who);
        if grant.effect != Effect::Deny && counts && grant.rights & rights != 0 && !named {
            return Err(Wrong::Writable(grant.who.clone()));
        }
    }
    Ok(())
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PrivacyFault {
    let path = path.to_path_buf();
    move |error| match error.kind() {
        io::ErrorKind::NotFound => PrivacyFault::Missing(path),
        io::ErrorKind::NotADirectory => PrivacyFault::NotAFolder(path),
        _ => PrivacyFault::Io { path, error },
    }
}

fn check(folder: &SystemFolder, me: &str, own: bool) -> Result<(), PrivacyFault> {
    let path = folder.path().to_path_buf();
    let protection = folder.protection().map_err(failed(&path))?;
    judge(&protection, me, own).map_err(|wrong| match wrong {
        Wrong::Owner(owner) => PrivacyFault::OtherOwner { path, owner },
        Wrong::Writable(who) => PrivacyFault::WritableBy { path, who },
    })
}

/// The root of the path, and the names below it. A share has no owner that
/// this computer knows: it is no place for a state.
fn parts(path: &Path) -> Result<(PathBuf, Vec<std::ffi::OsString>), PrivacyFault> {
    let path = std::path::absolute(path).map_err(failed(path))?;
    let (mut root, mut names) = (PathBuf::new(), Vec::new());
    for component in path.components() {
        match component {
            Component::Prefix(_) | Component::RootDir => root.push(component),
            Component::Normal(name) => names.push(name.to_os_string()),
            Component::CurDir | Component::ParentDir => {
                return Err(PrivacyFault::NotAFolder(path.clone()));
            }
        }
    }
    if names.is_empty() || root.as_os_str().is_empty() {
        return Err(PrivacyFault::NotAFolder(path));
    }
    Ok((root, names))
}

/// Walks to the folder; a reparse point on the way is refused. With `make`, what
/// is missing is made below a folder that others may not change.
fn walk(path: &Path, make: bool) -> Result<SystemFolder, PrivacyFault> {
    let me = own_owner().map_err(failed(path))?;
    let (root, names) = parts(path)?;
    let mut folder = SystemFolder::open(&root).map_err(failed(&root))?;
    for (at, name) in names.iter().enumerate() {
        check(&folder, &me, false)?;
        let here = folder.path().join(name);
        let mut kind = folder.entry(name).map_err(failed(&here))?.map(|entry| entry.kind);
        if kind.is_none() && make {
            match folder.make_protected_folder(name, &list(path)?) {
                // Somebody was faster: it is judged below like any other.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(failed(&here)(error));
                }
                _ => {}
            }
            folder.sync().map_err(failed(&here))?;
            kind = folder.entry(name).map_err(failed(&here))?.map(|entry| entry.kind);
        }
        match kind {
            None if at + 1 == names.len() => return Err(PrivacyFault::Missing(here)),
            None => return Err(PrivacyFault::Missing(path.to_path_buf())),
            Some(EntryKind::Folder) => {}
            Some(EntryKind::Link) => return Err(PrivacyFault::Link(here)),
            Some(_) => return Err(PrivacyFault::NotAFolder(here)),
        }
        folder = folder.open_folder(name).map_err(failed(&here))?;
    }
    check(&folder, &me, true)?;
    Ok(folder)
}

/// The access list of what is made (Microsoft, Security Descriptor String
/// Format): the program's own owner; users may read where the administrators
/// own it.
fn list(path: &Path) -> Result<String, PrivacyFault> {
    let full = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
    let (user, elevated) =
        own_user().and_then(|user| Ok((user, elevated()?))).map_err(failed(path))?;
    Ok(match elevated {
        true => format!("O:BA{full}(A;OICI;FRFX;;;BU)"),
        false => format!("{full}(A;OICI;FA;;;{user})"),
    })
}

pub(super) fn open(path: &Path) -> Result<SystemFolder, PrivacyFault> {
    walk(path, false)
}

pub(super) fn make(path: &Path) -> Result<SystemFolder, PrivacyFault> {
    walk(path, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::windows::security::Grant;

    const ADA: &str = "S-1-5-21-1-2-3-1001";
    const BOB: &str = "S-1-5-21-1-2-3-1002";
    const USERS: &str = "S-1-5-32-545";
    const ADMINS: &str = "S-1-5-32-544";
    const SYSTEM: &str = "S-1-5-18";
    const FULL: u32 = 0x001F_01FF;
    const READ: u32 = 0x0012_00A9;

    fn grant(who: &str, rights: u32, inherit_only: bool) -> Grant {
        Grant { effect: Effect::Allow, who: who.to_string(), rights, inherit_only }
    }

    fn folder(owner: &str, grants: Vec<Grant>) -> Protection {
        Protection { owner: owner.to_string(), grants: Some(grants), protected: true }
    }

    fn ours(more: Option<Grant>) -> Protection {
        let mut grants = vec![grant(SYSTEM, FULL, false), grant(ADMINS, FULL, false)];
        grants.push(grant(USERS, READ, false));
        grants.extend(more);
        folder(ADMINS, grants)
    }

    fn writable(who: &str) -> Result<(), Wrong> {
        Err(Wrong::Writable(who.to_string()))
    }

    #[test]
    fn a_folder_of_the_administrators_that_users_read_is_private() {
        assert_eq!(judge(&ours(None), ADMINS, true), Ok(()));
        assert_eq!(judge(&ours(None), ADA, true), Ok(()));
        let own = folder(ADA, vec![grant(ADA, FULL, false), grant(SYSTEM, FULL, false)]);
        assert_eq!(judge(&own, ADA, true), Ok(()));
    }

    #[test]
    fn a_folder_that_a_person_made_beforehand_is_refused_to_the_administrator() {
        let own = folder(ADA, vec![grant(ADA, FULL, false)]);
        assert_eq!(judge(&own, ADMINS, true), Err(Wrong::Owner(ADA.to_string())));
        assert_eq!(judge(&own, BOB, true), Err(Wrong::Owner(ADA.to_string())));
    }

    #[test]
    fn every_right_to_change_of_somebody_else_is_refused() {
        for bit in [0x2, 0x4, 0x10, 0x40, 0x100, 0x10000, 0x40000, 0x80000, 1 << 28, 1 << 30] {
            for inherit_only in [true, false] {
                let list = ours(Some(grant(USERS, bit, inherit_only)));
                assert_eq!(judge(&list, ADMINS, true), writable(USERS), "{bit:x}");
            }
        }
        let nobody = Protection { grants: None, ..ours(None) };
        assert_eq!(judge(&nobody, ADMINS, true), writable("S-1-1-0"));
        let unknown = Grant { effect: Effect::Unknown, ..grant("", u32::MAX, false) };
        assert_eq!(judge(&ours(Some(unknown)), ADMINS, true), writable(""));
        let deny = Grant { effect: Effect::Deny, ..grant(USERS, FULL, false) };
        assert_eq!(judge(&ours(Some(deny)), ADMINS, true), Ok(()));
        let creator = grant(CREATOR_OWNER, FULL, true);
        assert_eq!(judge(&ours(Some(creator)), ADMINS, true), Ok(()));
    }

    #[test]
    fn above_it_others_may_make_things_and_not_rename_or_remove() {
        // As Windows makes C:\ (add folders; change what they made themselves).
        let root = ours(Some(grant("S-1-5-11", 0x4, false)));
        assert_eq!(judge(&root, ADMINS, false), Ok(()));
        let root = ours(Some(grant("S-1-5-11", 0x0013_01BF, true)));
        assert_eq!(judge(&root, ADMINS, false), Ok(()));
        // As Windows makes C:\ProgramData (make files, write attributes).
        let data = ours(Some(grant(USERS, 0x116, false)));
        assert_eq!(judge(&data, ADMINS, false), Ok(()));
        for bit in [0x40, 0x10000, 0x40000, 0x80000] {
            let list = ours(Some(grant(USERS, bit, false)));
            assert_eq!(judge(&list, ADMINS, false), writable(USERS), "{bit:x}");
        }
        let other = folder(BOB, vec![grant(BOB, READ, false)]);
        assert_eq!(judge(&other, ADMINS, false), Err(Wrong::Owner(BOB.to_string())));
    }

    #[test]
    fn a_path_without_a_folder_names_none() {
        assert!(matches!(parts(Path::new(r"C:\")), Err(PrivacyFault::NotAFolder(_))));
        let (root, names) = parts(Path::new(r"C:\a\b")).unwrap();
        assert_eq!((root, names.len()), (PathBuf::from(r"C:\"), 2));
    }

    #[test]
    fn nothing_files_and_folders_are_told_apart() {
        let place = tempfile::tempdir().unwrap();
        let missing = open(&place.path().join("none"));
        assert!(matches!(missing, Err(PrivacyFault::Missing(_))), "{missing:?}");
        std::fs::write(place.path().join("file"), b"").unwrap();
        let file = open(&place.path().join("file"));
        assert!(matches!(file, Err(PrivacyFault::NotAFolder(_))), "{file:?}");
        let made = make(&place.path().join("a/state"));
        let made = made.and_then(|_| open(&place.path().join("a/state")));
        assert!(made.is_ok(), "{made:?}");
    }
}
