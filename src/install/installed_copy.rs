//! The copy on the instrument as a source of its own, judged by the one
//! decision with today's trust.
//!
//! What was copied may be days old, and others may have worked in its folder. So
//! the package is read through the handle that is held and will stay held; the
//! signatures come from the protected state, and the trust documents are those
//! that the state has now: a release that was withdrawn meanwhile is refused. The
//! set is closed here too: the payload, its list and its manifest, nothing else.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

use crate::seal::digest::Digest;
use crate::seal::key::KeyId;
use crate::seal::layout::{SUMS, SealName, seal_name, sums_signature};
use crate::seal::limits::{MAX_SIGNATURE_BYTES, MAX_SIGNATURE_FILES, MAX_SUMS_BYTES};
use crate::seal::timestamp::Timestamp;
use crate::source::folder::FolderSource;
use crate::source::{Doing, Entry, EntryKind, Listing, Raw, Remark, Shape, Source, SourceError};
use crate::store::read_bounded;
use crate::verify::decide::{
    self, Decision, FileSet, Held, Request, Scope, TakeNothing, Threshold,
};
use crate::verify::rollback::Older;
use crate::verify::state::{RELEASES, State};

use super::installer::HeldPackage;

/// The copy in a folder, with what the state adds to it.
struct InstalledCopy<'a> {
    folder: FolderSource,
    /// Files under `SEAL/` that the state keeps: path and bytes.
    kept: Vec<(String, Vec<u8>)>,
    /// The package's path below the folder, and its open handle.
    package: &'a str,
    held: &'a dyn HeldPackage,
    place: String,
}

impl Source for InstalledCopy<'_> {
    fn shape(&self) -> Shape {
        Shape::Folder
    }

    fn listing(&self) -> Result<Listing, SourceError> {
        let mut listing = self.folder.listing()?;
        for (path, bytes) in &self.kept {
            if listing.entries.iter().any(|entry| entry.path == *path) {
                let (path, other) = (path.clone(), path.clone());
                listing.remarks.push(Remark::DoubleName { path, other });
                continue;
            }
            let kind = EntryKind::File { size: bytes.len() as u64 };
            let entry = Entry { path: path.clone(), kind, sectors: None, attributes: None };
            listing.entries.push(entry);
        }
        listing.entries.sort_by(|one, other| one.path.as_bytes().cmp(other.path.as_bytes()));
        Ok(listing)
    }

    fn open_file(&self, path: &str) -> Result<Box<dyn Read + '_>, SourceError> {
        if let Some((_, bytes)) = self.kept.iter().find(|(kept, _)| kept == path) {
            return Ok(Box::new(bytes.as_slice()));
        }
        if path == self.package {
            let failed = |error| SourceError::io(path, Doing::Reading, error);
            return self.held.reader().map_err(failed);
        }
        self.folder.open_file(path)
    }

    fn raw(&self) -> Result<Raw<'_>, SourceError> {
        Err(SourceError::NotASource { place: self.place.clone() })
    }
}

/// Judges the copy in `folder`; `package` is the path of its package below it,
/// with slashes, and `held` the open handle through which that is read.
pub fn judge(
    state: &State,
    folder: &Path,
    package: &str,
    held: &dyn HeldPackage,
    older: Older,
    clock: Option<Timestamp>,
) -> Result<Decision, SourceError> {
    let opened = FolderSource::open(folder)?;
    let code = Digest::of(&opened.read(SUMS, MAX_SUMS_BYTES)?);
    let mut kept = state.chain().files();
    kept.extend(signatures(state, &code));
    let place = folder.display().to_string();
    let mut source = InstalledCopy { folder: opened, kept, package, held, place: place.clone() };
    let request = Request {
        name: place,
        device: None,
        scope: Scope::WholeMedium,
        threshold: Threshold::Enforce,
        expected: FileSet::Payload,
        held: Held::Chain(state.chain().clone()),
        history: &|product| state.history(product),
        older,
        product: None,
        required_level: None,
        clock,
    };
    Ok(decide::check(&mut source, &request, &mut TakeNothing, &mut |_, _| {}))
}

/// The signatures that the state keeps under a release code; unread ones count
/// as missing.
fn signatures(state: &State, code: &Digest) -> Vec<(String, Vec<u8>)> {
    let open = |name: &str| state.folder().open_folder(OsStr::new(name));
    let Ok(folder) = open(RELEASES).and_then(|all| all.open_folder(OsStr::new(&code.to_string())))
    else {
        return Vec::new();
    };
    let names = folder.list().unwrap_or_default();
    let named = |name: &OsStr| -> Option<(KeyId, Vec<u8>)> {
        let Some(SealName::SumsSignature(key)) = seal_name(&format!("SEAL/{}", name.to_str()?))
        else {
            return None;
        };
        let bytes = read_bounded(&folder, name, MAX_SIGNATURE_BYTES).ok()??;
        Some((key, bytes))
    };
    let files = names.iter().filter_map(|name| named(name)).take(MAX_SIGNATURE_FILES);
    files.map(|(key, bytes)| (sums_signature(key), bytes)).collect()
}
