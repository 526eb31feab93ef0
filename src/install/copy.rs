//! The safe copy: checked and kept in one read, seen only when it is whole.
//!
//! The payload's bytes go into a staging folder while the decision reads them.
//! Only after PASS are they flushed, read back from the disk and shown by one
//! rename. Then the floors are stored: a power cut in between leaves a copy
//! that the next run finds there, byte for byte. Trust is stored whatever the
//! verdict: a withdrawal travels with every key.

use std::io;
use std::path::{Path, PathBuf};

use crate::seal::layout::{MANIFEST, SUMS};
use crate::seal::manifest::Role;
use crate::seal::names::escape_path;
use crate::store::atomic::write_atomic;
use crate::store::folder::{Access, enter};
use crate::store::{Existing, StoreError, SystemFolder};
use crate::text::{Language, fill};
use crate::verify::decide::{self, Accepted, Taker};
use crate::verify::demo;
use crate::verify::detail::Detail;
use crate::verify::finding::Severity;
use crate::verify::json::Ending;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::pinning::{self, Surroundings};
use crate::verify::record::{self, Action};
use crate::verify::report::{Report, Verdict};
use crate::verify::rollback::{self, Rollback};
use crate::verify::session::{self, Asked, Session, clock, failure};
use crate::verify::state::{RECORDS, RELEASES};

use super::staging::{self, Destination, ExpectedFile, Staging, StagingError};

/// Where the copy is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It was made now.
    New(PathBuf),
    /// It was there already, byte for byte.
    AlreadyThere(PathBuf),
}

/// What a copy came to. The report is the verdict about the source; a failure
/// is about this computer.
pub struct Done {
    /// The check that every copied byte passed.
    pub report: Report,
    /// The copy, if there is one.
    pub copied: Option<Copied>,
    /// Why there is none although the source passed, or what of it could not
    /// be written down.
    pub failure: Option<Failure>,
    /// The newest trust document, if one was learned.
    pub learned: Option<u32>,
    /// The record.
    pub record: Option<PathBuf>,
}

impl Done {
    fn only(report: Report) -> Self {
        Self { report, copied: None, failure: None, learned: None, record: None }
    }

    /// How the program ends: FAIL of the source wins over what failed here.
    pub fn ending(&self) -> Ending {
        let copied = match &self.copied {
            Some(Copied::New(path) | Copied::AlreadyThere(path)) => {
                Some(path.display().to_string())
            }
            None => None,
        };
        let ending = Ending { copied, ..Ending::of(&self.report) };
        self.failure.iter().fold(ending, Ending::with)
    }

    /// Notes a failure; the first one stays.
    fn failed(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }
}

/// Takes the payload into staging.
struct Keep<'a> {
    destination: &'a Destination,
    staging: Option<Staging<'a>>,
    sizes: Vec<(String, u64)>,
    refused: Option<StagingError>,
}

impl Keep<'_> {
    fn keep<T>(&mut self, result: Result<T, StagingError>) -> io::Result<T> {
        result.map_err(|error| {
            let words = Detail::of(|language| error.words(language));
            self.refused = Some(error);
            io::Error::other(words)
        })
    }
}

impl Taker for Keep<'_> {
    fn begin(&mut self, release: &Accepted) -> io::Result<()> {
        let payload = release.manifest.files.iter().filter(|file| file.role == Role::Payload);
        self.sizes = payload.map(|file| (file.path.clone(), file.size)).collect();
        let begun = Staging::begin(self.destination, &release.manifest.folder_name());
        self.staging = Some(self.keep(begun)?);
        Ok(())
    }

    fn file_bytes(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let size = self.sizes.iter().find(|(name, _)| name == path).map(|(_, size)| *size);
        let (Some(size), Some(staging)) = (size, &mut self.staging) else {
            // Documents, tools and the seal are checked and not kept.
            return Ok(());
        };
        let appended = staging.append(path, size, bytes);
        self.keep(appended)
    }
}

