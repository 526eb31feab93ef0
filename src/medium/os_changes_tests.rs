//! One test for each allowed change of what was there, and for one byte beside each.

use super::setting::*;
use super::*;

#[test]
fn disk_signature_is_its_own_change() {
    let mut key = Key::new();
    key.put(0x1B8, &[1, 2, 3, 4]);
    let found = 0x0403_0201;
    assert_eq!(key.allowed(), [OsChange::DiskSignature { found }]);
    key.bytes[0x1BC] = 1;
    key.refused();
    key.bytes[0x1BC] = 0;
    key.bytes[0x1B7] = 1;
    key.refused();
}

#[test]
fn dirty_bit_of_the_boot_sector_and_no_other() {
    let mut key = Key::new();
    let at = (1 << 20) + 0x41;
    key.bytes[at] = 1;
    assert_eq!(key.allowed(), [OsChange::VolumeDirty]);
    for value in [2, 3, 0x81] {
        key.bytes[at] = value;
        key.refused();
    }
    key.bytes[at] = 1;
    key.bytes[at + 1] ^= 1;
    key.refused();
}

#[test]
fn the_second_boot_sector_may_not_change() {
    let mut key = Key::new();
    key.bytes[(1 << 20) + 6 * 512 + 0x41] = 1;
    key.refused();
}

#[test]
fn counters_of_fs_info_and_no_byte_beside_them() {
    let mut key = Key::new();
    let at = (1 << 20) + 512 + 488;
    key.put(at, &[9, 0, 0, 0, 8, 0, 0, 0]);
    let (free_clusters, next_free) = (9, 8);
    let counters = OsChange::FsInfoCounters { free_clusters, next_free };
    assert_eq!(key.allowed(), [counters]);
    for beside in [at - 1, at + 8] {
        key.bytes[beside] ^= 1;
        key.refused();
        key.bytes[beside] ^= 1;
    }
    key.bytes[(1 << 20) + 7 * 512 + 488] ^= 1;
    key.refused();
}

#[test]
fn flags_of_fat_entry_1_where_both_fats_agree() {
    for found in [0x07FF_FFFF, 0x0BFF_FFFF, 0x03FF_FFFF] {
        let mut key = Key::new();
        key.link(1, found);
        assert_eq!(key.allowed(), [OsChange::FatFlags { found }]);
    }
    for found in [0x0FFF_FFFE, 0x07FF_FFFE, 0x01FF_FFFF, 0xFFFF_FFFF, 0] {
        let mut key = Key::new();
        key.link(1, found);
        key.refused();
    }
}

#[test]
fn fats_that_differ_are_refused() {
    for copy in [0, 1] {
        let mut key = Key::new();
        let at = key.fat_entry(copy, 1);
        key.put(at, &0x07FF_FFFF_u32.to_le_bytes());
        key.refused();
    }
    let mut key = Key::new();
    key.link(1, 0x07FF_FFFF);
    let at = key.fat_entry(1, 1);
    key.put(at, &0x0BFF_FFFF_u32.to_le_bytes());
    key.refused();
}

#[test]
fn fat_entry_0_may_not_change() {
    let mut key = Key::new();
    key.link(0, 0x0FFF_FFF0);
    key.refused();
}

#[test]
fn access_dates_of_sealed_entries_and_no_other_time() {
    let mut key = Key::new();
    let at = key.first_entry();
    key.put(at + 18, &[0x21, 0]);
    assert_eq!(key.allowed(), [OsChange::AccessDates { entries: 1 }]);
    for beside in [0, 11, 12, 13, 14, 16, 17, 20, 22, 25, 26, 28] {
        key.bytes[at + beside] ^= 1;
        key.refused();
        key.bytes[at + beside] ^= 1;
    }
    // A second one, in another folder, behind its long name.
    let seal = key.cluster(3);
    let short = seal + 2 * 32 + 32;
    assert_eq!(&key.bytes[short..short + 11], b"SHA256~1   ");
    key.bytes[short + 18] ^= 1;
    assert_eq!(key.allowed(), [OsChange::AccessDates { entries: 2 }]);
    key.bytes[short - 32 + 18] ^= 1;
    key.refused();
}

#[test]
fn access_dates_of_label_and_dot_entries_may_not_change() {
    let mut key = Key::new();
    let label = key.cluster(2);
    key.bytes[label + 18] ^= 1;
    key.refused();
    let mut key = Key::new();
    let dot = key.cluster(3);
    key.bytes[dot + 18] ^= 1;
    key.refused();
}
