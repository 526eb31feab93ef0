//! A disk in memory that fails on purpose: support for tests of this room and
//! of every room above it. Nothing in the programs uses it.
//!
//! The model is weaker than any real file system, so what survives it survives
//! those: every change of a name is pending until its folder is flushed, every
//! written byte until its file is flushed. After a power cut any single pending
//! change, all but one, all or none may have reached the medium, and unflushed
//! contents may be whole, absent, half there, or of full length and zero.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

mod drive;
mod folder;

pub use drive::{every_error, every_power_cut};
pub use folder::{FaultyFile, FaultyFolder};

/// One operation that changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A new file.
    Create,
    /// Bytes into a file.
    Write,
    /// Flush of a file.
    SyncFile,
    /// A file is cut.
    Cut,
    /// A new folder.
    MakeFolder,
    /// A new name.
    Rename,
    /// Two names exchanged.
    Exchange,
    /// A file or folder removed.
    Remove,
    /// Flush of a folder.
    SyncFolder,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Write => "write",
            Self::SyncFile => "flush of a file",
            Self::Cut => "cut",
            Self::MakeFolder => "new folder",
            Self::Rename => "rename",
            Self::Exchange => "exchange",
            Self::Remove => "remove",
            Self::SyncFolder => "flush of a folder",
        })
    }
}

/// What goes wrong. Operations are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Operation `at` fails once.
    Once {
        /// Which operation.
        at: usize,
        /// The error.
        kind: io::ErrorKind,
    },
    /// Everything that needs room fails from operation `at` on; the write that
    /// meets it is short.
    Full {
        /// Which operation.
        at: usize,
    },
    /// Every change is refused.
    Refused {
        /// The error, such as `ReadOnlyFilesystem`.
        kind: io::ErrorKind,
    },
    /// The power goes before operation `at`; a write gets half of its bytes in.
    PowerCut {
        /// Which operation.
        at: usize,
    },
    /// Flushes of files say "done" and do nothing.
    LyingFlush,
}

/// What of the unflushed names reaches the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    Nothing,
    All,
    Only(usize),
    AllBut(usize),
}

/// What of the unflushed contents reaches the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contents {
    Nothing,
    All,
    Half,
    Zeros,
}

/// What reaches the medium after a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Survival {
    names: Names,
    contents: Contents,
}

#[derive(Clone, Debug)]
enum Node {
    File { bytes: Vec<u8>, durable: Vec<u8> },
    Folder { names: BTreeMap<OsString, usize>, durable: BTreeMap<OsString, usize> },
    Link,
}

/// Names of one folder that change in one step.
#[derive(Clone, Debug)]
struct Change {
    folder: usize,
    edits: Vec<(OsString, Option<usize>)>,
}

#[derive(Clone, Debug)]
struct State {
    nodes: Vec<Node>,
    pending: Vec<Change>,
    steps: Vec<Step>,
    fault: Fault,
    dead: bool,
    exchange: bool,
    held: HashSet<usize>,
}

/// The disk. Clones are the same disk.
#[derive(Clone, Debug)]
pub struct FaultyDisk {
    state: Arc<Mutex<State>>,
}

impl Default for FaultyDisk {
    fn default() -> Self {
        Self::new()
    }
}

impl FaultyDisk {
    /// An empty disk without faults.
    pub fn new() -> Self {
        Self::from_nodes(vec![Node::Folder { names: BTreeMap::new(), durable: BTreeMap::new() }])
    }

