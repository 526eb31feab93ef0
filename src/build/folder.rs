//! A release folder that appears whole or not at all.
//!
//! The room `store` gives the name at the end and removes what went wrong. A
//! folder that exists is replaced only when that was asked for, and only if it
//! is a release or empty: `--force` is no way to lose a home folder.

use std::io;
use std::path::Path;

use super::assemble::{Assembly, Inputs, assemble};
use super::error::BuildError;
use super::intake::{CopyInto, Progress};
use crate::seal::layout::SUMS;
use crate::store::Existing;
use crate::store::folder::Access;
use crate::store::tree::AtomicFolder;

/// Builds a release into the folder `destination`. `progress` is told the bytes
/// of each step; [`Inputs::bytes`] is their sum.
pub fn write_release(
    inputs: &Inputs<'_>,
    destination: &Path,
    existing: Existing,
    progress: &mut Progress<'_>,
) -> Result<Assembly, BuildError> {
    if existing == Existing::Replace {
        replaceable(destination)?;
    }
    let folder = AtomicFolder::create_at(destination, Access::Everyone, existing)?;
    let assembly = assemble(inputs, &mut CopyInto { folder: &folder, progress })?;
    for (path, bytes) in &assembly.made {
        folder.write_file(path, bytes)?;
    }
    folder.commit()?;
    Ok(assembly)
}

/// An error if something else than a release or an empty folder is there.
fn replaceable(destination: &Path) -> Result<(), BuildError> {
    let metadata = match destination.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(BuildError::io(destination, "read")(error)),
    };
    let empty = || -> Result<bool, BuildError> {
        let mut entries = destination.read_dir().map_err(BuildError::io(destination, "list"))?;
        Ok(entries.next().is_none())
    };
    // A link is neither, wherever it leads.
    let release = || destination.join(SUMS).symlink_metadata().is_ok_and(|file| file.is_file());
    match metadata.is_dir() && (release() || empty()?) {
        true => Ok(()),
        false => Err(BuildError::NotARelease(destination.into())),
    }
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
