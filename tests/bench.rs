//! The bench with sticks in memory: whole orders, sticks that fail, lie about
//! nothing or everything, come back changed, or all say the same serial.
#![cfg(feature = "builder")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{Team, release_parts};
use mediaseal::medium::FileSpec;
use mediaseal::seal::chain::Chain;
use mediaseal::seal::digest::Digest;
use mediaseal::seal::names::Identifier;
use mediaseal::store::faulty::{Fault as DiskFault, FaultyDisk, FaultyFolder};
use mediaseal::store::lock::Locked;
use mediaseal::sys::disk::fake::{FakeDevices, Fault, stick};
use mediaseal::sys::disk::{AlignedBuffer, Devices as _, Disk, Intent, Usage};
use mediaseal::verify::decide::{FileSet, Held, Request, Scope, Threshold};
use mediaseal::verify::finding::Unpinned;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::rollback::{History, Older};
use mediaseal::write::cancel::Cancel;
use mediaseal::write::carried::Carried;
use mediaseal::write::clock::SystemClock;
use mediaseal::write::confirm::{Basis, RequireProtection, Seen, look};
use mediaseal::write::eligible::{DEFAULT_CEILING, LoopDevices, Policy};
use mediaseal::write::engine::{Eject, Job, PATIENCE};
use mediaseal::write::image::Image;
use mediaseal::write::production::entry::{Ending, FORMAT, KeyEntry, Order};
use mediaseal::write::production::ledger::Ledger;
use mediaseal::write::production::log::{ProductionLog, read};
use mediaseal::write::production::record::Context;
use mediaseal::write::result::Extent;
use mediaseal::write::source::prepare;
use mediaseal::write::station::board::{Board, Mood, Row};
use mediaseal::write::station::{Crew, Finished, Next, Station, run};

/// Bytes of every stick: the image and one MiB.
const STICK: u64 = 36 << 20;
/// Looks at the board before a test gives up waiting.
const PATIENT: usize = 200_000;

/// A release, its image, and a computer with ports.
struct Floor {
    _team: Team,
    devices: FakeDevices,
    carried: Carried,
    image: Arc<Image>,
    held: Held,
    log: FaultyFolder,
}

fn chain(team: &Team) -> Held {
    let code = Digest::of(&team.documents[team.documents.len() - 1].bytes);
    Held::Chain(Chain::anchored(team.documents.clone(), code).unwrap())
}

fn prepared(team: &Team, name: &str, sequence: u32) -> (Carried, Arc<Image>) {
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
    fn new() -> Self {
        let team = Team::new();
        let (carried, image) = prepared(&team, "release", 7);
        let (held, log) = (chain(&team), FaultyDisk::new().root());
        Self { _team: team, devices: FakeDevices::new(), carried, image, held, log }
    }

    fn plug(&self, port: &str, serial: &str, faults: &[Fault]) -> Disk {
        let disk = stick(port, serial, STICK);
        self.devices.plug(disk.clone(), 0xA5, faults);
        disk
    }

    /// Unplugged and plugged in again, the switch set or not.
    fn replug(&self, port: &str, protected: bool) {
        self.devices.change(&stick(port, "", STICK).name, |disk| {
            disk.sequence = disk.sequence.map(|sequence| sequence + 10_000);
            disk.protection.reported = Some(protected);
        });
    }

    /// The disk at a port, as the list has it now.
    fn disk(&self, port: &str) -> Disk {
        let disks = self.devices.list().unwrap();
        disks.into_iter().find(|disk| disk.port.as_deref() == Some(port)).unwrap()
    }

    /// Changes bytes of a sector, as another computer would.
    fn patch(&self, port: &str, offset: u64, change: impl FnOnce(&mut u8)) {
        let mut target = self.devices.open(&self.disk(port), Intent::Write).unwrap();
        let mut sector = AlignedBuffer::new(512);
        let start = offset / 512 * 512;
        target.read_at(&mut sector, start).unwrap();
        change(&mut sector[(offset - start) as usize]);
        target.write_at(&sector, start).unwrap();
    }

    /// What `dd` writes, on a stick that was cleared.
    fn dd(&self, port: &str, serial: &str, image: &Image) -> Disk {
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

    fn confirm(&self, port: &str, held: &Held, protection: RequireProtection) -> Seen {
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

    fn seen(&self, port: &str) -> Seen {
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

    /// One run of the station by a script; what came of it and which cards.
    fn run(
        &self,
        keys: u32,
        protection: RequireProtection,
        steps: Vec<Step<'_>>,
    ) -> (Result<Finished, Failure>, Vec<(u32, String)>) {
        let locked = Locked::acquire(self.log.clone(), Duration::ZERO).unwrap();
        let mut log = ProductionLog::open(&locked).unwrap();
        log.order(self.order(keys)).unwrap();
        let station = self.station(protection);
        let mut crew = Script { steps: steps.into(), cards: Vec::new(), polls: 0 };
        let finished = run(&station, &mut log, &mut crew);
        assert!(crew.steps.is_empty() || finished.is_err(), "the script did not come to its end");
        (finished, crew.cards)
    }

    fn ledger(&self) -> Ledger {
        read(&self.log).unwrap().0
    }

    fn results(&self) -> Vec<Ending> {
        self.ledger().keys().map(|key| key.result).collect()
    }
}

/// Waited for until it says that it is done.
type Step<'a> = Box<dyn FnMut(&Board) -> bool + 'a>;

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

fn row<'b>(board: &'b Board, port: &str) -> Option<&'b Row> {
    board.rows.get(&format!("port {port}"))
}

fn mood(board: &Board, port: &str) -> Option<Mood> {
    row(board, port).map(|row| row.mood)
}

/// Waits until the port says this.
fn until<'a>(port: &'a str, wanted: Mood) -> Step<'a> {
    Box::new(move |board| mood(board, port) == Some(wanted))
}

