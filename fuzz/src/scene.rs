//! A small medium and a small bundle that follow from constants, so that seeds
//! stay right for as long as the format does.

use std::io::{self, Read};
use std::sync::LazyLock;

use mediaseal::medium::{BundlePlan, FatTime, FileSpec, Plan, StreamSink, VolumeSpec};
use sha2::{Digest as _, Sha256};

/// The smallest volume, 35 MiB.
pub const VOLUME_BYTES: u64 = 35 << 20;
/// Bytes behind the last file that the front of the medium has, too.
const FREE_BYTES: u64 = 64 << 10;
/// The file that drills spoil.
pub const PAYLOAD: &str = "PAYLOAD/LocalRunManagerSecurityPatch.msi";

/// The content of a sealed file: not zero, different for each path.
fn content(path: &str, size: u64) -> Vec<u8> {
    let seed = path.bytes().fold(1_u64, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte));
    (0..size).map(|n| ((n.wrapping_mul(seed | 1) >> 3) as u8) | 1).collect()
}

fn sealed(path: &str, size: u64) -> FileSpec {
    FileSpec::hashed(path, size, Sha256::digest(content(path, size)).into())
}

/// A file of each kind; folders that fill more than one cluster; long names, an
/// 8.3 name, an empty file, one that ends with its cluster.
fn files() -> Vec<FileSpec> {
    let mut files = vec![
        FileSpec::known("SEAL/SHA256SUMS", b"not really sums\n".repeat(50)),
        FileSpec::known("SEAL/manifest.json", b"{}".to_vec()),
        FileSpec::known("SEAL/trust/1.json", b"{\"version\":1}".to_vec()),
        sealed(PAYLOAD, 5_001),
        sealed("GUIDE/EN.HTM", 512),
        sealed("README.TXT", 700),
        sealed("EMPTY.TXT", 0),
    ];
    files.extend((0..6).map(|n| sealed(&format!("GUIDE/pictures/figure-{n}.png"), 40 + n)));
    files
}

fn issued() -> FatTime {
    FatTime::new(2026, 11, 23, 12, 0, 0).expect("a day that exists")
}

fn open(_index: usize, file: &FileSpec) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(io::Cursor::new(content(&file.path, file.size))))
}

/// The medium's plan.
pub static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let volume = VolumeSpec {
        bytes: VOLUME_BYTES,
        label: "MEDIASEAL".to_string(),
        issued: issued(),
        identity: [7; 32],
    };
    Plan::new(&volume, files()).expect("the scene can be planned")
});

/// The medium's bytes.
pub static IMAGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut sink = StreamSink(Vec::with_capacity(VOLUME_BYTES as usize));
    PLAN.render(&mut sink, &mut open, &mut |_| {}).expect("memory takes everything");
    sink.0
});

/// Where the medium's last byte that is not zero lies, and a piece of what follows.
pub static FRONT: LazyLock<u64> = LazyLock::new(|| {
    let last = IMAGE.iter().rposition(|byte| *byte != 0).expect("a medium is not empty");
    (last as u64 + FREE_BYTES).next_multiple_of(512)
});

/// The bundle's plan.
pub static BUNDLE_PLAN: LazyLock<BundlePlan> =
    LazyLock::new(|| BundlePlan::new(issued(), files()).expect("the scene can be planned"));

/// The bundle's bytes.
pub static BUNDLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let crc32 = BUNDLE_PLAN.checksums(&mut open, &mut |_| {}).expect("memory can be read");
    let mut sink = StreamSink(Vec::new());
    BUNDLE_PLAN.render(&mut sink, &mut open, &crc32, &mut |_| {}).expect("memory takes it");
    sink.0
});
