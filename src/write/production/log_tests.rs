use std::time::Duration;

use super::*;
use crate::store::faulty::{FaultyDisk, FaultyFolder, every_error, every_power_cut};
use crate::write::production::testing::{self, begun, order, proved, written};

fn with<T>(
    folder: &FaultyFolder,
    work: impl FnOnce(&mut ProductionLog<'_, FaultyFolder>) -> Option<T>,
) -> Option<T> {
    let locked = Locked::acquire(folder.clone(), Duration::ZERO).ok()?;
    let mut log = ProductionLog::open(&locked).ok()?;
    work(&mut log)
}

/// Opens the order and writes a key.
fn begin(folder: &FaultyFolder) -> bool {
    let begun = with(folder, |log| {
        log.order(order("4711", 2)).ok()?;
        let attempt = log.begins(begun("1-2", "9F12")).ok()?.attempt;
        log.wrote(written("1-2", "9F12"), Some(attempt)).ok()
    });
    begun.is_some()
}

/// Proves it and writes the next one.
fn go_on(folder: &FaultyFolder) -> bool {
    let done = with(folder, |log| {
        let ordinal = log.ledger().next_ordinal(Some("4711"));
        log.confirmed(proved(1, ordinal)).ok()?;
        let attempt = log.begins(begun("1-3", "77A0")).ok()?.attempt;
        log.wrote(written("1-3", "77A0"), Some(attempt)).ok()
    });
    done.is_some()
}

/// Proved, waiting, unfinished, and lines in all.
type Facts = (u32, u32, usize, usize);

fn facts(folder: &FaultyFolder) -> Facts {
    let (ledger, _) = read(folder).unwrap();
    let progress = ledger.progress("4711").unwrap();
    let unfinished = ledger.unfinished(Some("4711")).len();
    (progress.proved, progress.waiting, unfinished, ledger.entries().len())
}

/// Before [`go_on`], after each of its lines, and at its end.
const STEPS: [Facts; 4] = [(0, 1, 0, 3), (1, 0, 0, 4), (1, 0, 1, 5), (1, 1, 0, 6)];

#[test]
fn a_power_cut_at_every_operation_leaves_a_log_that_goes_on() {
    let seen = std::cell::RefCell::new(std::collections::BTreeSet::new());
    let cuts = every_power_cut(
        |folder| assert!(begin(folder)),
        go_on,
        |folder, done, cut| {
            // Whoever comes next day opens the log first.
            assert!(with(folder, |_| Some(())).is_some(), "{cut}");
            let now = facts(folder);
            seen.borrow_mut().insert(now);
            assert!(STEPS.contains(&now), "{cut}: {now:?}");
            assert!(!done || now == STEPS[3], "{cut}: {now:?}");
            let ordinal = with(folder, |log| Some(log.ledger().next_ordinal(Some("4711"))));
            assert_eq!(ordinal, Some(now.0 + 1), "{cut}: no ordinal twice, none left out");
            let next = with(folder, |log| Some(log.ledger().next_attempt()));
            assert_eq!(next, Some([2, 3, 4, 4][STEPS.iter().position(|s| *s == now).unwrap()]));
        },
    );
    println!("production log: {cuts} cuts");
    assert!(cuts >= 25);
    assert_eq!(seen.take().len(), STEPS.len(), "each step was cut off once");
}

#[test]
fn an_error_at_every_operation_is_told_and_leaves_whole_lines() {
    let errors = every_error(
        |folder| assert!(begin(folder)),
        go_on,
        |folder, done, fault| {
            let now = facts(folder);
            assert!(STEPS.contains(&now), "{fault}: {now:?}");
            assert!(!done || now == STEPS[3], "{fault}: {now:?}");
        },
    );
    println!("production log: {errors} errors");
    assert!(errors > 5);
}

#[test]
fn attempts_are_numbered_and_an_order_is_opened_once() {
    let folder = FaultyDisk::new().root();
    assert!(begin(&folder) && go_on(&folder));
    let (ledger, state) = read(&folder).unwrap();
    let attempts: Vec<u64> = ledger.keys().map(|key| key.attempt).collect();
    assert_eq!((attempts, state.lines), (vec![1, 1, 2, 3, 3], 6));
    let again = with(&folder, |log| Some(log.order(order("4711", 2)).unwrap()));
    assert_eq!(again, Some(order("4711", 2)));
    // Going on without saying it all again.
    let short = Order { keys: 0, recipients: Vec::new(), ..order("4711", 2) };
    assert_eq!(with(&folder, |log| log.order(short).ok()), Some(order("4711", 2)));
    assert_eq!(read(&folder).unwrap().1.lines, 6);
}

#[test]
fn an_order_of_this_name_about_something_else_is_refused() {
    let folder = FaultyDisk::new().root();
    assert!(begin(&folder));
    let mut others = vec![order("4711", 3), order("4711", 2), order("4711", 2), order("4711", 2)];
    others[1].release.release_code = Digest([1; 32]);
    others[2].release.image_sha256 = Digest([1; 32]);
    others[3].recipients[1] = "Site 9".to_string();
    for other in others {
        let error = with(&folder, |log| log.order(other).err()).unwrap();
        let failure = Failure::from(error);
        assert_eq!(failure.outcome, Outcome::Refused, "{failure}");
    }
    assert_eq!(facts(&folder), STEPS[0]);
    // No number of it for a key of another release or image, either.
    let mut others = [testing::release(), testing::release(), testing::release()];
    others[1].release_code = Digest([1; 32]);
    others[2].image_sha256 = Digest([1; 32]);
    let asked = |release: &ReleaseFacts| {
        with(&folder, |log| Some(log.known_order("4711", release).map(|order| order.is_some())))
    };
    assert!(matches!(asked(&others[0]), Some(Ok(true))));
    for other in &others[1..] {
        let refused = asked(other).unwrap();
        assert!(matches!(refused, Err(ProductionError::OtherOrder(..))), "{refused:?}");
    }
    let none = with(&folder, |log| log.known_order("4712", &others[1]).ok().map(|o| o.is_none()));
    assert_eq!(none, Some(true));
}

#[test]
fn a_log_from_before_there_were_such_lines_reads_as_it_did() {
    let folder = FaultyDisk::new().root();
    let attempts = with(&folder, |log| {
        log.order(order("4711", 2)).ok()?;
        // Such a log has the ends alone, and counts them.
        let first = log.wrote(written("1-2", "9F12"), None).ok()?.attempt;
        let proof = log.confirmed(proved(1, 1)).ok()?.attempt;
        let last = log.wrote(written("1-3", "77A0"), None).ok()?.attempt;
        Some([first, proof, last])
    });
    assert_eq!(attempts, Some([1, 2, 3]));
    assert_eq!(facts(&folder), (1, 1, 0, 4));
    // And goes on with both.
    let next = with(&folder, |log| Some(log.begins(begun("1-4", "B")).ok()?.attempt));
    assert_eq!((next, facts(&folder)), (Some(4), (1, 1, 1, 5)));
}

#[test]
fn a_changed_line_is_fail_and_one_of_a_newer_program_is_refused() {
    let folder = FaultyDisk::new().root();
    assert!(begin(&folder));
    let bytes = crate::store::read_bounded(&folder, LOG_FILE.as_ref(), 1 << 20).unwrap().unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let put = |text: &str| {
        use std::io::Write as _;
        folder.remove_file(LOG_FILE.as_ref()).unwrap();
        let mut file = folder.create_new(LOG_FILE.as_ref(), Access::Owner).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    };
    put(&text.replace("\"keys\":2", "\"keys\":9"));
    assert_eq!(Failure::from(read(&folder).unwrap_err()).outcome, Outcome::Fail);
    let newer = text.lines().next().unwrap().replace("\"format\":1", "\"format\":2");
    put(&format!("{newer}\n"));
    let error = read(&folder).unwrap_err();
    assert!(matches!(error, ProductionError::Newer { line: 1, .. }), "{error}");
    assert_eq!(Failure::from(error).outcome, Outcome::Refused);
    put(&format!("{}\n", newer.replace("\"kind\":\"order\"", "\"kind\":\"other\"")));
    assert!(matches!(read(&folder), Err(ProductionError::Newer { line: 1, .. })));
}
