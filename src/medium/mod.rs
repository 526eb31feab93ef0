//! The pure function from a release to the bytes of a medium or a bundle.
//!
//! `bytes of the medium = render(seal as found, sealed files, volume)`: one
//! plan, then one pass front to back. The check of a medium renders the same
//! plan beside it, so every byte is explained and none is masked.

pub mod bundle;
mod bundle_compare;
mod bundle_format;
mod bundle_render;
pub mod compare;
mod difference;
mod directory;
pub mod error;
pub mod fan;
pub mod fat;
mod file_digests;
mod input;
mod names;
mod os_added;
pub mod os_changes;
pub mod plan;
mod queue;
pub mod region;
pub mod release;
pub mod render;
mod render_error;
mod segment;
pub mod sink;
mod table;
#[cfg(test)]
mod testing;
pub mod time;
pub mod tree;

pub use bundle::BundlePlan;
pub use bundle_compare::{BundleComparison, BundleDifference, BundleRegion};
pub use bundle_render::BundleError;
pub use compare::{Beyond, Comparison, NoTap, Tap, TapError};
pub use difference::{Difference, MAX_DIFFERENCES, SAMPLE_BYTES};
pub use error::PlanError;
pub use fan::{Fan, Work, Worker};
pub use fat::{BootArea, Geometry};
pub use file_digests::FileDigests;
pub use os_changes::{OsChange, OsChanges};
pub use plan::{Plan, SectorRange, VolumeSpec};
pub use region::Region;
pub use render::{Files, OpenFile, Rendered, RenderedFile, Streamed};
pub use render_error::RenderError;
pub use sink::{FileSink, HashSink, Shared, Sink, StreamSink, Tee};
pub use time::FatTime;
pub use tree::{Content, FileSpec};
