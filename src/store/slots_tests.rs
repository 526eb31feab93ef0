use std::ffi::OsStr;
use std::time::Duration;

use super::*;
use crate::store::faulty::{FaultyDisk, FaultyFolder, every_error, every_power_cut};

fn slots() -> Slots {
    Slots::new("trust", Access::Owner)
}

fn lock(folder: &FaultyFolder) -> Option<Locked<FaultyFolder>> {
    Locked::acquire(folder.clone(), Duration::ZERO).ok()
}

fn write(folder: &FaultyFolder, expected: u64, body: &[u8]) -> bool {
    lock(folder).is_some_and(|locked| slots().write(&locked, expected, body).is_ok())
}

fn read(folder: &FaultyFolder) -> SlotsRead {
    slots().read(folder).unwrap()
}

fn good(generation: u64, body: &str) -> SlotsRead {
    SlotsRead::Good { generation, body: body.as_bytes().to_vec() }
}

fn filled(generations: u64) -> FaultyFolder {
    let folder = FaultyDisk::new().root();
    for last in 0..generations {
        assert!(write(&folder, last, format!("body {}", last + 1).as_bytes()));
    }
    folder
}

fn put(folder: &FaultyFolder, name: &str, bytes: &[u8]) {
    write_atomic(folder, name.as_ref(), bytes, Access::Owner, Existing::Replace).unwrap();
}

fn raw(folder: &FaultyFolder, name: &str) -> Vec<u8> {
    read_bounded(folder, OsStr::new(name), 1 << 20).unwrap().unwrap()
}

#[test]
fn every_power_cut_leaves_the_old_generation_or_the_new_one_and_is_never_torn() {
    let mut total = 0;
    for generation in 0..4 {
        let (old, new) = (format!("body {generation}"), "the new body".to_string());
        let before = if generation == 0 { SlotsRead::Missing } else { good(generation, &old) };
        let cuts = every_power_cut(
            |folder| {
                for last in 0..generation {
                    assert!(write(folder, last, format!("body {}", last + 1).as_bytes()));
                }
            },
            |folder| write(folder, generation, new.as_bytes()),
            |folder, done, cut| {
                let now = read(folder);
                let is_new = now == good(generation + 1, &new);
                assert!(is_new || (!done && now == before), "{cut}: {now:?}");
                let last = if is_new { generation + 1 } else { generation };
                assert!(write(folder, last, b"again"), "{cut}");
            },
        );
        println!("slots, generation {}: {cuts} cuts", generation + 1);
        assert!(cuts > 20);
        total += cuts;
    }
    println!("slots: {total} cuts");
}

#[test]
fn every_error_leaves_the_old_generation_or_the_new_one() {
    let errors = every_error(
        |folder| assert!(write(folder, 0, b"old") && write(folder, 1, b"old")),
        |folder| write(folder, 2, b"new"),
        |folder, done, fault| {
            let now = read(folder);
            assert!(now == good(3, "new") || (!done && now == good(2, "old")), "{fault}: {now:?}");
        },
    );
    println!("slots: {errors} errors");
    assert!(errors > 10);
}

#[test]
fn generations_follow_and_the_newest_is_read() {
    let folder = filled(0);
    assert_eq!(read(&folder), SlotsRead::Missing);
    for generation in 1..6 {
        assert!(write(&folder, generation - 1, format!("{generation}").as_bytes()));
        assert_eq!(read(&folder), good(generation, &format!("{generation}")));
    }
}

#[test]
fn any_flipped_bit_is_torn_or_newer_and_never_an_older_value() {
    let folder = filled(3);
    let mut flips = 0;
    for name in ["trust.0", "trust.1"] {
        let bytes = raw(&folder, name);
        for at in 0..bytes.len() * 8 {
            let mut bad = bytes.clone();
            bad[at / 8] ^= 1 << (at % 8);
            put(&folder, name, &bad);
            let now = read(&folder);
            let refused = matches!(now, SlotsRead::Torn { .. } | SlotsRead::Newer { .. });
            assert!(refused, "{name}, bit {at}: {now:?}");
            flips += 1;
        }
        put(&folder, name, &bytes);
    }
    println!("slots: {flips} flipped bits");
    assert_eq!(read(&folder), good(3, "body 3"));
}

