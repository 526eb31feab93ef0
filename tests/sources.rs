//! Sources as a person names them: folders, zips, images, devices, and what
//! tools of others make of our media. A missing tool fails the test.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use mediaseal::medium::{Beyond, FatTime, FileSink, FileSpec, NoTap, Plan, VolumeSpec};
use mediaseal::source::{self, EntryKind, Listing, Remark, Shape, SourceError};
use mediaseal::text::Language;

const MIB: u64 = 1 << 20;

/// Renders a small release to an image file.
fn image() -> (tempfile::TempDir, PathBuf, Plan) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.img");
    let volume = VolumeSpec {
        bytes: 35 * MIB,
        label: "MEDIASEAL".to_string(),
        issued: FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(),
        identity: [3; 32],
    };
    let files = vec![
        FileSpec::known("SEAL/SHA256SUMS", b"sums\n".repeat(99)),
        FileSpec::known("SEAL/manifest.json", b"{}".to_vec()),
        FileSpec::known("PAYLOAD/LocalRunManagerSecurityPatch.msi", vec![9; 40_000]),
        FileSpec::known("README.TXT", b"read me".to_vec()),
    ];
    let plan = Plan::new(&volume, files).unwrap();
    let mut sink = FileSink::new(File::create(&path).unwrap()).unwrap();
    let mut open = |_: usize, _: &FileSpec| -> io::Result<Box<dyn Read>> {
        Err(io::ErrorKind::NotFound.into())
    };
    plan.render(&mut sink, &mut open, &mut |_| {}).unwrap();
    sink.finish().unwrap();
    (folder, path, plan)
}

/// Runs a tool of others and wants success.
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} is needed for this test (apt-get install mtools dosfstools): {error}")
    });
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}\n{err}");
}

/// A mtools command on an image's partition.
fn mtools(tool: &str, image: &Path) -> Command {
    let mut command = Command::new(tool);
    command.env("MTOOLS_SKIP_CHECK", "1").arg("-i").arg(format!("{}@@1M", image.display()));
    command
}

fn paths(listing: &Listing) -> Vec<&str> {
    listing.entries.iter().map(|entry| entry.path.as_str()).collect()
}

#[test]
fn image_is_told_by_its_bytes_and_read() {
    let (_folder, path, plan) = image();
    let source = source::open(&path).unwrap();
    assert_eq!(source.shape(), Shape::Image);
    let listing = source.listing().unwrap();
    assert_eq!(listing.remarks, []);
    assert_eq!(listing.entries.len(), 6);
    assert_eq!(source.read("README.TXT", 7).unwrap(), b"read me");
    let (mut reader, length) = source.raw().unwrap();
    assert_eq!(length, Some(35 * MIB));
    let comparison = plan.compare(&mut reader, Beyond::MustEnd, &mut NoTap, &mut |_| {}).unwrap();
    assert!(comparison.is_exact());
}

#[test]
fn files_that_mcopy_adds_are_named_with_their_sectors() {
    let (folder, path, plan) = image();
    let extra = folder.path().join("extra");
    fs::write(&extra, vec![1; 1_000]).unwrap();
    run(mtools("mmd", &path).arg("::/System Volume Information"));
    run(mtools("mcopy", &path).arg(&extra).arg("::/autorun.inf"));
    run(mtools("mcopy", &path).arg(&extra).arg("::/PAYLOAD/version éü.dll"));
    run(mtools("mattrib", &path).arg("+h").arg("::/autorun.inf"));
    let listing = source::open(&path).unwrap().listing().unwrap();
    let entry = |path: &str| listing.entries.iter().find(|entry| entry.path == path).unwrap();
    for path in ["autorun.inf", "PAYLOAD/version éü.dll"] {
        assert_eq!(entry(path).kind, EntryKind::File { size: 1_000 });
        let (first, last) = entry(path).sectors.unwrap();
        assert!(first >= plan.geometry().data_lba() && last == first + 1, "{path}");
    }
    assert_eq!(entry("System Volume Information").kind, EntryKind::Folder);
    let words: Vec<String> = listing.remarks.iter().map(ToString::to_string).collect();
    assert_eq!(words, ["marked as hidden: autorun.inf"]);
}

