//! Rows 28 to 31 of docs/THREATS.md: what attacks the writing of keys, each by
//! its name, on sticks in memory. The program itself writes loop devices in
//! `write_loop.rs`.
#![cfg(feature = "builder")]

mod common;
#[path = "common/world.rs"]
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mediaseal::sys::disk::fake::{Call, FakeDevices, Fault, stick};
use mediaseal::sys::disk::{Bus, Devices, Disk, Usage, Volume};
use mediaseal::sys::private_file::private_file;
use mediaseal::text::Language;
use mediaseal::verify::outcome::Outcome;
use mediaseal::verify::pinning::System;
use mediaseal::verify::session::{self, Asked};
use mediaseal::write::cancel::Cancel;
use mediaseal::write::choose::{Choice, ChooseError, choose};
use mediaseal::write::clock::SystemClock;
use mediaseal::write::eligible::{Policy, reasons};
use mediaseal::write::engine::{self, Eject, Job};
use mediaseal::write::event::{Event, Observer, Phase, Silent};
use mediaseal::write::image::Image;
use mediaseal::write::result::{Ended, Extent, TargetResult, outcome};
use mediaseal::write::source::{PrepareError, Prepared, prepare};
use world::World;

const MIB: u64 = 1 << 20;
/// Every stick here, a little larger than the image.
const STICK: u64 = 37 * MIB;
/// What is on a stick before.
const OLD: u8 = 0xA5;

/// A world whose publisher is enrolled, and the image of its good release.
struct Bench {
    /// Its folder must stay while the tests run.
    _world: World,
    image: Arc<Image>,
    bytes: Vec<u8>,
}

fn prepared(
    world: &World,
    release: &Path,
    state: &str,
) -> (Outcome, Result<Prepared, PrepareError>) {
    let asked = Asked::about(release, world.path(state));
    let session = session::open(&asked, &System, Language::English).unwrap();
    let mut session = match session {
        Ok(session) => session,
        Err(report) => panic!("{:?}", report.findings),
    };
    let private = private_file(world.team.path()).unwrap();
    let (report, prepared) =
        session.with_request(|source, request| prepare(source, request, private, &mut |_, _| ()));
    (report.verdict().outcome(), prepared)
}

impl Bench {
    fn new() -> Self {
        let world = World::new();
        world.enrol("state");
        let (outcome, made) = prepared(&world, &world.good, "state");
        assert_eq!(outcome, Outcome::Done);
        let image = made.map_err(|error| error.to_string()).unwrap().image;
        let mut bytes = vec![0; image.bytes as usize];
        image.fill(&mut bytes, 0).unwrap();
        Self { _world: world, image: Arc::new(image), bytes }
    }

    fn job(&self) -> Job {
        Job {
            image: Arc::clone(&self.image),
            extent: Extent::WholeMedium,
            policy: Policy::for_list(),
            eject: Eject::Yes,
            patience: Duration::from_secs(30),
            clock: Arc::new(SystemClock::start()),
            cancel: Cancel::new(),
        }
    }

    fn write(&self, devices: &FakeDevices, chosen: &[Disk]) -> Vec<TargetResult> {
        engine::write(devices, chosen, &self.job(), &mut Silent)
    }

    /// The stick is the image and zeros to its last byte.
    fn is_key(&self, devices: &FakeDevices, disk: &Disk) -> bool {
        let all = devices.content(&disk.name, 0, STICK as usize);
        let (image, rest) = all.split_at(self.bytes.len());
        image == self.bytes && rest.iter().all(|byte| *byte == 0)
    }

    /// One stick with `fault` between two good ones: it fails alone, exit 4;
    /// by itself, `alone`. Returns its result.
    #[track_caller]
    fn fails_alone(&self, fault: Fault, alone: Outcome) -> TargetResult {
        let (devices, disks) = three(fault);
        let results = self.write(&devices, &disks);
        assert_eq!(end(&results), Outcome::SomeFailed, "{fault:?}");
        assert!(self.is_key(&devices, &disks[0]) && self.is_key(&devices, &disks[2]));
        assert!(!results[1].is_done(), "never \"done\"");
        let (devices, disks) = three(fault);
        let results = self.write(&devices, &disks[1..2]);
        assert_eq!(end(&results), alone, "{fault:?}");
        assert_ne!(end(&results).exit_code(), 0);
        results.into_iter().next().unwrap()
    }
}

