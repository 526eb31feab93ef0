//! The pure function from a release to the bytes of a medium or a bundle.
//!
//! `bytes of the medium = render(seal as found, sealed files, volume)`: one
//! plan, then one pass front to back. The check of a medium renders the same
//! plan beside it, so every byte is explained and none is masked.

pub mod error;
pub mod fat;
pub mod time;

pub use error::PlanError;
pub use fat::{BootArea, Geometry};
pub use time::FatTime;
