//! One line of the production log.

use serde::{Deserialize, Serialize};

use crate::seal::digest::Digest;
use crate::seal::names::escape;
use crate::seal::timestamp::Timestamp;

/// The format that this program writes. A line of a newer one is not guessed at.
pub const FORMAT: u32 = 1;
/// Longest text of a field, characters. Serials of USB devices have at most 126.
pub const MAX_TEXT: usize = 200;

/// A text that came from a stick or a person: nothing in it acts on a screen,
/// and it is cut where it is longer than [`MAX_TEXT`].
pub fn clean(text: &str) -> String {
    escape(text.trim()).chars().take(MAX_TEXT).collect()
}

/// The same for raw bytes of a device; nothing where there is nothing.
pub fn clean_bytes(bytes: Option<&[u8]>) -> Option<String> {
    let text = clean(&String::from_utf8_lossy(bytes?));
    Some(text).filter(|text| !text.is_empty())
}

/// What a log holds, one a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Entry {
    /// An order was opened.
    Order(Box<Order>),
    /// The first byte comes next: the attempt has this line whatever becomes of the
    /// computer, and the same number once it ends.
    Begun(Box<KeyEntry>),
    /// A key was written, or could not be.
    Write(Box<KeyEntry>),
    /// A key was plugged in again and proved, or could not be.
    Confirm(Box<KeyEntry>),
}

impl Entry {
    /// The lines about keys.
    pub fn key(&self) -> Option<&KeyEntry> {
        match self {
            Self::Order(_) => None,
            Self::Begun(key) | Self::Write(key) | Self::Confirm(key) => Some(key),
        }
    }

    /// True for a line after which more is known of what is on the stick: not one
    /// that was refused, and no proof that was not finished or found every byte
    /// right but the switch open.
    pub fn tells_of_the_stick(&self) -> bool {
        match self {
            Self::Order(_) => false,
            // Whatever was on it is being written over.
            Self::Begun(_) => true,
            Self::Write(key) => key.result != Ending::Refused,
            Self::Confirm(key) => {
                matches!(key.result, Ending::Proved | Ending::Failed | Ending::OsChanges)
            }
        }
    }

    /// The format that the line is in.
    pub fn format(&self) -> u32 {
        match self {
            Self::Order(order) => order.format,
            Self::Begun(key) | Self::Write(key) | Self::Confirm(key) => key.format,
        }
    }
}

/// So many keys of one image, for these recipients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// [`FORMAT`]
    pub format: u32,
    /// Its name, such as `4711`.
    pub order: String,
    /// Keys that are to leave.
    pub keys: u32,
    /// Who gets them, in the order of the ordinals; empty where nobody is named.
    pub recipients: Vec<String>,
    /// Ticket of the order.
    pub ticket: Option<String>,
    /// What is on the keys.
    pub release: ReleaseFacts,
    /// Who opened it, on this computer.
    pub operator: Option<String>,
    /// When, by this computer's clock.
    pub opened: Option<Timestamp>,
}

/// What a key carries, by the numbers that people compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseFacts {
    /// SHA-256 of `SHA256SUMS`.
    pub release_code: Digest,
    /// SHA-256 of the image.
    pub image_sha256: Digest,
    /// Its bytes.
    pub image_bytes: u64,
    /// Publisher.
    pub publisher: String,
    /// Product.
    pub product: String,
    /// Version.
    pub version: String,
    /// `epoch.sequence`
    pub position: String,
    /// Who signed: name and key id.
    pub signers: Vec<String>,
}

/// A stick, as it told itself and as the computer saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StickFacts {
    /// Serial number; cheap sticks have none, or all the same.
    pub serial: Option<String>,
    /// USB vendor number, four hex digits.
    pub vendor_id: Option<String>,
    /// USB product number, four hex digits.
    pub product_id: Option<String>,
    /// Maker.
    pub vendor: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Bytes in all.
    pub bytes: Option<u64>,
    /// Where it was plugged in, such as `1-2`.
    pub port: Option<String>,
    /// Names this plugging-in on this computer: which run of the system, and a
    /// number that counts up with every disk.
    pub plugged: Option<String>,
}

