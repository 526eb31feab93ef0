//! `mediaseal trust show`: what a folder's or an anchor's documents say.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use mediaseal::seal::anchor;
use mediaseal::seal::chain::Chain;
use mediaseal::seal::limits::MAX_ANCHOR_BYTES;
use mediaseal::sign::files::{self, shown};
use mediaseal::sign::lines::Lines;
use mediaseal::sign::trust_changes::{describe, warnings};
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::verify::outcome::{Failure, Outcome};

use super::path;
use crate::screen;

const EXAMPLE: &str = "\
Example:
  mediaseal trust show trust
  mediaseal trust show example-support.anchor --version 1

Prints a document with its keys and the codes of all documents. Nothing is
proved by it: compare the code that was told on another road.";

/// The definition.
pub fn command() -> Command {
    Command::new("show")
        .about("Shows a trust document and the codes of all of them")
        .arg(path("trust", "DIR|ANCHOR", "A folder of trust documents, or an exported chain"))
        .arg(
            Arg::new("version")
                .long("version")
                .value_name("N")
                .value_parser(value_parser!(u32))
                .help("Another document than the newest"),
        )
        .after_help(EXAMPLE)
}

/// Prints it.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(path) = matches.get_one::<PathBuf>("trust") else {
        return Ok(Outcome::Usage);
    };
    let chain = read(path)?;
    let version = matches.get_one("version").copied().unwrap_or(chain.length());
    let Some(link) = chain.link(version) else {
        let what = format!("there is no trust document {version}");
        let next = format!("There are documents 1 to {}.", chain.length());
        return Err(Failure::new(Outcome::Usage, what, next));
    };
    let mut lines = Lines::new();
    lines.fact("Publisher", chain.publisher().as_str());
    lines.fact("Document", &format!("trust document {version} of {}", chain.length()));
    describe(&mut lines, None, &link.document);
    for holder in link.document.holders() {
        lines.fact("Key", &format!("{} {}", holder.name, holder.public_key));
    }
    for warning in warnings(&link.document) {
        lines.fact("WARNING", &warning);
    }
    for link in chain.links() {
        let version = link.document.version;
        lines.fact("Code", &format!("publisher code of trust document {version}:"));
        lines.code("", &link.code);
    }
    screen::data(lines.to_string().trim_end())?;
    Ok(Outcome::Done)
}

/// The documents of a folder, or of an anchor file.
fn read(path: &Path) -> Result<Chain, Failure> {
    if path.is_dir() {
        return Ok(TrustFolder::read(path)?.chain().clone());
    }
    let bytes = files::read(path, MAX_ANCHOR_BYTES)?;
    anchor::parse(&bytes).map_err(|error| {
        let what = format!("{}: {error}", shown(path));
        let next = "Name a folder of trust documents, or a file that trust export wrote.";
        Failure::new(Outcome::Fail, what, next)
    })
}