/// Checks `asked.source` and copies its payload below `to`.
///
/// `Err` where nothing could be asked at all; everything later is in [`Done`].
pub fn run(
    asked: &Asked,
    to: &Path,
    around: &dyn Surroundings,
    language: Language,
) -> Result<Done, Failure> {
    let mut session = match session::open(asked, around, language)? {
        Ok(session) => session,
        Err(report) => return Ok(Done::only(*report)),
    };
    let refuse = |detail: String, advice: &str| {
        let values = [shown(to), told(&detail)];
        let entry = language.table().failures.destination_refused;
        let refused = failure(Outcome::Refused, entry, &values);
        Failure { next: format!("{} {advice}", refused.next), ..refused }
    };
    if pinning::would_change(&asked.source, to, around) {
        let inside = language.table().destination_faults.inside_source;
        return Err(refuse(inside.what.to_string(), inside.next));
    }
    let destination = Destination::open(to)
        .map_err(|fault| refuse(fault.words(language), fault.advice(language)))?;
    let mut keep =
        Keep { destination: &destination, staging: None, sizes: Vec::new(), refused: None };
    let decision = session.check(&mut keep, language);
    let mut done = Done::only(decision.report);
    match session.learn(&done.report, language) {
        Ok(learned) => done.learned = learned,
        Err(failure) => done.failed(failure),
    }
    let passed = matches!(done.report.verdict(), Verdict::Pass(_));
    let Keep { staging, refused, .. } = keep;
    if let Some(error) = refused {
        done.failed(staging_failure(&error, language));
    } else if let Some(error) = decision.taker_error {
        done.failed(disk_failure(Detail::failed(&error).words(language), language));
    } else if let (true, Some(release), Some(staging)) = (passed, &decision.accepted, staging) {
        let result = finish(&mut session, release, staging, &destination, language, &mut done);
        result.unwrap_or_else(|failure| done.failed(failure));
    }
    write_down(&session, &destination, &mut done, language);
    Ok(done)
}

/// Shows the copy and remembers it, in this order, while no other program
/// works in the state. What was stored since the source was judged is asked
/// again first: a newer release, a higher floor, a withdrawal.
fn finish(
    session: &mut Session<'_>,
    release: &Accepted,
    mut staging: Staging<'_>,
    destination: &Destination,
    language: Language,
    done: &mut Done,
) -> Result<(), Failure> {
    for path in [destination.path(), &session.asked.state] {
        demo::refuse_outside(&release.manifest.publisher, path, language)?;
    }
    let state_fault = |detail: String| {
        let values = [shown(&session.asked.state), ("detail", detail)];
        failure(Outcome::Io, language.table().failures.state_unwritable, &values)
    };
    let Some(state) = &mut session.state else {
        // PASS without a state: an anchor was given. Nothing could be remembered.
        let entry = language.table().findings.unpinned;
        let reason = language.table().unpinned.no_anchor.to_string();
        return Err(failure(Outcome::TrustSetUp, entry, &[("reason", reason)]));
    };
    let expected = complete(&mut staging, release).map_err(|e| staging_failure(&e, language))?;
    let held = state.hold().map_err(|error| state_fault(error.words(language)))?;
    let product = &release.manifest.product;
    let again =
        decide::judge_again(release, state.chain(), state.history(product), session.asked.older);
    if again.iter().any(|kind| kind.severity() > Severity::Note) {
        // Meanwhile another program stored what this release does not pass.
        done.report.findings.extend(again);
        done.report.rollback = Some(Rollback::Fails);
        return Ok(());
    }
    keep_seal(state.folder(), release).map_err(|error| state_fault(error.words(language)))?;
    let name = release.manifest.folder_name();
    let outcome = staging.finish(&expected).map_err(|e| staging_failure(&e, language))?;
    let path = destination.path().join(name);
    done.copied = Some(match outcome {
        staging::Outcome::Copied { .. } => Copied::New(path),
        staging::Outcome::AlreadyThere => Copied::AlreadyThere(path),
    });
    state
        .remember(&held, product, |history| {
            rollback::remember(&release.chain, &release.manifest, release.release_code, history)
        })
        .map_err(|error| state_fault(error.words(language)))
}

