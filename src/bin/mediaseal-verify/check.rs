//! `check SOURCE`: one verdict about a key, image, zip or folder.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::text::{Language, Table, fill};
use mediaseal::verify::decide::TakeNothing;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;
use mediaseal::verify::record::{self, Action};
use mediaseal::verify::report::Report;
use mediaseal::verify::session::{self, clock, failure};
use mediaseal::verify::{json, text};

use crate::args::{flag, option};
use crate::console::{say, talk};
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

/// Checks, prints the report, files the record.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    let asked = setting::asked(matches);
    let report = match session::open(&asked, &System, language)? {
        Err(report) => *report,
        Ok(mut session) => {
            let report = session.check(&mut TakeNothing, language).report;
            if matches.get_flag("learn")
                && let Some(version) = session.learn(&report, language)?
            {
                let labels = &language.table().labels;
                talk(&fill(labels.learned, &[("version", version.to_string())]));
            }
            report
        }
    };
    print(&report, matches.get_flag("json"), language);
    let outcome = report.verdict().outcome();
    if let Some(folder) = matches.get_one::<PathBuf>("record") {
        let action = Action { name: "check", ..Action::default() };
        let path = record::file(folder, &report, &action, clock(), language).map_err(|error| {
            let values = [("path", folder.display().to_string()), ("detail", error.to_string())];
            // A FAIL stays a FAIL where its evidence could not be filed.
            let outcome = if outcome == Outcome::Done { Outcome::Io } else { outcome };
            failure(outcome, language.table().failures.record_failed, &values)
        })?;
        let line = fill(language.table().labels.record, &[("path", path.display().to_string())]);
        talk(&line);
    }
    Ok(outcome)
}

/// The report as the person asked for it.
pub fn print(report: &Report, as_json: bool, language: Language) {
    match as_json {
        true => say(json::render(report, language).trim_end()),
        false => say(text::render(report, language).trim_end()),
    }
}
