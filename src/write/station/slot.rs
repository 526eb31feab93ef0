//! A stick that is plugged in, as the bench follows it: whether it is new, worked
//! on, dealt with, or gone.

use crate::sys::disk::Disk;

/// Looks at a new stick before anything is done: the system may still be about
/// to mount it.
pub(super) const STEADY: u32 = 3;

/// A stick that is there.
pub(super) struct Slot {
    pub(super) disk: Disk,
    /// Looks since it appeared; nothing more is done once it was dealt with.
    pub(super) looks: u32,
    pub(super) settled: bool,
    pub(super) busy: bool,
    /// It is read once more under the number that it has.
    pub(super) numbered: bool,
    /// Looks in a row that did not see it.
    pub(super) missing: u32,
}

impl Slot {
    /// A stick that appeared just now.
    pub(super) fn of(disk: Disk, settled: bool) -> Self {
        Self { disk, looks: 0, settled, busy: false, numbered: false, missing: 0 }
    }

    /// True once it was taken out. Where the system numbers pluggings-in, one
    /// look says so, since the number proves it; elsewhere a list that leaves a
    /// stick out once must not make a new stick of it.
    pub(super) fn is_gone(&self) -> bool {
        self.missing >= if self.disk.sequence.is_some() { 1 } else { STEADY }
    }

    /// True where `disk` stands where this one did, and nothing says that it is
    /// another plugging-in.
    pub(super) fn may_be(&self, disk: &Disk) -> bool {
        let unnumbered = disk.sequence.is_none() && self.disk.sequence.is_none();
        unnumbered && self.disk.node == disk.node && self.disk.port == disk.port
    }
}
