//! `mediaseal trust attach`: root signatures that came as files.

use clap::Command;

use super::{folder, path};
use crate::force_option;

const EXAMPLE: &str = "\
Example:
  mediaseal trust attach trust 2.json.7C21B9F000112233.minisig

Root holders sign on their own computers: each gets a copy of the folder and
sends back the one file that mediaseal trust sign, or minisign, wrote. All
files are checked before the first one is put in its place.";

/// The definition.
pub fn command() -> Command {
    Command::new("attach")
        .about("Takes over root signatures that came as files")
        .arg(folder())
        .arg(path("file", "FILE.minisig", "The signatures").num_args(1..))
        .arg(force_option::argument("Replace another signature of the same key"))
        .after_help(EXAMPLE)
}

pub use crate::attach::run;
