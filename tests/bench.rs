//! The bench with sticks in memory: whole orders, sticks that fail, are pulled
//! out, come back changed, or all say the same serial.
#![cfg(feature = "builder")]

mod common;
#[path = "common/floor.rs"]
mod floor;

use std::time::Duration;

use floor::{Floor, STICK, looks, replugged, says, then, until, written};
use mediaseal::store::faulty::Fault as DiskFault;
use mediaseal::sys::disk::fake::{Call, Fault, stick};
use mediaseal::sys::disk::{Disk, Usage};
use mediaseal::verify::outcome::Outcome;
use mediaseal::write::production::entry::{Ending, StickFacts};
use mediaseal::write::station::Finished;
use mediaseal::write::station::board::Mood;

#[test]
fn an_order_is_made_over_two_days_with_a_bad_stick_and_equal_serials() {
    let floor = Floor::new();
    let bad = [Fault::WriteError { at: 20 << 20 }];
    let (finished, cards) = floor.makes_protected(
        3,
        vec![
            then(|| {
                floor.plug("1-1", "SAME", &[]);
                floor.plug("1-2", "SAME", &[]);
                floor.plug("1-3", "", &bad);
            }),
            says("1-3", "FAILED at byte 20,971,520: unplug it now"),
            until("1-1", Mood::Replug),
            until("1-2", Mood::Replug),
            says("1-2", "unplug it, set the switch, plug it in again"),
            replugged(&floor, "1-2", true, "proved, write-protected   number 1   card printed"),
        ],
    );
    let finished = finished.unwrap();
    assert_eq!(finished, Finished { complete: false, failed: 1, cards_missing: 0 });
    assert_eq!(finished.outcome(), Outcome::SomeFailed);
    assert_eq!(cards, [(1, "Site 1".to_string())]);
    let progress = floor.ledger().progress("4711").unwrap();
    assert_eq!((progress.proved, progress.waiting, progress.failed), (1, 1, 1));
    // Next day: the log alone says where it goes on.
    floor.devices.unplug(&stick("1-3", "", STICK).name);
    let (finished, cards) = floor.makes_protected(
        3,
        vec![
            Box::new(|board| board.heading.contains("1 of 3 done · 1 stick failed")),
            says("1-1", "was there before"),
            replugged(&floor, "1-1", true, "number 2"),
            written(&floor, "1-4", "NEW"),
            replugged(&floor, "1-4", true, "number 3"),
        ],
    );
    let finished = finished.unwrap();
    assert_eq!((finished.complete, finished.outcome()), (true, Outcome::Done));
    assert_eq!(cards, [(2, "Site 2".to_string()), (3, "Site 3".to_string())]);
    let ledger = floor.ledger();
    let ordinals: Vec<u32> = ledger.keys().filter_map(|key| key.ordinal).collect();
    assert_eq!(ordinals, [1, 2, 3]);
    let proofs: Vec<_> = ledger.keys().filter(|key| key.ordinal.is_some()).collect();
    for proof in proofs {
        let written = ledger.keys().find(|key| Some(key.attempt) == proof.written_as).unwrap();
        assert_eq!(written.stick.port, proof.stick.port, "told apart by port");
        assert_eq!(proof.protection.reported, Some(true));
    }
}

#[test]
fn a_stick_that_is_pulled_out_fails_alone() {
    let floor = Floor::new();
    let pulled = [Fault::RemovedAfter { bytes: 10 << 20 }];
    let (finished, _) = floor.makes(
        1,
        vec![
            then(|| _ = floor.plug("1-1", "A", &pulled)),
            until("1-1", Mood::Failed),
            written(&floor, "1-2", "B"),
            replugged(&floor, "1-2", false, "proved, NOT write-protected   number 1"),
        ],
    );
    let finished = finished.unwrap();
    assert!(finished.complete);
    assert_eq!((finished.failed, finished.outcome()), (1, Outcome::SomeFailed));
    assert_eq!(floor.results(), [Ending::Failed, Ending::Done, Ending::Proved]);
}

