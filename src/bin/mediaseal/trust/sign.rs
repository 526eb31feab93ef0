//! `mediaseal trust sign`: a root holder reads the newest document and signs it.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};
use mediaseal::sign::files::shown;
use mediaseal::sign::trust_editing as editing;
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::verify::outcome::{Failure, Outcome};

use super::folder;
use crate::{key_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal trust sign trust --key carla.key
  mediaseal trust sign trust --key carla.key --yes-version 1
  mediaseal trust sign trust --print        shows the line for minisign";

/// The definition.
pub fn command() -> Command {
    let command = Command::new("sign").about("Shows the newest trust document and signs it");
    key_option::key_or_print(command.arg(folder()))
        .arg(
            Arg::new("yes-version")
                .long("yes-version")
                .value_name("N")
                .help("Confirm without a terminal"),
        )
        .after_help(EXAMPLE)
}

/// Shows and signs.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(root) = matches.get_one::<PathBuf>("folder") else {
        return Ok(Outcome::Usage);
    };
    let key = matches.get_one("key").map(PathBuf::as_path).map(key_option::read).transpose()?;
    let folder = TrustFolder::read(root)?;
    screen::talk(&editing::review(&folder).to_string());
    let Some(key) = key else {
        let [sign, attach] = editing::stock_commands(&folder, None);
        screen::talk(
            "  In that folder, with the 16 digits of your key id in place of <key-id>;\n  \
             compare the document's SHA-256 with the code before.\n",
        );
        screen::data(&format!("{sign}\n{attach}"))?;
        return Ok(Outcome::Done);
    };
    let key = key_option::unlock(key, matches)?;
    let name = editing::may_sign(&folder, &key.public())?;
    if folder.is_signed_by(&key.public()) {
        screen::talk(&format!("  Already signed by {name}; nothing to do."));
        return Ok(Outcome::Done);
    }
    let typed = screen::confirm(
        &format!("Type the document's number to sign it as {name}:"),
        matches.get_one("yes-version"),
        "--yes-version N",
    )?;
    let path = editing::sign(&folder, &key, &typed)?;
    screen::data(&shown(&path))?;
    Ok(Outcome::Done)
}