#[test]
fn files_that_mdel_deletes_are_remarked() {
    let (_folder, path, _) = image();
    run(mtools("mdel", &path).arg("::/README.TXT"));
    run(mtools("mdel", &path).arg("::/PAYLOAD/LocalRunManagerSecurityPatch.msi"));
    let listing = source::open(&path).unwrap().listing().unwrap();
    assert!(!paths(&listing).contains(&"README.TXT"));
    let deleted: Vec<(&str, &str)> = listing
        .remarks
        .iter()
        .map(|remark| match remark {
            Remark::DeletedEntry { folder, name, .. } => (folder.as_str(), name.as_str()),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(deleted, [("", "?EADME.TXT"), ("PAYLOAD", "?OCALR~1.MSI")]);
}

#[test]
fn volume_of_another_tool_is_read_or_refused_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    for (size, arguments) in [
        (64, vec!["-F", "32", "-s", "1"]),
        (64, vec!["-F", "16"]),
        (40, vec!["-F", "32", "-s", "1", "-S", "4096"]),
        (2, vec!["-F", "12"]),
    ] {
        let path = folder.path().join("other.img");
        File::create(&path).unwrap().set_len(size * MIB).unwrap();
        run(Command::new("mkfs.fat").args(arguments).arg(&path));
        let source = source::open(&path).unwrap();
        let listing = source.listing().unwrap();
        assert!(!listing.remarks.is_empty());
        assert!(source.read("SEAL/SHA256SUMS", 99).is_err());
        fs::remove_file(&path).unwrap();
    }
}

/// Lists an image whose clusters are all full of entries, files of `size` bytes
/// and folders, and whose chains all go through all of them.
fn hostile_listing(size: u32) -> Listing {
    let (_folder, path, plan) = image();
    let mut bytes = fs::read(&path).unwrap();
    // The FAT says "the next one", and of the last one the root again.
    let geometry = plan.geometry();
    let fat = geometry.fat_lba(0) as usize * 512;
    let last = geometry.clusters() + 1;
    for cluster in 2..=last {
        let next = if cluster == last { 2 } else { cluster + 1 };
        let at = fat + cluster as usize * 4;
        bytes[at..at + 4].copy_from_slice(&next.to_le_bytes());
    }
    let data = geometry.data_lba() as usize * 512;
    for (index, slot) in bytes[data..].chunks_exact_mut(32).enumerate() {
        slot.fill(0);
        slot[..11].copy_from_slice(format!("{:08X}BIN", index).as_bytes());
        slot[11] = if index % 3 == 0 { 0x10 } else { 0x20 };
        if size > 0 || slot[11] == 0x10 {
            slot[20] = (index >> 16) as u8;
            slot[26..28].copy_from_slice(&(index as u16).to_le_bytes());
        }
        slot[28..32].copy_from_slice(&size.to_le_bytes());
    }
    fs::write(&path, &bytes).unwrap();
    let listing = source::open(&path).unwrap().listing().unwrap();
    assert!(listing.entries.len() <= 100_000);
    assert!(listing.remarks.len() <= 1_000);
    listing
}

#[test]
fn root_without_an_end_is_given_up_at_what_a_folder_may_have() {
    let listing = hostile_listing(0);
    assert!(listing.entries.len() >= 65_536);
    let words: Vec<String> = listing.remarks.iter().map(ToString::to_string).collect();
    assert!(words.iter().any(|word| word.starts_with("given up: ")), "{words:?}");
}

#[test]
fn files_that_claim_the_whole_volume_leave_nothing_to_the_others() {
    let listing = hostile_listing(u32::MAX);
    let chains = listing.remarks.iter().filter(|remark| matches!(remark, Remark::Chain { .. }));
    assert!(chains.count() > 0);
}

#[test]
fn zip_with_foreign_bytes_before_it_is_still_a_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("setup.exe");
    fs::write(&path, [b"MZ stub".as_slice(), b"PK\x05\x06", &[0; 18]].concat()).unwrap();
    let source = source::open(&path).unwrap();
    assert_eq!(source.shape(), Shape::Bundle);
    let listing = source.listing().unwrap();
    assert_eq!(listing.entries, []);
    assert!(!listing.remarks.is_empty());
}

#[test]
fn empty_and_short_files_are_images_without_entries() {
    let folder = tempfile::tempdir().unwrap();
    for bytes in [b"".as_slice(), b"P", b"x", &[0x55; 511]] {
        let path = folder.path().join("short");
        fs::write(&path, bytes).unwrap();
        let source = source::open(&path).unwrap();
        assert_eq!(source.shape(), Shape::Image);
        let listing = source.listing().unwrap();
        assert_eq!(listing.entries, []);
        assert!(matches!(
            &listing.remarks[..],
            [Remark::NoDirectory { .. } | Remark::NoVolume { .. }]
        ));
        let mut all = Vec::new();
        source.raw().unwrap().0.read_to_end(&mut all).unwrap();
        assert_eq!(all, bytes);
    }
}

#[test]
fn what_is_not_there_says_what_to_do() {
    let error = source::open(Path::new("/nowhere/key.img")).err().unwrap();
    assert!(matches!(error, SourceError::NotFound { .. }));
    assert_eq!(error.to_string(), "there is no /nowhere/key.img");
    assert!(error.advice(Language::English).contains("plugged in"));
}

/// A loop device over an image, given back when it goes.
#[cfg(target_os = "linux")]
struct Loop(PathBuf);

#[cfg(target_os = "linux")]
impl Loop {
    /// `None` where this computer has no loop devices or we are not root.
    fn over(image: &Path) -> Option<Self> {
        let output =
            Command::new("losetup").args(["--show", "-r", "-f"]).arg(image).output().ok()?;
        let path = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| Self(PathBuf::from(path.trim())))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Loop {
    fn drop(&mut self) {
        let _ = Command::new("losetup").arg("-d").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn device_is_read_whole_and_by_a_link_to_it() {
    let (folder, path, plan) = image();
    // A device is larger than its volume.
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(37 * MIB).unwrap();
    let Some(device) = Loop::over(&path) else {
        // Without a device only its absence can be shown.
        let error = source::open(Path::new("/dev/no-such-device")).err().unwrap();
        assert!(matches!(error, SourceError::NotFound { .. }));
        println!("no loop device on this computer: reading one was not tried");
        return;
    };
    let link = folder.path().join("by-id");
    std::os::unix::fs::symlink(&device.0, &link).unwrap();
    for place in [&device.0, &link] {
        let source = source::open(place).unwrap();
        assert_eq!(source.shape(), Shape::Device);
        let listing = source.listing().unwrap();
        assert_eq!(listing.remarks, []);
        assert_eq!(source.read("README.TXT", 7).unwrap(), b"read me");
        let (mut reader, length) = source.raw().unwrap();
        assert_eq!(length, Some(37 * MIB));
        let beyond = Beyond::MustBeZero { device_bytes: 37 * MIB };
        let comparison = plan.compare(&mut reader, beyond, &mut NoTap, &mut |_| {}).unwrap();
        assert!(comparison.is_exact(), "{:?}", comparison.differences);
    }
}
