//! The comparers: "equal" if and only if the bytes are, for every change.

use std::collections::BTreeSet;

use mediaseal::medium::fat::{
    BOOT_DIRTY_BYTE, FS_INFO_COUNTERS, FS_INFO_SECTOR, MBR_DISK_SIGNATURE, PARTITION_LBA,
    ROOT_CLUSTER, SECTOR,
};
use mediaseal::medium::{Beyond, Comparison, Difference, NoTap, Region};

use crate::medium::{Medium, is_true_to};
use crate::scene::{BUNDLE, BUNDLE_PLAN, FRONT, IMAGE, PLAN};
use crate::script::{image_patches, patched_bundle};

/// Differing bytes that are looked at one by one.
const MOST_DIFFERING: usize = 4_096;
/// Bits of the first byte: with one of them the medium ends behind its front.
pub const FRONT_ALONE: u8 = 0x0C;

/// The first byte of the input says what must follow the volume and how much of
/// the medium is there, the rest is patches. The comparer calls the result exact
/// if and only if it is the good medium; each byte that differs lies in a range
/// that it reports, and each such range has a byte that differs.
///
/// Most runs see the front of the medium alone, which costs a twentieth; there is
/// then one difference more, that the rest is missing.
pub fn compare_medium(input: &[u8]) {
    let Some((mode, script)) = input.split_first() else {
        return;
    };
    let mut medium = Medium::new(&IMAGE, *FRONT);
    for patch in image_patches(script, PLAN.geometry()) {
        medium.apply(&patch);
    }
    if mode & FRONT_ALONE != 0 && medium.length() > *FRONT {
        medium.end_at(*FRONT, 0);
        judge_front(&medium);
    } else {
        judge_medium(*mode, &medium);
    }
}

/// Not fuzzed: the medium that the property is asked of is the one that the input
/// describes.
pub fn medium_is_true(input: &[u8]) {
    let patches = image_patches(input.get(1..).unwrap_or_default(), PLAN.geometry());
    assert!(is_true_to(&patches, &IMAGE, *FRONT), "another medium than the patches make");
}

fn compare(medium: &Medium<'_>, beyond: Beyond) -> Comparison {
    let result = PLAN.compare(&mut medium.reader(), beyond, &mut NoTap, &mut |_| {});
    let result = result.expect("a tap that takes everything");
    assert!(result.read_error.is_none());
    result
}

fn judge_front(medium: &Medium<'_>) {
    let mut result = compare(medium, Beyond::MustEnd);
    assert!(!result.is_exact() && result.os_changes.is_none());
    assert_eq!(result.bytes_read, *FRONT);
    if result.unlisted == 0 {
        let rest = result.differences.pop().expect("the rest is missing");
        assert_eq!(rest.region, Region::Missing);
        assert_eq!((rest.start, rest.start + rest.length), (*FRONT, PLAN.bytes()));
        judge_names(&result.differences, &medium.differing(MOST_DIFFERING));
    }
}

fn judge_medium(mode: u8, medium: &Medium<'_>) {
    let device_bytes = medium.length();
    let differing = medium.differing(MOST_DIFFERING);
    let same = differing.is_empty() && device_bytes >= PLAN.bytes();
    let (beyond, equal) = match mode % 4 {
        3 => {
            let most_bytes = device_bytes + 1;
            (Beyond::MustBeZeroToItsEnd { most_bytes }, same && medium.is_zero_behind())
        }
        0 => (Beyond::MustEnd, same && device_bytes == PLAN.bytes()),
        1 => (Beyond::MustBeZero { device_bytes }, same && medium.is_zero_behind()),
        _ => (Beyond::Ignore, same),
    };
    let result = compare(medium, beyond);
    assert_eq!(result.is_exact(), equal, "{:?}", result.differences);
    if result.unlisted == 0 {
        let within = |d: &&Difference| {
            !matches!(d.region, Region::Missing | Region::AfterVolume | Region::MissingAfterVolume)
        };
        let within: Vec<Difference> = result.differences.iter().filter(within).cloned().collect();
        judge_names(&within, &differing);
        os_changes_only_where_allowed(&result, &differing, device_bytes == PLAN.bytes());
    }
}

/// Every byte that differs is named, and nothing else is.
fn judge_names(differences: &[Difference], differing: &BTreeSet<u64>) {
    let reaches = |d: &Difference| d.start..d.start + d.length;
    for at in differing {
        let named = differences.iter().any(|difference| reaches(difference).contains(at));
        assert!(named, "byte {at} is not named");
    }
    if differing.len() < MOST_DIFFERING {
        for difference in differences {
            let mut there = differing.range(reaches(difference));
            assert!(there.next().is_some(), "nothing differs in {difference:?}");
        }
    }
}

/// A second, coarser opinion on the class `os-changes`: whatever is in it, no
/// byte differs where no operating system has business.
fn os_changes_only_where_allowed(
    result: &Comparison,
    differing: &BTreeSet<u64>,
    same_length: bool,
) {
    if result.os_changes.is_none() {
        return;
    }
    assert!(!result.is_exact() && same_length);
    let geometry = PLAN.geometry();
    let partition = PARTITION_LBA * SECTOR;
    let counters = partition + FS_INFO_SECTOR * SECTOR + FS_INFO_COUNTERS as u64;
    let signature = MBR_DISK_SIGNATURE as u64;
    let fats = [geometry.fat_lba(0) * SECTOR, geometry.fat_lba(1) * SECTOR];
    let data = geometry.data_lba() * SECTOR;
    for at in differing.iter().copied() {
        let good = IMAGE[at as usize];
        let allowed = match at {
            _ if at < partition => (signature..signature + 4).contains(&at),
            _ if at < fats[0] => {
                at == partition + BOOT_DIRTY_BYTE as u64 || (counters..counters + 8).contains(&at)
            }
            _ if at < data => {
                let within = (at - fats[0]) % (fats[1] - fats[0]);
                let entry = &IMAGE[(at - at % 4) as usize..][..4];
                // Entry 1, or an entry that was free.
                within / 4 == 1 || entry == [0; 4]
            }
            // Used directory entries keep all but the access date; whatever
            // else changed was zero.
            _ => good == 0 || matches!(at % 32, 18 | 19),
        };
        assert!(allowed, "byte {at} in the class of an operating system's changes");
    }
    let root = geometry.cluster_lba(ROOT_CLUSTER) * SECTOR;
    assert!(root >= data);
}

/// Patches of a bundle: the comparer calls the result exact if and only if it
/// is the good one, and reads no more than it says.
pub fn compare_bundle(input: &[u8]) {
    let good: &[u8] = &BUNDLE;
    let bundle = patched_bundle(input, good);
    let mut seen = 0;
    let result = BUNDLE_PLAN.compare(&mut &bundle[..], &mut NoTap, &mut |read| seen = read);
    let result = result.expect("a tap that takes everything");
    assert_eq!(result.is_exact(), bundle == good, "{:?}", result.differences);
    assert!(result.read_error.is_none());
    assert!(result.bytes_read <= bundle.len() as u64 && seen == result.bytes_read);
    for difference in &result.differences {
        assert!(difference.start <= bundle.len().max(good.len()) as u64);
    }
}
