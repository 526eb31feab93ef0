//! Copies: what stands in the way where one is to go.

use super::Entry;

texts! {
    /// What went wrong, and what to do.
    CopyFailures: Entry {
        existing_foreign,
    }
}
