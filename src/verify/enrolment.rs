//! Enrolment: a person compares the publisher code once, and from then on this
//! verifier trusts what follows from that document.

use std::path::Path;

use crate::seal::anchor::{self, AnchorError};
use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::names::escape_path;
use crate::store::folder::Access;
use crate::store::private::make_private_folder;
use crate::sys::user::effective_user;
use crate::text::Language;

use super::creation::{self, Creation, CreationError, Floors};
use super::demo;
use super::outcome::{Failure, Outcome};
use super::session::{failure, read_anchor_bytes};

/// First time, or after a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// Nobody was enrolled here.
    First,
    /// What was stored is lost or damaged. What can still be read of it stays
    /// in force: nothing is lowered.
    Recover,
    /// Another history of the same publisher is trusted here: a fork. The old
    /// chain is archived, and what was copied stays remembered.
    Replace,
}

/// What came of an enrolment.
#[derive(Debug)]
pub struct Enrolled {
    /// The chain that is trusted from now on.
    pub chain: Chain,
    /// Whether what was copied before is still known.
    pub floors: Floors,
}

/// Enrols the publisher of the anchor at `path` by `code`, the whole code of
/// one of its trust documents.
pub fn enrol(
    folder: &Path,
    path: &Path,
    code: &str,
    kind: Enrolment,
    language: Language,
) -> Result<Enrolled, Failure> {
    let bytes = read_anchor_bytes(path, language)?;
    enrol_bytes(folder, path, &bytes, code, kind, language)
}

/// The same where the anchor was read already, from `path`.
pub fn enrol_bytes(
    folder: &Path,
    path: &Path,
    bytes: &[u8],
    code: &str,
    kind: Enrolment,
    language: Language,
) -> Result<Enrolled, Failure> {
    let failures = &language.table().failures;
    let named = |path: &Path| ("path", escape_path(path));
    let code = Digest::parse_code(code)
        .ok_or_else(|| failure(Outcome::Usage, failures.code_not_a_code, &[]))?;
    let chain = anchor::parse_with_code(bytes, code).map_err(|error| match error {
        AnchorError::NoSuchCode => {
            failure(Outcome::TrustSetUp, failures.code_not_in_anchor, &[named(path)])
        }
        error => {
            let values = [named(path), ("detail", error.words(language))];
            failure(Outcome::TrustSetUp, failures.anchor_refused, &values)
        }
    })?;
    demo::refuse_outside(chain.publisher(), folder, language)?;
    let unsafe_folder = |detail: String| {
        let values = [named(folder), ("detail", detail)];
        failure(Outcome::Refused, failures.state_folder_unsafe, &values)
    };
    let opened = make_private_folder(folder, Access::Owner)
        .map_err(|fault| unsafe_folder(fault.words(language)))?;
    // Who may only read a state, an instrument's own, takes nothing back in it.
    let owner = opened.ownership().map(|(owner, ..)| owner).ok();
    let user = effective_user();
    if kind != Enrolment::First && user.is_some() && owner != user {
        let entry = language.table().learn_failures.not_the_owner;
        return Err(failure(Outcome::Refused, entry, &[named(folder)]));
    }
    let creation = match kind {
        Enrolment::First => Creation::First,
        Enrolment::Recover => Creation::Recover,
        Enrolment::Replace => Creation::Replace,
    };
    let floors = creation::create(opened, &chain, creation).map_err(|error| match error {
        CreationError::Enrolled(publisher) => {
            let publisher = ("publisher", publisher.to_string());
            failure(Outcome::TrustSetUp, failures.already_enrolled, &[publisher])
        }
        CreationError::NothingLost => failure(Outcome::Usage, failures.nothing_to_recover, &[]),
        CreationError::Damaged(kind) => {
            let values = [named(folder), ("detail", kind.what(language))];
            failure(Outcome::TrustSetUp, failures.state_unusable, &values)
        }
        CreationError::Newer => {
            let entry = language.table().findings.state_newer;
            failure(Outcome::TrustSetUp, entry, &[])
        }
        CreationError::WouldLower(known) => {
            let values = [("brought", chain.length().to_string()), ("known", known.to_string())];
            failure(Outcome::TrustSetUp, failures.recover_would_lower, &values)
        }
        CreationError::Fork(version) => {
            let values = [("version", version.to_string())];
            failure(Outcome::TrustSetUp, language.table().learn_failures.recover_fork, &values)
        }
        CreationError::NothingToReplace => {
            failure(Outcome::Usage, language.table().learn_failures.nothing_to_replace, &[])
        }
        CreationError::State(error) => {
            let values = [named(folder), ("detail", error.words(language))];
            failure(Outcome::Io, failures.state_unwritable, &values)
        }
    })?;
    Ok(Enrolled { chain, floors })
}
