//! The state: which chain this verifier trusts, and what it copied.
//!
//! Two stores in one folder, each of atomic slots: `trust` (the chain, as an
//! anchor) and `floors` (the memory). Beside them stands `enrolled`, written
//! last when a publisher is enrolled: where it or a record is there and a
//! store is not, something was lost, and nothing is trusted until a person
//! recovers it. Neither store ever goes back.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::seal::anchor::{self, AnchorError};
use crate::seal::chain::Chain;
use crate::seal::names::Identifier;
use crate::store::atomic::write_atomic;
use crate::store::folder::Access;
use crate::store::lock::Lock;
use crate::store::private::{self, FolderFault};
use crate::store::slots::{SlotRead, Slots};
use crate::store::{Existing, Folder, StoreError, SystemFolder};

use super::finding::Kind;
use super::memory::{Memory, MemoryError};
use super::rollback::{History, Remembered};

/// Name of the trust store.
pub const TRUST: &str = "trust";
/// Name of the store of floors.
pub const FLOORS: &str = "floors";
/// The marker that a publisher was enrolled here.
pub const ENROLLED: &str = "enrolled";
/// Records of what was done.
pub const RECORDS: &str = "records";
/// Signatures and chains of releases that were copied, by release code.
pub const RELEASES: &str = "releases";