#[test]
fn a_slot_that_is_missing_is_torn_at_every_generation() {
    for generation in 1..4 {
        for name in ["trust.0", "trust.1"] {
            let folder = filled(generation);
            folder.remove_file(name.as_ref()).unwrap();
            let now = read(&folder);
            // Generation 1 without its own file is what a cut of the very first
            // write leaves: nothing was ever stored.
            let never = generation == 1 && name == "trust.0";
            let torn = matches!(now, SlotsRead::Torn { .. });
            assert!(if never { now == SlotsRead::Missing } else { torn }, "{generation} {name}");
            if torn {
                assert!(!write(&folder, generation, b"x") && !write(&folder, 0, b"x"));
            }
        }
    }
}

#[test]
fn generations_with_a_gap_or_in_the_other_slot_are_torn() {
    let folder = filled(3);
    put(&folder, "trust.1", &print(6, b"future"));
    assert!(matches!(read(&folder), SlotsRead::Torn { .. }));
    put(&folder, "trust.1", &print(5, b"odd in the even slot"));
    assert!(matches!(read(&folder), SlotsRead::Torn { .. }));
    put(&folder, "trust.1", &print(4, b"next"));
    assert_eq!(read(&folder), good(4, "next"));
}

#[test]
fn a_newer_format_is_said_and_never_written_over() {
    let folder = filled(2);
    put(&folder, "trust.0", b"mediaseal-slot 2 whatever comes\n");
    assert_eq!(read(&folder), SlotsRead::Newer { format: 2 });
    assert!(!write(&folder, 2, b"x"));
    assert_eq!(raw(&folder, "trust.0"), b"mediaseal-slot 2 whatever comes\n");
}

#[test]
fn a_value_that_changed_meanwhile_is_not_written_over() {
    let folder = filled(2);
    let locked = lock(&folder).unwrap();
    let stale = slots().write(&locked, 1, b"stale");
    let changed = SlotsError::Changed { expected: 1, found: 2 };
    assert_eq!(stale.unwrap_err().to_string(), changed.to_string());
    assert_eq!(read(&folder), good(2, "body 2"));
}

#[test]
fn a_link_or_folder_in_the_place_of_a_slot_is_torn() {
    let folder = filled(2);
    folder.remove_file("trust.0".as_ref()).unwrap();
    folder.plant_link("trust.0");
    assert!(matches!(read(&folder), SlotsRead::Torn { .. }));
    folder.remove_file("trust.1".as_ref()).unwrap();
    folder.make_folder("trust.1".as_ref(), Access::Owner).unwrap();
    assert!(matches!(read(&folder), SlotsRead::Torn { .. }));
}

#[test]
fn a_reset_starts_again_at_one_where_nothing_is_whole() {
    let folder = filled(3);
    put(&folder, "trust.0", b"garbage");
    put(&folder, "trust.1", b"");
    assert_eq!(slots().whole_bodies(&folder).pop(), None);
    let locked = lock(&folder).unwrap();
    assert_eq!(slots().reset(&locked, b"recovered").unwrap(), 1);
    assert_eq!(read(&folder), good(1, "recovered"));
}

#[test]
fn a_reset_starts_again_at_one_behind_the_last_of_all_generations() {
    let folder = filled(1);
    put(&folder, "trust.0", &print(u64::MAX, b"the last"));
    put(&folder, "trust.1", b"garbage");
    assert_eq!(slots().whole_bodies(&folder).pop().unwrap(), b"the last");
    assert_eq!(slots().reset(&lock(&folder).unwrap(), b"recovered").unwrap(), 1);
    assert_eq!(read(&folder), good(1, "recovered"));
}

