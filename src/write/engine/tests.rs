use std::sync::atomic::{AtomicU64, Ordering};

use super::testing::{job, plugged};
use super::*;
use crate::seal::timestamp::Timestamp;
use crate::sys::disk::Usage;
use crate::sys::disk::fake::{FakeDevices, Fault as StickFault, stick};
use crate::verify::outcome::Outcome;
use crate::write::clock::SystemClock;
use crate::write::eligible::WhyNot;
use crate::write::event::{Event, Progress};
use crate::write::image::testing::content;
use crate::write::result::outcome;

const MIB: u64 = 1 << 20;

/// Keeps what it hears; cancels at the first byte of `cancel_in`.
#[derive(Default)]
struct Ear {
    phases: Vec<(usize, Phase)>,
    finished: Vec<(usize, &'static str)>,
    overall: Vec<Progress>,
    stalled: usize,
    cancel_in: Option<(Phase, Cancel)>,
    wake: Option<(FakeDevices, String)>,
}

impl Observer for Ear {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Phase { target, phase } => {
                self.phases.push((*target, *phase));
                if let Some((at, cancel)) = &self.cancel_in
                    && at == phase
                {
                    cancel.cancel();
                }
            }
            Event::Finished { target, result } => {
                self.finished.push((*target, result.ended.word()));
                if let Some((devices, name)) = &self.wake {
                    devices.wake(name);
                }
            }
            Event::Overall(progress) => self.overall.push(*progress),
            Event::Stalled { .. } => self.stalled += 1,
            Event::Progress { .. } | Event::Refused { .. } => {}
        }
    }
}

fn is_key(devices: &FakeDevices, disk: &Disk) -> bool {
    let mut expected = content(3 * MIB as usize);
    expected.resize(5 * MIB as usize, 0);
    devices.content(&disk.name, 0, expected.len()) == expected
}

fn ended(results: &[TargetResult]) -> Vec<&'static str> {
    results.iter().map(|result| result.ended.word()).collect()
}

fn program_end(results: &[TargetResult]) -> Outcome {
    outcome(results.iter().map(|result| &result.ended))
}

#[test]
fn all_targets_are_written_and_described() {
    let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[]), ("1-3", &[])]);
    let (job, mut ear) = (job(), Ear::default());
    let results = write(&devices, &disks, &job, &mut ear);
    assert_eq!(ended(&results), ["done"; 3]);
    assert_eq!(program_end(&results), Outcome::Done);
    for (result, disk) in results.iter().zip(&disks) {
        assert!(is_key(&devices, disk) && result.is_done());
        assert_eq!(result.disk, *disk);
        assert_eq!((result.image, result.image_bytes), (job.image.sha256, 3 * MIB));
        assert!(result.written.bytes >= 5 * MIB && result.read.bytes >= 5 * MIB);
        let began = result.started.as_ref().map(Timestamp::unix);
        assert!(result.finished.as_ref().map(Timestamp::unix) >= began && began.is_some());
        assert_eq!(result.protection.reported, Some(false));
        assert_eq!(result.first_bad_offset(), None);
    }
    assert_eq!(ear.finished.len(), 3);
    // All were opened before anything was written to one of them.
    let opens = ear.phases.iter().take_while(|(_, phase)| *phase == Phase::Open).count();
    assert_eq!(opens, 3);
}

#[test]
fn each_injected_fault_fails_its_target_alone() {
    let faults = [
        StickFault::WriteError { at: 4 * MIB },
        StickFault::ReadError { at: 4 * MIB },
        StickFault::FlushError { nth: 0 },
        StickFault::DropsFrom { at: 3 * MIB },
        StickFault::WrapsAt { bytes: 4 * MIB },
        StickFault::FlipsBit { at: 4 * MIB },
        StickFault::ReturnsOldData,
        StickFault::RefusesWrites,
        StickFault::RemovedAfter { bytes: 3 * MIB },
    ];
    for fault in faults {
        let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[fault]), ("1-3", &[])]);
        let results = write(&devices, &disks, &job(), &mut Ear::default());
        assert_eq!(ended(&results), ["done", "failed", "done"], "{fault:?}");
        assert_eq!(program_end(&results), Outcome::SomeFailed, "{fault:?}");
        assert!(is_key(&devices, &disks[0]) && is_key(&devices, &disks[2]), "{fault:?}");
        let (devices, disks) = plugged(&[("1-2", &[fault])]);
        let results = write(&devices, &disks, &job(), &mut Ear::default());
        assert_eq!(program_end(&results), Outcome::Io, "{fault:?}");
    }
}

