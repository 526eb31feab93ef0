//! A computer with ports and sticks in memory, a release with its image, and a
//! person at the bench who does what a script says.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::sync::Arc;
use std::time::Duration;

use mediaseal::medium::FileSpec;
use mediaseal::seal::chain::Chain;
use mediaseal::seal::digest::Digest;
use mediaseal::seal::names::Identifier;
use mediaseal::store::faulty::{FaultyDisk, FaultyFolder};
use mediaseal::store::lock::Locked;
use mediaseal::sys::disk::fake::{FakeDevices, Fault, stick};
use mediaseal::sys::disk::{AlignedBuffer, Devices as _, Disk, Intent};
use mediaseal::verify::decide::{FileSet, Held, Request, Scope, Threshold};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::rollback::{History, Older};
use mediaseal::write::cancel::Cancel;
use mediaseal::write::carried::Carried;
use mediaseal::write::clock::SystemClock;
use mediaseal::write::confirm::{Basis, RequireProtection, Seen, look};
use mediaseal::write::eligible::{DEFAULT_CEILING, LoopDevices, Policy};
use mediaseal::write::engine::{Eject, Job, PATIENCE};
use mediaseal::write::image::Image;
use mediaseal::write::production::entry::{Ending, Entry, FORMAT, KeyEntry, Order, StickFacts};
use mediaseal::write::production::ledger::Ledger;
use mediaseal::write::production::log::{ProductionLog, read};
use mediaseal::write::production::record::Context;
use mediaseal::write::result::Extent;
use mediaseal::write::source::prepare;
use mediaseal::write::station::board::{Board, Mood, Row};
use mediaseal::write::station::{Crew, Finished, Next, Station, run};

use crate::common::{Team, release_parts};

/// Bytes of every stick: the image and one MiB.
pub const STICK: u64 = 36 << 20;
/// Looks at the board before a test gives up waiting.
const PATIENT: usize = 200_000;

/// What came of a run, and the cards: number and recipient.
pub type Made = (Result<Finished, Failure>, Vec<(u32, String)>);

/// A release, its image, and a computer with ports.
pub struct Floor {
    pub team: Team,
    pub devices: FakeDevices,
    pub carried: Carried,
    pub image: Arc<Image>,
    pub held: Held,
    pub log: FaultyFolder,
}

fn chain(team: &Team) -> Held {
    let code = Digest::of(&team.documents[team.documents.len() - 1].bytes);
    Held::Chain(Chain::anchored(team.documents.clone(), code).unwrap())
}

pub fn prepared(team: &Team, name: &str, sequence: u32) -> (Carried, Arc<Image>) {
    let mut parts = release_parts(sequence);
    parts.manifest.volume.bytes = 35 << 20;
    let root = team.signed_release(name, &parts);
    let mut source = mediaseal::source::open(&root).unwrap();
    let request = Request {
        name: name.to_string(),
        device: None,
        scope: Scope::WholeMedium,
        threshold: Threshold::Enforce,
        expected: FileSet::Release,
        held: chain(team),
        history: &|_| History::First,
        older: Older::Refuse,
        product: None,
        required_level: None,
        clock: None,
    };
    let private = tempfile::tempfile().unwrap();
    let (report, prepared) = prepare(&mut *source, &request, private, &mut |_, _| ());
    let prepared = prepared.unwrap();
    let seal: Vec<FileSpec> = prepared.release.seal.specs();
    let image = (prepared.image.sha256, prepared.image.bytes);
    let carried = Carried::of(&report, seal, image).unwrap();
    (carried, Arc::new(prepared.image))
}

impl Floor {
    pub fn new() -> Self {
        let team = Team::new();
        let (carried, image) = prepared(&team, "release", 7);
        let (held, log) = (chain(&team), FaultyDisk::new().root());
        Self { team, devices: FakeDevices::new(), carried, image, held, log }
    }

    pub fn plug(&self, port: &str, serial: &str, faults: &[Fault]) -> Disk {
        let disk = stick(port, serial, STICK);
        self.devices.plug(disk.clone(), 0xA5, faults);
        disk
    }

    /// Unplugged and plugged in again, the switch set or not.
    pub fn replug(&self, port: &str, protected: bool) {
        self.devices.change(&stick(port, "", STICK).name, |disk| {
            disk.sequence = disk.sequence.map(|sequence| sequence + 10_000);
            disk.protection.reported = Some(protected);
        });
    }

