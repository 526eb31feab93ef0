//! One key or fifty at the same time, each on a thread of its own.
//!
//! All targets are opened, and asked again who they are, before the first byte
//! is written to any. From then on a target that is slow, fails, lies, hangs or
//! is pulled out concerns nobody but itself. Events come to the caller on the
//! caller's own thread.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `follow` | the targets' threads, and what is heard of them |
//! | `key` | one key, from the first zero to the last comparison |
//! | `halt` | what a target's work says, and why it stops |
//! | `pipe` | the long way there and back |
//! | `capacity` | whether a stick has the room that it says |
//! | `rate` | rate and time left |

use std::sync::Arc;
use std::time::Duration;

use super::cancel::Cancel;
use super::clock::Clock;
use super::eligible::{Policy, WhyNot, reasons};
use super::event::{Observer, Phase};
use super::image::Image;
use super::result::{Ended, Extent, Fault, Moved, TargetResult};
use crate::sys::disk::{Devices, Disk, Intent, OpenError, Protection, Target};

mod capacity;
mod follow;
mod halt;
mod key;
mod pipe;
mod rate;

/// Silence after which a target is given up: the system itself gives a USB
/// device 30 seconds for each command and repeats it five times.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// Whether a key is ejected at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eject {
    /// Yes: nothing mounts it, and changes it, before it is plugged in again.
    Yes,
    /// No, it stays attached.
    No,
}

/// What is to be done.
#[derive(Clone)]
pub struct Job {
    /// The image.
    pub image: Arc<Image>,
    /// How much of each device is written.
    pub extent: Extent,
    /// What the opened disks are judged by, once more. Its `needed` must be
    /// the image's size.
    pub policy: Policy,
    /// Whether keys are ejected.
    pub eject: Eject,
    /// Silence after which a target is given up; [`PATIENCE`].
    pub patience: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The person's wish to stop.
    pub cancel: Cancel,
}

/// Writes the image to every disk of `chosen`, at the same time. The results
/// are in the order of `chosen`.
pub fn write(
    devices: &dyn Devices,
    chosen: &[Disk],
    job: &Job,
    observer: &mut dyn Observer,
) -> Vec<TargetResult> {
    follow::run(devices, chosen, job, observer)
}

/// The result for a disk that was chosen and may not be written: nothing is.
pub fn refused(disk: &Disk, why: Vec<WhyNot>, job: &Job) -> TargetResult {
    let finished = job.clock.now();
    TargetResult { ended: Ended::Refused(why), finished, ..begun(disk, disk.protection, job) }
}

/// A result of which nothing is known yet.
fn begun(disk: &Disk, protection: Protection, job: &Job) -> TargetResult {
    TargetResult {
        disk: disk.clone(),
        // Until it is known better, and never "done".
        ended: Ended::Cancelled,
        phase: Phase::Open,
        extent: job.extent,
        image: job.image.sha256,
        image_bytes: job.image.bytes,
        started: job.clock.now(),
        finished: None,
        written: Moved::default(),
        read: Moved::default(),
        protection,
        head_cleared: false,
        marks_left: false,
        ejected: None,
    }
}

/// Opens a disk and makes sure that it is the one that was meant and may be
/// written.
fn open(devices: &dyn Devices, disk: &Disk, job: &Job) -> Result<(Box<dyn Target>, Disk), Ended> {
    let mut target = devices.open(disk, Intent::Write).map_err(|error| match error {
        OpenError::Gone | OpenError::Io { .. } => Ended::Failed(Fault::Open(error.to_string())),
        OpenError::Busy
        | OpenError::WriteProtected
        | OpenError::NotAllowed
        | OpenError::NotADisk
        | OpenError::Unsupported => Ended::NotOpened(error.to_string()),
    })?;
    let now = target.disk().map_err(|error| Ended::Failed(Fault::Open(error.to_string())))?;
    if let Some(fact) = now.first_difference(disk) {
        return Err(Ended::OtherDisk(fact));
    }
    if Some(target.bytes()) != now.bytes {
        return Err(Ended::OtherDisk("size"));
    }
    let policy = Policy { needed: Some(job.image.bytes), ..job.policy.clone() };
    let reasons = reasons(&now, &policy);
    match reasons.is_empty() {
        true => Ok((target, now)),
        false => Err(Ended::Refused(reasons)),
    }
}

/// Bytes that are written and read for one key: all of it there and back, the
/// head once more each way and once more back, apart from a few sectors.
pub fn work(image: u64, device: u64, extent: Extent) -> u64 {
    let head = pipe::HEAD_BYTES as u64;
    let end = key::end(image, device, extent);
    // A device that is all head has its last mark there, and is read once less.
    let heads = if end > head { 3 } else { 2 };
    end.saturating_mul(2).saturating_add(heads * head)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
