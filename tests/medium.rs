//! Media that this library renders, judged by tools that others wrote:
//! `fsck.fat`, `mcopy`, `mdir`, `diff`. A missing tool fails the test.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use mediaseal::medium::{
    Beyond, Content, FatTime, FileSink, FileSpec, NoTap, Plan, Sink, VolumeSpec,
};
use sha2::{Digest, Sha256};

const MIB: u64 = 1 << 20;

/// Passes on what follows the first MiB: the partition, as `fsck.fat` wants it.
struct PartitionOnly {
    skip: u64,
    sink: FileSink,
}

impl Sink for PartitionOnly {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let skipped = self.skip.min(bytes.len() as u64);
        self.skip -= skipped;
        self.sink.write(&bytes[skipped as usize..])
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        let skipped = self.skip.min(count);
        self.skip -= skipped;
        self.sink.zeros(count - skipped)
    }
}

struct Medium {
    folder: tempfile::TempDir,
    files: Vec<(String, Vec<u8>)>,
    plan: Plan,
}

impl Medium {
    /// Renders `files` on a volume of `bytes`; those under `SEAL/` are known.
    fn new(bytes: u64, files: Vec<(String, Vec<u8>)>) -> Self {
        let specs = files
            .iter()
            .map(|(path, content)| {
                if path.starts_with("SEAL/") {
                    FileSpec::known(path, content.clone())
                } else {
                    let sha256 = Sha256::digest(content).into();
                    FileSpec::hashed(path, content.len() as u64, sha256)
                }
            })
            .collect();
        let volume = VolumeSpec {
            bytes,
            label: "MEDIASEAL".to_string(),
            issued: FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(),
            identity: Sha256::digest(b"identity").into(),
        };
        let plan = Plan::new(&volume, specs).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let medium = Self { folder, files, plan };
        let image = File::create_new(medium.image()).unwrap();
        let mut sink = FileSink::new(image).unwrap();
        medium.render(&mut sink);
        sink.finish().unwrap();
        medium
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("medium.img")
    }

    fn render(&self, sink: &mut dyn Sink) {
        let contents: std::collections::HashMap<&str, &[u8]> =
            self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        self.plan
            .render(
                sink,
                &mut |_, file| {
                    let bytes = contents[file.path.as_str()].to_vec();
                    Ok(Box::new(io::Cursor::new(bytes)) as Box<dyn Read>)
                },
                &mut |_| {},
            )
            .unwrap();
    }

    /// `fsck.fat -n` finds nothing and counts the clusters that we count.
    fn passes_fsck(&self) {
        let path = self.folder.path().join("partition.img");
        let mut sink = PartitionOnly {
            skip: MIB,
            sink: FileSink::new(File::create_new(&path).unwrap()).unwrap(),
        };
        self.render(&mut sink);
        sink.sink.finish().unwrap();
        let output = run(Command::new("fsck.fat").args(["-n", "-v"]).arg(&path));
        let geometry = self.plan.geometry();
        let used = geometry.clusters() - self.plan.free_clusters();
        let counts = format!("{used}/{} clusters", geometry.clusters());
        assert!(output.contains(&counts), "no \"{counts}\" in:\n{output}");
        for complaint in ["differ", "wrong", "Bad", "Dirty", "Free cluster summary"] {
            assert!(!output.contains(complaint), "{output}");
        }
        fs::remove_file(path).unwrap();
    }

    /// `mcopy` brings out exactly the files that went in.
    fn comes_out_unchanged(&self) {
        let found = self.folder.path().join("found");
        let expected = self.folder.path().join("expected");
        fs::create_dir(&found).unwrap();
        for (path, content) in &self.files {
            let target = expected.join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(target, content).unwrap();
        }
        let names: BTreeSet<&str> =
            self.files.iter().map(|(path, _)| path.split('/').next().unwrap()).collect();
        let mut copy = Command::new("mcopy");
        copy.args(["-s", "-n", "-m", "-i"]).arg(self.drive());
        copy.args(names.iter().map(|name| format!("::/{name}")));
        run(copy.arg(&found));
        run(Command::new("diff").arg("-r").arg(&expected).arg(&found));
    }

