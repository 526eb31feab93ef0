//! minisign signature files, algorithm `ED`, in one spelling.
//!
//! Format (minisign manual, "Signature format"): four lines, LF after each:
//! untrusted comment; base64 of `ED`, key id, Ed25519 signature over the
//! BLAKE2b-512 of the file; trusted comment; base64 of the Ed25519 signature
//! over that signature and the trusted comment. Both are verified strictly.
//!
//! The legacy algorithm `Ed` (over the file itself) is refused: one flipped
//! byte would turn such a signature into an `ED` one over other content. The
//! untrusted comment is fixed, since nothing signs it.

use std::fmt;

use blake2::{Blake2b512, Digest as _};
use data_encoding::BASE64;

use super::base64;
use super::key::{KeyId, PublicKey};
use super::limits::MAX_SIGNATURE_BYTES;
use super::names::{Identifier, Position, VersionText};

/// What minisign itself writes, and the only untrusted comment we take.
pub const UNTRUSTED_COMMENT: &str = "untrusted comment: signature from minisign secret key";
/// What stands before the trusted comment.
pub const TRUSTED_PREFIX: &str = "trusted comment: ";
/// The algorithm we take: Ed25519 over BLAKE2b-512.
pub const ALGORITHM: &[u8; 2] = b"ED";

/// A signature file in the one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    key_id: KeyId,
    signature: [u8; 64],
    trusted_comment: String,
    global: [u8; 64],
}

/// Why a signature file does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// The file is empty.
    Empty,
    /// Not exactly four lines of exact lengths with LF, or a comment that is
    /// not ours.
    Format,
    /// The legacy algorithm `Ed`, or an unknown one.
    Algorithm,
    /// The key id inside is not the one in the file's name.
    KeyId,
    /// No key of that id in the chain.
    UnknownKey,
    /// The signature over the file is not valid.
    Content,
    /// The signature over the trusted comment is not valid.
    Comment,
    /// The trusted comment names another document.
    OtherDocument,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the file is empty",
            Self::Format => "not a minisign signature in its one spelling",
            Self::Algorithm => "not of the algorithm ED (made without -l)",
            Self::KeyId => "the key id inside is not the one in its name",
            Self::UnknownKey => "no key of that id may sign this",
            Self::Content => "not a signature of this file by that key",
            Self::Comment => "its trusted comment was changed",
            Self::OtherDocument => "its trusted comment names another document",
        })
    }
}

impl std::error::Error for SignatureError {}

impl Signature {
    /// Puts a signature together, for signers.
    pub fn new(
        key_id: KeyId,
        signature: [u8; 64],
        trusted_comment: String,
        global: [u8; 64],
    ) -> Self {
        Self { key_id, signature, trusted_comment, global }
    }

    /// Reads the one spelling; nothing is verified yet.
    pub fn parse(bytes: &[u8]) -> Result<Self, SignatureError> {
        if bytes.is_empty() {
            return Err(SignatureError::Empty);
        }
        if bytes.len() > MAX_SIGNATURE_BYTES {
            return Err(SignatureError::Format);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| SignatureError::Format)?;
        let text = text.strip_suffix('\n').ok_or(SignatureError::Format)?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [untrusted, first, trusted, second] = lines[..] else {
            return Err(SignatureError::Format);
        };
        let comment = trusted.strip_prefix(TRUSTED_PREFIX).ok_or(SignatureError::Format)?;
        if untrusted != UNTRUSTED_COMMENT || !comment.bytes().all(|b| matches!(b, b' '..=b'~')) {
            return Err(SignatureError::Format);
        }
        let packed: [u8; 74] = decode(first)?;
        let (algorithm, rest) = packed.split_at(2);
        let (key_id, signature) = rest.split_at(8);
        if algorithm != ALGORITHM {
            return Err(SignatureError::Algorithm);
        }
        // The lengths are those of the array that was split: 2, 8, 64.
        let (Ok(key_id), Ok(signature)) = (key_id.try_into(), signature.try_into()) else {
            return Err(SignatureError::Format);
        };
        Ok(Self {
            key_id: KeyId(key_id),
            signature,
            trusted_comment: comment.to_string(),
            global: decode(second)?,
        })
    }

    /// The one spelling.
    pub fn print(&self) -> Vec<u8> {
        let mut packed = ALGORITHM.to_vec();
        packed.extend_from_slice(&self.key_id.0);
        packed.extend_from_slice(&self.signature);
        format!(
            "{UNTRUSTED_COMMENT}\n{}\n{TRUSTED_PREFIX}{}\n{}\n",
            BASE64.encode(&packed),
            self.trusted_comment,
            BASE64.encode(&self.global)
        )
        .into_bytes()
    }

    /// The id of the key that claims to have signed.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The comment that the second signature covers.
    pub fn trusted_comment(&self) -> &str {
        &self.trusted_comment
    }

    /// Verifies both signatures over the received bytes.
    pub fn verify(&self, key: &PublicKey, message: &[u8]) -> Result<(), SignatureError> {
        if key.id() != self.key_id {
            return Err(SignatureError::KeyId);
        }
        if !key.verify(&Blake2b512::digest(message), &self.signature) {
            return Err(SignatureError::Content);
        }
        let mut covered = self.signature.to_vec();
        covered.extend_from_slice(self.trusted_comment.as_bytes());
        match key.verify(&covered, &self.global) {
            true => Ok(()),
            false => Err(SignatureError::Comment),
        }
    }
}

/// Base64 of exactly `N` bytes, canonical padding and trailing bits.
fn decode<const N: usize>(line: &str) -> Result<[u8; N], SignatureError> {
    let bytes = base64::decode(line).ok_or(SignatureError::Format)?;
    bytes.try_into().map_err(|_| SignatureError::Format)
}

/// The trusted comment of a release's signatures.
pub fn release_comment(
    publisher: &Identifier,
    product: &Identifier,
    version: &VersionText,
    position: Position,
) -> String {
    format!("mediaseal release {publisher} {product} {version} {position}")
}

/// The trusted comment of a trust document's signatures.
pub fn trust_comment(publisher: &Identifier, version: u32) -> String {
    format!("mediaseal trust {publisher} {version}")
}
