//! Enrolment: a person compares the publisher code once, and from then on this
//! verifier trusts what follows from that document.

use std::path::Path;

use crate::seal::anchor::{self, AnchorError};
use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::names::escape;
use crate::store::folder::Access;
use crate::store::private::make_private_folder;
use crate::text::Language;

use super::demo;
use super::finding::Kind;
use super::memory::Memory;
use super::outcome::{Failure, Outcome};
use super::session::{failure, read_anchor_bytes};
use super::state::{self, StateRead};

/// First time, or after a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// Nobody was enrolled here.
    First,
    /// What was stored is lost or damaged. What can still be read of it stays
    /// in force: nothing is lowered.
    Recover,
}

/// Enrols the publisher of the anchor at `path` by `code`, the whole code of
/// one of its trust documents.
pub fn enrol(
    folder: &Path,
    path: &Path,
    code: &str,
    kind: Enrolment,
    language: Language,
) -> Result<Chain, Failure> {
    let failures = &language.table().failures;
    let named = |path: &Path| ("path", escape(&path.display().to_string()));
    let code = Digest::parse_code(code)
        .ok_or_else(|| failure(Outcome::Usage, failures.code_not_a_code, &[]))?;
    let bytes = read_anchor_bytes(path, language)?;
    let chain = anchor::parse_with_code(&bytes, code).map_err(|error| match error {
        AnchorError::NoSuchCode => {
            failure(Outcome::TrustSetUp, failures.code_not_in_anchor, &[named(path)])
        }
        error => {
            let values = [named(path), ("detail", escape(&error.to_string()))];
            failure(Outcome::TrustSetUp, failures.anchor_refused, &values)
        }
    })?;
    demo::refuse_outside(chain.publisher(), folder, language)?;
    let unsafe_folder = |detail: String| {
        let values = [named(folder), ("detail", escape(&detail))];
        failure(Outcome::Refused, failures.state_folder_unsafe, &values)
    };
    let opened = make_private_folder(folder, Access::Owner)
        .map_err(|fault| unsafe_folder(fault.to_string()))?;
    let memory = match (state::read(folder), kind) {
        (StateRead::NotEnrolled, Enrolment::First) => Memory::new(chain.publisher().clone()),
        (StateRead::NotEnrolled, Enrolment::Recover) => {
            return Err(failure(Outcome::Usage, failures.nothing_to_recover, &[]));
        }
        (StateRead::Ready(state), Enrolment::First) => {
            let publisher = ("publisher", state.chain().publisher().to_string());
            return Err(failure(Outcome::TrustSetUp, failures.already_enrolled, &[publisher]));
        }
        (StateRead::Ready(_), Enrolment::Recover) => {
            return Err(failure(Outcome::Usage, failures.nothing_to_recover, &[]));
        }
        (StateRead::Unusable(kind @ Kind::StateUnsafe { .. }), _) => {
            return Err(unsafe_folder(kind.what(language)));
        }
        // Not lost: a newer program reads it, and knows floors that this one
        // would forget.
        (StateRead::Unusable(kind @ Kind::StateNewer), _) => {
            let values = [named(folder), ("detail", kind.what(language))];
            let newer = failure(Outcome::TrustSetUp, failures.state_unusable, &values);
            return Err(Failure { next: kind.next(language), ..newer });
        }
        (StateRead::Unusable(kind), Enrolment::First) => {
            let values = [named(folder), ("detail", kind.what(language))];
            return Err(failure(Outcome::TrustSetUp, failures.state_unusable, &values));
        }
        (StateRead::Unusable(_), Enrolment::Recover) => {
            let salvaged = state::salvage(&opened, &chain);
            salvaged.map_err(|known| {
                let brought = ("brought", chain.length().to_string());
                let values = [brought, ("known", known.to_string())];
                failure(Outcome::TrustSetUp, failures.recover_would_lower, &values)
            })?
        }
    };
    state::create(opened, &chain, &memory).map_err(|error| {
        let values = [named(folder), ("detail", escape(&error.to_string()))];
        failure(Outcome::Io, failures.state_unwritable, &values)
    })?;
    Ok(chain)
}
