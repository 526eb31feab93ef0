use std::path::Path;

use super::*;
use crate::install::journal_line::{Begun, Ended, ReleaseLine};
use crate::instrument::computer::Unread;
use crate::instrument::fake::FakeComputer;
use crate::store::faulty::{FaultyDisk, FaultyFolder, every_power_cut};
use crate::store::folder::{Access, enter};

const CODE: &str = "{12345678-1234-1234-1234-123456789ABC}";

fn computer(boot: &str) -> FakeComputer {
    FakeComputer { boot: Ok(boot.to_string()), ..FakeComputer::at_rest(Path::new("/x")) }
}

fn begun(action: &str, mode: Option<&str>) -> Begun {
    Begun {
        action: action.to_string(),
        boot: Some("boot-1".to_string()),
        mode: mode.map(String::from),
        two_modes: mode.is_some(),
        product_code: Some(CODE.to_string()),
        release: Some(ReleaseLine { release_code: "8c".repeat(32), ..ReleaseLine::default() }),
        ..Begun::default()
    }
}

fn ended(code: u32, restart: &str) -> Ended {
    Ended {
        exit_code: Some(code),
        restart: restart.to_string(),
        boot: Some("boot-1".to_string()),
        ..Ended::default()
    }
}

fn act(root: &FaultyFolder, begun: Begun, ended: Option<Ended>) {
    let journal = Journal::open(root).unwrap();
    let id = journal.begin(begun, None).unwrap();
    if let Some(ended) = ended {
        journal.end(&id, ended, None).unwrap();
    }
}

/// The journal's bytes.
fn log(root: &FaultyFolder) -> Vec<u8> {
    use std::io::Read as _;
    let folder = root.open_folder(journal::JOURNAL.as_ref()).unwrap();
    let mut bytes = Vec::new();
    folder.read(journal::LOG.as_ref()).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// A state folder with a journal of these bytes.
fn with_log(bytes: &[u8]) -> FaultyFolder {
    use std::io::Write as _;
    let root = FaultyDisk::new().root();
    let folder = enter(&root, journal::JOURNAL, Access::Everyone).unwrap();
    folder.append(journal::LOG.as_ref(), Access::Everyone).unwrap().write_all(bytes).unwrap();
    root
}

fn words(root: &FaultyFolder, boot: &str) -> Vec<&'static str> {
    let status = look(root, &computer(boot), Writing::No, None).unwrap();
    status.to_do.iter().map(|to_do| to_do.word()).collect()
}

#[test]
fn nothing_was_done() {
    let root = FaultyDisk::new().root();
    let status = look(&root, &computer("boot-1"), Writing::Allowed, None).unwrap();
    assert!(status.to_do.is_empty() && status.installed.is_none());
    assert_eq!(root.list().unwrap().len(), 0, "looking makes nothing");
    assert!(text(&status, Language::French).contains("Rien n'a été installé"));
}

#[test]
fn a_restart_is_due_until_it_is_seen_and_then_it_is_written_down() {
    let root = FaultyDisk::new().root();
    act(&root, begun("install", None), Some(ended(0, "required")));
    assert_eq!(words(&root, "boot-1"), ["restart-required"]);
    // Anybody sees that it was restarted; an administrator writes it down.
    assert!(words(&root, "boot-2").is_empty());
    assert_eq!(words(&root, "boot-1"), ["restart-required"]);
    let status = look(&root, &computer("boot-2"), Writing::Allowed, None).unwrap();
    assert!(status.to_do.is_empty());
    assert!(status.history.actions[0].restart_seen.is_some());
    assert!(words(&root, "boot-1").is_empty(), "seen once is seen");
    look(&root, &computer("boot-3"), Writing::Allowed, None).unwrap();
    assert_eq!(journal::read(&root).unwrap().lines, 3);
}

#[test]
fn where_the_start_of_the_computer_is_not_known_the_restart_stays_due() {
    let root = FaultyDisk::new().root();
    act(&root, begun("install", None), Some(ended(3010, "required")));
    let mut computer = computer("boot-2");
    computer.boot = Err(Unread::unsupported());
    let status = look(&root, &computer, Writing::Allowed, None).unwrap();
    assert_eq!(status.to_do, [ToDo::RestartRequired]);
}

#[test]
fn an_instrument_with_two_modes_needs_both() {
    let root = FaultyDisk::new().root();
    act(&root, begun("install", Some("dx")), Some(ended(0, "none")));
    assert_eq!(words(&root, "boot-1"), ["install-in-mode-ruo"]);
    act(&root, begun("install", Some("ruo")), Some(ended(1603, "none")));
    assert_eq!(words(&root, "boot-1"), ["failed", "install-in-mode-ruo"]);
    act(&root, begun("install", Some("ruo")), Some(ended(0, "recommended")));
    assert_eq!(words(&root, "boot-1"), ["restart-recommended"]);
    act(&root, begun("remove", Some("ruo")), Some(ended(0, "none")));
    assert_eq!(words(&root, "boot-1"), ["restart-recommended"]);
}

