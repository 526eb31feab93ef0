//! The state: which chain this verifier trusts, and what it copied.
//!
//! Two stores in one folder, each of atomic slots: `trust` (the chain, as an
//! anchor) and `floors` (the memory). Beside them stands `enrolled`, written
//! last when a publisher is enrolled: where it or a record is there and a
//! store is not, something was lost, and nothing is trusted until a person
//! recovers it. Neither store ever goes back.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::seal::anchor::{self, AnchorError};
use crate::seal::chain::Chain;
use crate::seal::names::Identifier;
use crate::store::folder::Access;
use crate::store::lock::{LockError, Locked};
use crate::store::private::{PrivacyFault, private_folder};
use crate::store::slots::{Slots, SlotsError, SlotsRead};
use crate::store::{StoreError, SystemFolder};
use crate::text::{Language, fill};

use super::detail::Detail;
use super::finding::Kind;
use super::memory::{Memory, MemoryError};
use super::rollback::{History, Remembered};

/// How long another program's work in the same state is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Name of the trust store.
pub const TRUST: &str = "trust";
/// Name of the store of floors.
pub const FLOORS: &str = "floors";
/// The marker that a publisher was enrolled here.
pub const ENROLLED: &str = "enrolled";
/// Records of what was done.
pub const RECORDS: &str = "records";
/// Chains that another one took the place of, by the code of their last document.
pub const REPLACED: &str = "replaced";
/// Signatures and chains of releases that were copied, by release code.
pub const RELEASES: &str = "releases";

/// A state that can be used.
#[derive(Clone, Debug)]
pub struct State {
    folder: SystemFolder,
    chain: Chain,
    memory: Memory,
    /// Generations of both stores, as read.
    generations: (u64, u64),
}

/// What a state folder holds.
pub enum StateRead {
    /// Nobody was ever enrolled here.
    NotEnrolled,
    /// A chain and a memory.
    Ready(State),
    /// Something was here and cannot be used; the finding says why.
    Unusable(Kind),
}

/// The folder where no `--state` is given: with an administrator's rights the
/// computer's (`%ProgramData%\mediaseal`), else the person's own
/// (`%LOCALAPPDATA%\mediaseal`). Both from the system's own call, never from the
/// environment, which a program that starts us could set.
#[cfg(windows)]
pub fn default_folder() -> PathBuf {
    crate::sys::user::state_folder()
}

/// The folder where no `--state` is given: root's is the computer's, anybody
/// else's is their own (XDG Base Directory Specification, `XDG_STATE_HOME`).
#[cfg(not(windows))]
pub fn default_folder() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    // Never the current folder: an unpacked archive could bring a state along.
    let computer = PathBuf::from("/var/lib");
    if crate::sys::user::effective_user() == Some(0) {
        return computer.join("mediaseal");
    }
    let own = variable("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let home = home().filter(|path| path.is_absolute());
    own.or(home).unwrap_or(computer).join("mediaseal")
}

/// Why a state was not written. The old one is still there, or the new one.
#[derive(Debug)]
pub enum StateError {
    /// Another program works in it.
    Lock(LockError),
    /// A store cannot be written.
    Slots(SlotsError),
    /// The marker cannot be written.
    Store(StoreError),
    /// The state is not what it was a moment ago.
    Changed(Detail),
}

impl StateError {
    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        match self {
            Self::Lock(error) => error.words(language),
            Self::Slots(error) => error.words(language),
            Self::Store(error) => error.words(language),
            Self::Changed(why) => fill(
                language.table().details.changed_meanwhile,
                &[("why", why.words(language).to_string())],
            ),
        }
    }
}

impl fmt::Display for StateError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for StateError {}

/// Reads the state in `path`. A folder that others can write is not read.
pub fn read(path: &Path) -> StateRead {
    match private_folder(path) {
        Ok(folder) => read_in(folder),
        Err(PrivacyFault::Missing(_)) => StateRead::NotEnrolled,
        Err(fault) => {
            let path = path.display().to_string();
            StateRead::Unusable(Kind::StateUnsafe {
                path,
                detail: Detail::of(|language| fault.words(language)),
            })
        }
    }
}

