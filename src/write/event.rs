//! What happens while keys are written, as data: for the screen, for JSON
//! lines, for the production log.

use std::time::Duration;

use super::result::TargetResult;

/// A step of writing one key, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Opened, its identity asked again.
    Open,
    /// The first 2 MiB are zeroed, so that it does not mount.
    Clear,
    /// Whether it has the size that it says.
    Capacity,
    /// Everything behind the first 2 MiB is written.
    Write,
    /// That is read back and compared.
    Verify,
    /// The first 2 MiB, sector 0 last, and read back.
    Boot,
    /// It is ejected.
    Eject,
}

impl Phase {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Clear => "clear",
            Self::Capacity => "capacity",
            Self::Write => "write",
            Self::Verify => "verify",
            Self::Boot => "boot",
            Self::Eject => "eject",
        }
    }
}

/// How far a key, or all of them, are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes written and read so far.
    pub done: u64,
    /// Bytes to be written and read in all.
    pub all: u64,
    /// Bytes a second, over the last seconds of this phase.
    pub rate: u64,
    /// Time left at this rate; `None` until something is known.
    pub left: Option<Duration>,
}

/// One thing that happened. `target` counts from 0 in the order in which the
/// engine was given the targets.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A step begins.
    Phase {
        /// Which target.
        target: usize,
        /// Which step.
        phase: Phase,
    },
    /// How far one target is: a few times a second at most.
    Progress {
        /// Which target.
        target: usize,
        /// What it is at.
        phase: Phase,
        /// How far.
        progress: Progress,
    },
    /// How far all are together.
    Overall(Progress),
    /// Nothing came back from a target for a while; it is still waited for.
    Stalled {
        /// Which target.
        target: usize,
        /// For how long.
        since: Duration,
    },
    /// A disk that was chosen may not be written; it is no target.
    Refused {
        /// The disk, and why.
        result: &'a TargetResult,
    },
    /// A target is finished, well or not; said at once, while others go on.
    Finished {
        /// Which target.
        target: usize,
        /// What became of it.
        result: &'a TargetResult,
    },
}

/// Takes events, always on the thread that called the engine.
pub trait Observer {
    /// One event. It cannot fail: what a log cannot keep, it must remember and
    /// say afterwards.
    fn event(&mut self, event: &Event<'_>);

    /// Asked once for each target that was opened: its first byte comes next, and
    /// only once this has returned. `begun` says which disk it is and since when.
    fn begins(&mut self, target: usize, begun: &TargetResult) -> Begin {
        let _ = (target, begun);
        Begin::Go
    }
}

/// Whether the first byte may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Yes.
    Go,
    /// No: nothing is written to this target.
    Stop,
}

/// Takes nothing.
pub struct Silent;

impl Observer for Silent {
    fn event(&mut self, _: &Event<'_>) {}
}
