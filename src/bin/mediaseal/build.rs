//! `mediaseal build`: recipe, payload and trust become a release folder.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use mediaseal::build::assemble::{Assembly, Inputs};
use mediaseal::build::folder::write_release;
use mediaseal::build::recipe::Recipe;
use mediaseal::build::settings::{ReferenceMatch, ReferenceRule, Settings, issued};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::names::{Number, escape_path};
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::text::Language;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::progress::Meter;

use crate::{force_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal build lrm-security-patch \\
      --payload LocalRunManagerSecurityPatch.msi --tool mediaseal-verify.exe \\
      --trust trust --sequence 7 --out out/release

The same inputs make the same bytes: the time of issue comes from --issued,
SOURCE_DATE_EPOCH or the recipe, never from the clock.";

/// An option that is a path.
pub fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
}

/// RECIPE, `--payload`, `--tool`, `--trust`, and whose word counts.
pub fn inputs() -> Vec<Arg> {
    vec![
        Arg::new("recipe")
            .value_name("RECIPE")
            .required(true)
            .help("A recipe file, or the name of a built-in template"),
        path("payload", "FILE", "The package, or a folder of files").required(true),
        path("tool", "FILE", "A verifier that travels along"),
        path("trust", "DIR", "The folder of trust documents").required(true),
        Arg::new("reference")
            .long("reference")
            .value_name("SHA256")
            .conflicts_with("no-reference")
            .value_parser(|text: &str| Digest::parse_code(text).ok_or("64 hex digits are needed"))
            .help("The payload's SHA-256 as you know it from elsewhere"),
        Arg::new("no-reference")
            .long("no-reference")
            .action(ArgAction::SetTrue)
            .help("Nobody outside says what the payload's SHA-256 is"),
    ]
}

/// The definition.
pub fn command() -> Command {
    let number = |name: &'static str, help: &'static str| {
        let parse =
            |text: &str| text.parse().ok().and_then(Number::new).ok_or("1 to 2147483647 is needed");
        Arg::new(name).long(name).value_name("N").value_parser(parse).help(help)
    };
    Command::new("build")
        .about("Builds a release folder, to be signed")
        .override_usage(
            "mediaseal build [OPTIONS] --payload <FILE> --trust <DIR>\n       \
             --sequence <N> --out <RELEASE> <RECIPE>",
        )
        .args(inputs())
        .arg(number("sequence", "Number of the release in its epoch").required(true))
        .arg(number("floor", "Oldest release that may still be used"))
        .arg(
            Arg::new("issued")
                .long("issued")
                .value_name("TIME")
                .help("Time of issue, such as 2026-11-23T10:00:00Z"),
        )
        .arg(path("out", "RELEASE", "The folder to make").required(true))
        .arg(force_option::argument("Replace a release of that name"))
        .after_help(EXAMPLE)
}

/// A path that clap has demanded.
pub fn given(matches: &ArgMatches, name: &str) -> PathBuf {
    matches.get_one::<PathBuf>(name).cloned().unwrap_or_default()
}

/// The recipe that the arguments name.
pub fn recipe(matches: &ArgMatches) -> Result<Recipe, Failure> {
    let name = matches.get_one::<String>("recipe").cloned().unwrap_or_default();
    Ok(Recipe::open(&name)?)
}

/// Whose word about the payload counts.
pub fn reference(matches: &ArgMatches) -> ReferenceRule {
    match matches.get_one::<Digest>("reference") {
        Some(digest) => ReferenceRule::TypedIn(*digest),
        None if matches.get_flag("no-reference") => ReferenceRule::NotAsked,
        None => ReferenceRule::Published,
    }
}

/// Builds.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let recipe = recipe(matches)?;
    let option = matches.get_one::<String>("issued").map(String::as_str);
    let environment = std::env::var("SOURCE_DATE_EPOCH").ok();
    let settings = Settings {
        // clap has demanded it.
        sequence: matches.get_one::<Number>("sequence").copied().unwrap_or(Number::ONE),
        floor: matches.get_one::<Number>("floor").copied(),
        issued: issued(option, environment.as_deref(), recipe.issued)?,
        reference: reference(matches),
    };
    let trust = TrustFolder::read(&given(matches, "trust"))?;
    let chain = trust.proved()?;
    let payload = given(matches, "payload");
    let inputs = Inputs {
        recipe: &recipe,
        payload: &payload,
        tool: matches.get_one::<PathBuf>("tool").map(PathBuf::as_path),
        chain: &chain,
        settings: &settings,
    };
    let existing = force_option::existing(matches);
    let all = inputs.bytes()?;
    let mut meter = Meter::start(Language::English);
    let mut done = 0;
    let out = given(matches, "out");
    let assembly = write_release(&inputs, &out, existing, &mut |step| {
        done += step;
        meter.step(done, all);
    })?;
    drop(meter);
    tell(&assembly);
    screen::data(&escape_path(&out))?;
    Ok(Outcome::Done)
}

/// What was built, for the person.
pub fn tell(assembly: &Assembly) {
    let manifest = &assembly.manifest;
    let reference = match &assembly.reference {
        ReferenceMatch::Published { source } => format!("published by {source}"),
        ReferenceMatch::TypedIn => "typed in by you".to_string(),
        ReferenceMatch::None => "no outside reference".to_string(),
    };
    let [first, second] = assembly.release_code.code_lines();
    screen::talk(&format!(
        "  Product      {} {}, release {}\n  Payload      {} ({reference})\n  \
         Volume       {} MiB, {} files\n  Release code {first}\n               {second}",
        manifest.product,
        manifest.version,
        manifest.position(),
        manifest.payload.path,
        manifest.volume.bytes >> 20,
        manifest.files.len(),
    ));
}
