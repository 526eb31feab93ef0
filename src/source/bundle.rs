//! A release in a zip file.
//!
//! Two readers look at the directory: crate `zip`, without inflaters, and our
//! own (`central`), which also sees what zip readers pass over. The crate is
//! given the file only where our own reading found nothing that it could
//! stumble over, and through a reader that ends after a budget of bytes.
//! Nothing is ever unpacked: a file is read only if it is stored, not encrypted
//! and named once.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use zip::ZipArchive;

use super::central::{self, Claim, Directory, Kind, MAX_DIRECTORY_BYTES};
use super::error::{Doing, SourceError};
use super::fence::{Blocks, Spent};
use super::listing::{Entry, EntryKind, Gatherer, Listing, Remark};
use super::oddity::Oddity;
use super::positioned::{ReadAt, Sequence, announce_sequence};
use super::{Raw, Shape, Source};

/// Bytes that the crate may read: the directory a few times over, and the end
/// of the file where it looks for its records.
const MAX_CRATE_BYTES: u64 = 4 * MAX_DIRECTORY_BYTES;

/// A zip file.
pub struct BundleSource {
    source: Rc<dyn ReadAt>,
    file: Option<Rc<File>>,
    place: String,
    length: u64,
    directory: RefCell<Option<Rc<Directory>>>,
}

impl BundleSource {
    /// A zip file of `length` bytes.
    pub(super) fn new(file: File, place: &str, length: u64) -> Self {
        let file = Rc::new(file);
        Self::of(file.clone(), Some(file), place, length)
    }

    pub(super) fn of(
        source: Rc<dyn ReadAt>,
        file: Option<Rc<File>>,
        place: &str,
        length: u64,
    ) -> Self {
        Self { source, file, place: place.to_string(), length, directory: RefCell::new(None) }
    }

    fn gather(&self) -> io::Result<(Listing, Directory)> {
        let mut gatherer = Gatherer::default();
        let directory = central::read(&*self.source, self.length, &mut gatherer)?;
        for claim in &directory.claims {
            if std::str::from_utf8(&claim.raw_name).is_err() || claim.raw_name.contains(&0) {
                gatherer.remark(Remark::NotText { path: claim.path.clone() });
            }
            let kind = match claim.kind {
                Kind::File => EntryKind::File { size: claim.size },
                Kind::Folder => EntryKind::Folder,
                Kind::Link => EntryKind::SymbolicLink,
                Kind::Special => EntryKind::Special,
            };
            let path = claim.path.clone();
            let entry = Entry { path, kind, sectors: None, attributes: None };
            if gatherer.entry(entry).is_err() {
                break;
            }
        }
        if directory.plain && !self.second_reader_agrees(&directory)? {
            gatherer.remark(Remark::TwoReaders { path: String::new() });
        }
        Ok((gatherer.finish(), directory))
    }

    /// Asks crate `zip` what it sees.
    fn second_reader_agrees(&self, directory: &Directory) -> io::Result<bool> {
        let window = Window {
            blocks: Blocks::new(self.source.clone()),
            length: self.length,
            position: 0,
            left: MAX_CRATE_BYTES,
        };
        let archive = match ZipArchive::new(window) {
            Ok(archive) => archive,
            Err(zip::result::ZipError::Io(error)) if is_the_systems_fault(&error) => {
                return Err(error);
            }
            Err(_) => return Ok(false),
        };
        // The crate keeps the last of two entries with one name, and shows
        // names that are no ASCII in its own way.
        let ours = |claim: &Claim| {
            let name = std::str::from_utf8(&claim.raw_name).ok().filter(|name| name.is_ascii());
            name.is_none_or(|name| archive.index_for_name(name).is_some())
        };
        Ok(archive.len() == directory.claims.len() && directory.claims.iter().all(ours))
    }

    fn directory(&self) -> Result<Rc<Directory>, SourceError> {
        if let Some(directory) = &*self.directory.borrow() {
            return Ok(directory.clone());
        }
        self.listing()?;
        let directory = self.directory.borrow().clone();
        directory.ok_or_else(|| SourceError::NotFound { place: self.place.clone() })
    }
}

/// True for errors of the system; the others come from what the zip claims.
fn is_the_systems_fault(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    !matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
        && !error.get_ref().is_some_and(|inner| inner.is::<Spent>())
}

impl Source for BundleSource {
    fn shape(&self) -> Shape {
        Shape::Bundle
    }

    fn listing(&self) -> Result<Listing, SourceError> {
        let (listing, directory) =
            self.gather().map_err(|error| SourceError::io(&self.place, Doing::Reading, error))?;
        *self.directory.borrow_mut() = Some(Rc::new(directory));
        Ok(listing)
    }

    fn open_file(&self, path: &str) -> Result<Box<dyn Read + '_>, SourceError> {
        let directory = self.directory()?;
        let mut named = directory.claims.iter().filter(|claim| claim.path == path);
        let malformed = |what| Err(SourceError::Malformed { place: path.to_string(), what });
        match (named.next(), named.next()) {
            (None, _) => Err(SourceError::NotFound { place: path.to_string() }),
            (Some(_), Some(_)) => malformed(Oddity::OneNameTwice),
            (Some(Claim { data: None, .. }), None) => malformed(Oddity::NotAStoredFile),
            (Some(Claim { data: Some(start), size, .. }), None) => Ok(Box::new(Sequence {
                source: &*self.source,
                at: *start,
                end: start.saturating_add(*size),
            })),
        }
    }

    fn raw(&self) -> Result<Raw<'_>, SourceError> {
        self.file.iter().for_each(|file| announce_sequence(file));
        let reader = Sequence { source: &*self.source, at: 0, end: u64::MAX };
        Ok((Box::new(reader), Some(self.length)))
    }
}

/// What crate `zip` reads through: the file, and no more of it than a budget.
/// Blocks of it are kept, since the crate seeks after every entry.
struct Window {
    blocks: Blocks,
    length: u64,
    position: u64,
    left: u64,
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 && !buffer.is_empty() {
            return Err(io::Error::other(Spent));
        }
        let within = self.length.saturating_sub(self.position).min(most as u64) as usize;
        let bytes = self.blocks.at(self.position)?;
        let length = within.min(bytes.len());
        buffer[..length].copy_from_slice(&bytes[..length]);
        self.position += length as u64;
        self.left -= length as u64;
        Ok(length)
    }
}

impl Seek for Window {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        // Every seek costs as much as a small read, so seeking ends, too.
        self.left = self.left.checked_sub(1).ok_or_else(|| io::Error::other(Spent))?;
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
mod tests;
