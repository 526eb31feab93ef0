//! The files of a medium and the folders that follow from their paths, in
//! canonical order, checked.
//!
//! **Canonical order**: paths equal to `SEAL` or under `SEAL/` first, then by
//! bytes. It is the order of clusters, of directory entries and of reports.
//!
//! Defends against paths that the seal's rules refuse (checked again here,
//! since a plan must not be misled whoever calls it), against two names that
//! are one on a file system without case, and against folders that FAT32
//! cannot hold.

use std::collections::{BTreeSet, HashMap};

use super::directory;
use super::error::PlanError;
use super::names::{self, Aliases, ShortName};
use crate::seal::layout::SEAL_FOLDER;
use crate::seal::limits::{MAX_FILE_BYTES, MAX_FILES};
use crate::seal::names::check_path;
use crate::seal::paths::PathSet;

/// Files on a medium: those of the release, and room for the seal's own
/// (SHA256SUMS, 64 trust documents, 16 signatures on each of these 65: 1,105).
pub const MAX_MEDIUM_FILES: usize = MAX_FILES + 2_048;
/// Entries that FAT32 allows in one folder: 2 MiB of 32 bytes.
pub const MAX_FOLDER_SLOTS: u64 = 65_536;
/// Entries that stay free in the root folder, for what Windows adds.
pub const FREE_ROOT_SLOTS: u64 = 8;

/// What a file of the medium holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The bytes themselves: everything under `SEAL/`.
    Known(Vec<u8>),
    /// Their SHA-256: the sealed files.
    Hashed([u8; 32]),
}

/// One file of the medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSpec {
    /// Path from the root, `/` between parts.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// What it holds.
    pub content: Content,
}

impl FileSpec {
    /// A file whose bytes are known.
    pub fn known(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), size: bytes.len() as u64, content: Content::Known(bytes) }
    }

    /// A file of `size` bytes whose SHA-256 is known.
    pub fn hashed(path: impl Into<String>, size: u64, sha256: [u8; 32]) -> Self {
        Self { path: path.into(), size, content: Content::Hashed(sha256) }
    }
}

/// A file or a folder, by its index in canonical order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    File(usize),
    Folder(usize),
}

/// One entry of a folder.
#[derive(Clone, Debug)]
pub(super) struct Child {
    pub node: Node,
    pub short: ShortName,
}

/// A folder and its entries.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// Path from the root; empty for the root itself.
    pub path: String,
    /// Index of the folder above; the root is its own.
    pub parent: usize,
    pub children: Vec<Child>,
    /// Directory entries in use, with label or dot entries.
    pub slots: u64,
}

/// Files and folders in canonical order; folder 0 is the root.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub files: Vec<FileSpec>,
    pub folders: Vec<Folder>,
}

/// The sort key of canonical order.
pub fn canonical_key(path: &str) -> (bool, &str) {
    let sealed =
        path.strip_prefix(SEAL_FOLDER).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    (!sealed, path)
}

