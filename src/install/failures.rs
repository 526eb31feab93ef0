//! What stops an action beside findings, in two texts: what happened, what to do.
//!
//! One place for the words and the exit code of each, so that no two commands say
//! the same fault differently.

use std::path::Path;

use crate::seal::names::escape_path;
use crate::store::SystemFolder;
use crate::store::log::LogError;
use crate::store::private::{PrivacyFault, private_folder};
use crate::text::{Entry, Language};
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::session::failure;

use super::journal;
use super::world::World;

pub(super) fn needs_windows(world: &World<'_>) -> Result<(), Failure> {
    match world.computer.has_installer() {
        true => Ok(()),
        false => {
            let entry = world.language.table().install_failures.needs_windows;
            Err(failure(Outcome::Refused, entry, &[]))
        }
    }
}

/// Opens the state folder, for reading records.
pub fn open_state(path: &Path, language: Language) -> Result<SystemFolder, Failure> {
    private_folder(path).map_err(|fault| match fault {
        PrivacyFault::Missing(_) => state_missing(path, language),
        fault => unsafe_folder(path, &fault, language),
    })
}

pub(super) fn state_missing(path: &Path, language: Language) -> Failure {
    let entry = language.table().install_failures.state_missing;
    failure(Outcome::TrustSetUp, entry, &[("detail", escape_path(path))])
}

/// The refusal of a folder that others can write.
pub fn unsafe_folder(path: &Path, fault: &PrivacyFault, language: Language) -> Failure {
    let values = [("path", escape_path(path)), ("detail", fault.words(language))];
    failure(Outcome::Refused, language.table().failures.state_folder_unsafe, &values)
}

/// The refusal of a copy; `detail` is escaped.
pub(super) fn not_there(copy: &Path, detail: &str, language: Language) -> Failure {
    let entry: Entry = language.table().install_failures.copy_not_there;
    let path = format!("{} ({detail})", escape_path(copy));
    failure(Outcome::Refused, entry, &[("path", path)])
}

/// A journal that cannot be used.
pub fn journal_failed(error: &journal::JournalError, language: Language) -> Failure {
    let failures = &language.table().install_failures;
    let entry = match error {
        journal::JournalError::Log(LogError::Broken { .. }) => failures.records_broken,
        journal::JournalError::Newer(_) => failures.records_newer,
        _ => failures.journal_failed,
    };
    failure(Outcome::Io, entry, &[("detail", error.words(language))])
}
