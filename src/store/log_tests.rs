use std::time::Duration;

use serde_json::json;

use super::*;
use crate::store::faulty::{FaultyDisk, FaultyFolder, every_error, every_power_cut};
use crate::store::read_bounded;

const NAME: &str = "records.log";

fn add(folder: &FaultyFolder, values: &[u32]) -> bool {
    let Ok(locked) = Locked::acquire(folder.clone(), Duration::ZERO) else {
        return false;
    };
    let Ok(mut log) = ChainedLog::open(&locked, NAME, Access::Everyone) else {
        return false;
    };
    values.iter().all(|value| log.append(&json!({ "value": value })).is_ok())
}

fn values(folder: &FaultyFolder) -> Vec<u32> {
    let mut values = Vec::new();
    let each = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        values.push(line["value"].as_u64().unwrap() as u32);
    };
    read_log(folder, NAME.as_ref(), each).unwrap();
    values
}

fn raw(folder: &FaultyFolder, name: &str) -> Vec<u8> {
    read_bounded(folder, name.as_ref(), 1 << 20).unwrap().unwrap_or_default()
}

fn put(folder: &FaultyFolder, bytes: &[u8]) {
    let _ = folder.remove_file(NAME.as_ref());
    let mut file = folder.create_new(NAME.as_ref(), Access::Everyone).unwrap();
    file.write_all(bytes).unwrap();
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn every_power_cut_leaves_whole_lines_and_a_rerun_goes_on() {
    for before in [&[][..], &[1, 2]] {
        let cuts = every_power_cut(
            |folder| assert!(add(folder, before)),
            |folder| add(folder, &[7, 8]),
            |folder, done, cut| {
                assert!(add(folder, &[]), "{cut}");
                let now = values(folder);
                assert!(now.starts_with(before), "{cut}: {now:?}");
                let new = &now[before.len()..];
                assert!([7, 8].starts_with(new), "{cut}: {now:?}");
                assert!(!done || new.len() == 2, "{cut}: {now:?}");
                assert!(add(folder, &[9]), "{cut}");
                assert_eq!(values(folder).len(), now.len() + 1, "{cut}");
            },
        );
        println!("log after {} lines: {cuts} cuts", before.len());
        assert!(cuts >= 20);
    }
}

#[test]
fn every_power_cut_while_a_torn_line_is_set_aside_keeps_its_bytes() {
    let torn = b"{\"previous\":\"0123, half a li";
    let cuts = every_power_cut(
        |folder| {
            assert!(add(folder, &[1]));
            let whole = raw(folder, NAME);
            put(folder, &[&whole[..], torn].concat());
        },
        |folder| add(folder, &[]),
        |folder, _, cut| {
            let kept = contains(&raw(folder, "records.log.torn"), torn);
            assert!(kept || raw(folder, NAME).ends_with(torn), "{cut}");
            assert_eq!(values(folder), [1], "{cut}");
            assert!(add(folder, &[2]), "{cut}");
            assert_eq!(values(folder), [1, 2], "{cut}");
            assert!(contains(&raw(folder, "records.log.torn"), torn), "{cut}");
        },
    );
    println!("log, torn line: {cuts} cuts");
    assert!(cuts > 20);
}

#[test]
fn every_error_leaves_whole_lines() {
    let errors = every_error(
        |folder| assert!(add(folder, &[1])),
        |folder| add(folder, &[2]),
        |folder, done, fault| {
            let now = values(folder);
            assert!(now == [1, 2] || (!done && now == [1]), "{fault}: {now:?}");
            assert!(add(folder, &[3]), "{fault}");
        },
    );
    println!("log: {errors} errors");
    assert!(errors > 5);
}

#[test]
fn a_write_that_failed_does_not_spoil_the_next_one() {
    let folder = FaultyDisk::new().root();
    let locked = Locked::acquire(folder.clone(), Duration::ZERO).unwrap();
    let mut log = ChainedLog::open(&locked, NAME, Access::Everyone).unwrap();
    log.append(&json!({ "value": 1 })).unwrap();
    folder.disk().set_fault(crate::store::faulty::Fault::Full { at: 0 });
    assert!(log.append(&json!({ "value": 2 })).is_err());
    folder.disk().set_fault(crate::store::faulty::Fault::None);
    log.append(&json!({ "value": 3 })).unwrap();
    assert_eq!(values(&folder), [1, 3]);
    assert_eq!(log.lines(), 2);
    assert_eq!(log.head(), read_log(&folder, NAME.as_ref(), |_| {}).unwrap().head);
}

#[test]
fn a_changed_line_is_reported_with_the_number_of_the_line_after_it() {
    let folder = FaultyDisk::new().root();
    assert!(add(&folder, &[10, 20, 30]));
    let whole = String::from_utf8(raw(&folder, NAME)).unwrap();
    put(&folder, whole.replace("\"value\":20", "\"value\":21").as_bytes());
    let error = read_log(&folder, NAME.as_ref(), |_| {}).unwrap_err();
    assert!(matches!(error, LogError::Broken { line: 3, .. }), "{error}");
    assert!(!add(&folder, &[40]));
}

#[test]
fn a_line_removed_from_the_middle_or_moved_is_reported() {
    let folder = FaultyDisk::new().root();
    assert!(add(&folder, &[10, 20, 30]));
    let whole = String::from_utf8(raw(&folder, NAME)).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    for order in [&[0, 2][..], &[1, 2], &[0, 2, 1], &[0, 0, 1, 2]] {
        let changed: String = order.iter().map(|at: &usize| lines[*at]).collect();
        put(&folder, changed.as_bytes());
        let error = read_log(&folder, NAME.as_ref(), |_| {}).unwrap_err();
        assert!(matches!(error, LogError::Broken { .. }), "{order:?}");
    }
}

#[test]
fn zeros_in_the_last_line_are_torn_and_in_the_middle_broken() {
    let folder = FaultyDisk::new().root();
    assert!(add(&folder, &[1]));
    let whole = raw(&folder, NAME);
    put(&folder, &[&whole[..], b"\0\0\0\n"].concat());
    assert_eq!(read_log(&folder, NAME.as_ref(), |_| {}).unwrap().torn, b"\0\0\0\n");
    put(&folder, &[&whole[..], b"\0\0\0\n", &whole[..]].concat());
    let error = read_log(&folder, NAME.as_ref(), |_| {}).unwrap_err();
    assert!(matches!(error, LogError::Broken { line: 2, .. }));
}

#[test]
fn entries_that_would_confuse_the_chain_are_refused() {
    let folder = FaultyDisk::new().root();
    let locked = Locked::acquire(folder.clone(), Duration::ZERO).unwrap();
    let mut log = ChainedLog::open(&locked, NAME, Access::Everyone).unwrap();
    assert!(matches!(log.append(&json!({ "previous": "x" })), Err(LogError::Entry)));
    assert!(matches!(log.append(&json!(["list"])), Err(LogError::Entry)));
    let long = json!({ "text": "x".repeat(MAX_LINE_BYTES) });
    assert!(matches!(log.append(&long), Err(LogError::TooLong(_))));
    // Line ends inside a text are escaped by JSON: one entry stays one line.
    log.append(&json!({ "text": "a\nb\0c" })).unwrap();
    log.append(&json!({})).unwrap();
    assert_eq!(read_log(&folder, NAME.as_ref(), |_| {}).unwrap().lines, 2);
}

#[test]
fn an_endless_line_is_refused_in_bounded_memory() {
    let folder = FaultyDisk::new().root();
    put(&folder, &vec![b'x'; 3 * MAX_LINE_BYTES]);
    let error = read_log(&folder, NAME.as_ref(), |_| {}).unwrap_err();
    assert!(matches!(error, LogError::Broken { line: 1, .. }));
}

#[test]
fn every_power_cut_of_the_very_first_line_keeps_what_was_added() {
    let cuts = every_power_cut(
        |folder| assert!(Locked::acquire(folder.clone(), Duration::ZERO).is_ok()),
        |folder| add(folder, &[7]),
        |folder, done, cut| assert!(!done || values(folder) == [7], "{cut}"),
    );
    println!("first line of a log: {cuts} cuts");
    assert!(cuts >= 5);
}

#[test]
fn lines_of_the_largest_size_are_read_back_and_longer_ones_refused() {
    let folder = FaultyDisk::new().root();
    let locked = Locked::acquire(folder.clone(), Duration::ZERO).unwrap();
    let mut log = ChainedLog::open(&locked, NAME, Access::Everyone).unwrap();
    let text = |bytes: usize| json!({ "text": "x".repeat(bytes) });
    let frame = log.line(&text(0)).unwrap().len();
    for _ in 0..2 {
        log.append(&text(MAX_LINE_BYTES - frame)).unwrap();
    }
    let longer = log.append(&text(MAX_LINE_BYTES - frame + 1));
    assert!(matches!(longer, Err(LogError::TooLong(_))));
    let state = read_log(&folder, NAME.as_ref(), |_| ()).unwrap();
    assert_eq!((state.lines, state.torn), (2, vec![]));
}

#[test]
fn a_log_that_cannot_be_read_is_not_an_empty_one() {
    let folder = FaultyDisk::new().root();
    folder.plant_link(NAME);
    assert!(matches!(read_log(&folder, NAME.as_ref(), |_| ()), Err(LogError::Io { .. })));
    folder.remove_file(NAME.as_ref()).unwrap();
    assert!(read_log(&folder, NAME.as_ref(), |_| ()).is_ok_and(|state| state.lines == 0));
}
