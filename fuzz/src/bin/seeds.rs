//! Writes fixtures and seeds: `seeds DEMO FUZZ`, where DEMO is a folder that
//! `mediaseal demo` made and FUZZ is this folder. A real release, its drills, and
//! the scene's: nothing is made by hand.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use mediaseal::drill::seal_draft::Draft;
use mediaseal::drill::{Keys, bundle_faults, medium_faults, seal, trust_anchor};
use mediaseal::seal::layout::sums_signature;
use mediaseal::sign::keyfile::{KeyFile, SigningKey};
use mediaseal_fuzz::FRONT_ALONE;
use mediaseal_fuzz::scene::{BUNDLE, IMAGE, PAYLOAD};
use mediaseal_fuzz::script::{encode_bundle, encode_image};
use mediaseal_fuzz::slots::stored;

/// Bytes of a seed: small ones are mutated far more often.
const MAX_BYTES: usize = 12 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    let [demo, fuzz] = &arguments[..] else {
        return Err("which demo, and which folder?".into());
    };
    let scratch = env::temp_dir().join(format!("mediaseal-seeds-{}", std::process::id()));
    fs::create_dir(&scratch)?;
    let seeds = Seeds { folder: fuzz.join("seeds") };
    let made = fixtures(demo, &fuzz.join("fixtures"))
        .and_then(|()| of_the_seal(demo, &scratch, &seeds))
        .and_then(|()| of_bundles(&scratch, &seeds))
        .and_then(|()| of_media(&scratch, &seeds))
        .and_then(|()| of_recipes(fuzz, &seeds))
        .and_then(|()| of_slots(demo, &seeds));
    fs::remove_dir_all(&scratch)?;
    made
}

/// Where seeds go.
struct Seeds {
    folder: PathBuf,
}

impl Seeds {
    /// One seed; the same bytes are one seed, longer ones than are of use none.
    fn add(&self, target: &str, name: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder)?;
        let mut there = BTreeSet::new();
        for entry in fs::read_dir(&folder)? {
            there.insert(fs::read(entry?.path())?);
        }
        if bytes.len() <= MAX_BYTES && !there.contains(bytes) {
            fs::write(folder.join(name), bytes)?;
        }
        Ok(())
    }
}

fn key(demo: &Path, name: &str) -> Result<SigningKey, Box<dyn Error>> {
    let file = KeyFile::read(&demo.join(format!("{name}.key"))).map_err(|e| e.to_string())?;
    Ok(file.unlock(None).map_err(|e| e.to_string())?)
}

/// What properties compare with.
fn fixtures(demo: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let signature = sums_signature(key(demo, "alice")?.public().id());
    let release = demo.join("release");
    fs::copy(release.join("SEAL/SHA256SUMS"), folder.join("SHA256SUMS"))?;
    fs::copy(release.join(signature), folder.join("SHA256SUMS.minisig"))?;
    fs::copy(demo.join("alice.pub"), folder.join("signer.pub"))?;
    fs::copy(demo.join("demo.anchor"), folder.join("anchor.json"))?;
    Ok(())
}

/// Everything that is signed, of the good release and of every drill.
fn of_the_seal(demo: &Path, scratch: &Path, seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let release = demo.join("release");
    let [alice, bruno] = [key(demo, "alice")?, key(demo, "bruno")?];
    let [anna, carl] = [key(demo, "root-anna")?, key(demo, "root-carl")?];
    let stranger = key(demo, "mallory")?;
    let keys = Keys { release: [&alice, &bruno], root: [&anna, &carl], stranger: &stranger };
    let mut folders = vec![("good", release.clone())];
    for fixture in seal::FIXTURES {
        let folder = scratch.join(fixture.name);
        // Some drills need a release that has more than a demo's.
        match fixture.write(&release, &keys, &folder) {
            Ok(()) => folders.push((fixture.name, folder)),
            Err(error) => eprintln!("{}: {error}", fixture.name),
        }
    }
    for (name, folder) in folders {
        let draft = Draft::read(&folder).map_err(|e| e.to_string())?;
        if let Ok((anchor, _)) = trust_anchor::anchor_of(&draft) {
            seeds.add("anchor", name, &anchor)?;
        }
        for path in files(&folder.join("SEAL"))? {
            let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let target = match file {
                "SHA256SUMS" => "sums",
                "manifest.json" => "manifest",
                _ if file.ends_with(".minisig") => "signature",
                _ => "trust",
            };
            let bytes = fs::read(&path)?;
            let number = usize::from(file.starts_with("SHA256SUMS"));
            seeds.add(target, &format!("{name}-{number}"), &bytes)?;
        }
    }
    seeds.add("anchor", "good", &fs::read(demo.join("demo.anchor"))?)?;
    seeds.add("anchor", "other-publisher", &fs::read(demo.join("forged.anchor"))?)?;
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(files);
    };
    for entry in entries {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(self::files(&path)?),
            false => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}

