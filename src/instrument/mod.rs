//! Facts about the computer that a release is installed on: what it is, whether
//! it is at rest, and who says so.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`computer`] | what the operating system is asked, as a trait |
//! | [`this_computer`] | the answers of the computer that we run on |
//!
//! A fact that cannot be read is [`Unread`](computer::Unread), never a guess: a
//! person is asked, and without a person it is a refusal.

pub mod computer;
pub mod this_computer;

#[cfg(windows)]
mod windows;
