use std::time::Duration;

use super::*;
use crate::sys::disk::fake::{Call, FakeDevices, Fault as StickFault, stick};
use crate::sys::disk::{Devices as _, Intent};
use crate::write::image::testing::{content, image};

pub(super) const MIB: u64 = 1 << 20;
pub(super) const HEAD: u64 = HEAD_BYTES as u64;

/// Hears everything; stops after so many bytes.
struct Ear {
    phases: Vec<Phase>,
    moved: u64,
    stop_at: u64,
}

impl Reporter for Ear {
    fn phase(&mut self, phase: Phase) {
        self.phases.push(phase);
    }
    fn wrote(&mut self, bytes: u64, _: u64, _: Duration) {
        self.moved += bytes;
    }
    fn read(&mut self, bytes: u64, _: u64, _: Duration) {
        self.moved += bytes;
    }
    fn stop(&self) -> bool {
        self.moved >= self.stop_at
    }
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

pub(super) struct Tried {
    pub(super) written: Written,
    phases: Vec<Phase>,
    moved: u64,
    pub(super) calls: Vec<Call>,
    devices: FakeDevices,
    name: String,
}

impl Tried {
    pub(super) fn holds(&self, expected: &[u8], offset: u64) -> bool {
        self.devices.content(&self.name, offset, expected.len()) == expected
    }
}

pub(super) fn tried(
    image: &Image,
    device: u64,
    extent: Extent,
    faults: &[StickFault],
    stop_at: u64,
) -> Tried {
    let devices = FakeDevices::new();
    let disk = stick("1-2", "9F12", device);
    devices.plug(disk.clone(), 0xAA, faults);
    let mut target = devices.open(&disk, Intent::Write).unwrap();
    let mut ear = Ear { phases: Vec::new(), moved: 0, stop_at };
    let order = Order { image, extent, eject: true };
    let written = write(&mut *target, order, &mut ear);
    drop(target);
    let calls = devices.calls(&disk.name);
    Tried { written, phases: ear.phases, moved: ear.moved, calls, devices, name: disk.name }
}

fn plain(bytes: usize, device: u64, faults: &[StickFault]) -> Tried {
    tried(&image(&content(bytes)), device, Extent::WholeMedium, faults, u64::MAX)
}

#[test]
fn a_key_is_the_image_and_zeros_to_the_last_byte() {
    // Tails of the image and of the device that are no multiple of a piece.
    for (bytes, device) in [
        (3 * MIB, 5 * MIB),
        (3 * MIB + 512, 5 * MIB + 512),
        (2 * MIB, 2 * MIB),
        (3 * MIB, 3 * MIB),
        (4 * MIB - 100, 4 * MIB),
        (3 * MIB + 1, 9 * MIB - 512),
    ] {
        let key = plain(bytes as usize, device, &[]);
        assert_eq!(key.written.ended, Ended::Done, "{bytes} on {device}");
        let mut expected = content(bytes as usize);
        expected.resize(device as usize, 0);
        assert!(key.holds(&expected, 0), "{bytes} on {device}");
        let head = 2 * HEAD;
        let work = crate::write::engine::work(bytes, device, Extent::WholeMedium);
        assert!((work..=work + head).contains(&key.moved), "{} of {work}", key.moved);
    }
}

#[test]
fn volume_only_leaves_the_rest_as_it_is() {
    let image = image(&content(3 * MIB as usize + 100));
    let key = tried(&image, 6 * MIB, Extent::VolumeOnly, &[], u64::MAX);
    assert_eq!(key.written.ended, Ended::Done);
    let mut expected = content(3 * MIB as usize + 100);
    // The sector that the image ends in has no old bytes behind it.
    expected.resize(3 * MIB as usize + 512, 0);
    expected.resize(6 * MIB as usize, 0xAA);
    assert!(key.holds(&expected, 0));
}

#[test]
fn the_start_is_cleared_first_and_sector_0_comes_last() {
    let key = plain(4 * MIB as usize, 8 * MIB, &[]);
    let phases =
        [Phase::Clear, Phase::Capacity, Phase::Write, Phase::Verify, Phase::Boot, Phase::Eject];
    assert_eq!(key.phases, phases);
    let writes: Vec<(usize, u64, usize, bool)> = (key.calls.iter().enumerate())
        .filter_map(|(index, call)| match *call {
            Call::Write { offset, bytes, zeros } => Some((index, offset, bytes, zeros)),
            _ => None,
        })
        .collect();
    assert!(writes[..2].iter().all(|(_, offset, _, zeros)| *offset < HEAD && *zeros));
    let (last, before) = (writes[writes.len() - 1], writes[writes.len() - 2]);
    assert_eq!((last.1, last.2, last.3), (0, 512, false));
    // A flush before it and one behind it.
    let flushes = |range: std::ops::Range<usize>| {
        key.calls[range].iter().filter(|call| **call == Call::Flush).count()
    };
    assert_eq!(flushes(before.0..last.0), 1);
    assert_eq!(key.calls[last.0 + 1], Call::Flush);
    // Nothing of sector 0 before: it is zero in every write but the last and
    // the mark of the capacity.
    let early = writes.iter().filter(|(_, offset, _, zeros)| *offset == 0 && !zeros).count();
    assert_eq!(early, 3, "the mark, the boot area without sector 0, sector 0");
    // What is behind the head was read back before anything of the boot area.
    let boot = before.0 - 1;
    let body_read = |call: &Call| matches!(call, Call::Read { offset, .. } if *offset >= HEAD);
    assert!(key.calls[..boot].iter().filter(|call| body_read(call)).count() >= 6);
    assert!(!key.calls[boot..].iter().any(body_read));
    // Ejected while it is ours.
    assert_eq!(key.calls[key.calls.len() - 2..], [Call::Eject, Call::Close]);
    assert_eq!(key.written.ejected, Some(Ejected::Done));
}

/// Whatever stops it, the start is zero or the result says that it may not be.
pub(super) fn is_no_key(key: &Tried) {
    assert_ne!(key.written.ended, Ended::Done);
    let zero = key.holds(&vec![0; HEAD_BYTES], 0);
    assert!(zero || !key.written.head_cleared, "{:?}", key.written);
}

#[test]
fn a_stop_at_any_moment_leaves_no_key() {
    let image = image(&content(4 * MIB as usize));
    let work = crate::write::engine::work(4 * MIB, 8 * MIB, Extent::WholeMedium);
    let mut stopped = 0;
    for stop_at in (0..work).step_by(MIB as usize / 2) {
        let key = tried(&image, 8 * MIB, Extent::WholeMedium, &[], stop_at);
        if key.written.ended == Ended::Done {
            // Asked too late, while the last sectors were read back.
            assert!(stop_at > work - 2 * HEAD, "{stop_at} of {work}");
            continue;
        }
        stopped += 1;
        assert_eq!(key.written.ended, Ended::Cancelled);
        if stop_at == 0 {
            // Before the first byte: nothing was written at all.
            assert!(key.holds(&[0xAA; 4096], 0) && !key.written.head_cleared);
        } else {
            assert!(key.written.head_cleared);
            is_no_key(&key);
        }
    }
    assert!(stopped > 20);
}

#[test]
fn each_fault_is_found_with_its_offset() {
    let failed = |fault| Ended::Failed(fault);
    let error = || "input/output error".to_string();
    let at = 3 * MIB + 513 * 512;
    let cases = [
        (StickFault::WriteError { at }, failed(Fault::Write { offset: at, detail: error() })),
        (StickFault::ReadError { at }, failed(Fault::Read { offset: at, detail: error() })),
        (StickFault::FlipsBit { at: at + 77 }, failed(Fault::Differs { offset: at + 77 })),
        (StickFault::FlipsBit { at: 7 * MIB + 3 }, failed(Fault::Differs { offset: 7 * MIB + 3 })),
        (StickFault::FlushError { nth: 0 }, failed(Fault::Flush { detail: error() })),
        (StickFault::FlushError { nth: 3 }, failed(Fault::Flush { detail: error() })),
        (
            StickFault::DropsFrom { at: 5 * MIB },
            failed(Fault::Capacity { offset: 8 * MIB - 512, claimed: 8 * MIB }),
        ),
        (
            StickFault::WrapsAt { bytes: 4 * MIB },
            failed(Fault::Capacity { offset: 4 * MIB, claimed: 8 * MIB }),
        ),
        // Less than 2 MiB too few: neither a power of two nor the end meets it.
        (
            StickFault::WrapsAt { bytes: 7 * MIB },
            failed(Fault::Capacity { offset: 8 * MIB - 512, claimed: 8 * MIB }),
        ),
        (
            StickFault::WrapsAt { bytes: 8 * MIB - 512 * 9 },
            failed(Fault::Capacity { offset: 8 * MIB - 512, claimed: 8 * MIB }),
        ),
        (StickFault::ReturnsOldData, failed(Fault::Differs { offset: 0 })),
        (StickFault::RemovedAfter { bytes: 5 * MIB }, failed(Fault::Removed { offset: 4 * MIB })),
    ];
    for (fault, expected) in cases {
        let key = plain(4 * MIB as usize, 8 * MIB, &[fault]);
        assert_eq!(key.written.ended, expected, "{fault:?}");
        if !matches!(fault, StickFault::RemovedAfter { .. } | StickFault::ReturnsOldData) {
            is_no_key(&key);
        }
    }
}

#[test]
fn a_stick_that_silently_takes_no_writes_never_counts_as_cleared() {
    let key = plain(4 * MIB as usize, 8 * MIB, &[StickFault::DropsFrom { at: 0 }]);
    assert_eq!(key.written.ended, Ended::Failed(Fault::Differs { offset: 0 }));
    assert!(!key.written.head_cleared);
    assert!(key.holds(&[0xAA; 8192], 0));
}

#[test]
fn damage_in_the_boot_area_takes_the_boot_area_away_again() {
    // Seen only in the last comparison: the zeros before had no such bit.
    let key = plain(4 * MIB as usize, 8 * MIB, &[StickFault::WriteError { at: MIB + 512 }]);
    assert!(matches!(key.written.ended, Ended::Failed(Fault::Write { .. })));
    assert!(!key.written.head_cleared);
    assert!(key.holds(&[0; 512], 0), "what could be cleared was");
}

#[test]
fn a_device_that_is_one_sector_too_small_is_not_touched() {
    let image = image(&content(4 * MIB as usize));
    for extent in [Extent::WholeMedium, Extent::VolumeOnly] {
        let key = tried(&image, 4 * MIB - 512, extent, &[], u64::MAX);
        assert!(matches!(key.written.ended, Ended::Failed(_)), "{extent:?}");
        if extent == Extent::WholeMedium {
            assert!(key.holds(&[0xAA; 4096], 0));
        }
        is_no_key(&key);
    }
}

#[test]
fn a_stick_that_cannot_be_ejected_is_still_done() {
    let key = plain(4 * MIB as usize, 8 * MIB, &[StickFault::EjectError]);
    assert_eq!(key.written.ended, Ended::Done);
    assert_eq!(key.written.ejected, Some(Ejected::NotPossible));
}

/// Places on a stick that were marked and hold anything but zeros or old data.
fn marks(key: &Tried, device: u64) -> Vec<u64> {
    let places = capacity::places(device).into_iter();
    let is_mark = |place: &u64| {
        let sector = key.devices.content(&key.name, *place, SECTOR);
        sector.iter().any(|byte| *byte != 0) && sector.iter().any(|byte| *byte != 0xAA)
    };
    places.filter(is_mark).collect()
}

#[test]
fn a_stop_or_a_lie_leaves_no_mark_of_the_capacity_test() {
    let (image, device) = (image(&content(3 * MIB as usize)), 32 * MIB);
    let work = crate::write::engine::work(3 * MIB, device, Extent::WholeMedium);
    let mut seen = 0;
    for stop_at in (0..work).step_by(2 * MIB as usize) {
        let key = tried(&image, device, Extent::WholeMedium, &[], stop_at);
        if key.written.ended == Ended::Cancelled && key.phases.contains(&Phase::Capacity) {
            assert_eq!(marks(&key, device), [0; 0], "stopped at {stop_at}");
            assert!(!key.written.marks_left, "{stop_at}");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
    // What a stick drops or wraps cannot be proved cleared: it says so.
    let short = tried(
        &image,
        device,
        Extent::WholeMedium,
        &[StickFault::DropsFrom { at: 8 * MIB }],
        u64::MAX,
    );
    assert!(matches!(short.written.ended, Ended::Failed(Fault::Capacity { .. })));
    assert!(short.written.marks_left || marks(&short, device).is_empty());
}

#[test]
fn marks_that_could_not_be_cleared_are_told() {
    let device = 32 * MIB;
    let bad = [StickFault::WriteError { at: 16 * MIB }];
    let key = plain(3 * MIB as usize, device, &bad);
    assert!(matches!(key.written.ended, Ended::Failed(Fault::Write { .. })));
    assert!(key.written.marks_left, "it is put aside as it is");
    assert!(!marks(&key, device).is_empty(), "the case is a real one");
    let key = plain(3 * MIB as usize, device, &[StickFault::ReadError { at: 20 * MIB }]);
    assert!(!key.written.marks_left, "all of them were written over: {:?}", key.written);
}
