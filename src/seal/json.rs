//! One spelling for signed JSON.
//!
//! A document is read with unknown fields denied, printed again and compared
//! with what was received. Duplicate keys, other spellings of a number, other
//! white space, a byte-order mark and trailing bytes all end here, so that two
//! parsers cannot read one signed document in two ways.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};

use crate::text::{Language, fill};

/// Why a document was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// More bytes than the document's limit.
    TooLong {
        /// The limit, bytes.
        limit: usize,
    },
    /// Not the JSON that is expected; serde's sentence with line and column.
    Malformed(String),
    /// Readable, but not in the one spelling.
    OtherSpelling {
        /// Byte offset of the first difference.
        at: usize,
    },
}

impl JsonError {
    /// Why, in words; what a stranger wrote is escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().seal_faults;
        match self {
            Self::TooLong { limit } => {
                fill(faults.too_long, &[("limit", language.number(*limit as u64))])
            }
            // The parser's own sentence; it was escaped when it was kept.
            Self::Malformed(why) => fill(faults.malformed, &[("said", why.clone())]),
            Self::OtherSpelling { at } => {
                fill(faults.other_spelling, &[("at", language.number(*at as u64))])
            }
        }
    }
}

impl fmt::Display for JsonError {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for JsonError {}

/// The one spelling of `value`: UTF-8, two spaces of indentation, LF, one LF at
/// the end, fields in the order of their declaration.
///
/// Fails only where a map's key is no text, which none of our types has.
pub fn print<T: Serialize>(value: &T) -> Result<Vec<u8>, JsonError> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|error| JsonError::Malformed(error.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads `bytes` if they are the one spelling of a `T` and at most `limit` long.
pub fn parse<T: Serialize + DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, JsonError> {
    if bytes.len() > limit {
        return Err(JsonError::TooLong { limit });
    }
    let value: T = serde_json::from_slice(bytes)
        .map_err(|error| JsonError::Malformed(super::names::escape(&error.to_string())))?;
    let printed = print(&value)?;
    if printed != bytes {
        let same = printed.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        return Err(JsonError::OtherSpelling { at: same });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        a: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        b: Option<String>,
    }

    #[test]
    fn only_the_one_spelling_is_read() {
        let good = b"{\n  \"a\": 1\n}\n";
        assert_eq!(parse::<Sample>(good, 100), Ok(Sample { a: 1, b: None }));
        for bad in [
            "{\n  \"a\": 1\n}",
            "{\n  \"a\": 1\n}\n\n",
            "{\n  \"a\": 1\n}\n ",
            "\u{feff}{\n  \"a\": 1\n}\n",
            "{\"a\":1}\n",
            "{\n  \"a\": 1,\n  \"a\": 1\n}\n",
            "{\n  \"a\": 1,\n  \"b\": null\n}\n",
            "{\n  \"a\": 1,\n  \"c\": 2\n}\n",
            "{\n  \"a\": 1.0\n}\n",
            "{\n  \"a\": 1e0\n}\n",
            "{\n  \"a\": 1e999\n}\n",
            "{\n  \"a\": -0\n}\n",
            "{\n  \"a\": 01\n}\n",
            "{\n  \"a\": 1,\n  \"b\": \"\\u0041\"\n}\n",
            "{\r\n  \"a\": 1\r\n}\r\n",
            "",
        ] {
            assert!(parse::<Sample>(bad.as_bytes(), 100).is_err(), "{bad}");
        }
        let deep = "[".repeat(100_000);
        assert!(parse::<Sample>(deep.as_bytes(), 1 << 20).is_err());
        assert_eq!(parse::<Sample>(good, 5), Err(JsonError::TooLong { limit: 5 }));
        // The limit itself is within.
        assert!(parse::<Sample>(good, good.len()).is_ok());
        assert!(parse::<Sample>(good, good.len() - 1).is_err());
        // The first byte that differs is named.
        let other = b"{\n  \"a\":  1\n}\n";
        assert_eq!(parse::<Sample>(other, 100), Err(JsonError::OtherSpelling { at: 9 }));
    }
}
