//! Who trusts what: whether the chain that a person brought may be used for
//! the source that the person wants checked.
//!
//! Whoever can swap a key can swap everything in its envelope. So an anchor or
//! a state that lies inside the source, or on the same removable drive, share
//! or raw device, is as good as none: the check is UNPINNED. The same holds
//! for a verifier that was itself started from there. This guides honest
//! users; it is no defence against a forged verifier.

use std::path::{Path, PathBuf};

use crate::seal::chain::Chain;
use crate::sys::storage::{Storage, StorageError, WholeDisk, storage_of};

use super::decide::Held;
use super::detail::Detail;
use super::finding::{Kind, Unpinned};
use super::state::{State, StateRead};

/// What the system tells of paths and of this program; tests bring their own.
pub trait Surroundings {
    /// What a path or a device node lies on.
    fn storage(&self, path: &Path) -> Result<Storage, StorageError>;
    /// The file that this program was started from.
    fn program(&self) -> Option<PathBuf>;
}

/// The system as it is.
pub struct System;

impl Surroundings for System {
    fn storage(&self, path: &Path) -> Result<Storage, StorageError> {
        storage_of(path)
    }
    fn program(&self) -> Option<PathBuf> {
        std::env::current_exe().ok()
    }
}

/// An anchor that a person named.
pub struct GivenAnchor {
    /// Where it was read from.
    pub path: PathBuf,
    /// The chain in it.
    pub chain: Chain,
}

/// Whose chain a check rests on, and the state for what was copied before.
pub struct Standing {
    /// For the check.
    pub held: Held,
    /// The state, where it may be used.
    pub state: Option<State>,
}

/// Decides from the state, the anchor and where everything lies.
pub fn stand(
    source: &Path,
    state: StateRead,
    state_path: &Path,
    anchor: Option<GivenAnchor>,
    around: &dyn Surroundings,
) -> Standing {
    let without = |held| Standing { held, state: None };
    if let Some(reason) = program_reason(source, around) {
        return without(Held::Unpinned(reason));
    }
    let state = match state {
        StateRead::Unusable(kind) => return without(Held::Broken(kind)),
        StateRead::NotEnrolled => None,
        StateRead::Ready(state) => {
            let inside = Unpinned::StateInsideSource;
            let beside = Unpinned::StateOnSourceDevice;
            if let Some(reason) = place_reason(source, state_path, inside, beside, around) {
                return without(Held::Unpinned(reason));
            }
            Some(state)
        }
    };
    let Some(anchor) = anchor else {
        return match state {
            None => without(Held::Unpinned(Unpinned::NoAnchor)),
            Some(state) => {
                Standing { held: Held::Chain(state.chain().clone()), state: Some(state) }
            }
        };
    };
    let inside = Unpinned::AnchorInsideSource;
    let beside = Unpinned::AnchorOnSourceDevice;
    if let Some(reason) = place_reason(source, &anchor.path, inside, beside, around) {
        return without(Held::Unpinned(reason));
    }
    match state {
        None => without(Held::Chain(anchor.chain)),
        Some(state) => match add(state.chain(), &anchor.chain) {
            Ok(chain) => Standing { held: Held::Chain(chain), state: Some(state) },
            Err(kind) => without(Held::Broken(kind)),
        },
    }
}

/// An anchor adds to a state of its publisher and never replaces it: what it
/// has beyond the state must be proved by signatures, like what a medium
/// brings. A person compared no code for it.
fn add(held: &Chain, given: &Chain) -> Result<Chain, Kind> {
    if held.publisher() != given.publisher() {
        let (found, expected) = (held.publisher().clone(), given.publisher().clone());
        return Err(Kind::StateOfOtherPublisher { found, expected });
    }
    let pairs = held.links().iter().zip(given.links());
    for (one, other) in pairs {
        if one.code != other.code {
            let version = one.document.version;
            let detail = Detail::with(|details| details.another_document, &[]);
            return Err(Kind::AnchorDiffers { version, detail });
        }
    }
    let mut chain = held.clone();
    for link in given.links().iter().skip(held.links().len()) {
        let version = link.document.version;
        chain
            .extend(link.signed.clone())
            .map_err(|error| Detail::of(|language| error.words(language)))
            .map_err(|detail| Kind::AnchorDiffers { version, detail })?;
    }
    Ok(chain)
}

fn program_reason(source: &Path, around: &dyn Surroundings) -> Option<Unpinned> {
    let program = around.program()?;
    let started = Unpinned::StartedFromSource;
    if let Some(reason) = place_reason(source, &program, started, started, around) {
        return Some(reason);
    }
    started_from_removable(around).then_some(Unpinned::StartedFromRemovable)
}

/// True where this program lies on a removable drive or a share: whoever could
/// swap the key could swap it, too. It may set up a computer and nothing else.
pub fn started_from_removable(around: &dyn Surroundings) -> bool {
    let program = around.program().and_then(|program| around.storage(&program).ok());
    program.is_some_and(|storage| storage.removable() || storage.network)
}

/// Why `path` may not vouch for `source`. Where the system does not tell what
/// they lie on, it may not.
fn place_reason(
    source: &Path,
    path: &Path,
    inside: Unpinned,
    beside: Unpinned,
    around: &dyn Surroundings,
) -> Option<Unpinned> {
    if is_inside(path, source) {
        return Some(inside);
    }
    let (Ok(of_source), Ok(of_path)) = (around.storage(source), around.storage(path)) else {
        return Some(beside);
    };
    let shared = match is_loop(&of_source) {
        // An image that is attached as a device is a file of the disk that it
        // lies on; what lies on the attached device itself is on the source.
        true => {
            let carried = of_source.removable() || of_source.network;
            is_loop(&of_path) || (carried && of_source.shares_device_with(&of_path))
        }
        false => {
            let carried = of_source.raw_device || of_source.removable() || of_source.network;
            carried && of_source.shares_device_with(&of_path)
        }
    };
    shared.then_some(beside)
}

/// Major number of loop devices (Linux, devices.txt).
const LOOP: u32 = 7;

/// True for a loop device.
fn is_loop(storage: &Storage) -> bool {
    storage.raw_device && storage.device.major == LOOP || storage.source.starts_with("/dev/loop")
}

/// True where writing to `path`, which need not exist yet, would change what
/// `source` has: it lies in that folder, or on the device that is read.
pub fn would_change(source: &Path, path: &Path, around: &dyn Surroundings) -> bool {
    let path = nearest_existing(path);
    if is_inside(&path, source) {
        return true;
    }
    let (Ok(of_source), Ok(of_path)) = (around.storage(source), around.storage(&path)) else {
        return false;
    };
    // Of an attached image the attached device counts and not the disk that the
    // image lies on: writing beside an image changes nothing of it.
    let own = |disk: &&WholeDisk| !is_loop(&of_source) || disk.number.major == LOOP;
    let read: Vec<_> = of_source.disks.iter().filter(own).map(|disk| disk.number).collect();
    of_source.raw_device && of_path.disks.iter().any(|disk| read.contains(&disk.number))
}

/// The deepest part of `path` that exists, links resolved.
pub fn nearest_existing(path: &Path) -> PathBuf {
    let start = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    start.ancestors().find_map(|part| part.canonicalize().ok()).unwrap_or(start)
}

/// True if `path` is `source` or below it, once links are resolved.
fn is_inside(path: &Path, source: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    real(path).starts_with(real(source))
}

#[cfg(test)]
#[path = "pinning_tests.rs"]
mod tests;