    /// The disk at a port, as the list has it now.
    pub fn disk(&self, port: &str) -> Disk {
        let disks = self.devices.list().unwrap();
        disks.into_iter().find(|disk| disk.port.as_deref() == Some(port)).unwrap()
    }

    /// Changes bytes of a sector, as another computer would.
    pub fn patch(&self, port: &str, offset: u64, change: impl FnOnce(&mut u8)) {
        let mut target = self.devices.open(&self.disk(port), Intent::Write).unwrap();
        let mut sector = AlignedBuffer::new(512);
        let start = offset / 512 * 512;
        target.read_at(&mut sector, start).unwrap();
        change(&mut sector[(offset - start) as usize]);
        target.write_at(&sector, start).unwrap();
    }

    /// What `dd` writes, on a stick that was cleared.
    pub fn dd(&self, port: &str, serial: &str, image: &Image) -> Disk {
        let disk = stick(port, serial, STICK);
        self.devices.plug(disk.clone(), 0, &[]);
        let mut target = self.devices.open(&disk, Intent::Write).unwrap();
        let mut piece = AlignedBuffer::new(1 << 20);
        for offset in (0..image.bytes).step_by(1 << 20) {
            image.fill(&mut piece, offset).unwrap();
            target.write_at(&piece, offset).unwrap();
        }
        disk
    }

    pub fn confirm(&self, port: &str, held: &Held, protection: RequireProtection) -> Seen {
        let clock = SystemClock::start();
        let basis = Basis {
            held,
            history: &|_: &Identifier| History::First,
            carried: &self.carried,
            image: &self.image,
            protection,
            clock: &clock,
        };
        look(&self.devices, &self.disk(port), &basis, &mut |_, _| ())
    }

    pub fn seen(&self, port: &str) -> Seen {
        self.confirm(port, &self.held, RequireProtection::No)
    }

    fn station(&self, protection: RequireProtection) -> Station<'_> {
        Station {
            devices: &self.devices,
            job: Job {
                image: Arc::clone(&self.image),
                extent: Extent::WholeMedium,
                policy: Policy {
                    needed: Some(self.image.bytes),
                    ceiling: DEFAULT_CEILING,
                    loops: LoopDevices::Refuse,
                    ours: Vec::new(),
                },
                eject: Eject::Yes,
                patience: PATIENCE,
                clock: Arc::new(SystemClock::start()),
                cancel: Cancel::new(),
            },
            held: self.held.clone(),
            history: History::First,
            carried: &self.carried,
            image: Arc::clone(&self.image),
            protection,
            order: "4711".to_string(),
            context: Context {
                order: Some("4711".to_string()),
                ticket: Some("T-1".to_string()),
                operator: Some("ada".to_string()),
                release: self.carried.facts.clone(),
                protection_required: protection == RequireProtection::Yes,
            },
            replace_lost: false,
        }
    }

    fn order(&self, keys: u32) -> Order {
        Order {
            format: FORMAT,
            order: "4711".to_string(),
            keys,
            recipients: (1..=keys).map(|number| format!("Site {number}")).collect(),
            ticket: None,
            release: self.carried.facts.clone(),
            operator: None,
            opened: None,
        }
    }

    /// An order of so many keys that need not be write-protected, by a script.
    pub fn makes(&self, keys: u32, steps: Vec<Step<'_>>) -> Made {
        self.run(keys, RequireProtection::No, steps)
    }

    /// An order of keys that must be write-protected.
    pub fn makes_protected(&self, keys: u32, steps: Vec<Step<'_>>) -> Made {
        self.run(keys, RequireProtection::Yes, steps)
    }

    /// One run of the station by a script; what came of it and which cards.
    fn run(&self, keys: u32, protection: RequireProtection, steps: Vec<Step<'_>>) -> Made {
        let locked = Locked::acquire(self.log.clone(), Duration::ZERO).unwrap();
        let mut log = ProductionLog::open(&locked).unwrap();
        log.order(self.order(keys)).unwrap();
        let station = self.station(protection);
        let mut crew = Script { steps: steps.into(), cards: Vec::new(), polls: 0 };
        let finished = run(&station, &mut log, &mut crew);
        assert!(crew.steps.is_empty() || finished.is_err(), "the script did not come to its end");
        (finished, crew.cards)
    }

    /// A line of the log that another program wrote about a stick: a write that
    /// began or failed, or any other end of a proof.
    pub fn says_of(&self, port: &str, serial: &str, result: Ending) {
        let locked = Locked::acquire(self.log.clone(), Duration::ZERO).unwrap();
        let mut log = ProductionLog::open(&locked).unwrap();
        let mut key = log.ledger().keys().last().unwrap().clone();
        key.stick = StickFacts::of(&stick(port, serial, STICK));
        (key.result, key.ordinal, key.recipient) = (result, None, None);
        match result {
            Ending::Failed | Ending::Begun => {
                key.written_as = None;
                let kept =
                    if result == Ending::Begun { log.begins(key) } else { log.wrote(key, None) };
                kept.unwrap();
            }
            _ => _ = log.confirmed(key).unwrap(),
        }
    }

    pub fn ledger(&self) -> Ledger {
        read(&self.log).unwrap().0
    }

    /// How each attempt with a key ended, in the order of the log.
    pub fn results(&self) -> Vec<Ending> {
        let (ledger, mut results) = (self.ledger(), Vec::new());
        results.extend(ledger.attempts().filter_map(Entry::key).map(|key| key.result));
        results
    }
}

