//! The anchor: an exported chain 1..k with the code of document k, one file.
//!
//! It is what a verifier is given by hand, and the form in which a verifier
//! keeps the chain that it trusts. The code inside is a convenience: what a
//! person compares comes by another road (`enrol --code`).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::chain::{Chain, ChainError, SignedDocument};
use super::digest::Digest;
use super::json::{self, JsonError};
use super::limits::{MAX_ANCHOR_BYTES, MAX_ROLE_KEYS, MAX_SIGNATURE_BYTES, MAX_TRUST_DOCUMENTS};
use crate::text::{Language, fill};

/// The format that this program reads and writes.
pub const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnchorFile {
    format: u32,
    code: Digest,
    documents: Vec<DocumentText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DocumentText {
    document: String,
    signatures: Vec<String>,
}

/// Why an anchor was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnchorError {
    /// Not JSON of this shape in its one spelling.
    Json(JsonError),
    /// A format of a newer program.
    Format(u32),
    /// More documents or signatures than a chain may have.
    TooMany,
    /// The chain is not whole, or its last code is not the one beside it.
    Chain(ChainError),
    /// No document of it has the code that was asked for.
    NoSuchCode,
}

impl AnchorError {
    /// Why, in words; what a stranger wrote is escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().seal_faults;
        match self {
            Self::Json(error) => error.words(language),
            Self::Format(format) => {
                fill(faults.format, &[("found", format.to_string()), ("known", FORMAT.to_string())])
            }
            Self::TooMany => faults.anchor_too_many.to_string(),
            Self::Chain(error) => error.words(language),
            Self::NoSuchCode => faults.anchor_no_such_code.to_string(),
        }
    }
}

impl fmt::Display for AnchorError {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for AnchorError {}

/// The one spelling of an anchor over the whole of `chain`.
pub fn print(chain: &Chain) -> Result<Vec<u8>, AnchorError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let documents = chain.links().iter().map(|link| DocumentText {
        document: text(&link.signed.bytes),
        signatures: link.signed.signatures.iter().map(|s| text(s)).collect(),
    });
    let file =
        AnchorFile { format: FORMAT, code: chain.newest().code, documents: documents.collect() };
    json::print(&file).map_err(AnchorError::Json)
}

/// Reads an anchor whose own code is trusted, because the file itself is: the
/// verifier's state, or a file that a person named with `--anchor`.
pub fn parse(bytes: &[u8]) -> Result<Chain, AnchorError> {
    let (documents, code) = read(bytes)?;
    Chain::anchored(documents, code).map_err(AnchorError::Chain)
}

/// Reads an anchor of which a person compared `code`: the document that has it
/// is the anchor, later ones must be proved by signatures.
pub fn parse_with_code(bytes: &[u8], code: Digest) -> Result<Chain, AnchorError> {
    let (mut documents, _) = read(bytes)?;
    let found = documents.iter().position(|signed| Digest::of(&signed.bytes) == code);
    let later = documents.split_off(found.ok_or(AnchorError::NoSuchCode)? + 1);
    let mut chain = Chain::anchored(documents, code).map_err(AnchorError::Chain)?;
    for signed in later {
        chain.extend(signed).map_err(AnchorError::Chain)?;
    }
    Ok(chain)
}

/// The documents of an anchor as they stand in it, nothing of them judged: for
/// a verifier that holds a chain already and asks its own root keys.
pub fn documents(bytes: &[u8]) -> Result<Vec<SignedDocument>, AnchorError> {
    read(bytes).map(|(documents, _)| documents)
}

fn read(bytes: &[u8]) -> Result<(Vec<SignedDocument>, Digest), AnchorError> {
    let file: AnchorFile = json::parse(bytes, MAX_ANCHOR_BYTES).map_err(AnchorError::Json)?;
    if file.format != FORMAT {
        return Err(AnchorError::Format(file.format));
    }
    let signatures = |d: &DocumentText| d.signatures.len() > 2 * MAX_ROLE_KEYS;
    let long = |d: &DocumentText| d.signatures.iter().any(|s| s.len() > MAX_SIGNATURE_BYTES);
    let documents = &file.documents;
    if documents.len() > MAX_TRUST_DOCUMENTS || documents.iter().any(|d| signatures(d) || long(d)) {
        return Err(AnchorError::TooMany);
    }
    let documents = file.documents.into_iter().map(|text| SignedDocument {
        bytes: text.document.into_bytes(),
        signatures: text.signatures.into_iter().map(String::into_bytes).collect(),
    });
    Ok((documents.collect(), file.code))
}

#[cfg(test)]
#[path = "anchor_tests.rs"]
mod tests;
