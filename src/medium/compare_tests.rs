//! The comparer: every byte explained, every difference at its place.

use proptest::prelude::*;

use super::super::difference::MAX_DIFFERENCES;
use super::super::testing::{compare, content, image, sample, sealed, volume};
use super::super::tree::FileSpec;
use super::*;

const SMALL: u64 = super::super::testing::SMALL;

/// The only difference, with its region.
fn only(comparison: &Comparison) -> &Difference {
    assert_eq!(comparison.differences.len(), 1, "{comparison:?}");
    assert_eq!(comparison.unlisted, 0);
    assert!(!comparison.is_exact());
    &comparison.differences[0]
}

#[test]
fn a_rendered_medium_is_exact() {
    let plan = sample();
    let comparison = compare(&plan, &image(&plan));
    assert!(comparison.is_exact(), "{comparison:?}");
    assert_eq!(comparison.bytes_read, plan.bytes());
    assert_eq!(comparison.os_changes, None);
}

#[test]
fn every_byte_of_every_structure_and_seal_file_is_compared_exactly() {
    let plan = sample();
    let mut image = image(&plan);
    let exact: Vec<Segment> = plan
        .segments()
        .into_iter()
        .filter(|s| matches!(s.fill, Fill::Structure | Fill::Known))
        .collect();
    // One byte in 64, and all 64 in turn: ranges of structures join below 32.
    for turn in 0..64 {
        let flipped: Vec<usize> = exact
            .iter()
            .flat_map(|s| s.start as usize..(s.start + s.length) as usize)
            .filter(|byte| byte % 64 == turn)
            .collect();
        let bit = 1 << (turn % 8);
        flipped.iter().for_each(|byte| image[*byte] ^= bit);
        let comparison = compare(&plan, &image);
        let found: Vec<(usize, u64)> =
            comparison.differences.iter().map(|d| (d.start as usize, d.length)).collect();
        let expected: Vec<(usize, u64)> = flipped.iter().map(|byte| (*byte, 1)).collect();
        assert_eq!(found, expected, "turn {turn}");
        for difference in &comparison.differences {
            assert_eq!(difference.region, plan.region_at(difference.start));
            assert_eq!(difference.found[0], image[difference.start as usize]);
            assert_eq!(difference.expected[0] ^ difference.found[0], bit);
        }
        flipped.iter().for_each(|byte| image[*byte] ^= bit);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_flipped_bit_is_reported_at_its_place(bits in prop::collection::vec((0.0..1.0_f64, 0..8), 1..12)) {
        let plan = sample();
        let mut image = image(&plan);
        let used = (plan.geometry().data_lba() + 400) * 512;
        let mut flipped = std::collections::BTreeSet::new();
        for (index, (place, bit)) in bits.into_iter().enumerate() {
            // Half of them where structures and files are.
            let within = if index % 2 == 0 { used } else { plan.bytes() };
            let byte = (place * within as f64) as usize;
            if flipped.insert(byte) {
                image[byte] ^= 1_u8 << bit;
            }
        }
        let comparison = compare(&plan, &image);
        for byte in &flipped {
            let byte = *byte as u64;
            let covers = |d: &&Difference| d.start <= byte && byte < d.start + d.length;
            let difference = comparison.differences.iter().find(covers);
            prop_assert!(difference.is_some_and(|d| d.region == plan.region_at(byte)), "{byte}");
        }
        // Each range begins and ends with a flipped byte, or is a sealed file.
        for difference in &comparison.differences {
            let end = difference.start + difference.length - 1;
            let whole_file = matches!(difference.region, Region::FileData { .. });
            prop_assert!(whole_file || flipped.contains(&(difference.start as usize)));
            prop_assert!(whole_file || flipped.contains(&(end as usize)));
        }
    }

    #[test]
    fn what_is_rendered_compares_clean(
        names in prop::collection::btree_set("[a-d]{1,2}(/[A-C_.-]{1,3}x){0,3}", 0..12),
        sizes in prop::collection::vec(0..3000_u64, 12),
    ) {
        let files: Vec<FileSpec> = names
            .iter()
            .zip(sizes)
            .map(|(name, size)| if size % 3 == 0 {
                FileSpec::known(name.as_str(), content(name, size))
            } else {
                sealed(name, size)
            })
            .collect();
        // Some sets have twins without case, or a file that is a folder too.
        if let Ok(plan) = Plan::new(&volume(SMALL), files) {
            prop_assert!(compare(&plan, &image(&plan)).is_exact());
        }
    }
}

#[test]
fn a_changed_file_is_named_with_its_sectors() {
    let plan = sample();
    let mut image = image(&plan);
    let sectors = plan.file_sectors(5).unwrap();
    assert_eq!(plan.files()[5].path, "PAYLOAD/LocalRunManagerSecurityPatch.msi");
    image[sectors.first as usize * 512 + 70_000] ^= 0x80;
    let comparison = compare(&plan, &image);
    let difference = only(&comparison);
    let path = plan.files()[5].path.clone();
    assert_eq!(difference.region, Region::FileData { path });
    assert_eq!(difference.first_sector(), sectors.first);
    assert_eq!(difference.last_sector(), sectors.last);
    assert_eq!(comparison.os_changes, None);
}

#[test]
fn data_in_slack_is_found() {
    let plan = sample();
    let mut image = image(&plan);
    let start = plan.file_sectors(5).unwrap().first * 512 + 70_001;
    image[start as usize] = 1;
    let comparison = compare(&plan, &image);
    assert_eq!(only(&comparison).start, start);
    assert_eq!(only(&comparison).region, Region::FileSlack { path: plan.files()[5].path.clone() });
}

#[test]
fn an_overwritten_free_area_is_one_range() {
    let plan = sample();
    let mut image = image(&plan);
    // Zeros among it, and more than one reading piece of it.
    let start = 20_000_001;
    for (index, byte) in image[start..start + 1_000_000].iter_mut().enumerate() {
        *byte = (index % 251) as u8;
    }
    let comparison = compare(&plan, &image);
    let difference = only(&comparison);
    assert_eq!(difference.region, Region::FreeClusters);
    assert_eq!(difference.start, start as u64 + 1, "its first byte is 0");
    let last = (0..1_000_000).rposition(|index| index % 251 != 0).unwrap() as u64;
    assert_eq!(difference.length, last);
    assert_eq!(difference.expected, [0; 16]);
    assert_eq!(difference.found[..3], [1, 2, 3]);
}

#[test]
fn ranges_beyond_the_limit_are_counted() {
    let plan = sample();
    let mut image = image(&plan);
    for sector in 0..MAX_DIFFERENCES + 7 {
        image[20_000_000 + sector * 2048] = 1;
    }
    let comparison = compare(&plan, &image);
    assert_eq!(comparison.differences.len(), MAX_DIFFERENCES);
    assert_eq!(comparison.unlisted, 7);
    assert!(!comparison.is_exact());
}

#[test]
fn a_medium_of_garbage_is_compared_in_bounded_memory() {
    let plan = sample();
    let comparison =
        plan.compare(&mut io::repeat(0xA5), Beyond::Ignore, &mut NoTap, &mut |_| {}).unwrap();
    assert!(comparison.differences.len() <= MAX_DIFFERENCES);
    assert_eq!(comparison.bytes_read, plan.bytes());
    assert_eq!(comparison.os_changes, None);
    assert!(comparison.differences.iter().any(|d| d.region == Region::Gap));
    let free = comparison.differences.last().unwrap();
    assert_eq!(free.region, Region::FreeClusters);
    assert_eq!(free.start + free.length, plan.bytes());
}

#[test]
fn parts_of_the_mbr_and_boot_sector_are_told_apart() {
    let plan = sample();
    let mut image = image(&plan);
    for byte in [0, 0x1B7, 0x1B8, 0x1BD, 0x1BE, (1 << 20) + 3, (1 << 20) + 0x5A] {
        image[byte] ^= 1;
    }
    let regions: Vec<Region> = compare(&plan, &image)
        .differences
        .into_iter()
        .map(|difference| difference.region)
        .collect();
    assert_eq!(
        regions,
        [
            Region::MbrBootCode,
            Region::MbrBootCode,
            Region::MbrDiskSignature,
            Region::MbrBootCode,
            Region::MbrPartitionTable,
            Region::BootSector,
            Region::BootCode,
        ]
    );
}

#[test]
fn a_short_image_is_missing_its_end() {
    let plan = sample();
    let image = image(&plan);
    for length in [0, 1, 511, 512, 1 << 20, (1 << 20) + 700, image.len() - 1] {
        let comparison = compare(&plan, &image[..length]);
        let difference = only(&comparison);
        assert_eq!(difference.region, Region::Missing, "{length}");
        assert_eq!(difference.start, length as u64);
        assert_eq!(difference.start + difference.length, plan.bytes());
    }
}

#[test]
fn an_image_that_ends_within_a_fat_entry_has_no_other_difference() {
    let plan = sample();
    let image = image(&plan);
    let length = plan.geometry().fat_lba(0) as usize * 512 + 9;
    let comparison = compare(&plan, &image[..length]);
    assert_eq!(only(&comparison).region, Region::Missing);
}

#[test]
fn one_byte_after_an_image_is_found() {
    let plan = sample();
    let mut image = image(&plan);
    image.push(0);
    let comparison = compare(&plan, &image);
    let difference = only(&comparison);
    assert_eq!(difference.region, Region::AfterVolume);
    assert_eq!((difference.start, difference.length), (plan.bytes(), 1));
}

#[test]
fn an_endless_image_ends_the_comparison() {
    let plan = sample();
    let image = image(&plan);
    let mut endless = image.chain(io::repeat(0));
    let comparison = plan.compare(&mut endless, Beyond::MustEnd, &mut NoTap, &mut |_| {}).unwrap();
    assert_eq!(only(&comparison).length, PIECE as u64);
}

/// Compares the sample followed by `after` as a device of `device_bytes`.
fn device(after: &[u8], device_bytes: u64) -> Comparison {
    let plan = sample();
    let image = image(&plan);
    let mut reader = image.chain(after).chain(io::repeat(0xFF));
    let beyond = Beyond::MustBeZero { device_bytes };
    plan.compare(&mut reader, beyond, &mut NoTap, &mut |_| {}).unwrap()
}

#[test]
fn a_device_must_be_zero_to_its_end_and_no_further() {
    let mut after = vec![0; 1_000_448];
    let device_bytes = SMALL + after.len() as u64;
    let comparison = device(&after, device_bytes);
    assert!(comparison.is_exact(), "{comparison:?}");
    assert_eq!(comparison.bytes_read, device_bytes);
    let last = after.len() - 1;
    after[last] = 1;
    let comparison = device(&after, device_bytes);
    assert_eq!(only(&comparison).region, Region::AfterVolume);
    assert_eq!(only(&comparison).start, device_bytes - 1);
    assert!(device(&[], SMALL).is_exact());
}

#[test]
fn a_device_smaller_than_the_volume_is_missing_its_end() {
    let comparison = device(&[], SMALL - 512);
    assert_eq!(only(&comparison).region, Region::Missing);
    assert_eq!(comparison.bytes_read, SMALL - 512);
}

#[test]
fn a_device_that_ends_before_its_size_is_not_exact() {
    let plan = sample();
    let image = image(&plan);
    let beyond = Beyond::MustBeZero { device_bytes: SMALL + 4096 };
    let comparison = plan.compare(&mut image.as_slice(), beyond, &mut NoTap, &mut |_| {}).unwrap();
    assert_eq!(only(&comparison).region, Region::MissingAfterVolume);
    assert_eq!(only(&comparison).start, SMALL);
}

/// Compares the sample followed by `after` as a device that tells no size.
fn unsized_device(after: &mut dyn io::Read, most_bytes: u64) -> Comparison {
    let plan = sample();
    let image = image(&plan);
    let mut reader = image.chain(after);
    let beyond = Beyond::MustBeZeroToItsEnd { most_bytes };
    plan.compare(&mut reader, beyond, &mut NoTap, &mut |_| {}).unwrap()
}

#[test]
fn a_device_without_a_size_is_read_to_its_end() {
    let mut after = vec![0; 1_000_448];
    let end = SMALL + after.len() as u64;
    let comparison = unsized_device(&mut after.as_slice(), end + 1);
    assert!(comparison.is_exact(), "{comparison:?}");
    assert_eq!(comparison.bytes_read, end);
    let last = after.len() - 1;
    after[last] = 1;
    let comparison = unsized_device(&mut after.as_slice(), end + 1);
    assert_eq!(only(&comparison).region, Region::AfterVolume);
    assert_eq!(only(&comparison).start, end - 1);
    assert!(unsized_device(&mut io::empty(), end).is_exact());
}

#[test]
fn a_device_without_a_size_that_fails_or_never_ends_is_not_exact() {
    struct Fails;
    impl io::Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("no such sector"))
        }
    }
    let zeros = io::Read::take(io::repeat(0), 4096);
    let failed = unsized_device(&mut io::Read::chain(zeros, Fails), SMALL << 4);
    assert!(!failed.is_exact() && failed.differences.is_empty());
    assert_eq!(failed.read_error.unwrap().0, SMALL + 4096);
    let endless = unsized_device(&mut io::repeat(0), SMALL << 1);
    assert!(!endless.is_exact());
    assert_eq!(endless.read_error.unwrap().0, SMALL << 1);
}

