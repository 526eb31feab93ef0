//! How a state comes to be: enrolled first, recovered after a loss, replaced
//! after a fork.
//!
//! A person compared a whole publisher code for each of them. Nothing else may
//! take a chain back: a recovery must continue what can still be read, and a
//! replacement is for another history of the same publisher alone; the old
//! chain is archived, and what was copied stays remembered.

use std::ffi::{OsStr, OsString};

use crate::seal::anchor::{self, AnchorError};
use crate::seal::chain::Chain;
use crate::seal::names::Identifier;
use crate::store::atomic::write_atomic;
use crate::store::folder::{Access, enter};
use crate::store::lock::Locked;
use crate::store::{Existing, StoreError, SystemFolder};

use super::finding::Kind;
use super::memory::{Memory, MemoryError};
use super::record::{self, Replacement};
use super::session::clock;
use super::state::{
    ENROLLED, FLOORS, PATIENCE, RECORDS, REPLACED, StateError, StateRead, TRUST, floors_body,
    read_in, read_slots, slots, trust_body,
};

/// How a state comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// Where nobody is enrolled.
    First,
    /// Where something is lost or damaged.
    Recover,
    /// Where a chain is held that went another way: a fork.
    Replace,
}

/// Why a state was not made.
#[derive(Debug)]
pub enum CreationError {
    /// A publisher is enrolled and nothing is lost.
    Enrolled(Identifier),
    /// A state is there and wants recovery; the finding says why.
    Damaged(Kind),
    /// Nothing is there to be recovered.
    NothingLost,
    /// The chain would take back the document that was known.
    WouldLower(u32),
    /// The chain is another history: this document is not the one known here.
    Fork(u32),
    /// The chain is the one held, or continues it.
    NothingToReplace,
    /// A newer program wrote what is there.
    Newer,
    /// Writing failed.
    State(StateError),
}

/// What came of a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floors {
    /// Nothing was there before, or all that was could be read.
    Kept,
    /// What was copied before is forgotten, or a part of it.
    Lost,
}

/// Makes the state of a publisher in `folder`, which is private. It is looked
/// at and written under one lock. The marker comes last: a power cut before it
/// leaves "not enrolled", a state that can be used, or one that wants recovery
/// again.
pub fn create(
    folder: SystemFolder,
    chain: &Chain,
    creation: Creation,
) -> Result<Floors, CreationError> {
    let locked = Locked::acquire(folder.clone(), PATIENCE)
        .map_err(|error| CreationError::State(StateError::Lock(error)))?;
    let (memory, floors) = match (read_in(folder.clone()), creation) {
        (StateRead::NotEnrolled, Creation::First) => {
            (Memory::new(chain.publisher().clone()), Floors::Kept)
        }
        (StateRead::Ready(state), Creation::First) => {
            return Err(CreationError::Enrolled(state.chain().publisher().clone()));
        }
        (StateRead::Unusable(kind), Creation::First) => return Err(CreationError::Damaged(kind)),
        (StateRead::NotEnrolled | StateRead::Ready(_), Creation::Recover) => {
            return Err(CreationError::NothingLost);
        }
        (StateRead::Unusable(Kind::StateNewer), Creation::Recover | Creation::Replace) => {
            return Err(CreationError::Newer);
        }
        (StateRead::Unusable(_), Creation::Recover) => {
            no_newer(&folder)?;
            held_chains(&folder)?.iter().try_for_each(|held| continues(held, chain))?;
            salvage(&folder, chain)?
        }
        (StateRead::NotEnrolled, Creation::Replace) => return Err(CreationError::NothingToReplace),
        (StateRead::Ready(state), Creation::Replace) => {
            replace(&folder, std::slice::from_ref(state.chain()), chain)?;
            (state.memory().clone(), Floors::Kept)
        }
        (StateRead::Unusable(kind), Creation::Replace) => {
            no_newer(&folder)?;
            let held = held_chains(&folder)?;
            // What only lost something is recovered, which lowers nothing.
            if held.iter().all(|held| continues(held, chain).is_ok()) {
                return Err(CreationError::Damaged(kind));
            }
            replace(&folder, &held, chain)?;
            salvage(&folder, chain)?
        }
    };
    let write = || -> Result<(), StateError> {
        slots(FLOORS).reset(&locked, &floors_body(&memory)?).map_err(StateError::Slots)?;
        let body = trust_body(chain)?;
        slots(TRUST).reset(&locked, &body).map_err(StateError::Slots)?;
        if creation == Creation::Replace {
            // The other slot still has the old chain, and would speak against
            // the new one in a recovery.
            slots(TRUST).reset(&locked, &body).map_err(StateError::Slots)?;
        }
        let text = format!("{} {}\n", chain.publisher(), chain.newest().code);
        let name = OsStr::new(ENROLLED);
        write_atomic(&folder, name, text.as_bytes(), Access::Owner, Existing::Replace)
            .map_err(StateError::Store)
    };
    write().map_err(CreationError::State)?;
    Ok(floors)
}

