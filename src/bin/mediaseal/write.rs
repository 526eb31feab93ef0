//! `mediaseal write`: a release onto keys, each with proof.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use mediaseal::sys::disk::{Devices, Disk};
use mediaseal::sys::interrupt;
use mediaseal::sys::storage::{DeviceNumber, storage_of};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::state;
use mediaseal::write::cancel::Cancel;
use mediaseal::write::choose::{Choice, ChooseError, choose};
use mediaseal::write::clock::SystemClock;
use mediaseal::write::eligible::{DEFAULT_CEILING, LoopDevices, Policy, WhyNot, reasons};
use mediaseal::write::engine::{self, Eject, Job, PATIENCE};
use mediaseal::write::estimate::estimate;
use mediaseal::write::production::log::ProductionLog;
use mediaseal::write::production::{place, record};
use mediaseal::write::result::{Ended, Extent, outcome};
use mediaseal::write::show;

use crate::bench::Ready;
use crate::{arming, bench, build, devices, log, screen, write_view};

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
/// Longest answer that is read, bytes.
const MAX_ANSWER_BYTES: u64 = 1024;

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
    let policy = policy(matches, loops, &source, ready.image.bytes);
    let (chosen, refused) = match matches.get_one::<u16>("arm") {
        Some(count) => (arming::wait(&devices, usize::from(*count), &policy)?, Vec::new()),
        None => judged(chosen(&devices, &choices(matches))?, &policy),
    };
    for (disk, why) in &refused {
        screen::talk(&format!("  refused     {}", show::line(disk)));
        why.iter().for_each(|why| screen::talk(&format!("              {why}")));
    }
    if chosen.is_empty() {
        screen::talk("Nothing was written.");
        return Ok(Outcome::Refused);
    }
    let extent = match matches.get_flag("volume-only") {
        true => Extent::VolumeOnly,
        false => Extent::WholeMedium,
    };
    present(&chosen, &ready, extent);
    if !matches.get_flag("yes") {
        confirm(&chosen)?;
    }
    // A key without a line in the log is none: the log is opened first.
    let locked = place::hold(&log::folder(matches))?;
    let mut production = ProductionLog::open(&locked)?;
    let order = bench::known_order(matches, &ready, &production)?;
    let context = bench::context(matches, &ready, order);
    let cancel = Cancel::new();
    interrupt::set_on_interrupt(cancel.flag()).map_err(|error| {
        Failure::new(Outcome::Io, format!("cannot listen for Ctrl-C: {error}"), "")
    })?;
    let job = Job {
        image: Arc::clone(&ready.image),
        extent,
        policy,
        eject: if matches.get_flag("no-eject") { Eject::No } else { Eject::Yes },
        patience: PATIENCE,
        clock: Arc::new(SystemClock::start()),
        cancel,
    };
    let json = matches.get_flag("json");
    let mut view = write_view::View::new(&chosen, json);
    let results = engine::write(&devices, &chosen, &job, &mut view);
    let lost = view.close();
    // Every line is tried, and the end is told, also where one cannot be kept:
    // what was written was written.
    let mut unlogged = Ok(());
    for result in &results {
        if let Err(error) = production.wrote(record::written(result, &context)) {
            unlogged = unlogged.and(Err(Failure::from(error)));
        }
    }
    let ends: Vec<Ended> = (results.iter().map(|result| result.ended.clone()))
        .chain(refused.into_iter().map(|(_, why)| Ended::Refused(why)))
        .collect();
    let worked = outcome(&ends);
    // A key without a line is none: the last event has the exit code of that.
    let outcome = unlogged.as_ref().err().map_or(worked, |failure: &Failure| failure.outcome);
    write_view::summary(&ends, outcome, json)?;
    unlogged?;
    lost?;
    Ok(outcome)
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

fn policy(matches: &ArgMatches, loops: LoopDevices, source: &Path, image: u64) -> Policy {
    let state: PathBuf = matches.get_one("state").cloned().unwrap_or_else(state::default_folder);
    // Where it is not known what a path lies on, it lies on no whole disk of
    // its own; what is mounted is refused in any case.
    let disks = |path: &Path| storage_of(path).map(|storage| storage.disks).unwrap_or_default();
    let ours: Vec<DeviceNumber> =
        [source, &state].into_iter().flat_map(disks).map(|disk| disk.number).collect();
    let ceiling = matches.get_one::<u64>("ceiling").map(|gigabytes| gigabytes * 1_000_000_000);
    Policy { needed: Some(image), ceiling: ceiling.unwrap_or(DEFAULT_CEILING), loops, ours }
}

type Refused = Vec<(Disk, Vec<WhyNot>)>;

fn judged(named: Vec<Disk>, policy: &Policy) -> (Vec<Disk>, Refused) {
    let (mut chosen, mut refused) = (Vec::new(), Vec::new());
    for disk in named {
        match reasons(&disk, policy) {
            reasons if reasons.is_empty() => chosen.push(disk),
            reasons => refused.push((disk, reasons)),
        }
    }
    (chosen, refused)
}

/// What will happen, to which keys, and how long it will take.
fn present(chosen: &[Disk], ready: &Ready, extent: Extent) {
    let manifest = &ready.carried.manifest;
    screen::talk(&format!("\n  Image       {} bytes", ready.image.bytes));
    screen::talk(&format!("  SHA-256     {}", ready.image.sha256));
    screen::talk(&format!("  Label       {}", manifest.volume.label.as_str()));
    screen::talk("  Will be erased and written:");
    for disk in chosen {
        screen::talk(&format!("    {}", show::line(disk)));
        let volumes = disk.volumes.iter().filter_map(|volume| show::text(volume.label.as_deref()));
        for label in volumes {
            screen::talk(&format!("                 now on it: \"{label}\""));
        }
    }
    if extent == Extent::VolumeOnly {
        screen::talk("  Only the front of each key is written (--volume-only): what is behind");
        screen::talk("  the image stays, and a check of the whole medium will not pass.");
    }
    let time = show::time(estimate(chosen, ready.image.bytes, extent));
    screen::talk(&format!("  Time        about {time}, with reading back"));
}

/// Asks a person to type what cannot be typed without looking.
fn confirm(chosen: &[Disk]) -> Result<(), Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let what = "there is no terminal to confirm at";
        return Err(Failure::new(Outcome::Usage, what, "With --serial or --port, use --yes."));
    }
    let phrase = phrase(chosen);
    let plural = if chosen.len() == 1 { "this key" } else { "these keys" };
    let mut err = std::io::stderr();
    // Nobody to tell if it cannot be written; then nobody types the phrase.
    let _ = write!(err, "\n  To erase {plural}, type  {phrase}  : ").and_then(|()| err.flush());
    let mut answer = String::new();
    let read = input.lock().take(MAX_ANSWER_BYTES).read_line(&mut answer);
    if read.is_ok() && answer.trim() == phrase {
        return Ok(());
    }
    let what = "nothing was written: that is not what was to be typed";
    Err(Failure::new(Outcome::Cancelled, what, ""))
}

/// The count, and the end of the first key's serial number.
fn phrase(chosen: &[Disk]) -> String {
    let first = chosen.first();
    let tail = first.and_then(show::tail).map(|tail| tail.trim_start_matches('.').to_string());
    let place = || first.and_then(|disk| disk.port.clone()).unwrap_or_default();
    // What a stick says of itself may not be typeable.
    let tail = tail.filter(|tail| tail.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    format!("{} {}", chosen.len(), tail.unwrap_or_else(place))
}
