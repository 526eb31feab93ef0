//! Whether a release may follow what was copied before.
//!
//! `(epoch, sequence)` orders the releases of a product. The epoch must be the
//! one of the newest known trust document. Below the floor nothing passes;
//! older than the last one copied passes only where a person asks for it.

use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::manifest::Manifest;
use crate::seal::names::Position;

use super::finding::Kind;

/// What is remembered of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The newest release that was copied.
    pub position: Position,
    /// Its release code.
    pub release_code: Digest,
    /// The highest floor that was ever accepted.
    pub floor: Position,
}

/// What there is to compare a release with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// Nothing is stored: an older release would not be noticed.
    NotChecked,
    /// A state is there; nothing of this product was copied yet.
    First,
    /// A release of this product was copied.
    Copied(Remembered),
}

/// Whether an older release passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Older {
    /// FAIL.
    Refuse,
    /// A note.
    Accept,
}

/// The line of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rollback {
    /// Nothing to compare with.
    NotChecked,
    /// The first of its product.
    First,
    /// Newer than the one before.
    Follows(Position),
    /// The one that was copied before.
    Same,
    /// A finding says what is wrong.
    Fails,
    /// Older, accepted by option.
    OlderAccepted(Position),
}

/// Judges the release; the findings say what is wrong.
pub fn judge(
    chain: &Chain,
    manifest: &Manifest,
    release_code: &Digest,
    history: History,
    older: Older,
) -> (Rollback, Vec<Kind>) {
    let mut findings = Vec::new();
    let position = manifest.position();
    let expected = chain.epoch(&manifest.product);
    if manifest.epoch != expected {
        findings.push(Kind::OtherEpoch { found: manifest.epoch, expected });
    }
    if chain.withdraws(release_code) {
        findings.push(Kind::Withdrawn);
    }
    let floor = floor(chain, manifest, history);
    if position < floor {
        findings.push(Kind::BelowFloor { position, floor });
    }
    let (line, note) = match history {
        History::NotChecked => (Rollback::NotChecked, Some(Kind::RollbackNotChecked)),
        History::First => (Rollback::First, None),
        History::Copied(before) if position > before.position => {
            (Rollback::Follows(before.position), None)
        }
        History::Copied(before) if position < before.position => {
            let stored = before.position;
            match older {
                Older::Refuse => {
                    (Rollback::Fails, Some(Kind::OlderThanStored { position, stored }))
                }
                Older::Accept => (
                    Rollback::OlderAccepted(stored),
                    Some(Kind::OlderAccepted { position, stored }),
                ),
            }
        }
        History::Copied(before) if before.release_code != *release_code => {
            (Rollback::Fails, Some(Kind::Conflict { position }))
        }
        History::Copied(_) => (Rollback::Same, Some(Kind::Rerun)),
    };
    let failed = !findings.is_empty();
    findings.extend(note);
    (if failed { Rollback::Fails } else { line }, findings)
}

/// The floor without the release's own: of the trust documents and the state.
fn floor(chain: &Chain, manifest: &Manifest, history: History) -> Position {
    let product = &manifest.product;
    let of_trust = Position { epoch: chain.epoch(product), sequence: chain.floor(product) };
    match history {
        History::Copied(before) => of_trust.max(before.floor),
        History::NotChecked | History::First => of_trust,
    }
}

/// What is remembered once the release was copied: nothing of it ever falls.
pub fn remember(
    chain: &Chain,
    manifest: &Manifest,
    release_code: Digest,
    history: History,
) -> Remembered {
    let own = Position { epoch: manifest.epoch, sequence: manifest.floor };
    let floor = floor(chain, manifest, history).max(own);
    let now = Remembered { position: manifest.position(), release_code, floor };
    match history {
        History::Copied(before) if before.position > now.position => Remembered { floor, ..before },
        _ => now,
    }
}

#[cfg(test)]
#[path = "rollback_tests.rs"]
mod tests;