    fn from_nodes(nodes: Vec<Node>) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                nodes,
                pending: Vec::new(),
                steps: Vec::new(),
                fault: Fault::None,
                dead: false,
                exchange: true,
                held: HashSet::new(),
            })),
        }
    }

    /// Its first folder.
    pub fn root(&self) -> FaultyFolder {
        FaultyFolder::root(self.clone())
    }

    /// Sets the fault and counts operations from 0 again.
    pub fn set_fault(&self, fault: Fault) {
        let mut state = self.lock();
        state.fault = fault;
        state.steps.clear();
    }

    /// Makes it a file system that cannot exchange two names.
    pub fn forbid_exchange(&self) {
        self.lock().exchange = false;
    }

    /// Operations since the fault was set.
    pub fn steps(&self) -> Vec<Step> {
        self.lock().steps.clone()
    }

    /// Makes everything durable, as minutes of quiet do.
    pub fn settle(&self) {
        let mut state = self.lock();
        state.pending.clear();
        for node in &mut state.nodes {
            match node {
                Node::File { bytes, durable } => durable.clone_from(bytes),
                Node::Folder { names, durable } => durable.clone_from(names),
                Node::Link => {}
            }
        }
    }

    /// Flips bits of what the medium holds of a file, unseen by the system's
    /// memory. False where the path names no file.
    pub fn corrupt(&self, path: &str, offset: usize, mask: u8) -> bool {
        let mut state = self.lock();
        let Some(node) = state.find(path) else {
            return false;
        };
        match &mut state.nodes[node] {
            Node::File { durable, .. } if offset < durable.len() => {
                durable[offset] ^= mask;
                true
            }
            _ => false,
        }
    }

    /// Everything that a power cut at this moment may leave.
    pub fn survivals(&self) -> Vec<Survival> {
        let pending = self.lock().pending.len();
        let mut names = vec![Names::Nothing];
        if pending > 0 {
            names.push(Names::All);
        }
        if pending > 1 {
            names.extend((0..pending).flat_map(|at| [Names::Only(at), Names::AllBut(at)]));
        }
        let contents = [Contents::Nothing, Contents::All, Contents::Half, Contents::Zeros];
        let pair = |&names| contents.map(|contents| Survival { names, contents });
        names.iter().flat_map(pair).collect()
    }

    /// The disk as the next start finds it, without faults.
    pub fn after_power_cut(&self, survival: Survival) -> Self {
        let state = self.lock();
        let mut nodes = state.nodes.clone();
        for (at, change) in state.pending.iter().enumerate() {
            let survives = match survival.names {
                Names::Nothing => false,
                Names::All => true,
                Names::Only(one) => one == at,
                Names::AllBut(one) => one != at,
            };
            if let (true, Node::Folder { durable, .. }) = (survives, &mut nodes[change.folder]) {
                apply(durable, &change.edits);
            }
        }
        for node in &mut nodes {
            match node {
                Node::File { bytes, durable } => {
                    *bytes = surviving(bytes, durable, survival.contents);
                    durable.clone_from(bytes);
                }
                Node::Folder { names, durable } => names.clone_from(durable),
                Node::Link => {}
            }
        }
        let exchange = state.exchange;
        drop(state);
        let disk = Self::from_nodes(nodes);
        disk.lock().exchange = exchange;
        disk
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked elsewhere leaves nothing half-changed here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn apply(names: &mut BTreeMap<OsString, usize>, edits: &[(OsString, Option<usize>)]) {
    for (name, node) in edits {
        match node {
            Some(node) => names.insert(name.clone(), *node),
            None => names.remove(name),
        };
    }
}

fn surviving(bytes: &[u8], durable: &[u8], contents: Contents) -> Vec<u8> {
    let same = bytes.iter().zip(durable).take_while(|(one, other)| one == other).count();
    match contents {
        Contents::Nothing => durable.to_vec(),
        Contents::All => bytes.to_vec(),
        Contents::Half => bytes[..same + (bytes.len() - same) / 2].to_vec(),
        Contents::Zeros => {
            let mut zeros = bytes.to_vec();
            zeros[same..].fill(0);
            zeros
        }
    }
}

impl State {
    /// Counts an operation and says how it goes: done, or failed. `Ok(false)`
    /// is a write that must stop half-way.
    fn step(&mut self, step: Step) -> io::Result<bool> {
        if self.dead {
            return Err(io::Error::other("no power"));
        }
        let now = self.steps.len();
        self.steps.push(step);
        let grows = matches!(step, Step::Create | Step::Write | Step::MakeFolder);
        match self.fault {
            Fault::Once { at, kind } if at == now => Err(kind.into()),
            Fault::Full { at } if at == now && step == Step::Write => Ok(false),
            Fault::Full { at } if at <= now && grows => Err(io::ErrorKind::StorageFull.into()),
            Fault::Refused { kind } => Err(kind.into()),
            Fault::PowerCut { at } if at == now => {
                self.dead = true;
                if step == Step::Write { Ok(false) } else { Err(io::Error::other("no power")) }
            }
            _ => Ok(true),
        }
    }

    fn change(&mut self, folder: usize, edits: Vec<(OsString, Option<usize>)>) {
        if let Node::Folder { names, .. } = &mut self.nodes[folder] {
            apply(names, &edits);
        }
        self.pending.push(Change { folder, edits });
    }

    fn find(&self, path: &str) -> Option<usize> {
        path.split('/').try_fold(0, |node, part| match &self.nodes[node] {
            Node::Folder { names, .. } => names.get(std::ffi::OsStr::new(part)).copied(),
            _ => None,
        })
    }
}
