use std::fs;
#[cfg(target_os = "linux")]
use std::os::unix::ffi::OsStrExt as _;
#[cfg(target_os = "linux")]
use std::os::unix::fs::symlink;

use super::super::open;
use super::*;

fn folder() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir_all(place.path().join("SEAL/trust")).unwrap();
    fs::write(place.path().join("SEAL/SHA256SUMS"), b"sums\n").unwrap();
    fs::write(place.path().join("SEAL/trust/1.json"), b"{}").unwrap();
    fs::write(place.path().join("README.TXT"), b"read me").unwrap();
    place
}

fn paths(listing: &Listing) -> Vec<&str> {
    listing.entries.iter().map(|entry| entry.path.as_str()).collect()
}

#[test]
fn folder_is_listed_with_kinds_and_sizes() {
    let place = folder();
    let source = open(place.path()).unwrap();
    assert_eq!(source.shape(), Shape::Folder);
    let listing = source.listing().unwrap();
    assert_eq!(
        paths(&listing),
        ["README.TXT", "SEAL", "SEAL/SHA256SUMS", "SEAL/trust", "SEAL/trust/1.json"]
    );
    assert_eq!(listing.entries[0].kind, EntryKind::File { size: 7 });
    assert_eq!(listing.entries[1].kind, EntryKind::Folder);
    assert_eq!(listing.remarks, []);
    assert_eq!(source.listing().unwrap(), listing);
    assert_eq!(source.read("SEAL/SHA256SUMS", 5).unwrap(), b"sums\n");
}

#[test]
fn what_is_read_ahead_is_what_is_read_without() {
    let place = folder();
    fs::write(place.path().join("LARGE"), vec![3; 100_000]).unwrap();
    fs::write(place.path().join("EMPTY"), b"").unwrap();
    #[cfg(target_os = "linux")]
    symlink("README.TXT", place.path().join("link")).unwrap();
    let plain = FolderSource::open(place.path()).unwrap();
    let mut source = FolderSource::open(place.path()).unwrap();
    source.read_ahead();
    let listing = source.listing().unwrap();
    assert_eq!(listing, plain.listing().unwrap());
    for round in 0..2 {
        for entry in &listing.entries {
            let [one, other] = [&plain, &source].map(|from| from.read(&entry.path, 1 << 20));
            match (one, other) {
                (Ok(one), Ok(other)) => assert_eq!(one, other, "{} {round}", entry.path),
                (one, other) => {
                    let text = |result: Result<_, SourceError>| result.unwrap_err().to_string();
                    assert_eq!(text(one), text(other));
                }
            }
        }
    }
    assert_eq!(source.listing().unwrap(), listing);
}

#[test]
fn files_in_memory_are_those_of_the_folder_whoever_reads_them() {
    let place = tempfile::tempdir().unwrap();
    for n in 0..400 {
        let folder = place.path().join(["a", "a-1", "b"][n % 3]);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(n.to_string()), n.to_string().repeat(n)).unwrap();
    }
    for (processors, is_lent) in [(2, true), (3, false)] {
        let mut source = FolderSource::open(place.path()).unwrap();
        source.read_ahead_with(move || processors);
        let listing = source.listing().unwrap();
        if !is_lent {
            // It knows by then how many there are.
            source.ahead.as_ref().unwrap().settle();
        }
        let (done, told) = std::sync::mpsc::channel();
        let given = source.lend(Box::new(move || done.send(()).unwrap()));
        // If it has read everything by now, it is not lent either.
        assert!(is_lent || given.is_some());
        assert!(given.is_some() || told.recv().is_ok());
        let mut in_memory = 0;
        for entry in listing.entries.iter().filter(|entry| entry.is_file()) {
            let EntryKind::File { size } = entry.kind else { continue };
            let read = fs::read(place.path().join(&entry.path)).unwrap();
            if let Some(bytes) = source.in_memory(&entry.path, size) {
                assert_eq!(bytes.as_ref(), read, "{}", entry.path);
                in_memory += 1;
            }
        }
        assert_eq!(in_memory, 400, "{processors}");
    }
    let plain = FolderSource::open(place.path()).unwrap();
    assert!(plain.lend(Box::new(|| ())).is_some());
    assert!(plain.in_memory("a/0", 0).is_none());
}

#[test]
fn file_longer_than_its_limit_is_refused() {
    let place = folder();
    let source = open(place.path()).unwrap();
    let error = source.read("SEAL/SHA256SUMS", 4).unwrap_err();
    assert!(error.is_too_long());
    assert_eq!(error.to_string(), "SEAL/SHA256SUMS has more than 4 bytes");
}

