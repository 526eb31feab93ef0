//! Tries each planted mutant on the tests that meet it, until one fails.
//!
//! Order: tests of the mutant's own file, then all others of the library, then
//! the attacks, then everything else on the programs; the quick ones first. Quick tests share a process.

use std::collections::BTreeMap;

use crate::compile::Program;
use crate::list::{Form, Mutant};
use crate::results::{self, Ending, Outcome};
use crate::trace::{Test, limited};
use crate::work::{Fault, Work};

/// Tests share a process until they take so long together, in seconds.
const TOGETHER: f64 = 2.0;
/// A process may take so many times its time, for a busy machine, ...
const PATIENCE: f64 = 8.0;
/// ... and so many seconds.
const GRACE: f64 = 60.0;

/// The path of a file's module: `src/store/slots.rs` has `store::slots`.
fn module(file: &str) -> String {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.replace('/', "::")
}

/// The tests that meet a mutant, in their order, as lists that share a process.
fn batches<'a>(tests: &'a [Test], mutant: &Mutant) -> Vec<Vec<&'a Test>> {
    let own = format!("{}::", module(&mutant.file));
    let mut met: Vec<&Test> = tests.iter().filter(|test| test.meets.contains(&mutant.id)).collect();
    let rank = |test: &Test| match test.program == "lib" {
        true => (0, u8::from(!test.name.starts_with(&own))),
        false => (1, u8::from(!test.program.starts_with("threats_"))),
    };
    met.sort_by(|a, b| rank(a).cmp(&rank(b)).then(a.seconds.total_cmp(&b.seconds)));
    let mut batches: Vec<Vec<&Test>> = Vec::new();
    for test in met {
        if let Some(last) = batches.last_mut() {
            let together: f64 = last.iter().map(|test| test.seconds).sum();
            let alike = last[0].program == test.program && rank(last[0]) == rank(test);
            if alike && together + test.seconds < TOGETHER {
                last.push(test);
                continue;
            }
        }
        batches.push(vec![test]);
    }
    batches
}

/// Tries one mutant on at most `seconds` of tests.
fn try_one(
    work: &Work,
    programs: &BTreeMap<String, Program>,
    tests: &[Test],
    mutant: &Mutant,
    seconds: f64,
) -> Result<Outcome, Fault> {
    let batches = batches(tests, mutant);
    let all: usize = batches.iter().map(Vec::len).sum();
    let (mut passed, mut spent) = (0, 0.0);
    let outcome = |ending, by| Outcome { key: mutant.key.clone(), ending, by };
    for batch in &batches {
        let plain: f64 = batch.iter().map(|test| test.seconds).sum();
        if spent + plain > seconds {
            break;
        }
        let limit = plain * PATIENCE + GRACE;
        let program = &programs[&batch[0].program];
        let output = limited(work, program, limit)?
            .args(batch.iter().map(|test| test.name.as_str()))
            .args(["--exact", "--test-threads=1"])
            .env("MEDIASEAL_MUTANT", mutant.id.to_string())
            .output()?;
        if !output.status.success() {
            // Only what was ended from outside has no code, or that of a kill.
            let late = matches!(output.status.code(), None | Some(137));
            let ending = if late { Ending::TimedOut } else { Ending::Caught };
            return Ok(outcome(ending, format!("{}: {}", program.name, results::failure(&output))));
        }
        spent += plain;
        passed += batch.len();
    }
    let ending = if all == 0 { Ending::NotMet } else { Ending::Survived };
    Ok(outcome(ending, format!("{passed} of {all} tests that meet it pass")))
}

/// Tries every planted mutant that has no result yet; with `names` those whose
/// key has one of them, also again; with `--again` those that survived.
pub fn try_all(work: &Work, seconds: f64, names: &[String]) -> Result<(), Fault> {
    let mutants: Vec<Mutant> = work.load("mutants.json")?;
    let programs: Vec<Program> = work.load("programs.json")?;
    let programs = programs.into_iter().map(|p| (p.name.clone(), p)).collect();
    let tests: Vec<Test> = work.load("tests.json")?;
    let done = results::load(work)?;
    let wanted = |mutant: &&Mutant| match names {
        [] => !done.contains_key(&mutant.key),
        [again] if again == "--again" => done
            .get(&mutant.key)
            .is_some_and(|outcome| matches!(outcome.ending, Ending::Survived | Ending::NotMet)),
        names => names.iter().any(|name| mutant.key.contains(name)),
    };
    let planted = mutants.iter().filter(|mutant| mutant.form == Form::Planted);
    let wanted: Vec<&Mutant> = planted.filter(wanted).collect();
    for (number, mutant) in wanted.iter().enumerate() {
        let outcome = try_one(work, &programs, &tests, mutant, seconds)?;
        results::add(work, &outcome)?;
        println!(
            "{}/{} {:?} {} [{}]",
            number + 1,
            wanted.len(),
            outcome.ending,
            outcome.key,
            outcome.by
        );
    }
    Ok(())
}
