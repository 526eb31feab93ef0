//! A job and sticks for tests of everything that uses the engine.

use std::sync::Arc;

use super::{Eject, Job, PATIENCE};
use crate::sys::disk::fake::{FakeDevices, Fault, stick};
use crate::sys::disk::{Devices as _, Disk};
use crate::write::cancel::Cancel;
use crate::write::clock::SystemClock;
use crate::write::eligible::Policy;
use crate::write::image::testing::{content, image};
use crate::write::result::Extent;

const MIB: u64 = 1 << 20;

/// To write an image of 3 MiB onto whole sticks.
pub(crate) fn job() -> Job {
    Job {
        image: Arc::new(image(&content(3 * MIB as usize))),
        extent: Extent::WholeMedium,
        policy: Policy::for_list(),
        eject: Eject::Yes,
        patience: PATIENCE,
        clock: Arc::new(SystemClock::start()),
        cancel: Cancel::new(),
    }
}

/// Sticks of 5 MiB full of old data at these ports, in the order of the ports.
pub(crate) fn plugged(faults: &[(&str, &[Fault])]) -> (FakeDevices, Vec<Disk>) {
    let devices = FakeDevices::new();
    for (port, faults) in faults {
        devices.plug(stick(port, &format!("S{port}"), 5 * MIB), 0xAA, faults);
    }
    let mut disks = devices.list().unwrap();
    disks.sort_by(|a, b| a.port.cmp(&b.port));
    (devices, disks)
}
