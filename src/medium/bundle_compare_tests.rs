use std::io::Cursor;

use proptest::prelude::*;

use super::super::compare::NoTap;
use super::super::sink::StreamSink;
use super::super::testing::{content, open, sample_files, sealed};
use super::super::time::FatTime;
use super::super::tree::FileSpec;
use super::*;

fn plan(files: Vec<FileSpec>) -> BundlePlan {
    BundlePlan::new(FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(), files).unwrap()
}

fn render(plan: &BundlePlan) -> Vec<u8> {
    let crc32 = plan.checksums(&mut open, &mut |_| {}).unwrap();
    let mut sink = StreamSink(Vec::new());
    plan.render(&mut sink, &mut open, &crc32, &mut |_| {}).unwrap();
    sink.0
}

fn compare(plan: &BundlePlan, bundle: &[u8]) -> BundleComparison {
    plan.compare(&mut Cursor::new(bundle), &mut NoTap, &mut |_| {}).unwrap()
}

/// A small bundle with both kinds of files, an empty one, and its bytes.
fn small() -> (BundlePlan, Vec<u8>) {
    let plan = plan(vec![
        FileSpec::known("SEAL/SHA256SUMS", b"sums\n".to_vec()),
        FileSpec::known("SEAL/empty", Vec::new()),
        sealed("PAYLOAD/a.msi", 100),
        sealed("README.TXT", 0),
        sealed("z", 33),
    ]);
    let bundle = render(&plan);
    (plan, bundle)
}

#[test]
fn rendered_bundle_is_exact() {
    for plan in [plan(sample_files()), plan(Vec::new()), small().0] {
        let bundle = render(&plan);
        let comparison = compare(&plan, &bundle);
        assert!(comparison.is_exact(), "{:?}", comparison.differences);
        assert_eq!(comparison.bytes_read, plan.bytes());
    }
}

#[test]
fn every_flipped_bit_is_reported_where_it_is() {
    let (plan, bundle) = small();
    for at in 0..bundle.len() {
        for bit in 0..8 {
            let mut wrong = bundle.clone();
            wrong[at] ^= 1 << bit;
            let comparison = compare(&plan, &wrong);
            assert_eq!(comparison.differences.len(), 1, "byte {at} bit {bit}");
            let difference = &comparison.differences[0];
            match &difference.region {
                BundleRegion::FileData { .. } => {
                    let range = difference.start..difference.start + difference.length;
                    assert!(range.contains(&(at as u64)), "byte {at} bit {bit}");
                }
                region => {
                    assert_eq!((difference.start, difference.length), (at as u64, 1), "{region}");
                    assert_eq!(difference.found[0], wrong[at]);
                    assert_eq!(difference.expected[0], bundle[at]);
                }
            }
        }
    }
}

#[test]
fn each_region_has_its_name() {
    let (plan, bundle) = small();
    let name = |at: usize| {
        let mut wrong = bundle.clone();
        wrong[at] ^= 1;
        compare(&plan, &wrong).differences[0].region.to_string()
    };
    assert_eq!(name(0), "header of SEAL/SHA256SUMS");
    assert_eq!(name(plan.data_start(0).unwrap() as usize), "seal file SEAL/SHA256SUMS");
    assert_eq!(name(plan.data_start(2).unwrap() as usize), "file PAYLOAD/a.msi");
    let central = plan.central_start() as usize;
    assert_eq!(name(central), "directory entry of SEAL/SHA256SUMS");
    assert_eq!(name(bundle.len() - 1), "end record");
}

#[test]
fn byte_inserted_or_removed_anywhere_is_reported() {
    let (plan, bundle) = small();
    for at in 0..=bundle.len() {
        let mut wrong = bundle.clone();
        wrong.insert(at, b'x');
        assert!(!compare(&plan, &wrong).is_exact(), "inserted at {at}");
        if at < bundle.len() {
            let mut wrong = bundle.clone();
            wrong.remove(at);
            assert!(!compare(&plan, &wrong).is_exact(), "removed at {at}");
        }
    }
}

#[test]
fn bytes_after_the_end_are_one_difference() {
    let (plan, mut bundle) = small();
    bundle.extend_from_slice(b"PK\x05\x06 and more");
    let comparison = compare(&plan, &bundle);
    assert_eq!(
        comparison.differences,
        [BundleDifference {
            region: BundleRegion::AfterEnd,
            start: plan.bytes(),
            length: 13,
            expected: Vec::new(),
            found: b"PK\x05\x06 and more".to_vec(),
        }]
    );
}

