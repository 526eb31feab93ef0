//! One flipped bit, anywhere: each byte of the seal, each byte of the volume that
//! is no file's, each byte of a zip, and samples of the payload. All are refused,
//! and each byte of the volume is named at its offset.
//!
//! `MEDIASEAL_FLIPS=full` tries every byte and 10,000 samples of the payload, best
//! with `cargo test --release --test flips -- --nocapture`; without it a part of
//! them is tried.
#![cfg(feature = "builder")]

mod common;
#[path = "common/media.rs"]
mod media;
#[path = "common/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use media::{Media, PAYLOAD};
use mediaseal::medium::{Beyond, BundlePlan, FileSpec, MAX_DIFFERENCES, NoTap, Plan, release};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::layout::{MANIFEST, SEAL_FOLDER, SUMS};
use mediaseal::seal::manifest::Manifest;
use mediaseal::seal::sums::Sums;
use mediaseal::text::Language;
use mediaseal::verify::decide::TakeNothing;
use mediaseal::verify::pinning::System;
use mediaseal::verify::report::Verdict;
use mediaseal::verify::session::{self, Asked};

/// Flips in one reading of a volume lie so far apart that each is a difference
/// of its own, whatever it lies in.
const APART: usize = 2_048;

/// How much is tried.
struct Extent {
    /// Every byte, or one in so many.
    seal: usize,
    volume: usize,
    bundle: usize,
    payload: usize,
}

fn extent() -> Extent {
    match std::env::var("MEDIASEAL_FLIPS").as_deref() {
        Ok("full") => Extent { seal: 1, volume: 1, bundle: 1, payload: 10_000 },
        // A check of a folder is what is slow under Wine.
        _ if cfg!(windows) => Extent { seal: 97, volume: 509, bundle: 7, payload: 60 },
        _ => Extent { seal: 13, volume: 509, bundle: 7, payload: 60 },
    }
}

/// The good release, planned.
struct Good {
    media: Media,
    manifest: Manifest,
    files: Vec<FileSpec>,
    code: Digest,
}

impl Good {
    fn new() -> Self {
        let media = Media::new();
        let root = media.world.good.clone();
        let manifest = Manifest::parse(&fs::read(root.join(MANIFEST)).unwrap()).unwrap();
        let sums = fs::read(root.join(SUMS)).unwrap();
        let code = Digest::of(&sums);
        let sums = Sums::parse(&sums).unwrap();
        let seal = common::snapshot(&root.join(SEAL_FOLDER)).into_iter().map(|(path, bytes)| {
            let path = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            FileSpec::known(path, bytes)
        });
        let files = release::files(&manifest, &sums, seal.collect());
        Self { media, manifest, files, code }
    }

    fn plan(&self) -> Plan {
        Plan::new(&release::volume(&self.manifest, &self.code), self.files.clone()).unwrap()
    }

    /// The verdict of the one decision over a folder.
    fn verdict(&self, folder: &Path) -> Verdict {
        let mut asked = Asked::about(folder, self.media.world.path("nowhere"));
        asked.anchor = Some(self.media.world.anchor.clone());
        let session = session::open(&asked, &System, Language::English);
        let mut session = session.unwrap_or_else(|_| panic!("the anchor is good")).unwrap();
        session.check(&mut TakeNothing, Language::English).report.verdict()
    }
}

#[test]
fn every_byte_of_the_seal() {
    let good = Good::new();
    let release = good.media.world.good.clone();
    assert!(matches!(good.verdict(&release), Verdict::Pass(_)));
    let step = extent().seal;
    let (mut tried, mut files) = (0, 0);
    for (path, bytes) in common::snapshot(&release.join(SEAL_FOLDER)) {
        for at in (files % step..bytes.len()).step_by(step) {
            let mut bad = bytes.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(&path, &bad).unwrap();
            assert_eq!(good.verdict(&release), Verdict::Fail, "{path:?}, byte {at}");
            tried += 1;
        }
        fs::write(&path, &bytes).unwrap();
        files += 1;
    }
    assert!(matches!(good.verdict(&release), Verdict::Pass(_)));
    println!("flips: {tried} bytes of {files} files of the seal tried, {tried} refused");
    assert!(tried > 3_900 / step, "{tried}");
}

