//! The store and the safe copy on a real file system: links, exchanged folders,
//! killed programs, a limit on what can be written.
#![cfg(target_os = "linux")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::time::Duration;

use mediaseal::install::staging::{
    Destination, DestinationFault, ExpectedFile, Outcome, Staging, StagingError, existing,
};
use mediaseal::seal::digest::Digest;
use mediaseal::store::atomic::{AtomicFile, write_atomic};
use mediaseal::store::folder::{Access, SystemFolder};
use mediaseal::store::lock::{LockError, Locked};
use mediaseal::store::log::{ChainedLog, read_log};
use mediaseal::store::private::{PrivacyFault, make_private_folder, private_folder};
use mediaseal::store::slots::{Slots, SlotsRead};
use mediaseal::store::tree::AtomicFolder;
use mediaseal::store::{Existing, StoreError};

const NAME: &str = "lrm-security-patch_1.0.0_1.7";
const NOTHING: [&str; 0] = [];

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let payload: Vec<u8> = (0..3_000_001_u32).map(|at| (at % 251) as u8).collect();
    vec![("PAYLOAD/patch.msi", payload), ("SHA256SUMS", b"sums".to_vec())]
}

fn expected() -> Vec<ExpectedFile> {
    let file = |(path, bytes): &(&str, Vec<u8>)| ExpectedFile {
        path: path.to_string(),
        bytes: bytes.len() as u64,
        sha256: Digest::of(bytes),
    };
    files().iter().map(file).collect()
}

fn stage(destination: &Destination) -> Staging<'_> {
    let mut staging = Staging::begin(destination, NAME).unwrap();
    for (path, bytes) in files() {
        let mut file = staging.file(path, bytes.len() as u64).unwrap();
        file.write_all(&bytes).unwrap();
        assert_eq!(file.finish().unwrap(), Digest::of(&bytes));
    }
    staging
}

/// A folder whose own path has no links, on any machine.
fn place() -> tempfile::TempDir {
    let real = fs::canonicalize(std::env::temp_dir()).unwrap();
    tempfile::tempdir_in(real).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<String> = entries.map(|entry| name(entry.unwrap())).collect();
    names.sort();
    names
}

