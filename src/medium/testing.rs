//! Small media for this room's tests.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::sink::{Sink, StreamSink};
use super::{Beyond, Comparison, FatTime, FileSpec, NoTap, Plan, VolumeSpec};

/// The smallest volume, 35 MiB.
pub const SMALL: u64 = 35 << 20;

/// A volume of `bytes` with a fixed label, time and identity.
pub fn volume(bytes: u64) -> VolumeSpec {
    VolumeSpec {
        bytes,
        label: "MEDIASEAL".to_string(),
        issued: FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(),
        identity: Sha256::digest(b"SHA256SUMS").into(),
    }
}

/// The content of a sealed test file: not zero, different for each path.
pub fn content(path: &str, size: u64) -> Vec<u8> {
    let seed = path.bytes().fold(1_u64, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte));
    (0..size).map(|n| ((n.wrapping_mul(seed | 1) >> 3) as u8) | 1).collect()
}

/// A sealed file with [`content`].
pub fn sealed(path: &str, size: u64) -> FileSpec {
    FileSpec::hashed(path, size, Sha256::digest(content(path, size)).into())
}

/// A medium with a file of each kind, folders, long names, an empty file.
pub fn sample_files() -> Vec<FileSpec> {
    vec![
        FileSpec::known("SEAL/SHA256SUMS", b"not really sums\n".repeat(50)),
        FileSpec::known("SEAL/manifest.json", b"{}".to_vec()),
        FileSpec::known("SEAL/trust/1.json", b"{\"version\":1}".to_vec()),
        sealed("PAYLOAD/LocalRunManagerSecurityPatch.msi", 70_001),
        sealed("GUIDE/EN.HTM", 512),
        sealed("README.TXT", 1),
        sealed("EMPTY.TXT", 0),
    ]
}

/// The sample medium, planned on the smallest volume.
pub fn sample() -> Plan {
    Plan::new(&volume(SMALL), sample_files()).unwrap()
}

/// Opens test files by their path.
pub fn open(_index: usize, file: &FileSpec) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(io::Cursor::new(content(&file.path, file.size))))
}

/// Renders into memory.
pub fn image(plan: &Plan) -> Vec<u8> {
    let mut sink = StreamSink(Vec::with_capacity(plan.bytes() as usize));
    plan.render(&mut sink as &mut dyn Sink, &mut open, &mut |_| {}).unwrap();
    sink.0
}

/// Compares an image in memory, which must end with the volume.
pub fn compare(plan: &Plan, image: &[u8]) -> Comparison {
    plan.compare(&mut &image[..], Beyond::MustEnd, &mut NoTap, &mut |_| {}).unwrap()
}
