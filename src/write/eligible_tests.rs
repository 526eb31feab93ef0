use std::collections::BTreeSet;

use super::*;
use crate::sys::disk::fake::stick;
use crate::sys::disk::{Protection, Volume};

const MIB: u64 = 1 << 20;

fn policy() -> Policy {
    Policy { needed: Some(64 * MIB), ..Policy::for_list() }
}

fn judged(change: impl FnOnce(&mut Disk)) -> Vec<WhyNot> {
    let mut disk = stick("1-2", "9F12", 64 * MIB);
    change(&mut disk);
    reasons(&disk, &policy())
}

fn words(change: impl FnOnce(&mut Disk)) -> Vec<&'static str> {
    judged(change).iter().map(WhyNot::word).collect()
}

#[test]
fn an_ordinary_stick_of_exactly_the_images_size_may_be_written() {
    assert_eq!(judged(|_| ()), []);
    assert_eq!(words(|disk| disk.bus = Bus::Card), [""; 0]);
}

#[test]
fn everything_that_is_unknown_is_refused() {
    assert_eq!(words(|disk| disk.usage = None), ["usage-unknown"]);
    assert_eq!(words(|disk| disk.removable = None), ["removable-unknown"]);
    assert_eq!(words(|disk| disk.bytes = None), ["size-unknown"]);
    assert_eq!(words(|disk| disk.sector_bytes = None), ["sector-unknown"]);
    assert_eq!(words(|disk| disk.protection = Protection::default()), ["protection-unknown"]);
    assert_eq!(words(|disk| disk.bus = Bus::Unknown), ["bus"]);
}

#[test]
fn every_use_is_refused_by_its_word() {
    for (usage, word) in [
        (Usage::System, "system"),
        (Usage::Mounted("/mnt".into()), "mounted"),
        (Usage::Swap, "swap"),
        (Usage::Raid, "raid"),
        (Usage::Mapped, "mapped"),
        (Usage::Held("bcache0".into()), "held"),
    ] {
        assert_eq!(words(|disk| disk.usage = Some(vec![usage])), [word]);
    }
}

#[test]
fn members_of_arrays_and_groups_are_refused_though_nobody_uses_them_now() {
    for (kind, word) in [
        ("linux_raid_member", "raid"),
        ("isw_raid_member", "raid"),
        ("LVM2_member", "mapped"),
        ("zfs_member", "mapped"),
    ] {
        let volume = Volume { name: "sdb1".into(), kind: Some(kind.into()), label: None };
        assert_eq!(words(|disk| disk.volumes = vec![volume.clone(), volume]), [word]);
    }
    let volume = Volume { name: "sdb1".into(), kind: Some("vfat".into()), label: None };
    assert_eq!(words(|disk| disk.volumes = vec![volume]), [""; 0]);
}

#[test]
fn sizes_are_exact() {
    let needed = 64 * MIB;
    assert_eq!(
        judged(|disk| disk.bytes = Some(needed - 512)),
        [WhyNot::TooSmall { bytes: needed - 512, needed }]
    );
    assert_eq!(words(|disk| disk.bytes = Some(0)), ["no-medium"]);
    assert_eq!(words(|disk| disk.bytes = Some(DEFAULT_CEILING)), [""; 0]);
    assert_eq!(words(|disk| disk.bytes = Some(DEFAULT_CEILING + 512)), ["above-ceiling"]);
    assert_eq!(words(|disk| disk.sector_bytes = Some(4096)), ["sector-size"]);
}

#[test]
fn only_what_can_be_taken_out_of_usb_or_a_card_slot_is_a_key() {
    assert_eq!(words(|disk| disk.removable = Some(false)), ["not-removable"]);
    for bus in [Bus::Internal, Bus::Virtual, Bus::Composed, Bus::Unknown, Bus::Loop] {
        assert_eq!(words(|disk| disk.bus = bus), ["bus"], "{bus:?}");
        let both = words(|disk| (disk.bus, disk.removable) = (bus, Some(false)));
        assert_eq!(both, ["not-removable", "bus"], "{bus:?}");
    }
}

#[test]
fn loop_devices_are_for_tests_that_ask_for_them() {
    let mut disk = stick("loop0", "", 64 * MIB);
    (disk.bus, disk.removable) = (Bus::Loop, Some(false));
    assert!(!reasons(&disk, &policy()).is_empty());
    let allowed = Policy { loops: LoopDevices::Allow, ..policy() };
    assert_eq!(reasons(&disk, &allowed), []);
    disk.usage = Some(vec![Usage::Mounted("/mnt".into())]);
    assert_eq!(reasons(&disk, &allowed).len(), 1);
}

#[test]
fn protection_is_refused_whoever_says_it() {
    let reported = |reported| Protection { reported, ..Protection::default() };
    assert_eq!(words(|disk| disk.protection = reported(Some(true))), ["write-protected"]);
    let forced = Protection { forced: Some(true), ..reported(Some(false)) };
    assert_eq!(words(|disk| disk.protection = forced), ["protection-forced"]);
}

#[test]
fn the_disk_that_the_release_lies_on_is_refused() {
    let disk = stick("1-2", "9F12", 64 * MIB);
    let number = DeviceNumber { major: disk.number.0, minor: disk.number.1 };
    let policy = Policy { ours: vec![number], ..policy() };
    assert_eq!(reasons(&disk, &policy), [WhyNot::Ours]);
}

#[test]
fn all_reasons_are_given_and_no_two_have_one_word() {
    let all = judged(|disk| {
        disk.usage = Some(vec![Usage::System, Usage::Mounted("/".into())]);
        disk.removable = Some(false);
        disk.bus = Bus::Internal;
        disk.sector_bytes = Some(4096);
    });
    let words: Vec<_> = all.iter().map(WhyNot::word).collect();
    assert_eq!(words, ["system", "mounted", "not-removable", "bus", "sector-size"]);
    let examples = WhyNot::examples();
    let words: BTreeSet<_> = examples.iter().map(WhyNot::word).collect();
    assert_eq!(words.len(), examples.len());
}

#[test]
fn texts_of_strangers_are_escaped() {
    let reason = WhyNot::Mounted("/media/\u{1b}[31mx".into());
    assert!(!reason.to_string().contains('\u{1b}'));
    assert!(!WhyNot::Held("\u{7}".into()).to_string().contains('\u{7}'));
}

#[test]
fn every_word_is_explained_in_the_document_and_no_other() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/WRITING.md");
    let document = std::fs::read_to_string(path).unwrap();
    let heading = "## What is refused, by its word";
    let lines = document.lines().skip_while(|line| *line != heading).skip(1);
    let rows = lines.take_while(|line| !line.starts_with("## "));
    let words = rows.filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let explained: Vec<&str> = words.collect();
    let examples = WhyNot::examples();
    let real: Vec<&str> = examples.iter().map(WhyNot::word).collect();
    assert_eq!(explained, real);
}
