//! `mediaseal trust new`: trust document 1 of a new chain.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use mediaseal::seal::names::Identifier;
use mediaseal::seal::trust::{Holder, Role};
use mediaseal::sign::files::shown;
use mediaseal::sign::trust_changes::warnings;
use mediaseal::sign::trust_editing as editing;
use mediaseal::verify::outcome::{Failure, Outcome};

use super::path;
use crate::screen;

const EXAMPLE: &str = "\
Example:
  mediaseal trust new --publisher example-support --out trust \\
    --root carla.pub --root diego.pub --root-threshold 2 \\
    --release alice.pub --release bruno=b2.pub --release-threshold 2

A holder is called like the file (alice.pub: alice), or as in name=FILE.";

/// The definition.
pub fn command() -> Command {
    let keys = |name: &'static str, help: &'static str| {
        path(name, "PUB", help).long(name).num_args(1..).action(ArgAction::Append)
    };
    let threshold = |name: &'static str, help: &'static str| {
        let parser = value_parser!(u32);
        Arg::new(name).long(name).value_name("M").required(true).value_parser(parser).help(help)
    };
    Command::new("new")
        .about("Makes trust document 1")
        .arg(
            Arg::new("publisher")
                .long("publisher")
                .value_name("P")
                .required(true)
                .help("The organisation: 1 to 32 of a-z, 0-9 and -"),
        )
        .arg(path("out", "DIR", "A new or empty folder").long("out"))
        .arg(keys("root", "Public keys that sign trust documents"))
        .arg(threshold("root-threshold", "How many of them must"))
        .arg(keys("release", "Public keys that sign releases"))
        .arg(threshold("release-threshold", "How many of them must"))
        .after_help(EXAMPLE)
}

/// Writes the document; nobody has signed it yet.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (Some(publisher), Some(out)) =
        (matches.get_one::<String>("publisher"), matches.get_one::<PathBuf>("out"))
    else {
        return Ok(Outcome::Usage);
    };
    let publisher = Identifier::parse(publisher)
        .map_err(|error| Failure::new(Outcome::Usage, format!("--publisher: {error}"), ""))?;
    let document =
        editing::first_document(publisher, role(matches, "root")?, role(matches, "release")?);
    let code = editing::create(out, &document)?;
    for warning in warnings(&document) {
        screen::warning(&warning);
    }
    screen::data(&shown(&out.join("1.json")))?;
    screen::talk("  Publisher code of trust document 1 (once it is fully signed):");
    screen::talk(&format!("  {}", code.code_lines().join("\n  ")));
    screen::talk("  Every root holder now runs: mediaseal trust sign DIR --key KEY");
    Ok(Outcome::Done)
}

fn role(matches: &ArgMatches, name: &str) -> Result<Role, Failure> {
    let files = matches.get_many::<PathBuf>(name).unwrap_or_default();
    let keys: Result<Vec<Holder>, _> = files.map(|file| editing::read_holder(file)).collect();
    let threshold = matches.get_one(&format!("{name}-threshold")).copied().unwrap_or_default();
    Ok(Role { threshold, keys: keys? })
}
