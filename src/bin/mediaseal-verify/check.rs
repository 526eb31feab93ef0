//! `check SOURCE`: one verdict about a key, image, zip or folder.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use mediaseal::seal::names::escape_path;
use mediaseal::text::{Language, Table, fill};
use mediaseal::verify::decide::TakeNothing;
use mediaseal::verify::json::Ending;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::{self, System};
use mediaseal::verify::record::{self, Action};
use mediaseal::verify::report::Report;
use mediaseal::verify::session::{self, clock, failure};
use mediaseal::verify::{json, text};

use crate::args::{flag, option};
use crate::console::{complain, say, talk};
use crate::setting;

/// The command line of `check`.
pub fn command(table: &'static Table) -> Command {
    let help = &table.help;
    let path = clap::value_parser!(PathBuf);
    Command::new("check")
        .about(help.check)
        .after_help(help.check_example)
        .args(setting::arguments(table))
        .arg(option("anchor", "FILE", help.anchor_option, table).value_parser(path.clone()))
        .arg(option("record", "DIR", help.record_option, table).value_parser(path))
        .arg(flag("learn", help.learn_option, table))
}

/// Checks, files the record, prints the report. What goes wrong beside the
/// check is said after the verdict and never hides it.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    let asked = setting::asked(matches);
    let labels = &language.table().labels;
    let mut said = Vec::new();
    let mut failures = Vec::new();
    let report = match session::open(&asked, &System, language)? {
        Err(report) => *report,
        Ok(mut session) => {
            let report = session.check(&mut TakeNothing, language).report;
            if matches.get_flag("learn") {
                match session.learn(&report, language) {
                    Ok(None) => {}
                    Ok(Some(version)) => {
                        said.push(fill(labels.learned, &[("version", version.to_string())]));
                    }
                    Err(failure) => failures.push(failure),
                }
            }
            report
        }
    };
    if let Some(folder) = matches.get_one::<PathBuf>("record") {
        let action = Action { name: "check", ..Action::default() };
        let entry = language.table().failures.record_failed;
        if pinning::would_change(&asked.source, folder, &System) {
            // Evidence of a check must not change what was checked.
            let inside = language.table().destination_faults.inside_source.what.to_string();
            let values = [shown(folder), ("detail", inside)];
            failures.push(failure(Outcome::Refused, entry, &values));
        } else {
            match record::file(folder, &report, &action, clock(), language) {
                Ok(path) => said.push(fill(labels.record, &[shown(&path)])),
                Err(error) => {
                    let values = [shown(folder), ("detail", error.words(language))];
                    failures.push(failure(Outcome::Io, entry, &values));
                }
            }
        }
    }
    let ending = failures.iter().fold(Ending::of(&report), Ending::with);
    print(&report, &ending, matches.get_flag("json"), language);
    said.iter().for_each(|line| talk(line));
    for failure in &failures {
        complain(labels.error, failure);
    }
    Ok(ending.outcome)
}

/// A path for a text.
pub fn shown(path: &Path) -> (&'static str, String) {
    ("path", escape_path(path))
}

/// The report as the person asked for it.
pub fn print(report: &Report, ending: &Ending, as_json: bool, language: Language) {
    match as_json {
        true => say(json::render(report, ending, language).trim_end()),
        false => say(text::render(report, language).trim_end()),
    }
}
