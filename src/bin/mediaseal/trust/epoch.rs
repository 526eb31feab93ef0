//! `mediaseal trust epoch`: a product starts anew, after stolen release keys.

use clap::{Arg, ArgMatches, Command};
use mediaseal::seal::names::{Identifier, Number};
use mediaseal::sign::trust_draft::Edit;
use mediaseal::verify::outcome::{Failure, Outcome};

use super::{floor, folder, prepare};

const EXAMPLE: &str = "\
Example:
  mediaseal trust epoch trust lrm-security-patch
  mediaseal trust epoch trust lrm-security-patch 5

From then on only releases of this epoch pass; their sequence begins at 1
again. It is the way out when somebody with stolen release keys has made a
release with the highest sequence there is.";

/// The definition.
pub fn command() -> Command {
    Command::new("epoch")
        .about("Prepares a document that starts a product anew")
        .arg(folder())
        .arg(floor::product())
        .arg(
            Arg::new("epoch")
                .value_name("EPOCH")
                .value_parser(floor::number)
                .help("Its number; without it, the next one"),
        )
        .after_help(EXAMPLE)
}

/// Prepares it.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(product) = matches.get_one::<Identifier>("product") else {
        return Ok(Outcome::Usage);
    };
    let epoch = matches.get_one::<Number>("epoch").copied();
    prepare(matches, &[Edit::Epoch(product.clone(), epoch)])
}