#[test]
fn a_key_that_a_system_changed_is_told_and_written_again() {
    let floor = Floor::new();
    let (finished, _) = floor.makes_protected(
        1,
        vec![
            written(&floor, "1-1", "A"),
            // Plugged in without its switch: not protected, and mounted.
            replugged(&floor, "1-1", false, "NOT protected: unplug it, set the switch"),
            then(|| {
                floor.patch("1-1", (1 << 20) + 0x41, |byte| *byte |= 1);
                floor.replug("1-1", false);
            }),
            says("1-1", "changed by a system"),
            replugged(&floor, "1-1", false, "unplug it, set the switch, plug it in again"),
            replugged(&floor, "1-1", true, "number 1"),
        ],
    );
    let finished = finished.unwrap();
    assert!(finished.complete);
    assert_eq!(finished.outcome(), Outcome::SomeFailed, "two proofs of this run were none");
    use Ending::{Done, NotProtected, OsChanges, Proved};
    assert_eq!(floor.results(), [Done, NotProtected, OsChanges, Done, Proved]);
    let ledger = floor.ledger();
    let changed = ledger.keys().find(|key| key.result == OsChanges).unwrap();
    assert_eq!(changed.first_bad_offset, Some((1 << 20) + 0x41));
    assert!(changed.findings.contains(&"M-701".to_string()), "{:?}", changed.findings);
}

#[test]
fn nothing_is_written_that_was_there_before_is_mounted_or_too_much() {
    let floor = Floor::new();
    let there = floor.plug("1-1", "THERE", &[]);
    let mounted = || {
        let mut disk = stick("1-2", "MOUNTED", STICK);
        disk.usage = Some(vec![Usage::Mounted("/media/key".into())]);
        floor.devices.plug(disk, 0xA5, &[]);
    };
    let (finished, _) = floor.makes(
        1,
        vec![
            says("1-1", "was there before"),
            then(mounted),
            says("1-2", "mounted at /media/key"),
            then(|| {
                let name = stick("1-2", "", STICK).name;
                floor.devices.change(&name, |disk| disk.usage = Some(Vec::new()));
            }),
            until("1-2", Mood::Replug),
            then(|| _ = floor.plug("1-3", "MORE", &[])),
            says("1-3", "the order has enough keys"),
            then(|| {
                let mut other = stick("1-4", "FULL", STICK);
                other.protection.reported = Some(true);
                floor.devices.plug(other, 0xA5, &[]);
            }),
            says("1-4", "write-protected, and not this release"),
            replugged(&floor, "1-2", false, "number 1"),
        ],
    );
    assert!(finished.unwrap().complete);
    assert_eq!(floor.results(), [Ending::Done, Ending::Proved]);
    for port in ["1-1", "1-3", "1-4"] {
        let disk = floor.disk(port);
        assert!(
            floor.devices.content(&disk.name, 0, 512).iter().all(|byte| *byte == 0xA5),
            "{port}"
        );
    }
    assert!(floor.devices.calls(&there.name).is_empty(), "not even opened");
}

#[test]
fn a_key_that_dd_wrote_is_numbered_and_one_with_a_number_keeps_it() {
    let floor = Floor::new();
    let (finished, cards) = floor.makes_protected(
        2,
        vec![
            then(|| {
                floor.dd("1-1", "DD", &floor.image);
                floor.replug("1-1", true);
            }),
            says("1-1", "number 1"),
            replugged(&floor, "1-1", true, "is key 1 already"),
        ],
    );
    let finished = finished.unwrap();
    assert_eq!(finished.outcome(), Outcome::Cancelled, "stopped before the order was complete");
    assert_eq!(cards.len(), 1);
    let ledger = floor.ledger();
    let key = ledger.keys().next().unwrap();
    assert_eq!((key.written_as, key.ordinal), (None, Some(1)));
}

/// Plugged in at another port.
fn moved(floor: &Floor, from: &str, to: &str) {
    floor.replug(from, true);
    let name = stick(from, "", STICK).name;
    floor.devices.change(&name, |disk| disk.port = Some(to.to_string()));
}

#[test]
fn a_key_without_a_serial_that_comes_once_more_gets_no_second_number() {
    let floor = Floor::new();
    let (finished, cards) = floor.makes_protected(
        2,
        vec![
            written(&floor, "1-1", ""),
            replugged(&floor, "1-1", true, "number 1"),
            replugged(&floor, "1-1", true, "may be key 1, it has no serial"),
        ],
    );
    assert!(!finished.unwrap().complete);
    assert_eq!(cards.len(), 1);
}