/// Archives the chains that `chain` takes the place of, and files the record:
/// both are there before anything changes.
fn replace(folder: &SystemFolder, held: &[Chain], chain: &Chain) -> Result<(), CreationError> {
    for old in held {
        if old.publisher() != chain.publisher() {
            return Err(CreationError::Enrolled(old.publisher().clone()));
        }
        match continues(old, chain) {
            Ok(()) if held.len() == 1 => return Err(CreationError::NothingToReplace),
            Err(error @ CreationError::WouldLower(_)) => return Err(error),
            _ => {}
        }
    }
    let store = |error: StoreError| CreationError::State(StateError::Store(error));
    let archive = enter(folder, REPLACED, Access::Owner).map_err(store)?;
    let records = enter(folder, RECORDS, Access::Owner).map_err(store)?;
    for old in held {
        let body = trust_body(old).map_err(CreationError::State)?;
        let name = OsString::from(format!("{}.anchor", old.newest().code));
        write_atomic(&archive, &name, &body, Access::Owner, Existing::Replace).map_err(store)?;
        let replacement = Replacement { old, new: chain, archive: archive.path().join(name) };
        record::file_replacement(&records, &replacement, clock()).map_err(store)?;
    }
    Ok(())
}

/// `chain` is `held` or more of it.
fn continues(held: &Chain, chain: &Chain) -> Result<(), CreationError> {
    let mut pairs = held.links().iter().zip(chain.links());
    if let Some((other, _)) = pairs.find(|(a, b)| a.code != b.code) {
        return Err(CreationError::Fork(other.document.version));
    }
    match chain.length() >= held.length() {
        true => Ok(()),
        false => Err(CreationError::WouldLower(held.length())),
    }
}

/// Refuses what a newer program wrote.
fn no_newer(folder: &SystemFolder) -> Result<(), CreationError> {
    for name in [TRUST, FLOORS] {
        if let Err(Kind::StateNewer) = read_slots(folder, name) {
            return Err(CreationError::Newer);
        }
    }
    Ok(())
}

/// The chains in every slot that is whole by itself.
fn held_chains(folder: &SystemFolder) -> Result<Vec<Chain>, CreationError> {
    let mut held: Vec<Chain> = Vec::new();
    for body in slots(TRUST).whole_bodies(folder) {
        match anchor::parse(&body) {
            Ok(chain) if held.contains(&chain) => {}
            Ok(chain) => held.push(chain),
            Err(AnchorError::Format(_)) => return Err(CreationError::Newer),
            Err(_) => {}
        }
    }
    Ok(held)
}

/// What of a damaged state stays in force when `chain` is enrolled again:
/// every slot of the floors that is whole by itself is asked, and nothing that
/// one of them says is lowered.
fn salvage(folder: &SystemFolder, chain: &Chain) -> Result<(Memory, Floors), CreationError> {
    let mut memory = Memory::new(chain.publisher().clone());
    for body in slots(FLOORS).whole_bodies(folder) {
        match Memory::parse(&body) {
            Ok(found) if found.publisher == *chain.publisher() => memory.raise(&found),
            Ok(_) | Err(MemoryError::Damaged(_)) => {}
            Err(MemoryError::Newer) => return Err(CreationError::Newer),
        }
    }
    // A torn slot may have been the newer one.
    let floors = match read_slots(folder, FLOORS) {
        Ok(Some((body, _))) if Memory::parse(&body).is_ok_and(|found| found == memory) => {
            Floors::Kept
        }
        _ => Floors::Lost,
    };
    Ok((memory, floors))
}

#[cfg(test)]
#[path = "creation_tests.rs"]
mod tests;