#[cfg(target_os = "linux")]
#[test]
fn links_and_pipes_are_listed_as_what_they_are_and_never_followed() {
    let place = folder();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), b"secret").unwrap();
    symlink(outside.path(), place.path().join("PAYLOAD")).unwrap();
    symlink(outside.path().join("secret"), place.path().join("link")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        place.path().join("pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let source = open(place.path()).unwrap();
    let listing = source.listing().unwrap();
    let kind = |path: &str| {
        listing.entries.iter().find(|entry| entry.path == path).map(|entry| entry.kind)
    };
    assert_eq!(kind("PAYLOAD"), Some(EntryKind::SymbolicLink));
    assert_eq!(kind("link"), Some(EntryKind::SymbolicLink));
    assert_eq!(kind("pipe"), Some(EntryKind::Special));
    assert_eq!(kind("PAYLOAD/secret"), None);
    assert!(source.open_file("PAYLOAD/secret").is_err());
    assert!(source.open_file("link").is_err());
    assert!(source.open_file("pipe").is_err());
    assert!(source.open_file("SEAL").is_err());
}

#[test]
fn paths_that_lead_out_are_refused() {
    let place = folder();
    let source = open(&place.path().join("SEAL")).unwrap();
    for path in ["../README.TXT", "trust/../SHA256SUMS", "./SHA256SUMS", "/SHA256SUMS", "", "a//b"]
    {
        assert!(source.open_file(path).is_err(), "{path}");
    }
    assert!(matches!(source.open_file("nothing"), Err(SourceError::NotFound { .. })));
}

#[cfg(target_os = "linux")]
#[test]
fn folder_exchanged_for_a_link_after_opening_is_not_followed() {
    let place = folder();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("SHA256SUMS"), b"forged").unwrap();
    let source = open(place.path()).unwrap();
    fs::rename(place.path().join("SEAL"), place.path().join("SEAL2")).unwrap();
    symlink(outside.path(), place.path().join("SEAL")).unwrap();
    assert!(source.open_file("SEAL/SHA256SUMS").is_err());
    // The root itself is held: another folder in its place changes nothing.
    let moved = outside.path().join("moved");
    fs::rename(place.path(), &moved).unwrap();
    fs::create_dir(place.path()).unwrap();
    assert_eq!(source.read("README.TXT", 100).unwrap(), b"read me");
}

#[cfg(target_os = "linux")]
#[test]
fn name_that_is_no_text_is_kept_and_remarked() {
    let place = folder();
    fs::write(place.path().join(OsStr::from_bytes(b"bad\xFF.txt")), b"").unwrap();
    let listing = open(place.path()).unwrap().listing().unwrap();
    let path = "bad\\xff.txt".to_string();
    assert!(paths(&listing).contains(&path.as_str()));
    assert_eq!(listing.remarks, [Remark::NotText { path }]);
}

#[cfg(target_os = "linux")]
#[test]
fn names_equal_without_case_are_remarked() {
    let place = folder();
    fs::write(place.path().join("readme.txt"), b"").unwrap();
    let listing = open(place.path()).unwrap().listing().unwrap();
    assert_eq!(
        listing.remarks,
        [Remark::DoubleName { path: "readme.txt".into(), other: "README.TXT".into() }]
    );
}

#[test]
fn folders_deeper_than_the_limit_are_given_up() {
    let place = folder();
    let deep = ["d"; 40].join("/");
    fs::create_dir_all(place.path().join(&deep)).unwrap();
    let listing = open(place.path()).unwrap().listing().unwrap();
    let deepest = listing.entries.iter().map(|entry| entry.path.split('/').count()).max();
    assert_eq!(deepest, Some(MAX_DEPTH));
    assert!(matches!(&listing.remarks[..], [Remark::GivenUp { .. }]));
}

#[cfg(target_os = "linux")]
#[test]
fn link_to_a_folder_is_refused_as_source_and_link_to_a_file_followed() {
    let place = folder();
    let links = tempfile::tempdir().unwrap();
    symlink(place.path(), links.path().join("folder")).unwrap();
    // With the slash, too, that a shell puts behind it.
    for name in ["folder", "folder/", "folder/."] {
        let error = open(&links.path().join(name)).err().unwrap();
        assert!(matches!(error, SourceError::LinkToFolder { .. }), "{name}");
    }
    symlink(place.path().join("README.TXT"), links.path().join("file")).unwrap();
    assert_eq!(open(&links.path().join("file")).unwrap().shape(), Shape::Image);
    assert!(matches!(
        open(&links.path().join("nothing")).err().unwrap(),
        SourceError::NotFound { .. }
    ));
    assert!(matches!(open(Path::new("/dev/null")).err().unwrap(), SourceError::NotASource { .. }));
}

#[test]
fn file_that_grows_while_it_is_read_shows_its_growth() {
    use std::io::Write as _;
    let place = folder();
    let source = open(place.path()).unwrap();
    let mut reader = source.open_file("README.TXT").unwrap();
    let mut bytes = [0; 7];
    reader.read_exact(&mut bytes).unwrap();
    let path = place.path().join("README.TXT");
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"more");
}

#[cfg(target_os = "linux")]
#[test]
fn serial_number_comes_from_the_link_to_the_device() {
    use crate::sys::storage::DeviceNumber;
    let links = tempfile::tempdir().unwrap();
    for name in ["12AB-34CD", "FFFF-0000", "0b1c2d3e-0000-0000-0000-000000000000", "12AB-34C"] {
        fs::write(links.path().join(name), b"").unwrap();
    }
    let device = |minor| DeviceNumber { major: 8, minor };
    let behind = |path: &Path| match path.file_name()?.to_str()? {
        "12AB-34CD" => Some(device(17)),
        "FFFF-0000" => Some(device(33)),
        _ => Some(device(49)),
    };
    let serial = |minor| mounts::serial(links.path(), device(minor), &behind);
    assert_eq!(serial(17), Some(0x12AB_34CD));
    assert_eq!(serial(33), Some(0xFFFF_0000));
    assert_eq!(serial(49), None);
    assert_eq!(serial(50), None);
}

#[test]
fn root_of_a_file_system_is_told_from_a_folder_in_it() {
    let root = Path::new(if cfg!(windows) { r"C:\" } else { "/" });
    assert!(FolderSource::open(root).unwrap().mounted().is_root);
    let place = folder();
    assert!(!FolderSource::open(&place.path().join("SEAL")).unwrap().mounted().is_root);
}
