//! A chain that comes alone: a few kilobytes by e-mail, or the trust documents
//! of a key, rotate keys and withdraw releases without a release being copied.
//!
//! What is stored was signed by the root holders that are trusted here, step by
//! step; a good prefix is kept, another history is refused whole. Of the source
//! nothing but the files below `SEAL/trust` is read, and no verdict is given.

use std::path::Path;

use crate::seal::anchor;
use crate::seal::chain::{Chain, SignedDocument};
use crate::seal::layout::{SealName, seal_name};
use crate::seal::limits::MAX_ANCHOR_BYTES;
use crate::seal::names::escape_path;
use crate::seal::signature::Signature;
use crate::source;
use crate::text::Language;

use super::decide::Held;
use super::demo;
use super::detail::Detail;
use super::finding::{Kind, Severity};
use super::outcome::{Failure, Outcome};
use super::pinning::{self, Standing, Surroundings};
use super::seal_files::{NamedSignature, ReadFault, SealFiles};
use super::session::{failure, read_anchor_bytes};
use super::state::{self, StateRead};
use super::trust_step;

/// What came of it.
#[derive(Debug)]
pub struct Learned {
    /// The chain that was held before.
    pub before: Chain,
    /// The chain that is held now.
    pub now: Chain,
    /// What is wrong with what came, and notes.
    pub findings: Vec<Kind>,
}

impl Learned {
    /// True where something was stored.
    pub fn stored(&self) -> bool {
        self.now.length() > self.before.length()
    }

    /// How the program ends.
    pub fn outcome(&self) -> Outcome {
        match self.findings.iter().map(Kind::severity).max() {
            None | Some(Severity::Note) => Outcome::Done,
            Some(Severity::Fail) => Outcome::Fail,
            Some(Severity::Refused) => Outcome::Refused,
            Some(Severity::Trust) => Outcome::TrustSetUp,
            Some(Severity::Unread) => Outcome::Io,
        }
    }
}

/// Stores in the state `folder` what `path`, an anchor file or a source, proves
/// beyond what is held there.
pub fn learn(
    folder: &Path,
    path: &Path,
    around: &dyn Surroundings,
    language: Language,
) -> Result<Learned, Failure> {
    let failures = &language.table().learn_failures;
    let read = match state::read(folder) {
        StateRead::NotEnrolled => {
            return Err(failure(Outcome::TrustSetUp, failures.not_enrolled, &[]));
        }
        StateRead::Unusable(kind) => return Err(unusable(&kind, language)),
        ready @ StateRead::Ready(_) => ready,
    };
    let (files, mut findings) = match looks_like_an_anchor(path) {
        true => (anchor_files(path, language)?, Vec::new()),
        false => match source_files(path) {
            Ok(read) => read,
            Err(kind) => return Err(unusable(&kind, language)),
        },
    };
    let Standing { held, state } = pinning::stand(path, read, folder, None, around);
    let (Held::Chain(before), Some(mut state)) = (&held, state) else {
        let reason = match held {
            Held::Unpinned(reason) => reason.words(language.table()).to_string(),
            Held::Broken(kind) => kind.what(language),
            Held::Chain(_) => String::new(),
        };
        let values = [("reason", reason)];
        return Err(failure(Outcome::TrustSetUp, failures.pinned_to_source, &values));
    };
    demo::refuse_outside(before.publisher(), folder, language)?;
    let step = trust_step::merge(Some(before), &files);
    findings.extend(step.findings);
    if let Some(chain) = &step.chain {
        state.learn(chain).map_err(|error| {
            let values = [("path", escape_path(folder)), ("detail", error.words(language))];
            failure(Outcome::Io, language.table().failures.state_unwritable, &values)
        })?;
    }
    Ok(Learned { before: before.clone(), now: state.chain().clone(), findings })
}

/// A finding that leaves nothing to be learned.
fn unusable(kind: &Kind, language: Language) -> Failure {
    let outcome = match kind.severity() {
        Severity::Refused => Outcome::Refused,
        Severity::Unread => Outcome::Io,
        Severity::Fail => Outcome::Fail,
        Severity::Trust | Severity::Note => Outcome::TrustSetUp,
    };
    let what = format!("{} {}", kind.code(), kind.what(language));
    Failure::new(outcome, what, kind.next(language))
}

/// True for a small file that begins like JSON; no source does.
fn looks_like_an_anchor(path: &Path) -> bool {
    use std::io::Read as _;
    // A pipe would make us wait for a writer, a device is a source.
    let small = |metadata: std::fs::Metadata| {
        metadata.is_file() && metadata.len() <= MAX_ANCHOR_BYTES as u64
    };
    let mut first = [0; 1];
    let read = |mut file: std::fs::File| file.read_exact(&mut first);
    std::fs::metadata(path).is_ok_and(small)
        && std::fs::File::open(path).and_then(read).is_ok()
        && &first == b"{"
}

/// An anchor's documents in the places that they have on a medium.
fn anchor_files(path: &Path, language: Language) -> Result<SealFiles, Failure> {
    let bytes = read_anchor_bytes(path, language)?;
    let documents = anchor::documents(&bytes).map_err(|error| {
        let values = [("path", escape_path(path)), ("detail", error.words(language))];
        failure(Outcome::TrustSetUp, language.table().failures.anchor_refused, &values)
    })?;
    let mut files = SealFiles::default();
    for (version, SignedDocument { bytes, signatures }) in (1..).zip(documents) {
        // What is no signature has no key id, and could not be stored either.
        let named = signatures.into_iter().filter_map(|bytes| {
            let key_id = Signature::parse(&bytes).ok()?.key_id();
            Some(NamedSignature { key_id, bytes })
        });
        files.trust_signatures.insert(version, named.collect());
        files.trust_documents.insert(version, bytes);
    }
    Ok(files)
}

/// The trust documents of a source, and what stood in the way of reading them.
fn source_files(path: &Path) -> Result<(SealFiles, Vec<Kind>), Kind> {
    let unreadable =
        |error: source::SourceError| Kind::SourceError { detail: Detail::unreadable(&error) };
    let source = source::open(path).map_err(unreadable)?;
    let listing = source.listing().map_err(unreadable)?;
    let of_trust = |path: &&str| {
        matches!(seal_name(path), Some(SealName::TrustDocument(_) | SealName::TrustSignature(..)))
    };
    let paths = listing.entries.iter().filter(|entry| entry.is_file()).map(|entry| &*entry.path);
    Ok(SealFiles::gather(paths.filter(of_trust), &mut |path, limit| {
        source.read(path, limit).map_err(ReadFault::from)
    }))
}