/// The last component of a path.
pub(super) fn name_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The folder part of a path; empty for the root.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Tree {
    /// Checks and orders `files` and derives their folders.
    pub fn new(mut files: Vec<FileSpec>) -> Result<Self, PlanError> {
        if files.len() > MAX_MEDIUM_FILES {
            return Err(PlanError::TooManyFiles { files: files.len(), limit: MAX_MEDIUM_FILES });
        }
        for file in &files {
            check_file(file)?;
        }
        files.sort_by(|a, b| canonical_key(&a.path).cmp(&canonical_key(&b.path)));
        let folder_paths = folder_paths(&files)?;
        let mut folders: Vec<Folder> = folder_paths
            .iter()
            .map(|path| Folder {
                path: path.clone(),
                parent: 0,
                children: Vec::new(),
                slots: if path.is_empty() { 1 } else { 2 },
            })
            .collect();
        let index: HashMap<&str, usize> =
            folder_paths.iter().enumerate().map(|(index, path)| (path.as_str(), index)).collect();
        let mut nodes: Vec<(&str, Node)> = files
            .iter()
            .enumerate()
            .map(|(at, file)| (file.path.as_str(), Node::File(at)))
            .chain(
                folder_paths
                    .iter()
                    .enumerate()
                    .skip(1)
                    .map(|(at, path)| (path.as_str(), Node::Folder(at))),
            )
            .collect();
        nodes.sort_by_key(|(path, _)| canonical_key(path));
        let mut aliases: HashMap<usize, Aliases> = HashMap::new();
        for (path, node) in nodes {
            // Every folder of every path was put into the index above.
            let parent = index.get(folder_of(path)).copied().unwrap_or(0);
            let name = name_of(path);
            let folder = &mut folders[parent];
            folder.slots += directory::slots(name);
            let short = names::plain_short_name(name)
                .or_else(|| aliases.entry(parent).or_default().next(name));
            match short {
                Some(short) if folder.slots <= MAX_FOLDER_SLOTS => {
                    folder.children.push(Child { node, short });
                }
                _ => {
                    return Err(PlanError::FolderFull {
                        path: folder.path.clone(),
                        slots: folder.slots,
                    });
                }
            }
            if let Node::Folder(at) = node {
                folders[at].parent = parent;
            }
        }
        Ok(Self { files, folders })
    }

    /// Clusters of folder `index`, with its free entries.
    pub fn folder_clusters(&self, index: usize, cluster_bytes: u64) -> u64 {
        let spare = if index == 0 { FREE_ROOT_SLOTS } else { 0 };
        let slots = self.folders[index].slots + spare;
        (slots * names::SLOT as u64).div_ceil(cluster_bytes)
    }

    /// Clusters of file `index`; an empty file has none.
    pub fn file_clusters(&self, index: usize, cluster_bytes: u64) -> u64 {
        self.files[index].size.div_ceil(cluster_bytes)
    }

    /// Clusters of everything. At most 12,048 files of 2^32 bytes and their
    /// folders: far below 2^64.
    pub fn clusters(&self, cluster_bytes: u64) -> u64 {
        let folders = 0..self.folders.len();
        let files = 0..self.files.len();
        folders.map(|at| self.folder_clusters(at, cluster_bytes)).sum::<u64>()
            + files.map(|at| self.file_clusters(at, cluster_bytes)).sum::<u64>()
    }
}

/// Checks what can be said of one file alone.
fn check_file(file: &FileSpec) -> Result<(), PlanError> {
    let path = || file.path.clone();
    check_path(&file.path).map_err(|fault| PlanError::Path { path: path(), fault })?;
    if file.size > MAX_FILE_BYTES {
        return Err(PlanError::FileTooLarge { path: path(), bytes: file.size });
    }
    match &file.content {
        Content::Known(bytes) if bytes.len() as u64 != file.size => {
            Err(PlanError::ContentSize { path: path(), said: file.size, found: bytes.len() as u64 })
        }
        _ => Ok(()),
    }
}

