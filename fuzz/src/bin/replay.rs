//! Runs every property over its committed seeds, on a stable compiler and
//! without an engine: `replay SEEDS`. Says how many inputs each target had, and
//! fails where a target has none.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use mediaseal_fuzz::TARGETS;

fn main() -> ExitCode {
    let Some(seeds) = env::args_os().nth(1) else {
        eprintln!("which folder of seeds?");
        return ExitCode::from(2);
    };
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
        let outcome = std::panic::catch_unwind(|| property(&bytes));
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
