//! A release folder as a signer must know it: judged by the one decision,
//! shown, and signed as the very bytes that were judged.
//!
//! Nothing is decided here. [`decide`] reads the seal, the chain and every file
//! in the order of every check; only its threshold is open, since a release is
//! signed before it is signed by enough people. Whatever it finds above a note
//! keeps the release from being signed (THREATS 34). `SHA256SUMS` is read once:
//! what is judged, shown and signed are those bytes.

use std::fmt;
use std::path::{Path, PathBuf};

use super::files::{folder_source, shown, source_failure};
use super::lines::finding_lines;
use crate::medium::FileSpec;
use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::layout::SUMS;
use crate::seal::manifest::Manifest;
use crate::seal::signature::release_comment;
use crate::seal::signers::SignerCount;
use crate::seal::sums::Sums;
use crate::source::{Source, SourceError};
use crate::verify::decide::{
    self, Decision, FileSet, Held, Progress, Request, Scope, TakeNothing, Threshold,
};
use crate::verify::finding::{Kind, Severity, Spot, Unpinned};
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::report::Compared;
use crate::verify::rollback::{History, Older};

/// Findings that an error lists; more are counted.
const SHOWN_PROBLEMS: usize = 20;

/// Why a release folder cannot be read as one.
#[derive(Debug)]
pub enum ReleaseError {
    /// The folder cannot be opened.
    Source(SourceError),
    /// No `SEAL/SHA256SUMS` in it.
    NotARelease(PathBuf),
    /// Its seal is not accepted, for these findings.
    Refused(Vec<Kind>),
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => write!(f, "{error}"),
            Self::NotARelease(path) => write!(f, "{} is not a release folder", shown(path)),
            Self::Refused(problems) => {
                write!(f, "the release has no seal that could be signed")?;
                write_problems(f, problems)
            }
        }
    }
}

impl std::error::Error for ReleaseError {}

impl From<ReleaseError> for Failure {
    fn from(error: ReleaseError) -> Self {
        let what = error.to_string();
        match error {
            ReleaseError::Source(error) => source_failure(&error),
            ReleaseError::NotARelease(_) => {
                Self::new(Outcome::Usage, what, "Name the folder that mediaseal build made.")
            }
            ReleaseError::Refused(problems) => {
                let next = "Do not sign it. Ask for a newly built release.";
                Self::new(outcome(&problems), what, next)
            }
        }
    }
}

/// Findings for a person, one below the other, after a first line.
pub(super) fn write_problems(f: &mut fmt::Formatter<'_>, problems: &[Kind]) -> fmt::Result {
    for kind in problems.iter().take(SHOWN_PROBLEMS) {
        for line in finding_lines(kind) {
            write!(f, "\n{line}")?;
        }
    }
    match problems.len().saturating_sub(SHOWN_PROBLEMS) {
        0 => Ok(()),
        more => write!(f, "\nand {more} more"),
    }
}

/// How a program ends that found `problems`: FAIL wins over what is unread.
pub(super) fn outcome(problems: &[Kind]) -> Outcome {
    match problems.iter().map(Kind::severity).max() {
        Some(Severity::Refused) => Outcome::Refused,
        Some(Severity::Trust) => Outcome::TrustSetUp,
        Some(Severity::Unread) => Outcome::Io,
        Some(Severity::Fail | Severity::Note) | None => Outcome::Fail,
    }
}

/// A release folder whose seal was read; whether it may be signed is asked from
/// [`super::review::judge`].
#[derive(Clone, Debug)]
pub struct Release {
    root: PathBuf,
    /// `SHA256SUMS` as received: what is signed.
    pub sums_bytes: Vec<u8>,
    /// Everything under `SEAL/` as received, for those who plan its medium.
    pub seal: Vec<FileSpec>,
    /// `SHA256SUMS`, parsed.
    pub sums: Sums,
    /// What the release is.
    pub manifest: Manifest,
    /// The chain that its signatures are judged by: the signer's own,
    /// lengthened by what the release proves; without an anchor the release's,
    /// which proves itself and nothing more.
    pub chain: Chain,
    /// True if the chain rests on the signer's own anchor.
    pub anchored: bool,
    /// Its signatures.
    pub signers: SignerCount,
    /// Evidence that every file was compared and is as sealed.
    pub compared: Option<Compared>,
    /// Everything that was found, notes among it.
    findings: Vec<Kind>,
}

