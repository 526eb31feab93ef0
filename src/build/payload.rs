//! The files that go into a release from outside: payload and tool.
//!
//! A payload is one file or a folder. Only plain files and folders are taken:
//! a symbolic link would seal what it points to today, a device or a pipe has
//! no content, and an empty folder cannot be on a medium, where folders follow
//! from files. A release holds what the builder saw, or nothing.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::error::BuildError;
use crate::seal::layout::{PAYLOAD_PREFIX, TOOLS_PREFIX};
use crate::seal::limits::{MAX_DEPTH, MAX_FILE_BYTES, MAX_FILES};
use crate::seal::manifest::PayloadKind;
use crate::seal::names::check_path;

/// A file that will be read into the release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path on the medium.
    pub path: String,
    /// Where it is read from.
    pub source: PathBuf,
    /// Its size when it was found.
    pub size: u64,
}

/// Finds the payload at `source`. `name` is the main file's path below
/// `PAYLOAD/`: for a single file its new name, for a folder one of its files.
/// Returns the files, and the main file's path on the medium.
pub fn payload(
    source: &Path,
    kind: PayloadKind,
    name: Option<&str>,
) -> Result<(Vec<SourceFile>, String), BuildError> {
    let metadata = source.symlink_metadata().map_err(BuildError::io(source, "read"))?;
    if !metadata.is_dir() {
        let name = match name {
            Some(name) => name.to_string(),
            None => file_name(source)?,
        };
        let path = format!("{PAYLOAD_PREFIX}{name}");
        let file = plain_file(source, &metadata, path.clone())?;
        return Ok((vec![file], path));
    }
    let refuse = |what: &str| Err(BuildError::Payload { path: source.into(), what: what.into() });
    if kind == PayloadKind::Msi {
        return refuse("is a folder; a Windows Installer package is one file");
    }
    let Some(name) = name else {
        return refuse("is a folder; the recipe must name its main file (payload.name)");
    };
    let files = tree(source)?;
    let path = format!("{PAYLOAD_PREFIX}{name}");
    match files.iter().any(|file| file.path == path) {
        true => Ok((files, path)),
        false => refuse(&format!("has no file {name}, which the recipe names")),
    }
}

/// Finds the tool at `source`.
pub fn tool(source: &Path) -> Result<SourceFile, BuildError> {
    let metadata = source.symlink_metadata().map_err(BuildError::io(source, "read"))?;
    let path = format!("{TOOLS_PREFIX}{}", file_name(source)?);
    plain_file(source, &metadata, path)
}

/// Every file of a folder, sorted by the bytes of its path.
fn tree(root: &Path) -> Result<Vec<SourceFile>, BuildError> {
    let mut files = Vec::new();
    let mut entries = 0;
    // Two levels more than allowed, so that what is too deep is found and named.
    for entry in WalkDir::new(root).min_depth(1).max_depth(MAX_DEPTH + 2).follow_links(false) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(root).to_path_buf();
            BuildError::Io { path, doing: "list", error: error.into() }
        })?;
        let refuse =
            |what: &str| BuildError::Payload { path: entry.path().into(), what: what.into() };
        entries += 1;
        if entries > MAX_FILES * 2 {
            return Err(refuse("is one too many: a release holds at most 10,000 files"));
        }
        let path = medium_path(root, entry.path())?;
        if entry.file_type().is_dir() {
            let mut inside =
                entry.path().read_dir().map_err(BuildError::io(entry.path(), "list"))?;
            if inside.next().is_none() {
                return Err(refuse("is an empty folder"));
            }
            continue;
        }
        let metadata = entry.path().symlink_metadata();
        let metadata = metadata.map_err(BuildError::io(entry.path(), "read"))?;
        files.push(plain_file(entry.path(), &metadata, path)?);
    }
    files.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
    Ok(files)
}

/// Path on the medium of `path`, which lies below `root`.
fn medium_path(root: &Path, path: &Path) -> Result<String, BuildError> {
    let mut medium = PAYLOAD_PREFIX.trim_end_matches('/').to_string();
    for part in path.strip_prefix(root).unwrap_or(path) {
        medium.push('/');
        // What is not UTF-8 gets a character that no path may have.
        medium.push_str(&part.to_string_lossy());
    }
    match check_path(&medium) {
        Ok(()) => Ok(medium),
        Err(fault) => Err(BuildError::Name(path.to_string_lossy().into_owned(), fault)),
    }
}

fn file_name(path: &Path) -> Result<String, BuildError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match check_path(&name) {
        Ok(()) => Ok(name),
        Err(fault) => Err(BuildError::Name(name, fault)),
    }
}

fn plain_file(source: &Path, metadata: &Metadata, path: String) -> Result<SourceFile, BuildError> {
    let kind = metadata.file_type();
    let what = if kind.is_symlink() {
        "is a symbolic link"
    } else if kind.is_dir() {
        "is a folder"
    } else if !kind.is_file() {
        "is not a plain file"
    } else if metadata.len() > MAX_FILE_BYTES {
        "is longer than 4,294,967,295 bytes, the most that a key can hold in one file"
    } else {
        return Ok(SourceFile { path, source: source.into(), size: metadata.len() });
    };
    Err(BuildError::Payload { path: source.into(), what: what.into() })
}
