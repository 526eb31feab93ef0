//! A release folder that appears whole or not at all.
//!
//! Everything goes into a hidden folder beside the destination, is flushed, and
//! gets its name in one step. What went wrong leaves nothing behind. A folder
//! that exists is replaced only when that was asked for, and only if it is a
//! release or empty: `--force` is no way to lose a home folder.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::assemble::{Assembly, Inputs, assemble};
use super::error::BuildError;
use super::intake::{CopyInto, Progress, create};
use crate::seal::layout::SUMS;
use crate::store::Existing;

/// Builds a release into the folder `destination`.
pub fn write_release(
    inputs: &Inputs<'_>,
    destination: &Path,
    existing: Existing,
    progress: &mut Progress<'_>,
) -> Result<Assembly, BuildError> {
    // Asked before gigabytes are copied, and again before the name is given.
    replaceable(destination, existing)?;
    let staging = Staging::new(destination)?;
    let mut intake = CopyInto { folder: &staging.folder, progress };
    let assembly = assemble(inputs, &mut intake)?;
    for (path, bytes) in &assembly.made {
        let place = staging.folder.join(path);
        let mut file = create(&place)?;
        file.write_all(bytes).map_err(BuildError::io(&place, "write"))?;
        file.sync_all().map_err(BuildError::io(&place, "flush"))?;
    }
    flush_folders(&staging.folder)?;
    staging.publish(destination, existing)?;
    Ok(assembly)
}

/// An error unless `destination` is free, or may be replaced.
fn replaceable(destination: &Path, existing: Existing) -> Result<(), BuildError> {
    let metadata = match destination.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(BuildError::io(destination, "read")(error)),
    };
    if existing == Existing::Refuse {
        return Err(BuildError::Exists(destination.into()));
    }
    let empty = || {
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

/// The hidden folder; removed with everything in it unless it was published.
struct Staging {
    folder: PathBuf,
    published: bool,
}

impl Staging {
    fn new(destination: &Path) -> Result<Self, BuildError> {
        let folder = beside(destination, "part")?;
        fs::create_dir(&folder).map_err(BuildError::io(&folder, "create"))?;
        Ok(Self { folder, published: false })
    }

    fn publish(mut self, destination: &Path, existing: Existing) -> Result<(), BuildError> {
        replaceable(destination, existing)?;
        let taken = destination.symlink_metadata().is_ok();
        let old = beside(destination, "old")?;
        if taken {
            fs::rename(destination, &old).map_err(BuildError::io(destination, "replace"))?;
        }
        if let Err(error) = fs::rename(&self.folder, destination) {
            if taken {
                // The old release goes back to its name; if even that fails,
                // it is whole under the other one.
                let _ = fs::rename(&old, destination);
            }
            return Err(BuildError::io(destination, "create")(error));
        }
        self.published = true;
        if taken {
            fs::remove_dir_all(&old).map_err(BuildError::io(&old, "remove"))?;
        }
        flush_folder(parent(destination))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.published {
            // An error is on its way already; a second one would hide it.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// `.NAME.<process>.<what>` in the folder of `destination`.
fn beside(destination: &Path, what: &str) -> Result<PathBuf, BuildError> {
    let Some(name) = destination.file_name() else {
        // "/", or a path that ends in "..": nothing can be made of it.
        return Err(BuildError::Exists(destination.into()));
    };
    let name = format!(".{}.{}.{what}", name.to_string_lossy(), std::process::id());
    Ok(parent(destination).join(name))
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Flushes every folder below `folder`, and itself.
fn flush_folders(folder: &Path) -> Result<(), BuildError> {
    for entry in folder.read_dir().map_err(BuildError::io(folder, "list"))? {
        let entry = entry.map_err(BuildError::io(folder, "list"))?;
        if entry.file_type().map_err(BuildError::io(folder, "list"))?.is_dir() {
            flush_folders(&entry.path())?;
        }
    }
    flush_folder(folder)
}

#[cfg(unix)]
fn flush_folder(folder: &Path) -> Result<(), BuildError> {
    let flushed = File::open(folder).and_then(|folder| folder.sync_all());
    flushed.map_err(BuildError::io(folder, "flush"))
}

#[cfg(not(unix))]
fn flush_folder(_folder: &Path) -> Result<(), BuildError> {
    // Windows opens no folder as a file; the rename is its journal's.
    let _ = File::open;
    Ok(())
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