fn of_bundles(scratch: &Path, seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let good = scratch.join("good.zip");
    fs::write(&good, &*BUNDLE)?;
    seeds.add("zip_source", "good", &BUNDLE)?;
    seeds.add("compare_bundle", "good", b"\0")?;
    for fault in &bundle_faults::FAULTS {
        let bad = scratch.join(format!("{}.zip", fault.name));
        bundle_faults::spoil(fault, &good, &bad, PAYLOAD).map_err(|e| e.to_string())?;
        let bytes = fs::read(&bad)?;
        seeds.add("zip_source", fault.name, &bytes)?;
        if let Some(input) = encode_bundle(&BUNDLE, &bytes, MAX_BYTES) {
            seeds.add("compare_bundle", fault.name, &input)?;
        }
    }
    Ok(())
}

fn of_media(scratch: &Path, seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let good = scratch.join("good.img");
    fs::write(&good, &*IMAGE)?;
    for (mode, name) in ["must-end", "must-be-zero", "ignore"].iter().enumerate() {
        seeds.add("compare_medium", &format!("good-{name}"), &[mode as u8])?;
    }
    seeds.add("compare_medium", "good-front", &[FRONT_ALONE])?;
    for fault in &medium_faults::FAULTS {
        let bad = scratch.join(format!("{}.img", fault.name));
        medium_faults::spoil(fault, &good, &bad, PAYLOAD).map_err(|e| e.to_string())?;
        let bytes = fs::read(&bad)?;
        fs::remove_file(&bad)?;
        if let Some(input) = encode_image(&IMAGE, &bytes, MAX_BYTES) {
            seeds.add("fat_source", fault.name, &input)?;
            let mode = (input.len() % 3) as u8;
            seeds.add("compare_medium", fault.name, &[&[mode], &input[..]].concat())?;
            let front = [&[FRONT_ALONE], &input[..]].concat();
            seeds.add("compare_medium", &format!("{}-front", fault.name), &front)?;
        }
    }
    Ok(())
}

/// The recipe that the program carries, whole and without each of its lines.
fn of_recipes(fuzz: &Path, seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let path = fuzz.join("../templates/lrm-security-patch/recipe.toml");
    let text = fs::read_to_string(path)?;
    seeds.add("recipe", "whole", text.as_bytes())?;
    // Comments are most of it, and nothing to a parser.
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    seeds.add("recipe", "plain", lines.join("\n").as_bytes())?;
    for left_out in (0..lines.len()).step_by(3) {
        let kept = lines.iter().enumerate().filter(|(at, _)| *at != left_out);
        let kept: Vec<&str> = kept.map(|(_, line)| *line).collect();
        seeds.add("recipe", &format!("without-{left_out}"), kept.join("\n").as_bytes())?;
    }
    Ok(())
}

fn of_slots(demo: &Path, seeds: &Seeds) -> Result<(), Box<dyn Error>> {
    let raw = |files: [Vec<u8>; 2]| {
        let length = (files[0].len() as u16).to_le_bytes();
        [&[1][..], &length, &files[0], &files[1]].concat()
    };
    let values: [&[u8]; 3] = [b"one", b"", b"three"];
    for count in 1..=3 {
        seeds.add("slots", &format!("stored-{count}"), &raw(stored(&values[..count])))?;
    }
    // Two generations that do not follow each other, and a real state.
    let [first, _] = stored(&values[..1]);
    let [_, later] = stored(&[b"a", b"b", b"c", b"d"]);
    seeds.add("slots", "gap", &raw([first, later]))?;
    let state = demo.join("state");
    let floors = [fs::read(state.join("floors.0"))?, fs::read(state.join("floors.1"))?];
    seeds.add("slots", "floors-of-a-state", &raw(floors))?;
    for step in 0..7_u8 {
        let script: Vec<u8> = (0..24).flat_map(|n: u8| [step * (n % 2), n, n * 3, n]).collect();
        seeds.add("slots", &format!("script-{step}"), &[&[0], &script[..]].concat())?;
    }
    Ok(())
}
