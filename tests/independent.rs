//! docs/FORMAT.md is enough to write another verifier: a checker in another
//! language, with an Ed25519 of its own and made from that document alone, says
//! PASS exactly where `mediaseal-verify` does, over every drill.
#![cfg(feature = "builder")]

mod common;
#[path = "common/media.rs"]
mod media;
#[path = "common/world.rs"]
mod world;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use media::{Media, PAYLOAD};
use mediaseal::drill::seal_draft::Draft;
use mediaseal::drill::{bundle_faults, folder, medium_faults, seal, seal_media};
use mediaseal::seal::layout::MANIFEST;
use mediaseal::seal::manifest::Manifest;
use mediaseal::seal::signature::release_comment;
use world::parts;

/// Sources for one run of the checker: Python's start costs more than a check.
const AT_ONCE: usize = 24;

/// What is compared: how the checker is told it, and what the program checks.
struct Case {
    told: String,
    source: PathBuf,
}

impl Case {
    fn plain(source: &Path) -> Self {
        Self { told: source.display().to_string(), source: source.to_path_buf() }
    }

    /// An image, and the folder that it must be rendered from.
    fn image(folder: &Path, image: &Path) -> Self {
        let told = format!("{}={}", folder.display(), image.display());
        Self { told, source: image.to_path_buf() }
    }
}

/// The checker's verdicts: true for PASS, and what it said.
fn judge(media: &Media, cases: &[Case]) -> Vec<(bool, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/independent/check.py");
    let mut verdicts = Vec::new();
    for some in cases.chunks(AT_ONCE) {
        let output = Command::new("python3")
            .arg("-B")
            .arg(&script)
            .arg(&media.world.anchor)
            .args(some.iter().map(|case| &case.told))
            .output()
            .expect("python3 must be there to judge");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = said.lines().collect();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(lines.len(), some.len(), "one line for each source: {said}{errors}");
        verdicts.extend(lines.iter().map(|line| (line.starts_with("PASS "), line.to_string())));
    }
    verdicts
}

/// Compares; `passing` of them must pass.
fn agree(media: &Media, what: &str, cases: &[Case], passing: usize) {
    let passed = agreed(media, what, cases);
    assert_eq!(passed, passing, "of {}, as many as were made good", cases.len());
    assert!(cases.len() > passing, "nothing bad was compared");
}

/// Compares and says how many there were; the number of those that pass.
fn agreed(media: &Media, what: &str, cases: &[Case]) -> usize {
    let mut disagreements = Vec::new();
    let mut passed = 0;
    for (case, (theirs, said)) in cases.iter().zip(judge(media, cases)) {
        let checked = media.check(&case.source);
        let ours = checked.verdict() == "PASS";
        passed += usize::from(ours && theirs);
        if ours != theirs {
            disagreements.push(format!("ours {} {:?}, {said}", checked.verdict(), checked.codes()));
        }
    }
    let count = cases.len();
    println!(
        "independent checker, {what}: {count} compared, {} disagreements",
        disagreements.len()
    );
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
    passed
}

#[test]
fn every_drill_of_the_seal_as_folder_zip_and_image() {
    let media = Media::new();
    let world = &media.world;
    let good = &world.good;
    let mut cases =
        vec![Case::plain(good), Case::plain(&media.zip), Case::image(good, &media.image)];
    let manifest = Manifest::parse(&fs::read(good.join(MANIFEST)).unwrap()).unwrap();
    let mut folders_only = 0;
    for (number, fixture) in seal::FIXTURES.iter().enumerate() {
        let bad = world.bad(fixture.name);
        cases.push(Case::plain(&bad));
        let [image, zip] = ["img", "zip"].map(|extension| bad.with_extension(extension));
        // Names that the renderer refuses can stand in a folder alone.
        if seal_media::bundle(&bad, &manifest, &zip).is_err() {
            folders_only += 1;
            continue;
        }
        cases.push(Case::plain(&zip));
        // An image is the same files again: one in five.
        if number % 5 == 0 {
            seal_media::image(&bad, &manifest, &image).unwrap();
            cases.push(Case::image(&bad, &image));
        }
    }
    assert!(folders_only * 10 < seal::FIXTURES.len(), "{folders_only} drills as folders only");
    let mut others = parts(8);
    others.files[0].1.push(b' ');
    let other = world.team.signed_release("other", &others);
    let (mixed, mixed_manifest) = (world.path("mixed"), world.path("mixed-manifest"));
    seal::mixed(&world.good, &other, &mixed).unwrap();
    seal::mixed_manifest(&world.good, &other, &mixed_manifest).unwrap();
    cases.extend([&mixed, &mixed_manifest].map(|bad| Case::plain(bad)));
    // The good one three times. "old-root-keys" is another history for whoever
    // was anchored later, and a good one for this anchor: as folder and as zip.
    agree(&media, "seal", &cases, 3 + 2);
}

#[test]
fn every_drill_of_files_and_of_zips() {
    let media = Media::new();
    let mut cases = vec![Case::plain(&media.world.good), Case::plain(&media.zip)];
    for fault in &folder::FAULTS {
        let bad = media.world.path(&format!("{}-folder", fault.name));
        folder::spoil(fault, &media.world.good, &bad, PAYLOAD).unwrap();
        cases.push(Case::plain(&bad));
    }
    for fault in &bundle_faults::FAULTS {
        cases.push(Case::plain(&media.bad_zip(fault.name)));
    }
    agree(&media, "folders and zips", &cases, 2);
}

#[test]
fn every_drill_of_images_by_the_rendered_digest() {
    let media = Media::new();
    let good = &media.world.good;
    agree_and_remove(&media, good);
}

