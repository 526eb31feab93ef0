//! Mutation testing with one build: every mutant that `cargo mutants` lists is
//! planted into one copy of the library, each behind a switch that is read from
//! the environment, and the tests then run once for each mutant.
//!
//! Purpose: a build for each of 1,800 mutants takes a day; this takes about an
//! hour, so that it is done. `cargo mutants` decides what the mutants are; nothing is
//! left out of its list without being counted.
//!
//! ```text
//! mediaseal-mutants plant WORK     copies the tree, plants, builds until it builds
//! mediaseal-mutants trace WORK     every test without a mutant: must pass; which mutants it meets
//! mediaseal-mutants try WORK [PART OF A NAME...]
//! mediaseal-mutants programs WORK  builds the test programs, for "trace" and "try" again
//! mediaseal-mutants rest WORK      those that cannot be planted, one build each
//! mediaseal-mutants report WORK EXPLAINED
//! ```
//!
//! Started in the repository's root. Everything goes to WORK; each step goes on
//! where it was broken off. `report` ends with 1 if a mutant survived that
//! EXPLAINED does not have.

mod compile;
mod list;
mod plant;
mod report;
mod rest;
mod results;
mod trace;
mod trial;
mod work;

use std::process::ExitCode;

use work::{Fault, Work};

fn run(arguments: &[String]) -> Result<ExitCode, Fault> {
    let [command, folder, rest @ ..] = arguments else {
        return Err("usage: mediaseal-mutants plant|trace|try|programs|rest|report WORK ...".into());
    };
    let work = Work::open(folder)?;
    match (command.as_str(), rest) {
        ("plant", []) => compile::plant(&work)?,
        ("trace", []) => trace::trace(&work)?,
        ("try", names) => trial::try_all(&work, names)?,
        ("programs", []) => compile::add_programs(&work)?,
        ("rest", []) => rest::try_rest(&work)?,
        ("report", [explained]) => return report::report(&work, explained),
        _ => return Err(format!("{command}: not understood").into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    run(&arguments).unwrap_or_else(|fault| {
        eprintln!("mediaseal-mutants: {fault}");
        ExitCode::from(2)
    })
}
