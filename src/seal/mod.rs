//! What is signed, and the rules it must keep. No I/O: bytes in, values out.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`limits`] | every size and count that is accepted, with its reason |
//! | [`names`] | paths, identifiers, texts, numbers |
//! | [`digest`], [`timestamp`] | the two scalar formats |
//! | [`json`], [`base64`] | one spelling for signed JSON, and for base64 |
//! | [`layout`] | the fixed names under `SEAL/` |
//! | [`sums`] | `SEAL/SHA256SUMS` |
//! | [`manifest`], [`manifest_error`] | `SEAL/manifest.json`, and why one is refused |
//! | [`key`], [`signature`] | minisign public keys and `ED` signature files |
//! | [`trust`], [`chain`], [`anchor`] | who may sign, how that changes, how a verifier starts |
//! | [`signers`] | the one place where signatures over a release are counted |
//!
//! Everything here parses the *received* bytes and keeps them; nothing is
//! verified over a value that was printed again.

pub mod anchor;
pub mod base64;
pub mod chain;
pub mod digest;
pub mod json;
pub mod key;
pub mod layout;
pub mod limits;
pub mod manifest;
pub mod manifest_error;
pub mod names;
pub mod paths;
pub mod signature;
pub mod signers;
pub mod sums;
pub mod timestamp;
pub mod trust;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod words_tests;