#[test]
fn an_action_that_was_cut_off_is_said() {
    let root = FaultyDisk::new().root();
    act(&root, begun("install", None), None);
    assert_eq!(words(&root, "boot-2"), ["unfinished"]);
    act(&root, begun("install", None), Some(ended(0, "none")));
    assert!(words(&root, "boot-2").is_empty());
}

#[test]
fn the_list_of_installed_programs_is_asked() {
    let root = FaultyDisk::new().root();
    act(&root, begun("install", None), Some(ended(0, "none")));
    let mut computer = computer("boot-1");
    let status = look(&root, &computer, Writing::No, None).unwrap();
    assert_eq!(status.installed, Some(Ok(None)));
    let product = InstalledProduct { name: "LRM Patch".to_string(), version: "1.0.0".to_string() };
    computer.installed.insert(CODE.to_string(), product);
    let status = look(&root, &computer, Writing::No, None).unwrap();
    let page = text(&status, Language::English);
    assert!(page.contains("installed: LRM Patch 1.0.0"), "{page}");
    let value: serde_json::Value = serde_json::from_str(&json(&status, Language::English)).unwrap();
    assert_eq!(value["installed"]["version"], "1.0.0");
    assert_eq!(value["chain_whole"], true);
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
}

#[test]
fn damaged_records_are_told_as_far_as_they_are_whole_and_nothing_is_written() {
    let root = FaultyDisk::new().root();
    act(&root, begun("install", None), Some(ended(0, "required")));
    act(&root, begun("repair", None), Some(ended(0, "required")));
    let mut bytes = log(&root);
    let lines: Vec<usize> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::len).collect();
    bytes[lines[0] + lines[1] + 20] ^= 1;
    let root = with_log(&bytes);
    let before = log(&root);
    let status = look(&root, &computer("boot-2"), Writing::Allowed, None).unwrap();
    assert_eq!(status.outcome(), Outcome::Io);
    assert_eq!((status.history.lines, status.history.actions.len()), (2, 1));
    assert!(status.to_do.contains(&ToDo::Records));
    for language in Language::ALL {
        let value: serde_json::Value = serde_json::from_str(&json(&status, language)).unwrap();
        assert_eq!((&value["schema"], &value["exit_code"]), (&1.into(), &3.into()));
        assert_eq!((&value["chain_whole"], &value["lines"]), (&false.into(), &2.into()));
        let line = match language {
            Language::English => "line 3",
            Language::French => "ligne 3",
        };
        assert!(value["failure"].as_str().unwrap().contains(line), "{value}");
        assert_eq!(value["newest"]["begun"]["action"], "install");
        let page = text(&status, language);
        assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
        assert!(!page.contains(language.table().procedure.status_nothing));
    }
    assert_eq!(log(&root), before);
    assert!(!root.list().unwrap().iter().any(|name| name == "records"));
    // Damaged from the first line on: nothing is known, and that is not "nothing
    // was done".
    bytes[20] ^= 1;
    let root = with_log(&bytes);
    let status = look(&root, &computer("boot-2"), Writing::No, None).unwrap();
    assert_eq!((status.outcome(), status.history.lines), (Outcome::Io, 0));
    let page = text(&status, Language::English);
    assert!(page.contains("0 lines can be read"), "{page}");
}

#[test]
fn every_power_cut_while_a_restart_is_written_down_loses_nothing() {
    let cuts = every_power_cut(
        |root| act(root, begun("install", None), Some(ended(0, "required"))),
        |root| look(root, &computer("boot-2"), Writing::Allowed, None).is_ok(),
        |root, done, cut| {
            let history = journal::read(root).unwrap();
            let seen = history.actions[0].restart_seen.is_some();
            assert!(seen || !done, "{cut}");
            assert!(history.actions[0].ended.is_some(), "{cut}");
            let again = look(root, &computer("boot-2"), Writing::Allowed, None).unwrap();
            assert!(again.to_do.is_empty(), "{cut}");
            assert_eq!(again.history.lines, 3, "{cut}");
            let records = root.open_folder("records".as_ref()).unwrap();
            let names = records.list().unwrap();
            let pages = names.iter().filter(|name| name.to_string_lossy().starts_with("000001-"));
            assert_eq!(pages.count(), 2, "{cut}: {names:?}");
        },
    );
    println!("status: {cuts} cuts");
    assert!(cuts > 100);
}