#[test]
fn the_volume_alone_is_read_and_nothing_behind_it() {
    let plan = sample();
    let image = image(&plan);
    let mut reader = image.chain(io::repeat(0xFF));
    let comparison = plan.compare(&mut reader, Beyond::Ignore, &mut NoTap, &mut |_| {}).unwrap();
    assert!(comparison.is_exact());
    let mut next = [0];
    reader.read_exact(&mut next).unwrap();
    assert_eq!(next, [0xFF]);
    assert_eq!(comparison.bytes_read, SMALL);
}

/// Fails after `left` bytes, hands out little at a time, and is interrupted.
struct Awkward<'a> {
    image: &'a [u8],
    left: usize,
    turn: usize,
}

impl Read for Awkward<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if self.left == 0 {
            return Err(io::Error::other("bad sector"));
        }
        let length = buffer.len().min(self.left).min(77_777);
        let length = self.image.read(&mut buffer[..length])?;
        self.left -= length;
        Ok(length)
    }
}

#[test]
fn a_read_error_is_reported_with_its_offset_and_is_never_exact() {
    let plan = sample();
    let mut image = image(&plan);
    image[600] = 1;
    for at in [0, 512, 700, 5_000_000, image.len()] {
        let mut reader = Awkward { image: &image, left: at, turn: 0 };
        let comparison =
            plan.compare(&mut reader, Beyond::MustEnd, &mut NoTap, &mut |_| {}).unwrap();
        let (offset, error) = comparison.read_error.as_ref().unwrap();
        assert_eq!(*offset, at as u64);
        assert_eq!(error.to_string(), "bad sector");
        assert!(!comparison.is_exact());
        assert_eq!(comparison.differences.len(), usize::from(at > 600));
        assert_eq!(comparison.os_changes, None);
    }
}

