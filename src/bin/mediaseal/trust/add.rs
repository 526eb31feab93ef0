//! `mediaseal trust add`: keys come, thresholds change.

use clap::{ArgMatches, Command};
use mediaseal::verify::outcome::{Failure, Outcome};

use super::{folder, prepare, roles};

const EXAMPLE: &str = "\
Example:
  mediaseal trust add trust --release emil.pub
  mediaseal trust add trust --root frida.pub --root-threshold 2
  mediaseal trust add trust --release-threshold 2

A holder is called like the file (emil.pub: emil), or as in name=FILE.
A new signer must sign what shall pass after the old one has left.";

/// The definition.
pub fn command() -> Command {
    let help = ["Public keys to sign trust documents", "Public keys to sign releases"];
    Command::new("add")
        .about("Prepares a document with more keys or other thresholds")
        .arg(folder())
        .args(roles::arguments("PUB", help))
        .group(roles::group())
        .after_help(EXAMPLE)
}

/// Prepares it.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let mut edits = roles::additions(matches)?;
    edits.extend(roles::thresholds(matches));
    prepare(matches, &edits)
}