pub(super) fn read_in(folder: SystemFolder) -> StateRead {
    let lost = |detail| StateRead::Unusable(Kind::StateLost { detail });
    let was_here = match was_enrolled(&folder) {
        Ok(was_here) => was_here,
        Err(error) => return lost(Detail::failed(&error)),
    };
    let ((trust, first), (floors, second)) =
        match (read_slots(&folder, TRUST), read_slots(&folder, FLOORS)) {
            (Err(kind), _) | (_, Err(kind)) => return StateRead::Unusable(kind),
            (Ok(Some(trust)), Ok(Some(floors))) => (trust, floors),
            // Trust is written after floors: alone, they are an enrolment that
            // was cut off.
            (Ok(None), Ok(_)) if !was_here => return StateRead::NotEnrolled,
            (Ok(None), _) => {
                return lost(Detail::with(|details| details.trust_store_missing, &[]));
            }
            (_, Ok(None)) => {
                return lost(Detail::with(|details| details.floors_missing, &[]));
            }
        };
    let chain = match anchor::parse(&trust) {
        Ok(chain) => chain,
        Err(AnchorError::Format(_)) => return StateRead::Unusable(Kind::StateNewer),
        Err(error) => return lost(Detail::of(|language| error.words(language))),
    };
    let memory = match Memory::parse(&floors) {
        Ok(memory) => memory,
        Err(MemoryError::Newer) => return StateRead::Unusable(Kind::StateNewer),
        Err(MemoryError::Damaged(error)) => {
            return lost(Detail::of(|language| error.words(language)));
        }
    };
    if memory.publisher != *chain.publisher() {
        let (found, expected) = (memory.publisher, chain.publisher().clone());
        return StateRead::Unusable(Kind::StateOfOtherPublisher { found, expected });
    }
    StateRead::Ready(State { folder, chain, memory, generations: (first, second) })
}

/// True where a marker or a record says that somebody was enrolled.
fn was_enrolled(folder: &SystemFolder) -> std::io::Result<bool> {
    if folder.entry(OsStr::new(ENROLLED))?.is_some() {
        return Ok(true);
    }
    match folder.entry(OsStr::new(RECORDS))? {
        None => Ok(false),
        Some(_) => Ok(!folder.open_folder(OsStr::new(RECORDS))?.list()?.is_empty()),
    }
}

pub(super) fn slots(name: &str) -> Slots {
    Slots::new(name, Access::Owner)
}

pub(super) type Stored = (Vec<u8>, u64);

pub(super) fn read_slots(folder: &SystemFolder, name: &str) -> Result<Option<Stored>, Kind> {
    match slots(name).read(folder) {
        Ok(SlotsRead::Missing) => Ok(None),
        Ok(SlotsRead::Good { body, generation }) => Ok(Some((body, generation))),
        Ok(SlotsRead::Newer { .. }) => Err(Kind::StateNewer),
        Ok(SlotsRead::Torn { what }) => Err(Kind::StateLost { detail: Detail::all(&what) }),
        Err(error) => Err(Kind::StateLost { detail: Detail::of(|language| error.words(language)) }),
    }
}

pub(super) fn trust_body(chain: &Chain) -> Result<Vec<u8>, StateError> {
    let refused = |error: AnchorError| StateError::Changed(Detail::of(|l| error.words(l)));
    let body = anchor::print(chain).map_err(refused)?;
    // What cannot be read again must never take the place of what can.
    match anchor::parse(&body) {
        Ok(again) if again == *chain => Ok(body),
        Ok(_) => Err(StateError::Changed(Detail::slot(|faults| faults.trust_changed))),
        Err(error) => Err(refused(error)),
    }
}

pub(super) fn floors_body(memory: &Memory) -> Result<Vec<u8>, StateError> {
    let body = memory
        .print()
        .map_err(|error| StateError::Changed(Detail::of(|language| error.words(language))))?;
    match Memory::parse(&body) {
        Ok(again) if again == *memory => Ok(body),
        _ => Err(StateError::Changed(Detail::slot(|faults| faults.floors_changed))),
    }
}

