//! `mediaseal pack`: image and zip of a signed release.

use std::path::PathBuf;

use clap::{Arg, ArgGroup, ArgMatches, Command};
use mediaseal::build::pack::{Outputs, PackError, pack, sha256_path};
use mediaseal::seal::names::escape_path;
use mediaseal::sign::files::shown;
use mediaseal::text::Language;
use mediaseal::verify::finding::Severity;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::{self, System};
use mediaseal::verify::progress::Meter;
use mediaseal::verify::session::{self, Asked};
use mediaseal::verify::{state, text};

use crate::{build, force_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal pack out/release --anchor example-support.anchor \\
      --image lrm-1.7.img --bmap lrm-1.7.bmap --zip lrm-1.7.zip

The release is checked first, by your own anchor or state. Beside the image
stands its SHA-256: it goes on the card. For a key that bmaptool or dd writes,
clear what lies behind the image as well: a check reads the whole key.";

/// The definition.
pub fn command() -> Command {
    let release = Arg::new("release")
        .value_name("RELEASE")
        .required(true)
        .value_parser(clap::value_parser!(PathBuf))
        .help("The signed release folder");
    Command::new("pack")
        .about("Makes the image and the zip of a release")
        .arg(release)
        .arg(build::path("anchor", "FILE", "Trust this exported chain"))
        .arg(build::path("state", "DIR", "Folder of what is trusted here"))
        .arg(build::path("image", "F.img", "Write the image, and F.img.sha256"))
        .arg(build::path("bmap", "F.bmap", "Write the image's block map").requires("image"))
        .arg(build::path("zip", "F.zip", "Write the zip"))
        .group(ArgGroup::new("output").args(["image", "zip"]).required(true).multiple(true))
        .arg(force_option::argument("Replace files of these names"))
        .after_help(EXAMPLE)
}

/// Decides and packs.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let language = Language::English;
    let state = matches.get_one("state").cloned().unwrap_or_else(state::default_folder);
    let asked = Asked {
        anchor: matches.get_one("anchor").cloned(),
        ..Asked::about(build::given(matches, "release"), state)
    };
    let mut session = match session::open(&asked, &System, language)? {
        Ok(session) => session,
        Err(report) => {
            screen::talk(text::render(&report, language).trim_end());
            return Ok(report.verdict().outcome());
        }
    };
    let image: Option<&PathBuf> = matches.get_one("image");
    let block_map: Option<&PathBuf> = matches.get_one("bmap");
    let bundle: Option<&PathBuf> = matches.get_one("zip");
    let outputs = Outputs {
        image: image.map(PathBuf::as_path),
        block_map: block_map.map(PathBuf::as_path),
        bundle: bundle.map(PathBuf::as_path),
        existing: force_option::existing(matches),
    };
    for path in [image, block_map, bundle].into_iter().flatten() {
        if pinning::would_change(&asked.source, path, &System) {
            let what = format!("{} lies inside the release", shown(path));
            return Err(Failure::new(Outcome::Refused, what, "Choose another place."));
        }
    }
    let mut meter = Meter::start(language);
    let (report, packed) = session.with_request(|source, request| {
        pack(source, request, &outputs, &mut |done, all| meter.step(done, all))
    });
    drop(meter);
    // Where this computer could not make the outputs, nothing is said of the
    // release: its files were not compared to their end.
    if packed.is_ok()
        || report.worst() > Severity::Note
        || matches!(packed, Err(PackError::Verdict))
    {
        screen::talk(text::render(&report, language).trim_end());
    }
    let packed = match packed {
        Ok(packed) => packed,
        Err(PackError::Verdict) => {
            screen::talk("Nothing was packed.");
            return Ok(report.verdict().outcome());
        }
        Err(error) => return Err(failure(&error, report.worst())),
    };
    if let (Some(path), Some((digest, bytes))) = (image, packed.image) {
        screen::data(&format!("{digest}  {}", escape_path(path)))?;
        screen::talk(&format!(
            "  Image  {bytes} bytes; SHA-256 in {}",
            escape_path(&sha256_path(path))
        ));
    }
    if let Some(path) = block_map {
        screen::data(&escape_path(path))?;
    }
    if let (Some(path), Some(bytes)) = (bundle, packed.bundle) {
        screen::data(&escape_path(path))?;
        screen::talk(&format!("  Zip    {bytes} bytes"));
    }
    Ok(Outcome::Done)
}

/// A file that is not as sealed is FAIL; everything else is as it happened.
fn failure(error: &PackError, worst: Severity) -> Failure {
    let outcome = match worst {
        Severity::Fail => Outcome::Fail,
        _ => error.outcome(),
    };
    Failure::new(outcome, format!("nothing was packed: {error}"), error.advice())
}
