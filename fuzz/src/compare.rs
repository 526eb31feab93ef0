//! The comparers: "equal" if and only if the bytes are, for every change.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;

use mediaseal::medium::fat::{
    BOOT_DIRTY_BYTE, FS_INFO_COUNTERS, FS_INFO_SECTOR, MBR_DISK_SIGNATURE, PARTITION_LBA,
    ROOT_CLUSTER, SECTOR,
};
use mediaseal::medium::{Beyond, Comparison, NoTap};

use crate::scene::{BUNDLE, BUNDLE_PLAN, IMAGE, PLAN};
use crate::script::{image_patches, patched_bundle, with_image_patches};

/// Differing bytes that are looked at one by one.
const MOST_DIFFERING: usize = 4_096;

thread_local! {
    /// The medium that is spoiled and restored.
    static SPOILED: RefCell<Vec<u8>> = RefCell::new(IMAGE.clone());
}

/// The first byte of the input says what must follow the volume, the rest is
/// patches. The comparer calls the result exact if and only if it is the good
/// medium; each byte that differs lies in a range that it reports.
pub fn compare_medium(input: &[u8]) {
    let Some((mode, script)) = input.split_first() else {
        return;
    };
    let patches = image_patches(script, PLAN.geometry());
    SPOILED.with_borrow_mut(|image| {
        with_image_patches(image, &IMAGE, &patches, |image, touched| {
            judge_medium(*mode, image, touched)
        });
    });
}

fn judge_medium(mode: u8, image: &[u8], touched: &[Range<usize>]) {
    let good: &[u8] = &IMAGE;
    let device_bytes = image.len() as u64;
    let differing = differing(image, good, touched);
    let same = differing.is_empty() && image.len() >= good.len();
    let behind = image.get(good.len()..).unwrap_or_default();
    let (beyond, equal) = match mode % 4 {
        3 => {
            let zeros = behind.iter().all(|byte| *byte == 0);
            let most_bytes = device_bytes + 1;
            (Beyond::MustBeZeroToItsEnd { most_bytes }, same && zeros)
        }
        0 => (Beyond::MustEnd, same && behind.is_empty()),
        1 => {
            let zeros = behind.iter().all(|byte| *byte == 0);
            (Beyond::MustBeZero { device_bytes }, same && zeros)
        }
        _ => (Beyond::Ignore, same),
    };
    let result = PLAN.compare(&mut &image[..], beyond, &mut NoTap, &mut |_| {});
    let result = result.expect("a tap that takes everything");
    assert_eq!(result.is_exact(), equal, "{:?}", result.differences);
    assert!(result.read_error.is_none());
    if result.unlisted == 0 {
        for at in &differing {
            let at = *at as u64;
            let named =
                |d: &mediaseal::medium::Difference| d.start <= at && at < d.start + d.length;
            assert!(result.differences.iter().any(named), "byte {at} is not named");
        }
        os_changes_only_where_allowed(&result, &differing, image.len() == good.len());
    }
}

/// Offsets within both that differ, in rising order: outside of what was touched
/// the image is good, which saves a reading of all of it.
fn differing(image: &[u8], good: &[u8], touched: &[Range<usize>]) -> BTreeSet<usize> {
    let common = image.len().min(good.len());
    let within = |range: &Range<usize>| range.start.min(common)..range.end.min(common);
    let touched = touched.iter().flat_map(within);
    touched.filter(|at| image[*at] != good[*at]).take(MOST_DIFFERING).collect()
}

/// A second, coarser opinion on the class `os-changes`: whatever is in it, no
/// byte differs where no operating system has business.
fn os_changes_only_where_allowed(
    result: &Comparison,
    differing: &BTreeSet<usize>,
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
    for at in differing.iter().map(|at| *at as u64) {
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
