use std::io::{Read as _, Write as _};
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

fn place() -> (tempfile::TempDir, FolderHandle) {
    let place = tempfile::tempdir().unwrap();
    let folder = FolderHandle::open(place.path()).unwrap();
    (place, folder)
}

#[test]
fn names_with_more_than_one_component_are_refused() {
    let (_place, folder) = place();
    for name in ["", ".", "..", "a/b", "/", "a\0b"] {
        let error = folder.create_new(name.as_ref(), Access::Owner).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{name:?}");
        assert!(folder.open_folder(name.as_ref()).is_err());
        assert!(folder.remove_file(name.as_ref()).is_err());
    }
}

#[cfg(unix)]
#[test]
fn links_are_seen_and_never_followed() {
    let (place, folder) = place();
    std::fs::write(place.path().join("file"), b"x").unwrap();
    std::fs::create_dir(place.path().join("real")).unwrap();
    symlink("file", place.path().join("to-file")).unwrap();
    symlink("real", place.path().join("to-folder")).unwrap();
    assert!(folder.read("to-file".as_ref()).is_err());
    assert!(folder.append("to-file".as_ref(), Access::Owner).is_err());
    assert!(folder.open_folder("to-folder".as_ref()).is_err());
    let kind = |name: &str| folder.entry(name.as_ref()).unwrap().unwrap().kind;
    assert_eq!(kind("to-file"), EntryKind::Link);
    assert_eq!(kind("to-folder"), EntryKind::Link);
    assert_eq!(kind("real"), EntryKind::Folder);
    assert_eq!(folder.entry("none".as_ref()).unwrap(), None);
}

#[cfg(unix)]
#[test]
fn bits_do_not_depend_on_the_umask() {
    let (place, folder) = place();
    drop(folder.create_new("file".as_ref(), Access::Everyone).unwrap());
    drop(folder.create_new("own".as_ref(), Access::Owner).unwrap());
    folder.make_folder("folder".as_ref(), Access::Everyone).unwrap();
    let bits = |name| {
        let metadata = std::fs::metadata(place.path().join(name)).unwrap();
        metadata.permissions().mode() & 0o7777
    };
    assert_eq!(bits("file"), 0o644);
    assert_eq!(bits("own"), 0o600);
    assert_eq!(bits("folder"), 0o755);
}

#[test]
fn rename_new_never_replaces() {
    let (place, folder) = place();
    for name in ["one", "two"] {
        std::fs::write(place.path().join(name), name).unwrap();
    }
    let error = folder.rename_new("one".as_ref(), "two".as_ref()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(place.path().join("two")).unwrap(), b"two");
    folder.rename_new("one".as_ref(), "three".as_ref()).unwrap();
    folder.rename_over("three".as_ref(), "two".as_ref()).unwrap();
    assert_eq!(std::fs::read(place.path().join("two")).unwrap(), b"one");
    assert_eq!(folder.list().unwrap(), ["two"]);
}

#[cfg(unix)]
#[test]
fn exchange_swaps_two_folders() {
    let (place, folder) = place();
    for name in ["one", "two"] {
        folder.make_folder(name.as_ref(), Access::Everyone).unwrap();
        std::fs::write(place.path().join(name).join("mark"), name).unwrap();
    }
    folder.exchange("one".as_ref(), "two".as_ref()).unwrap();
    assert_eq!(std::fs::read(place.path().join("one/mark")).unwrap(), b"two");
}