/// Waits until the text at the port has these words.
fn says<'a>(port: &'a str, words: &'a str) -> Step<'a> {
    Box::new(move |board| row(board, port).is_some_and(|row| row.text.contains(words)))
}

/// Waits for so many looks.
fn looks<'a>(mut left: usize) -> Step<'a> {
    Box::new(move |_| {
        left -= 1;
        left == 0
    })
}

/// Does something once.
fn then<'a>(work: impl Fn() + 'a) -> Step<'a> {
    Box::new(move |_| {
        work();
        true
    })
}

#[test]
fn an_order_is_made_over_two_days_with_a_bad_stick_and_equal_serials() {
    let floor = Floor::new();
    let bad = [Fault::WriteError { at: 20 << 20 }];
    let (finished, cards) = floor.run(
        3,
        RequireProtection::Yes,
        vec![
            then(|| {
                floor.plug("1-1", "SAME", &[]);
                floor.plug("1-2", "SAME", &[]);
                floor.plug("1-3", "", &bad);
            }),
            says("1-3", "FAILED at byte 20,971,520: unplug it now"),
            until("1-1", Mood::Replug),
            until("1-2", Mood::Replug),
            says("1-2", "unplug it, set the switch, plug it in again"),
            then(|| floor.replug("1-2", true)),
            says("1-2", "proved, write-protected   number 1   card printed"),
        ],
    );
    let finished = finished.unwrap();
    assert_eq!(finished, Finished { complete: false, failed: 1, cards_missing: 0 });
    assert_eq!(finished.outcome(), Outcome::SomeFailed);
    assert_eq!(cards, [(1, "Site 1".to_string())]);
    let progress = floor.ledger().progress("4711").unwrap();
    assert_eq!((progress.proved, progress.waiting, progress.failed), (1, 1, 1));
    // Next day: the log alone says where it goes on.
    floor.devices.unplug(&stick("1-3", "", STICK).name);
    let (finished, cards) = floor.run(
        3,
        RequireProtection::Yes,
        vec![
            Box::new(|board| board.heading.contains("1 of 3 done · 1 stick failed")),
            says("1-1", "was there before"),
            then(|| floor.replug("1-1", true)),
            says("1-1", "number 2"),
            then(|| _ = floor.plug("1-4", "NEW", &[])),
            until("1-4", Mood::Replug),
            then(|| floor.replug("1-4", true)),
            says("1-4", "number 3"),
        ],
    );
    let finished = finished.unwrap();
    assert_eq!((finished.complete, finished.outcome()), (true, Outcome::Done));
    assert_eq!(cards, [(2, "Site 2".to_string()), (3, "Site 3".to_string())]);
    let ledger = floor.ledger();
    let ordinals: Vec<u32> = ledger.keys().filter_map(|key| key.ordinal).collect();
    assert_eq!(ordinals, [1, 2, 3]);
    let proofs: Vec<_> = ledger.keys().filter(|key| key.ordinal.is_some()).collect();
    for proof in proofs {
        let written = ledger.keys().find(|key| Some(key.attempt) == proof.written_as).unwrap();
        assert_eq!(written.stick.port, proof.stick.port, "told apart by port");
        assert_eq!(proof.protection.reported, Some(true));
    }
}

