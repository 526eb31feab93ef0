//! Each shape against the seal: what passes, and every way of not passing by
//! its own finding with its own numbers.

use std::rc::Rc;

use super::super::decide::Scope;
use super::super::report::Verdict;
use super::super::testing::{Checked, Release};
use super::*;
use crate::medium::MAX_DIFFERENCES;
use crate::medium::fat::PARTITION_LBA;
use crate::source::ReadAt;
use crate::source::testing::volume_source;

const MIB: u64 = 1 << 20;

#[track_caller]
fn passes(release: &Release, checked: &Checked, level: Level, bytes: u64) {
    let report = &checked.decision.report;
    assert_eq!(report.verdict(), Verdict::Pass(level), "{:?}", report.findings);
    let compared = report.compared.as_ref().unwrap();
    assert_eq!((compared.level, compared.bytes), (level, bytes));
    assert_eq!(compared.files, release.manifest.files.len());
    assert_eq!(checked.progress, (bytes, bytes), "progress ends at its end");
    let taken = checked.taken.as_ref().unwrap();
    for file in &release.manifest.files {
        assert_eq!(taken.get(&file.path).copied().unwrap_or(0), file.size as usize, "{file:?}");
    }
}

#[track_caller]
fn fails(checked: &Checked, codes: &[&str]) {
    assert_eq!(checked.codes(), codes, "{:?}", checked.findings());
    assert_eq!(checked.decision.report.verdict(), Verdict::Fail);
    assert!(checked.decision.report.compared.is_none());
}

#[test]
fn good_release_passes_in_every_shape_and_its_bytes_are_handed_on() {
    let release = Release::new();
    let (image, zip) = (release.image(), release.zip());
    let volume = image.len() as u64;
    let sealed = release.sealed_bytes() as u64;
    passes(&release, &release.check_folder(&release.folder()), Level::FilesOnly, sealed);
    let zip_bytes = zip.len() as u64;
    passes(&release, &release.check_zip(zip), Level::Bundle, zip_bytes);
    passes(&release, &release.check_image(image.clone()), Level::Volume, volume);
    let device = |image: &[u8], more: u64, fill: u8, scope| {
        let mut image = image.to_vec();
        image.resize(image.len() + more as usize, fill);
        let length = Some(image.len() as u64);
        release.check_volume(image, Shape::Device, length, scope)
    };
    let whole = Scope::WholeMedium;
    passes(&release, &device(&image, 0, 0, whole), Level::WholeMedium, volume);
    passes(&release, &device(&image, MIB, 0, whole), Level::WholeMedium, volume + MIB);
    // The rest of the device is nobody's business if only the volume was asked.
    passes(&release, &device(&image, MIB, 9, Scope::VolumeOnly), Level::Volume, volume);
    let behind = device(&image, MIB, 9, whole);
    fails(&behind, &["M-234"]);
    assert!(matches!(behind.findings(), [.., Kind::AfterTheEnd { start, .. }] if *start == volume));
}

#[test]
fn image_must_end_with_its_volume() {
    let release = Release::new();
    let mut image = release.image();
    let volume = image.len() as u64;
    image.push(0);
    let checked = release.check_image(image);
    let foreign = |code: &String| code == "M-234";
    assert!(checked.codes().iter().any(foreign), "{:?}", checked.findings());
    let behind = |kind: &Kind| matches!(kind, Kind::AfterTheEnd { start, .. } if *start == volume);
    assert!(checked.findings().iter().any(behind));
}

#[test]
fn volume_that_ends_early_says_how_long_it_should_be() {
    let release = Release::new();
    let whole = release.image();
    let volume = whole.len() as u64;
    for end in [volume - 1, volume - 700, 20 * MIB] {
        let device = whole[..end as usize].to_vec();
        let checked = release.check_volume(device, Shape::Device, Some(volume), Scope::WholeMedium);
        let short = Kind::TooShort { expected: volume, found: end };
        assert!(checked.findings().contains(&short), "{:?}", checked.findings());
        assert_eq!(checked.decision.report.verdict(), Verdict::Fail);
    }
    // A device that ends behind the volume and before the size it tells.
    let told = volume + 4 * MIB;
    let mut device = whole.clone();
    device.resize((volume + MIB) as usize, 0);
    let checked = release.check_volume(device, Shape::Device, Some(told), Scope::WholeMedium);
    let short = Kind::TooShort { expected: told, found: volume + MIB };
    assert!(checked.findings().contains(&short), "{:?}", checked.findings());
}

