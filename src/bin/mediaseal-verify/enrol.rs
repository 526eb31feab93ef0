//! `enrol ANCHOR --code TEXT`: trust a publisher, once.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::text::{Language, Table, fill};
use mediaseal::verify::creation::Floors;
use mediaseal::verify::enrolment::{self, Enrolled, Enrolment};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::{self, System};
use mediaseal::verify::session::failure;
use mediaseal::verify::state::REPLACED;

use crate::args::{flag, option, positional};
use crate::check::shown;
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
        .arg(flag("recover", help.recover_option, table).conflicts_with("replace"))
        .arg(flag("replace", table.learning.replace_option, table))
}

/// Enrols and says whom.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    // clap has refused a command line without ANCHOR or --code.
    let anchor = matches.get_one::<PathBuf>("anchor").cloned().unwrap_or_default();
    let code = matches.get_one::<String>("code").cloned().unwrap_or_default();
    let kind = match (matches.get_flag("recover"), matches.get_flag("replace")) {
        (true, _) => Enrolment::Recover,
        (_, true) => Enrolment::Replace,
        _ => Enrolment::First,
    };
    if pinning::started_from_removable(&System) {
        let entry = language.table().failures.enrol_from_removable;
        return Err(failure(Outcome::TrustSetUp, entry, &[]));
    }
    let Enrolled { chain, floors } =
        enrolment::enrol(&setting::state(matches), &anchor, &code, kind, language)?;
    let labels = &language.table().labels;
    let newest = chain.newest();
    let version = ("version", chain.length().to_string());
    say(&fill(labels.enrolled, &[("publisher", chain.publisher().to_string()), version.clone()]));
    let [first, second] = newest.code.code_lines();
    say(&format!("  {first}"));
    say(&format!("  {second}\n  {}", fill(labels.publisher_code, &[version])));
    say(labels.compare_publisher_code);
    if kind == Enrolment::Replace {
        let folder = setting::state(matches).join(REPLACED);
        say(&fill(language.table().learning.replaced, &[shown(&folder)]));
    }
    if floors == Floors::Lost {
        say(labels.floors_lost);
    }
    Ok(Outcome::Done)
}
