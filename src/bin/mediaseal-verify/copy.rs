//! `copy SOURCE`: check, and copy what was checked in the same read.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::install::copy::{self, Copied};
use mediaseal::text::{Language, Table, fill};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;
use mediaseal::verify::session::failure;

use crate::args::option;
use crate::check::{print, shown};
use crate::console::{complain, talk};
use crate::setting;

/// The command line of `copy`.
pub fn command(table: &'static Table) -> Command {
    let help = &table.help;
    let path = clap::value_parser!(PathBuf);
    Command::new("copy")
        .about(help.copy)
        .after_help(help.copy_example)
        .args(setting::arguments(table))
        .arg(option("to", "DIR", help.to_option, table).value_parser(path))
}

/// Copies and says where.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    let labels = &language.table().labels;
    let asked = setting::asked(matches);
    let Some(destination) = matches.get_one::<PathBuf>("to") else {
        let entry = language.table().failures.destination_missing;
        return Err(failure(Outcome::Usage, entry, &[]));
    };
    let done = copy::run(&asked, destination, &System, language)?;
    print(&done.report, &done.ending(), matches.get_flag("json"), language);
    if let Some(version) = done.learned {
        talk(&fill(labels.learned, &[("version", version.to_string())]));
    }
    match &done.copied {
        Some(Copied::New(path)) => talk(&fill(labels.copied, &[shown(path)])),
        Some(Copied::AlreadyThere(path)) => talk(&fill(labels.copied_already, &[shown(path)])),
        None => talk(labels.not_copied),
    }
    if let Some(path) = &done.record {
        talk(&fill(labels.record, &[shown(path)]));
    }
    if let (Some(_), Some(_)) = (&done.copied, &done.failure) {
        talk(labels.copy_stands);
    }
    if let Some(failure) = &done.failure {
        complain(labels.error, failure);
    }
    Ok(done.ending().outcome)
}
