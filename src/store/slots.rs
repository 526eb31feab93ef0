//! A value with generations that never goes back, in two files.
//!
//! Generation g lies in `<name>.0` where g is odd, in `<name>.1` where it is
//! even; a write replaces the older one by an atomic file. Slot 1 begins with an
//! empty generation 0, so from the first value on both files must be there with
//! g and g-1. Anything else was not done by a power cut, which leaves one of two
//! whole states; and to fall back to the older slot would silently lower a
//! floor. So it is [`SlotsRead::Torn`], and a person decides.
//!
//! A file is one line, `mediaseal-slot FORMAT GENERATION LENGTH SHA256`, and the
//! body. The digest is over the line up to it and the body: a changed number
//! is seen like a changed byte.

use super::Doing;
use super::advice_for;
use crate::text::{Language, SlotFaults, Words, fill};
use std::ffi::{OsStr, OsString};
use std::fmt;

use super::Existing;
use super::atomic::write_atomic;
use super::error::{ReadError, StoreError, read_bounded};
use super::folder::{Access, EntryKind, Folder};
use super::lock::Locked;
use crate::seal::digest::Digest;
use crate::seal::limits::MAX_ANCHOR_BYTES;
use crate::seal::names::escape_message;

/// Format of the files that this program reads and writes.
pub const SLOT_FORMAT: u64 = 1;
/// Bytes of a body: a full chain of trust with its signatures, and as much
/// again of what a state adds to it.
pub const MAX_BODY_BYTES: usize = 2 * MAX_ANCHOR_BYTES;
/// First word of a slot.
const MAGIC: &str = "mediaseal-slot";
/// Bytes of the first line: the word, three numbers of 20 digits, 64 digits.
const MAX_HEADER_BYTES: usize = 160;
/// Readings until two are equal. A writer may come between the two files of a
/// reading, which then do not fit though nothing is torn.
const READINGS: usize = 8;

/// A value that is kept in two slots.
#[derive(Clone, Debug)]
pub struct Slots {
    name: String,
    access: Access,
}

/// What the two slots say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SlotsRead {
    /// No value was ever stored, or both files are gone, or the only one that
    /// generation 1 has: markers and records elsewhere tell which.
    Missing,
    /// Something that no power cut leaves. Never to be taken for a value.
    Torn {
        /// What is wrong, with the file's name; escaped.
        what: Words,
    },
    /// A newer program wrote this.
    Newer {
        /// Its format.
        format: u64,
    },
    /// The value.
    Good {
        /// Counts writes from 1.
        generation: u64,
        /// What was stored.
        body: Vec<u8>,
    },
}

/// Why a value was not stored. The old one is still there, or the new one.
#[derive(Debug)]
pub enum SlotsError {
    /// The slots cannot be read.
    Read(ReadError),
    /// The slots are not in a state that may be written over.
    State(SlotsRead),
    /// Another program stored a value meanwhile.
    Changed {
        /// The generation that was expected.
        expected: u64,
        /// The one that is there.
        found: u64,
    },
    /// The body is longer than [`MAX_BODY_BYTES`].
    TooLong(usize),
    /// Writing failed.
    Write(StoreError),
}

impl SlotsError {
    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().store_faults;
        match self {
            Self::Read(error) => error.words(language),
            Self::State(SlotsRead::Torn { what }) => {
                fill(faults.torn.what, &[("what", what.in_language(language).to_string())])
            }
            Self::State(SlotsRead::Newer { format }) => {
                fill(faults.newer.what, &[("format", format.to_string())])
            }
            Self::State(_) => faults.unexpected.what.to_string(),
            Self::Changed { expected, found } => fill(
                faults.moved.what,
                &[("expected", expected.to_string()), ("found", found.to_string())],
            ),
            Self::TooLong(bytes) => {
                fill(faults.body_too_long.what, &[("bytes", language.number(*bytes as u64))])
            }
            Self::Write(error) => error.words(language),
        }
    }

    /// What the person can do.
    pub fn advice(&self, language: Language) -> &'static str {
        let faults = &language.table().store_faults;
        match self {
            Self::Read(ReadError::Io { error, .. }) => advice_for(error, language),
            Self::Read(ReadError::TooLong { .. }) => faults.too_long.next,
            Self::State(SlotsRead::Newer { .. }) => faults.newer.next,
            Self::State(_) => faults.torn.next,
            Self::Changed { .. } => faults.moved.next,
            Self::TooLong(_) => faults.body_too_long.next,
            Self::Write(error) => error.advice(language),
        }
    }
}

impl fmt::Display for SlotsError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for SlotsError {}

