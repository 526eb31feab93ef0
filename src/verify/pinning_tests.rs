use std::collections::BTreeMap;

use super::*;
use crate::seal::testing::{TestKey, chain, first_document, next_document, role, signed};
use crate::sys::storage::{DeviceNumber, WholeDisk};

/// Paths below each of these names lie on a disk of their own.
struct Fake {
    program: &'static str,
    disks: BTreeMap<&'static str, Storage>,
}

fn disk(minor: u32, removable: bool, raw_device: bool, network: bool) -> Storage {
    let number = DeviceNumber { major: 8, minor };
    Storage {
        device: number,
        raw_device,
        file_system: "vfat".to_string(),
        mount_point: PathBuf::from("/"),
        source: format!("//server/{minor}"),
        network,
        disks: match network {
            true => vec![],
            false => vec![WholeDisk { number, name: format!("sd{minor}"), removable }],
        },
    }
}

impl Surroundings for Fake {
    fn storage(&self, path: &Path) -> Result<Storage, StorageError> {
        let found = self.disks.iter().find(|(prefix, _)| path.starts_with(prefix));
        found
            .map(|(_, storage)| storage.clone())
            .ok_or_else(|| StorageError::NotMounted(path.to_path_buf()))
    }
    fn program(&self) -> Option<PathBuf> {
        Some(PathBuf::from(self.program))
    }
}

fn around() -> Fake {
    let disks = BTreeMap::from([
        ("/fixed", disk(0, false, false, false)),
        ("/stick", disk(16, true, false, false)),
        ("/dev/sdb", disk(16, true, true, false)),
        ("/share", disk(32, false, false, true)),
    ]);
    Fake { program: "/fixed/bin/mediaseal-verify", disks }
}

fn trusted() -> (TestKey, Chain) {
    let [root, release] = [1, 2].map(TestKey::new);
    let chain = chain(&first_document(role(1, &[&root]), role(1, &[&release])), &[&root]);
    (root, chain)
}

fn with_anchor(source: &str, anchor: &str, around: &Fake) -> Held {
    let given = GivenAnchor { path: anchor.into(), chain: trusted().1 };
    let state = Path::new("/fixed/state");
    stand(Path::new(source), StateRead::NotEnrolled, state, Some(given), around).held
}

fn reason(held: Held) -> Option<Unpinned> {
    match held {
        Held::Unpinned(reason) => Some(reason),
        Held::Chain(_) => None,
        Held::Broken(kind) => panic!("{kind:?}"),
    }
}

#[test]
fn anchor_from_elsewhere_is_used() {
    let around = around();
    for source in ["/stick", "/dev/sdb", "/share/release.zip", "/fixed/release"] {
        assert_eq!(reason(with_anchor(source, "/fixed/a.anchor", &around)), None, "{source}");
    }
    let none =
        stand(Path::new("/stick"), StateRead::NotEnrolled, Path::new("/fixed/s"), None, &around);
    assert_eq!(reason(none.held), Some(Unpinned::NoAnchor));
}

#[test]
fn anchor_on_the_medium_is_as_good_as_none() {
    let around = around();
    let inside = Some(Unpinned::AnchorInsideSource);
    let beside = Some(Unpinned::AnchorOnSourceDevice);
    let cases = [
        ("/stick/release", "/stick/release/a.anchor", inside),
        ("/fixed/release", "/fixed/release/x/a.anchor", inside),
        ("/stick/release", "/stick/a.anchor", beside),
        ("/dev/sdb", "/stick/a.anchor", beside),
        ("/share/release.zip", "/share/a.anchor", beside),
        ("/stick", "/unknown/a.anchor", beside),
        ("/unknown", "/fixed/a.anchor", Some(Unpinned::StartedFromSource)),
        // The same fixed disk of one's own computer is no envelope.
        ("/fixed/release", "/fixed/a.anchor", None),
        ("/fixed/release.zip", "/fixed/a.anchor", None),
    ];
    for (source, anchor, expected) in cases {
        assert_eq!(reason(with_anchor(source, anchor, &around)), expected, "{source} {anchor}");
    }
}

#[test]
fn program_from_the_medium_or_a_share_is_unpinned() {
    let mut around = around();
    around.program = "/fixed/release/TOOLS/mediaseal-verify";
    let held = with_anchor("/fixed/release", "/fixed/a.anchor", &around);
    assert_eq!(reason(held), Some(Unpinned::StartedFromSource));
    around.program = "/stick/mediaseal-verify";
    let held = with_anchor("/dev/sdb", "/fixed/a.anchor", &around);
    assert_eq!(reason(held), Some(Unpinned::StartedFromSource));
    for program in ["/stick/mediaseal-verify", "/share/mediaseal-verify"] {
        around.program = program;
        let held = with_anchor("/fixed/release", "/fixed/a.anchor", &around);
        assert_eq!(reason(held), Some(Unpinned::StartedFromRemovable), "{program}");
        assert!(started_from_removable(&around), "{program}");
    }
}