    /// The image's partition as mtools names it.
    fn drive(&self) -> String {
        format!("{}@@1M", self.image().display())
    }

    /// Our own comparer agrees as well.
    fn compares_clean(&self) {
        let mut file = File::open(self.image()).unwrap();
        let comparison =
            self.plan.compare(&mut file, Beyond::MustEnd, &mut NoTap, &mut |_| {}).unwrap();
        assert!(comparison.is_exact(), "{comparison:?}");
        assert_eq!(comparison.bytes_read, self.plan.bytes());
    }

    fn satisfies_all(&self) {
        self.compares_clean();
        self.passes_fsck();
        self.comes_out_unchanged();
    }
}

/// Runs a tool, which must exist and succeed; what it says on stdout.
fn run(command: &mut Command) -> String {
    let name = command.get_program().to_owned();
    let output = command.env("MTOOLS_SKIP_CHECK", "0").output().unwrap_or_else(|error| {
        panic!("{name:?} could not be started ({error}): install dosfstools, mtools and diffutils")
    });
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}{errors}");
    assert!(errors.trim().is_empty(), "{command:?}: {errors}");
    text
}

fn bytes(path: &str, size: usize) -> Vec<u8> {
    let seed: [u8; 32] = Sha256::digest(path).into();
    seed.iter().cycle().take(size).copied().collect()
}

fn files<'a>(list: impl IntoIterator<Item = (&'a str, usize)>) -> Vec<(String, Vec<u8>)> {
    list.into_iter().map(|(path, size)| (path.to_string(), bytes(path, size))).collect()
}

/// The tree that a release has.
fn release() -> Vec<(String, Vec<u8>)> {
    files([
        ("README.TXT", 1_500),
        ("GUIDE/EN.HTM", 9_000),
        ("GUIDE/FR.HTM", 9_100),
        ("PAYLOAD/LocalRunManagerSecurityPatch.msi", 1_234_567),
        ("TOOLS/mediaseal-verify.exe", 400_000),
        ("SEAL/manifest.json", 2_000),
        ("SEAL/SHA256SUMS", 512),
        ("SEAL/SHA256SUMS.0E8A8DC47C21B9F0.minisig", 300),
        ("SEAL/trust/1.json", 700),
        ("SEAL/trust/1.json.0E8A8DC47C21B9F0.minisig", 300),
    ])
}

#[test]
fn release_on_the_smallest_volume() {
    Medium::new(35 * MIB, release()).satisfies_all();
}

#[test]
fn release_on_each_side_of_every_cluster_size() {
    for mib in [271, 272, 8192, 8193, 16384, 16385, 32768, 32769, 65536] {
        let medium = Medium::new(mib * MIB, release());
        medium.passes_fsck();
        medium.comes_out_unchanged();
    }
}

#[test]
fn empty_medium() {
    let medium = Medium::new(35 * MIB, Vec::new());
    medium.compares_clean();
    medium.passes_fsck();
}

#[test]
fn label_serial_and_names_are_what_mdir_shows() {
    let medium = Medium::new(35 * MIB, release());
    let listing = run(Command::new("mdir").args(["-/", "-i"]).arg(medium.drive()));
    assert!(listing.contains("is MEDIASEAL"), "{listing}");
    let id: [u8; 32] = Sha256::digest(b"identity").into();
    let serial = format!("{:02X}{:02X}-{:02X}{:02X}", id[3], id[2], id[1], id[0]);
    assert!(listing.contains(&serial), "{serial} not in {listing}");
    for name in ["LocalRunManagerSecurityPatch.msi", "LOCALR~1 msi"] {
        let listing = listing.to_lowercase();
        assert!(listing.contains(&name.to_lowercase()), "{name}: {listing}");
    }
    assert!(listing.contains("2026-11-23  12:00"), "{listing}");
    assert!(listing.contains("25 files") && listing.contains("32 940 032 bytes free"), "{listing}");
}

#[test]
fn files_of_every_length_around_sectors_and_clusters() {
    let sizes = [0, 1, 511, 512, 513, 4095, 4096, 4097, 262_143, 262_144, 262_145];
    for mib in [35, 272] {
        let names: Vec<String> = sizes.iter().map(|size| format!("S{size}.BIN")).collect();
        let list = names.iter().map(String::as_str).zip(sizes);
        Medium::new(mib * MIB, files(list)).satisfies_all();
    }
}