#[test]
fn the_survivor_of_a_torn_value_is_the_newest_whole_file() {
    let folder = filled(3);
    assert_eq!(slots().whole_bodies(&folder).pop().unwrap(), b"body 3");
    put(&folder, "trust.0", b"garbage");
    assert_eq!(slots().whole_bodies(&folder).pop().unwrap(), b"body 2");
    let folder = filled(3);
    folder.remove_file("trust.1".as_ref()).unwrap();
    assert_eq!(slots().whole_bodies(&folder).pop().unwrap(), b"body 3");
    assert_eq!(slots().whole_bodies(&filled(0)).pop(), None);
    let folder = filled(1);
    folder.remove_file("trust.0".as_ref()).unwrap();
    assert_eq!(slots().whole_bodies(&folder).pop(), None, "generation 0 is no value");
}

#[test]
fn a_reset_goes_on_from_what_is_whole() {
    for (garbled, expected) in [("trust.0", 3), ("trust.1", 4)] {
        let folder = filled(3);
        put(&folder, garbled, b"garbage");
        let locked = lock(&folder).unwrap();
        assert_eq!(slots().reset(&locked, b"recovered").unwrap(), expected);
        assert_eq!(read(&folder), good(expected, "recovered"));
    }
}

#[test]
fn every_power_cut_of_a_reset_leaves_what_was_whole_or_the_new_body() {
    for garbled in ["trust.0", "trust.1"] {
        let left = if garbled == "trust.0" { b"body 2" } else { b"body 3" };
        let cuts = every_power_cut(
            |folder| {
                for last in 0..3 {
                    assert!(write(folder, last, format!("body {}", last + 1).as_bytes()));
                }
                put(folder, garbled, b"garbage");
            },
            |folder| lock(folder).is_some_and(|l| slots().reset(&l, b"recovered").is_ok()),
            |folder, done, cut| {
                let survivor = slots().whole_bodies(folder).pop().unwrap();
                assert!(survivor == b"recovered" || (!done && survivor == left), "{cut}");
            },
        );
        assert!(cuts > 5);
    }
}

#[test]
fn a_body_past_the_limit_is_refused() {
    let folder = filled(1);
    let locked = lock(&folder).unwrap();
    let long = vec![0; MAX_BODY_BYTES + 1];
    assert!(matches!(slots().write(&locked, 1, &long), Err(SlotsError::TooLong(_))));
    assert!(matches!(slots().reset(&locked, &long), Err(SlotsError::TooLong(_))));
    assert_eq!(read(&folder), good(1, "body 1"));
}

#[test]
fn a_body_of_the_largest_size_is_stored_and_a_longer_file_is_no_slot() {
    let folder = filled(1);
    let body = vec![b'x'; MAX_BODY_BYTES];
    assert!(write(&folder, 1, &body));
    assert_eq!(read(&folder), SlotsRead::Good { generation: 2, body: body.clone() });
    assert_eq!(slots().reset(&lock(&folder).unwrap(), &body).unwrap(), 3);
    assert_eq!(read(&folder), SlotsRead::Good { generation: 3, body });
    put(&folder, "trust.1", &vec![b'x'; MAX_BODY_BYTES + MAX_HEADER_BYTES + 1]);
    let SlotsRead::Torn { what } = read(&folder) else { panic!("a long file was read") };
    assert_eq!(what.in_language(Language::English), "trust.1: longer than any state");
}

#[test]
fn the_slot_that_is_missing_is_named() {
    for name in ["trust.0", "trust.1"] {
        let folder = filled(3);
        folder.remove_file(name.as_ref()).unwrap();
        assert_eq!(read(&folder), torn(|faults| faults.missing, name.as_ref()));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_not_one_that_is_absent() {
    let folder = filled(0);
    assert!(read_bounded(&folder, "trust.0".as_ref(), 10).is_ok_and(|read| read.is_none()));
    folder.plant_link("trust.0");
    assert!(matches!(read_bounded(&folder, "trust.0".as_ref(), 10), Err(ReadError::Io { .. })));
}