/// Why a file is none of ours: its text, in whichever language.
type Fault = fn(&SlotFaults) -> &'static str;

/// One file of the two.
enum Slot {
    Absent,
    Newer(u64),
    Bad(Fault),
    Good { generation: u64, body: Vec<u8> },
}

impl Slots {
    /// The value `name`, whose files others may or may not read.
    pub fn new(name: &str, access: Access) -> Self {
        Self { name: name.to_string(), access }
    }

    fn file(&self, slot: u64) -> OsString {
        OsString::from(format!("{}.{slot}", self.name))
    }

    /// Reads the value. Needs no lock.
    pub fn read<F: Folder>(&self, folder: &F) -> Result<SlotsRead, ReadError> {
        let mut last = self.read_once(folder)?;
        for _ in 1..READINGS {
            if !matches!(last, SlotsRead::Torn { .. }) {
                break;
            }
            let next = self.read_once(folder)?;
            if next == last {
                break;
            }
            last = next;
        }
        Ok(last)
    }

    /// The bodies of all slots that are whole by themselves, the older first,
    /// whatever became of the other one: for `enrol --recover` alone, which
    /// must not lower what any of them says.
    pub fn whole_bodies<F: Folder>(&self, folder: &F) -> Vec<Vec<u8>> {
        let mut whole = Vec::new();
        for slot in [0, 1] {
            if let Ok(Slot::Good { generation: generation @ 1.., body }) =
                self.read_slot(folder, slot)
            {
                whole.push((generation, body));
            }
        }
        whole.sort();
        whole.into_iter().map(|(_, body)| body).collect()
    }

    fn read_once<F: Folder>(&self, folder: &F) -> Result<SlotsRead, ReadError> {
        let slots = [self.read_slot(folder, 0)?, self.read_slot(folder, 1)?];
        for slot in &slots {
            if let Slot::Newer(format) = slot {
                return Ok(SlotsRead::Newer { format: *format });
            }
        }
        for (number, slot) in slots.iter().enumerate() {
            if let Slot::Bad(what) = slot {
                return Ok(torn(*what, &self.file(number as u64)));
            }
        }
        Ok(match slots {
            [Slot::Absent, Slot::Absent] => SlotsRead::Missing,
            [Slot::Absent, Slot::Good { generation: 0, .. }] => SlotsRead::Missing,
            [Slot::Absent, _] => torn(|faults| faults.missing, &self.file(0)),
            [_, Slot::Absent] => torn(|faults| faults.missing, &self.file(1)),
            [
                Slot::Good { generation: odd, body },
                Slot::Good { generation: even, body: other },
            ] => match odd.abs_diff(even) {
                1 if odd > even => SlotsRead::Good { generation: odd, body },
                1 => SlotsRead::Good { generation: even, body: other },
                _ => SlotsRead::Torn { what: out_of_sequence(&self.name, odd, even) },
            },
            // Bad and newer slots were answered above.
            _ => torn(|faults| faults.not_ours, OsStr::new(&self.name)),
        })
    }

    fn newest_whole<F: Folder>(&self, folder: &F) -> Option<(u64, Vec<u8>)> {
        let slots = [0, 1].into_iter().filter_map(|slot| self.read_slot(folder, slot).ok());
        let whole = slots.filter_map(|slot| match slot {
            // Generation 0 is empty and never held a value.
            Slot::Good { generation, body } if generation > 0 => Some((generation, body)),
            _ => None,
        });
        whole.max_by_key(|(generation, _)| *generation)
    }

    fn read_slot<F: Folder>(&self, folder: &F, slot: u64) -> Result<Slot, ReadError> {
        let limit = MAX_BODY_BYTES + MAX_HEADER_BYTES;
        let name = self.file(slot);
        // A link or folder by this name is a wrong state, not a failing disk.
        let entry = folder
            .entry(&name)
            .map_err(|error| ReadError::Io { path: folder.path().join(&name), error })?;
        if entry.is_some_and(|entry| entry.kind != EntryKind::File) {
            return Ok(Slot::Bad(|faults| faults.not_a_file));
        }
        match read_bounded(folder, &name, limit) {
            Ok(None) => Ok(Slot::Absent),
            Ok(Some(bytes)) => Ok(parse(&bytes, slot)),
            Err(ReadError::TooLong { .. }) => Ok(Slot::Bad(|faults| faults.too_long)),
            Err(error) => Err(error),
        }
    }

