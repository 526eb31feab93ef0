//! `show SOURCE`: what a release says of itself, without a verdict.

use clap::{ArgMatches, Command};
use mediaseal::text::{Language, Table, wrap};
use mediaseal::verify::claims;
use mediaseal::verify::outcome::{Failure, Outcome};

use crate::args::{option, positional};
use crate::console::say;

/// The command line of `show`.
pub fn command(table: &'static Table) -> Command {
    let help = &table.help;
    let path = clap::value_parser!(std::path::PathBuf);
    Command::new("show")
        .about(help.show)
        .after_help(help.show_example)
        .arg(positional("source", "SOURCE", help.source_argument, table))
        .arg(option("state", "DIR", help.state_option, table).value_parser(path).hide(true))
}

/// Prints the claims.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    let labels = &language.table().labels;
    let path = matches.get_one::<std::path::PathBuf>("source").cloned().unwrap_or_default();
    let claims = claims::read(&path).map_err(|error| {
        let entry = language.table().findings.source_error;
        let values = [("detail", error.words(language))];
        mediaseal::verify::session::failure(Outcome::Io, entry, &values)
    })?;
    say(&wrap(labels.show_heading, "", 80));
    say("");
    say(claims::render(&claims, language).trim_end());
    say("");
    say(labels.show_no_verdict);
    Ok(Outcome::Done)
}
