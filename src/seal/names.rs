//! Names, numbers and texts of signed documents: parse once, then trust the type.
//!
//! Defends against paths that leave the release or mean something else on
//! Windows (streams, devices, short names, trimming), against names that are
//! equal without case, and against texts that change how a line reads.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use super::limits::{MAX_DEPTH, MAX_FILES, MAX_NUMBER, MAX_PATH_BYTES, MAX_TEXT_CHARACTERS};
use crate::text::{Language, fill};

/// A `String` newtype with a check; serialised as the plain string.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr, $rule:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The value, if it keeps the rule.
            pub fn parse(text: &str) -> Result<Self, String> {
                let check: fn(&str) -> bool = $check;
                if check(text) { Ok(Self(text.to_string())) } else { Err(Self::rule(text)) }
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            fn rule(text: &str) -> String {
                format!("\"{}\" is not {}", escape(text), $rule)
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

checked_text!(
    /// A publisher, product or signer: `[a-z0-9-]{1,32}`.
    Identifier,
    |text| (1..=32).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')),
    "1 to 32 of a-z, 0-9 and -"
);

checked_text!(
    /// A release's version as people say it: `[0-9A-Za-z.+-]{1,32}`.
    VersionText,
    |text| (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-')),
    "1 to 32 of 0-9, A-Z, a-z, dot, + and -"
);

checked_text!(
    /// A text that people read: 1 to 200 characters, none of them control,
    /// bidirectional or invisible, no space at either end.
    Text,
    |text| {
        let count = text.chars().count();
        (1..=MAX_TEXT_CHARACTERS).contains(&count)
            && text.trim() == text
            && !text.chars().any(deceives)
    },
    "1 to 200 visible characters without control or bidirectional ones"
);

checked_text!(
    /// A volume label: `[A-Z0-9_-]{1,11}`.
    VolumeLabel,
    |text| (1..=11).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-')),
    "1 to 11 of A-Z, 0-9, _ and -"
);

checked_text!(
    /// A folder of a Windows disk, such as `C:\Illumina`.
    WindowsFolder,
    |text| {
        let Some((drive, rest)) = text.split_once(":\\") else { return false };
        drive.len() == 1
            && drive.bytes().all(|b| b.is_ascii_uppercase())
            && text.len() <= 100
            && !rest.is_empty()
            && rest.split('\\').all(|part| component_fault(part).is_none())
    },
    "a folder like C:\\Illumina"
);

checked_text!(
    /// A version that is compared by its numbers: one to four parts of
    /// 0 to 2^31 - 1 without leading zeros, joined by dots.
    DottedVersion,
    |text| {
        let parts: Vec<&str> = text.split('.').collect();
        (1..=4).contains(&parts.len())
            && parts.iter().all(|part| {
                part.parse::<u32>().is_ok_and(|n| n <= MAX_NUMBER && n.to_string() == *part)
            })
    },
    "one to four numbers joined by dots"
);

impl DottedVersion {
    /// Its numbers, one to four.
    pub fn numbers(&self) -> Vec<u32> {
        // The rule of the type left nothing else than such numbers.
        self.as_str().split('.').filter_map(|part| part.parse().ok()).collect()
    }
}

/// A number of ours: 1 to 2^31 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Number(u32);

impl Number {
    /// The smallest number, 1.
    pub const ONE: Self = Self(1);

    /// `value`, if it is 1 to 2^31 - 1.
    pub fn new(value: u32) -> Option<Self> {
        (1..=MAX_NUMBER).contains(&value).then_some(Self(value))
    }

    /// The plain integer.
    pub fn value(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for Number {
    type Error = String;
    fn try_from(value: u32) -> Result<Self, String> {
        Self::new(value).ok_or_else(|| format!("{value} is not 1 to {MAX_NUMBER}"))
    }
}

impl From<Number> for u32 {
    fn from(number: Number) -> Self {
        number.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a release stands in its product's history: `epoch.sequence`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Starts the product anew after stolen release keys.
    pub epoch: Number,
    /// Counts releases within an epoch.
    pub sequence: Number,
}

impl Position {
    /// Reads `1.7`, without leading zeros.
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, sequence) = text.split_once('.')?;
        let number = |part: &str| {
            let number = Number::new(part.parse().ok()?)?;
            (number.to_string() == part).then_some(number)
        };
        Some(Self { epoch: number(epoch)?, sequence: number(sequence)? })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.sequence)
    }
}

/// What is wrong with a path, or with a set of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// The path is empty, absolute, or has an empty component.
    Empty,
    /// Longer than [`MAX_PATH_BYTES`].
    TooLong,
    /// More than [`MAX_DEPTH`] components.
    TooDeep,
    /// A character outside `[A-Za-z0-9._-]`.
    Character(char),
    /// `.` or `..`
    Relative,
    /// A trailing dot, which Windows drops.
    TrailingDot,
    /// A device name of Windows, with any extension.
    Device,
    /// Equal to another path, or to a folder of it, without case.
    CaseTwin(String),
    /// A file where another path has a folder.
    FileAndFolder(String),
    /// More than [`MAX_FILES`] paths.
    TooMany,
}

impl NameFault {
    /// Why, in words; what a stranger wrote is escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().seal_faults;
        let limit = |limit: usize| [("limit", language.number(limit as u64))];
        let other = |other: &String| [("other", escape(other))];
        match self {
            Self::Empty => faults.name_empty.to_string(),
            Self::TooLong => fill(faults.name_too_long, &limit(MAX_PATH_BYTES)),
            Self::TooDeep => fill(faults.name_too_deep, &limit(MAX_DEPTH)),
            Self::Character(c) => {
                fill(faults.name_character, &[("character", escape(&c.to_string()))])
            }
            Self::Relative => faults.name_relative.to_string(),
            Self::TrailingDot => faults.name_trailing_dot.to_string(),
            Self::Device => faults.name_device.to_string(),
            Self::CaseTwin(twin) => fill(faults.name_case_twin, &other(twin)),
            Self::FileAndFolder(path) => fill(faults.name_file_and_folder, &other(path)),
            Self::TooMany => fill(faults.name_too_many, &limit(MAX_FILES)),
        }
    }
}

impl fmt::Display for NameFault {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for NameFault {}

/// Names that Windows gives to devices, whatever extension follows
/// (Microsoft, "Naming Files, Paths, and Namespaces"). The superscript digits
/// of `COM¹` are outside ASCII and refused as characters.
const DEVICES: [&str; 8] = ["CON", "PRN", "AUX", "NUL", "CONIN", "CONOUT", "COM", "LPT"];

/// Checks one component of a path.
fn component_fault(part: &str) -> Option<NameFault> {
    if part.is_empty() {
        return Some(NameFault::Empty);
    }
    if part == "." || part == ".." {
        return Some(NameFault::Relative);
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if !part.bytes().all(allowed) {
        // No byte of a longer character is allowed, so there is one.
        let wrong = part.chars().find(|c| !c.is_ascii() || !allowed(*c as u8));
        return wrong.map(NameFault::Character);
    }
    if part.ends_with('.') {
        return Some(NameFault::TrailingDot);
    }
    let stem = part.split('.').next().unwrap_or(part);
    // The longest has six characters.
    if stem.len() <= 6 && is_device(stem) {
        return Some(NameFault::Device);
    }
    None
}

/// True for a device name without its extension.
fn is_device(stem: &str) -> bool {
    let (plain, numbered) = DEVICES.split_at(6);
    let digit = stem.bytes().last().filter(u8::is_ascii_digit);
    // The digit is one byte, so what is before it is text.
    let without_digit = digit.map(|_| &stem[..stem.len() - 1]);
    plain.iter().any(|device| device.eq_ignore_ascii_case(stem))
        || without_digit.is_some_and(|stem| numbered.iter().any(|d| d.eq_ignore_ascii_case(stem)))
}

/// Checks a path of a release: relative, `/` between parts, ASCII
/// `[A-Za-z0-9._-]`, no device name, no trailing dot, at most 8 deep.
pub fn check_path(path: &str) -> Result<(), NameFault> {
    if path.is_empty() {
        return Err(NameFault::Empty);
    }
    if path.len() > MAX_PATH_BYTES {
        return Err(NameFault::TooLong);
    }
    if path.split('/').count() > MAX_DEPTH {
        return Err(NameFault::TooDeep);
    }
    match path.split('/').find_map(component_fault) {
        Some(fault) => Err(fault),
        None => Ok(()),
    }
}

/// True for characters that are not seen or that change how others are seen.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// `text` with everything that could act on a terminal or mislead an eye
/// written as `\u{...}`. For names that nobody signed: file names, labels,
/// serial numbers, messages of parsers.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\\' {
            safe.push_str("\\\\");
        } else if deceives(c) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// [`escape`] for a path of this computer, as people know it: its backslashes
/// stay single, so that it can be copied. Not to be read back.
pub fn escape_path(path: &std::path::Path) -> String {
    escape_message(&path.display().to_string())
}

/// [`escape`] for a message of this computer, which may name paths of it: the
/// same, with single backslashes. What is escaped already stays as it is.
pub fn escape_message(text: &str) -> String {
    escape(text).replace("\\\\", "\\")
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
