use super::*;
use crate::store::faulty::{FaultyDisk, FaultyFolder, every_error, every_power_cut};

fn begun(action: &str) -> Begun {
    Begun {
        action: action.to_string(),
        computer: Some("INSTRUMENT-7".to_string()),
        boot: Some("boot-1".to_string()),
        restart_rule: "required".to_string(),
        ..Begun::default()
    }
}

fn ended(code: u32) -> Ended {
    Ended {
        exit_code: Some(code),
        outcome: "ok".to_string(),
        restart: "required".to_string(),
        ..Ended::default()
    }
}

fn whole(root: &FaultyFolder) -> Result<(), JournalError> {
    let journal = Journal::open(root)?;
    let id = journal.begin(begun("install"), None)?;
    journal.end(&id, ended(0), None)?;
    journal.restart_seen(&id, "boot-2", None)
}

#[test]
fn an_action_is_put_together_from_its_lines() {
    let root = FaultyDisk::new().root();
    assert_eq!(read(&root).unwrap().lines, 0);
    whole(&root).unwrap();
    let journal = Journal::open(&root).unwrap();
    journal.refuse(begun("repair"), None).unwrap();
    journal.begin(begun("remove"), None).unwrap();
    assert_eq!(journal.next_sequence().unwrap(), 6);
    let history = read(&root).unwrap();
    assert_eq!((history.lines, history.actions.len()), (5, 3));
    let [first, second, third] = &history.actions[..] else { panic!("{history:?}") };
    assert_eq!(first.begun, begun("install"));
    assert_eq!(first.ended, Some(("unknown".to_string(), ended(0))));
    assert_eq!((first.sequence, first.restart_seen.is_some()), (1, true));
    assert!(second.refused && second.ended.is_none());
    assert!(!third.refused && third.ended.is_none() && third.sequence == 5);
    let ids: std::collections::BTreeSet<&str> =
        history.actions.iter().map(|action| action.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| id.len() == 32));
}

#[test]
fn a_changed_or_removed_line_breaks_the_chain() {
    let root = FaultyDisk::new().root();
    whole(&root).unwrap();
    assert!(root.disk().corrupt("journal/actions.log", 90, 1));
    root.disk().settle();
    let text = {
        use std::io::Read as _;
        let folder = root.open_folder(OsStr::new(JOURNAL)).unwrap();
        let mut text = String::new();
        folder.read(OsStr::new(LOG)).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    let changed = text.replacen("INSTRUMENT-7", "INSTRUMENT-8", 1);
    for text in [format!("{}\n{}\n", lines[0], lines[2]), changed] {
        let root = FaultyDisk::new().root();
        let folder = enter(&root, JOURNAL, Access::Everyone).unwrap();
        use std::io::Write as _;
        folder
            .append(OsStr::new(LOG), Access::Everyone)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        assert!(matches!(read(&root), Err(JournalError::Log(LogError::Broken { line: 2, .. }))));
        assert!(Journal::open(&root).unwrap().begin(begun("install"), None).is_err());
    }
}

#[test]
fn a_line_of_a_newer_program_is_not_guessed_at() {
    for (from, to) in [("\"format\":1", "\"format\":2"), ("\"begun\":", "\"dreamt\":")] {
        let root = FaultyDisk::new().root();
        whole(&root).unwrap();
        let folder = root.open_folder(OsStr::new(JOURNAL)).unwrap();
        let mut text = String::new();
        {
            use std::io::Read as _;
            folder.read(OsStr::new(LOG)).unwrap().read_to_string(&mut text).unwrap();
        }
        let first = text.lines().next().unwrap().replacen(from, to, 1) + "\n";
        let other = FaultyDisk::new().root();
        let folder = enter(&other, JOURNAL, Access::Everyone).unwrap();
        use std::io::Write as _;
        let mut file = folder.append(OsStr::new(LOG), Access::Everyone).unwrap();
        file.write_all(first.as_bytes()).unwrap();
        assert!(matches!(read(&other), Err(JournalError::Newer(1))), "{to}");
    }
}

/// Lines that may stand there after so many calls came back with "done".
fn judge(root: &FaultyFolder, label: &str) -> usize {
    let history = read(root).unwrap_or_else(|error| panic!("{label}: {error}"));
    assert!(history.actions.len() <= 1, "{label}");
    let Some(action) = history.actions.first() else { return 0 };
    // No end without a beginning, no restart without an end.
    assert_eq!(action.begun, begun("install"), "{label}");
    assert!(action.restart_seen.is_none() || action.ended.is_some(), "{label}");
    1 + usize::from(action.ended.is_some()) + usize::from(action.restart_seen.is_some())
}

#[test]
fn every_power_cut_leaves_what_was_done_and_never_more() {
    let cuts = every_power_cut(
        |_| {},
        |root| whole(root).is_ok(),
        |root, done, cut| {
            let lines = judge(root, cut);
            assert!(!done || lines == 3, "{cut}: {lines}");
            // The next program goes on where the chain ends.
            let journal = Journal::open(root).unwrap();
            let id = journal.begin(begun("repair"), None).unwrap();
            journal.end(&id, ended(0), None).unwrap();
            let history = read(root).unwrap();
            assert_eq!(history.lines as usize, lines + 2, "{cut}");
            assert!(history.actions.last().unwrap().ended.is_some(), "{cut}");
        },
    );
    println!("journal: {cuts} cuts");
    assert!(cuts > 100);
}

#[test]
fn an_end_is_recorded_only_after_it_was_written_whole() {
    // Between each two calls, the lines that are certain are exactly the calls
    // that came back.
    for calls in 0..=3 {
        let cuts = every_power_cut(
            |root| {
                let journal = Journal::open(root).unwrap();
                if calls > 0 {
                    let id = journal.begin(begun("install"), None).unwrap();
                    if calls > 1 {
                        journal.end(&id, ended(0), None).unwrap();
                    }
                    if calls > 2 {
                        journal.restart_seen(&id, "boot-2", None).unwrap();
                    }
                }
            },
            |_| true,
            |root, _, cut| assert_eq!(judge(root, cut), calls, "{cut}"),
        );
        assert!(cuts > 0);
    }
}

#[test]
fn every_error_leaves_a_whole_chain() {
    let errors = every_error(
        |_| {},
        |root| whole(root).is_ok(),
        |root, done, fault| {
            let lines = judge(root, fault);
            assert!(!done || lines == 3, "{fault}");
            whole(root).unwrap();
            assert_eq!(read(root).unwrap().lines as usize, lines + 3, "{fault}");
        },
    );
    println!("journal: {errors} errors");
    assert!(errors > 20);
}
