//! `mediaseal confirm`: the proof of a key that was plugged in again.

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use mediaseal::seal::names::{Identifier, escape};
use mediaseal::sys::disk::{Devices as _, Disk};
use mediaseal::text::Language;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::progress::Meter;
use mediaseal::verify::text;
use mediaseal::write::choose::{Choice, choose};
use mediaseal::write::clock::SystemClock;
use mediaseal::write::confirm::{Basis, Seen, look};
use mediaseal::write::production::entry::{Ending, StickFacts};
use mediaseal::write::production::lines::lines;
use mediaseal::write::production::log::ProductionLog;
use mediaseal::write::production::{entry, place, record};
use mediaseal::write::show;

use crate::{bench, build, devices, log, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal confirm out/release --serial 0019E06B9F12 --require-protection
  mediaseal confirm out/release --port 1-2 --order 4711

Set the switch of the key, plug it in again, then: the whole key is read once
more and its protection is seen. Only then it gets its number and may have a
card. A key that dd or bmaptool wrote is proved like any other.";

/// The definition.
pub fn command() -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    Command::new("confirm")
        .about("Proves a key that was plugged in again")
        .args(bench::options())
        .arg(text("serial", "S", "The key with this serial number"))
        .arg(text("port", "PATH", "The key at this port"))
        .group(ArgGroup::new("key").args(["serial", "port"]).required(true))
        .arg(text("recipient", "NAME", "Who gets it, where no order says it"))
        .arg(
            Arg::new("another")
                .long("another")
                .action(ArgAction::SetTrue)
                .help("Another stick with the serial of a numbered one"),
        )
        .arg(devices::loop_option())
        .after_help(EXAMPLE)
}

/// The one disk that is meant.
fn chosen(matches: &ArgMatches, disks: &[Disk]) -> Result<Disk, Failure> {
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let serial = given("serial").map(Choice::Serial);
    let choices: Vec<Choice> = serial.into_iter().chain(given("port").map(Choice::Port)).collect();
    let mut found = choose(disks, &choices)
        .map_err(|error| Failure::new(Outcome::Refused, error.to_string(), error.advice()))?;
    found.pop().ok_or_else(|| Failure::new(Outcome::Usage, "no key is named", ""))
}

/// Reads, decides, numbers, logs.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let ready = match bench::ready(matches)? {
        Ok(ready) => ready,
        Err(outcome) => return Ok(outcome),
    };
    let (devices, _) = devices::loops(matches);
    let disks = devices.list().map_err(|error| devices::unlisted(&error))?;
    let disk = chosen(matches, &disks)?;
    let locked = place::hold(&log::folder(matches))?;
    let mut production = ProductionLog::open(&locked)?;
    let order = bench::known_order(matches, &ready, &production)?;
    let stick = StickFacts::of(&disk);
    let ledger = production.ledger();
    let waiting = ledger.waiting_for(&stick, order.as_deref(), &[]);
    if ledger.stayed_since_written(&stick) {
        let what = "the key was not plugged in again since it was written";
        let next = "Unplug it, set its switch, plug it in again, then confirm.";
        return Err(Failure::new(Outcome::Refused, what, next));
    }
    let written_as = waiting.map(|waiting| waiting.written.attempt);
    let before = match matches.get_flag("another") {
        true => None,
        false => ledger.proved_before(&stick, order.as_deref()).cloned(),
    };
    // The number of another release's key is not this one's.
    let same = |key: &entry::KeyEntry| key.release.image_sha256 == ready.carried.facts.image_sha256;
    let before = before.filter(same);
    if let (None, Some(name)) = (&before, &order)
        && ledger.progress(name).is_some_and(|progress| progress.is_complete())
    {
        let what = format!("order {name} has all its keys: there is no number for another one");
        let next = "Open another order, or confirm without --order.";
        return Err(Failure::new(Outcome::Refused, what, next));
    }
    let clock = SystemClock::start();
    let history = |_: &Identifier| ready.history;
    let basis = Basis {
        held: &ready.held,
        history: &history,
        carried: &ready.carried,
        image: &ready.image,
        protection: bench::protection(matches),
        clock: &clock,
    };
    let mut meter = Meter::start(Language::English);
    let seen = look(&devices, &disk, &basis, &mut |done, all| meter.step(done, all));
    drop(meter);
    if let Some(report) = &seen.report {
        screen::talk(text::render(report, Language::English).trim_end());
    }
    let mut line = record::confirmed(&seen, written_as, &bench::context(matches, &ready, order));
    if seen.ending == Ending::Proved {
        let (order, ledger) = (line.order.as_deref(), production.ledger());
        let ordinal = before.as_ref().and_then(|key| key.ordinal);
        let ordinal = ordinal.unwrap_or_else(|| ledger.next_ordinal(order));
        let named = matches.get_one::<String>("recipient").map(|name| entry::clean(name));
        let recipient = ledger.recipient(order, ordinal).map(String::from).or(named);
        let recipient = recipient.or_else(|| before.and_then(|key| key.recipient));
        (line.ordinal, line.recipient) = (Some(ordinal), recipient);
    }
    let line = production.confirmed(line)?;
    let said = entry::Entry::Confirm(Box::new(line));
    screen::data(lines(&said, production.ledger()).to_string().trim_end())?;
    advise(&seen, &build::given(matches, "source").display().to_string());
    Ok(seen.outcome)
}

/// What to do next.
fn advise(seen: &Seen, source: &str) {
    let place = show::place(&seen.disk);
    let key = match (&seen.disk.port, show::text(seen.disk.serial.as_deref())) {
        (Some(port), _) => format!("--port {}", escape(port)),
        (None, Some(serial)) => format!("--serial {serial}"),
        (None, None) => "--port PORT".to_string(),
    };
    let again = format!("mediaseal write {} {key}", escape(source));
    screen::talk(&match seen.ending {
        Ending::Proved => "\n  Proved. Its card: mediaseal card SOURCE --ordinal N".to_string(),
        Ending::NotProtected => {
            format!("\n  Unplug it ({place}), set the switch, plug it in again, confirm again.")
        }
        Ending::OsChanges => format!(
            "\n  An operating system wrote on it. The release is intact, but this key must\n  \
             not leave. Open the switch, plug it in, and write it again:\n    {again}"
        ),
        Ending::Failed => format!(
            "\n  FAILED: unplug it now ({place}) and put it aside. If it was written\n  \
             elsewhere, clear the whole stick and write it here:\n    {again}"
        ),
        _ => format!("\n  Not proved: {}.", seen.detail),
    });
}