#[test]
fn uncached_read_is_exact_at_every_length() {
    let (_place, folder) = place();
    for length in [0, 1, 4095, 4096, 4097, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000] {
        let bytes: Vec<u8> = (0..length).map(|at: usize| (at * 31 % 251) as u8).collect();
        let name = format!("file-{length}");
        let mut file = folder.create_new(name.as_ref(), Access::Owner).unwrap();
        file.write_all(&bytes).unwrap();
        file.sync().unwrap();
        let (mut reader, _) = folder.read_uncached(name.as_ref()).unwrap();
        let mut back = Vec::new();
        reader.read_to_end(&mut back).unwrap();
        assert!(back == bytes, "{length}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_neither_blocks_nor_opens() {
    let (place, folder) = place();
    let made = std::process::Command::new("mkfifo").arg(place.path().join("pipe")).status();
    assert!(made.unwrap().success());
    assert!(folder.read("pipe".as_ref()).is_err());
    assert!(folder.append("pipe".as_ref(), Access::Owner).is_err());
}

#[test]
fn a_hold_keeps_others_out_until_it_is_dropped() {
    let (place, folder) = place();
    folder.make_folder("work".as_ref(), Access::Owner).unwrap();
    let first = folder.open_folder("work".as_ref()).unwrap();
    assert!(first.hold().unwrap());
    let other = FolderHandle::open(&place.path().join("work")).unwrap();
    assert!(!other.hold().unwrap());
    let clone = first.clone();
    drop(first);
    assert!(!other.hold().unwrap());
    drop(clone);
    // Another test may be starting a program just now: until that has its own
    // image, it holds a copy of every descriptor.
    let again = |_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        other.hold().unwrap()
    };
    assert!((0..500).any(again));
}

#[test]
fn a_second_listing_shows_what_came_meanwhile() {
    let (_place, folder) = place();
    drop(folder.create_new("one".as_ref(), Access::Everyone).unwrap());
    assert_eq!(folder.list().unwrap(), ["one"]);
    drop(folder.create_new("two".as_ref(), Access::Everyone).unwrap());
    assert_eq!(folder.list().unwrap(), ["one", "two"]);
    folder.remove_file("one".as_ref()).unwrap();
    assert_eq!(folder.list().unwrap(), ["two"]);
}

#[cfg(windows)]
#[test]
fn names_reach_the_file_system_as_they_are() {
    let (_place, folder) = place();
    for name in ["plain", "dot.", "space ", "two.."] {
        drop(folder.create_new(name.as_ref(), Access::Everyone).unwrap());
    }
    assert_eq!(folder.list().unwrap(), ["dot.", "plain", "space ", "two.."]);
    assert!(folder.entry("dot".as_ref()).unwrap().is_none());
    assert!(folder.read("space ".as_ref()).is_ok());
    folder.remove_file("dot.".as_ref()).unwrap();
    assert!(folder.entry("dot.".as_ref()).unwrap().is_none());
}

#[cfg(windows)]
#[test]
fn a_folder_is_renamed_in_one_step_while_it_is_held() {
    let (_place, folder) = place();
    folder.make_folder("hidden".as_ref(), Access::Everyone).unwrap();
    let work = folder.open_folder("hidden".as_ref()).unwrap();
    assert!(work.hold().unwrap());
    let mut file = work.create_new("file".as_ref(), Access::Everyone).unwrap();
    file.write_all(b"whole").unwrap();
    file.sync().unwrap();
    drop(file);
    work.sync().unwrap();
    // Whoever opens it anew in the same process flushes it by the hold's handle.
    folder.open_folder("hidden".as_ref()).unwrap().sync().unwrap();
    folder.rename_new("hidden".as_ref(), "shown".as_ref()).unwrap();
    folder.sync().unwrap();
    let shown = folder.open_folder("shown".as_ref()).unwrap();
    assert_eq!(shown.identity().unwrap(), work.identity().unwrap());
    let mut text = String::new();
    shown.read("file".as_ref()).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "whole");
    assert!(!shown.hold().unwrap());
    drop(work);
    assert!(shown.hold().unwrap());
    let error = folder.exchange("shown".as_ref(), "other".as_ref()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Unsupported);
}

#[cfg(windows)]
#[test]
fn a_file_that_is_held_for_reading_can_be_read_and_not_written_renamed_or_removed() {
    let (place, folder) = place();
    std::fs::write(place.path().join("package"), b"package").unwrap();
    let held = folder.read_held("package".as_ref()).unwrap();
    assert!(folder.read("package".as_ref()).is_ok());
    assert!(folder.open_existing("package".as_ref()).is_err());
    assert!(folder.remove_file("package".as_ref()).is_err());
    assert!(std::fs::write(place.path().join("package"), b"other").is_err());
    assert!(std::fs::rename(place.path().join("package"), place.path().join("x")).is_err());
    drop(held);
    let writer = folder.open_existing("package".as_ref()).unwrap();
    assert!(folder.read_held("package".as_ref()).is_err());
    drop(writer);
    assert!(folder.read_held("package".as_ref()).is_ok());
}
