use std::cell::Cell;
use std::io::ErrorKind;
use std::time::Duration;

use super::*;
use crate::store::faulty::{Fault as LogFault, FaultyDisk, FaultyFolder, every_power_cut};
use crate::store::lock::Locked;
use crate::sys::disk::fake::{Call, Fault};
use crate::write::eligible::WhyNot;
use crate::write::engine;
use crate::write::engine::testing::{job, plugged};
use crate::write::event::{Phase, Silent};
use crate::write::production::entry::{Ending, KeyEntry};
use crate::write::production::log::read;
use crate::write::production::testing::release;
use crate::write::result::Ended;

const MIB: u64 = 1 << 20;

fn context() -> Context {
    Context {
        order: None,
        ticket: Some("T-1".to_string()),
        operator: Some("ada".to_string()),
        release: release(),
        protection_required: false,
    }
}

/// Works with the log in `folder`.
fn with<T>(
    folder: &FaultyFolder,
    work: impl FnOnce(&mut ProductionLog<'_, FaultyFolder>) -> T,
) -> Option<T> {
    let locked = Locked::acquire(folder.clone(), Duration::ZERO).ok()?;
    let mut log = ProductionLog::open(&locked).ok()?;
    Some(work(&mut log))
}

/// The lines about what is finished; the chain is checked.
fn lines(folder: &FaultyFolder) -> Vec<KeyEntry> {
    let all = read(folder).unwrap().0;
    all.keys().filter(|line| line.result != Ending::Begun).cloned().collect()
}

/// The lines from before the first byte.
fn beginnings(folder: &FaultyFolder) -> Vec<KeyEntry> {
    let all = read(folder).unwrap().0;
    all.keys().filter(|line| line.result == Ending::Begun).cloned().collect()
}

fn serials(lines: &[KeyEntry]) -> Vec<&str> {
    lines.iter().filter_map(|line| line.stick.serial.as_deref()).collect()
}

/// Reads the log whenever a key is told to be finished.
struct Reader<'a>(&'a FaultyFolder, Vec<usize>);

impl Observer for Reader<'_> {
    fn event(&mut self, event: &Event<'_>) {
        if let Event::Finished { .. } = event {
            self.1.push(lines(self.0).len());
        }
    }
}

#[test]
fn a_key_has_its_line_before_the_person_hears_of_it_and_while_others_are_written() {
    let folder = FaultyDisk::new().root();
    let slow = Fault::Slow { pause: Duration::from_millis(50) };
    let (devices, disks) =
        plugged(&[("1-1", &[slow]), ("1-2", &[]), ("1-3", &[Fault::WriteError { at: 4 * MIB }])]);
    let (job, mut reader) = (job(), Reader(&folder, Vec::new()));
    let results = with(&folder, |log| {
        let context = context();
        let mut keeper = Keeper::new(log, &context, &mut reader, job.cancel.clone());
        let results = engine::write(&devices, &disks, &job, &mut keeper);
        keeper.close().unwrap();
        results
    });
    assert_eq!(reader.1, [1, 2, 3], "one line more each time");
    // Each end has the number of its beginning, and says as much of its stick.
    let begun = beginnings(&folder);
    let lines = lines(&folder);
    assert_eq!(lines.len(), results.unwrap().len());
    assert_eq!(serials(&begun), ["S1-1", "S1-2", "S1-3"]);
    assert_eq!(begun.iter().map(|line| line.attempt).collect::<Vec<_>>(), [1, 2, 3]);
    for first in &begun {
        let end = lines.iter().find(|line| line.attempt == first.attempt).unwrap();
        assert_eq!((&end.stick, end.started), (&first.stick, first.started));
        assert_eq!((first.ended, first.bytes_written, first.ordinal), (None, 0, None));
    }
    for line in &lines {
        let failed = line.stick.serial.as_deref() == Some("S1-3");
        assert_eq!(line.result, if failed { Ending::Failed } else { Ending::Done });
        assert_eq!(line.first_bad_offset, failed.then_some(4 * MIB));
        assert_eq!((line.ticket.as_deref(), line.operator.as_deref()), (Some("T-1"), Some("ada")));
    }
}

