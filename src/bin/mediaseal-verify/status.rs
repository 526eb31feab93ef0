//! `status`: the records of this computer, and what is still to be done.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::install::failures::{journal_failed, open_state};
use mediaseal::install::status::{self, Writing};
use mediaseal::instrument::computer::Computer as _;
use mediaseal::instrument::this_computer::ThisComputer;
use mediaseal::text::{Language, Table};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::session::clock;

use crate::args::{flag, option};
use crate::console::{complain, say};
use crate::instrument;

/// The command line of `status`.
pub fn command(table: &'static Table) -> Command {
    let help = &table.install_help;
    let path = clap::value_parser!(PathBuf);
    Command::new("status")
        .about(help.status)
        .after_help(help.status_example)
        .arg(option("state", "DIR", table.help.state_option, table).value_parser(path))
        .arg(flag("json", help.json_option, table))
}

/// Shows.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    let state = match matches.get_one::<PathBuf>("state") {
        Some(state) => state.clone(),
        None => instrument::machine_state(language)?,
    };
    let folder = open_state(&state, language)?;
    let writing = match ThisComputer.elevated() {
        Ok(true) => Writing::Allowed,
        _ => Writing::No,
    };
    let looked = status::look(&folder, &ThisComputer, writing, clock())
        .map_err(|error| journal_failed(&error, language))?;
    match matches.get_flag("json") {
        true => say(&status::json(&looked, language)),
        false => say(status::text(&looked, language).trim_end()),
    }
    if let Some(failure) = looked.failure(language) {
        complain(language.table().labels.error, &failure);
    }
    Ok(looked.outcome())
}