    /// Stores `body` as the generation after `expected`, which is the one that
    /// the caller read and decided upon (0 for none). Returns the new one.
    pub fn write<F: Folder>(
        &self,
        folder: &Locked<F>,
        expected: u64,
        body: &[u8],
    ) -> Result<u64, SlotsError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(SlotsError::TooLong(body.len()));
        }
        let found = match self.read(&**folder).map_err(SlotsError::Read)? {
            SlotsRead::Missing => 0,
            SlotsRead::Good { generation, .. } => generation,
            other => return Err(SlotsError::State(other)),
        };
        if found != expected {
            return Err(SlotsError::Changed { expected, found });
        }
        self.write_next(&**folder, found, body)
    }

    /// Stores `body`, whatever is there: for `enrol` alone, which has decided
    /// what the old value comes to. It follows the newest file that is whole,
    /// which stays, so that a power cut leaves that one to be read again;
    /// where there is none, it is generation 1.
    pub fn reset<F: Folder>(&self, folder: &Locked<F>, body: &[u8]) -> Result<u64, SlotsError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(SlotsError::TooLong(body.len()));
        }
        if let Some((last, _)) = self.newest_whole(&**folder).filter(|(last, _)| *last < u64::MAX) {
            return self.write_next(&**folder, last, body);
        }
        let removal = |error: std::io::Error, slot| {
            SlotsError::Write(StoreError::io(Doing::Remove, folder.path().join(self.file(slot)))(
                error,
            ))
        };
        for slot in [0, 1] {
            match folder.remove_file(&self.file(slot)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(removal(error, slot));
                }
                _ => folder.sync().map_err(|error| removal(error, slot))?,
            }
        }
        self.write_next(&**folder, 0, body)
    }

    fn write_next<F: Folder>(&self, folder: &F, last: u64, body: &[u8]) -> Result<u64, SlotsError> {
        if last == 0 {
            self.write_slot(folder, 0, b"")?;
        }
        // Nobody writes 2^64 times; and if so, it stays as it is.
        let next = last.saturating_add(1);
        self.write_slot(folder, next, body)?;
        Ok(next)
    }

    fn write_slot<F: Folder>(
        &self,
        folder: &F,
        generation: u64,
        body: &[u8],
    ) -> Result<(), SlotsError> {
        let bytes = print(generation, body);
        let file = self.file(slot_of(generation));
        write_atomic(folder, &file, &bytes, self.access, Existing::Replace)
            .map_err(SlotsError::Write)
    }
}

fn torn(fault: Fault, file: &OsStr) -> SlotsRead {
    let file = [("file", escape_message(&file.to_string_lossy()))];
    let words = |language: Language| fill(fault(&language.table().slot_faults), &file);
    SlotsRead::Torn { what: Words::of(words) }
}

fn out_of_sequence(name: &str, odd: u64, even: u64) -> Words {
    let values =
        [("file", escape_message(name)), ("odd", odd.to_string()), ("even", even.to_string())];
    Words::with(|table| table.slot_faults.no_sequence, &values)
}

fn slot_of(generation: u64) -> u64 {
    1 - generation % 2
}

fn digest(head: &str, body: &[u8]) -> Digest {
    Digest::of(&[head.as_bytes(), body].concat())
}

fn print(generation: u64, body: &[u8]) -> Vec<u8> {
    let head = format!("{MAGIC} {SLOT_FORMAT} {generation} {} ", body.len());
    let mut bytes = format!("{head}{}\n", digest(&head, body)).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

fn parse(bytes: &[u8], slot: u64) -> Slot {
    let end = bytes.iter().take(MAX_HEADER_BYTES).position(|byte| *byte == b'\n');
    let line = end.and_then(|end| std::str::from_utf8(&bytes[..end]).ok());
    let (Some(end), Some(line)) = (end, line) else {
        return Slot::Bad(|faults| faults.no_first_line);
    };
    let fields: Vec<&str> = line.split(' ').collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    match (fields.first(), number(1)) {
        (Some(&MAGIC), Some(format)) if format > SLOT_FORMAT => return Slot::Newer(format),
        (Some(&MAGIC), Some(SLOT_FORMAT)) => {}
        _ => return Slot::Bad(|faults| faults.not_ours),
    }
    let Some(generation) = number(2) else {
        return Slot::Bad(|faults| faults.no_generation);
    };
    let body = &bytes[end + 1..];
    // Printed again and compared: one spelling, right length, right digest.
    if print(generation, body) != bytes {
        return Slot::Bad(|faults| faults.other_bytes);
    }
    if slot_of(generation) != slot {
        return Slot::Bad(|faults| faults.other_slot);
    }
    Slot::Good { generation, body: body.to_vec() }
}

#[cfg(test)]
#[path = "slots_tests.rs"]
mod tests;