#[test]
fn a_stick_that_is_pulled_out_fails_alone() {
    let floor = Floor::new();
    let pulled = [Fault::RemovedAfter { bytes: 10 << 20 }];
    let (finished, _) = floor.run(
        1,
        RequireProtection::No,
        vec![
            then(|| _ = floor.plug("1-1", "A", &pulled)),
            until("1-1", Mood::Failed),
            then(|| _ = floor.plug("1-2", "B", &[])),
            until("1-2", Mood::Replug),
            then(|| floor.replug("1-2", false)),
            says("1-2", "proved, NOT write-protected   number 1"),
        ],
    );
    let finished = finished.unwrap();
    assert!(finished.complete);
    assert_eq!((finished.failed, finished.outcome()), (1, Outcome::SomeFailed));
    assert_eq!(floor.results(), [Ending::Failed, Ending::Done, Ending::Proved]);
}

#[test]
fn a_key_that_a_system_changed_is_told_and_written_again() {
    let floor = Floor::new();
    let (finished, _) = floor.run(
        1,
        RequireProtection::Yes,
        vec![
            then(|| _ = floor.plug("1-1", "A", &[])),
            until("1-1", Mood::Replug),
            // Plugged in without its switch: not protected, and mounted.
            then(|| floor.replug("1-1", false)),
            says("1-1", "NOT protected: unplug it, set the switch"),
            then(|| {
                floor.patch("1-1", (1 << 20) + 0x41, |byte| *byte |= 1);
                floor.replug("1-1", false);
            }),
            says("1-1", "changed by a system"),
            then(|| floor.replug("1-1", false)),
            says("1-1", "unplug it, set the switch, plug it in again"),
            then(|| floor.replug("1-1", true)),
            says("1-1", "number 1"),
        ],
    );
    let finished = finished.unwrap();
    assert!(finished.complete);
    assert_eq!(finished.outcome(), Outcome::SomeFailed, "two proofs of this run were none");
    use Ending::{Done, NotProtected, OsChanges, Proved};
    assert_eq!(floor.results(), [Done, NotProtected, OsChanges, Done, Proved]);
    let changed = floor.ledger().keys().nth(2).unwrap().clone();
    assert_eq!(changed.first_bad_offset, Some((1 << 20) + 0x41));
    assert!(changed.findings.contains(&"M-701".to_string()), "{:?}", changed.findings);
}

#[test]
fn nothing_is_written_that_was_there_before_is_mounted_or_too_much() {
    let floor = Floor::new();
    let there = floor.plug("1-1", "THERE", &[]);
    let mounted = || {
        let mut disk = stick("1-2", "MOUNTED", STICK);
        disk.usage = Some(vec![Usage::Mounted("/media/key".into())]);
        floor.devices.plug(disk, 0xA5, &[]);
    };
    let (finished, _) = floor.run(
        1,
        RequireProtection::No,
        vec![
            says("1-1", "was there before"),
            then(mounted),
            says("1-2", "mounted at /media/key"),
            then(|| {
                let name = stick("1-2", "", STICK).name;
                floor.devices.change(&name, |disk| disk.usage = Some(Vec::new()));
            }),
            until("1-2", Mood::Replug),
            then(|| _ = floor.plug("1-3", "MORE", &[])),
            says("1-3", "the order has enough keys"),
            then(|| {
                let mut other = stick("1-4", "FULL", STICK);
                other.protection.reported = Some(true);
                floor.devices.plug(other, 0xA5, &[]);
            }),
            says("1-4", "write-protected, and not this release"),
            then(|| floor.replug("1-2", false)),
            says("1-2", "number 1"),
        ],
    );
    assert!(finished.unwrap().complete);
    assert_eq!(floor.results(), [Ending::Done, Ending::Proved]);
    for port in ["1-1", "1-3", "1-4"] {
        let disk = floor.disk(port);
        assert!(
            floor.devices.content(&disk.name, 0, 512).iter().all(|byte| *byte == 0xA5),
            "{port}"
        );
    }
    assert!(floor.devices.calls(&there.name).is_empty(), "not even opened");
}

