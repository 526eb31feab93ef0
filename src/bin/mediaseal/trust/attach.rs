//! `mediaseal trust attach`: root signatures that came as files.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use mediaseal::sign::attach;
use mediaseal::sign::files::{Existing, shown};
use mediaseal::verify::outcome::{Failure, Outcome};

use super::{folder, path};
use crate::screen;

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
        .arg(
            Arg::new("force")
                .long("force")
                .action(ArgAction::SetTrue)
                .help("Replace another signature of the same key"),
        )
        .after_help(EXAMPLE)
}

/// Checks all and places them.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(folder) = matches.get_one::<PathBuf>("folder") else {
        return Ok(Outcome::Usage);
    };
    let existing = match matches.get_flag("force") {
        true => Existing::Replace,
        false => Existing::Refuse,
    };
    let files = matches.get_many::<PathBuf>("file").unwrap_or_default();
    let checked = files.map(|file| {
        attach::check(folder, file).map_err(|error| {
            let failure = Failure::from(error);
            Failure { what: format!("{}: {}", shown(file), failure.what), ..failure }
        })
    });
    for attached in checked.collect::<Result<Vec<_>, _>>()? {
        attach::write(&attached, existing)?;
        screen::talk(&format!("  Signature of {}, checked.", attached.signer));
        screen::data(&shown(&attached.path))?;
    }
    Ok(Outcome::Done)
}
