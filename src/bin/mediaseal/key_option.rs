//! `--key KEY` and `--password-file FILE`: from options to an opened key.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use mediaseal::sign::keyfile::{KeyFile, SigningKey};
use mediaseal::sign::password;
use mediaseal::verify::outcome::Failure;

use crate::screen;

/// The two options.
pub fn arguments() -> [Arg; 2] {
    [
        Arg::new("key")
            .long("key")
            .value_name("KEY")
            .value_parser(value_parser!(PathBuf))
            .help("Secret key file, NAME.key"),
        password_file(),
    ]
}

/// The same, or `--print` in place of a key: one of the two must be there.
pub fn key_or_print(command: Command) -> Command {
    let print = Arg::new("print").long("print").action(ArgAction::SetTrue);
    command
        .args(arguments())
        .arg(print.help("Show the line for minisign itself"))
        .group(ArgGroup::new("how").args(["key", "print"]).required(true))
}

/// `--password-file FILE` alone.
pub fn password_file() -> Arg {
    Arg::new("password-file")
        .long("password-file")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("Password: first line of FILE")
}

/// Reads the key file that the options name; its password is not asked yet.
pub fn read(path: &Path) -> Result<KeyFile, Failure> {
    let file = KeyFile::read(path)?;
    if let Some(warning) = password::readable_by_others(path) {
        screen::warning(&warning);
    }
    Ok(file)
}

/// Opens a key, with its password where it has one.
pub fn unlock(file: KeyFile, matches: &ArgMatches) -> Result<SigningKey, Failure> {
    let named: Option<&PathBuf> = matches.get_one("password-file");
    let password = match (file.is_encrypted(), named) {
        (false, _) => None,
        (true, Some(path)) => {
            warn_about(path);
            Some(password::from_file(path)?)
        }
        (true, None) => {
            let name = mediaseal::sign::files::shown(file.path());
            Some(password::ask(&format!("Password for {name}: "))?)
        }
    };
    Ok(file.unlock(password.as_ref())?)
}

/// Says so where others may read the password.
pub fn warn_about(path: &Path) {
    if let Some(warning) = password::readable_by_others(path) {
        screen::warning(&warning);
    }
}