#[test]
fn a_key_that_dd_wrote_is_numbered_and_one_with_a_number_keeps_it() {
    let floor = Floor::new();
    let (finished, cards) = floor.run(
        2,
        RequireProtection::Yes,
        vec![
            then(|| {
                floor.dd("1-1", "DD", &floor.image);
                floor.replug("1-1", true);
            }),
            says("1-1", "number 1"),
            then(|| floor.replug("1-1", true)),
            says("1-1", "is key 1 already"),
        ],
    );
    let finished = finished.unwrap();
    assert_eq!(finished.outcome(), Outcome::Cancelled, "stopped before the order was complete");
    assert_eq!(cards.len(), 1);
    let ledger = floor.ledger();
    let key = ledger.keys().next().unwrap();
    assert_eq!((key.written_as, key.ordinal), (None, Some(1)));
}

/// Plugged in at another port.
fn moved(floor: &Floor, from: &str, to: &str) {
    floor.replug(from, true);
    let name = stick(from, "", STICK).name;
    floor.devices.change(&name, |disk| disk.port = Some(to.to_string()));
}

#[test]
fn a_key_without_a_serial_that_comes_once_more_gets_no_second_number() {
    let floor = Floor::new();
    let (finished, cards) = floor.run(
        2,
        RequireProtection::Yes,
        vec![
            then(|| _ = floor.plug("1-1", "", &[])),
            until("1-1", Mood::Replug),
            then(|| floor.replug("1-1", true)),
            says("1-1", "number 1"),
            then(|| floor.replug("1-1", true)),
            says("1-1", "may be key 1, it has no serial"),
        ],
    );
    assert!(!finished.unwrap().complete);
    assert_eq!(cards.len(), 1);
}

#[test]
fn a_numbered_key_at_another_port_is_not_taken_for_its_twin() {
    let floor = Floor::new();
    let (finished, cards) = floor.run(
        2,
        RequireProtection::Yes,
        vec![
            then(|| {
                floor.plug("1-1", "SAME", &[]);
                floor.plug("1-2", "SAME", &[]);
            }),
            until("1-1", Mood::Replug),
            until("1-2", Mood::Replug),
            then(|| floor.replug("1-1", true)),
            says("1-1", "number 1"),
            then(|| moved(&floor, "1-1", "1-5")),
            says("1-5", "like key 1: plug it in at 1-2, where it was written"),
            then(|| floor.replug("1-2", true)),
            says("1-2", "number 2"),
        ],
    );
    assert!(finished.unwrap().complete);
    assert_eq!(cards.len(), 2);
    let ledger = floor.ledger();
    let ports: Vec<_> = (ledger.keys().filter(|key| key.ordinal.is_some()))
        .map(|key| key.stick.port.clone().unwrap())
        .collect();
    assert_eq!(ports, ["1-1", "1-2"], "each was read");
}

#[test]
fn a_stick_that_a_list_left_out_is_not_plugged_in_by_that() {
    let floor = Floor::new();
    let there = floor.plug("1-1", "THERE", &[]);
    let (finished, _) = floor.run(
        2,
        RequireProtection::No,
        vec![
            says("1-1", "was there before"),
            then(|| floor.devices.unplug(&there.name)),
            looks(3),
            then(|| floor.devices.plug(there.clone(), 0xA5, &[])),
            looks(3),
            then(|| floor.devices.change(&there.name, |disk| disk.serial = None)),
            looks(10),
            // Nor is a key that was written proved by it.
            then(|| _ = floor.plug("1-2", "NEW", &[])),
            until("1-2", Mood::Replug),
            then(|| {
                let name = stick("1-2", "", STICK).name;
                floor.devices.change(&name, |disk| disk.serial = None);
            }),
            looks(10),
        ],
    );
    assert!(!finished.unwrap().complete);
    assert_eq!(floor.results(), [Ending::Done]);
    assert!(floor.devices.calls(&there.name).is_empty(), "not even opened");
}