impl Release {
    /// Judges the release under `root` to its last byte. `anchor` is the
    /// signer's own chain; `progress` is told bytes read and bytes expected.
    pub fn read(
        root: &Path,
        anchor: Option<&Chain>,
        progress: Progress<'_>,
    ) -> Result<Self, ReleaseError> {
        Self::decided(root, anchor, |source, request| {
            decide::check(source, request, &mut TakeNothing, progress)
        })
    }

    /// Judges the seal alone. Nothing is compared, so it cannot be signed.
    pub fn read_seal(root: &Path, anchor: Option<&Chain>) -> Result<Self, ReleaseError> {
        Self::decided(root, anchor, |source, request| decide::seal(source, request).0)
    }

    fn decided(
        root: &Path,
        anchor: Option<&Chain>,
        work: impl FnOnce(&mut dyn Source, &Request<'_>) -> Decision,
    ) -> Result<Self, ReleaseError> {
        let not_a_release = || ReleaseError::NotARelease(root.to_path_buf());
        let source = folder_source(root).map_err(ReleaseError::Source)?;
        let mut source = source.ok_or_else(not_a_release)?;
        let request = Request {
            name: root.display().to_string(),
            device: None,
            scope: Scope::WholeMedium,
            threshold: Threshold::StillBeingSigned,
            expected: FileSet::Release,
            held: match anchor {
                Some(chain) => Held::Chain(chain.clone()),
                None => Held::Unpinned(Unpinned::NoAnchor),
            },
            // What was copied where the signer sits says nothing of a new release.
            history: &|_| History::NotChecked,
            older: Older::Refuse,
            product: None,
            required_level: None,
            clock: None,
        };
        let Decision { report, accepted, taker_error: _ } = work(&mut *source, &request);
        let (Some(accepted), Some(signers)) = (accepted, report.signers) else {
            return Err(match has_no_seal(&report.findings) {
                true => not_a_release(),
                false => ReleaseError::Refused(problems(&report.findings).cloned().collect()),
            });
        };
        let seal = accepted.seal.specs();
        let sums_bytes = accepted.seal.sums.ok_or_else(not_a_release)?;
        Ok(Self {
            root: root.to_path_buf(),
            sums_bytes,
            seal,
            sums: accepted.sums,
            manifest: accepted.manifest,
            chain: accepted.chain,
            anchored: anchor.is_some(),
            signers,
            compared: report.compared,
            findings: report.findings,
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// SHA-256 of `SHA256SUMS`.
    pub fn code(&self) -> Digest {
        Digest::of(&self.sums_bytes)
    }

    /// The trusted comment that its signatures must have.
    pub fn trusted_comment(&self) -> String {
        let manifest = &self.manifest;
        let position = manifest.position();
        release_comment(&manifest.publisher, &manifest.product, &manifest.version, position)
    }

    /// Everything that keeps it from being signed.
    pub fn problems(&self) -> impl Iterator<Item = &Kind> {
        problems(&self.findings)
    }

    /// The trust document that the signer's anchor ends at and the one that the
    /// release ends at, where the release's is newer or older.
    pub fn trust_step(&self) -> Option<(u32, u32)> {
        self.findings.iter().find_map(|kind| match kind {
            Kind::OlderTrustOnMedium { known, brought }
            | Kind::NewerTrustOnMedium { known, brought } => Some((*known, *brought)),
            _ => None,
        })
    }
}

/// Findings above a note. That no anchor was given is no fault of the release:
/// the signer is told that its chain speaks for itself.
fn problems(findings: &[Kind]) -> impl Iterator<Item = &Kind> {
    findings.iter().filter(|kind| {
        kind.severity() > Severity::Note
            && !matches!(kind, Kind::Unpinned { reason: Unpinned::NoAnchor })
    })
}

/// True if no file of the seal's name is there at all.
fn has_no_seal(findings: &[Kind]) -> bool {
    let missing = |kind: &Kind| matches!(kind, Kind::NoSums | Kind::NothingToCompare);
    let there = |kind: &Kind| match kind {
        Kind::SealFileTooLong { path, .. } | Kind::ReadError { place: Spot::Path(path), .. } => {
            path == SUMS
        }
        Kind::ListingGivenUp { .. } => true,
        _ => false,
    };
    findings.iter().any(missing) && !findings.iter().any(there)
}
