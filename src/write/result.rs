//! What became of each key, and how the program ends.

use std::fmt;
use std::time::Duration;

use super::eligible::WhyNot;
use super::event::Phase;
use crate::seal::digest::Digest;
use crate::seal::timestamp::Timestamp;
use crate::sys::disk::{Disk, Ejected, Protection};
use crate::verify::outcome::Outcome;

/// How much of a device is written and read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Every byte: the image, and zeros up to the end.
    WholeMedium,
    /// The image-sized front; the rest is left as it is.
    VolumeOnly,
}

impl Extent {
    /// The word in JSON, that of the level of a check.
    pub fn word(self) -> &'static str {
        match self {
            Self::WholeMedium => "whole-medium",
            Self::VolumeOnly => "volume",
        }
    }
}

/// What went wrong with a target. Offsets are bytes from the device's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It could not be opened.
    Open(String),
    /// Writing failed.
    Write {
        /// The first sector that could not be written, or the start of the
        /// piece where that could not be found out.
        offset: u64,
        /// The system's word.
        detail: String,
    },
    /// Reading back failed.
    Read {
        /// Likewise.
        offset: u64,
        /// The system's word.
        detail: String,
    },
    /// It did not confirm that everything is on it.
    Flush {
        /// The system's word.
        detail: String,
    },
    /// It holds something else than was written.
    Differs {
        /// The first byte that differs.
        offset: u64,
    },
    /// It has less room than it says.
    Capacity {
        /// The first place that did not keep what was written to it.
        offset: u64,
        /// Bytes that it says to have.
        claimed: u64,
    },
    /// It is not there any more.
    Removed {
        /// Where we were.
        offset: u64,
    },
    /// Nothing came back from it for too long.
    Hangs {
        /// Where we were.
        offset: u64,
    },
    /// The image is not what it was when it was made: this computer, not the
    /// stick, is to blame.
    Image {
        /// Where we were.
        offset: u64,
        /// What happened.
        detail: String,
    },
}

impl Fault {
    /// The word in JSON and in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open(_) => "open",
            Self::Write { .. } => "write-error",
            Self::Read { .. } => "read-error",
            Self::Flush { .. } => "flush-error",
            Self::Differs { .. } => "differs",
            Self::Capacity { .. } => "capacity",
            Self::Removed { .. } => "removed",
            Self::Hangs { .. } => "hangs",
            Self::Image { .. } => "image",
        }
    }

    /// The first bad offset, where there is one.
    pub fn offset(&self) -> Option<u64> {
        match self {
            Self::Write { offset, .. }
            | Self::Read { offset, .. }
            | Self::Differs { offset }
            | Self::Capacity { offset, .. }
            | Self::Removed { offset }
            | Self::Hangs { offset }
            | Self::Image { offset, .. } => Some(*offset),
            Self::Open(_) | Self::Flush { .. } => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(detail) => write!(f, "cannot be opened: {detail}"),
            Self::Write { offset, detail } => {
                write!(f, "writing failed at byte {offset}: {detail}")
            }
            Self::Read { offset, detail } => {
                write!(f, "reading back failed at byte {offset}: {detail}")
            }
            Self::Flush { detail } => write!(f, "it does not keep what was written: {detail}"),
            Self::Differs { offset } => {
                write!(f, "holds something else than was written, from byte {offset}")
            }
            Self::Capacity { offset, claimed } => {
                write!(f, "says {claimed} bytes, but does not keep byte {offset}")
            }
            Self::Removed { offset } => write!(f, "gone at byte {offset}"),
            Self::Hangs { offset } => write!(f, "no answer any more at byte {offset}"),
            Self::Image { offset, detail } => {
                write!(f, "this computer lost the image at byte {offset}: {detail}")
            }
        }
    }
}

/// How it ended for one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Written, read back, every byte right.
    Done,
    /// Written, read back, every byte right, and the log could not keep its line:
    /// it does not count, and must not leave.
    Unlogged,
    /// Not a key. It does not mount, or `head_cleared` of the result is false.
    Failed(Fault),
    /// Nothing was written: it may not be, for these reasons.
    Refused(Vec<WhyNot>),
    /// Nothing was written: it is not the disk that was chosen any more. What
    /// differs, by its name.
    OtherDisk(&'static str),
    /// Nothing was written: something else holds it, or it is protected.
    NotOpened(String),
    /// Stopped by the person. It does not mount.
    Cancelled,
}