#[test]
fn a_numbered_key_at_another_port_is_not_taken_for_its_twin() {
    let floor = Floor::new();
    let (finished, cards) = floor.makes_protected(
        2,
        vec![
            then(|| {
                floor.plug("1-1", "SAME", &[]);
                floor.plug("1-2", "SAME", &[]);
            }),
            until("1-1", Mood::Replug),
            until("1-2", Mood::Replug),
            replugged(&floor, "1-1", true, "number 1"),
            then(|| moved(&floor, "1-1", "1-5")),
            says("1-5", "like key 1: plug it in at 1-2, where it was written"),
            replugged(&floor, "1-2", true, "number 2"),
        ],
    );
    assert!(finished.unwrap().complete);
    assert_eq!(cards.len(), 2);
    let ledger = floor.ledger();
    let ports: Vec<_> = (ledger.keys().filter(|key| key.ordinal.is_some()))
        .map(|key| key.stick.port.clone().unwrap())
        .collect();
    assert_eq!(ports, ["1-1", "1-2"], "each was read");
}

#[test]
fn a_proved_key_is_neither_erased_nor_numbered_again_for_a_twin_that_failed() {
    // The twin fails at its own port, or at the one where the key was proved.
    for protected in [false, true] {
        for twin in ["1-2", "1-1"] {
            let floor = Floor::new();
            let (finished, cards) = floor.makes(
                3,
                vec![
                    written(&floor, "1-1", "SAME"),
                    replugged(&floor, "1-1", false, "number 1"),
                    then(|| floor.devices.hide(&stick("1-1", "", STICK).name, true)),
                    looks(3),
                ],
            );
            assert!(!finished.unwrap().complete && cards.len() == 1);
            floor.says_of(twin, "SAME", Ending::Failed);
            let (finished, cards) = floor.makes(
                3,
                vec![
                    then(|| {
                        floor.devices.hide(&stick("1-1", "", STICK).name, false);
                        floor.replug("1-1", protected);
                    }),
                    says("1-1", "like key 1, which is proved: take it out"),
                    looks(20),
                ],
            );
            assert!(!finished.unwrap().complete && cards.is_empty());
            use Ending::{Done, Failed, Proved};
            assert_eq!(floor.results(), [Done, Proved, Failed], "{twin} {protected}");
        }
    }
}

#[test]
fn a_numbered_key_that_was_found_open_is_read_again_and_keeps_its_number() {
    let floor = Floor::new();
    let first = vec![written(&floor, "1-1", "A"), replugged(&floor, "1-1", true, "number 1")];
    assert!(!floor.makes_protected(2, first).0.unwrap().complete);
    floor.says_of("1-1", "A", Ending::NotProtected);
    let (finished, cards) = floor.makes_protected(
        2,
        vec![
            replugged(&floor, "1-1", false, "NOT protected: unplug it, set the switch"),
            replugged(&floor, "1-1", true, "proved, write-protected   number 1"),
            replugged(&floor, "1-1", true, "is key 1 already"),
        ],
    );
    assert!(!finished.unwrap().complete);
    assert_eq!(cards, [(1, "Site 1".to_string())]);
    assert_eq!(floor.ledger().progress("4711").unwrap().proved, 1);
    use Ending::{Done, NotProtected, Proved};
    assert_eq!(floor.results(), [Done, Proved, NotProtected, NotProtected, Proved]);
}

#[test]
fn a_stick_that_a_list_left_out_is_not_plugged_in_by_that() {
    let floor = Floor::new();
    let there = floor.plug("1-1", "THERE", &[]);
    let (finished, _) = floor.makes(
        2,
        vec![
            says("1-1", "was there before"),
            then(|| floor.devices.unplug(&there.name)),
            looks(3),
            then(|| floor.devices.plug(there.clone(), 0xA5, &[])),
            looks(3),
            then(|| floor.devices.change(&there.name, |disk| disk.serial = None)),
            looks(10),
            // Nor is a key that was written proved by it.
            written(&floor, "1-2", "NEW"),
            then(|| {
                let name = stick("1-2", "", STICK).name;
                floor.devices.change(&name, |disk| disk.serial = None);
            }),
            looks(10),
        ],
    );
    assert!(!finished.unwrap().complete);
    assert_eq!(floor.results(), [Ending::Done]);
    assert!(floor.devices.calls(&there.name).is_empty(), "not even opened");
}

