//! `--force`: whether something that is there may be replaced.

use clap::{Arg, ArgAction, ArgMatches};
use mediaseal::sign::files::Existing;

/// The option; `help` says what it replaces.
pub fn argument(help: &'static str) -> Arg {
    Arg::new("force").long("force").action(ArgAction::SetTrue).help(help)
}

/// What was asked for; without the option nothing is replaced.
pub fn existing(matches: &ArgMatches) -> Existing {
    match matches.get_flag("force") {
        true => Existing::Replace,
        false => Existing::Refuse,
    }
}
