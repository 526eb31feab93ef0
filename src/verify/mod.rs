//! The one decision, its findings and its reports.

pub mod finding;
pub mod outcome;