#[derive(Default)]
struct Keep(std::collections::BTreeMap<usize, Vec<u8>>);

impl Tap for Keep {
    fn file_bytes(&mut self, index: usize, bytes: &[u8]) -> io::Result<()> {
        self.0.entry(index).or_default().extend(bytes);
        Ok(())
    }
}

#[test]
fn the_tap_sees_the_bytes_of_every_file() {
    let plan = sample();
    let image = image(&plan);
    let mut keep = Keep::default();
    let comparison =
        plan.compare(&mut image.as_slice(), Beyond::MustEnd, &mut keep, &mut |_| {}).unwrap();
    assert!(comparison.is_exact());
    for (index, file) in plan.files().iter().enumerate() {
        let expected = match &file.content {
            Content::Known(bytes) => bytes.clone(),
            Content::Hashed(_) => content(&file.path, file.size),
        };
        assert_eq!(keep.0.remove(&index).unwrap_or_default(), expected);
    }
}

#[test]
fn a_tap_that_refuses_ends_the_comparison() {
    struct Full;
    impl Tap for Full {
        fn file_bytes(&mut self, index: usize, _bytes: &[u8]) -> io::Result<()> {
            if index < 4 { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
        }
    }
    let plan = sample();
    let image = image(&plan);
    let error =
        plan.compare(&mut image.as_slice(), Beyond::MustEnd, &mut Full, &mut |_| {}).unwrap_err();
    assert_eq!(error.path, plan.files()[4].path);
}

#[test]
fn progress_counts_up_to_the_bytes_read() {
    let plan = sample();
    let image = image(&plan);
    let mut last = 0;
    let comparison = plan
        .compare(&mut image.as_slice(), Beyond::Ignore, &mut NoTap, &mut |read| {
            assert!(read > last);
            last = read;
        })
        .unwrap();
    assert_eq!(last, comparison.bytes_read);
}
