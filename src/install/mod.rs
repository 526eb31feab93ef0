//! The safe copy of a release into its place, the vendor's installer, and the
//! record of both.

pub mod copy;
pub mod installer;
pub mod staging;
pub mod this_installer;

#[cfg(windows)]
mod windows;
