//! `mediaseal trust remove`: keys leave, at once and for every release.

use clap::{ArgMatches, Command};
use mediaseal::verify::outcome::{Failure, Outcome};

use super::{folder, prepare, roles};

const EXAMPLE: &str = "\
Example:
  mediaseal trust remove trust --release bruno
  mediaseal trust remove trust --release 7C21B9F000112233
  mediaseal trust remove trust --root diego --root-threshold 1

A key that leaves a role stops counting at once: sign again what shall pass,
and ask what would fail: mediaseal trust diff trust --release R.";

/// The definition.
pub fn command() -> Command {
    let help = ["Holders that no longer sign trust documents", "The same for releases"];
    Command::new("remove")
        .about("Prepares a document with fewer keys")
        .arg(folder())
        .args(roles::arguments("NAME", help))
        .group(roles::group())
        .after_help(EXAMPLE)
}

/// Prepares it.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let mut edits = roles::removals(matches);
    edits.extend(roles::thresholds(matches));
    prepare(matches, &edits)
}
