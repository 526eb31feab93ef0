//! `mediaseal keygen`: a signing key, as minisign's two files.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use mediaseal::sign::files::{Existing, FileError, shown};
use mediaseal::sign::keyfile::{NewKey, key_paths};
use mediaseal::sign::password;
use mediaseal::verify::outcome::{Failure, Outcome};

use crate::key_option::{password_file, warn_about};
use crate::{force_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal keygen --out alice
    alice.key   the secret key: keep it, show it to nobody, have a copy
    alice.pub   the public key: for trust documents; anybody may have it

The public key goes to standard output, too. minisign can use both files.";

/// The definition.
pub fn command() -> Command {
    Command::new("keygen")
        .about("Makes a signing key")
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("NAME")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Write NAME.key and NAME.pub"),
        )
        .arg(password_file())
        .arg(
            Arg::new("no-password")
                .long("no-password")
                .action(ArgAction::SetTrue)
                .conflicts_with("password-file")
                .help("Leave the secret key unencrypted"),
        )
        .arg(force_option::argument("Replace an existing key; it is lost then"))
        .after_help(EXAMPLE)
}

/// Makes the key.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(name) = matches.get_one::<PathBuf>("out") else {
        return Ok(Outcome::Usage);
    };
    let existing = force_option::existing(matches);
    // Said before a password is asked for.
    let paths = key_paths(name);
    let there = [&paths.secret, &paths.public].into_iter().find(|path| path.exists());
    if let (Existing::Refuse, Some(path)) = (existing, there) {
        return Err(FileError::exists(path).into());
    }
    let key = match matches.get_flag("no-password") {
        true => {
            screen::warning("the secret key has no password: who has the file can sign");
            NewKey::generate(None)?
        }
        false => {
            let file: Option<&PathBuf> = matches.get_one("password-file");
            if let Some(file) = file {
                warn_about(file);
            }
            NewKey::generate(Some(&password::new_password(file.map(PathBuf::as_path))?))?
        }
    };
    let paths = key.write(name, existing)?;
    screen::talk(&format!("  Secret key  {}", shown(&paths.secret)));
    screen::talk(&format!("  Public key  {}", shown(&paths.public)));
    screen::talk(&format!("  Key id      {}", key.public().id()));
    screen::data(&key.public().to_string())?;
    Ok(Outcome::Done)
}
