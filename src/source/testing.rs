//! Small media and bundles for this room's tests.

use std::io::{self, Read};
use std::rc::Rc;

use sha2::{Digest as _, Sha256};

use super::bundle::BundleSource;
use super::volume::VolumeSource;
use super::{Listing, ReadAt, Shape};
use crate::medium::bundle::BundlePlan;
use crate::medium::{FatTime, FileSpec, Plan, Sink, StreamSink, VolumeSpec};

/// The smallest volume, 35 MiB.
pub const SMALL: u64 = 35 << 20;

/// A sealed test file's content.
pub fn content(path: &str, size: u64) -> Vec<u8> {
    (0..size).map(|n| (n as u8).wrapping_mul(path.len() as u8 | 1) | 1).collect()
}

fn sealed(path: &str, size: u64) -> FileSpec {
    FileSpec::hashed(path, size, Sha256::digest(content(path, size)).into())
}

/// A release in small.
pub fn files() -> Vec<FileSpec> {
    vec![
        FileSpec::known("SEAL/SHA256SUMS", b"not really sums\n".repeat(50)),
        FileSpec::known("SEAL/manifest.json", b"{}".to_vec()),
        FileSpec::known("SEAL/trust/1.json", b"{\"version\":1}".to_vec()),
        sealed("PAYLOAD/LocalRunManagerSecurityPatch.msi", 9_001),
        sealed("GUIDE/EN.HTM", 512),
        sealed("README.TXT", 700),
        sealed("EMPTY.TXT", 0),
    ]
}

fn issued() -> FatTime {
    FatTime::new(2026, 11, 23, 12, 0, 0).unwrap()
}

pub fn open(_index: usize, file: &FileSpec) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(io::Cursor::new(content(&file.path, file.size))))
}

/// A plan of `files` on the smallest volume.
pub fn plan(files: Vec<FileSpec>) -> Plan {
    let volume = VolumeSpec {
        bytes: SMALL,
        label: "MEDIASEAL".to_string(),
        issued: issued(),
        identity: [7; 32],
    };
    Plan::new(&volume, files).unwrap()
}

/// The bytes of a small image.
pub fn image(plan: &Plan) -> Vec<u8> {
    let mut sink = StreamSink(Vec::with_capacity(plan.bytes() as usize));
    plan.render(&mut sink as &mut dyn Sink, &mut open, &mut |_| {}).unwrap();
    sink.0
}

/// The bytes of a small bundle.
pub fn bundle(files: Vec<FileSpec>) -> Vec<u8> {
    let plan = BundlePlan::new(issued(), files).unwrap();
    let crc32 = plan.checksums(&mut open, &mut |_| {}).unwrap();
    let mut sink = StreamSink(Vec::new());
    plan.render(&mut sink, &mut open, &crc32, &mut |_| {}).unwrap();
    sink.0
}

/// A source over an image's bytes.
pub fn image_source(image: Vec<u8>) -> VolumeSource {
    let length = Some(image.len() as u64);
    volume_source(Rc::new(image), Shape::Image, length)
}

/// A source over a volume's bytes, as an image or as a device that tells
/// `length`.
pub fn volume_source(
    image: Rc<impl ReadAt + 'static>,
    shape: Shape,
    length: Option<u64>,
) -> VolumeSource {
    VolumeSource::new(image, None, shape, "key.img", length).unwrap()
}

/// A source over a bundle's bytes.
pub fn bundle_source(bundle: Vec<u8>) -> BundleSource {
    let length = bundle.len() as u64;
    BundleSource::of(Rc::new(bundle), None, "release.zip", length)
}

/// The paths of a listing.
pub fn paths(listing: &Listing) -> Vec<&str> {
    listing.entries.iter().map(|entry| entry.path.as_str()).collect()
}

/// The remarks of a listing, in words.
pub fn remarks(listing: &Listing) -> Vec<String> {
    listing.remarks.iter().map(ToString::to_string).collect()
}