#[test]
fn endless_bundle_is_given_up() {
    let (plan, bundle) = small();
    let mut reader = Cursor::new(bundle).chain(io::repeat(0));
    let comparison = plan.compare(&mut reader, &mut NoTap, &mut |_| {}).unwrap();
    assert_eq!(comparison.differences[0].region, BundleRegion::AfterEnd);
    assert!(comparison.differences[0].length >= MAX_AFTER_END);
    assert!(comparison.bytes_read < MAX_AFTER_END + (1 << 20));
}

#[test]
fn bundle_cut_off_anywhere_says_where_it_ends() {
    let (plan, bundle) = small();
    for length in 0..bundle.len() {
        let comparison = compare(&plan, &bundle[..length]);
        assert_eq!(
            comparison.differences,
            [BundleDifference {
                region: BundleRegion::Missing,
                start: length as u64,
                length: plan.bytes() - length as u64,
                expected: Vec::new(),
                found: Vec::new(),
            }]
        );
    }
}

#[test]
fn read_error_stands_beside_what_was_found_before() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("bad sector"))
        }
    }
    let (plan, mut bundle) = small();
    bundle[0] ^= 1;
    bundle.truncate(60);
    let mut reader = Cursor::new(bundle).chain(Broken);
    let comparison = plan.compare(&mut reader, &mut NoTap, &mut |_| {}).unwrap();
    assert_eq!(comparison.read_error.map(|(at, _)| at), Some(60));
    assert_eq!(comparison.differences.len(), 1);
    assert_eq!(comparison.differences[0].start, 0);
}

#[test]
fn exchanged_files_and_an_extra_entry_are_reported() {
    let (plan, bundle) = small();
    let other = BundlePlan::new(
        FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(),
        [plan.files(), &[sealed("extra.dll", 5)]].concat(),
    )
    .unwrap();
    assert!(!compare(&plan, &render(&other)).is_exact());
    assert!(!compare(&other, &bundle).is_exact());
    // Two files of one size in the other order.
    let (first, second) = (plan.data_start(0).unwrap() as usize, bundle.len());
    let swapped = [&bundle[first..], &bundle[..first]].concat();
    assert_eq!(swapped.len(), second);
    assert!(!compare(&plan, &swapped).is_exact());
}

#[test]
fn tap_sees_every_byte_of_every_file_in_order() {
    struct Keep(Vec<Vec<u8>>);
    impl Tap for Keep {
        fn file_bytes(&mut self, index: usize, bytes: &[u8]) -> io::Result<()> {
            assert!(index + 1 >= self.0.len());
            self.0.resize(index + 1, Vec::new());
            self.0[index].extend_from_slice(bytes);
            Ok(())
        }
    }
    let plan = plan(sample_files());
    let mut keep = Keep(Vec::new());
    let bundle = render(&plan);
    let comparison = plan.compare(&mut Cursor::new(bundle), &mut keep, &mut |_| {}).unwrap();
    assert!(comparison.is_exact());
    keep.0.resize(plan.files().len(), Vec::new());
    for (file, found) in plan.files().iter().zip(&keep.0) {
        let expected = match &file.content {
            Content::Known(bytes) => bytes.clone(),
            Content::Hashed(_) => content(&file.path, file.size),
        };
        assert!(*found == expected, "{}", file.path);
    }
}

#[test]
fn refusing_tap_ends_the_comparison() {
    struct Full;
    impl Tap for Full {
        fn file_bytes(&mut self, _index: usize, _bytes: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }
    let (plan, bundle) = small();
    let error = plan.compare(&mut Cursor::new(bundle), &mut Full, &mut |_| {}).unwrap_err();
    assert_eq!(error.path, "SEAL/SHA256SUMS");
}

#[test]
fn list_of_differences_has_a_limit_and_a_count() {
    let files = (0..700).map(|n| sealed(&format!("f{n}"), 3)).collect();
    let plan = plan(files);
    let garbage = vec![0xA5; plan.bytes() as usize];
    let comparison = compare(&plan, &garbage);
    assert_eq!(comparison.differences.len(), MAX_DIFFERENCES);
    assert!(comparison.unlisted >= 700 * 3 - MAX_DIFFERENCES as u64);
}

proptest! {
    #[test]
    fn any_files_render_and_compare_equal(sizes in proptest::collection::vec(0..3_000_u64, 0..12)) {
        let files = sizes
            .iter()
            .enumerate()
            .map(|(n, size)| sealed(&format!("D{}/F{n}.BIN", n % 3), *size))
            .collect();
        let plan = plan(files);
        let bundle = render(&plan);
        prop_assert_eq!(bundle.len() as u64, plan.bytes());
        prop_assert!(compare(&plan, &bundle).is_exact());
    }
}
