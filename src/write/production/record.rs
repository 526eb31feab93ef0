//! From what the engines saw to a line of the log.

use super::entry::{
    Ending, FORMAT, KeyEntry, ProtectionFacts, ReleaseFacts, StickFacts, clean, clean_bytes,
};
use crate::sys::disk::Disk;
use crate::sys::user::{running_system, user_name};
use crate::write::confirm::{Seen, facts};
use crate::write::result::{Ended, TargetResult};

/// What surrounds every attempt of a run.
#[derive(Clone, Debug)]
pub struct Context {
    /// The order, if there is one.
    pub order: Option<String>,
    /// The ticket.
    pub ticket: Option<String>,
    /// Who works here.
    pub operator: Option<String>,
    /// What the keys carry.
    pub release: ReleaseFacts,
    /// Whether protection is asked for.
    pub protection_required: bool,
}

impl Context {
    /// The person's account stands for the operator where none is named.
    pub fn operator(named: Option<&str>) -> Option<String> {
        named.map(clean).or_else(|| user_name().map(|name| clean(&name)))
    }
}

impl StickFacts {
    /// What a disk tells of itself, escaped.
    pub fn of(disk: &Disk) -> Self {
        let hex = |number: u16| format!("{number:04x}");
        Self {
            serial: clean_bytes(disk.serial.as_deref()),
            vendor_id: disk.usb.map(|usb| hex(usb.vendor)),
            product_id: disk.usb.map(|usb| hex(usb.product)),
            vendor: clean_bytes(disk.vendor.as_deref()),
            model: clean_bytes(disk.model.as_deref()),
            bytes: disk.bytes,
            port: disk.port.as_deref().map(clean),
            plugged: disk.sequence.map(|number| match running_system() {
                Some(run) => format!("{}-{number}", clean(&run)),
                None => number.to_string(),
            }),
        }
    }
}

/// A line with what every attempt has; its number comes from the log.
fn attempt(disk: &Disk, context: &Context) -> KeyEntry {
    KeyEntry {
        format: FORMAT,
        attempt: 0,
        written_as: None,
        order: context.order.clone(),
        ordinal: None,
        recipient: None,
        stick: StickFacts::of(disk),
        release: context.release.clone(),
        tool: env!("CARGO_PKG_VERSION").to_string(),
        operator: context.operator.clone(),
        ticket: context.ticket.clone(),
        started: None,
        ended: None,
        bytes_written: 0,
        write_rate: 0,
        bytes_read: 0,
        read_rate: 0,
        extent: "whole-medium".to_string(),
        result: Ending::CannotTell,
        detail: String::new(),
        findings: Vec::new(),
        first_bad_offset: None,
        protection: ProtectionFacts::default(),
        protection_required: context.protection_required,
    }
}

/// The line of a key whose first byte comes next.
pub fn begun(begun: &TargetResult, context: &Context) -> KeyEntry {
    KeyEntry {
        result: Ending::Begun,
        detail: "writing began".to_string(),
        ended: None,
        ..written(begun, context)
    }
}

/// The line of a key that was written, or could not be.
pub fn written(result: &TargetResult, context: &Context) -> KeyEntry {
    KeyEntry {
        started: result.started,
        ended: result.finished,
        bytes_written: result.written.bytes,
        write_rate: result.written.rate(),
        bytes_read: result.read.bytes,
        read_rate: result.read.rate(),
        extent: result.extent.word().to_string(),
        result: match &result.ended {
            Ended::Done => Ending::Done,
            // What could not be kept is no key, should it be kept after all.
            Ended::Failed(_) | Ended::Unlogged => Ending::Failed,
            Ended::Refused(_) | Ended::OtherDisk(_) | Ended::NotOpened(_) => Ending::Refused,
            Ended::Cancelled => Ending::Cancelled,
        },
        detail: clean(&result.ended.detail()),
        first_bad_offset: result.first_bad_offset(),
        protection: facts(result.protection),
        ..attempt(&result.disk, context)
    }
}

/// The line of a key that was plugged in again; `ordinal` and `recipient` are
/// filled in only where it is proved.
pub fn confirmed(seen: &Seen, written_as: Option<u64>, context: &Context) -> KeyEntry {
    KeyEntry {
        written_as,
        started: seen.started,
        ended: seen.ended,
        bytes_read: seen.read.bytes,
        read_rate: seen.read.rate(),
        result: seen.ending,
        detail: clean(&seen.detail),
        findings: seen.findings(),
        first_bad_offset: seen.first_bad_offset,
        protection: seen.protection,
        ..attempt(&seen.disk, context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::fake::stick;

    #[test]
    fn a_disk_is_told_escaped_and_with_its_numbers() {
        let mut disk = stick("1-2", "\u{1b}[2J9F12", 64 << 20);
        disk.vendor = None;
        let facts = StickFacts::of(&disk);
        assert_eq!(facts.serial.as_deref(), Some("\\u{1b}[2J9F12"));
        assert_eq!(
            (facts.vendor_id.as_deref(), facts.product_id.as_deref()),
            (Some("0951"), Some("1666"))
        );
        assert_eq!(
            (facts.vendor, facts.bytes, facts.port.as_deref()),
            (None, Some(64 << 20), Some("1-2"))
        );
        assert_eq!(StickFacts::of(&stick("1-2", "", 1)).serial, None);
    }
}
