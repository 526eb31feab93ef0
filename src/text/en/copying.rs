//! English: copies.

use super::entry;
use crate::text::table::CopyFailures;

pub(in crate::text) const COPY_FAILURES: CopyFailures = CopyFailures {
    existing_foreign: entry(
        "The same files stand in the destination already, but {path} belongs to another user (number {owner}), who can change it.",
        "Nothing was copied. Ask who made it; move it away, then copy again.",
    ),
};
