//! What a folder holds, without following a link.
//!
//! Names are those of the format: parts joined by `/`. What cannot be a file of
//! ours (links, devices, names that are no text) is listed as odd, so that
//! whoever asks can name all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::files::FileError;
use crate::seal::limits::{MAX_DEPTH, MAX_FILES, MAX_SIGNATURE_FILES, MAX_TRUST_DOCUMENTS};

/// Entries of a folder that are looked at: a full release, every signature that
/// its chain could carry, and a folder for each. Past it the answer is an error.
const MAX_ENTRIES: usize = 2 * (MAX_FILES + 2 * MAX_SIGNATURE_FILES + MAX_TRUST_DOCUMENTS);

/// Why an entry is neither a file nor a folder of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd {
    /// A symbolic link.
    Link,
    /// A device, pipe or socket.
    Special,
    /// A name that is not UTF-8.
    Name,
    /// Deeper than a release may be.
    TooDeep,
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Link => "a symbolic link",
            Self::Special => "neither a file nor a folder",
            Self::Name => "a name that is not UTF-8",
            Self::TooDeep => "deeper than a release may be",
        })
    }
}

/// Everything below one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The folder.
    pub root: PathBuf,
    /// Ordinary files: name, and path for opening.
    pub files: BTreeMap<String, PathBuf>,
    /// Folders, without the root.
    pub folders: BTreeSet<String>,
    /// Everything else; not escaped.
    pub odd: Vec<(String, Odd)>,
}

impl Listing {
    /// Walks `root`.
    pub fn read(root: &Path) -> Result<Self, FileError> {
        let mut listing = Self {
            root: root.to_path_buf(),
            files: BTreeMap::new(),
            folders: BTreeSet::new(),
            odd: Vec::new(),
        };
        // The root itself may be reached through a link: a person named it.
        let walk = WalkDir::new(root).min_depth(1).max_depth(MAX_DEPTH + 1).follow_links(false);
        for (count, entry) in walk.into_iter().enumerate() {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(root).to_path_buf();
                let doing = "list";
                FileError::Io { path, doing, error: error.into() }
            })?;
            if count >= MAX_ENTRIES {
                return Err(FileError::Io {
                    path: root.to_path_buf(),
                    doing: "list",
                    error: std::io::Error::other(format!("more than {MAX_ENTRIES} entries")),
                });
            }
            listing.take(&entry);
        }
        Ok(listing)
    }

    fn take(&mut self, entry: &walkdir::DirEntry) {
        let path = entry.path();
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let name = parts.join("/");
        let kind = entry.file_type();
        if relative.to_str().is_none() {
            self.odd.push((name, Odd::Name));
        } else if kind.is_symlink() {
            self.odd.push((name, Odd::Link));
        } else if entry.depth() > MAX_DEPTH {
            self.odd.push((name, Odd::TooDeep));
        } else if kind.is_dir() {
            self.folders.insert(name);
        } else if kind.is_file() {
            self.files.insert(name, path.to_path_buf());
        } else {
            self.odd.push((name, Odd::Special));
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::ffi::OsStrExt as _;

    #[test]
    fn links_are_named_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::write(root.join("a/b/c.txt"), b"x").unwrap();
        std::os::unix::fs::symlink("/", root.join("link")).unwrap();
        std::os::unix::fs::symlink("a", root.join("link2")).unwrap();
        fs::write(root.join(std::ffi::OsStr::from_bytes(b"\xff")), b"x").unwrap();
        let mut listing = Listing::read(root).unwrap();
        listing.odd.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(listing.files.keys().collect::<Vec<_>>(), ["a/b/c.txt"]);
        assert_eq!(listing.folders.iter().collect::<Vec<_>>(), ["a", "a/b"]);
        let odd: Vec<Odd> = listing.odd.iter().map(|odd| odd.1).collect();
        assert_eq!(odd, [Odd::Link, Odd::Link, Odd::Name]);
    }

    #[test]
    fn what_is_too_deep_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("1/2/3/4/5/6/7/8/9/10")).unwrap();
        let listing = Listing::read(folder.path()).unwrap();
        assert_eq!(listing.odd, [("1/2/3/4/5/6/7/8/9".to_string(), Odd::TooDeep)]);
    }

    #[test]
    fn folder_that_is_not_there_is_an_error_with_its_path() {
        let error = Listing::read(Path::new("/nowhere/at all")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at all"), "{error}");
    }
}