#[test]
fn without_numbers_of_pluggings_in_only_a_stick_that_was_seen_to_go_is_new() {
    let floor = Floor::new();
    let bare = |port: &str| Disk { sequence: None, ..stick(port, port, STICK) };
    let there = bare("1-1");
    floor.devices.plug(there.clone(), 0xA5, &[]);
    let plug = |port: &str| floor.devices.plug(bare(port), 0xA5, &[]);
    let gone = |name: &str| floor.devices.unplug(name);
    let name = bare("1-2").name;
    let (finished, _) = floor.run(
        1,
        RequireProtection::No,
        vec![
            says("1-1", "was there before"),
            // Left out of one list, and told with other facts: not plugged in by that.
            then(|| gone(&there.name)),
            looks(1),
            then(|| floor.devices.plug(there.clone(), 0xA5, &[])),
            looks(10),
            then(|| floor.devices.change(&there.name, |disk| disk.serial = None)),
            looks(10),
            then(|| plug("1-2")),
            until("1-2", Mood::Replug),
            then(|| floor.devices.change(&name, |disk| disk.serial = Some(b"X".to_vec()))),
            looks(10),
            then(|| floor.devices.change(&name, |disk| disk.serial = Some(b"1-2".to_vec()))),
            looks(10),
            // Taken out for a while, it is another plugging-in.
            then(|| floor.devices.hide(&name, true)),
            looks(10),
            then(|| floor.devices.hide(&name, false)),
            says("1-2", "number 1"),
        ],
    );
    assert!(finished.unwrap().complete);
    assert_eq!(floor.results(), [Ending::Done, Ending::Proved]);
    assert!(floor.devices.calls(&there.name).is_empty(), "not even opened");
}

#[test]
fn a_log_that_cannot_be_written_stops_the_station() {
    let floor = Floor::new();
    let (finished, cards) = floor.run(
        1,
        RequireProtection::No,
        vec![
            then(|| _ = floor.plug("1-1", "A", &[])),
            until("1-1", Mood::Working),
            then(|| floor.log.disk().set_fault(DiskFault::Full { at: 0 })),
            says("1-1", "never: the log is full"),
        ],
    );
    let failure = finished.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Io, "{failure}");
    assert!(cards.is_empty());
    floor.log.disk().set_fault(DiskFault::None);
    assert!(floor.results().is_empty(), "what is not in the log is no key");
}

#[test]
fn a_card_that_cannot_be_made_is_told_and_the_key_stays_proved() {
    let floor = Floor::new();
    let (finished, _) = floor.run(
        13,
        RequireProtection::No,
        vec![
            then(|| _ = floor.plug("1-1", "A", &[])),
            until("1-1", Mood::Replug),
            then(|| floor.replug("1-1", false)),
            says("1-1", "NO CARD"),
        ],
    );
    let finished = finished.unwrap();
    assert_eq!((finished.cards_missing, finished.outcome()), (1, Outcome::SomeFailed));
    assert_eq!(floor.ledger().progress("4711").unwrap().proved, 1);
}

#[test]
fn stopping_leaves_keys_that_do_not_mount() {
    let floor = Floor::new();
    let slow = [Fault::Slow { pause: Duration::from_millis(20) }];
    let (finished, _) = floor.run(
        1,
        RequireProtection::No,
        vec![then(|| _ = floor.plug("1-1", "A", &slow)), until("1-1", Mood::Working)],
    );
    assert_eq!(finished.unwrap().outcome(), Outcome::Cancelled);
    assert_eq!(floor.results(), [Ending::Cancelled]);
    let name = stick("1-1", "A", STICK).name;
    // Neither a partition table nor a boot sector: nothing mounts it.
    for place in [0, 1 << 20] {
        let sector = floor.devices.content(&name, place, 512);
        assert_ne!(sector[510..], [0x55, 0xAA], "byte {place}");
    }
}

