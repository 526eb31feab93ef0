//! What an operating system leaves on the root of a drive, at the level *files
//! only*.
//!
//! A person's own stick or a share has `System Volume Information` and
//! `$RECYCLE.BIN` through no fault of the release: they are noted, and what is
//! in them is not looked at. On the drive that was made for the release they say
//! that it was mounted writable: FAIL of the class `os-changes`. Which of the two
//! it is, the volume's serial tells; it follows from the release code.
//!
//! Defends against: an attacker's file that hides under such a name in a folder
//! that is no drive's root. There nothing is excused.

use std::collections::BTreeSet;

use crate::medium::release::volume_serial;
use crate::seal::digest::Digest;
use crate::source::folder::is_system_folder;
use crate::source::{Entry, EntryKind, Listing, Mounted};

use super::finding::Kind;

/// Takes those folders, with all that is below them, out of `listing` and says
/// what they come to. Nothing is taken where the source is no drive's root, and
/// no file, link or device of such a name.
pub fn set_apart(listing: &Listing, drive: Mounted, release_code: &Digest) -> (Listing, Vec<Kind>) {
    let mut rest = listing.clone();
    if !drive.is_root {
        return (rest, Vec::new());
    }
    let is_taken =
        |entry: &&Entry| entry.kind == EntryKind::Folder && is_system_folder(&entry.path);
    let taken: BTreeSet<&str> =
        listing.entries.iter().filter(is_taken).map(|entry| entry.path.as_str()).collect();
    let top = |path: &str| taken.contains(path.split('/').next().unwrap_or(path));
    rest.entries.retain(|entry| !top(&entry.path));
    let is_own = drive.serial == Some(volume_serial(release_code));
    let mut findings = Vec::new();
    for path in taken.iter().map(|path| path.to_string()) {
        if is_own && findings.is_empty() {
            findings.push(Kind::OsChanges);
        }
        findings.push(match is_own {
            true => Kind::OwnDriveFolder { path },
            false => Kind::ForeignDriveFolder { path },
        });
    }
    (rest, findings)
}

#[cfg(test)]
#[path = "drive_folders_tests.rs"]
mod tests;
