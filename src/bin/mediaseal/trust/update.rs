//! `mediaseal trust update`: a newer chain on a release that is built.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::sign::files::shown;
use mediaseal::sign::trust_update;
use mediaseal::text::Language;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::progress::Meter;

use super::path;
use crate::screen;

const EXAMPLE: &str = "\
Example:
  mediaseal trust update out/release --trust trust

Seal and signatures stay as they are: it is the same release, and another
image. The release is checked first, by the newer chain; pack it again.";

/// The definition.
pub fn command() -> Command {
    Command::new("update")
        .about("Puts a newer chain on a built release")
        .arg(path("release", "RELEASE", "The release folder"))
        .arg(path("trust", "DIR", "The folder of trust documents").long("trust"))
        .after_help(EXAMPLE)
}

/// Checks, then exchanges the chain.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let paths = (matches.get_one::<PathBuf>("release"), matches.get_one::<PathBuf>("trust"));
    let (Some(root), Some(trust)) = paths else {
        return Ok(Outcome::Usage);
    };
    let mut meter = Meter::start(Language::English);
    let updated = trust_update::update(root, trust, &mut |done, all| meter.step(done, all))?;
    drop(meter);
    screen::talk(&format!("  {}", trust_update::line(&updated)));
    let signers = &updated.release.signers;
    if !signers.is_enough() {
        screen::warning(
            "too few of those who signed may sign now: a check fails until others\n         \
             sign it (mediaseal sign), or the release is built anew.",
        );
    }
    match &updated.exchanged {
        Some(path) => screen::data(&shown(path))?,
        None => screen::talk("  It had all of this already; nothing was changed."),
    }
    Ok(Outcome::Done)
}