#[test]
fn row_31_no_key_is_proved_that_nobody_known_here_signed() {
    let floor = Floor::new();
    floor.dd("1-1", "A", &floor.image);
    let seen = floor.confirm("1-1", &Held::Unpinned(Unpinned::NoAnchor), RequireProtection::No);
    assert_eq!((seen.ending, seen.outcome), (Ending::CannotTell, Outcome::TrustSetUp));
    // A counterfeit, whole in itself, by people of the same names.
    let forger = Team::new();
    let (carried, image) = prepared(&forger, "forged", 7);
    floor.dd("1-2", "B", &image);
    let seen = floor.seen("1-2");
    assert_eq!((seen.ending, seen.outcome), (Ending::Failed, Outcome::Fail));
    assert!(seen.findings().contains(&"M-402".to_string()), "{:?}", seen.findings());
    // It is not to be told by the release code: the same files have the same.
    assert_eq!(carried.facts.release_code, floor.carried.facts.release_code);
    assert_ne!(carried.facts.image_sha256, floor.carried.facts.image_sha256);
}

#[test]
fn a_good_key_of_another_release_is_none_of_this_order() {
    let floor = Floor::new();
    let (_, other) = prepared(&floor._team, "other", 8);
    floor.dd("1-1", "A", &other);
    let seen = floor.seen("1-1");
    assert_eq!((seen.ending, seen.outcome), (Ending::Failed, Outcome::Fail));
    assert!(seen.detail.contains("not of this release"), "{}", seen.detail);
    assert!(seen.first_bad_offset.is_some());
}

#[test]
fn row_29_differences_and_bad_sectors_are_told_with_their_exact_offset() {
    let floor = Floor::new();
    let image = &floor.image;
    // In a sealed file, where the check alone can name the file's sectors only.
    let payload = 3_000_017;
    for (port, offset) in [("1-1", payload), ("1-2", image.bytes + 77), ("1-3", 600)] {
        floor.dd(port, "A", image);
        floor.patch(port, offset, |byte| *byte ^= 0x40);
        let seen = floor.seen(port);
        assert_eq!((seen.ending, seen.outcome), (Ending::Failed, Outcome::Fail), "{port}");
        assert_eq!(seen.first_bad_offset, Some(offset), "{port}");
        assert!(!seen.findings().is_empty());
    }
    let disk = floor.dd("1-4", "A", image);
    assert_eq!(floor.seen("1-4").ending, Ending::Proved);
    // The same stick with a sector that cannot be read any more.
    let bad = 5 << 20;
    let faulty = floor.plug("1-5", "B", &[Fault::ReadError { at: bad }]);
    let seen = floor.seen("1-5");
    assert_ne!(seen.outcome, Outcome::Done);
    assert_eq!(seen.first_bad_offset, Some(0), "it holds nothing of the image");
    assert_ne!(disk.name, faulty.name);
}

#[test]
fn protection_is_seen_and_only_asked_for_where_it_must_be() {
    let floor = Floor::new();
    floor.dd("1-1", "A", &floor.image);
    for (reported, required, ending) in [
        (Some(true), RequireProtection::Yes, Ending::Proved),
        (Some(false), RequireProtection::Yes, Ending::NotProtected),
        (None, RequireProtection::Yes, Ending::NotProtected),
        (Some(false), RequireProtection::No, Ending::Proved),
        (None, RequireProtection::No, Ending::Proved),
    ] {
        let name = floor.disk("1-1").name;
        floor.devices.change(&name, |disk| disk.protection.reported = reported);
        let seen = floor.confirm("1-1", &floor.held, required);
        assert_eq!(seen.ending, ending, "{reported:?} {required:?}");
        assert_eq!(seen.protection.reported, reported);
        let done = seen.outcome == Outcome::Done;
        assert_eq!(done, ending == Ending::Proved, "the exit code says it as well");
    }
}

#[test]
fn a_disk_that_was_exchanged_or_is_in_use_is_not_read() {
    let floor = Floor::new();
    let disk = floor.dd("1-1", "A", &floor.image);
    let mut other = stick("1-1", "OTHER", STICK);
    other.sequence = Some(77);
    floor.devices.swap(&disk.name, other);
    let seen = floor.seen("1-1");
    assert_eq!((seen.ending, seen.outcome), (Ending::Refused, Outcome::Refused));
    assert!(seen.detail.contains("another disk"), "{}", seen.detail);
    floor.plug("1-2", "B", &[Fault::Busy]);
    let seen = floor.seen("1-2");
    assert_eq!((seen.ending, seen.outcome), (Ending::Refused, Outcome::Refused));
}