#[test]
fn a_power_cut_after_some_keys_keeps_their_lines_and_a_whole_chain() {
    let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[]), ("1-3", &[]), ("1-4", &[])]);
    let job = job();
    let results = engine::write(&devices, &disks, &job, &mut Silent);
    let (begun, kept, context) = (Cell::new(0), Cell::new(0), context());
    let all = ["S1-1", "S1-2", "S1-3", "S1-4"];
    let batch = |folder: &FaultyFolder| {
        begun.set(0);
        kept.set(0);
        let done = with(folder, |log| {
            let mut silent = Silent;
            let mut keeper = Keeper::new(log, &context, &mut silent, Cancel::new());
            for (target, result) in results.iter().enumerate() {
                let may = keeper.begins(target, result) == Begin::Go;
                begun.set(begun.get() + usize::from(may));
            }
            for (target, result) in results.iter().enumerate() {
                keeper.event(&Event::Finished { target, result });
                kept.set(kept.get() + usize::from(keeper.fault.is_none()));
            }
            keeper.close().is_ok()
        });
        done == Some(true)
    };
    let cuts = every_power_cut(
        |_| (),
        batch,
        |folder, done, cut| {
            // Who comes next opens the log: half a line is set aside.
            let opened = with(folder, |log| log.ledger().clone());
            let ledger = opened.unwrap_or_else(|| panic!("{cut}: the log cannot be opened"));
            let (first, found) = (beginnings(folder), lines(folder));
            assert_eq!(serials(&first), all[..first.len()], "{cut}");
            assert_eq!(serials(&found), all[..found.len()], "{cut}");
            // The one that was just being written may have come through.
            for (least, found) in [(begun.get(), first.len()), (kept.get(), found.len())] {
                assert!((least..=least + 1).contains(&found), "{cut}: {least} {found}");
            }
            assert!(!done || found.len() == all.len(), "{cut}");
            assert!(found.iter().all(|line| line.result == Ending::Done), "{cut}");
            // Whose first byte may have come and whose end is not there is known.
            let open: Vec<u64> = ledger.unfinished(None).iter().map(|key| key.attempt).collect();
            let expected: Vec<u64> = (found.len()..first.len()).map(|at| at as u64 + 1).collect();
            assert_eq!(open, expected, "{cut}");
        },
    );
    println!("lines of a batch: {cuts} cuts");
    assert!(cuts > 8 * all.len());
}

#[test]
fn a_disk_that_is_refused_has_its_line_with_every_reason() {
    let folder = FaultyDisk::new().root();
    let (_, disks) = plugged(&[("1-1", &[])]);
    let why = vec![WhyNot::Mounted("/media/x".into()), WhyNot::WriteProtected];
    let job = job();
    let refused = engine::refused(&disks[0], why, &job);
    assert!(matches!(refused.ended, Ended::Refused(_)));
    with(&folder, |log| {
        let (context, mut silent) = (context(), Silent);
        let mut keeper = Keeper::new(log, &context, &mut silent, job.cancel.clone());
        keeper.event(&Event::Refused { result: &refused });
        keeper.close().unwrap();
    });
    let lines = lines(&folder);
    assert_eq!((lines.len(), lines[0].result), (1, Ending::Refused));
    assert_eq!(lines[0].detail, "mounted at /media/x; write-protected");
    assert_eq!((lines[0].bytes_written, lines[0].ordinal), (0, None));
    assert!(lines[0].started.is_some() && lines[0].ended.is_some());
}

#[test]
fn without_a_line_no_first_byte_is_written() {
    let folder = FaultyDisk::new().root();
    let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[])]);
    let job = job();
    let (results, failure) = with(&folder, |log| {
        folder.disk().set_fault(LogFault::Full { at: 0 });
        let (context, mut silent) = (context(), Silent);
        let mut keeper = Keeper::new(log, &context, &mut silent, job.cancel.clone());
        let results = engine::write(&devices, &disks, &job, &mut keeper);
        (results, keeper.close().unwrap_err())
    })
    .unwrap();
    for (result, disk) in results.iter().zip(&disks) {
        assert_eq!((&result.ended, result.written.bytes), (&Ended::Cancelled, 0));
        let calls = devices.calls(&disk.name);
        let opened_and_let_go = matches!(calls[..], [Call::Open(_), Call::Close]);
        assert!(opened_and_let_go, "{calls:?}");
    }
    assert_eq!(failure.outcome, crate::verify::outcome::Outcome::Io, "{failure}");
    assert!(!failure.what.contains("no key"), "nothing was written: {failure}");
    folder.disk().set_fault(LogFault::None);
    assert!(lines(&folder).is_empty() && beginnings(&folder).is_empty());
}

