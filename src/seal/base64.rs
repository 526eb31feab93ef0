//! Base64 in one spelling (RFC 4648, section 4): padded once, at the end, and
//! with trailing bits that are zero.
//!
//! The crate's decoder also takes several padded texts one behind the other
//! (`QQ==QQ==`), by which one signature would have two spellings: found by
//! fuzzing. So what was decoded is encoded again and compared.

use data_encoding::BASE64;

/// The bytes, if `text` is their one spelling.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    (BASE64.encode(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_only() {
        assert_eq!(decode(""), Some(vec![]));
        assert_eq!(decode("QQ=="), Some(b"A".to_vec()));
        assert_eq!(decode("QUE="), Some(b"AA".to_vec()));
        assert_eq!(decode("QUFB"), Some(b"AAA".to_vec()));
        // Bits behind the last byte; no padding; too much; in the middle.
        for text in ["QR==", "QQ", "QQ=", "QQ===", "QQ==QQ==", "QUE=QUE=", "QQ==QUFB", " QUFB"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
