//! The one decision, its findings and its reports.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`decide`] | the order in which a source is judged; the only way to a verdict |
//! | [`request`] | what a check is asked |
//! | [`seal_files`], [`trust_step`], [`rollback`] | its steps: the seal as received, the chain, what was copied before |
//! | [`bytes`], [`folder`], [`drive_folders`], [`closure`] | integrity: every byte, every file, nothing else |
//! | [`finding`], [`place`], [`level`], [`outcome`] | what can be said, numbered and named |
//! | [`report`], [`text`], [`json`], [`record`] | the verdict, for people, programs and files |
//! | [`pinning`], [`state`], [`memory`] | who trusts what, and what is remembered |
//! | [`enrolment`], [`creation`], [`learning`] | a publisher trusted first, again, or anew; a chain stored alone |
//! | [`session`], [`progress`] | a check as a program asks for it |
//! | [`claims`], [`demo`] | what a release says of itself; the publisher of exercises |

pub mod bytes;
pub mod claims;
pub mod closure;
pub mod creation;
pub mod decide;
pub mod demo;
pub mod detail;
pub mod drive_folders;
pub mod enrolment;
pub mod finding;
pub mod folder;
pub mod json;
pub mod learning;
pub mod level;
pub mod memory;
pub mod outcome;
pub mod pinning;
pub mod place;
pub mod progress;
pub mod record;
pub mod report;
pub mod request;
pub mod rollback;
pub mod seal_files;
pub mod session;
pub mod state;
pub mod text;
pub mod trust_step;

#[cfg(test)]
mod testing;
