//! `mediaseal trust diff`: what the newest document changes, and for which
//! releases.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use mediaseal::sign::lines::Lines;
use mediaseal::sign::trust_changes::{describe, warnings};
use mediaseal::sign::trust_effect::{Effect, Fate, prefix};
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::text::Language;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::progress::Meter;

use super::folder;
use crate::screen;

const EXAMPLE: &str = "\
Example:
  mediaseal trust diff trust --release out/release --release old/lrm-1.6.zip

Each release (folder, zip, image) is checked twice: by the chain without the
newest document, and as if that were accepted. Exit code 1 if one that passes
today would fail: sign it again first, unless it shall fail.";

/// The definition.
pub fn command() -> Command {
    Command::new("diff")
        .about("Says what the newest document changes and what would fail")
        .arg(folder())
        .arg(
            Arg::new("release")
                .long("release")
                .value_name("R")
                .num_args(1..)
                .action(ArgAction::Append)
                .value_parser(value_parser!(PathBuf))
                .help("Releases to try it on: folders, zips, images"),
        )
        .after_help(EXAMPLE)
}

/// Prints it.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(root) = matches.get_one::<PathBuf>("folder") else {
        return Ok(Outcome::Usage);
    };
    let folder = TrustFolder::read(root)?;
    let document = &folder.chain().newest().document;
    let version = document.version;
    let mut lines = Lines::new();
    lines.fact("Publisher", document.publisher.as_str());
    lines.fact("Document", &format!("trust document {version}"));
    describe(&mut lines, folder.before().map(|link| &link.document), document);
    for warning in warnings(document) {
        lines.fact("WARNING", &warning);
    }
    let before = prefix(folder.chain(), version - 1);
    let mut would_fail = 0;
    let releases = matches.get_many::<PathBuf>("release").unwrap_or_default();
    for path in releases {
        let mut meter = Meter::start(Language::English);
        let mut progress = |done, all| meter.step(done, all);
        let effect = Effect::judge(path, before.as_ref(), folder.chain(), &mut progress)?;
        would_fail += usize::from(effect.fate == Fate::WouldFail);
        effect.describe(&mut lines, version);
    }
    screen::data(lines.to_string().trim_end())?;
    Ok(match would_fail {
        0 => Outcome::Done,
        _ => Outcome::Fail,
    })
}
