//! Bytes that are wiped when they are dropped: passwords and key files.
//!
//! Best effort: the bytes held here are overwritten, copies that the signing
//! crate makes of a key or a password are not ours to wipe. There is no
//! `Debug`, no `Display` and no `Clone`, so that no log can hold them.

use std::hint::black_box;

/// A password, or the text of a secret key file.
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes themselves.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// True if there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        // The compiler may not drop a write that somebody could look at.
        black_box(&self.0);
    }
}