/// Waited for until it says that it is done.
pub type Step<'a> = Box<dyn FnMut(&Board) -> bool + 'a>;

struct Script<'a> {
    steps: std::collections::VecDeque<Step<'a>>,
    cards: Vec<(u32, String)>,
    polls: usize,
}

impl Crew for Script<'_> {
    fn next(&mut self, board: &Board) -> Next {
        for line in board.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        let Some(step) = self.steps.front_mut() else {
            return Next::Stop;
        };
        if step(board) {
            self.steps.pop_front();
            return Next::Look;
        }
        self.polls += 1;
        assert!(self.polls < PATIENT, "nothing happens any more: {board:#?}");
        std::thread::sleep(Duration::from_millis(1));
        Next::Look
    }

    fn card(&mut self, key: &KeyEntry, keys: u32) -> Result<String, Failure> {
        let recipient = key.recipient.clone().unwrap_or_default();
        self.cards.push((key.ordinal.unwrap(), recipient));
        match keys {
            13 => Err(Failure::new(Outcome::Io, "no paper", "")),
            _ => Ok("card printed".to_string()),
        }
    }
}

pub fn row<'b>(board: &'b Board, port: &str) -> Option<&'b Row> {
    board.rows.get(&format!("port {port}"))
}

fn mood(board: &Board, port: &str) -> Option<Mood> {
    row(board, port).map(|row| row.mood)
}

/// Waits until the port says this.
pub fn until<'a>(port: &'a str, wanted: Mood) -> Step<'a> {
    Box::new(move |board| mood(board, port) == Some(wanted))
}

/// Waits until the text at the port has these words.
pub fn says<'a>(port: &'a str, words: &'a str) -> Step<'a> {
    Box::new(move |board| row(board, port).is_some_and(|row| row.text.contains(words)))
}

/// Waits for so many looks.
pub fn looks<'a>(mut left: usize) -> Step<'a> {
    Box::new(move |_| {
        left -= 1;
        left == 0
    })
}

/// Does something once.
pub fn then<'a>(work: impl Fn() + 'a) -> Step<'a> {
    Box::new(move |_| {
        work();
        true
    })
}

/// One step after the other, as one.
pub fn in_turn<'a>(steps: Vec<Step<'a>>) -> Step<'a> {
    let mut steps = std::collections::VecDeque::from(steps);
    Box::new(move |board| {
        if steps.front_mut().is_none_or(|step| step(board)) {
            steps.pop_front();
        }
        steps.is_empty()
    })
}

/// A good stick is plugged in, and written.
pub fn written<'a>(floor: &'a Floor, port: &'a str, serial: &'a str) -> Step<'a> {
    let plug = then(move || _ = floor.plug(port, serial, &[]));
    in_turn(vec![plug, until(port, Mood::Replug)])
}

/// The stick at a port is plugged in again, its switch set or not, and that is
/// said of it.
pub fn replugged<'a>(floor: &'a Floor, port: &'a str, protected: bool, words: &'a str) -> Step<'a> {
    in_turn(vec![then(move || floor.replug(port, protected)), says(port, words)])
}
