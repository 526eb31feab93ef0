//! `mediaseal trust attach`: a root signature that came as a file.

use clap::{ArgMatches, Command};
use mediaseal::verify::outcome::{Failure, Outcome};

use crate::attach;

const EXAMPLE: &str = "\
Example:
  mediaseal trust attach trust 2.json.7C21B9F000112233.minisig

Root holders sign on their own computers: each gets a copy of the folder and
sends back the one file that mediaseal trust sign, or minisign, wrote.";

/// The definition.
pub fn command() -> Command {
    attach::command().about("Takes over a root signature that came as a file").after_help(EXAMPLE)
}

/// Checks and places it.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    attach::run(matches)
}
