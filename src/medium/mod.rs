//! The pure function from a release to the bytes of a medium or a bundle.
//!
//! `bytes of the medium = render(seal as found, sealed files, volume)`: one
//! plan, then one pass front to back. The check of a medium renders the same
//! plan beside it, so every byte is explained and none is masked.

mod directory;
pub mod error;
pub mod fat;
mod names;
pub mod plan;
pub mod region;
pub mod release;
mod segment;
mod table;
pub mod time;
pub mod tree;

pub use error::PlanError;
pub use fat::{BootArea, Geometry};
pub use plan::{Plan, SectorRange, VolumeSpec};
pub use region::Region;
pub use time::FatTime;
pub use tree::{Content, FileSpec};