#[test]
fn what_changed_between_choosing_and_opening_is_not_written() {
    type Change = fn(&FakeDevices, &Disk);
    let changes: [(Change, &str, Outcome); 6] = [
        (
            |devices, disk| devices.swap(&disk.name, stick("1-1", "other", 5 * MIB)),
            "another disk is there now: serial differs",
            Outcome::Refused,
        ),
        (
            |devices, disk| {
                let mut other = disk.clone();
                other.sequence = other.sequence.map(|sequence| sequence + 1);
                devices.swap(&disk.name, other);
            },
            "another disk is there now: plugging-in differs",
            Outcome::Refused,
        ),
        (
            |devices, disk| {
                let mounted = Usage::Mounted("/media/x".into());
                devices.change(&disk.name, |disk| disk.usage = Some(vec![mounted]));
            },
            "mounted at /media/x",
            Outcome::Refused,
        ),
        (
            |devices, disk| {
                devices.change(&disk.name, |disk| disk.protection.reported = Some(true));
            },
            "write-protected",
            Outcome::Refused,
        ),
        (
            |devices, disk| devices.plug(disk.clone(), 0xAA, &[StickFault::Busy]),
            "in use: it is mounted, or another program holds it",
            Outcome::Refused,
        ),
        (
            |devices, disk| devices.unplug(&disk.name),
            "cannot be opened: it is not there any more",
            Outcome::Io,
        ),
    ];
    for (change, detail, alone) in changes {
        let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[])]);
        change(&devices, &disks[0]);
        let results = write(&devices, &disks, &job(), &mut Ear::default());
        assert_eq!(results[0].ended.detail(), detail);
        assert_eq!(results[0].written.bytes, 0);
        assert!(!is_key(&devices, &disks[0]) && is_key(&devices, &disks[1]), "{detail}");
        assert_eq!(program_end(&results), Outcome::SomeFailed);
        assert_eq!(program_end(&results[..1]), alone, "{detail}");
    }
}

#[test]
fn the_policy_is_asked_again_of_the_opened_disk() {
    let (devices, disks) = plugged(&[("1-1", &[])]);
    let mut job = job();
    job.policy.ceiling = 4 * MIB;
    let results = write(&devices, &disks, &job, &mut Ear::default());
    let expected = WhyNot::AboveCeiling { bytes: 5 * MIB, ceiling: 4 * MIB };
    assert_eq!(results[0].ended, Ended::Refused(vec![expected]));
    // The image's own size is not left to the caller.
    let small = stick("1-9", "small", 3 * MIB - 512);
    devices.plug(small.clone(), 0xAA, &[]);
    job.policy = Policy::for_list();
    let results = write(&devices, std::slice::from_ref(&small), &job, &mut Ear::default());
    assert!(matches!(&results[0].ended, Ended::Refused(why) if why[0].word() == "too-small"));
    assert!(devices.content(&small.name, 0, 4096) == [0xAA; 4096]);
}

#[test]
fn a_target_that_hangs_is_given_up_and_the_others_are_done() {
    let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[StickFault::Hangs { at: 3 * MIB }])]);
    let job = Job { patience: Duration::from_millis(1500), ..job() };
    let results = write(&devices, &disks, &job, &mut Ear::default());
    assert_eq!(ended(&results), ["done", "failed"]);
    assert!(matches!(results[1].ended, Ended::Failed(Fault::Hangs { .. })));
    assert_eq!(program_end(&results), Outcome::SomeFailed);
    assert!(is_key(&devices, &disks[0]));
    devices.wake(&disks[1].name);
}

/// Sleeps once, as somebody does who stopped the terminal for a while.
struct Sleeper(Option<Duration>);

impl Observer for Sleeper {
    fn event(&mut self, event: &Event<'_>) {
        if let Event::Phase { phase: Phase::Clear, .. } = event
            && let Some(pause) = self.0.take()
        {
            std::thread::sleep(pause);
        }
    }
}

#[test]
fn an_observer_that_is_slow_makes_no_stick_hang() {
    let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[]), ("1-3", &[])]);
    let job = Job { patience: Duration::from_millis(1500), ..job() };
    let mut sleeper = Sleeper(Some(Duration::from_millis(2000)));
    let results = write(&devices, &disks, &job, &mut sleeper);
    assert!(sleeper.0.is_none(), "it slept");
    assert_eq!(ended(&results), ["done"; 3]);
}