fn three(fault: Fault) -> (FakeDevices, Vec<Disk>) {
    let devices = FakeDevices::new();
    let disks = ["1-1", "1-2", "1-3"].map(|port| stick(port, &format!("SERIAL{port}"), STICK));
    for (index, disk) in disks.iter().enumerate() {
        let faults: &[Fault] = if index == 1 { &[fault] } else { &[] };
        devices.plug(disk.clone(), OLD, faults);
    }
    (devices, disks.to_vec())
}

fn one(change: impl FnOnce(&mut Disk)) -> (FakeDevices, Disk) {
    let mut disk = stick("1-1", "SERIAL", STICK);
    change(&mut disk);
    let devices = FakeDevices::new();
    devices.plug(disk.clone(), OLD, &[]);
    (devices, disk)
}

fn end(results: &[TargetResult]) -> Outcome {
    outcome(results.iter().map(|result| &result.ended))
}

#[test]
fn row_28_unsuitable_targets_refused() {
    let bench = Bench::new();
    let image = bench.image.bytes;
    type Change = Box<dyn FnOnce(&mut Disk)>;
    let used = |usage: Usage| -> Change { Box::new(|disk| disk.usage = Some(vec![usage])) };
    let content = |kind: &'static str| -> Change {
        Box::new(move |disk| {
            disk.volumes =
                vec![Volume { name: "sdb1".into(), kind: Some(kind.into()), label: None }];
        })
    };
    let cases: Vec<(&str, Change)> = vec![
        ("mounted", used(Usage::Mounted("/media/key".into()))),
        ("system", used(Usage::System)),
        ("swap", used(Usage::Swap)),
        ("raid", used(Usage::Raid)),
        ("raid", content("linux_raid_member")),
        ("mapped", used(Usage::Mapped)),
        ("mapped", content("LVM2_member")),
        ("held", used(Usage::Held("bcache0".into()))),
        ("usage-unknown", Box::new(|disk| disk.usage = None)),
        ("not-removable", Box::new(|disk| disk.removable = Some(false))),
        ("bus", Box::new(|disk| disk.bus = Bus::Internal)),
        ("bus", Box::new(|disk| disk.bus = Bus::Loop)),
        ("too-small", Box::new(move |disk| disk.bytes = Some(image - 512))),
        ("sector-size", Box::new(|disk| disk.sector_bytes = Some(4096))),
        ("sector-unknown", Box::new(|disk| disk.sector_bytes = None)),
        ("above-ceiling", Box::new(|disk| disk.bytes = Some(500_000_000_000))),
    ];
    for (word, change) in cases {
        let (devices, disk) = one(change);
        let policy = Policy { needed: Some(image), ..Policy::for_list() };
        let words: Vec<_> = reasons(&disk, &policy).iter().map(|why| why.word()).collect();
        assert_eq!(words, [word]);
        // The engine asks the opened disk itself and does not take the
        // caller's word.
        let results = bench.write(&devices, std::slice::from_ref(&disk));
        assert_eq!(end(&results), Outcome::Refused, "{word}");
        assert!(results[0].ended.detail().len() > 3 && results[0].written.bytes == 0);
        let written = |call: &Call| matches!(call, Call::Write { .. });
        assert!(!devices.calls(&disk.name).iter().any(written), "{word}");
    }
}

#[test]
fn row_28_exact_size_is_written() {
    let bench = Bench::new();
    let (devices, disk) = one(|disk| disk.bytes = Some(bench.image.bytes));
    let results = bench.write(&devices, std::slice::from_ref(&disk));
    assert_eq!(end(&results), Outcome::Done, "{:?}", results[0].ended);
    assert!(devices.content(&disk.name, 0, bench.bytes.len()) == bench.bytes);
}

#[test]
fn row_28_mounted_between_list_and_open() {
    // Another name space may have it mounted: only opening it alone shows that.
    let result = Bench::new().fails_alone(Fault::Busy, Outcome::Refused);
    assert_eq!(result.ended.word(), "refused");
    assert!(result.ended.detail().contains("mounted"));
}

#[test]
fn row_28_disappears() {
    let bench = Bench::new();
    let result = bench.fails_alone(Fault::RemovedAfter { bytes: 10 * MIB }, Outcome::Io);
    assert_eq!(result.fault().map(|fault| fault.word()), Some("removed"));
    let (devices, disks) = three(Fault::Busy);
    devices.unplug(&disks[1].name);
    let results = bench.write(&devices, &disks);
    assert_eq!(end(&results), Outcome::SomeFailed);
    assert_eq!(results[1].fault().map(|fault| fault.word()), Some("open"));
}

