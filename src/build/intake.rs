//! Each file from outside is read once and hashed on the way.
//!
//! What was hashed is what was kept: the package's own words are then read from
//! the copy, so that a file that is exchanged in the meantime changes nothing.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::error::BuildError;
use super::payload::SourceFile;
use crate::seal::digest::Digest;
use crate::store::folder::SystemFolder;
use crate::store::tree::AtomicFolder;

/// Bytes read at once: large enough for the disk, small enough for any memory.
const BUFFER_BYTES: usize = 256 << 10;

/// A file that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its path on the medium.
    pub path: String,
    /// Its size.
    pub size: u64,
    /// The digest of the bytes that were read.
    pub sha256: Digest,
    /// Where the same bytes can be read again.
    pub place: PathBuf,
}

/// Called with the number of bytes of each step.
pub type Progress<'a> = dyn FnMut(u64) + 'a;

/// What happens to files from outside.
pub trait Intake {
    /// Reads `file` to its end.
    fn take(&mut self, file: &SourceFile) -> Result<Taken, BuildError>;
}

/// Reads and hashes, keeps nothing: for a release that is only compared.
pub struct HashOnly<'a> {
    /// Told of every step.
    pub progress: &'a mut Progress<'a>,
}

/// Copies into a folder that is being made, under the medium's paths.
pub struct CopyInto<'a> {
    /// The folder; it flushes everything before it gets its name.
    pub folder: &'a AtomicFolder<SystemFolder>,
    /// Told of every step.
    pub progress: &'a mut Progress<'a>,
}

impl Intake for HashOnly<'_> {
    fn take(&mut self, file: &SourceFile) -> Result<Taken, BuildError> {
        let sha256 = pump(file, None, self.progress)?;
        let place = file.source.clone();
        Ok(Taken { path: file.path.clone(), size: file.size, sha256, place })
    }
}

impl Intake for CopyInto<'_> {
    fn take(&mut self, file: &SourceFile) -> Result<Taken, BuildError> {
        let place = self.folder.folder().path().join(&file.path);
        let mut target = self.folder.create_file(&file.path)?;
        let sha256 = pump(file, Some((&mut target, &place)), self.progress)?;
        Ok(Taken { path: file.path.clone(), size: file.size, sha256, place })
    }
}

/// Reads `file` to its end into `target`. One byte more or less than it had
/// when it was found is an error.
fn pump(
    file: &SourceFile,
    mut target: Option<(&mut dyn Write, &Path)>,
    progress: &mut Progress<'_>,
) -> Result<Digest, BuildError> {
    let mut source = File::open(&file.source).map_err(BuildError::io(&file.source, "open"))?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut hash = Sha256::new();
    let mut total = 0u64;
    loop {
        let count = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(BuildError::io(&file.source, "read")(error)),
        };
        total += count as u64;
        if total > file.size {
            return Err(BuildError::Changed(file.source.clone()));
        }
        hash.update(&buffer[..count]);
        if let Some((target, place)) = &mut target {
            target.write_all(&buffer[..count]).map_err(BuildError::io(place, "write"))?;
        }
        progress(count as u64);
    }
    match total == file.size {
        true => Ok(Digest(hash.finalize().into())),
        false => Err(BuildError::Changed(file.source.clone())),
    }
}

/// The digest and size of a file, read to its end.
pub fn digest(path: &Path, progress: &mut Progress<'_>) -> Result<(u64, Digest), BuildError> {
    let size = path.symlink_metadata().map_err(BuildError::io(path, "read"))?.len();
    let file = SourceFile { path: String::new(), source: path.into(), size };
    Ok((size, pump(&file, None, progress)?))
}