#[test]
fn two_thousand_files() {
    let names: Vec<String> =
        (0..2_000).map(|n| format!("PAYLOAD/part{}/file-{n:04}.data", n % 7)).collect();
    let list = names.iter().map(|name| (name.as_str(), 4_096));
    Medium::new(64 * MIB, files(list)).satisfies_all();
}

#[test]
fn ten_thousand_names_with_one_prefix() {
    let names: Vec<String> = (0..10_000).map(|n| format!("same-prefix-{n:05}.extension")).collect();
    let list = names.iter().map(|name| (name.as_str(), 1));
    let medium = Medium::new(64 * MIB, files(list));
    medium.compares_clean();
    medium.passes_fsck();
    // mcopy searches the folder anew for each file and would take a minute.
    let listing = run(Command::new("mdir").args(["-b", "-i"]).arg(medium.drive()));
    let found: BTreeSet<&str> =
        listing.lines().map(|line| line.trim_start_matches("::/")).collect();
    assert_eq!(found, names.iter().map(String::as_str).collect());
}

#[test]
fn deep_folders_and_long_names() {
    let list = files([
        ("a/b/c/d/e/f/g/h", 10),
        ("A1/B/C/D/E/F/G/H", 10),
        ("a/b/c/d/e/f/g/i.very.long.name.with.many.dots.and-an-extension", 10),
        (".hidden/.name", 10),
        ("..x/y..z", 10),
        ("exactly13char", 1),
        ("exactly-26-characters-long", 1),
        ("lower.txt", 1),
        ("UPPER.TXT", 1),
        ("Mixed.Txt", 1),
        ("no_extension", 1),
        (
            "1234567890123456789012345678901234567890123456789012345678901234567890/\
          1234567890123456789012345678901234567890123456789012345678901234567890123456789",
            1,
        ),
    ]);
    Medium::new(35 * MIB, list).satisfies_all();
}

#[test]
fn folder_whose_entries_end_with_its_cluster() {
    // 2 dot entries and 14 or 15 names of one entry: 16 fill a cluster.
    for count in [13, 14, 15, 30, 31] {
        let names: Vec<String> = (0..count).map(|n| format!("DIR/F{n}")).collect();
        let list = names.iter().map(|name| (name.as_str(), 3));
        Medium::new(35 * MIB, files(list)).satisfies_all();
    }
}

#[test]
fn full_volume_has_not_one_free_cluster() {
    let empty = Medium::new(35 * MIB, Vec::new());
    let room = empty.plan.free_bytes() as usize;
    let medium = Medium::new(35 * MIB, files([("ALL", room)]));
    assert_eq!(medium.plan.free_clusters(), 0);
    medium.satisfies_all();
}

#[test]
fn order_of_the_files_given_does_not_matter() {
    let digest = |files: Vec<(String, Vec<u8>)>| {
        let medium = Medium::new(35 * MIB, files);
        Sha256::digest(fs::read(medium.image()).unwrap())
    };
    let mut reversed = release();
    reversed.reverse();
    assert_eq!(digest(release()), digest(reversed));
}

#[test]
fn partition_table_is_what_sfdisk_like_tools_read() {
    let medium = Medium::new(35 * MIB, release());
    let mut mbr = [0; 512];
    File::open(medium.image()).unwrap().read_exact(&mut mbr).unwrap();
    let entry = &mbr[0x1BE..0x1CE];
    assert_eq!(entry[4], 0x0C, "FAT32 with LBA");
    assert_eq!(entry[8..12], 2048_u32.to_le_bytes());
    assert_eq!(entry[12..16], (34 * 2048_u32).to_le_bytes());
    assert_eq!(mbr[0x1CE..0x1FE], [0; 48], "no second partition");
}

#[test]
fn known_files_are_exactly_those_of_the_seal() {
    let medium = Medium::new(35 * MIB, release());
    for file in medium.plan.files() {
        let known = matches!(file.content, Content::Known(_));
        assert_eq!(known, Path::new(&file.path).starts_with("SEAL"));
    }
}