fn bits(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_copy_appears_whole_with_plain_rights_and_is_found_again() {
    let place = place();
    let to = place.path().join("Illumina");
    let destination = Destination::open(&to).unwrap();
    let staging = stage(&destination);
    assert_eq!(names(&to).len(), 1);
    assert!(matches!(staging.finish(&expected()).unwrap(), Outcome::Copied { .. }));
    assert_eq!(names(&to), [NAME]);
    let copy = to.join(NAME);
    assert_eq!(fs::read(copy.join("PAYLOAD/patch.msi")).unwrap(), files()[0].1);
    assert_eq!(bits(&copy), 0o755);
    assert_eq!(bits(&copy.join("PAYLOAD")), 0o755);
    assert_eq!(bits(&copy.join("PAYLOAD/patch.msi")), 0o644);
    let again = existing(&destination, NAME, &expected()).unwrap();
    assert_eq!(again, Some(Outcome::AlreadyThere));
    assert_eq!(stage(&destination).finish(&expected()).unwrap(), Outcome::AlreadyThere);
    assert_eq!(names(&to), [NAME]);
}

#[test]
fn one_changed_byte_in_the_copy_is_refused_and_kept() {
    let place = place();
    let destination = Destination::open(place.path()).unwrap();
    stage(&destination).finish(&expected()).unwrap();
    let payload = place.path().join(NAME).join("PAYLOAD/patch.msi");
    let mut bytes = fs::read(&payload).unwrap();
    bytes[2_999_999] ^= 1;
    fs::write(&payload, &bytes).unwrap();
    let error = stage(&destination).finish(&expected()).unwrap_err();
    assert!(matches!(error, StagingError::Exists { count: 1, .. }), "{error}");
    assert_eq!(fs::read(&payload).unwrap(), bytes);
    assert_eq!(names(place.path()), [NAME]);
}

#[test]
fn a_link_in_each_component_of_the_destination_is_refused() {
    let place = place();
    let at = |name: &str| place.path().join(name);
    fs::create_dir_all(at("real/a/b/c")).unwrap();
    // The first component of a path is the root, which has no number.
    let above = place.path().components().count() - 1;
    let ways = [
        ("link", "real", "link/a/b/c"),
        ("real/way", "a", "real/way/b/c"),
        ("real/a/way", "b", "real/a/way/c"),
        ("real/a/b/way", "c", "real/a/b/way"),
    ];
    for (number, (link, target, path)) in ways.into_iter().enumerate() {
        symlink(target, at(link)).unwrap();
        match Destination::open(&at(path)).unwrap_err() {
            DestinationFault::Link { component, .. } => {
                assert_eq!(component, above + number + 1, "{path}");
            }
            other => panic!("{path}: {other}"),
        }
    }
    assert!(Destination::open(&at("real/a/b/c")).is_ok());
    assert_eq!(names(&at("real/a/b/c")), NOTHING);
}

#[test]
fn a_link_that_leads_nowhere_a_file_and_a_way_up_are_refused() {
    let place = place();
    let at = |name: &str| place.path().join(name);
    symlink("nowhere", at("link")).unwrap();
    fs::write(at("file"), b"").unwrap();
    let open = |path: &str| Destination::open(&at(path)).unwrap_err();
    assert!(matches!(open("link"), DestinationFault::Link { .. }));
    assert!(matches!(open("file"), DestinationFault::NotAFolder(_)));
    assert!(matches!(open("file/x"), DestinationFault::NotAFolder(_)));
    assert!(matches!(open("none/x"), DestinationFault::Missing(_)));
    assert!(matches!(open("x/../y"), DestinationFault::Path(_)));
    assert!(matches!(Destination::open(Path::new("")), Err(DestinationFault::Path(_))));
    assert_eq!(names(place.path()), ["file", "link"]);
}

#[test]
fn a_destination_exchanged_for_a_link_meanwhile_gets_nothing() {
    let place = place();
    let at = |name: &str| place.path().join(name);
    fs::create_dir(at("Illumina")).unwrap();
    fs::create_dir(at("elsewhere")).unwrap();
    let destination = Destination::open(&at("Illumina")).unwrap();
    let staging = stage(&destination);
    fs::rename(at("Illumina"), at("moved")).unwrap();
    symlink("elsewhere", at("Illumina")).unwrap();
    let error = staging.finish(&expected()).unwrap_err();
    assert!(matches!(error, StagingError::Exchanged(_)), "{error}");
    assert_eq!(names(&at("elsewhere")), NOTHING);
    assert_eq!(names(&at("moved")), NOTHING);
}

#[test]
fn a_file_exchanged_for_a_link_in_staging_is_found() {
    let place = place();
    let destination = Destination::open(place.path()).unwrap();
    let staging = stage(&destination);
    let hidden = place.path().join(staging.hidden_name());
    fs::write(place.path().join("other"), b"sums").unwrap();
    fs::remove_file(hidden.join("SHA256SUMS")).unwrap();
    symlink("../other", hidden.join("SHA256SUMS")).unwrap();
    assert!(staging.finish(&expected()).is_err());
    assert_eq!(names(place.path()), ["other"]);
}

#[test]
fn bytes_changed_in_staging_after_they_were_hashed_are_found() {
    let place = place();
    let destination = Destination::open(place.path()).unwrap();
    let staging = stage(&destination);
    let hidden = place.path().join(staging.hidden_name());
    fs::write(hidden.join("SHA256SUMS"), b"smus").unwrap();
    let error = staging.finish(&expected()).unwrap_err();
    assert!(matches!(error, StagingError::ReadBack { count: 1, .. }), "{error}");
    assert_eq!(names(place.path()), NOTHING);
}

#[test]
fn staging_of_a_killed_program_is_removed_and_of_a_living_one_kept() {
    let place = place();
    // What a SIGKILL leaves: the folder without anybody who holds it.
    let dead = place.path().join(format!(".mediaseal-staging-{:024x}", 7));
    fs::create_dir_all(dead.join("PAYLOAD")).unwrap();
    fs::write(dead.join("PAYLOAD/half"), b"half").unwrap();
    let foreign = place.path().join(".mediaseal-staging-notes");
    fs::create_dir(&foreign).unwrap();
    let destination = Destination::open(place.path()).unwrap();
    let living = stage(&destination);
    assert!(!dead.exists() && foreign.exists());
    let second = Staging::begin(&destination, "other").unwrap();
    assert!(place.path().join(living.hidden_name()).exists());
    drop(second);
    living.finish(&expected()).unwrap();
    assert_eq!(names(place.path()), [".mediaseal-staging-notes", NAME]);
}

#[test]
fn where_anybody_may_rename_a_folder_none_is_taken_for_a_leftover() {
    let place = place();
    let left = place.path().join(format!(".mediaseal-staging-{:024x}", 7));
    fs::create_dir(&left).unwrap();
    fs::write(left.join("precious"), b"not ours to lose").unwrap();
    let begin = |bits: u32| {
        fs::set_permissions(place.path(), fs::Permissions::from_mode(bits)).unwrap();
        let destination = Destination::open(place.path()).unwrap();
        drop(stage(&destination));
        left.exists()
    };
    assert!(begin(0o777), "anybody can have renamed it");
    assert!(!begin(0o1777), "the sticky bit keeps names to their owners");
}

#[test]
fn a_folder_is_replaced_in_one_step_and_only_when_asked() {
    let place = place();
    let path = place.path().join("release");
    for (text, existing) in [("old", Existing::Refuse), ("new", Existing::Replace)] {
        let folder = AtomicFolder::create_at(&path, Access::Everyone, existing).unwrap();
        folder.write_file("SEAL/trust/1.json", text.as_bytes()).unwrap();
        folder.commit().unwrap();
        assert_eq!(fs::read_to_string(path.join("SEAL/trust/1.json")).unwrap(), text);
        assert_eq!(names(place.path()), ["release"]);
    }
    let again = AtomicFolder::create_at(&path, Access::Everyone, Existing::Refuse);
    assert!(matches!(again, Err(StoreError::Exists(_))));
}

#[test]
fn a_large_output_appears_whole_and_replaces_a_link_and_not_its_target() {
    let place = place();
    let path = place.path().join("key.img");
    fs::write(place.path().join("target"), b"target").unwrap();
    symlink("target", &path).unwrap();
    let refused = AtomicFile::create_at(&path, Access::Everyone, Existing::Refuse);
    assert!(matches!(refused, Err(StoreError::Exists(_))));
    let mut file = AtomicFile::create_at(&path, Access::Everyone, Existing::Replace).unwrap();
    for _ in 0..40 {
        file.write_all(&[7; 100_000]).unwrap();
    }
    file.commit().unwrap();
    assert_eq!(fs::symlink_metadata(&path).unwrap().len(), 4_000_000);
    assert_eq!(fs::read(place.path().join("target")).unwrap(), b"target");
    assert_eq!(bits(&path), 0o644);
    assert_eq!(names(place.path()), ["key.img", "target"]);
}

#[test]
fn an_output_never_takes_the_name_of_a_device_or_a_pipe() {
    let root = place();
    let (pipe, to_device) = (root.path().join("pipe"), root.path().join("by-id"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    symlink("/dev/null", &to_device).unwrap();
    for existing in [Existing::Refuse, Existing::Replace] {
        for path in [&pipe, &to_device] {
            let refused = AtomicFile::create_at(path, Access::Everyone, existing).unwrap_err();
            assert!(matches!(refused, StoreError::OtherKind(_)), "{refused}");
        }
    }
    use std::os::unix::fs::FileTypeExt as _;
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(fs::read_link(&to_device).unwrap(), Path::new("/dev/null"));
    assert_eq!(names(root.path()), ["by-id", "pipe"]);
}

#[test]
fn a_write_that_the_system_cuts_short_leaves_no_output() {
    // A limit on file sizes is the full disk that needs no administrator: in
    // the child, the write past 64 blocks of 1024 bytes is short and then fails.
    let place = place();
    let run = std::process::Command::new("bash")
        .args(["-c", "ulimit -f 64; trap '' XFSZ; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .arg("child_that_writes_past_its_limit")
        .env("MEDIASEAL_TEST_PLACE", place.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("refused: cannot write"), "{said}");
    assert_eq!(names(place.path()), NOTHING);
}

/// The child of the test above; by itself it writes without a limit.
#[test]
fn child_that_writes_past_its_limit() {
    let given = std::env::var_os("MEDIASEAL_TEST_PLACE");
    let own = place();
    let at = given.as_ref().map_or(own.path(), Path::new);
    let folder = SystemFolder::open(at).unwrap();
    let name = OsStr::new("out");
    match write_atomic(&folder, name, &[1; 200_000], Access::Everyone, Existing::Refuse) {
        Ok(()) => assert!(given.is_none() && folder.entry(name).unwrap().is_some()),
        Err(error) => {
            println!("refused: {error}");
            assert!(given.is_some() && folder.list().unwrap().is_empty());
        }
    }
}

#[test]
fn state_lives_in_a_private_folder_under_one_lock() {
    let place = place();
    let path = place.path().join("mediaseal/state");
    assert!(matches!(private_folder(&path), Err(PrivacyFault::Missing(_))));
    let folder = make_private_folder(&path, Access::Owner).unwrap();
    let locked = Locked::acquire(folder, Duration::ZERO).unwrap();
    let other = Locked::acquire(private_folder(&path).unwrap(), Duration::ZERO);
    assert!(matches!(other, Err(LockError::Busy(_))));
    let slots = Slots::new("trust", Access::Owner);
    for generation in 0..3 {
        slots.write(&locked, generation, &[generation as u8]).unwrap();
    }
    let mut log = ChainedLog::open(&locked, "records.log", Access::Owner).unwrap();
    for value in 0..3 {
        log.append(&serde_json::json!({ "value": value })).unwrap();
    }
    drop(locked);
    let folder = private_folder(&path).unwrap();
    let good = SlotsRead::Good { generation: 3, body: vec![2] };
    assert_eq!(slots.read(&folder).unwrap(), good);
    assert_eq!(read_log(&folder, "records.log".as_ref(), |_| {}).unwrap().lines, 3);
    assert_eq!(names(&path), ["lock", "records.log", "trust.0", "trust.1"]);
    assert_eq!(bits(&path.join("trust.0")), 0o600);
    // A torn slot is said, whichever way it is torn.
    fs::write(path.join("trust.1"), b"").unwrap();
    assert!(matches!(slots.read(&folder).unwrap(), SlotsRead::Torn { .. }));
    fs::remove_file(path.join("trust.1")).unwrap();
    symlink("trust.0", path.join("trust.1")).unwrap();
    assert!(matches!(slots.read(&folder).unwrap(), SlotsRead::Torn { .. }));
}
