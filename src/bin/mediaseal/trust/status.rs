//! `mediaseal trust status`: who has signed the newest document, who has not.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::sign::lines::Lines;
use mediaseal::sign::trust_editing::count_line;
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::verify::outcome::{Failure, Outcome};

use super::folder;
use crate::screen;

const EXAMPLE: &str = "\
Example:
  mediaseal trust status trust

Document N needs the root threshold of N-1 and its own. A document that nobody
has signed can still be edited.";

/// The definition.
pub fn command() -> Command {
    Command::new("status")
        .about("Says who has signed the newest document and who is missing")
        .arg(folder())
        .after_help(EXAMPLE)
}

/// Prints it; missing signatures are an answer and no error.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(root) = matches.get_one::<PathBuf>("folder") else {
        return Ok(Outcome::Usage);
    };
    let folder = TrustFolder::read(root)?;
    let newest = folder.chain().newest();
    let version = newest.document.version;
    let mut lines = Lines::new();
    lines.fact("Publisher", newest.document.publisher.as_str());
    lines.fact("Document", &format!("trust document {version}"));
    for count in folder.newest_counts() {
        lines.fact("Signed by", &count_line(&count));
    }
    let state = match (folder.is_fully_signed(), folder.newest_has_signatures()) {
        (true, _) => "signed: ready for mediaseal trust export",
        (false, true) => "signatures are missing; it cannot be edited any more",
        (false, false) => "a draft: nobody has signed it, and it can be edited",
    };
    lines.fact("State", state);
    let label = format!("publisher code of trust document {version}:");
    lines.fact("Code", &label);
    lines.code("", &newest.code);
    screen::data(lines.to_string().trim_end())?;
    Ok(Outcome::Done)
}