/// Write protection: three facts that are never mixed; `None` is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectionFacts {
    /// The device is taken for write-protected.
    pub reported: Option<bool>,
    /// This computer refuses writing to removable disks.
    pub forced: Option<bool>,
    /// The device answered when it was asked.
    pub answered: Option<bool>,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Not at all yet: the end is another line, or was lost with the power.
    Begun,
    /// Written and read back.
    Done,
    /// Plugged in again, every byte right: it may leave.
    Proved,
    /// The stick is not a key.
    Failed,
    /// An operating system changed it: to be written again.
    OsChanges,
    /// Every byte is right, but the protection that was asked for is not seen.
    NotProtected,
    /// Nothing was written, for safety.
    Refused,
    /// No verdict: it could not be read, or nobody known here signed it.
    CannotTell,
    /// Stopped by the person.
    Cancelled,
}

impl Ending {
    /// The word, as in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Proved => "proved",
            Self::Failed => "failed",
            Self::OsChanges => "os-changes",
            Self::NotProtected => "not-protected",
            Self::Refused => "refused",
            Self::CannotTell => "cannot-tell",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One attempt with one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// [`FORMAT`]
    pub format: u32,
    /// Counts the attempts with keys, from 1. Beginning and end of one have the same.
    pub attempt: u64,
    /// For a proof: the attempt that wrote this key, if one of this log did.
    pub written_as: Option<u64>,
    /// The order that it belongs to.
    pub order: Option<String>,
    /// Its number within the order, given with the proof and never before.
    pub ordinal: Option<u32>,
    /// Who gets it.
    pub recipient: Option<String>,
    /// The stick.
    pub stick: StickFacts,
    /// What is on it.
    pub release: ReleaseFacts,
    /// Version of this program.
    pub tool: String,
    /// Who did it, on this computer.
    pub operator: Option<String>,
    /// Ticket.
    pub ticket: Option<String>,
    /// When it began and ended, by this computer's clock.
    pub started: Option<Timestamp>,
    /// See `started`.
    pub ended: Option<Timestamp>,
    /// Bytes written, and how many a second.
    pub bytes_written: u64,
    /// See `bytes_written`.
    pub write_rate: u64,
    /// Bytes read, and how many a second.
    pub bytes_read: u64,
    /// See `bytes_read`.
    pub read_rate: u64,
    /// `whole-medium` or `volume`: how much of the stick this is about.
    pub extent: String,
    /// How it ended.
    pub result: Ending,
    /// The same in words.
    pub detail: String,
    /// Numbers of findings, such as `M-233`.
    pub findings: Vec<String>,
    /// The first byte that was wrong, from the start of the stick.
    pub first_bad_offset: Option<u64>,
    /// What protection was seen.
    pub protection: ProtectionFacts,
    /// Whether protection was asked for.
    pub protection_required: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::production::testing;

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        for entry in [
            Entry::Order(Box::new(testing::order("4711", 2))),
            Entry::Begun(Box::new(testing::begun("1-2", "9F12"))),
            Entry::Write(Box::new(testing::written("1-2", "9F12"))),
            Entry::Confirm(Box::new(testing::proved(1, 38))),
        ] {
            let text = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry, "{text}");
            assert_eq!(entry.format(), FORMAT);
        }
    }

    #[test]
    fn every_field_is_in_the_line() {
        let entry = Entry::Write(Box::new(testing::written("1-2", "9F12")));
        let value = serde_json::to_value(&entry).unwrap();
        for field in [
            "order",
            "ordinal",
            "recipient",
            "tool",
            "operator",
            "ticket",
            "started",
            "ended",
            "write_rate",
            "read_rate",
            "result",
            "first_bad_offset",
            "protection",
        ] {
            assert!(value.get(field).is_some(), "{field}");
        }
        for field in ["serial", "vendor_id", "product_id", "model", "bytes", "port"] {
            assert!(value["stick"].get(field).is_some(), "{field}");
        }
        for field in ["image_sha256", "release_code", "signers"] {
            assert!(value["release"].get(field).is_some(), "{field}");
        }
        assert_eq!(value["kind"], "write");
    }

    #[test]
    fn texts_of_sticks_are_escaped_and_bounded() {
        assert_eq!(clean_bytes(Some(b"  A\x1b[31mB \n")).unwrap(), "A\\u{1b}[31mB");
        assert_eq!(clean_bytes(Some(b"   ")), None);
        assert_eq!(clean_bytes(None), None);
        assert_eq!(clean(&"x".repeat(500)).len(), MAX_TEXT);
    }
}
