//! `mediaseal confirm`: the proof of a key that was plugged in again.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use mediaseal::seal::names::Identifier;
use mediaseal::store::Folder;
use mediaseal::sys::disk::{Devices, Disk};
use mediaseal::text::Language;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::progress::Meter;
use mediaseal::verify::text;
use mediaseal::write::choose::{Choice, choose};
use mediaseal::write::clock::SystemClock;
use mediaseal::write::confirm::{Basis, Seen, look};
use mediaseal::write::eligible::reasons;
use mediaseal::write::engine::Eject;
use mediaseal::write::production::entry::{Ending, KeyEntry, StickFacts};
use mediaseal::write::production::ledger::Ledger;
use mediaseal::write::production::lines::lines;
use mediaseal::write::production::log::ProductionLog;
use mediaseal::write::production::record::Context;
use mediaseal::write::production::{entry, place, record};
use mediaseal::write::result::Extent;
use mediaseal::write::show;

use crate::bench::Ready;
use crate::writing::{self, Consent, Work};
use crate::{arming, bench, build, devices, log, paste, screen};

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

/// How the one disk that is meant was named.
fn choice(matches: &ArgMatches) -> Result<Choice, Failure> {
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let serial = given("serial").map(Choice::Serial);
    let choice = serial.or_else(|| given("port").map(Choice::Port));
    choice.ok_or_else(|| Failure::new(Outcome::Usage, "no key is named", ""))
}

/// The one disk that is meant.
fn chosen(choice: &Choice, disks: &[Disk]) -> Result<Disk, Failure> {
    let mut found = choose(disks, std::slice::from_ref(choice))
        .map_err(|error| Failure::new(Outcome::Refused, error.to_string(), error.advice()))?;
    found.pop().ok_or_else(|| Failure::new(Outcome::Usage, "no key is named", ""))
}

/// Reads, decides, numbers, logs.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let ready = match bench::ready(matches)? {
        Ok(ready) => ready,
        Err(outcome) => return Ok(outcome),
    };
    let (devices, loops) = devices::loops(matches);
    let disks = devices.list().map_err(|error| devices::unlisted(&error))?;
    let choice = choice(matches)?;
    let disk = chosen(&choice, &disks)?;
    let locked = place::hold(&log::folder(matches))?;
    let mut production = ProductionLog::open(&locked)?;
    let order = bench::known_order(matches, &ready, &production)?;
    let disk = plugged_in_again(disk, choice, &devices, production.ledger())?;
    let context = bench::context(matches, &ready, order);
    let known = known(matches, &disk, &ready, production.ledger(), context.order.as_deref())?;
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
    let mut line = record::confirmed(&seen, known.written_as, &context);
    if seen.ending == Ending::Proved {
        let (order, ledger) = (line.order.as_deref(), production.ledger());
        let ordinal = known.before.as_ref().and_then(|key| key.ordinal);
        let ordinal = ordinal.unwrap_or_else(|| ledger.next_ordinal(order));
        let named = matches.get_one::<String>("recipient").map(|name| entry::clean(name));
        let recipient = ledger.recipient(order, ordinal).map(String::from).or(named);
        let recipient = recipient.or_else(|| known.before.and_then(|key| key.recipient));
        (line.ordinal, line.recipient) = (Some(ordinal), recipient);
    }
    let line = production.confirmed(line)?;
    let said = entry::Entry::Confirm(Box::new(line));
    screen::data(lines(&said, production.ledger()).to_string().trim_end())?;
    advise(&seen, matches, &said);
    if matches!(seen.ending, Ending::OsChanges | Ending::Failed) {
        let source = build::given(matches, "source");
        let policy = writing::policy(matches, loops, &source, ready.image.bytes, None);
        let reasons = reasons(&disk, &policy);
        if seen.ending == Ending::OsChanges && reasons.is_empty() && screen::has_person() {
            let work = Work {
                devices: &devices,
                ready: &ready,
                policy,
                extent: Extent::WholeMedium,
                eject: Eject::Yes,
                consent: Consent::Typed,
                json: false,
            };
            write_again(work, &disk, &mut production, &context);
        } else {
            reasons.iter().for_each(|why| screen::talk(&format!("    not as it is: {why}")));
            screen::talk(&format!("    {}", command_again(matches, &disk)));
        }
    }
    // Whatever was written since: this key was not proved.
    Ok(seen.outcome)
}

/// The disk, once it is sure that it was plugged in since it was written.
fn plugged_in_again(
    disk: Disk,
    choice: Choice,
    devices: &dyn Devices,
    ledger: &Ledger,
) -> Result<Disk, Failure> {
    let stick = StickFacts::of(&disk);
    if ledger.stayed_since_written(&stick) {
        let what = "the key was not plugged in again since it was written";
        let next = "Unplug it, set its switch, plug it in again, then confirm.";
        return Err(Failure::new(Outcome::Refused, what, next));
    }
    if !ledger.may_have_stayed(&stick) {
        return Ok(disk);
    }
    if !screen::has_person() {
        let what = "this system does not tell whether the key was plugged in again";
        let next = "Run it at a terminal: it waits until the key was taken out and is back.";
        return Err(Failure::new(Outcome::Refused, what, next));
    }
    screen::talk("  This system does not tell whether the key was plugged in again.");
    arming::replugged(devices, choice)
}

