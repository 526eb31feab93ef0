//! `mediaseal trust floor`: the oldest release of a product that may be used.

use clap::{Arg, ArgMatches, Command};
use mediaseal::seal::names::{Identifier, Number};
use mediaseal::sign::trust_draft::Edit;
use mediaseal::verify::outcome::{Failure, Outcome};

use super::{folder, prepare};

const EXAMPLE: &str = "\
Example:
  mediaseal trust floor trust lrm-security-patch 7

Releases of the product's epoch with a lower sequence fail from then on. A
floor never falls; --accept-older does not help against it.";

/// The definition.
pub fn command() -> Command {
    Command::new("floor")
        .about("Prepares a document that raises a product's floor")
        .arg(folder())
        .arg(product())
        .arg(
            Arg::new("sequence")
                .value_name("SEQUENCE")
                .required(true)
                .value_parser(number)
                .help("The oldest that may be used; the 7 of release 1.7"),
        )
        .after_help(EXAMPLE)
}

/// The positional argument PRODUCT.
pub fn product() -> Arg {
    Arg::new("product")
        .value_name("PRODUCT")
        .required(true)
        .value_parser(|text: &str| Identifier::parse(text))
        .help("The product's short name, as in its manifest")
}

/// A number of ours.
pub fn number(text: &str) -> Result<Number, String> {
    let value = text.parse::<u32>().map_err(|error| error.to_string())?;
    Number::try_from(value)
}

/// Prepares it.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let product = matches.get_one::<Identifier>("product");
    let (Some(product), Some(floor)) = (product, matches.get_one::<Number>("sequence")) else {
        return Ok(Outcome::Usage);
    };
    prepare(matches, &[Edit::Floor(product.clone(), *floor)])
}
