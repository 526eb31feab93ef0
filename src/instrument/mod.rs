//! Facts about the computer that a release is installed on: what it is, whether
//! it is at rest, and who says so.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`computer`], [`this_computer`] | what the operating system is asked, as a trait, and the computer that we run on |
//! | [`model`], [`identity`] | what is known of each kind of instrument, and which one this is |
//! | [`runs`], [`software`] | what run folders tell: whether a run is in progress, and a version |
//! | [`policy`] | what the software restriction policy says of a folder |
//! | [`person`], [`question`] | whoever sits at the computer, and what is asked |
//! | [`preflight`] | everything that is looked at before anything is changed |
//!
//! A fact that cannot be read is [`Unread`](computer::Unread), never a guess: a
//! person is asked, and without a person it is a refusal.

pub mod computer;
#[cfg(any(test, feature = "builder"))]
pub mod fake;
pub mod identity;
pub mod model;
pub mod person;
pub mod policy;
pub mod preflight;
mod preflight_computer;
mod preflight_instrument;
pub mod question;
pub mod runs;
pub mod software;
#[cfg(test)]
mod testing;
pub mod this_computer;

#[cfg(windows)]
mod windows;
