//! A newer chain of trust documents on a release that is built already.
//!
//! The seal and its signatures stay as they are: the chain stands beside them.
//! The one decision judges the release by the newer chain first, so a fork,
//! another publisher, a withdrawn release or a changed file is refused before
//! anything is written. The folder `SEAL/trust` is then exchanged in one step.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{FileError, TRUST_NAME, below, shown, tidy_release};
use super::release::{Release, ReleaseError, outcome, write_problems};
use super::trust_folder::{TrustFolder, TrustFolderError};
use crate::medium::{FileSpec, Plan, PlanError, release as medium_release};
use crate::seal::chain::Chain;
use crate::seal::layout::{SEAL_FOLDER, TRUST_FOLDER};
use crate::store::folder::Access;
use crate::store::tree::AtomicFolder;
use crate::store::{Existing, StoreError, SystemFolder};
use crate::verify::decide::Progress;
use crate::verify::finding::Kind;
use crate::verify::outcome::{Failure, Outcome};

/// Why a release keeps the chain that it has.
#[derive(Debug)]
pub enum UpdateError {
    /// The folder of trust documents is refused.
    Trust(TrustFolderError),
    /// The release folder is refused.
    Release(ReleaseError),
    /// The decision's findings about the release, judged by the newer chain.
    Problems(Vec<Kind>),
    /// Its files were not compared.
    NotCompared,
    /// The release has a newer chain: the release's number, the folder's.
    Older(u32, u32),
    /// The longer seal does not fit the release's volume.
    Plan(PlanError),
    /// Writing failed.
    File(FileError),
}

impl fmt::Display for UpdateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trust(error) => write!(f, "{error}"),
            Self::Release(error) => write!(f, "{error}"),
            Self::Problems(problems) => {
                write!(f, "this chain cannot go on this release")?;
                write_problems(f, problems)
            }
            Self::NotCompared => write!(f, "the files of the release were not compared"),
            Self::Older(release, folder) => {
                write!(f, "the release has trust document {release}, the folder ends at {folder}")
            }
            Self::Plan(error) => write!(f, "{error}"),
            Self::File(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for UpdateError {}

impl From<UpdateError> for Failure {
    fn from(error: UpdateError) -> Self {
        let what = error.to_string();
        let (outcome, next) = match error {
            UpdateError::Trust(error) => return error.into(),
            UpdateError::Release(error) => return error.into(),
            UpdateError::File(error) => return error.into(),
            UpdateError::Problems(problems) => (
                outcome(&problems),
                "Nothing was changed. Build the release anew, with the newer chain.",
            ),
            UpdateError::NotCompared => (Outcome::Fail, "Ask for a newly built release."),
            UpdateError::Older(..) => (Outcome::Refused, "Take the newest folder."),
            UpdateError::Plan(_) => (
                Outcome::Refused,
                "Nothing was changed. Build the release anew, with the newer chain.",
            ),
        };
        Self::new(outcome, what, next)
    }
}

fn store(error: StoreError) -> UpdateError {
    UpdateError::File(FileError::Store(error))
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The release as it was judged, by the newer chain.
    pub release: Release,
    /// The folder that was exchanged; `None` where it had all of this already.
    pub exchanged: Option<PathBuf>,
}

/// Puts the chain of the folder `trust` on the release under `root`.
pub fn update(root: &Path, trust: &Path, progress: Progress<'_>) -> Result<Updated, UpdateError> {
    let folder = TrustFolder::read(trust).map_err(UpdateError::Trust)?;
    let chain = folder.proved().map_err(UpdateError::Trust)?;
    tidy_release(root).map_err(UpdateError::File)?;
    let release = Release::read(root, Some(&chain), progress).map_err(UpdateError::Release)?;
    let problems: Vec<Kind> = release.problems().cloned().collect();
    if !problems.is_empty() {
        return Err(UpdateError::Problems(problems));
    }
    if release.compared.is_none() {
        return Err(UpdateError::NotCompared);
    }
    // What the release proves beyond the folder lengthens the judged chain.
    if release.chain.length() > chain.length() {
        return Err(UpdateError::Older(release.chain.length(), chain.length()));
    }
    let files = release.chain.files();
    fits(&release, &files)?;
    if is_there(root, &files) {
        return Ok(Updated { release, exchanged: None });
    }
    let path = exchange(root, &release.chain)?;
    Ok(Updated { release, exchanged: Some(path) })
}

/// Whether the medium has room for the seal with this chain.
fn fits(release: &Release, trust: &[(String, Vec<u8>)]) -> Result<(), UpdateError> {
    let chain_files = format!("{TRUST_FOLDER}/");
    let mut seal: Vec<FileSpec> = (release.seal.iter())
        .filter(|file| !file.path.starts_with(&chain_files))
        .cloned()
        .collect();
    seal.extend(trust.iter().map(|(path, bytes)| FileSpec::known(path.clone(), bytes.clone())));
    let files = medium_release::files(&release.manifest, &release.sums, seal);
    let volume = medium_release::volume(&release.manifest, &release.code());
    Plan::new(&volume, files).map(|_| ()).map_err(UpdateError::Plan)
}

/// True if the release has exactly these files already.
fn is_there(root: &Path, files: &[(String, Vec<u8>)]) -> bool {
    let there = std::fs::read_dir(root.join(TRUST_FOLDER)).map(Iterator::count).ok();
    there == Some(files.len())
        && files
            .iter()
            .all(|(path, bytes)| std::fs::read(root.join(path)).is_ok_and(|found| found == *bytes))
}

/// Exchanges `SEAL/trust` in one step.
fn exchange(root: &Path, chain: &Chain) -> Result<PathBuf, UpdateError> {
    let path = below(root, TRUST_FOLDER);
    let failed = |error| UpdateError::File(FileError::io(&path, "open")(error));
    let seal = SystemFolder::open(&root.join(SEAL_FOLDER)).map_err(failed)?;
    let folder =
        AtomicFolder::create(&seal, TRUST_NAME.as_ref(), Access::Everyone, Existing::Replace);
    let folder = folder.map_err(store)?;
    for (path, bytes) in chain.files() {
        let name = path.strip_prefix(TRUST_FOLDER).and_then(|name| name.strip_prefix('/'));
        let name = name.ok_or_else(|| {
            let error = io::Error::other("a trust document without its folder");
            UpdateError::File(FileError::io(Path::new(&path), "place")(error))
        })?;
        folder.write_file(name, &bytes).map_err(store)?;
    }
    folder.commit().map_err(store)?;
    Ok(path)
}

/// The line that a person reads.
pub fn line(updated: &Updated) -> String {
    let (release, version) = (&updated.release, updated.release.chain.length());
    let (counted, needed) = (release.signers.counted.len(), release.signers.needed);
    format!(
        "{}: trust document {version}; {counted} of {needed} needed have signed",
        shown(release.root())
    )
}
