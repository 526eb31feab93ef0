//! `enrol ANCHOR --code TEXT`: trust a publisher, once.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::text::{Language, Table, fill};
use mediaseal::verify::enrolment::{self, Enrolled, Enrolment};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::state::Floors;

use crate::args::{flag, option, positional};
use crate::console::say;
use crate::setting;

/// The command line of `enrol`.
pub fn command(table: &'static Table) -> Command {
    let help = &table.help;
    let path = clap::value_parser!(PathBuf);
    Command::new("enrol")
        .about(help.enrol)
        .after_help(help.enrol_example)
        .arg(positional("anchor", "ANCHOR", help.anchor_argument, table))
        .arg(option("code", "TEXT", help.code_option, table).required(true))
        .arg(option("state", "DIR", help.state_option, table).value_parser(path))
        .arg(flag("recover", help.recover_option, table))
}

/// Enrols and says whom.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    // clap has refused a command line without ANCHOR or --code.
    let anchor = matches.get_one::<PathBuf>("anchor").cloned().unwrap_or_default();
    let code = matches.get_one::<String>("code").cloned().unwrap_or_default();
    let kind = match matches.get_flag("recover") {
        true => Enrolment::Recover,
        false => Enrolment::First,
    };
    let Enrolled { chain, floors } =
        enrolment::enrol(&setting::state(matches), &anchor, &code, kind, language)?;
    let labels = &language.table().labels;
    let newest = chain.newest();
    let version = ("version", chain.length().to_string());
    say(&fill(labels.enrolled, &[("publisher", chain.publisher().to_string()), version.clone()]));
    let [first, second] = newest.code.code_lines();
    say(&format!("  {first}"));
    say(&format!("  {second}   {}", fill(labels.publisher_code, &[version])));
    say(labels.compare_publisher_code);
    if floors == Floors::Lost {
        say(labels.floors_lost);
    }
    Ok(Outcome::Done)
}
