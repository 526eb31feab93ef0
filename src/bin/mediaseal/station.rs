//! `mediaseal station`: the bench, key after key.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use mediaseal::seal::names::escape;
use mediaseal::sign::files::{self, Access, Existing};
use mediaseal::store::SystemFolder;
use mediaseal::sys::disk::{Loops, SystemDevices};
use mediaseal::sys::interrupt;
use mediaseal::sys::storage::storage_of;
use mediaseal::text::{COLUMNS, wrap};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::{session, state};
use mediaseal::write::cancel::Cancel;
use mediaseal::write::card::{self, Card};
use mediaseal::write::carried::Carried;
use mediaseal::write::clock::SystemClock;
use mediaseal::write::eligible::{DEFAULT_CEILING, LoopDevices, Policy};
use mediaseal::write::engine::{Eject, Job, PATIENCE};
use mediaseal::write::production::entry::{FORMAT, KeyEntry, Order, clean};
use mediaseal::write::production::log::ProductionLog;
use mediaseal::write::production::{place, recipients};
use mediaseal::write::result::Extent;
use mediaseal::write::station::board::Board;
use mediaseal::write::station::{Crew, Next, Station, run as bench_run};

use crate::{bench, build, log, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal station out/release --order 4711 --keys 50 --card cards
  mediaseal station out/release --order 4711 --recipients sites.csv --card cards
  mediaseal station out/release --order 4711 --card cards     goes on tomorrow

EVERY stick that is plugged in while the station runs is erased and written.
Each is read back, plugged in again with its switch set, proved, numbered and
gets its card. Ctrl-C stops for today; the order goes on with the same command.
See docs/SUPPORT.md.";

/// A look at the ports.
const PAUSE: Duration = Duration::from_millis(300);

/// The definition.
pub fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("station")
        .about("Makes the keys of an order, one after the other")
        .args(bench::options())
        .mut_arg("order", |order| order.required(true).help("The order"))
        .arg(
            Arg::new("keys")
                .long("keys")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..=recipients::MAX_RECIPIENTS as i64))
                .help("Keys of a new order"),
        )
        .arg(build::path("recipients", "F.csv", "Who gets them, one a line"))
        .arg(build::path("card", "DIR", "Write cards into this folder, as text and page"))
        .arg(flag("replace-lost", "Replace keys that wait for their proof from earlier"))
        .arg(
            Arg::new("yes-order")
                .long("yes-order")
                .value_name("O")
                .help("Confirm without a terminal"),
        )
        .after_help(EXAMPLE)
}

/// Opens the order or goes on with it, then works.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let name = clean(matches.get_one::<String>("order").map_or("", String::as_str));
    if name.is_empty() {
        return Err(Failure::new(Outcome::Usage, "--order is empty", "Give the order a name."));
    }
    let recipients = read_recipients(matches)?;
    let ready = match bench::ready(matches)? {
        Ok(ready) => ready,
        Err(outcome) => return Ok(outcome),
    };
    if let Some(folder) = matches.get_one::<PathBuf>("card") {
        SystemFolder::open(folder).map_err(|error| {
            let what = format!("the folder for cards, {}: {error}", files::shown(folder));
            Failure::new(Outcome::Io, what, "Make it first.")
        })?;
    }
    let locked = place::hold(&log::folder(matches))?;
    let mut production = ProductionLog::open(&locked)?;
    let context = bench::context(matches, &ready, Some(name.clone()));
    let keys = matches.get_one::<u32>("keys").copied().or(match recipients.len() {
        0 => None,
        count => Some(count as u32),
    });
    let known = production.ledger().order(&name).is_some();
    let keys = match (keys, known) {
        (Some(keys), _) => keys,
        // What the log says holds.
        (None, true) => 0,
        (None, false) => {
            let what = format!("order {name} is new: how many keys?");
            return Err(Failure::new(Outcome::Usage, what, "Add --keys N or --recipients F.csv."));
        }
    };
    if !recipients.is_empty() && recipients.len() as u32 != keys {
        let what = format!("{keys} keys and {} recipients", recipients.len());
        return Err(Failure::new(Outcome::Usage, what, "Name as many as there are keys."));
    }
    screen::talk(&format!(
        "  EVERY stick that is plugged in from now on is ERASED and written with\n  \
         {} {}, release {}.",
        ready.carried.facts.product, ready.carried.facts.version, ready.carried.facts.position
    ));
    for key in production.ledger().unfinished(Some(&name)) {
        screen::talk(&begun(key));
    }
    let question = format!("Type the order to begin ({name}):");
    let typed = screen::confirm(&question, matches.get_one("yes-order"), "--yes-order O")?;
    if typed.trim() != name {
        return Err(Failure::new(Outcome::Cancelled, "that is not the order", "Nothing was done."));
    }
    production.order(Order {
        format: FORMAT,
        order: name.clone(),
        keys,
        recipients,
        ticket: context.ticket.clone(),
        release: ready.carried.facts.clone(),
        operator: context.operator.clone(),
        opened: session::clock(),
    })?;
    // Never loop devices: whatever appears is written.
    let devices = SystemDevices::new(Loops::Hide);
    let state: PathBuf = matches.get_one("state").cloned().unwrap_or_else(state::default_folder);
    let ours = [build::given(matches, "source"), state, log::folder(matches)];
    let disks = |path: &PathBuf| storage_of(path).map(|storage| storage.disks).unwrap_or_default();
    let cancel = Cancel::new();
    interrupt::set_on_interrupt(cancel.flag()).map_err(|error| {
        Failure::new(Outcome::Io, format!("cannot listen for Ctrl-C: {error}"), "")
    })?;
    let station = Station {
        devices: &devices,
        job: Job {
            image: Arc::clone(&ready.image),
            extent: Extent::WholeMedium,
            policy: Policy {
                needed: Some(ready.image.bytes),
                ceiling: DEFAULT_CEILING,
                loops: LoopDevices::Refuse,
                ours: ours.iter().flat_map(disks).map(|disk| disk.number).collect(),
            },
            eject: Eject::Yes,
            patience: PATIENCE,
            clock: Arc::new(SystemClock::start()),
            cancel,
        },
        held: ready.held.clone(),
        history: ready.history,
        carried: &ready.carried,
        image: Arc::clone(&ready.image),
        protection: bench::protection(matches),
        order: name.clone(),
        context,
        replace_lost: matches.get_flag("replace-lost"),
    };
    let cards = matches.get_one::<PathBuf>("card").cloned();
    let mut desk = Desk { carried: &ready.carried, cards, shown: Vec::new() };
    let finished = bench_run(&station, &mut production, &mut desk)?;
    if let Some(progress) = production.ledger().progress(&name) {
        screen::data(&format!(
            "Order {name}: {} of {} done, {}, {} wait for their proof",
            progress.proved,
            progress.keys,
            progress.failed_sticks(),
            progress.waiting
        ))?;
    }
    if !finished.complete {
        screen::talk("  Go on with the same command.");
    }
    Ok(finished.outcome())
}