#[test]
fn anchor_adds_to_a_state_and_never_replaces_it() {
    let (root, held) = trusted();
    let mut longer = held.clone();
    let next = next_document(&held, |d| d.withdrawn.push(crate::seal::digest::Digest::of(b"x")));
    longer.extend(signed(&next, &[&root])).unwrap();
    assert_eq!(add(&held, &longer).unwrap().length(), 2);
    assert_eq!(add(&longer, &held).unwrap().length(), 2);
    // The same document without its signatures: good for a new verifier, which
    // compares the code, and not for one that holds a chain.
    let bare = next_document(&held, |d| d.withdrawn.push(crate::seal::digest::Digest::of(b"x")));
    let documents = vec![held.newest().signed.clone(), signed(&bare, &[])];
    let code = crate::seal::digest::Digest::of(&documents[1].bytes);
    let unsigned = Chain::anchored(documents, code).unwrap();
    assert!(matches!(add(&held, &unsigned), Err(Kind::AnchorDiffers { version: 2, .. })));
    let other_root = TestKey::new(9);
    let document = first_document(role(1, &[&other_root]), role(1, &[&root]));
    let fork = chain(&document, &[&other_root]);
    assert!(matches!(add(&held, &fork), Err(Kind::AnchorDiffers { .. })));
    let mut foreign = document;
    foreign.publisher = crate::seal::names::Identifier::parse("other").unwrap();
    let foreign = chain(&foreign, &[&other_root]);
    assert!(matches!(add(&held, &foreign), Err(Kind::StateOfOtherPublisher { .. })));
}

#[test]
fn attached_image_is_a_file_of_its_disk() {
    let mut around = around();
    let mut attached = disk(0, false, true, false);
    attached.device = DeviceNumber { major: 7, minor: 0 };
    around.disks.insert("/dev/loop0", attached.clone());
    let mut mounted = attached.clone();
    (mounted.raw_device, mounted.source) = (false, "/dev/loop0p1".to_string());
    around.disks.insert("/mnt", mounted);
    assert_eq!(reason(with_anchor("/dev/loop0", "/fixed/a.anchor", &around)), None);
    let beside = Some(Unpinned::AnchorOnSourceDevice);
    assert_eq!(reason(with_anchor("/dev/loop0", "/mnt/a.anchor", &around)), beside);
    // An image on a stick, with the anchor beside it on the stick.
    let mut on_stick = disk(16, true, true, false);
    on_stick.device = DeviceNumber { major: 7, minor: 1 };
    around.disks.insert("/dev/loop1", on_stick);
    assert_eq!(reason(with_anchor("/dev/loop1", "/stick/a.anchor", &around)), beside);
}

#[test]
fn what_is_written_may_not_lie_in_the_source_or_on_its_device() {
    let mut around = around();
    let folder = tempfile::tempdir().unwrap();
    // The folder is where the stick is mounted.
    let real = folder.path().canonicalize().unwrap();
    let mounted: &'static str = real.to_string_lossy().into_owned().leak();
    around.disks.insert(mounted, disk(16, true, false, false));
    let changes = |source: &Path, path: &Path| would_change(source, path, &around);
    let inside = folder.path().join("not/there/yet");
    // The whole stick is read; a file on it changes nothing of another file.
    assert!(changes(Path::new("/dev/sdb"), &inside));
    assert!(!changes(Path::new("/stick/release.zip"), &inside));
    assert!(!changes(Path::new("/dev/sdb"), Path::new("/x/y")));
    assert!(changes(folder.path(), &inside));
    // However it is written.
    std::fs::create_dir(folder.path().join("x")).unwrap();
    let way = folder.path().join("x/..");
    assert!(changes(&way, &inside) && changes(&way, &way.join("new")));
    assert!(!changes(&folder.path().join("x"), &inside));
}

#[test]
fn writing_beside_an_attached_image_changes_nothing_of_it() {
    let numbers = [(LOOP, 0), (8, 0)].map(|(major, minor)| DeviceNumber { major, minor });
    let whole = numbers.map(|number| WholeDisk {
        number,
        name: format!("{}", number.major),
        removable: false,
    });
    let attached = Storage {
        device: numbers[0],
        source: "/dev/loop0".to_string(),
        disks: whole.to_vec(),
        ..disk(0, false, true, false)
    };
    let on_it = Storage { disks: whole[..1].to_vec(), ..disk(0, false, false, false) };
    let beside = Storage { disks: whole[1..].to_vec(), ..disk(0, false, false, false) };
    // Two folders that are there, on every system.
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let [mounted, other] = folders.each_ref().map(|folder| -> &'static str {
        folder.path().canonicalize().unwrap().to_string_lossy().into_owned().leak()
    });
    let disks = BTreeMap::from([("/source", attached), (mounted, on_it), (other, beside)]);
    let around = Fake { program: "/fixed/bin/mediaseal-verify", disks };
    assert!(would_change(Path::new("/source"), Path::new(mounted), &around));
    assert!(!would_change(Path::new("/source"), Path::new(other), &around));
}
