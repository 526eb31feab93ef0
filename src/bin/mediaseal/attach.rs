//! `mediaseal attach`: a signature that minisign itself made.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use mediaseal::sign::attach;
use mediaseal::sign::files::{shown, tidy_release};
use mediaseal::verify::outcome::{Failure, Outcome};

use crate::{force_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal sign out/release --print        shows the line for minisign
  mediaseal attach out/release SHA256SUMS.7C21B9F000112233.minisig

The signature is checked, brought to the canonical form and put in its place.
A folder of trust documents is taken, too, with a signature of one of them.";

/// The definition.
pub fn command() -> Command {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        let parser = value_parser!(PathBuf);
        Arg::new(name).value_name(value).required(true).value_parser(parser).help(help)
    };
    Command::new("attach")
        .about("Takes over a signature that minisign itself made")
        .arg(path("folder", "RELEASE", "The release folder, or one of trust documents"))
        .arg(path("file", "FILE.minisig", "The signature"))
        .arg(force_option::argument("Replace another signature of the same key"))
        .after_help(EXAMPLE)
}

/// Checks all files before the first one is put in its place; for `trust
/// attach`, too.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(folder) = matches.get_one::<PathBuf>("folder") else {
        return Ok(Outcome::Usage);
    };
    tidy_release(folder)?;
    let files = matches.get_many::<PathBuf>("file").unwrap_or_default();
    let checked = files.map(|file| {
        attach::check(folder, file).map_err(|error| {
            let failure = Failure::from(error);
            // Which file it is about is clear to the program, not to a person.
            Failure { what: format!("{}: {}", shown(file), failure.what), ..failure }
        })
    });
    for attached in checked.collect::<Result<Vec<_>, _>>()? {
        attach::write(&attached, force_option::existing(matches))?;
        screen::talk(&format!("  Signature of {}, checked.", attached.signer));
        screen::data(&shown(&attached.path))?;
    }
    Ok(Outcome::Done)
}