/// All folders of `files` in canonical order, the root (empty) first; refuses
/// names that are equal without case and files that are folders as well.
fn folder_paths(files: &[FileSpec]) -> Result<Vec<String>, PlanError> {
    let mut set = PathSet::with_room_for(files.len());
    let mut folders: BTreeSet<(bool, &str)> = BTreeSet::new();
    for file in files {
        let fault = |fault| PlanError::Path { path: file.path.clone(), fault };
        let new = |folder| _ = folders.insert(canonical_key(folder));
        set.insert(&file.path, new).map_err(fault)?;
    }
    Ok(std::iter::once(String::new())
        .chain(folders.into_iter().map(|(_, path)| path.to_string()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::names::NameFault;

    fn tree(paths: &[&str]) -> Result<Tree, PlanError> {
        Tree::new(paths.iter().map(|path| FileSpec::known(*path, b"x".to_vec())).collect())
    }

    fn fault(paths: &[&str]) -> NameFault {
        match tree(paths) {
            Err(PlanError::Path { fault, .. }) => fault,
            other => panic!("{paths:?}: {other:?}"),
        }
    }

    #[test]
    fn seal_comes_first_then_bytes_decide() {
        let tree = tree(&[
            "README.TXT",
            "SEALED/x",
            "a/b",
            "a-b/c",
            "SEAL/trust/1.json",
            "SEAL/SHA256SUMS",
            "PAYLOAD/x.msi",
        ])
        .unwrap();
        let files: Vec<&str> = tree.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            files,
            [
                "SEAL/SHA256SUMS",
                "SEAL/trust/1.json",
                "PAYLOAD/x.msi",
                "README.TXT",
                "SEALED/x",
                "a-b/c",
                "a/b"
            ]
        );
        let folders: Vec<&str> = tree.folders.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(folders, ["", "SEAL", "SEAL/trust", "PAYLOAD", "SEALED", "a", "a-b"]);
        assert_eq!(tree.folders[2].parent, 1);
        let root: Vec<Node> = tree.folders[0].children.iter().map(|c| c.node).collect();
        assert_eq!(
            root,
            [
                Node::Folder(1),
                Node::Folder(3),
                Node::File(3),
                Node::Folder(4),
                Node::Folder(5),
                Node::Folder(6)
            ]
        );
    }

    #[test]
    fn paths_that_have_no_place_are_refused() {
        assert_eq!(fault(&[""]), NameFault::Empty);
        assert_eq!(fault(&["/a"]), NameFault::Empty);
        assert_eq!(fault(&["a//b"]), NameFault::Empty);
        assert_eq!(fault(&["a/"]), NameFault::Empty);
        assert_eq!(fault(&["a/../b"]), NameFault::Relative);
        assert_eq!(fault(&["a~1"]), NameFault::Character('~'));
        assert_eq!(fault(&["1/2/3/4/5/6/7/8/9"]), NameFault::TooDeep);
    }

    #[test]
    fn names_that_are_one_without_case_are_refused() {
        let twin = |name: &str| NameFault::CaseTwin(name.to_string());
        assert_eq!(fault(&["a", "A"]), twin("A"));
        assert_eq!(fault(&["a", "a"]), twin("a"));
        assert_eq!(fault(&["x/a", "X/b"]), twin("X"));
        assert_eq!(fault(&["SEAL/a", "seal/b"]), twin("SEAL"));
        assert_eq!(fault(&["B/x", "b"]), twin("B"));
    }

    #[test]
    fn a_name_that_is_file_and_folder_is_refused() {
        let both = NameFault::FileAndFolder("a".to_string());
        assert_eq!(fault(&["a", "a/b"]), both);
        assert_eq!(fault(&["a/b", "a"]), both);
    }

    #[test]
    fn sizes_and_counts_past_the_limits_are_refused() {
        let large = FileSpec::hashed("a", 1 << 32, [0; 32]);
        assert!(matches!(
            Tree::new(vec![large]),
            Err(PlanError::FileTooLarge { bytes: 0x1_0000_0000, .. })
        ));
        let mut wrong = FileSpec::known("a", vec![1, 2, 3]);
        wrong.size = 4;
        assert!(matches!(
            Tree::new(vec![wrong]),
            Err(PlanError::ContentSize { said: 4, found: 3, .. })
        ));
        let many =
            (0..=MAX_MEDIUM_FILES).map(|n| FileSpec::hashed(n.to_string(), 0, [0; 32])).collect();
        assert!(matches!(Tree::new(many), Err(PlanError::TooManyFiles { .. })));
    }

    #[test]
    fn a_folder_with_more_entries_than_fat_allows_is_refused() {
        let long = "n".repeat(140);
        let files =
            (0..6_000).map(|n| FileSpec::hashed(format!("{long}-{n}"), 0, [0; 32])).collect();
        assert!(matches!(
            Tree::new(files),
            Err(PlanError::FolderFull { path, slots }) if path.is_empty() && slots > 65_536
        ));
    }
}
