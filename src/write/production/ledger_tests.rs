use super::*;
use crate::write::production::testing::{order, proved, stick, written};

/// A ledger whose lines about keys are numbered as a log does it.
fn ledger(entries: Vec<Entry>) -> Ledger {
    let mut ledger = Ledger::default();
    for mut entry in entries {
        let attempt = ledger.next_attempt();
        match &mut entry {
            Entry::Begun(key) | Entry::Write(key) | Entry::Confirm(key) => {
                key.attempt = attempt;
            }
            Entry::Order(_) => {}
        }
        ledger.push(entry);
    }
    ledger
}

fn write(port: &str, serial: &str, result: Ending) -> Entry {
    Entry::Write(Box::new(KeyEntry { result, ..written(port, serial) }))
}

fn confirm(of: u64, ordinal: u32, serial: &str, result: Ending) -> Entry {
    let ordinal = (result == Ending::Proved).then_some(ordinal);
    let stick = stick("1-2", serial);
    Entry::Confirm(Box::new(KeyEntry { ordinal, stick, result, ..proved(of, 1) }))
}

#[test]
fn progress_counts_proved_waiting_and_failed_sticks() {
    let all = ledger(vec![
        Entry::Order(Box::new(order("4711", 50))),
        write("1-2", "A", Ending::Done),
        write("1-3", "B", Ending::Failed),
        write("1-4", "C", Ending::Failed),
        confirm(1, 1, "A", Ending::Proved),
        // C was written again, and proved.
        write("1-4", "C", Ending::Done),
        confirm(5, 2, "C", Ending::Proved),
        write("1-2", "D", Ending::Done),
    ]);
    let progress = all.progress("4711").unwrap();
    assert_eq!(progress, Progress { keys: 50, proved: 2, failed: 1, waiting: 1 });
    assert!(!progress.is_complete());
    assert_eq!(all.next_ordinal(Some("4711")), 3);
    assert_eq!(all.next_ordinal(None), 1);
    assert_eq!(all.recipient(Some("4711"), 2), Some("Site 2"));
    assert_eq!(all.recipient(Some("4711"), 51), None);
    assert_eq!(all.recipient(None, 1), None);
    assert_eq!(all.progress("4712"), None);
}

#[test]
fn a_proof_that_failed_uses_the_written_key_up_and_one_unread_does_not() {
    for (result, waits) in [
        (Ending::Proved, 0),
        (Ending::Failed, 0),
        (Ending::OsChanges, 0),
        (Ending::NotProtected, 1),
        (Ending::CannotTell, 1),
        (Ending::Cancelled, 1),
        (Ending::Refused, 1),
    ] {
        let all = ledger(vec![
            Entry::Order(Box::new(order("4711", 2))),
            write("1-2", "A", Ending::Done),
            confirm(1, 1, "A", result),
        ]);
        assert_eq!(all.waiting(Some("4711")).len(), waits, "{result:?}");
    }
}

#[test]
fn a_stick_is_found_again_by_its_serial_at_any_port() {
    let all = ledger(vec![write("1-2", "A", Ending::Done), write("1-3", "B", Ending::Done)]);
    let found = all.waiting_for(&stick("2-9", "B"), Some("4711"), &[]).unwrap();
    assert_eq!((found.written.attempt, found.by_port), (2, false));
    assert_eq!(all.waiting_for(&stick("1-2", "X"), Some("4711"), &[]), None);
    assert_eq!(all.waiting_for(&stick("1-2", "A"), None, &[]), None, "of another order");
}

#[test]
fn equal_serials_and_none_are_told_apart_by_port_and_time() {
    for serial in ["0000", ""] {
        let all = ledger(vec![
            write("1-2", serial, Ending::Done),
            write("1-3", serial, Ending::Done),
            write("1-4", serial, Ending::Done),
        ]);
        let attempt = |port| {
            let found = all.waiting_for(&stick(port, serial), Some("4711"), &[]).unwrap();
            assert!(found.by_port);
            found.written.attempt
        };
        assert_eq!([attempt("1-2"), attempt("1-3"), attempt("1-4")], [1, 2, 3]);
        // At a port where none of them was written: the one that waited longest.
        assert_eq!(attempt("1-9"), 1);
        let one = ledger(vec![
            write("1-2", serial, Ending::Done),
            confirm(1, 1, serial, Ending::Proved),
            write("1-2", serial, Ending::Done),
        ]);
        let found = one.waiting_for(&stick("1-2", serial), Some("4711"), &[]).unwrap();
        assert_eq!(found.written.attempt, 3, "the next stick at the same port");
    }
}

