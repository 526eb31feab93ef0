//! Mutants that no switch can hold, each by a build of its own in a plain copy:
//! constants, and functions that hide the type that they return.

use std::fs;

use crate::compile;
use crate::list::{Form, Mutant, Place};
use crate::results::{self, Ending, Outcome};
use crate::trace::limited;
use crate::work::{Fault, Work};

/// Test programs, in the order in which they are tried: the first compares the
/// limits with FORMAT.md and is built quickly.
const PROGRAMS: [&[&str]; 3] = [
    &["--test", "house"],
    &["--lib"],
    &["--test", "threats_*", "--test", "trust", "--test", "sources", "--test", "install"],
];
/// Seconds for one program.
const LIMIT: f64 = 1_800.0;

/// The byte where a place is in `code`.
fn offset(code: &str, place: Place) -> Result<usize, Fault> {
    let before: usize = code.split_inclusive('\n').take(place.line - 1).map(str::len).sum();
    let line = code[before..].split('\n').next().unwrap_or_default();
    let column: usize = line.chars().take(place.column - 1).map(char::len_utf8).sum();
    match column <= line.len() {
        true => Ok(before + column),
        false => Err("a place behind the end of its line".into()),
    }
}

/// `code` with the mutant in it, as cargo-mutants writes it.
fn mutated(code: &str, mutant: &Mutant) -> Result<String, Fault> {
    let (start, end) = (offset(code, mutant.span.start)?, offset(code, mutant.span.end)?);
    Ok(format!("{} {} {}", &code[..start], mutant.replacement, &code[end..]))
}

fn try_one(work: &Work, mutant: &Mutant) -> Result<Outcome, Fault> {
    let outcome = |ending, by: &str| Outcome { key: mutant.key.clone(), ending, by: by.into() };
    let mut passed = 0;
    for tests in PROGRAMS {
        let Some(programs) = compile::programs(work, tests)? else {
            return Ok(outcome(Ending::Unviable, "does not compile"));
        };
        for program in &programs {
            let output = limited(work, program, LIMIT, 0)?.output()?;
            if output.status.success() {
                passed += 1;
                continue;
            }
            let late = results::is_late(&output);
            let ending = if late { Ending::TimedOut } else { Ending::Caught };
            let by = format!("{}: {}", program.name, results::failure(&output));
            return Ok(outcome(ending, &by));
        }
    }
    Ok(outcome(Ending::Survived, &format!("{passed} test programs pass")))
}

/// Tries those that have no result yet.
pub fn try_rest(work: &Work) -> Result<(), Fault> {
    let mutants: Vec<Mutant> = work.load("mutants.json")?;
    let done = results::load(work)?;
    let plain = work.beside("alone");
    plain.copy_tree()?;
    for mutant in &mutants {
        if mutant.form != Form::Alone || done.contains_key(&mutant.key) {
            continue;
        }
        let code = fs::read_to_string(&mutant.file)?;
        let path = plain.tree().join(&mutant.file);
        fs::write(&path, mutated(&code, mutant)?)?;
        let tried = try_one(&plain, mutant);
        fs::write(&path, code)?;
        let outcome = tried?;
        results::add(work, &outcome)?;
        println!("{:?} {} [{}]", outcome.ending, outcome.key, outcome.by);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters_from_one() {
        let code = "ab\néc d\n";
        let at = |line, column| offset(code, Place { line, column }).unwrap();
        assert_eq!([at(1, 1), at(1, 3), at(2, 1), at(2, 2), at(2, 4)], [0, 2, 3, 5, 7]);
        assert!(offset(code, Place { line: 1, column: 4 }).is_ok_and(|at| at == 2));
    }
}
