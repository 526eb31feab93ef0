//! The one place that makes bytes durable.
//!
//! - [`folder`]: the operations on an opened folder, as a trait, so that faults
//!   can be put between any two of them
//! - [`faulty`]: a disk in memory that fails, fills up and loses power; support
//!   for tests of this room and of those above
//! - [`temporary`]: hidden names for what is not finished, and their removal
//! - [`atomic`]: files that appear or change in one step
//! - [`tree`]: folders that appear or change in one step
//! - [`slots`]: a value with generations that never goes back
//! - [`log`]: lines chained by hash
//! - [`lock`]: one program at a time in a state folder
//! - [`private`]: folders that nobody else can write
//!
//! What holds everywhere: after an error or a power cut there is the old state
//! or the new one; what is left over has a name that says so and is removed by
//! the next program that comes by.

pub mod atomic;
pub mod faulty;
pub mod folder;
pub mod lock;
pub mod log;
pub mod private;
pub mod slots;
pub mod temporary;
pub mod tree;

#[cfg(test)]
mod advice_tests;
mod doing;
mod error;
pub use doing::Doing;
pub use error::{ReadError, StoreError, advice_for, read_bounded};
pub use folder::{DurableFile, Folder, SystemFolder};

/// What to do where an output's name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Leave it and say so.
    Refuse,
    /// Put the new one in its place, in one step (`--force`).
    Replace,
}

#[cfg(test)]
mod words_tests;
