//! Runs every property over its committed seeds, on a stable compiler and
//! without an engine: `replay SEEDS`. Says how many inputs each target had, and
//! fails where a target has none.
//!
//! `replay SEEDS TARGET SECONDS` mutates the seeds of one target blindly, for so
//! long: no coverage leads it, but it runs many times as fast as an engine with a
//! sanitizer, which is what a slow target wants.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use mediaseal_fuzz::{TARGETS, medium_is_true};

fn main() -> ExitCode {
    let Some(seeds) = env::args_os().nth(1) else {
        eprintln!("which folder of seeds?");
        return ExitCode::from(2);
    };
    let more: Vec<String> = env::args().skip(2).collect();
    if let [target, seconds] = &more[..] {
        return blind(&Path::new(&seeds).join(target), target, seconds);
    }
    let mut all = 0;
    for (name, property) in TARGETS {
        let ran = replay(&Path::new(&seeds).join(name), property);
        println!("{name:<16}{ran:>6} inputs");
        if ran == 0 {
            eprintln!("{name} has no seeds: nothing was replayed");
            return ExitCode::FAILURE;
        }
        all += ran;
    }
    println!("{} targets, {all} inputs, every property held", TARGETS.len());
    ExitCode::SUCCESS
}

/// Runs every file of `folder` and the empty input. A property that does not
/// hold panics; the input was named before.
fn replay(folder: &Path, property: fn(&[u8])) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in &paths {
        let bytes = fs::read(path).expect("a seed can be read");
        let media = folder.ends_with("compare_medium");
        let outcome = std::panic::catch_unwind(|| {
            property(&bytes);
            if media {
                medium_is_true(&bytes);
            }
        });
        if outcome.is_err() {
            eprintln!("the property does not hold for {}", path.display());
            std::process::exit(1);
        }
    }
    if !paths.is_empty() {
        property(&[]);
    }
    paths.len()
}

/// Runs one property over mutated seeds. An input that fails is kept as
/// `failed-TARGET` in the working folder.
fn blind(folder: &Path, target: &str, seconds: &str) -> ExitCode {
    let property = TARGETS.iter().find(|(name, _)| *name == target).map(|(_, found)| *found);
    let (Some(property), Ok(seconds)) = (property, seconds.parse()) else {
        eprintln!("which target, and for how many seconds?");
        return ExitCode::from(2);
    };
    let entries = fs::read_dir(folder).expect("the folder of the target's seeds");
    let seeds: Vec<Vec<u8>> =
        entries.filter_map(|entry| fs::read(entry.ok()?.path()).ok()).collect();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    let (started, mut state, mut executions) = (Instant::now(), 1_u64, 0_u64);
    while started.elapsed() < Duration::from_secs(seconds) {
        let mut input = seeds[below(&mut state, seeds.len())].clone();
        for _ in 0..=below(&mut state, 8) {
            mutate(&mut input, &seeds, &mut state);
        }
        input.truncate(16_384);
        if std::panic::catch_unwind(|| property(&input)).is_err() {
            fs::write(format!("failed-{target}"), &input).expect("the input can be kept");
            eprintln!("the property does not hold: failed-{target}");
            return ExitCode::FAILURE;
        }
        executions += 1;
    }
    println!("{target}: {executions} blind executions in {seconds} s, the property held");
    ExitCode::SUCCESS
}

/// SplitMix64, up to `bound`.
fn below(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
}

fn mutate(input: &mut Vec<u8>, seeds: &[Vec<u8>], state: &mut u64) {
    let at = below(state, input.len());
    match below(state, 6) {
        _ if input.is_empty() => input.push(below(state, 256) as u8),
        0 => input[at] ^= 1 << below(state, 8),
        1 => input[at] = below(state, 256) as u8,
        2 => input.insert(at, below(state, 256) as u8),
        3 => drop(input.drain(at..(at + 1 + below(state, 8)).min(input.len()))),
        4 => {
            let other = &seeds[below(state, seeds.len())];
            let from = below(state, other.len());
            let piece = &other[from..other.len().min(from + 1 + below(state, 64))];
            drop(input.splice(at..at, piece.iter().copied()));
        }
        _ => {
            let piece = input[at..input.len().min(at + 1 + below(state, 32))].to_vec();
            let to = below(state, input.len());
            drop(input.splice(to..to, piece));
        }
    }
}