/// Images one after the other: all of them at once would fill a small disk.
fn agree_and_remove(media: &Media, good: &Path) {
    let mut compared = 0;
    for faults in medium_faults::FAULTS.chunks(8) {
        let mut cases = vec![Case::image(good, &media.image)];
        for fault in faults {
            let bad = media.world.path(&format!("{}.img", fault.name));
            medium_faults::spoil(fault, &media.image, &bad, PAYLOAD).unwrap();
            cases.push(Case::image(good, &bad));
        }
        agree(media, "images", &cases, 1);
        compared += cases.len();
        for case in &cases[1..] {
            fs::remove_file(&case.source).unwrap();
        }
    }
    assert!(compared > medium_faults::FAULTS.len());
}

/// What is put in the place of strings and numbers of a signed manifest: on both
/// sides of every rule.
const STRINGS: [&str; 40] = [
    "",
    "a",
    " a",
    "a ",
    "a\u{a0}",
    "a\u{ad}b",
    "a\u{200b}b",
    "a\u{202e}b",
    "a\u{2060}b",
    "a\u{fff0}b",
    "a\u{fffd}b",
    "a\u{e0001}b",
    "a\u{85}b",
    "a\u{7f}b",
    "\u{e9}t\u{e9}",
    "\\u00e9",
    "\\\"",
    "\\n",
    "0",
    "00",
    "1",
    "1.0",
    "1.01",
    "1.2.3.4",
    "1.2.3.4.5",
    "2147483647",
    "2147483648",
    "1980-01-01T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2028-02-29T23:59:58Z",
    "2028-02-29T23:59:59Z",
    "2107-12-31T23:59:58Z",
    "2108-01-01T00:00:00Z",
    "C:\\\\Lab",
    "C:\\\\CON.x",
    "c:\\\\Lab",
    "PAYLOAD/patch.bin",
    "PAYLOAD/other.bin",
    "README.TXT",
    "{01234567-89AB-CDEF-0123-456789ABCDEF}",
];
const NUMBERS: [&str; 12] = [
    "0",
    "1",
    "2",
    "8",
    "36700160",
    "36700161",
    "35651584",
    "2147483647",
    "2147483648",
    "68719476736",
    "68720525312",
    "1.0",
];

/// Every manifest with one value exchanged for one of the lists.
fn crafted(manifest: &str) -> Vec<String> {
    let lines: Vec<&str> = manifest.lines().collect();
    let mut made = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((name, value)) = line.split_once(": ") else {
            continue;
        };
        let comma = if value.ends_with(',') { "," } else { "" };
        let old = value.trim_end_matches(',');
        let new: Vec<String> = match old.as_bytes().first() {
            Some(b'"') => STRINGS.iter().map(|text| format!("\"{text}\"")).collect(),
            Some(b'0'..=b'9') => NUMBERS.iter().map(|text| text.to_string()).collect(),
            _ => continue,
        };
        for value in new.iter().filter(|value| *value != old) {
            let line = format!("{name}: {value}{comma}");
            let mut changed = lines.clone();
            changed[at] = &line;
            made.push(changed.join("\n") + "\n");
        }
    }
    made
}

#[test]
fn crafted_manifests_signed_by_everybody() {
    let media = Media::new();
    let world = &media.world;
    let text = fs::read_to_string(world.good.join(MANIFEST)).unwrap();
    let all = crafted(&text);
    // `MEDIASEAL_CRAFTED=full` takes all of them. The step is prime to the lists'
    // lengths, so that a part meets every value and every field.
    let full = std::env::var("MEDIASEAL_CRAFTED").is_ok_and(|value| value == "full");
    let step = if full { 1 } else { 7 };
    let mut cases = Vec::new();
    let good = Draft::read(&world.good).unwrap();
    let comment = good.comment().unwrap();
    for (number, manifest) in all.iter().enumerate().step_by(step) {
        let mut draft = Draft::read(&world.good).unwrap();
        // The comment that fits, where the manifest is one that has one.
        let fitting = Manifest::parse(manifest.as_bytes()).map(|manifest| {
            let (publisher, product) = (&manifest.publisher, &manifest.product);
            release_comment(publisher, product, &manifest.version, manifest.position())
        });
        let comment = fitting.as_ref().unwrap_or(&comment);
        draft.seal_manifest(manifest.clone().into_bytes(), &world.keys(), comment).unwrap();
        let bad = world.path(&format!("crafted-{number}"));
        draft.write(&bad).unwrap();
        cases.push(Case::plain(&bad));
    }
    let passing = agreed(&media, "crafted manifests", &cases);
    println!("independent checker, crafted manifests: {passing} pass");
    assert!(passing > 20 && passing * 2 < cases.len(), "{passing} of {}", cases.len());
}

#[test]
fn flipped_bits_all_over_the_seal() {
    // One flipped bit in each part of the seal; both must see each.
    let media = Media::new();
    let mut cases = Vec::new();
    for (number, (path, good)) in
        common::snapshot(&media.world.good.join("SEAL")).iter().enumerate()
    {
        let name = path.strip_prefix(&media.world.good).unwrap();
        for (step, at) in (0..good.len()).step_by(good.len().div_ceil(12)).enumerate() {
            let bad = media.world.path(&format!("flipped-{number}-{step}"));
            folder::make(&media.world.good, &bad, |root| {
                let mut bytes = good.clone();
                bytes[at] ^= 1 << (step % 8);
                fs::write(root.join(name), bytes).unwrap();
                Ok(())
            })
            .unwrap();
            cases.push(Case::plain(&bad));
        }
    }
    agree(&media, "flipped bits of the seal", &cases, 0);
}
