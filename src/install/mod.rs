//! The safe copy of a release into its place, and the record of it.

pub mod staging;
