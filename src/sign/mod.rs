//! Signing keys and the editing of trust documents.