impl Ended {
    /// The word in JSON and in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unlogged => "unlogged",
            Self::Failed(_) => "failed",
            Self::Refused(_) | Self::OtherDisk(_) | Self::NotOpened(_) => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// What happened, for a person.
    pub fn detail(&self) -> String {
        match self {
            Self::Done => "written and read back".to_string(),
            Self::Unlogged => "written, but without a line in the log: no key".to_string(),
            Self::Failed(fault) => fault.to_string(),
            Self::Refused(reasons) => {
                let reasons: Vec<String> = reasons.iter().map(WhyNot::to_string).collect();
                reasons.join("; ")
            }
            Self::OtherDisk(fact) => format!("another disk is there now: {fact} differs"),
            Self::NotOpened(why) => why.clone(),
            Self::Cancelled => "cancelled".to_string(),
        }
    }
}

/// Bytes and time of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Bytes.
    pub bytes: u64,
    /// Time that it took.
    pub time: Duration,
}

impl Moved {
    /// Bytes a second; 0 where nothing was moved.
    pub fn rate(&self) -> u64 {
        let seconds = self.time.as_secs_f64().max(0.001);
        (self.bytes as f64 / seconds) as u64
    }
}

/// Everything about one target: what the log keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetResult {
    /// The disk as the person chose it.
    pub disk: Disk,
    /// How it ended.
    pub ended: Ended,
    /// The last step that was begun.
    pub phase: Phase,
    /// How much was to be written.
    pub extent: Extent,
    /// SHA-256 of the image.
    pub image: Digest,
    /// Bytes of the image.
    pub image_bytes: u64,
    /// When it began, by this computer's clock.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Written.
    pub written: Moved,
    /// Read back.
    pub read: Moved,
    /// Write protection as the opened disk reported it.
    pub protection: Protection,
    /// The start of the device is zero, so that it does not mount. Of interest
    /// where it was not done; `false` where that could not be made sure.
    pub head_cleared: bool,
    /// Single sectors may hold marks of the capacity test: it was stopped before
    /// they were written over, and they could not be cleared.
    pub marks_left: bool,
    /// Whether the system let go of it; `None` where it was not asked to.
    pub ejected: Option<Ejected>,
}

impl TargetResult {
    /// True for a key that is right in every byte.
    pub fn is_done(&self) -> bool {
        self.ended == Ended::Done
    }

    /// What went wrong with the device, where something did.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.ended {
            Ended::Failed(fault) => Some(fault),
            _ => None,
        }
    }

    /// The first bad offset, where there is one.
    pub fn first_bad_offset(&self) -> Option<u64> {
        self.fault().and_then(Fault::offset)
    }
}

/// How the program ends: 0 only where every target is done and there is one.
pub fn outcome<'a>(results: impl IntoIterator<Item = &'a Ended>) -> Outcome {
    let (mut done, mut failed, mut refused, mut cancelled) = (0u32, 0u32, 0u32, 0u32);
    for ended in results {
        *match ended {
            Ended::Done => &mut done,
            Ended::Failed(_) | Ended::Unlogged => &mut failed,
            Ended::Refused(_) | Ended::OtherDisk(_) | Ended::NotOpened(_) => &mut refused,
            Ended::Cancelled => &mut cancelled,
        } += 1;
    }
    match (cancelled, done, refused, failed) {
        (1.., ..) => Outcome::Cancelled,
        (0, 1.., 0, 0) => Outcome::Done,
        (0, 1.., ..) => Outcome::SomeFailed,
        (0, 0, 1.., _) => Outcome::Refused,
        (0, 0, 0, 1..) => Outcome::Io,
        // No target at all is no success.
        (0, 0, 0, 0) => Outcome::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_program_follows_from_all_targets() {
        let failed = || Ended::Failed(Fault::Differs { offset: 7 });
        let refused = || Ended::Refused(vec![WhyNot::Swap]);
        let other = || Ended::OtherDisk("serial");
        let cases = [
            (vec![Ended::Done], Outcome::Done),
            (vec![Ended::Done, Ended::Done], Outcome::Done),
            (vec![Ended::Done, failed()], Outcome::SomeFailed),
            (vec![refused(), Ended::Done], Outcome::SomeFailed),
            (vec![failed(), failed()], Outcome::Io),
            (vec![failed(), refused()], Outcome::Refused),
            (vec![other()], Outcome::Refused),
            (vec![Ended::Unlogged], Outcome::Io),
            (vec![Ended::Done, Ended::Unlogged], Outcome::SomeFailed),
            (vec![Ended::NotOpened("in use".into())], Outcome::Refused),
            (vec![Ended::Done, failed(), Ended::Cancelled], Outcome::Cancelled),
            (vec![], Outcome::Refused),
        ];
        for (ended, expected) in cases {
            assert_eq!(outcome(&ended), expected, "{ended:?}");
        }
    }

    #[test]
    fn rates_of_nothing_are_zero() {
        assert_eq!(Moved::default().rate(), 0);
        let moved = Moved { bytes: 10_000_000, time: Duration::from_secs(2) };
        assert_eq!(moved.rate(), 5_000_000);
    }
}