/// A clock that goes on without us once, as it does for a program that was stopped.
struct Jumping(SystemClock, AtomicU64);

impl Clock for Jumping {
    fn now(&self) -> Option<Timestamp> {
        self.0.now()
    }
    fn elapsed(&self) -> Duration {
        self.0.elapsed() + Duration::from_secs(self.1.load(Ordering::SeqCst))
    }
}

/// Is stopped for an hour where the first target reaches a step.
struct Stopped(Arc<Jumping>, Phase);

impl Observer for Stopped {
    fn event(&mut self, event: &Event<'_>) {
        if matches!(event, Event::Phase { target: 0, phase } if *phase == self.1) {
            self.0.1.store(3600, Ordering::SeqCst);
        }
    }
}

#[test]
fn a_program_that_was_stopped_for_longer_than_its_patience_gives_up_what_hangs_alone() {
    let slow = StickFault::Slow { pause: Duration::from_millis(300) };
    for phase in [Phase::Capacity, Phase::Write] {
        let (devices, disks) =
            plugged(&[("1-1", &[slow]), ("1-2", &[StickFault::Hangs { at: 3 * MIB }])]);
        let clock = Arc::new(Jumping(SystemClock::start(), AtomicU64::new(0)));
        let patience = Duration::from_secs(6);
        let job = Job { patience, clock: clock.clone(), ..job() };
        let results = write(&devices, &disks, &job, &mut Stopped(clock.clone(), phase));
        assert!(clock.elapsed() >= Duration::from_secs(3600), "it was stopped");
        assert_eq!(ended(&results), ["done", "failed"], "{phase:?}");
        assert!(matches!(results[1].ended, Ended::Failed(Fault::Hangs { .. })));
        assert!(is_key(&devices, &disks[0]));
        devices.wake(&disks[1].name);
    }
}

#[test]
fn a_cancel_stops_all_and_none_mounts() {
    for phase in [Phase::Clear, Phase::Write, Phase::Verify] {
        let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[])]);
        let job = job();
        let mut ear = Ear { cancel_in: Some((phase, job.cancel.clone())), ..Ear::default() };
        let results = write(&devices, &disks, &job, &mut ear);
        assert_eq!(program_end(&results), Outcome::Cancelled, "{phase:?}");
        for (result, disk) in results.iter().zip(&disks) {
            assert!(result.is_done() == is_key(&devices, disk));
            if result.ended == Ended::Cancelled && result.written.bytes > 0 {
                assert!(result.head_cleared);
                assert!(devices.content(&disk.name, 0, 2 << 20) == vec![0; 2 << 20]);
            }
        }
    }
}

#[test]
fn a_cancel_before_the_first_byte_writes_nothing() {
    let (devices, disks) = plugged(&[("1-1", &[])]);
    let job = job();
    job.cancel.cancel();
    let results = write(&devices, &disks, &job, &mut Ear::default());
    assert_eq!(program_end(&results), Outcome::Cancelled);
    assert!(devices.content(&disks[0].name, 0, 4096) == [0xAA; 4096]);
    assert!(devices.calls(&disks[0].name).is_empty());
}

#[test]
fn nothing_chosen_is_no_success() {
    let devices = FakeDevices::new();
    let results = write(&devices, &[], &job(), &mut Ear::default());
    assert!(results.is_empty());
    assert_eq!(program_end(&results), Outcome::Refused);
}

#[test]
fn one_disk_given_twice_is_opened_once() {
    let (devices, disks) = plugged(&[("1-1", &[])]);
    let twice = [disks[0].clone(), disks[0].clone()];
    let results = write(&devices, &twice, &job(), &mut Ear::default());
    assert_eq!(ended(&results), ["done", "refused"]);
}

#[test]
fn progress_of_a_slow_stick_is_told_with_all_of_the_work() {
    let slow = StickFault::Slow { pause: Duration::from_millis(150) };
    let (devices, disks) = plugged(&[("1-1", &[slow])]);
    let mut ear = Ear::default();
    let results = write(&devices, &disks, &job(), &mut ear);
    assert_eq!(ended(&results), ["done"]);
    assert!(!ear.overall.is_empty());
    let all = work(3 * MIB, 5 * MIB, Extent::WholeMedium);
    let mut last = 0;
    for progress in ear.overall {
        assert!(progress.all == all || progress.done == progress.all);
        assert!(progress.done >= last);
        last = progress.done;
    }
}