#[test]
fn without_numbers_of_pluggings_in_only_a_stick_that_was_seen_to_go_is_new() {
    let floor = Floor::new();
    let bare = |port: &str| Disk { sequence: None, ..stick(port, port, STICK) };
    let there = bare("1-1");
    floor.devices.plug(there.clone(), 0xA5, &[]);
    let plug = |port: &str| floor.devices.plug(bare(port), 0xA5, &[]);
    let gone = |name: &str| floor.devices.unplug(name);
    let name = bare("1-2").name;
    let (finished, _) = floor.makes(
        1,
        vec![
            says("1-1", "was there before"),
            // Left out of one list, and told with other facts: not plugged in by that.
            then(|| gone(&there.name)),
            looks(1),
            then(|| floor.devices.plug(there.clone(), 0xA5, &[])),
            looks(10),
            then(|| floor.devices.change(&there.name, |disk| disk.serial = None)),
            looks(10),
            then(|| plug("1-2")),
            until("1-2", Mood::Replug),
            then(|| floor.devices.change(&name, |disk| disk.serial = Some(b"X".to_vec()))),
            looks(10),
            then(|| floor.devices.change(&name, |disk| disk.serial = Some(b"1-2".to_vec()))),
            looks(10),
            // Taken out for a while, it is another plugging-in.
            then(|| floor.devices.hide(&name, true)),
            looks(10),
            then(|| floor.devices.hide(&name, false)),
            says("1-2", "number 1"),
        ],
    );
    assert!(finished.unwrap().complete);
    assert_eq!(floor.results(), [Ending::Done, Ending::Proved]);
    assert!(floor.devices.calls(&there.name).is_empty(), "not even opened");
}

#[test]
fn a_log_that_cannot_be_written_stops_the_station() {
    let floor = Floor::new();
    let (finished, cards) = floor.makes(
        1,
        vec![
            then(|| floor.log.disk().set_fault(DiskFault::Full { at: 0 })),
            then(|| _ = floor.plug("1-1", "A", &[])),
            says("1-1", "never: the log is full"),
        ],
    );
    let failure = finished.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Io, "{failure}");
    assert!(cards.is_empty());
    floor.log.disk().set_fault(DiskFault::None);
    assert!(floor.results().is_empty());
    let written = |call: &Call| matches!(call, Call::Write { .. });
    let calls = floor.devices.calls(&stick("1-1", "A", STICK).name);
    assert!(!calls.is_empty() && !calls.iter().any(written), "no line, no first byte: {calls:?}");
}

/// A key of an order of two that is right in every byte, and whose line was lost.
fn written_and_its_line_lost() -> Floor {
    let floor = Floor::new();
    let slow = [Fault::Slow { pause: Duration::from_millis(10) }];
    let (finished, cards) = floor.makes(
        2,
        vec![
            then(|| _ = floor.plug("1-1", "A", &slow)),
            says("1-1", "%"),
            then(|| floor.log.disk().set_fault(DiskFault::Full { at: 0 })),
            says("1-1", "never: the log is full"),
        ],
    );
    assert_eq!(finished.unwrap_err().outcome, Outcome::Io);
    assert!(cards.is_empty());
    floor.log.disk().set_fault(DiskFault::None);
    let mut image = vec![0; floor.image.bytes as usize];
    floor.image.fill(&mut image, 0).unwrap();
    let name = stick("1-1", "A", STICK).name;
    assert!(floor.devices.content(&name, 0, image.len()) == image, "the case is a real one");
    assert_eq!(floor.results(), [Ending::Begun]);
    let ledger = floor.ledger();
    let progress = ledger.progress("4711").unwrap();
    assert_eq!((progress.proved, progress.waiting, progress.failed), (0, 0, 0));
    assert_eq!(ledger.unfinished(Some("4711")).len(), 1);
    assert!(ledger.stayed_since_written(&StickFacts::of(&floor.disk("1-1"))), "for confirm");
    floor
}