/// What the log knows of a key before it is read.
struct Known {
    /// The attempt that wrote it.
    written_as: Option<u64>,
    /// The proof that it has already.
    before: Option<KeyEntry>,
}

fn known(
    matches: &ArgMatches,
    disk: &Disk,
    ready: &Ready,
    ledger: &Ledger,
    order: Option<&str>,
) -> Result<Known, Failure> {
    let stick = StickFacts::of(disk);
    let written_as = ledger.written_by(&stick, order).map(|key| key.attempt);
    let before = match matches.get_flag("another") {
        true => None,
        false => ledger.proved_before(&stick, order).cloned(),
    };
    // The number of another release's key is not this one's.
    let same = |key: &KeyEntry| key.release.image_sha256 == ready.carried.facts.image_sha256;
    let before = before.filter(same);
    // The log says last of such a stick that it failed, was changed or waits: that
    // may be its twin, and this one the key that has a number already.
    let twin = ledger.perhaps_proved(&stick, order).filter(|key| same(key));
    let numbered = twin.and_then(|key| key.ordinal).filter(|_| !matches.get_flag("another"));
    if let Some(ordinal) = numbered {
        let what = format!("it says the same of itself as key {ordinal}, and may be it");
        let next = "If it is another stick, or was written anew: confirm it with --another.";
        return Err(Failure::new(Outcome::Refused, what, next));
    }
    if let (None, Some(name)) = (&before, order)
        && ledger.progress(name).is_some_and(|progress| progress.is_complete())
    {
        let what = format!("order {name} has all its keys: there is no number for another one");
        let next = "Open another order, or confirm without --order.";
        return Err(Failure::new(Outcome::Refused, what, next));
    }
    Ok(Known { written_as, before })
}

/// Offers to write the key again, with all that `write` asks and checks.
fn write_again<F: Folder>(
    work: Work<'_>,
    disk: &Disk,
    production: &mut ProductionLog<'_, F>,
    context: &Context,
) {
    screen::talk("\n  It can be written again now. Anything else leaves it as it is.");
    match work.run(std::slice::from_ref(disk), production, context) {
        Ok(Outcome::Done) => screen::talk(
            "  Written again, not proved: unplug it, set its switch, plug it in again,\n  \
             and confirm it once more.",
        ),
        Ok(_) => {}
        // It was not proved before, and is not now: that stays the end.
        Err(failure) => screen::failure(&failure),
    }
}

/// The line that writes it again.
fn command_again(matches: &ArgMatches, disk: &Disk) -> String {
    let key = match (&disk.port, show::text(disk.serial.as_deref())) {
        (Some(port), _) => format!("--port {}", paste::argument(port, "PORT")),
        (None, Some(serial)) => format!("--serial {}", paste::strangers(&serial, "SERIAL")),
        (None, None) => "--port PORT".to_string(),
    };
    format!("mediaseal write {} {key}{}", source(matches), same_options(matches))
}

fn source(matches: &ArgMatches) -> String {
    paste::path(&build::given(matches, "source"), "RELEASE")
}

/// The options that another command about this key needs as well.
fn same_options(matches: &ArgMatches) -> String {
    let mut options = String::new();
    for name in ["state", "log"] {
        if let Some(folder) = matches.get_one::<PathBuf>(name) {
            options.push_str(&format!(" --{name} {}", paste::path(folder, "FOLDER")));
        }
    }
    if let Some(order) = matches.get_one::<String>("order") {
        options.push_str(&format!(" --order {}", paste::argument(order, "ORDER")));
    }
    options
}

/// What to do next.
fn advise(seen: &Seen, matches: &ArgMatches, said: &entry::Entry) {
    let place = show::place(&seen.disk);
    screen::talk(&match seen.ending {
        Ending::Proved => {
            let ordinal = said.key().and_then(|key| key.ordinal).unwrap_or_default();
            let card = format!("mediaseal card {} --ordinal {ordinal}", source(matches));
            format!("\n  Proved. Its card:\n    {card}{}", same_options(matches))
        }
        Ending::NotProtected => {
            format!("\n  Unplug it ({place}), set the switch, plug it in again, confirm again.")
        }
        Ending::OsChanges => {
            "\n  An operating system wrote on it. The release is intact, but this \
                              key must\n  not leave. With its switch open it is written again:"
                .to_string()
        }
        Ending::Failed => format!(
            "\n  FAILED: unplug it now ({place}) and put it aside. If it was written\n  \
             elsewhere, clear the whole stick and write it here:"
        ),
        _ => format!("\n  Not proved: {}.", seen.detail),
    });
}
