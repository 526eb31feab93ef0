//! `mediaseal trust`: who may sign for a publisher, and what it withdraws.
//!
//! One file a subcommand. The editing ones prepare the next document, or
//! change the one that nobody has signed yet; `sign` and `attach` collect root
//! signatures; `export` hands out only what is fully signed.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use mediaseal::sign::files::shown;
use mediaseal::sign::trust_draft::{self, Edit};
use mediaseal::sign::trust_editing as editing;
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::verify::outcome::{Failure, Outcome};

use crate::screen;

mod add;
mod attach;
mod diff;
mod epoch;
mod export;
mod floor;
mod new;
mod remove;
mod roles;
mod show;
mod sign;
mod status;
mod update;
mod withdraw;

const EXAMPLE: &str = "\
Example:
  mediaseal trust new --publisher example-support --out trust \\
    --root carla.pub --root diego.pub --root-threshold 2 \\
    --release alice.pub --release bruno.pub --release-threshold 2
  mediaseal trust sign trust --key carla.key
  mediaseal trust sign trust --key diego.key
  mediaseal trust export trust --out example-support.anchor";

/// A subcommand: its definition, and what it does.
type Subcommand = (fn() -> Command, fn(&ArgMatches) -> Result<Outcome, Failure>);

/// Every subcommand, in the order of the help. A new one is one line here.
const SUBCOMMANDS: &[Subcommand] = &[
    (new::command, new::run),
    (add::command, add::run),
    (remove::command, remove::run),
    (withdraw::command, withdraw::run),
    (floor::command, floor::run),
    (epoch::command, epoch::run),
    (sign::command, sign::run),
    (attach::command, attach::run),
    (status::command, status::run),
    (show::command, show::run),
    (diff::command, diff::run),
    (export::command, export::run),
    (update::command, update::run),
];

/// A required path, positional unless it is given a long name.
fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help).required(true)
}

/// The positional argument of most subcommands.
fn folder() -> Arg {
    path("folder", "DIR", "The folder of trust documents")
}

/// The definition.
pub fn command() -> Command {
    Command::new("trust")
        .about("Makes, changes, signs and exports trust documents")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(SUBCOMMANDS.iter().map(|(command, _)| command()))
        .after_help(EXAMPLE)
}

/// Runs the one that was named.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(Outcome::Usage);
    };
    let run = SUBCOMMANDS.iter().find(|(command, _)| command().get_name() == name);
    run.map_or(Ok(Outcome::Usage), |(_, run)| run(matches))
}

/// Applies edits to the folder that was named, and shows what came of them.
fn prepare(matches: &ArgMatches, edits: &[Edit]) -> Result<Outcome, Failure> {
    let Some(root) = matches.get_one::<PathBuf>("folder") else {
        return Ok(Outcome::Usage);
    };
    let prepared = trust_draft::apply(root, edits)?;
    screen::data(&shown(&prepared.path))?;
    screen::talk(&editing::review(&TrustFolder::read(root)?).to_string());
    let word = if prepared.changed { "changed" } else { "prepared" };
    screen::talk(&format!(
        "  Trust document {} {word}; nobody has signed it yet. What would fail:\n  \
         mediaseal trust diff DIR --release R. Then: mediaseal trust sign DIR --key KEY",
        prepared.version
    ));
    Ok(Outcome::Done)
}
