//! `mediaseal trust withdraw`: a release that may not be used any more.

use clap::{Arg, ArgMatches, Command};
use mediaseal::seal::digest::Digest;
use mediaseal::sign::trust_draft::Edit;
use mediaseal::verify::outcome::{Failure, Outcome};

use super::{folder, prepare};

const EXAMPLE: &str = "\
Example:
  mediaseal trust withdraw trust 8c1f 02aa 77d0 41be 90c3 5e1b 2f64 a8d7 \\
    13b9 c0e2 6a5d 884f e1d0 27c6 b35a 904e

The release code is on its card: all sixteen groups. A withdrawn release stays
withdrawn. Verifiers learn it from every newer key, or by the file that
mediaseal trust export makes.";

/// The definition.
pub fn command() -> Command {
    Command::new("withdraw")
        .about("Prepares a document that withdraws a release")
        .arg(folder())
        .arg(
            Arg::new("code")
                .value_name("CODE")
                .required(true)
                .num_args(1..)
                .help("The whole release code, 64 digits, in groups or not"),
        )
        .after_help(EXAMPLE)
}

/// Prepares it.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let groups: Vec<&str> =
        matches.get_many::<String>("code").unwrap_or_default().map(String::as_str).collect();
    let code = Digest::parse_code(&groups.join(" ")).ok_or_else(|| {
        let next = "Give the whole release code of one release, as its card has it.";
        Failure::new(Outcome::Usage, "the code is not 64 hexadecimal digits", next)
    })?;
    prepare(matches, &[Edit::Withdraw(code)])
}
