//! Bundles that this library writes, judged by zip readers that others wrote:
//! `unzip` and Python's `zipfile`. A missing tool fails the test.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use mediaseal::medium::{
    BundlePlan, FatTime, FileSink, FileSpec, NoTap, Plan, Sink, StreamSink, VolumeSpec,
};
use mediaseal::source::{self, Shape};
use sha2::{Digest, Sha256};

/// The largest file: 2^32 - 1 bytes, where zip64 begins.
const LARGEST: u64 = u32::MAX as u64;

fn issued() -> FatTime {
    FatTime::new(2026, 11, 23, 12, 34, 56).unwrap()
}

/// A release in small: folders, an empty file, a name that sorts oddly.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = vec![
        ("SEAL/SHA256SUMS".to_string(), b"sums\n".to_vec()),
        ("SEAL/manifest.json".to_string(), b"{}".to_vec()),
        ("SEAL/trust/1.json".to_string(), b"{\"version\":1}".to_vec()),
        ("README.TXT".to_string(), Vec::new()),
        ("a-b/c".to_string(), b"x".to_vec()),
        ("a/b".to_string(), b"y".to_vec()),
    ];
    for n in 0..40_u32 {
        let content = (0..n * 997).map(|at| (at * (n | 1)) as u8).collect();
        files.push((format!("PAYLOAD/d{}/f{n}.bin", n % 3), content));
    }
    files
}

fn specs(files: &[(String, Vec<u8>)]) -> Vec<FileSpec> {
    let spec = |(path, content): &(String, Vec<u8>)| match path.starts_with("SEAL/") {
        true => FileSpec::known(path, content.clone()),
        false => FileSpec::hashed(path, content.len() as u64, Sha256::digest(content).into()),
    };
    files.iter().map(spec).collect()
}

fn opener(
    files: &[(String, Vec<u8>)],
) -> impl FnMut(usize, &FileSpec) -> io::Result<Box<dyn Read>> + use<> {
    let files = files.to_vec();
    move |_, spec| {
        let found = files.iter().find(|(path, _)| *path == spec.path);
        let (_, content) = found.ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(io::Cursor::new(content.clone())))
    }
}

/// Writes the release's bundle; the plan, and the path in a folder that lives
/// as long as the guard.
fn written() -> (tempfile::TempDir, PathBuf, BundlePlan) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("release.zip");
    let plan = BundlePlan::new(issued(), specs(&files())).unwrap();
    let mut open = opener(&files());
    let crc32 = plan.checksums(&mut open, &mut |_| {}).unwrap();
    let mut sink = FileSink::new(File::create(&path).unwrap()).unwrap();
    plan.render(&mut sink, &mut open, &crc32, &mut |_| {}).unwrap();
    sink.finish().unwrap();
    (folder, path, plan)
}

/// Runs a tool and wants success; its output.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} is needed for this test (apt-get install unzip python3): {error}")
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    assert_eq!(err, "", "{command:?}");
    out
}

fn python(script: &str, zip: &Path) -> String {
    run(Command::new("python3").args(["-c", script]).arg(zip))
}

#[test]
fn unzip_finds_no_error_and_unpacks_the_same_files() {
    let (folder, zip, _) = written();
    let out = run(Command::new("unzip").arg("-t").arg(&zip));
    assert!(out.contains("No errors detected in compressed data"), "{out}");
    let target = folder.path().join("unpacked");
    run(Command::new("unzip").arg("-q").arg(&zip).arg("-d").arg(&target));
    for (path, content) in files() {
        assert!(fs::read(target.join(&path)).unwrap() == content, "{path}");
    }
}

#[test]
fn python_reads_the_same_files_in_canonical_order_with_fixed_fields() {
    let (_folder, zip, plan) = written();
    let out = python(
        "import sys, zipfile\n\
         z = zipfile.ZipFile(sys.argv[1])\n\
         assert z.testzip() is None and z.comment == b''\n\
         for i in z.infolist():\n\
         \x20   assert i.compress_type == 0 and i.flag_bits == 0 and i.extra == b'', i\n\
         \x20   assert i.date_time == (2026, 11, 23, 12, 34, 56), i\n\
         \x20   assert i.comment == b'' and i.create_system == 0, i\n\
         \x20   assert i.create_version == 45 and i.extract_version == 10, i\n\
         \x20   assert i.external_attr == 0x20 and i.internal_attr == 0, i\n\
         \x20   print(i.filename, i.file_size, i.header_offset)\n",
        &zip,
    );
    let mut expected = String::new();
    for (index, file) in plan.files().iter().enumerate() {
        let header = plan.data_start(index).unwrap() - 30 - file.path.len() as u64;
        expected.push_str(&format!("{} {} {header}\n", file.path, file.size));
    }
    assert_eq!(out, expected);
    assert!(out.starts_with("SEAL/SHA256SUMS 5 0\n"));
}

#[test]
fn file_on_disk_compares_equal_and_is_listed_without_remarks() {
    let (_folder, zip, plan) = written();
    let source = source::open(&zip).unwrap();
    assert_eq!(source.shape(), Shape::Bundle);
    let listing = source.listing().unwrap();
    assert_eq!(listing.remarks, []);
    assert_eq!(listing.entries.len(), files().len());
    let (mut reader, length) = source.raw().unwrap();
    assert_eq!(length, Some(plan.bytes()));
    let comparison = plan.compare(&mut reader, &mut NoTap, &mut |_| {}).unwrap();
    assert!(comparison.is_exact(), "{:?}", comparison.differences);
}

