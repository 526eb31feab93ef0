//! Tries each planted mutant on the tests that meet it, until one fails.
//!
//! Order of the tests: the one that caught it in an earlier tree, if any; those of
//! the mutant's own file, then all others of the library, then of the programs the one
//! that compares whole pages, the attacks, and everything else; the quick ones first. Quick tests share a
//! process. Order of the mutants: first those that no earlier tree had, last those
//! that are explained as survivors; so what may be a new survivor comes early. Where only the library's tests are built, a mutant that
//! they do not catch stays open until the programs are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::compile::Program;
use crate::list::{Form, Mutant};
use crate::report::{self, EXPLAINED};
use crate::results::{self, Ending, Outcome};
use crate::trace::{Test, limited};
use crate::work::{Fault, Work};

/// Tests share a process until they take so long together, in seconds.
const TOGETHER: f64 = 2.0;
/// A process may use so many times its time, and so many seconds more.
const PATIENCE: f64 = 8.0;
const GRACE: f64 = 20.0;
/// Seconds of tests on the programs that a mutant is tried on which all tests of
/// the library let through, ...
const SECONDS: f64 = 150.0;
/// ... and one that is explained by name already: the quickest, and an attack.
const SECONDS_EXPLAINED: f64 = 6.0;

/// What is known before a mutant is tried.
struct Known {
    programs: BTreeMap<String, Program>,
    tests: Vec<Test>,
    /// Results of earlier trees.
    before: BTreeMap<String, Outcome>,
    explained: BTreeSet<String>,
    done: BTreeMap<String, Outcome>,
}

/// The path of a file's module: `src/store/slots.rs` has `store::slots`.
fn module(file: &str) -> String {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.replace('/', "::")
}

/// Tests in their order as lists that share a process: of one program and rank.
fn batches<'a>(tests: &[&'a Test], rank: impl Fn(&Test) -> (u8, u8)) -> Vec<Vec<&'a Test>> {
    let mut tests = tests.to_vec();
    tests.sort_by(|a, b| rank(a).cmp(&rank(b)).then(a.seconds.total_cmp(&b.seconds)));
    let mut batches: Vec<Vec<&Test>> = Vec::new();
    for test in tests {
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

/// The tests that meet a mutant, in their order.
fn met_by<'a>(known: &'a Known, mutant: &Mutant) -> Vec<Vec<&'a Test>> {
    let own = format!("{}::", module(&mutant.file));
    let caught = known.before.get(&mutant.key).filter(|outcome| outcome.ending == Ending::Caught);
    let hint = caught.map_or("", |outcome| outcome.by.as_str());
    // What the library's tests said of it is not asked again.
    let passed = known.done.get(&mutant.key).is_some_and(|o| o.ending == Ending::Passed);
    let tests = known.tests.iter().filter(|test| test.meets.contains(&mutant.id));
    let tests: Vec<&Test> = tests.filter(|test| !passed || test.program != "lib").collect();
    batches(&tests, |test| match test.program.as_str() {
        _ if hint == format!("{}: {}", test.program, test.name) => (0, 0),
        "lib" => (1, u8::from(!test.name.starts_with(&own))),
        "cli" => (2, 0),
        program => (2, 1 + u8::from(!program.starts_with("threats_"))),
    })
}

/// Tries one mutant.
fn try_one(work: &Work, known: &Known, mutant: &Mutant, job: usize) -> Result<Outcome, Fault> {
    let batches = met_by(known, mutant);
    let all: usize = batches.iter().map(Vec::len).sum();
    let seconds = if known.explained.contains(&mutant.key) { SECONDS_EXPLAINED } else { SECONDS };
    let outcome = |ending, by| Outcome { key: mutant.key.clone(), ending, by };
    let (mut passed, mut spent) = (0, 0.0);
    for batch in &batches {
        let plain: f64 = batch.iter().map(|test| test.seconds).sum();
        let on_programs = batch[0].program != "lib";
        // At least one test of the programs, however long it takes.
        if on_programs && spent > 0.0 && spent + plain > seconds {
            break;
        }
        let program = &known.programs[&batch[0].program];
        let output = limited(work, program, plain * PATIENCE + GRACE, job)?
            .args(batch.iter().map(|test| test.name.as_str()))
            .args(["--exact", "--test-threads=1"])
            .env("MEDIASEAL_MUTANT", mutant.id.to_string())
            .output()?;
        if !output.status.success() {
            let late = results::is_late(&output);
            let ending = if late { Ending::TimedOut } else { Ending::Caught };
            return Ok(outcome(ending, format!("{}: {}", program.name, results::failure(&output))));
        }
        spent += if on_programs { plain } else { 0.0 };
        passed += batch.len();
    }
    let ending = match (known.programs.len(), known.done.get(&mutant.key)) {
        (1, _) => Ending::Passed,
        (_, Some(before)) if all == 0 && before.by.starts_with("0 of 0 ") => Ending::NotMet,
        (_, None) if all == 0 => Ending::NotMet,
        _ => Ending::Survived,
    };
    Ok(outcome(ending, format!("{passed} of {all} tests that meet it pass")))
}

