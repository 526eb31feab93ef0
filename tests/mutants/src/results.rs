//! What came of each mutant, a line of JSON each, written as it becomes known:
//! a run that is broken off goes on behind the last line.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Output;

use serde::{Deserialize, Serialize};

use crate::work::{Fault, Work};

const NAME: &str = "results.jsonl";
const BEFORE: &str = "before.jsonl";

/// How a mutant ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Ending {
    /// A test failed.
    Caught,
    /// A test did not end in many times its time.
    TimedOut,
    /// The compiler refuses it.
    Unviable,
    /// Every test of the library that meets it passed; the programs are not tried
    /// yet. Counts as open.
    Passed,
    /// Every test that meets it passed, or as many as the time was for.
    Survived,
    /// No test comes by its code.
    NotMet,
}

/// What came of one mutant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub key: String,
    pub ending: Ending,
    /// The first test program and test that failed, or how many passed.
    pub by: String,
}

/// The results of this run so far; the last line about a mutant counts.
pub fn load(work: &Work) -> Result<BTreeMap<String, Outcome>, Fault> {
    read(work, NAME)
}

/// The results of earlier trees.
pub fn before(work: &Work) -> Result<BTreeMap<String, Outcome>, Fault> {
    read(work, BEFORE)
}

/// Makes this run's results those of an earlier tree.
pub fn set_aside(work: &Work) -> Result<(), Fault> {
    let Ok(text) = fs::read(work.path(NAME)) else { return Ok(()) };
    OpenOptions::new().create(true).append(true).open(work.path(BEFORE))?.write_all(&text)?;
    Ok(fs::remove_file(work.path(NAME))?)
}

fn read(work: &Work, name: &str) -> Result<BTreeMap<String, Outcome>, Fault> {
    let text = fs::read_to_string(work.path(name)).unwrap_or_default();
    let mut results = BTreeMap::new();
    for line in text.lines() {
        let outcome: Outcome = serde_json::from_str(line)?;
        results.insert(outcome.key.clone(), outcome);
    }
    Ok(results)
}

/// Adds one.
pub fn add(work: &Work, outcome: &Outcome) -> Result<(), Fault> {
    let mut file = OpenOptions::new().create(true).append(true).open(work.path(NAME))?;
    Ok(file.write_all(format!("{}\n", serde_json::to_string(outcome)?).as_bytes())?)
}

/// True where the process was ended from outside: its time was over.
pub fn is_late(output: &Output) -> bool {
    // `timeout` kills, and says 137 of what was killed below it; SIGXCPU is 24.
    matches!(output.status.signal(), Some(9 | 24))
        || matches!(output.status.code(), Some(124 | 137 | 152))
}

/// The first test that libtest says failed, or how the process ended.
pub fn failure(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let failed =
        text.lines().find_map(|line| line.strip_prefix("test ")?.strip_suffix(" ... FAILED"));
    failed.map_or_else(|| output.status.to_string(), str::to_string)
}