#[test]
fn a_written_key_whose_line_was_lost_is_no_key_and_is_read_and_not_written_over() {
    let floor = written_and_its_line_lost();
    let (finished, cards) = floor.makes_protected(
        2,
        vec![
            says("1-1", "was there before"),
            replugged(&floor, "1-1", false, "NOT protected: unplug it, set the switch"),
            replugged(&floor, "1-1", true, "proved, write-protected   number 1"),
        ],
    );
    assert!(!finished.unwrap().complete);
    assert_eq!(cards.len(), 1);
    assert_eq!(floor.results(), [Ending::Begun, Ending::NotProtected, Ending::Proved]);
    assert!(floor.ledger().unfinished(Some("4711")).is_empty());
    let proof = floor.ledger().keys().last().unwrap().written_as;
    assert_eq!(proof, Some(1), "as what the attempt wrote that has no end");
}

#[test]
fn a_written_key_whose_line_was_lost_and_whose_switch_is_set_is_read_to_its_last_byte() {
    let floor = written_and_its_line_lost();
    let (finished, cards) = floor.makes_protected(
        2,
        vec![
            says("1-1", "was there before"),
            replugged(&floor, "1-1", true, "proved, write-protected   number 1"),
        ],
    );
    assert!(!finished.unwrap().complete);
    assert_eq!(cards.len(), 1);
    assert_eq!(floor.results(), [Ending::Begun, Ending::Proved]);
    let proof = floor.ledger().keys().last().unwrap().clone();
    assert_eq!(proof.written_as, Some(1), "not taken for another tool's");
}

#[test]
fn a_proved_key_is_not_written_over_for_a_twin_that_was_begun_at_its_port() {
    let floor = Floor::new();
    let first = vec![written(&floor, "1-1", "SAME"), replugged(&floor, "1-1", true, "number 1")];
    assert!(!floor.makes_protected(3, first).0.unwrap().complete);
    floor.says_of("1-1", "SAME", Ending::Begun);
    let (finished, cards) = floor.makes_protected(
        3,
        vec![
            replugged(&floor, "1-1", false, "like key 1, which is proved: take it out"),
            looks(10),
        ],
    );
    assert!(!finished.unwrap().complete && cards.is_empty());
    assert_eq!(floor.results(), [Ending::Done, Ending::Proved, Ending::Begun]);
}

#[test]
fn a_stick_that_holds_the_image_is_not_written_over_for_a_twin_that_was_begun() {
    // By another order, another log, another tool: all that is known is what it holds.
    for port in ["1-1", "1-2"] {
        let floor = Floor::new();
        let first = vec![written(&floor, "1-5", "B")];
        assert!(!floor.makes_protected(3, first).0.unwrap().complete);
        floor.says_of("1-1", "SAME", Ending::Begun);
        floor.dd(port, "SAME", &floor.image);
        let unprotected = "NOT protected: unplug it, set the switch";
        let steps =
            vec![says(port, "was there before"), replugged(&floor, port, false, unprotected)];
        let (finished, cards) = floor.makes_protected(3, steps);
        assert!(!finished.unwrap().complete && cards.is_empty());
        let results = [Ending::Done, Ending::Begun, Ending::NotProtected];
        assert_eq!(floor.results(), results, "{port}");
    }
}

#[test]
fn a_card_that_cannot_be_made_is_told_and_the_key_stays_proved() {
    let floor = Floor::new();
    let (finished, _) = floor
        .makes(13, vec![written(&floor, "1-1", "A"), replugged(&floor, "1-1", false, "NO CARD")]);
    let finished = finished.unwrap();
    assert_eq!((finished.cards_missing, finished.outcome()), (1, Outcome::SomeFailed));
    assert_eq!(floor.ledger().progress("4711").unwrap().proved, 1);
}

#[test]
fn stopping_leaves_keys_that_do_not_mount() {
    let floor = Floor::new();
    let slow = [Fault::Slow { pause: Duration::from_millis(20) }];
    let (finished, _) = floor
        .makes(1, vec![then(|| _ = floor.plug("1-1", "A", &slow)), until("1-1", Mood::Working)]);
    assert_eq!(finished.unwrap().outcome(), Outcome::Cancelled);
    assert_eq!(floor.results(), [Ending::Cancelled]);
    let name = stick("1-1", "A", STICK).name;
    // Neither a partition table nor a boot sector: nothing mounts it.
    for place in [0, 1 << 20] {
        let sector = floor.devices.content(&name, place, 512);
        assert_ne!(sector[510..], [0x55, 0xAA], "byte {place}");
    }
}
