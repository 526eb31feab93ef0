//! Is a folder exactly this set of files? Asked of what was staged, and of what
//! stands already where the copy is to go.

use crate::store::Doing;
use crate::text::Language;
use crate::text::fill;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Read as _;
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::seal::digest::Digest;
use crate::seal::names::escape;
use crate::store::StoreError;
use crate::store::folder::{EntryKind, Folder, Reread};
use crate::store::tree::MAX_TREE_DEPTH;

/// Differences that are kept; the rest is counted.
pub const MAX_DIFFERENCES: usize = 20;
/// Bytes that are hashed at once.
const BLOCK_BYTES: usize = 256 << 10;

/// A file as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedFile {
    /// Its path in the copy, components joined by `/`.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Digest,
}

/// One way in which a folder is not as expected. Paths are raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A file is not there.
    Missing(String),
    /// A file or folder is there that should not be.
    Extra(String),
    /// A link, or a folder in the place of a file, or the other way round.
    Kind(String),
    /// A file has another length.
    Length(String),
    /// A file has the right length and other contents.
    Contents(String),
}

impl Difference {
    /// The words for it, escaped.
    pub fn words(&self, language: Language) -> String {
        let words = &language.table().differences;
        let (template, path) = match self {
            Self::Missing(path) => (words.missing, path),
            Self::Extra(path) => (words.extra, path),
            Self::Kind(path) => (words.kind, path),
            Self::Length(path) => (words.length, path),
            Self::Contents(path) => (words.contents, path),
        };
        fill(template, &[("path", escape(path))])
    }
}

impl fmt::Display for Difference {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The first [`MAX_DIFFERENCES`] of them.
    pub differences: Vec<Difference>,
    /// All of them.
    pub count: usize,
    /// The weakest way in which a file was read.
    pub reread: Reread,
}

impl Comparison {
    fn add(&mut self, difference: Difference) {
        if self.differences.len() < MAX_DIFFERENCES {
            self.differences.push(difference);
        }
        self.count += 1;
    }
}

/// Compares everything below `folder` with `expected`, reading the medium.
pub fn compare<F: Folder>(folder: &F, expected: &[ExpectedFile]) -> Result<Comparison, StoreError> {
    let mut walk = Walk {
        files: expected.iter().map(|file| (file.path.as_str(), file)).collect(),
        folders: BTreeSet::new(),
        seen: BTreeSet::new(),
        found: Comparison { differences: Vec::new(), count: 0, reread: Reread::Direct },
        block: vec![0; BLOCK_BYTES],
    };
    for file in expected {
        let ends = file.path.match_indices('/');
        walk.folders.extend(ends.map(|(end, _)| &file.path[..end]));
    }
    walk.folder(folder, "", MAX_TREE_DEPTH)?;
    for file in expected {
        if !walk.seen.contains(&file.path) {
            walk.found.add(Difference::Missing(file.path.clone()));
        }
    }
    Ok(walk.found)
}

/// The first entry below `folder` that belongs to an ordinary user other than
/// `user`, with that user's number: who owns it can change it after it was
/// compared. A system without such numbers has nobody to name.
pub fn foreign_owner<F: Folder>(
    folder: &F,
    user: Option<u32>,
    depth: usize,
) -> Result<Option<(PathBuf, u32)>, StoreError> {
    if depth == 0 {
        return Err(StoreError::TooDeep(folder.path().to_path_buf()));
    }
    for name in folder.list().map_err(StoreError::io(Doing::List, folder.path()))? {
        let place = folder.path().join(&name);
        let entry = folder.entry(&name).map_err(StoreError::io(Doing::LookAt, &place))?;
        let Some(entry) = entry else { continue };
        if let Some(owner) = foreign(entry.owner, user) {
            return Ok(Some((place, owner)));
        }
        if entry.kind == EntryKind::Folder {
            let opened = folder.open_folder(&name).map_err(StoreError::io(Doing::Open, &place))?;
            if let Some(found) = foreign_owner(&opened, user, depth - 1)? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// The owner, if that is an ordinary user other than `user`. The administrator
/// (0) can change everything anyway.
pub fn foreign(owner: Option<u32>, user: Option<u32>) -> Option<u32> {
    owner.filter(|owner| *owner != 0 && Some(*owner) != user)
}

struct Walk<'a> {
    files: BTreeMap<&'a str, &'a ExpectedFile>,
    folders: BTreeSet<&'a str>,
    seen: BTreeSet<String>,
    found: Comparison,
    block: Vec<u8>,
}

impl Walk<'_> {
    fn folder<F: Folder>(&mut self, folder: &F, at: &str, depth: usize) -> Result<(), StoreError> {
        if depth == 0 {
            return Err(StoreError::TooDeep(folder.path().to_path_buf()));
        }
        for name in folder.list().map_err(StoreError::io(Doing::List, folder.path()))? {
            let path = format!("{at}{}", name.to_string_lossy());
            let place = folder.path().join(&name);
            let entry = folder.entry(&name).map_err(StoreError::io(Doing::LookAt, &place))?;
            // A name that is not text is none of ours, whatever it looks like.
            let ours = name.to_str().is_some();
            let file = self.files.get(path.as_str()).copied().filter(|_| ours);
            let is_folder = ours && self.folders.contains(path.as_str());
            match (entry.map(|entry| (entry.kind, entry.bytes)), file) {
                (None, _) => {}
                (Some((EntryKind::File, bytes)), Some(file)) => {
                    self.seen.insert(path);
                    if bytes == file.bytes {
                        self.contents(folder, file)?;
                    } else {
                        self.found.add(Difference::Length(file.path.clone()));
                    }
                }
                (Some((EntryKind::Folder, _)), None) if is_folder => {
                    let opened = folder.open_folder(&name);
                    let opened = opened.map_err(StoreError::io(Doing::Open, place))?;
                    self.folder(&opened, &format!("{path}/"), depth - 1)?;
                }
                (Some(_), Some(file)) => {
                    self.seen.insert(path);
                    self.found.add(Difference::Kind(file.path.clone()));
                }
                (Some(_), None) if is_folder => self.found.add(Difference::Kind(path)),
                (Some(_), None) => self.found.add(Difference::Extra(path)),
            }
        }
        Ok(())
    }

    fn contents<F: Folder>(&mut self, folder: &F, file: &ExpectedFile) -> Result<(), StoreError> {
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        let place = folder.path().join(name);
        let opened = folder.read_uncached(name.as_ref());
        let (mut reader, reread) = opened.map_err(StoreError::io(Doing::ReadBack, &place))?;
        self.found.reread = self.found.reread.min(reread);
        let mut hasher = Sha256::new();
        let mut total = 0_u64;
        // One read past the end tells a file that grows; it is read no further.
        while total <= file.bytes {
            let count = match reader.read(&mut self.block) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                other => other.map_err(StoreError::io(Doing::ReadBack, &place))?,
            };
            if count == 0 {
                break;
            }
            hasher.update(&self.block[..count]);
            total += count as u64;
        }
        if total != file.bytes {
            self.found.add(Difference::Length(file.path.clone()));
        } else if Digest(hasher.finalize().into()) != file.sha256 {
            self.found.add(Difference::Contents(file.path.clone()));
        }
        Ok(())
    }
}