/// A stick that was on its way when the program ended.
fn begun(key: &KeyEntry) -> String {
    let port = key.stick.port.as_deref().unwrap_or("unknown");
    let serial = key.stick.serial.as_deref().unwrap_or("none");
    let text = format!(
        "Attempt {} began at port {port}, serial {serial}, and has no end in the log: that \
         stick is no key. Plug it in: it is written again, or read whole if it has all.",
        key.attempt
    );
    wrap(&text, "  ", COLUMNS)
}

fn read_recipients(matches: &ArgMatches) -> Result<Vec<String>, Failure> {
    let Some(path) = matches.get_one::<PathBuf>("recipients") else {
        return Ok(Vec::new());
    };
    let bytes = files::read(path, recipients::MAX_FILE_BYTES)?;
    recipients::parse(&bytes).map_err(|error| {
        let what = format!("{}: {error}", files::shown(path));
        Failure::new(Outcome::Usage, what, "Correct the list; nothing was done.")
    })
}

/// The screen and the folder of cards.
struct Desk<'a> {
    carried: &'a Carried,
    cards: Option<PathBuf>,
    shown: Vec<String>,
}

impl Crew for Desk<'_> {
    fn next(&mut self, board: &Board) -> Next {
        let lines = board.lines();
        if lines != self.shown {
            self.show(&lines);
            self.shown = lines;
        }
        std::thread::sleep(PAUSE);
        Next::Look
    }

    fn card(&mut self, key: &KeyEntry, keys: u32) -> Result<String, Failure> {
        let Some(folder) = &self.cards else {
            return Ok("card: mediaseal card".to_string());
        };
        let card = Card::new(self.carried, key, Some(keys))
            .map_err(|error| Failure::new(Outcome::Refused, error.to_string(), error.advice()))?;
        let stem = card.file_stem();
        for (end, page) in [("txt", card::text::render(&card)), ("html", card::html::render(&card))]
        {
            let path = folder.join(format!("{stem}.{end}"));
            // The same key's card, should it be there, says the same.
            files::write(&path, page.as_bytes(), Access::Everyone, Existing::Replace)?;
        }
        Ok(format!("card {}", escape(&stem)))
    }
}

impl Desk<'_> {
    /// Over itself on a terminal; elsewhere what is new, line by line.
    fn show(&self, lines: &[String]) {
        let mut err = std::io::stderr();
        if err.is_terminal() {
            let up = match self.shown.len() {
                0 => String::new(),
                count => format!("\x1b[{count}A\x1b[J"),
            };
            // Nobody to tell if it cannot be written.
            let _ = writeln!(err, "{up}{}", lines.join("\n"));
            return;
        }
        for line in lines.iter().filter(|line| !line.is_empty() && !self.shown.contains(line)) {
            // Progress is for people who look.
            if !line.contains(" %") {
                screen::talk(line);
            }
        }
    }
}
