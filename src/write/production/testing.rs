//! Lines of a production log for tests.

use super::entry::*;
use crate::seal::digest::Digest;
use crate::seal::timestamp::Timestamp;

/// What all keys here carry.
pub fn release() -> ReleaseFacts {
    ReleaseFacts {
        release_code: Digest([0x8C; 32]),
        image_sha256: Digest([0x1F; 32]),
        image_bytes: 40 << 20,
        publisher: "example-support".to_string(),
        product: "lab-patch".to_string(),
        version: "2.1".to_string(),
        position: "1.7".to_string(),
        signers: vec!["alice 0E8A8DC400000000".to_string()],
    }
}

/// An order for so many keys, all with a recipient.
pub fn order(name: &str, keys: u32) -> Order {
    Order {
        format: FORMAT,
        order: name.to_string(),
        keys,
        recipients: (1..=keys).map(|number| format!("Site {number}")).collect(),
        ticket: Some("T-1".to_string()),
        release: release(),
        operator: Some("ada".to_string()),
        opened: Timestamp::parse("2026-11-23T10:00:00Z"),
    }
}

/// A stick at `port`; an empty serial is none.
pub fn stick(port: &str, serial: &str) -> StickFacts {
    StickFacts {
        serial: Some(serial.to_string()).filter(|serial| !serial.is_empty()),
        vendor_id: Some("0951".to_string()),
        product_id: Some("1666".to_string()),
        vendor: Some("Kingston".to_string()),
        model: Some("DataTraveler".to_string()),
        bytes: Some(64 << 20),
        port: Some(port.to_string()),
        plugged: None,
    }
}

/// A stick of order 4711 whose first byte comes next.
pub fn begun(port: &str, serial: &str) -> KeyEntry {
    KeyEntry {
        result: Ending::Begun,
        detail: "writing began".to_string(),
        ended: None,
        bytes_written: 0,
        write_rate: 0,
        bytes_read: 0,
        read_rate: 0,
        ..written(port, serial)
    }
}

/// A stick of order 4711 that was written well.
pub fn written(port: &str, serial: &str) -> KeyEntry {
    KeyEntry {
        format: FORMAT,
        attempt: 1,
        written_as: None,
        order: Some("4711".to_string()),
        ordinal: None,
        recipient: None,
        stick: stick(port, serial),
        release: release(),
        tool: "0.1.0".to_string(),
        operator: Some("ada".to_string()),
        ticket: Some("T-1".to_string()),
        started: Timestamp::parse("2026-11-23T10:02:00Z"),
        ended: Timestamp::parse("2026-11-23T10:04:00Z"),
        bytes_written: 64 << 20,
        write_rate: 12_000_000,
        bytes_read: 64 << 20,
        read_rate: 30_000_000,
        extent: "whole-medium".to_string(),
        result: Ending::Done,
        detail: "written and read back".to_string(),
        findings: Vec::new(),
        first_bad_offset: None,
        protection: ProtectionFacts { reported: Some(false), forced: None, answered: Some(true) },
        protection_required: false,
    }
}

/// The proof of the key that attempt `written_as` wrote.
pub fn proved(written_as: u64, ordinal: u32) -> KeyEntry {
    let protection = ProtectionFacts { reported: Some(true), forced: None, answered: Some(true) };
    KeyEntry {
        attempt: written_as + 1,
        written_as: Some(written_as),
        ordinal: Some(ordinal),
        recipient: Some(format!("Site {ordinal}")),
        result: Ending::Proved,
        detail: "every byte is explained".to_string(),
        protection,
        ..written("1-2", "9F12")
    }
}
