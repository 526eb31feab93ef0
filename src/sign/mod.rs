//! Signing keys, what a signer is shown, and the editing of trust documents.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`secret`], [`password`] | bytes that are wiped; where passwords come from |
//! | [`keyfile`] | minisign secret key files, and signing with them |
//! | [`files`] | folders as a check opens them; files that appear whole |
//! | [`release`] | a release folder as the one decision judges it |
//! | [`review`] | whether it may be signed, and the signature |
//! | [`review_lines`], [`lines`] | what a signer sees, in at most 80 columns |
//! | [`trust_folder`] | a folder of trust documents, read and explained |
//! | [`trust_changes`] | what one document changes against the one before |
//! | [`trust_draft`] | the next document: prepared, or changed until somebody signs |
//! | [`trust_effect`] | what a document would do to releases |
//! | [`trust_editing`] | a first document, a signature, an export |
//! | [`trust_update`] | a newer chain on a release that is built |
//! | [`attach`] | signatures that were made by minisign elsewhere |
//!
//! Defends against signing blind (THREATS 34): nothing is signed that was not
//! read again and shown, and what is signed are the bytes that were shown.

pub mod attach;
pub mod files;
pub mod keyfile;
pub mod lines;
pub mod password;
pub mod release;
pub mod review;
pub mod review_lines;
pub mod secret;
pub mod trust_changes;
pub mod trust_draft;
pub mod trust_editing;
pub mod trust_effect;
pub mod trust_folder;
pub mod trust_update;