#[test]
fn row_28_swapped_between_confirmation_and_open() {
    let bench = Bench::new();
    let again = |disk: &Disk| Disk { sequence: Some(9_999_999), ..disk.clone() };
    let larger = |disk: &Disk| Disk { bytes: Some(2 * STICK), ..disk.clone() };
    let other = |disk: &Disk| Disk { serial: Some(b"OTHER".to_vec()), ..disk.clone() };
    type Swap = (&'static str, fn(&Disk) -> Disk);
    let swaps: [Swap; 3] = [("plugging-in", again), ("size", larger), ("serial", other)];
    for (fact, swap) in swaps {
        let (devices, disks) = three(Fault::Slow { pause: Duration::ZERO });
        devices.swap(&disks[1].name, swap(&disks[1]));
        let results = bench.write(&devices, &disks);
        assert_eq!(results[1].ended, Ended::OtherDisk(fact));
        assert_eq!(end(&results), Outcome::SomeFailed);
        assert_eq!(end(&results[1..2]), Outcome::Refused);
        assert!(devices.content(&disks[1].name, 0, 4096) == [OLD; 4096]);
    }
}

#[test]
fn row_28_two_sticks_with_one_serial() {
    let devices = FakeDevices::new();
    for port in ["1-1", "1-2"] {
        devices.plug(stick(port, "00000000", STICK), OLD, &[]);
    }
    let disks = devices.list().unwrap();
    let choice = Choice::Serial("00000000".to_string());
    let error = choose(&disks, &[choice]).unwrap_err();
    assert!(matches!(error, ChooseError::Ambiguous { .. }) && error.advice().contains("--port"));
    let port = Choice::Port("1-2".to_string());
    let twice = choose(&disks, &[port.clone(), port.clone()]).unwrap_err();
    assert!(matches!(twice, ChooseError::Twice(_)));
    assert_eq!(choose(&disks, &[port]).unwrap()[0].port.as_deref(), Some("1-2"));
}

#[test]
fn row_29_lies_about_its_size() {
    let bench = Bench::new();
    for (fault, offset) in [
        (Fault::DropsFrom { at: 16 * MIB }, 16 * MIB),
        (Fault::DropsFrom { at: STICK - 512 }, STICK - 512),
        (Fault::WrapsAt { bytes: 16 * MIB }, 16 * MIB),
    ] {
        let result = bench.fails_alone(fault, Outcome::Io);
        assert_eq!(result.fault().map(|fault| fault.word()), Some("capacity"), "{fault:?}");
        assert_eq!(result.first_bad_offset(), Some(offset));
        assert_eq!(result.phase, Phase::Capacity, "found before the long write");
        assert!(result.written.bytes < 5 * MIB);
    }
}

#[test]
fn row_29_returns_old_data_or_other_bits() {
    let bench = Bench::new();
    let result = bench.fails_alone(Fault::ReturnsOldData, Outcome::Io);
    assert_eq!(result.first_bad_offset(), Some(0));
    for at in [3 * MIB + 77, bench.image.bytes + 5, STICK - 600] {
        let result = bench.fails_alone(Fault::FlipsBit { at }, Outcome::Io);
        assert_eq!(result.fault().map(|fault| fault.word()), Some("differs"), "{at}");
        assert_eq!(result.first_bad_offset(), Some(at));
        assert!(result.head_cleared, "it does not mount");
    }
}

#[test]
fn row_29_fails_to_write_read_or_flush() {
    let bench = Bench::new();
    let at = 20 * MIB + 512;
    let result = bench.fails_alone(Fault::WriteError { at }, Outcome::Io);
    assert_eq!((result.first_bad_offset(), result.head_cleared), (Some(at), true));
    let result = bench.fails_alone(Fault::ReadError { at }, Outcome::Io);
    assert_eq!((result.first_bad_offset(), result.head_cleared), (Some(at), true));
    let result = bench.fails_alone(Fault::FlushError { nth: 2 }, Outcome::Io);
    assert_eq!(result.fault().map(|fault| fault.word()), Some("flush-error"));
}

#[test]
fn row_29_write_protected() {
    let bench = Bench::new();
    let (devices, disk) = one(|disk| disk.protection.reported = Some(true));
    let results = bench.write(&devices, &[disk]);
    assert_eq!(end(&results), Outcome::Refused);
    assert_eq!(results[0].ended.detail(), "write-protected");
    let (devices, disk) = one(|disk| disk.protection.reported = None);
    assert_eq!(end(&bench.write(&devices, &[disk])), Outcome::Refused, "unknown is no \"no\"");
    // Protected, and says that it is not.
    let result = bench.fails_alone(Fault::RefusesWrites, Outcome::Io);
    assert_eq!(result.first_bad_offset(), Some(0));
}

#[test]
fn row_29_no_answer() {
    let bench = Bench::new();
    let (devices, disks) = three(Fault::Hangs { at: 8 * MIB });
    let job = Job { patience: Duration::from_secs(3), ..bench.job() };
    let results = engine::write(&devices, &disks, &job, &mut Silent);
    assert_eq!(end(&results), Outcome::SomeFailed);
    assert_eq!(results[1].fault().map(|fault| fault.word()), Some("hangs"));
    assert!(bench.is_key(&devices, &disks[0]) && bench.is_key(&devices, &disks[2]));
    devices.wake(&disks[1].name);
}

/// Cancels where the first target reaches a step.
struct CancelAt(Phase, Cancel);

impl Observer for CancelAt {
    fn event(&mut self, event: &Event<'_>) {
        if matches!(event, Event::Phase { target: 0, phase } if *phase == self.0) {
            self.1.cancel();
        }
    }
}

#[test]
fn row_30_cancelled_in_the_middle() {
    let bench = Bench::new();
    let mut stopped = 0;
    for phase in [Phase::Clear, Phase::Capacity, Phase::Write, Phase::Verify] {
        let (devices, disks) = three(Fault::Slow { pause: Duration::from_millis(20) });
        let job = bench.job();
        let mut observer = CancelAt(phase, job.cancel.clone());
        let results = engine::write(&devices, &disks, &job, &mut observer);
        if end(&results) == Outcome::Done {
            continue;
        }
        assert_eq!(end(&results).exit_code(), 130);
        for (result, disk) in results.iter().zip(&disks) {
            if result.ended != Ended::Cancelled {
                assert!(bench.is_key(&devices, disk));
                continue;
            }
            stopped += 1;
            if result.written.bytes == 0 {
                assert!(devices.content(&disk.name, 0, 4096) == [OLD; 4096]);
            } else {
                assert!(result.head_cleared, "{phase:?}");
                let head = devices.content(&disk.name, 0, 2 << 20);
                assert!(head.iter().all(|byte| *byte == 0), "it must not mount");
            }
        }
    }
    assert!(stopped >= 4, "{stopped}");
}

#[test]
fn row_31_counterfeit_written_to_no_key() {
    let world = World::new();
    world.enrol("state");
    for name in ["counterfeit", "counterfeit-publisher"] {
        let bad = world.bad(name);
        let [image, zip] = world.media(&bad);
        for source in [bad.as_path(), &image, &zip] {
            let (outcome, made) = prepared(&world, source, "state");
            assert_eq!(outcome, Outcome::Fail, "{source:?}");
            assert!(matches!(made, Err(PrepareError::Verdict)));
            let (outcome, made) = prepared(&world, source, "nowhere");
            assert_eq!(outcome, Outcome::TrustSetUp, "UNPINNED: {source:?}");
            assert!(matches!(made, Err(PrepareError::Verdict)));
        }
    }
    let [image, zip] = world.media(&world.good);
    let mut digests = Vec::new();
    for source in [world.good.as_path(), &image, &zip] {
        let (outcome, made) = prepared(&world, source, "state");
        assert_eq!(outcome, Outcome::Done, "{source:?}");
        digests.push(made.map_err(|error| error.to_string()).unwrap().image.sha256);
        let (outcome, made) = prepared(&world, source, "nowhere");
        assert_eq!(outcome, Outcome::TrustSetUp, "UNPINNED: {source:?}");
        assert!(made.is_err());
    }
    let bytes = std::fs::read(&image).unwrap();
    assert!(digests.iter().all(|d| *d == mediaseal::seal::digest::Digest::of(&bytes)));
}

#[test]
fn row_31_image_with_one_byte_more_is_not_written() {
    let world = World::new();
    world.enrol("state");
    let [image, _] = world.media(&world.good);
    let mut bytes = std::fs::read(&image).unwrap();
    let last = bytes.len() - 1;
    bytes[last] = 1;
    std::fs::write(&image, bytes).unwrap();
    let (outcome, made) = prepared(&world, &image, "state");
    assert_eq!(outcome, Outcome::Fail);
    assert!(matches!(made, Err(PrepareError::Verdict)));
    std::fs::write(world.good.join("AUTORUN.INF"), "[autorun]").unwrap();
    let (outcome, made) = prepared(&world, &world.good, "state");
    assert_eq!(outcome, Outcome::Fail);
    assert!(matches!(made, Err(PrepareError::Verdict)));
}