#[test]
fn a_key_that_is_written_again_waits_once() {
    let all = ledger(vec![write("1-2", "A", Ending::Done), write("1-2", "A", Ending::Done)]);
    let waiting: Vec<u64> = all.waiting(Some("4711")).iter().map(|key| key.attempt).collect();
    assert_eq!(waiting, [2]);
    let all = ledger(vec![write("1-2", "A", Ending::Done), write("1-2", "A", Ending::Failed)]);
    assert!(all.waiting(Some("4711")).is_empty());
}

#[test]
fn a_proved_stick_that_comes_once_more_keeps_its_ordinal() {
    let mut lines = vec![write("1-2", "A", Ending::Done), confirm(1, 1, "A", Ending::Proved)];
    let all = ledger(lines.clone());
    let before = all.proved_before(&stick("1-5", "A"), Some("4711")).unwrap();
    assert_eq!(before.ordinal, Some(1));
    assert_eq!(all.proved_before(&stick("1-5", ""), Some("4711")), None);
    let stayed = |text: &str| StickFacts { plugged: Some(text.to_string()), ..stick("1-2", "") };
    let mut bare = proved(1, 7);
    (bare.attempt, bare.stick) = (9, stayed("boot-5"));
    let mut with_bare = all.clone();
    with_bare.push(Entry::Confirm(Box::new(bare)));
    let before = with_bare.proved_before(&stayed("boot-5"), Some("4711")).unwrap();
    assert_eq!(before.ordinal, Some(7), "it was not unplugged since");
    assert_eq!(with_bare.proved_before(&stayed("boot-6"), Some("4711")), None);
    // Another stick with this serial was written since: it is that one.
    lines.push(write("1-5", "A", Ending::Done));
    assert_eq!(ledger(lines.clone()).proved_before(&stick("1-5", "A"), Some("4711")), None);
    // It was found bad since: its old ordinal says nothing any more.
    lines.push(confirm(3, 0, "A", Ending::Failed));
    assert_eq!(ledger(lines).proved_before(&stick("1-5", "A"), Some("4711")), None);
}

#[test]
fn a_key_that_stayed_since_it_was_written_is_known_in_every_order() {
    let at = |plugged: &str| StickFacts { plugged: Some(plugged.to_string()), ..stick("1-2", "A") };
    let key = |result, order: Option<&str>| {
        let order = order.map(String::from);
        Entry::Write(Box::new(KeyEntry { result, order, stick: at("b-5"), ..written("1-2", "A") }))
    };
    for (result, order, stayed) in [
        (Ending::Done, Some("4711"), true),
        (Ending::Done, None, true),
        (Ending::Failed, None, true),
        (Ending::Refused, None, false),
    ] {
        let all = ledger(vec![key(result, order)]);
        assert_eq!(all.stayed_since_written(&at("b-5")), stayed, "{result:?} {order:?}");
        assert!(!all.stayed_since_written(&at("b-6")));
        assert!(!all.stayed_since_written(&stick("1-2", "A")), "not told by this system");
    }
}

#[test]
fn a_line_that_says_nothing_of_the_stick_changes_nothing() {
    let here = stick("1-2", "A");
    let nothing = [
        write("1-2", "A", Ending::Refused),
        confirm(1, 0, "A", Ending::Refused),
        confirm(1, 0, "A", Ending::CannotTell),
        confirm(1, 0, "A", Ending::NotProtected),
    ];
    for line in nothing {
        let label = format!("{line:?}");
        let with = |mut lines: Vec<Entry>| {
            lines.push(line.clone());
            ledger(lines)
        };
        let proved =
            with(vec![write("1-2", "A", Ending::Done), confirm(1, 1, "A", Ending::Proved)]);
        let before = proved.proved_before(&here, Some("4711"));
        assert_eq!(before.and_then(|key| key.ordinal), Some(1), "no second number: {label}");
        // It keeps its number, and is not called good without being read.
        let open = line.key().is_some_and(|key| key.result == Ending::NotProtected);
        assert_eq!(proved.was_open_lately(&here, Some("4711")), open, "{label}");
        let spoiled =
            with(vec![write("1-2", "A", Ending::Done), confirm(1, 0, "A", Ending::OsChanges)]);
        assert!(spoiled.is_spoiled(&here, Some("4711")), "{label}");
    }
    // Refused to be written again, it still waits for its proof.
    let all = ledger(vec![write("1-2", "A", Ending::Done), write("1-2", "A", Ending::Refused)]);
    assert_eq!(all.waiting(Some("4711")).len(), 1);
}