#[test]
fn device_that_does_not_tell_its_size_is_read_to_its_end() {
    let release = Release::new();
    let image = release.image();
    let volume = image.len() as u64;
    let device = |end: u64, fill: u8| {
        let mut image = image.clone();
        image.resize(end as usize, fill);
        release.check_volume(image, Shape::Device, None, Scope::WholeMedium)
    };
    passes(&release, &device(volume, 0), Level::WholeMedium, volume);
    passes(&release, &device(volume + MIB, 0), Level::WholeMedium, volume + MIB);
    let behind = device(volume + 512, 9);
    fails(&behind, &["M-234"]);
    assert!(matches!(behind.findings(), [.., Kind::AfterTheEnd { start, .. }] if *start == volume));
    let short = Kind::TooShort { expected: volume, found: volume - 512 };
    assert!(device(volume - 512, 0).findings().contains(&short));
}

#[test]
fn more_differences_than_are_listed_are_counted_to_the_last() {
    let release = Release::new();
    let good = release.image();
    let gap = PARTITION_LBA as usize * 512;
    for more in [0, 1, 2, 17] {
        let mut image = good.clone();
        // Each in a sector of its own, every second one, where all is zero.
        let free = image.len() - 2 * 1024 * (MAX_DIFFERENCES + more);
        for at in (free..image.len()).step_by(2 * 1024) {
            image[at] = 1;
        }
        assert!(free > gap);
        let checked = release.check_image(image);
        let counted = checked.findings().iter().find_map(|kind| match kind {
            Kind::MoreDifferences { count } => Some(*count),
            _ => None,
        });
        assert_eq!(counted, (more > 0).then_some(more as u64));
        assert_eq!(checked.decision.report.verdict(), Verdict::Fail);
    }
}

#[test]
fn more_differences_of_a_zip_than_are_listed_are_counted_to_the_last() {
    let documents = MAX_DIFFERENCES / 2 + 30;
    let release = Release::with_documents(documents);
    let good = release.zip();
    let names: Vec<usize> = good
        .windows(4)
        .enumerate()
        .filter(|(_, four)| [&b"PK\x03\x04"[..], b"PK\x01\x02"].contains(four))
        .map(|(at, _)| at)
        .collect();
    assert!(names.len() > MAX_DIFFERENCES + 17);
    for more in [0, 1, 17] {
        let mut zip = good.clone();
        // The internal attributes or the flags of that many headers.
        for at in &names[..MAX_DIFFERENCES + more] {
            zip[at + 6] ^= 1;
        }
        let checked = release.check_zip(zip);
        let counted = checked
            .findings()
            .iter()
            .any(|kind| matches!(kind, Kind::MoreDifferences { count } if *count == more as u64));
        assert_eq!(counted, more > 0, "{more}");
        assert_eq!(checked.decision.report.verdict(), Verdict::Fail);
    }
}

/// A key with one sector that its drive cannot read.
struct BadSector {
    image: Vec<u8>,
    bad: u64,
}

impl ReadAt for BadSector {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self.bad.saturating_sub(offset) {
            0 => Err(io::Error::other("medium error")),
            before => {
                let room = buffer.len().min(before as usize);
                self.image.read_at(&mut buffer[..room], offset)
            }
        }
    }
}

#[test]
fn a_sector_that_cannot_be_read_is_named_with_the_system_s_words() {
    let release = Release::new();
    let image = release.image();
    let told = image.len() as u64;
    let sector = told / 512 - 4_097;
    for length in [Some(told), None] {
        let key = Rc::new(BadSector { image: image.clone(), bad: sector * 512 });
        let mut source = volume_source(key, Shape::Device, length);
        let checked = release.check_source(&mut source);
        let detail = Detail::failed(&io::Error::other("medium error"));
        let unread = Kind::ReadError { place: Spot::Sector(sector), detail };
        assert_eq!(checked.findings().last(), Some(&unread), "{length:?}");
        assert_eq!(checked.codes(), ["M-601"]);
        let verdict = checked.decision.report.verdict();
        assert!(matches!(verdict, Verdict::CannotTell(_)), "{verdict:?}");
    }
}
