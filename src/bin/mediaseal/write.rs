//! `mediaseal write`: a release onto keys, each with proof.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use mediaseal::sys::disk::{Devices, Disk};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::write::choose::{Choice, ChooseError, choose};
use mediaseal::write::engine::Eject;
use mediaseal::write::production::log::ProductionLog;
use mediaseal::write::production::place;
use mediaseal::write::result::Extent;

use crate::writing::{self, Consent, Work};
use crate::{arming, bench, build, devices, log, screen};

const EXAMPLE: &str = "\
Examples:
  mediaseal write out/release --serial 0019E06B9F12
  mediaseal write lrm-1.7.zip --port 1-2 --port 1-3
  mediaseal write out/release --arm 10

Everything on the chosen keys is erased. The release is checked first, by your
own state. Each key is written, read back past the computer's memory, compared,
and ejected. See docs/WRITING.md.";

/// The definition.
pub fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    let several = |name: &'static str, value: &'static str, help: &'static str| {
        let arg = Arg::new(name).long(name).value_name(value).help(help);
        arg.action(ArgAction::Append)
    };
    Command::new("write")
        .about("Writes a release onto keys, and proves each")
        .arg(
            Arg::new("source")
                .value_name("SOURCE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("The release folder, its zip or its image"),
        )
        .arg(several("serial", "S", "The key with this serial number; may be repeated"))
        .arg(several("port", "PATH", "The key at this port; may be repeated"))
        .arg(
            Arg::new("arm")
                .long("arm")
                .value_name("N")
                .value_parser(value_parser!(u16).range(1..=MAX_TARGETS as i64))
                .conflicts_with_all(["serial", "port", "yes"])
                .help("The next N keys that are plugged in"),
        )
        .group(
            ArgGroup::new("targets").args(["serial", "port", "arm"]).required(true).multiple(true),
        )
        .args(bench::log_options())
        .arg(build::path("state", "DIR", "Folder of what is trusted here"))
        .arg(flag("volume-only", "Leave what is behind the image as it is"))
        .arg(
            Arg::new("ceiling")
                .long("ceiling")
                .value_name("GB")
                .value_parser(value_parser!(u64).range(1..=1_000_000))
                .help("Largest key, in GB of 10^9 bytes [default: 68.7]"),
        )
        .arg(flag("no-eject", "Leave the keys attached; the system may change them"))
        .arg(flag("yes", "Do not ask; only with --serial or --port"))
        .arg(flag("json", "Print events for programs, one JSON object a line"))
        .arg(build::path("work", "DIR", "Folder for the image while keys are written"))
        .arg(devices::loop_option())
        .after_help(EXAMPLE)
}

/// Keys that are written at the same time at most.
const MAX_TARGETS: u16 = 128;

/// Decides, chooses, asks, writes.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (devices, loops) = devices::loops(matches);
    let source = build::given(matches, "source");
    // The decision comes first: what fails it is never even close to a key.
    let ready = match bench::ready(matches) {
        Ok(Ok(ready)) => ready,
        Ok(Err(outcome)) => {
            screen::talk("Nothing was written.");
            return Ok(outcome);
        }
        Err(failure) => {
            let what = format!("nothing was written: {}", failure.what);
            return Err(Failure { what, ..failure });
        }
    };
    let ceiling = matches.get_one::<u64>("ceiling").map(|gigabytes| gigabytes * 1_000_000_000);
    let policy = writing::policy(matches, loops, &source, ready.image.bytes, ceiling);
    let named = match matches.get_one::<u16>("arm") {
        Some(count) => arming::wait(&devices, usize::from(*count), &policy)?,
        None => chosen(&devices, &choices(matches))?,
    };
    // A key without a line in the log is none: the log is opened first.
    let locked = place::hold(&log::folder(matches))?;
    let mut production = ProductionLog::open(&locked)?;
    let order = bench::known_order(matches, &ready, &production)?;
    let context = bench::context(matches, &ready, order);
    let work = Work {
        devices: &devices,
        ready: &ready,
        policy,
        extent: match matches.get_flag("volume-only") {
            true => Extent::VolumeOnly,
            false => Extent::WholeMedium,
        },
        eject: if matches.get_flag("no-eject") { Eject::No } else { Eject::Yes },
        consent: if matches.get_flag("yes") { Consent::Given } else { Consent::Typed },
        json: matches.get_flag("json"),
    };
    work.run(&named, &mut production, &context)
}

fn choices(matches: &ArgMatches) -> Vec<Choice> {
    let given = |name: &str| matches.get_many::<String>(name).unwrap_or_default().cloned();
    given("serial").map(Choice::Serial).chain(given("port").map(Choice::Port)).collect()
}

fn chosen(devices: &dyn Devices, choices: &[Choice]) -> Result<Vec<Disk>, Failure> {
    let disks = devices.list().map_err(|error| devices::unlisted(&error))?;
    let refuse = |error: ChooseError| {
        let what = format!("nothing was written: {error}");
        Failure::new(Outcome::Refused, what, error.advice())
    };
    choose(&disks, choices).map_err(refuse)
}