/// A state that can be used.
#[derive(Clone, Debug)]
pub struct State {
    folder: SystemFolder,
    chain: Chain,
    memory: Memory,
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

/// The folder where no `--state` is given: root's is the computer's, anybody
/// else's is their own (XDG Base Directory Specification, `XDG_STATE_HOME`).
pub fn default_folder() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if cfg!(windows) {
        let base = variable("LOCALAPPDATA").map(PathBuf::from);
        return base.unwrap_or_else(|| PathBuf::from(".")).join("mediaseal");
    }
    if crate::sys::user::effective_user() == Some(0) {
        return PathBuf::from("/var/lib/mediaseal");
    }
    let own = variable("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    own.or_else(home).unwrap_or_else(|| PathBuf::from(".")).join("mediaseal")
}

/// Reads the state in `path`. A folder that others can write is not read.
pub fn read(path: &Path) -> StateRead {
    match private::check(path) {
        Ok(()) => {}
        Err(FolderFault::Missing) => return StateRead::NotEnrolled,
        Err(fault) => {
            let path = path.display().to_string();
            return StateRead::Unusable(Kind::StateUnsafe { path, detail: fault.to_string() });
        }
    }
    match SystemFolder::open(path) {
        Ok(folder) => read_in(folder),
        Err(error) => StateRead::Unusable(Kind::StateLost { detail: error.to_string() }),
    }
}

fn read_in(folder: SystemFolder) -> StateRead {
    let lost = |detail: &str| StateRead::Unusable(Kind::StateLost { detail: detail.to_string() });
    let was_here = match was_enrolled(&folder) {
        Ok(was_here) => was_here,
        Err(error) => return lost(&error.to_string()),
    };
    let (trust, floors) = (read_slot(&folder, TRUST), read_slot(&folder, FLOORS));
    let (trust, floors) = match (trust, floors) {
        (Err(kind), _) | (_, Err(kind)) => return StateRead::Unusable(kind),
        (Ok(None), Ok(None)) if !was_here => return StateRead::NotEnrolled,
        (Ok(None), _) => return lost("the trust store is missing"),
        (_, Ok(None)) => return lost("the store of floors is missing"),
        (Ok(Some(trust)), Ok(Some(floors))) => (trust, floors),
    };
    let chain = match anchor::parse(&trust) {
        Ok(chain) => chain,
        Err(AnchorError::Format(_)) => return StateRead::Unusable(Kind::StateNewer),
        Err(error) => return lost(&error.to_string()),
    };
    let memory = match Memory::parse(&floors) {
        Ok(memory) => memory,
        Err(MemoryError::Newer) => return StateRead::Unusable(Kind::StateNewer),
        Err(MemoryError::Damaged(error)) => return lost(&error.to_string()),
    };
    if memory.publisher != *chain.publisher() {
        let (found, expected) = (memory.publisher, chain.publisher().clone());
        return StateRead::Unusable(Kind::StateOfOtherPublisher { found, expected });
    }
    StateRead::Ready(State { folder, chain, memory })
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

fn read_slot(folder: &SystemFolder, name: &str) -> Result<Option<Vec<u8>>, Kind> {
    match Slots::open(folder, name).read() {
        Ok(SlotRead::Missing) => Ok(None),
        Ok(SlotRead::Good { body, .. }) => Ok(Some(body)),
        Ok(SlotRead::Newer) => Err(Kind::StateNewer),
        Ok(SlotRead::Torn { what }) => Err(Kind::StateLost { detail: what }),
        Err(error) => Err(Kind::StateLost { detail: error.to_string() }),
    }
}

/// The anchor's bytes, or why they could not be printed.
fn trust_body(chain: &Chain) -> Result<Vec<u8>, StoreError> {
    anchor::print(chain)
        .map_err(|error| StoreError::io("print", TRUST)(std::io::Error::other(error.to_string())))
}

fn floors_body(memory: &Memory) -> Result<Vec<u8>, StoreError> {
    memory
        .print()
        .map_err(|error| StoreError::io("print", FLOORS)(std::io::Error::other(error.to_string())))
}

/// Makes the state of a publisher in `folder`, which is there and private.
/// The marker comes last: a power cut before it leaves "not enrolled" or a
/// state that can be used.
pub fn create(folder: SystemFolder, chain: Chain, memory: Memory) -> Result<State, StoreError> {
    let _lock = Lock::take(&folder)?;
    Slots::open(&folder, FLOORS).write(&floors_body(&memory)?)?;
    Slots::open(&folder, TRUST).write(&trust_body(&chain)?)?;
    mark(&folder, &chain)?;
    Ok(State { folder, chain, memory })
}

fn mark(folder: &SystemFolder, chain: &Chain) -> Result<(), StoreError> {
    let text = format!("{} {}\n", chain.publisher(), chain.newest().code);
    let name = OsStr::new(ENROLLED);
    write_atomic(folder, name, text.as_bytes(), Access::Owner, Existing::Replace)
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

    /// What was copied of a product.
    pub fn history(&self, product: &Identifier) -> History {
        self.memory.products.get(product).map_or(History::First, |r| History::Copied(*r))
    }

    /// Stores a chain that continues the one held, if it says more. True where
    /// it was stored.
    pub fn learn(&mut self, chain: &Chain) -> Result<bool, StoreError> {
        let _lock = Lock::take(&self.folder)?;
        self.reread()?;
        let longer = chain.length() > self.chain.length();
        let continues = chain.links().len() >= self.chain.links().len()
            && self
                .chain
                .links()
                .iter()
                .zip(chain.links())
                .all(|(held, new)| held.signed.bytes == new.signed.bytes);
        if !longer || !continues {
            return Ok(false);
        }
        Slots::open(&self.folder, TRUST).write(&trust_body(chain)?)?;
        self.chain = chain.clone();
        Ok(true)
    }

    /// Stores what is remembered of a product. What another program stored
    /// meanwhile never falls.
    pub fn remember(
        &mut self,
        product: &Identifier,
        update: impl FnOnce(History) -> Remembered,
    ) -> Result<(), StoreError> {
        let _lock = Lock::take(&self.folder)?;
        self.reread()?;
        let mut memory = self.memory.clone();
        memory.products.insert(product.clone(), update(self.history(product)));
        if memory != self.memory {
            Slots::open(&self.folder, FLOORS).write(&floors_body(&memory)?)?;
            self.memory = memory;
        }
        Ok(())
    }

    /// Takes in what another program stored since this one read the state.
    fn reread(&mut self) -> Result<(), StoreError> {
        match read_in(self.folder.clone()) {
            StateRead::Ready(now) => {
                *self = now;
                Ok(())
            }
            StateRead::NotEnrolled => Err(changed("it vanished")),
            StateRead::Unusable(kind) => Err(changed(&kind.what(crate::text::Language::English))),
        }
    }
}

fn changed(why: &str) -> StoreError {
    StoreError::io("use the state", ".")(std::io::Error::other(why.to_string()))
}
