//! SHA-256 values and the form in which people compare them.

use std::fmt;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 value (FIPS 180-4). Printed as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Exactly 64 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// A code as a person copies it: any case, groups parted by spaces, tabs,
    /// line ends or hyphens, but all 64 digits.
    pub fn parse_code(text: &str) -> Option<Self> {
        let joined: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n' | '-' | '\u{a0}'))
            .map(|c| c.to_ascii_lowercase())
            .collect();
        Self::parse(&joined)
    }

    /// The code in two lines of eight groups of four digits, a wider gap in the
    /// middle of each, as every screen and card shows it.
    pub fn code_lines(&self) -> [String; 2] {
        let hex = self.to_string();
        let groups: Vec<&str> = (0..16).map(|i| &hex[i * 4..i * 4 + 4]).collect();
        let line = |part: &[&str]| format!("{}  {}", part[..4].join(" "), part[4..].join(" "));
        [line(&groups[..8]), line(&groups[8..])]
    }

    /// All sixteen groups on one line.
    pub fn code(&self) -> String {
        self.code_lines().join("  ")
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Ten thousand of these are printed for a full release: no formatter
        // for each byte.
        let mut text = [0; 64];
        HEXLOWER.encode_mut(&self.0, &mut text);
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Digest {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| "not 64 lower-case hex digits".to_string())
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_read_back_from_groups() {
        let digest = Digest::of(b"abc");
        let lines = digest.code_lines();
        assert_eq!(lines[0], "ba78 16bf 8f01 cfea  4141 40de 5dae 2223");
        assert_eq!(Digest::parse_code(&lines.join("\n").to_uppercase()), Some(digest));
        assert_eq!(Digest::parse_code(&digest.code().replace(' ', "-")), Some(digest));
        assert_eq!(Digest::parse_code(&lines[0]), None);
    }

    #[test]
    fn hex_has_one_spelling() {
        let text = Digest::of(b"").to_string();
        assert!(Digest::parse(&text).is_some());
        assert!(Digest::parse(&text.to_uppercase()).is_none());
        assert!(Digest::parse(&text[..63]).is_none());
        assert!(Digest::parse(&format!("{text}0")).is_none());
        assert!(Digest::parse(&text.replacen('e', "+", 1)).is_none());
    }
}
