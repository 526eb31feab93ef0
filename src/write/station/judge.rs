//! What a stick is that was just plugged in: one of ours that comes back, or a
//! new one, or neither.
//!
//! Serials do not tell: cheap sticks have none, or all the same. So the stick
//! itself is asked first: where its boot sector is that of our image, it was
//! written before, here or elsewhere, and is proved; else it is new. Only then
//! do serial, port and time say *which* key it is.

use crate::source::ReadAt as _;
use crate::sys::disk::{Devices, Disk, Intent, OpenError};
use crate::write::eligible::{Policy, WhyNot, reasons};
use crate::write::image::Image;
use crate::write::plugged::Plugged;
use crate::write::production::entry::{KeyEntry, StickFacts};
use crate::write::production::ledger::{Ledger, Waiting};

/// Where the boot sector is: LBA 2048.
const BOOT_SECTOR: u64 = 1 << 20;
const SECTOR: usize = 512;
/// The byte of it that an operating system changes.
const MOUNTED_MARK: usize = 0x41;

/// What to do with a stick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Prove it; the attempt that wrote it, if one of this order did.
    Prove {
        /// The number of that attempt.
        written_as: Option<u64>,
        /// The number that the key has already: it was not protected lately.
        ordinal: Option<u32>,
    },
    /// It has this number already.
    HasOrdinal(u32),
    /// Write it.
    Write,
    /// Nothing: the order has enough keys.
    Enough,
    /// Nothing yet: why.
    Not(String),
}

/// True where the stick begins like a medium of this image.
pub fn is_ours(devices: &dyn Devices, disk: &Disk, image: &Image) -> Result<bool, OpenError> {
    let key = Plugged::new(devices.open(disk, Intent::Read)?);
    let (mut found, mut wanted) = ([0; SECTOR], [0; SECTOR]);
    let failed = |doing| move |error| OpenError::Io { doing, error };
    let length = match key.fill_at(&mut found, BOOT_SECTOR) {
        Ok(length) => length,
        // What cannot be read is no key of ours; writing it will say why.
        Err(_) => return Ok(false),
    };
    image.fill(&mut wanted, BOOT_SECTOR).map_err(failed("reading the image"))?;
    found[MOUNTED_MARK] = wanted[MOUNTED_MARK];
    Ok(length == SECTOR && found == wanted)
}

/// What is known beside the stick itself.
pub struct Known<'a> {
    /// The log.
    pub ledger: &'a Ledger,
    /// The order.
    pub order: &'a str,
    /// What may be written.
    pub policy: &'a Policy,
    /// Attempts that are being written or proved now.
    pub claimed: &'a [u64],
    /// Whether the order still needs keys.
    pub wanted: bool,
}

/// Decides what to do with `disk`. It is opened for reading only where nothing
/// but its protection speaks against writing it.
pub fn judge(devices: &dyn Devices, disk: &Disk, image: &Image, known: &Known<'_>) -> Action {
    let reasons = reasons(disk, known.policy);
    let protection = |reason: &&WhyNot| {
        matches!(
            reason,
            WhyNot::WriteProtected | WhyNot::ProtectionForced | WhyNot::ProtectionUnknown
        )
    };
    if let Some(reason) = reasons.iter().find(|reason| !protection(reason)) {
        return Action::Not(reason.to_string());
    }
    match is_ours(devices, disk, image) {
        Err(error) => Action::Not(error.to_string()),
        Ok(true) => {
            let (stick, order) = (StickFacts::of(disk), Some(known.order));
            if known.ledger.stayed_since_written(&stick) {
                return Action::Not("was written: unplug it, plug it in again".to_string());
            }
            let like = known.ledger.proved_like(&stick, order).and_then(|key| key.ordinal);
            let waiting = known.ledger.waiting_for(&stick, order, known.claimed);
            // Begun at this port and never finished. It says that it is ours, so its very
            // last sector was written: it is read whole like any other, and never written
            // unseen, since it may be a key of another order that says the same of itself.
            // Where a proved key looks the same it may be that one; one that was written
            // since, with a serial of its own, is that.
            let begun = known.ledger.unfinished_for(&stick, order, known.claimed);
            let written_since = |key: &KeyEntry| {
                let later =
                    |found: &Waiting<'_>| !found.by_port && found.written.attempt > key.attempt;
                waiting.as_ref().is_some_and(later)
            };
            let here = begun.filter(|key| {
                key.stick.port == stick.port && like.is_none() && !written_since(key)
            });
            if let Some(key) = here {
                return match known.wanted {
                    true => Action::Prove { written_as: Some(key.attempt), ordinal: None },
                    false => Action::Enough,
                };
            }
            if let Some(waiting) = waiting {
                let written = waiting.written;
                let elsewhere =
                    written.stick.port.as_ref().filter(|_| written.stick.port != stick.port);
                // One of several that say the same of themselves: it may be the
                // one with a number, once more, and the other would never be read.
                if let (Some(port), Some(ordinal)) = (elsewhere, like) {
                    let what = format!("plug it in at {port}, where it was written");
                    return Action::Not(format!("like key {ordinal}: {what}"));
                }
                return Action::Prove { written_as: Some(written.attempt), ordinal: None };
            }
            let before = known.ledger.proved_before(&stick, order);
            if let Some((key, ordinal)) = before.and_then(|key| Some((key, key.ordinal?))) {
                // Found without its protection since: it is good once it was read again.
                return match known.ledger.was_open_lately(&stick, order) {
                    true => Action::Prove { written_as: key.written_as, ordinal: Some(ordinal) },
                    false => Action::HasOrdinal(ordinal),
                };
            }
            // What the log says last of such a stick may be said of its twin, at
            // the same port too. No proved key is written over, and no number is
            // given twice: a person may say that it is another.
            if let Some(ordinal) = like {
                return Action::Not(match stick.serial {
                    Some(_) => format!("like key {ordinal}, which is proved: take it out"),
                    None => format!("may be key {ordinal}, it has no serial: take it out"),
                });
            }
            if !known.wanted {
                return Action::Enough;
            }
            match reasons.is_empty() && known.ledger.is_spoiled(&stick, order) {
                true => Action::Write,
                false => Action::Prove { written_as: begun.map(|key| key.attempt), ordinal: None },
            }
        }
        Ok(false) => match reasons.first() {
            Some(reason) => Action::Not(format!("{reason}, and not this release: take it out")),
            None if known.wanted => Action::Write,
            None => Action::Enough,
        },
    }
}
