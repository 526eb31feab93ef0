//! Integrity: every byte of the source against what the seal says.
//!
//! For an image, a device and a bundle, the renderer is the judge: what it
//! would write is compared with what is there, in one read. What a reader of
//! the file system says is a claim; it names what is foreign once the judge
//! has found a difference, and never makes or unmakes a PASS.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

use crate::medium::{
    Beyond, BundlePlan, BundleRegion, Difference, FatTime, FileSpec, OsChange, Plan, Region, Tap,
    VolumeSpec,
};
use crate::seal::digest::Digest;
use crate::seal::layout::MANIFEST;
use crate::seal::manifest::Manifest;
use crate::source::{EntryKind, Listing, Shape, Source};

use super::decide::{Accepted, Progress, Taker};
use super::finding::{Kind, Place};
use super::level::Level;
use super::report::Compared;
use super::seal_files::SealFiles;

/// What the comparison came to.
pub struct Outcome {
    /// Every difference.
    pub findings: Vec<Kind>,
    /// Evidence, only where everything was read and is as sealed.
    pub compared: Option<Compared>,
    /// The taker's own error.
    pub taker_error: Option<io::Error>,
}

impl Outcome {
    fn failed(kind: Kind) -> Self {
        Self { findings: vec![kind], compared: None, taker_error: None }
    }
}

/// Compares everything.
pub fn compare(
    source: &mut dyn Source,
    listing: &Listing,
    accepted: &Accepted,
    level: Level,
    taker: &mut dyn Taker,
    progress: Progress<'_>,
) -> Outcome {
    match source.shape() {
        Shape::Folder => folder(source, listing, accepted, level, taker, progress),
        Shape::Bundle => bundle(source, listing, accepted, level, taker, progress),
        Shape::Image | Shape::Device => volume(source, listing, accepted, level, taker, progress),
    }
}