/// Adds what is kept beside the payload, and files without a byte; returns
/// the whole signed set.
fn complete(
    staging: &mut Staging<'_>,
    release: &Accepted,
) -> Result<Vec<ExpectedFile>, StagingError> {
    let mut expected = Vec::new();
    for file in release.manifest.files.iter().filter(|file| file.role == Role::Payload) {
        if file.size == 0 {
            staging.append(&file.path, 0, &[])?;
        }
        // The rules of the seal leave no file without a line.
        if let Some(sha256) = release.sums.digest(&file.path) {
            expected.push(ExpectedFile { path: file.path.clone(), bytes: file.size, sha256 });
        }
    }
    let seal = [(MANIFEST, &release.seal.manifest), (SUMS, &release.seal.sums)];
    for (path, bytes) in seal {
        if let Some(bytes) = bytes {
            staging.append(path, bytes.len() as u64, bytes)?;
            let sha256 = crate::seal::digest::Digest::of(bytes);
            expected.push(ExpectedFile {
                path: path.to_string(),
                bytes: bytes.len() as u64,
                sha256,
            });
        }
    }
    Ok(expected)
}

/// Keeps the valid signatures under the release code: the union of all seen.
fn keep_seal(state: &SystemFolder, release: &Accepted) -> Result<(), StoreError> {
    let folder = enter(state, RELEASES, Access::Owner)?;
    let folder = enter(&folder, release.release_code.to_string(), Access::Owner)?;
    for file in &release.seal.signatures {
        let name = format!("SHA256SUMS.{}.minisig", file.key_id);
        match write_atomic(&folder, name.as_ref(), &file.bytes, Access::Owner, Existing::Refuse) {
            Ok(()) | Err(StoreError::Exists(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Files the record of whatever came of it.
fn write_down(
    session: &Session<'_>,
    destination: &Destination,
    done: &mut Done,
    language: Language,
) {
    let Some(state) = &session.state else { return };
    let labels = &language.table().labels;
    let result = match (&done.copied, &done.failure) {
        (Some(Copied::New(path)), None) => fill(labels.copied, &[shown(path)]),
        (Some(Copied::AlreadyThere(path)), None) => fill(labels.copied_already, &[shown(path)]),
        (Some(Copied::New(path) | Copied::AlreadyThere(path)), Some(failure)) => {
            let copied = fill(labels.copied, &[shown(path)]);
            format!("{copied}\n{} {failure}", labels.copy_stands)
        }
        (None, Some(failure)) => format!("{} {failure}", labels.not_copied),
        (None, None) => labels.not_copied.to_string(),
    };
    let action = Action {
        name: "copy",
        destination: Some(destination.path().to_path_buf()),
        result: Some(result),
        ending: Some(done.ending()),
    };
    let filed = enter(state.folder(), RECORDS, Access::Owner)
        .and_then(|folder| record::file_in(&folder, &done.report, &action, clock(), language));
    match filed {
        Ok(path) => done.record = Some(path),
        // What happened stays; that it could not be written down is said.
        Err(error) => {
            let values = [shown(state.folder().path()), ("detail", error.words(language))];
            let entry = language.table().failures.record_failed;
            let failed = failure(Outcome::Io, entry, &values);
            done.failure.get_or_insert(failed);
        }
    }
}

fn shown(path: &Path) -> (&'static str, String) {
    ("path", escape_path(path))
}

/// A message that may name paths of this computer.
fn told(detail: &str) -> (&'static str, String) {
    ("detail", escape_path(Path::new(detail)))
}

fn disk_failure(detail: &str, language: Language) -> Failure {
    let values = [told(detail)];
    failure(Outcome::Io, language.table().failures.staging_failed, &values)
}

/// A disk that fails is I/O; what stands in the way is a refusal.
fn staging_failure(error: &StagingError, language: Language) -> Failure {
    let failures = &language.table().failures;
    match error {
        StagingError::Exists { path, .. } => {
            failure(Outcome::Refused, failures.existing_differs, &[shown(path)])
        }
        StagingError::ForeignOwner { path, owner } => {
            let values = [shown(path), ("owner", owner.to_string())];
            let entry = language.table().copy_failures.existing_foreign;
            failure(Outcome::Refused, entry, &values)
        }
        StagingError::Exchanged(path) => {
            let values = [shown(path), told(&error.words(language))];
            failure(Outcome::Refused, failures.destination_refused, &values)
        }
        StagingError::ReadBack { .. } => {
            let values = [("path", told(&error.words(language)).1)];
            failure(Outcome::Io, failures.reread_differs, &values)
        }
        other => disk_failure(&other.words(language), language),
    }
}
