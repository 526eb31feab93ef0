//! The proof of a key that was plugged in again.
//!
//! After writing, the person sets the switch and plugs the key in once more.
//! Only now is it known what leaves: the whole medium is read again, past the
//! system's memory, through the **one decision**, with the station's own state;
//! and the write protection is seen. What an operating system changed in
//! between is told as that, and the key is written again. A key that `dd` or
//! `bmaptool` wrote is proved like any other: what counts is on the key.

use std::rc::Rc;
use std::time::Duration;

use super::carried::Carried;
use super::clock::Clock;
use super::image::Image;
use super::plugged::Plugged;
use super::production::entry::{Ending, ProtectionFacts};
use super::result::Moved;
use crate::seal::names::Identifier;
use crate::seal::timestamp::Timestamp;
use crate::source::{self, ReadAt as _};
use crate::sys::disk::{Devices, Disk, Intent, OpenError, Protection};
use crate::text::Language;
use crate::verify::decide::{self, FileSet, Held, Request, Scope, TakeNothing, Threshold};
use crate::verify::finding::{Kind, Severity};
use crate::verify::level::Level;
use crate::verify::outcome::Outcome;
use crate::verify::report::{Report, Verdict};
use crate::verify::rollback::{History, Older};

/// Bytes that are compared at once.
const PIECE: usize = 1 << 20;

/// Whether a key must be write-protected to be proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequireProtection {
    /// Yes.
    Yes,
    /// It is seen and written down, whatever it is.
    No,
}

/// What every key of a run is proved by.
pub struct Basis<'a> {
    /// The station's own chain.
    pub held: &'a Held,
    /// What was copied here before.
    pub history: &'a dyn Fn(&Identifier) -> History,
    /// The release that must be on the key.
    pub carried: &'a Carried,
    /// Its image, for the exact place of a difference.
    pub image: &'a Image,
    /// Whether it must be write-protected.
    pub protection: RequireProtection,
    /// The time.
    pub clock: &'a dyn Clock,
}

/// What was seen of one key.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The disk, as it was when it was opened.
    pub disk: Disk,
    /// The decision, where there was one.
    pub report: Option<Report>,
    /// How it ended.
    pub ending: Ending,
    /// How a program that asked for this key alone ends.
    pub outcome: Outcome,
    /// The same for a person.
    pub detail: String,
    /// The first byte that is wrong or cannot be read.
    pub first_bad_offset: Option<u64>,
    /// What protection was seen.
    pub protection: ProtectionFacts,
    /// What was read.
    pub read: Moved,
    /// When it began and ended.
    pub started: Option<Timestamp>,
    /// See `started`.
    pub ended: Option<Timestamp>,
}