#[test]
fn checksums_of_an_image_make_the_same_bundle() {
    let files = files();
    let volume = VolumeSpec {
        bytes: 35 << 20,
        label: "MEDIASEAL".to_string(),
        issued: issued(),
        identity: [1; 32],
    };
    let image = Plan::new(&volume, specs(&files)).unwrap();
    let mut sink = mediaseal::medium::HashSink::default();
    let rendered = image.render(&mut sink, &mut opener(&files), &mut |_| {}).unwrap();
    let crc32: Vec<u32> = rendered.files.iter().map(|file| file.crc32).collect();
    let plan = BundlePlan::new(issued(), specs(&files)).unwrap();
    let mut bundle = StreamSink(Vec::new());
    plan.render(&mut bundle, &mut opener(&files), &crc32, &mut |_| {}).unwrap();
    let (_folder, zip, _) = written();
    assert!(bundle.0 == fs::read(zip).unwrap());
}

#[test]
fn bundle_repacked_in_another_order_is_not_the_bundle() {
    let (folder, zip, plan) = written();
    let other = folder.path().join("other.zip");
    run(Command::new("python3")
        .args([
            "-c",
            "import sys, zipfile\n\
             a, b = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], 'w')\n\
             for i in reversed(a.infolist()): b.writestr(i, a.read(i))\n\
             b.close()\n",
        ])
        .args([&zip, &other]));
    let mut reader = File::open(&other).unwrap();
    let comparison = plan.compare(&mut reader, &mut NoTap, &mut |_| {}).unwrap();
    assert!(!comparison.is_exact());
}

static ZEROS: [u8; 1 << 20] = [0; 1 << 20];

/// Writes a file with holes wherever a piece is all zeros.
struct Sparse(File);

impl Sink for Sparse {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() >= 4096 && ZEROS.get(..bytes.len()) == Some(bytes) {
            self.0.seek(SeekFrom::Current(bytes.len() as i64))?;
            return Ok(());
        }
        self.0.write_all(bytes)
    }
}

/// SHA-256 of 2^32 - 2 zeros, and of one more.
const ZEROS_SHA256: [&str; 2] = [
    "2aac6cef7fee5b6abfe5654de17df75c98deff9ebc82351ce15ac0e99f9b060c",
    "318eea1453f3a536e42d9637db593982c5c297220b2019bd4b7ad08e88d91e4b",
];
/// CRC-32 of as many. It has a period of 2^32 - 1: of so many zeros it is 0.
const ZEROS_CRC32: [u32; 2] = [0x0f6a7026, 0];

fn digest(hex: &str) -> [u8; 32] {
    let mut digest = [0; 32];
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    }
    digest
}

#[test]
fn zip64_fields_are_understood_by_others() {
    // The largest file without zip64; one behind 4 GiB, whose offset alone
    // needs it; the largest file, whose sizes and offset do; and the directory.
    let small = b"behind four gigabytes".to_vec();
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("large.zip");
    let specs = vec![
        FileSpec::hashed("a.bin", LARGEST - 1, digest(ZEROS_SHA256[0])),
        FileSpec::hashed("b.txt", small.len() as u64, Sha256::digest(&small).into()),
        FileSpec::hashed("c.bin", LARGEST, digest(ZEROS_SHA256[1])),
    ];
    let plan = BundlePlan::new(issued(), specs).unwrap();
    let mut open = |index: usize, file: &FileSpec| -> io::Result<Box<dyn Read>> {
        Ok(match index {
            1 => Box::new(io::Cursor::new(small.clone())),
            _ => Box::new(io::repeat(0).take(file.size)),
        })
    };
    let crc32 = [ZEROS_CRC32[0], crc32fast::hash(&small), ZEROS_CRC32[1]];
    let mut sink = Sparse(File::create(&zip).unwrap());
    plan.render(&mut sink, &mut open, &crc32, &mut |_| {}).unwrap();
    drop(sink);
    assert_eq!(fs::metadata(&zip).unwrap().len(), plan.bytes());
    let out = python(
        "import sys, zipfile\n\
         z = zipfile.ZipFile(sys.argv[1])\n\
         for i in z.infolist():\n\
         \x20   print(i.filename, i.file_size, i.header_offset, i.extract_version)\n\
         print(z.read('b.txt').decode())\n",
        &zip,
    );
    let (second, third) = (35 + LARGEST - 1, 35 + LARGEST - 1 + 35 + 21);
    let expected = format!(
        "a.bin {} 0 10\nb.txt 21 {second} 45\nc.bin {LARGEST} {third} 45\n\
         behind four gigabytes\n",
        LARGEST - 1
    );
    assert_eq!(out, expected);
    let listed = run(Command::new("unzip").arg("-v").arg(&zip));
    for size in [LARGEST - 1, LARGEST, 2 * LARGEST - 1 + 21] {
        assert!(listed.contains(&format!("{size} ")), "{listed}");
    }
    let text = run(Command::new("unzip").arg("-p").arg(&zip).arg("b.txt"));
    assert_eq!(text, "behind four gigabytes");
    let source = source::open(&zip).unwrap();
    assert_eq!(source.listing().unwrap().remarks, []);
    assert_eq!(source.read("b.txt", 21).unwrap(), small);
}