impl State {
    /// The chain that is trusted.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The folder, for records.
    pub fn folder(&self) -> &SystemFolder {
        &self.folder
    }

    /// Everything that is remembered of what was copied.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// What was copied of a product.
    pub fn history(&self, product: &Identifier) -> History {
        self.memory.products.get(product).map_or(History::First, |r| History::Copied(*r))
    }

    /// Stores a chain that continues the one held, if it says more. True where
    /// it was stored.
    pub fn learn(&mut self, chain: &Chain) -> Result<bool, StateError> {
        if chain.length() <= self.chain.length() {
            // Nothing to learn: no other program's work is waited for.
            return Ok(false);
        }
        let locked = self.hold()?;
        let held = self.chain.links();
        let continues = chain.links().len() > held.len()
            && held.iter().zip(chain.links()).all(|(a, b)| a.code == b.code);
        if !continues {
            return Ok(false);
        }
        let body = trust_body(chain)?;
        self.generations.0 =
            slots(TRUST).write(&locked, self.generations.0, &body).map_err(StateError::Slots)?;
        self.chain = chain.clone();
        Ok(true)
    }

    /// Stores what is remembered of a product, from what is stored now. The
    /// state is [held](Self::hold).
    pub fn remember(
        &mut self,
        locked: &Locked<SystemFolder>,
        product: &Identifier,
        update: impl FnOnce(History) -> Remembered,
    ) -> Result<(), StateError> {
        let mut memory = self.memory.clone();
        memory.products.insert(product.clone(), update(self.history(product)));
        if memory != self.memory {
            let body = floors_body(&memory)?;
            self.generations.1 = slots(FLOORS)
                .write(locked, self.generations.1, &body)
                .map_err(StateError::Slots)?;
            self.memory = memory;
        }
        Ok(())
    }

    /// Takes the state for this program alone, and takes in what another one
    /// stored since it was read.
    pub fn hold(&mut self) -> Result<Locked<SystemFolder>, StateError> {
        let locked = Locked::acquire(self.folder.clone(), PATIENCE).map_err(StateError::Lock)?;
        match read_in(self.folder.clone()) {
            StateRead::Ready(now) => *self = now,
            StateRead::NotEnrolled => {
                return Err(StateError::Changed(Detail::slot(|faults| faults.gone)));
            }
            StateRead::Unusable(kind) => {
                return Err(StateError::Changed(Detail::of(|language| kind.what(language))));
            }
        }
        Ok(locked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::digest::Digest;
    use crate::seal::testing::{TestKey, chain, first_document, next_document, role, signed};
    use crate::verify::creation::{Creation, create};

    #[test]
    fn only_a_chain_that_continues_the_one_held_is_learned() {
        let [root, release] = [1, 2].map(TestKey::new);
        let first = chain(&first_document(role(1, &[&root]), role(1, &[&release])), &[&root]);
        let grown = |chain: &Chain, byte: u8| {
            let mut longer = chain.clone();
            let next = next_document(chain, |d| d.withdrawn.push(Digest([byte; 32])));
            longer.extend(signed(&next, &[&root])).unwrap();
            longer
        };
        let (held, other) = (grown(&first, 1), grown(&first, 2));
        let place = tempfile::tempdir().unwrap();
        let folder = || SystemFolder::open(place.path()).unwrap();
        create(folder(), &held, Creation::First).unwrap();
        let ready = || match read_in(folder()) {
            StateRead::Ready(state) => state,
            _ => panic!("the state cannot be read"),
        };
        let mut state = ready();
        assert!(!state.learn(&grown(&other, 3)).unwrap(), "longer, but a fork");
        assert!(!state.learn(&first).unwrap(), "shorter");
        assert_eq!(ready().chain(), &held);
        let longer = grown(&held, 3);
        assert!(state.learn(&longer).unwrap());
        assert_eq!(ready().chain(), &longer);
    }
}
