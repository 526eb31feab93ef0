//! The one decision, its findings and its reports.

pub mod finding;
pub mod json;
pub mod level;
pub mod outcome;
pub mod progress;
pub mod report;
pub mod rollback;
pub mod seal_files;
pub mod text;
pub mod trust_step;