#[test]
fn every_byte_of_the_volume_that_is_no_files() {
    let good = Good::new();
    let plan = good.plan();
    let mut image = fs::read(&good.media.image).unwrap();
    let compare = |image: &[u8]| {
        plan.compare(&mut &image[..], Beyond::MustEnd, &mut NoTap, &mut |_| {}).unwrap()
    };
    assert!(compare(&image).is_exact());
    // Sealed files are named as a whole, so they are tried one flip a reading, by
    // samples; everything else by its offset, many in one reading.
    let contents: Vec<std::ops::Range<usize>> = (0..plan.files().len())
        .filter(|index| !plan.is_known(*index))
        .filter_map(|index| {
            let first = plan.file_sectors(index)?.first as usize * 512;
            Some(first..first + plan.files()[index].size as usize)
        })
        .collect();
    let sealed = |at: usize| contents.iter().any(|range| range.contains(&at));
    let step = extent().volume;
    let mut tried = 0;
    // Each phase takes one byte of each stretch of APART bytes.
    for phase in (0..APART).step_by(step) {
        let places: Vec<usize> =
            (phase..image.len()).step_by(APART).filter(|at| !sealed(*at)).collect();
        for some in places.chunks(MAX_DIFFERENCES) {
            some.iter().for_each(|at| image[*at] ^= 1 << (at % 7));
            let result = compare(&image);
            assert_eq!(result.unlisted, 0);
            let named: BTreeSet<u64> = result.differences.iter().map(|d| d.start).collect();
            let flipped: BTreeSet<u64> = some.iter().map(|at| *at as u64).collect();
            assert!(named == flipped, "phase {phase}: not the flipped bytes are named");
            assert!(!result.is_exact());
            some.iter().for_each(|at| image[*at] ^= 1 << (at % 7));
            tried += some.len();
        }
    }
    assert!(compare(&image).is_exact());
    println!("flips: {tried} bytes of the volume tried, {tried} refused, each at its offset");
    assert!(tried > 50_000, "{tried}");
}

#[test]
fn samples_of_the_payload() {
    let good = Good::new();
    let plan = good.plan();
    let image = fs::read(&good.media.image).unwrap();
    let index = plan.files().iter().position(|file| file.path == PAYLOAD).unwrap();
    let first = plan.file_sectors(index).unwrap().first as usize * 512;
    let size = plan.files()[index].size as usize;
    // The payload alone is read: the bytes before it are the plan's own business.
    let mut bad = image.clone();
    let samples = extent().payload;
    let mut tried = 0;
    for sample in 0..samples {
        // Over all bytes and bits, none twice for as long as there are others.
        let (at, bit) = (first + (sample * 7_919) % size, (sample / size + sample) % 8);
        bad[at] ^= 1 << bit;
        let result = plan.compare(&mut &bad[..], Beyond::MustEnd, &mut NoTap, &mut |_| {}).unwrap();
        let found: Vec<u64> = result.differences.iter().map(|d| d.start).collect();
        assert_eq!(found, [first as u64], "byte {at}, bit {bit}");
        assert!(!result.is_exact());
        bad[at] ^= 1 << bit;
        tried += 1;
    }
    assert!(bad == image);
    println!("flips: {tried} samples of the payload tried, {tried} refused");
    assert!(tried >= 60, "{tried}");
}

#[test]
fn every_byte_of_the_zip() {
    let good = Good::new();
    let plan = BundlePlan::new(release::issued(&good.manifest), good.files.clone()).unwrap();
    let mut zip = fs::read(&good.media.zip).unwrap();
    let compare = |zip: &[u8]| plan.compare(&mut &zip[..], &mut NoTap, &mut |_| {}).unwrap();
    assert!(compare(&zip).is_exact());
    let mut tried = 0;
    for at in (0..zip.len()).step_by(extent().bundle) {
        zip[at] ^= 1 << (at % 8);
        assert!(!compare(&zip).is_exact(), "byte {at}");
        zip[at] ^= 1 << (at % 8);
        tried += 1;
    }
    assert!(compare(&zip).is_exact());
    println!("flips: {tried} bytes of the zip tried, {tried} refused");
    assert!(tried > 1_000, "{tried}");
}