#[test]
fn a_key_that_was_found_open_is_to_be_read_until_it_is_proved() {
    let here = stick("1-2", "A");
    let mut lines = vec![
        write("1-2", "A", Ending::Done),
        confirm(1, 1, "A", Ending::Proved),
        confirm(1, 0, "A", Ending::NotProtected),
        confirm(1, 0, "A", Ending::CannotTell),
    ];
    let open = |lines: &[Entry], stick: &StickFacts, order: Option<&str>| {
        ledger(lines.to_vec()).was_open_lately(stick, order)
    };
    assert!(open(&lines, &here, Some("4711")), "an unfinished proof closes nothing");
    assert!(!open(&lines, &stick("1-2", "B"), Some("4711")));
    assert!(!open(&lines, &here, None), "of another order");
    lines.push(confirm(1, 1, "A", Ending::Proved));
    assert!(!open(&lines, &here, Some("4711")));
}

#[test]
fn a_proved_key_whose_twin_failed_since_may_have_its_number_already() {
    let here = stick("1-1", "A");
    let ordinal = |lines: &[Entry], stick: &StickFacts| {
        let ledger = ledger(lines.to_vec());
        let key = ledger.perhaps_proved(stick, Some("4711"));
        key.and_then(|key| key.ordinal)
    };
    let mut lines = vec![write("1-1", "A", Ending::Done), confirm(1, 1, "A", Ending::Proved)];
    assert_eq!(ordinal(&lines, &here), None, "it is that key: no doubt");
    lines.push(write("1-2", "A", Ending::Failed));
    assert_eq!(ordinal(&lines, &here), Some(1));
    assert_eq!(ordinal(&lines, &stick("1-1", "B")), None);
    // Its twin was written and waits, at another port or at this one: what comes
    // to either may be the key that has its number.
    for port in ["1-3", "1-1"] {
        let waits = [&lines[..2], &[write(port, "A", Ending::Done)]].concat();
        for at in ["1-3", "1-1"] {
            assert_eq!(ordinal(&waits, &stick(at, "A")), Some(1), "{port} {at}");
        }
        assert_eq!(ledger(waits).waiting(Some("4711")).len(), 1, "it still waits");
    }
    assert_eq!(ordinal(&lines, &stick("1-1", "")), None, "without a serial the port tells");
}

#[test]
fn without_numbers_of_pluggings_in_a_written_key_may_have_stayed_until_it_is_proved() {
    let here = stick("1-2", "A");
    let mut lines = vec![write("1-2", "A", Ending::Done)];
    assert!(ledger(lines.clone()).may_have_stayed(&here));
    let elsewhere = stick("1-9", "A");
    assert!(ledger(lines.clone()).may_have_stayed(&elsewhere), "a port is no proof either");
    let numbered = StickFacts { plugged: Some("b-5".to_string()), ..here.clone() };
    assert!(!ledger(lines.clone()).may_have_stayed(&numbered), "its number says it");
    assert!(!ledger(lines.clone()).may_have_stayed(&stick("1-2", "B")));
    lines.push(confirm(1, 1, "A", Ending::CannotTell));
    assert!(ledger(lines.clone()).may_have_stayed(&here));
    lines.push(confirm(1, 1, "A", Ending::Proved));
    assert!(!ledger(lines.clone()).may_have_stayed(&here));
    lines.push(write("1-2", "A", Ending::Failed));
    assert!(ledger(lines).may_have_stayed(&here), "it was written again");
    let refused = ledger(vec![write("1-2", "A", Ending::Refused)]);
    assert!(!refused.may_have_stayed(&here), "nothing was written");
}