/// Makes the log's disk full where the second target comes to its long way.
struct Filler<'a>(&'a FaultyFolder);

impl Observer for Filler<'_> {
    fn event(&mut self, event: &Event<'_>) {
        if matches!(event, Event::Phase { target: 1, phase: Phase::Clear }) {
            self.0.disk().set_fault(LogFault::Full { at: 0 });
        }
    }
}

#[test]
fn a_log_that_cannot_be_written_stops_the_keys_that_are_not_done_and_is_told() {
    let folder = FaultyDisk::new().root();
    let slow = Fault::Slow { pause: Duration::from_millis(200) };
    let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[slow])]);
    let job = job();
    let (results, failure) = with(&folder, |log| {
        let (context, mut filler) = (context(), Filler(&folder));
        let mut keeper = Keeper::new(log, &context, &mut filler, job.cancel.clone());
        let results = engine::write(&devices, &disks, &job, &mut keeper);
        (results, keeper.close().unwrap_err())
    })
    .unwrap();
    assert!(results[0].is_done());
    assert_eq!(results[1].ended, Ended::Cancelled, "it would be no key");
    assert!(results[1].head_cleared);
    assert!(failure.what.contains("no key: port 1-1"), "{failure}");
    assert!(!failure.what.contains("1-2"), "{failure}");
    folder.disk().set_fault(LogFault::None);
    assert!(lines(&folder).is_empty());
    let ledger = read(&folder).unwrap().0;
    let open: Vec<u64> = ledger.unfinished(None).iter().map(|key| key.attempt).collect();
    assert_eq!(open, [1, 2], "both were begun, and it is known");
}

/// Keeps the words of what is finished.
#[derive(Default)]
struct Words(Vec<&'static str>);

impl Observer for Words {
    fn event(&mut self, event: &Event<'_>) {
        if let Event::Finished { result, .. } = event {
            self.0.push(result.ended.word());
        }
    }
}

#[test]
fn a_key_without_a_line_is_never_told_as_done() {
    let folder = FaultyDisk::new().root();
    let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[])]);
    let mut results = engine::write(&devices, &disks, &job(), &mut Silent);
    assert!(results.iter().all(TargetResult::is_done));
    let told = with(&folder, |log| {
        folder.disk().set_fault(LogFault::Once { at: 0, kind: ErrorKind::StorageFull });
        let (context, mut words) = (context(), Words::default());
        let mut keeper = Keeper::new(log, &context, &mut words, Cancel::new());
        for (target, result) in results.iter().enumerate() {
            keeper.event(&Event::Finished { target, result });
        }
        keeper.correct(&mut results);
        assert!(keeper.close().is_err());
        words.0
    });
    assert_eq!(told.unwrap(), ["unlogged", "done"]);
    let ends: Vec<_> = results.iter().map(|result| result.ended.word()).collect();
    assert_eq!(ends, ["unlogged", "done"]);
    let value = crate::write::json::result(&results[0]);
    assert_eq!(value["result"], "unlogged");
    assert_eq!(serials(&lines(&folder)), ["S1-2"]);
}

#[test]
fn every_later_line_is_tried_after_one_that_could_not_be_kept() {
    let folder = FaultyDisk::new().root();
    let (devices, disks) = plugged(&[("1-1", &[]), ("1-2", &[])]);
    let results = engine::write(&devices, &disks, &job(), &mut Silent);
    with(&folder, |log| {
        folder.disk().set_fault(LogFault::Once { at: 0, kind: ErrorKind::StorageFull });
        let (context, mut silent) = (context(), Silent);
        let mut keeper = Keeper::new(log, &context, &mut silent, Cancel::new());
        for (target, result) in results.iter().enumerate() {
            keeper.event(&Event::Finished { target, result });
        }
        assert!(keeper.close().is_err());
    });
    assert_eq!(serials(&lines(&folder)), ["S1-2"]);
}
