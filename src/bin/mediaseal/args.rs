//! The command line: which subcommands there are, and what became of one.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{ArgMatches, Command};
use mediaseal::seal::names::escape;
use mediaseal::verify::outcome::{Failure, Outcome};

use crate::{
    attach, build, card, confirm, demo, devices, drill, keygen, log, pack, rebuild, screen, sign,
    station, trust, write,
};

/// A subcommand: its definition, and what it does.
type Subcommand = (fn() -> Command, fn(&ArgMatches) -> Result<Outcome, Failure>);

/// Every subcommand, in the order of the help. A new one is one line here.
const SUBCOMMANDS: &[Subcommand] = &[
    (keygen::command, keygen::run),
    (trust::command, trust::run),
    (build::command, build::run),
    (sign::command, sign::run),
    (attach::command, attach::run),
    (rebuild::command, rebuild::run),
    (pack::command, pack::run),
    (devices::command, devices::run),
    (write::command, write::run),
    (confirm::command, confirm::run),
    (station::command, station::run),
    (card::command, card::run),
    (log::command, log::run),
    (demo::command, demo::run),
    (drill::command, drill::run),
];

/// Exit codes, for the help.
const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 FAIL, 2 usage, 3 input or output, 4 some targets failed,
5 refused for safety, 6 trust is not set up, 7 the installer failed,
130 cancelled.";

/// The whole command line.
pub fn command() -> Command {
    Command::new("mediaseal")
        .version(concat!(env!("CARGO_PKG_VERSION"), " (builder)"))
        .about("Makes sealed releases, signs them, puts them on media")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(SUBCOMMANDS.iter().map(|(command, _)| command()))
        .after_help(EXIT_CODES)
}

/// Runs what `arguments` ask for and says on standard error what went wrong.
pub fn run(arguments: impl Iterator<Item = OsString>) -> Outcome {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return explain(&error),
    };
    let Some((name, matches)) = matches.subcommand() else {
        return Outcome::Usage;
    };
    let run = SUBCOMMANDS.iter().find(|(command, _)| command().get_name() == name);
    match run.map(|(_, run)| run(matches)) {
        Some(Ok(outcome)) => outcome,
        Some(Err(failure)) => {
            screen::failure(&failure);
            failure.outcome
        }
        None => Outcome::Usage,
    }
}

/// Help and version are answers; everything else is a usage error.
fn explain(error: &clap::Error) -> Outcome {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            match screen::data(error.render().to_string().trim_end()) {
                Ok(()) => Outcome::Done,
                Err(failure) => failure.outcome,
            }
        }
        _ => {
            // Arguments are anybody's: a file's name must not act on the screen.
            let text = error.render().to_string();
            let lines: Vec<String> = text.trim_end().lines().map(escape).collect();
            screen::talk(&lines.join("\n"));
            Outcome::Usage
        }
    }
}
