//! What a check is asked: how much is read, whose chain counts, what must be there.
//!
//! Invariants: every switch has a name for each of its settings and none has a
//! default, so that nobody leaves a check out by leaving a field out.

use crate::seal::chain::Chain;
use crate::seal::names::Identifier;
use crate::seal::timestamp::Timestamp;

use super::finding::{Kind, Unpinned};
use super::level::Level;
use super::report::{DEMO, Pin};
use super::rollback::{History, Older};

/// How much of a block device is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every byte of it.
    WholeMedium,
    /// The image-sized front.
    VolumeOnly,
}

/// Whether enough people must have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// Too few signatures are a finding, and nothing that they sign is parsed.
    Enforce,
    /// For those who sign, or look at what others will sign: signatures are
    /// judged and counted, too few are no finding, and everything is parsed
    /// and compared. PASS still needs all of them ([`Report::verdict`](super::report::Report::verdict)).
    StillBeingSigned,
}

/// Which files a source must have beside its seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileSet {
    /// All that the manifest names.
    Release,
    /// The payload alone: what `copy` keeps on an instrument. A folder that is
    /// judged so comes to [`Level::InstalledCopy`], which nothing else reaches.
    Payload,
}

/// The chain that the person who runs the check trusts.
#[derive(Clone, Debug)]
pub enum Held {
    /// From the state, or given by hand.
    Chain(Chain),
    /// None that may be used.
    Unpinned(Unpinned),
    /// A state is there and cannot be used: the finding says why.
    Broken(Kind),
}

impl Held {
    /// Why nobody known here speaks for the source, as a finding.
    pub fn finding(&self) -> Option<Kind> {
        match self {
            Self::Chain(_) => None,
            Self::Unpinned(reason) => Some(Kind::Unpinned { reason: *reason }),
            Self::Broken(kind) => Some(kind.clone()),
        }
    }

    /// True for the chain of the publisher of exercises.
    pub fn is_demo(&self) -> bool {
        matches!(self, Self::Chain(chain) if chain.publisher().as_str() == DEMO)
    }

    /// The same for the report.
    pub fn pin(&self) -> Pin {
        match self {
            Self::Chain(_) => Pin::Pinned,
            Self::Unpinned(reason) => Pin::Unpinned(*reason),
            Self::Broken(_) => Pin::Broken,
        }
    }
}

/// What a check is asked.
pub struct Request<'a> {
    /// The source as the person named it.
    pub name: String,
    /// What the device says of itself, if it is one.
    pub device: Option<String>,
    /// How much of a device is read.
    pub scope: Scope,
    /// Whether enough people must have signed.
    pub threshold: Threshold,
    /// The set that must be there, no more and no less.
    pub expected: FileSet,
    /// Whose chain it rests on.
    pub held: Held,
    /// What was copied of a product before.
    pub history: &'a dyn Fn(&Identifier) -> History,
    /// Whether an older release passes.
    pub older: Older,
    /// The product that it must be.
    pub product: Option<Identifier>,
    /// The level that must be reached.
    pub required_level: Option<Level>,
    /// This computer's clock, if it can be read; nothing depends on it.
    pub clock: Option<Timestamp>,
}
