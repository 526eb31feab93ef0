//! The production log: what became of every key, line by line.
//!
//! One line for an order, one before the first byte of each attempt to write a key
//! and one at its end, one for each proof of a key that was plugged in again. The chain of [`crate::store::log`]
//! shows a changed or removed line; a power cut leaves whole lines. **All state
//! of the bench is derived from the log alone** ([`ledger`]): which orders there
//! are, which ordinals are given, which stick still waits for its proof. So a
//! program that was stopped goes on tomorrow, on this log, without a file of
//! its own that could say something else.
//!
//! What sticks and people say (serials, recipients, tickets) is kept as text
//! with everything escaped that could act on a terminal, a spreadsheet or a
//! page ([`entry::clean`]).
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`entry`] | one line |
//! | [`ledger`] | what all lines together say |
//! | `unfinished` | attempts that began and have no end |
//! | [`log`] | the file: opened, appended, checked |
//! | [`place`] | the folder that it lies in |
//! | [`record`] | from what the engines saw to a line |
//! | [`keeper`] | the line of each key at the moment it is finished |
//! | [`find`], [`lines`] | the lines about a key that comes back |
//! | [`export`] | CSV that no spreadsheet runs |
//! | [`recipients`] | who gets which key, from a CSV |

pub mod entry;
pub mod export;
pub mod find;
pub mod keeper;
pub mod ledger;
pub mod lines;
pub mod log;
pub mod place;
pub mod recipients;
pub mod record;
mod unfinished;

#[cfg(test)]
pub(crate) mod testing;