/// Tries every planted mutant that has no result yet; with `names` those whose
/// key has one of them, also again. As many at once as there are processors.
pub fn try_all(work: &Work, names: &[String]) -> Result<(), Fault> {
    let mutants: Vec<Mutant> = work.load("mutants.json")?;
    let programs: Vec<Program> = work.load("programs.json")?;
    let mut known = Known {
        programs: programs.into_iter().map(|p| (p.name.clone(), p)).collect(),
        tests: work.load("tests.json")?,
        before: results::before(work)?,
        explained: report::explained(&fs::read_to_string(EXPLAINED)?)?,
        done: results::load(work)?,
    };
    if !names.is_empty() {
        known.done.retain(|key, _| !names.iter().any(|name| key.contains(name)));
    }
    let open = |mutant: &&Mutant| match known.done.get(&mutant.key).map(|outcome| outcome.ending) {
        None => true,
        Some(Ending::Passed) => known.programs.len() > 1,
        Some(_) => false,
    };
    let named =
        |mutant: &&Mutant| names.is_empty() || names.iter().any(|name| mutant.key.contains(name));
    let planted = mutants.iter().filter(|mutant| mutant.form == Form::Planted);
    let mut wanted: Vec<&Mutant> = planted.filter(named).filter(open).collect();
    wanted.sort_by_key(|mutant| {
        (known.explained.contains(&mutant.key), known.before.contains_key(&mutant.key))
    });
    let (next, added) = (AtomicUsize::new(0), Mutex::new(0));
    let one_job = |job: usize| -> Result<(), String> {
        while let Some(mutant) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = try_one(work, &known, mutant, job).map_err(|fault| fault.to_string())?;
            let mut added = added.lock().map_err(|_| "another job failed".to_string())?;
            results::add(work, &outcome).map_err(|fault| fault.to_string())?;
            *added += 1;
            let Outcome { key, ending, by } = outcome;
            println!("{}/{} {ending:?} {key} [{by}]", *added, wanted.len());
        }
        Ok(())
    };
    let jobs = thread::available_parallelism().map_or(1, usize::from);
    let ended: Vec<Result<(), String>> = thread::scope(|scope| {
        let started: Vec<_> = (0..jobs).map(|job| scope.spawn(move || one_job(job))).collect();
        let joined = started.into_iter().map(|job| job.join());
        joined.map(|ended| ended.unwrap_or_else(|_| Err("a job panicked".to_string()))).collect()
    });
    Ok(ended.into_iter().collect::<Result<(), String>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(program: &str, name: &str, seconds: f64) -> Test {
        let meets = BTreeSet::from([7]);
        Test { program: program.to_string(), name: name.to_string(), seconds, meets }
    }

    #[test]
    fn what_caught_it_before_is_asked_first_and_the_own_file_next() {
        let mutant: Mutant = serde_json::from_value(serde_json::json!({
            "id": 7, "key": "k", "name": "", "file": "src/store/slots.rs", "genre": "FnValue",
            "replacement": "", "span": {
                "start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 1} },
        }))
        .unwrap();
        let caught = |by: &str| Outcome { key: "k".into(), ending: Ending::Caught, by: by.into() };
        let mut known = Known {
            programs: BTreeMap::new(),
            tests: vec![
                test("lib", "seal::a", 0.1),
                test("lib", "store::slots::tests::b", 1.9),
                test("lib", "store::slots::tests::c", 0.2),
                test("store", "d", 0.1),
                test("trust", "g", 0.1),
                test("threats_seal", "e", 3.0),
                test("cli", "f", 9.0),
            ],
            before: BTreeMap::from([("k".to_string(), caught("store: d"))]),
            explained: BTreeSet::new(),
            done: BTreeMap::new(),
        };
        let names = |known: &Known| -> Vec<Vec<String>> {
            let name = |test: &&Test| test.name.rsplit(':').next().unwrap().to_string();
            met_by(known, &mutant).iter().map(|batch| batch.iter().map(name).collect()).collect()
        };
        assert_eq!(names(&known), [["d"], ["c"], ["b"], ["a"], ["f"], ["e"], ["g"]]);
        let passed = Outcome { ending: Ending::Passed, ..caught("3 of 3") };
        known.done.insert("k".to_string(), passed);
        assert_eq!(names(&known), [["d"], ["f"], ["e"], ["g"]]);
    }
}
