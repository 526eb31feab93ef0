//! The safe copy of a release into its place, the vendor's installer, and the
//! record of both.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`copy`], [`staging`] | check and copy in one read, seen by one rename |
//! | [`installed_copy`] | the copy judged again, through the handle that is held |
//! | [`installer`], [`this_installer`] | what the vendor's installer is asked, as a trait |
//! | [`command`], [`exit_code`], [`msi_log`] | its exact command line, what it answers, its log |
//! | [`procedure`], [`removal`] | install and repair, remove: their order |
//! | [`world`], `held_copy`, [`execution`], [`failures`] | what surrounds them, what they hold, start, and say |
//! | [`performed`], [`performed_page`] | what came of them |
//! | [`journal`], [`journal_line`], [`evidence`] | what was done, in a log chained by hash |
//! | [`setup`], [`guide`] | setting up a computer, and the way that leads through everything |
//! | [`pages`], [`status`] | a record as a person files it, and what is still to be done |

pub mod command;
pub mod copy;
pub mod evidence;
pub mod execution;
pub mod exit_code;
pub mod failures;
#[cfg(any(test, feature = "builder"))]
pub mod fake;
pub mod guide;
mod held_copy;
pub mod installed_copy;
pub mod installer;
pub mod journal;
pub mod journal_line;
pub mod msi_log;
pub mod pages;
pub mod performed;
pub mod performed_page;
pub mod procedure;
pub mod removal;
pub mod setup;
mod setup_program;
mod setup_publisher;
pub mod staging;
pub mod status;
pub mod this_installer;
pub mod world;

#[cfg(windows)]
mod windows;

#[cfg(test)]
mod words_tests;
