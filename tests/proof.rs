//! The proof of a key that was plugged in again, on sticks in memory: what is
//! wrong with it, what is protected, and what is not even read.
#![cfg(feature = "builder")]

mod common;
#[path = "common/floor.rs"]
mod floor;

use common::Team;
use floor::{Floor, STICK, prepared};
use mediaseal::sys::disk::fake::{Fault, stick};
use mediaseal::verify::decide::Held;
use mediaseal::verify::finding::Unpinned;
use mediaseal::verify::outcome::Outcome;
use mediaseal::write::confirm::RequireProtection;
use mediaseal::write::production::entry::Ending;

#[test]
fn row_31_no_key_is_proved_that_nobody_known_here_signed() {
    let floor = Floor::new();
    floor.dd("1-1", "A", &floor.image);
    let seen = floor.confirm("1-1", &Held::Unpinned(Unpinned::NoAnchor), RequireProtection::No);
    assert_eq!((seen.ending, seen.outcome), (Ending::CannotTell, Outcome::TrustSetUp));
    // A counterfeit, whole in itself, by people of the same names.
    let forger = Team::new();
    let (carried, image) = prepared(&forger, "forged", 7);
    floor.dd("1-2", "B", &image);
    let seen = floor.seen("1-2");
    assert_eq!((seen.ending, seen.outcome), (Ending::Failed, Outcome::Fail));
    assert!(seen.findings().contains(&"M-402".to_string()), "{:?}", seen.findings());
    // It is not to be told by the release code: the same files have the same.
    assert_eq!(carried.facts.release_code, floor.carried.facts.release_code);
    assert_ne!(carried.facts.image_sha256, floor.carried.facts.image_sha256);
}

#[test]
fn a_good_key_of_another_release_is_none_of_this_order() {
    let floor = Floor::new();
    let (_, other) = prepared(&floor.team, "other", 8);
    floor.dd("1-1", "A", &other);
    let seen = floor.seen("1-1");
    assert_eq!((seen.ending, seen.outcome), (Ending::Failed, Outcome::Fail));
    assert!(seen.detail.contains("not of this release"), "{}", seen.detail);
    assert!(seen.first_bad_offset.is_some());
}

#[test]
fn row_29_differences_and_bad_sectors_are_told_with_their_exact_offset() {
    let floor = Floor::new();
    let image = &floor.image;
    // In a sealed file, where the check alone can name the file's sectors only.
    let payload = 3_000_017;
    for (port, offset) in [("1-1", payload), ("1-2", image.bytes + 77), ("1-3", 600)] {
        floor.dd(port, "A", image);
        floor.patch(port, offset, |byte| *byte ^= 0x40);
        let seen = floor.seen(port);
        assert_eq!((seen.ending, seen.outcome), (Ending::Failed, Outcome::Fail), "{port}");
        assert_eq!(seen.first_bad_offset, Some(offset), "{port}");
        assert!(!seen.findings().is_empty());
    }
    let disk = floor.dd("1-4", "A", image);
    assert_eq!(floor.seen("1-4").ending, Ending::Proved);
    // The same stick with a sector that cannot be read any more.
    let bad = 5 << 20;
    let faulty = floor.plug("1-5", "B", &[Fault::ReadError { at: bad }]);
    let seen = floor.seen("1-5");
    assert_ne!(seen.outcome, Outcome::Done);
    assert_eq!(seen.first_bad_offset, Some(0), "it holds nothing of the image");
    assert_ne!(disk.name, faulty.name);
}

#[test]
fn protection_is_seen_and_only_asked_for_where_it_must_be() {
    let floor = Floor::new();
    floor.dd("1-1", "A", &floor.image);
    for (reported, required, ending) in [
        (Some(true), RequireProtection::Yes, Ending::Proved),
        (Some(false), RequireProtection::Yes, Ending::NotProtected),
        (None, RequireProtection::Yes, Ending::NotProtected),
        (Some(false), RequireProtection::No, Ending::Proved),
        (None, RequireProtection::No, Ending::Proved),
    ] {
        let name = floor.disk("1-1").name;
        floor.devices.change(&name, |disk| disk.protection.reported = reported);
        let seen = floor.confirm("1-1", &floor.held, required);
        assert_eq!(seen.ending, ending, "{reported:?} {required:?}");
        assert_eq!(seen.protection.reported, reported);
        let done = seen.outcome == Outcome::Done;
        assert_eq!(done, ending == Ending::Proved, "the exit code says it as well");
    }
}

#[test]
fn a_disk_that_was_exchanged_or_is_in_use_is_not_read() {
    let floor = Floor::new();
    let disk = floor.dd("1-1", "A", &floor.image);
    let mut other = stick("1-1", "OTHER", STICK);
    other.sequence = Some(77);
    floor.devices.swap(&disk.name, other);
    let seen = floor.seen("1-1");
    assert_eq!((seen.ending, seen.outcome), (Ending::Refused, Outcome::Refused));
    assert!(seen.detail.contains("another disk"), "{}", seen.detail);
    floor.plug("1-2", "B", &[Fault::Busy]);
    let seen = floor.seen("1-2");
    assert_eq!((seen.ending, seen.outcome), (Ending::Refused, Outcome::Refused));
}
