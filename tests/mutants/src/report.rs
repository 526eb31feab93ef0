//! The table of docs/ASSURANCE.md, and every survivor that nobody has explained.
//!
//! The file of explanations has a reason on a line of its own (`# reason`), and
//! below it the keys that it holds for. An explanation for what did not survive
//! is a fault too: it hides that the code has changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::ExitCode;

use crate::list::{Form, Mutant};
use crate::results::{self, Ending};
use crate::work::{Fault, Work};

/// The file of this repository.
pub const EXPLAINED: &str = "tests/mutants/explained.txt";

/// Keys that the file explains.
pub fn explained(text: &str) -> Result<BTreeSet<String>, Fault> {
    let (mut keys, mut reason) = (BTreeSet::new(), false);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with('#') {
            reason = true;
        } else if !reason {
            return Err(format!("no reason above {line}").into());
        } else if !keys.insert(line.to_string()) {
            return Err(format!("explained twice: {line}").into());
        }
    }
    Ok(keys)
}

/// What the columns of the table count.
#[derive(Default)]
struct Counts {
    listed: usize,
    endings: BTreeMap<Ending, usize>,
    other_system: usize,
    open: usize,
}

impl Counts {
    fn add(&mut self, mutant: &Mutant, ending: Option<Ending>) {
        self.listed += 1;
        match (mutant.form, ending) {
            (Form::OtherSystem, _) => self.other_system += 1,
            (_, Some(Ending::Passed)) => self.open += 1,
            (_, Some(ending)) => *self.endings.entry(ending).or_default() += 1,
            (_, None) => self.open += 1,
        }
    }

    fn row(&self, name: &str) -> String {
        let of = |ending| self.endings.get(&ending).copied().unwrap_or(0);
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} |",
            self.listed,
            of(Ending::Caught),
            of(Ending::TimedOut),
            of(Ending::Unviable),
            of(Ending::Survived) + of(Ending::NotMet),
            self.other_system,
            self.open
        )
    }
}

/// Prints the table and what is left to explain; a failure where there is any,
/// or where a mutant has no result.
pub fn report(work: &Work, explanations: &str) -> Result<ExitCode, Fault> {
    let mutants: Vec<Mutant> = work.load("mutants.json")?;
    let results = results::load(work)?;
    let explained = explained(&fs::read_to_string(explanations)?)?;
    let (mut rooms, mut total) = (BTreeMap::<&str, Counts>::new(), Counts::default());
    let mut survivors = BTreeMap::new();
    for mutant in &mutants {
        let result = results.get(&mutant.key);
        let ending = match mutant.form {
            Form::Unviable => Some(Ending::Unviable),
            _ => result.map(|outcome| outcome.ending),
        };
        if let (Some(Ending::Survived | Ending::NotMet), Some(result)) = (ending, result) {
            survivors.insert(mutant.key.as_str(), result);
        }
        let room = mutant.file.rsplit_once('/').map_or("", |(room, _)| room);
        rooms.entry(room).or_default().add(mutant, ending);
        total.add(mutant, ending);
    }
    println!(
        "| room | mutants | caught | timed out | do not compile | survived | for Windows alone | not tried |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (name, counts) in &rooms {
        println!("{}", counts.row(&format!("`{name}`")));
    }
    println!("{}", total.row("all"));
    let mut left = 0;
    for (key, outcome) in &survivors {
        if !explained.contains(*key) {
            println!("not explained: {key} [{:?}, {}]", outcome.ending, outcome.by);
            left += 1;
        }
    }
    for key in explained.iter().filter(|key| !survivors.contains_key(key.as_str())) {
        println!("explained, but no survivor: {key}");
        left += 1;
    }
    println!("{} survivors, {left} without a true explanation", survivors.len());
    Ok(ExitCode::from(u8::from(left > 0 || total.open > 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_explanation_has_a_reason_and_stands_once() {
        assert_eq!(explained("# speed alone\na: b in c\n\na: b in c #2\n").unwrap().len(), 2);
        assert!(explained("a: b in c\n").is_err());
        assert!(explained("# x\na\na\n").is_err());
    }
}
