//! `mediaseal trust export`: the chain as one file, the anchor.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::sign::files::{self, Access, shown};
use mediaseal::sign::lines::Lines;
use mediaseal::sign::trust_editing as editing;
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::verify::outcome::{Failure, Outcome};

use super::{folder, path};
use crate::{force_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal trust export trust --out example-support.anchor

Prints the publisher code of the newest document: it must reach verifiers by
another road than the release. A verifier that trusts this publisher already
takes the file without a code: mediaseal-verify learn FILE.";

/// The definition.
pub fn command() -> Command {
    Command::new("export")
        .about("Writes the chain as one file, the anchor")
        .arg(folder())
        .arg(path("out", "ANCHOR", "The file to write").long("out"))
        .arg(force_option::argument("Replace an existing file"))
        .after_help(EXAMPLE)
}

/// Writes a chain that proves itself, and says its code.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let paths = (matches.get_one::<PathBuf>("folder"), matches.get_one::<PathBuf>("out"));
    let (Some(root), Some(out)) = paths else {
        return Ok(Outcome::Usage);
    };
    let export = editing::export(&TrustFolder::read(root)?)?;
    let existing = force_option::existing(matches);
    files::write(out, &export.anchor, Access::Everyone, existing)?;
    screen::talk(&format!("  Anchor  {}", shown(out)));
    let mut lines = Lines::new();
    lines.fact("Code", &format!("publisher code of trust document {}:", export.version));
    lines.code("", &export.code);
    screen::data(lines.to_string().trim_end())?;
    Ok(Outcome::Done)
}
