//! `mediaseal rebuild`: the second signer makes the release again.

use clap::{ArgMatches, Command};
use mediaseal::build::assemble::{Inputs, assemble};
use mediaseal::build::compare::{compare_release, settings_of};
use mediaseal::build::intake::HashOnly;
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::text::Language;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::progress::Meter;

use crate::{build, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal rebuild out/release lrm-security-patch --trust trust \\
      --payload LocalRunManagerSecurityPatch.msi --tool mediaseal-verify.exe

Take the payload, the tool and the recipe from your own source, not from the
first signer's computer. Nothing is written.";

/// The definition.
pub fn command() -> Command {
    let release = clap::Arg::new("release")
        .value_name("RELEASE")
        .required(true)
        .value_parser(clap::value_parser!(std::path::PathBuf))
        .help("The release to compare with");
    Command::new("rebuild")
        .about("Makes a release again and compares")
        .override_usage(
            "mediaseal rebuild [OPTIONS] --payload <FILE> --trust <DIR>\n       \
             <RELEASE> <RECIPE>",
        )
        .arg(release)
        .args(build::inputs())
        .after_help(EXAMPLE)
}

/// Makes it again, compares, says each difference.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let release = build::given(matches, "release");
    let recipe = build::recipe(matches)?;
    let settings = settings_of(&release, build::reference(matches))?;
    let chain = TrustFolder::read(&build::given(matches, "trust"))?.proved()?;
    let payload = build::given(matches, "payload");
    let inputs = Inputs {
        recipe: &recipe,
        payload: &payload,
        tool: matches.get_one::<std::path::PathBuf>("tool").map(|path| path.as_path()),
        chain: &chain,
        settings: &settings,
    };
    let all = 2 * inputs.bytes()?;
    let mut meter = Meter::start(Language::English);
    let mut done = 0;
    let mut progress = |step| {
        done += step;
        meter.step(done, all);
    };
    let fresh = assemble(&inputs, &mut HashOnly { progress: &mut progress })?;
    let differences = compare_release(&release, &fresh, &mut progress)?;
    drop(meter);
    build::tell(&fresh);
    if differences.is_empty() {
        screen::data("SAME  The release is what these inputs make, byte for byte.")?;
        return Ok(Outcome::Done);
    }
    for difference in &differences {
        screen::data(&format!("  {difference}"))?;
    }
    let count = differences.len();
    screen::data(&format!("FAIL  {count} differences. Do not sign it before you know why."))?;
    Ok(Outcome::Fail)
}
