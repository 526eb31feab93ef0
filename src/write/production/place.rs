//! Where the production log lies: beside the state, unless a folder is named.

use crate::text::Language;
use std::path::{Path, PathBuf};

use crate::store::folder::Access;
use crate::store::lock::{LockError, Locked};
use crate::store::private::{PrivacyFault, make_private_folder};
use crate::store::{SystemFolder, advice_for};
use crate::verify::outcome::{Failure, Outcome};

use std::time::Duration;

/// Name of the log's folder in the state.
pub const PRODUCTION: &str = "production";
/// How long another program's work in the same log is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The folder of the log where none is named.
pub fn default_folder(state: &Path) -> PathBuf {
    state.join(PRODUCTION)
}

/// Opens the folder for writing, for this program alone, and makes it where it
/// is missing. One that others can write is refused: its lines could be theirs.
pub fn hold(path: &Path) -> Result<Locked<SystemFolder>, Failure> {
    let folder = make_private_folder(path, Access::Owner).map_err(|fault| {
        let outcome = match fault {
            PrivacyFault::Io { .. } => Outcome::Io,
            _ => Outcome::Refused,
        };
        Failure::new(
            outcome,
            format!("the production log: {fault}"),
            fault.advice(Language::English),
        )
    })?;
    Locked::acquire(folder, PATIENCE).map_err(|error| {
        let (outcome, next) = match &error {
            LockError::Busy(_) => {
                (Outcome::Refused, "Another station works with this log. Wait, or use it there.")
            }
            LockError::Io { .. } => (Outcome::Io, error.advice(Language::English)),
        };
        Failure::new(outcome, format!("the production log: {error}"), next)
    })
}

/// Opens the folder for reading; also an archived one.
pub fn open(path: &Path) -> Result<SystemFolder, Failure> {
    SystemFolder::open(path).map_err(|error| {
        let shown = crate::seal::names::escape_path(path);
        let what = format!("the folder of the production log, {shown}: {error}");
        let next = match error.kind() {
            std::io::ErrorKind::NotFound => "Name it with --log DIR.",
            _ => advice_for(&error, Language::English),
        };
        Failure::new(Outcome::Io, what, next)
    })
}