impl Seen {
    /// Numbers of the findings that are more than notes.
    pub fn findings(&self) -> Vec<String> {
        let findings = self.report.iter().flat_map(|report| &report.findings);
        let mut codes: Vec<String> =
            findings.filter(|kind| kind.severity() > Severity::Note).map(Kind::code).collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

/// The three facts for log and card.
pub fn facts(protection: Protection) -> ProtectionFacts {
    let Protection { reported, forced, answered } = protection;
    ProtectionFacts { reported, forced, answered }
}

/// Reads the whole of `disk` and decides. Nothing is written.
pub fn look(
    devices: &dyn Devices,
    disk: &Disk,
    basis: &Basis<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Seen {
    let mut seen = Seen {
        disk: disk.clone(),
        report: None,
        ending: Ending::CannotTell,
        outcome: Outcome::Io,
        detail: String::new(),
        first_bad_offset: None,
        protection: facts(disk.protection),
        read: Moved::default(),
        started: basis.clock.now(),
        ended: None,
    };
    let before = basis.clock.elapsed();
    judge(devices, disk, basis, progress, &mut seen);
    seen.read.time = basis.clock.elapsed().saturating_sub(before).max(Duration::from_millis(1));
    seen.ended = basis.clock.now();
    seen
}

fn judge(
    devices: &dyn Devices,
    disk: &Disk,
    basis: &Basis<'_>,
    progress: &mut dyn FnMut(u64, u64),
    seen: &mut Seen,
) {
    let mut refuse = |outcome, detail: String| {
        seen.ending =
            if outcome == Outcome::Refused { Ending::Refused } else { Ending::CannotTell };
        (seen.outcome, seen.detail) = (outcome, detail);
    };
    let mut target = match devices.open(disk, Intent::Read) {
        Ok(target) => target,
        Err(error) => {
            let outcome = match error {
                OpenError::Gone | OpenError::Io { .. } => Outcome::Io,
                _ => Outcome::Refused,
            };
            return refuse(outcome, error.to_string());
        }
    };
    let now = match target.disk() {
        Ok(now) => now,
        Err(error) => return refuse(Outcome::Io, error.to_string()),
    };
    if let Some(fact) = now.first_difference(disk) {
        let what = format!("another disk is there now: {fact} differs");
        return refuse(Outcome::Refused, what);
    }
    seen.protection = facts(now.protection);
    let key = Rc::new(Plugged::new(target));
    let name = disk.node.display().to_string();
    let bytes = key.bytes();
    let mut source = match source::open_device(key.clone(), &name, bytes) {
        Ok(source) => source,
        Err(error) => {
            seen.first_bad_offset = key.first_error();
            (seen.outcome, seen.detail) = (Outcome::Io, error.to_string());
            return ended_unread(devices, disk, seen);
        }
    };
    let request = Request {
        name,
        device: None,
        scope: Scope::WholeMedium,
        threshold: Threshold::Enforce,
        expected: FileSet::Release,
        held: basis.held.clone(),
        history: basis.history,
        older: Older::Refuse,
        product: Some(basis.carried.manifest.product.clone()),
        required_level: Some(Level::WholeMedium),
        clock: basis.clock.now(),
    };
    let mut last = 0;
    let decision = decide::check(&mut *source, &request, &mut TakeNothing, &mut |done, all| {
        last = done;
        progress(done, all);
    });
    seen.read.bytes = last;
    let mut report = decision.report;
    report.findings.push(match seen.protection.reported {
        Some(true) => Kind::WriteProtected,
        Some(false) => Kind::NotWriteProtected,
        None => Kind::ProtectionUnknown,
    });
    seen.outcome = report.verdict().outcome();
    let same_seal = decision.accepted.is_some_and(|accepted| {
        let mut there = accepted.seal.specs();
        there.sort_by(|a, b| a.path.cmp(&b.path));
        let mut wanted = basis.carried.seal.clone();
        wanted.sort_by(|a, b| a.path.cmp(&b.path));
        accepted.release_code == basis.carried.facts.release_code && there == wanted
    });
    match report.verdict() {
        Verdict::Pass(Level::WholeMedium) if !same_seal => {
            seen.ending = Ending::Failed;
            seen.outcome = Outcome::Fail;
            seen.detail = "a good key, but not of this release and image".to_string();
        }
        Verdict::Pass(Level::WholeMedium) => {
            let protected = seen.protection.reported == Some(true);
            if basis.protection == RequireProtection::Yes && !protected {
                seen.ending = Ending::NotProtected;
                seen.outcome = Outcome::Fail;
                seen.detail = "every byte is right, but it is not write-protected".to_string();
            } else {
                seen.ending = Ending::Proved;
                seen.detail = "every byte is explained (whole medium)".to_string();
            }
        }
        // No lower level proves a key.
        Verdict::Pass(_) => {
            seen.outcome = Outcome::Fail;
            seen.detail = "the whole medium was not looked at".to_string();
        }
        Verdict::Fail if report.is_os_changes() => {
            seen.ending = Ending::OsChanges;
            seen.detail =
                "an operating system changed it; the sealed content is intact".to_string();
        }
        Verdict::Fail => {
            seen.ending = Ending::Failed;
            let first = report.findings.iter().find(|kind| kind.severity() == Severity::Fail);
            seen.detail = first.map(|kind| kind.what(Language::English)).unwrap_or_default();
        }
        Verdict::CannotTell(Outcome::Io) => {
            seen.first_bad_offset = key.first_error();
            let first = report.findings.iter().find(|kind| kind.severity() == Severity::Unread);
            seen.detail = first.map(|kind| kind.what(Language::English)).unwrap_or_default();
            seen.report = Some(report);
            return ended_unread(devices, disk, seen);
        }
        Verdict::CannotTell(_) => {
            let worst = report.worst();
            let first = report.findings.iter().find(|kind| kind.severity() == worst);
            seen.detail = first.map(|kind| kind.what(Language::English)).unwrap_or_default();
        }
    }
    seen.report = Some(report);
    if matches!(seen.ending, Ending::Failed | Ending::OsChanges) {
        match first_difference(&key, basis.image) {
            Ok(offset) => seen.first_bad_offset = offset,
            Err(_) => seen.first_bad_offset = key.first_error(),
        }
    }
}

/// A key that is there and cannot be read is a bad stick; one that was pulled
/// out says nothing.
fn ended_unread(devices: &dyn Devices, disk: &Disk, seen: &mut Seen) {
    let there = devices.list().is_ok_and(|disks| disks.iter().any(|other| other.same_as(disk)));
    seen.ending = if there { Ending::Failed } else { Ending::CannotTell };
    if !there {
        seen.detail = "it was pulled out while it was read".to_string();
    }
}

/// The first byte of the key that is not as rendered; behind the image it must
/// be zero. `None` where all of it is right.
fn first_difference(key: &Plugged, image: &Image) -> std::io::Result<Option<u64>> {
    let (mut found, mut wanted) = (vec![0; PIECE], vec![0; PIECE]);
    let mut offset = 0;
    loop {
        let length = key.fill_at(&mut found, offset)?;
        if length == 0 {
            return Ok((offset < image.bytes).then_some(offset));
        }
        image.fill(&mut wanted[..length], offset)?;
        let differs = found[..length].iter().zip(&wanted[..length]).position(|(a, b)| a != b);
        if let Some(at) = differs {
            return Ok(Some(offset + at as u64));
        }
        offset += length as u64;
    }
}
