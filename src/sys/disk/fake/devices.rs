//! A computer with fake sticks: what is plugged in, what its lists say, and what
//! each stick holds and was told.
//!
//! What a stick really holds is kept beside its faults: a test sees behind every
//! lie that a fake tells.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::facts::{Bus, Disk, Protection, UsbIds};
use super::super::target::{Devices, Intent, ListError, OpenError, Target};
use super::target::FakeTarget;
use super::{Call, Fault};

/// Bytes of a block that is kept.
const BLOCK: usize = 4096;

#[derive(Debug)]
pub(super) struct Stick {
    pub(super) disk: Disk,
    /// What another disk at the same place says of itself once it is opened.
    pub(super) swapped: Option<Disk>,
    pub(super) blocks: BTreeMap<u64, Box<[u8; BLOCK]>>,
    pub(super) old: BTreeMap<u64, Box<[u8; BLOCK]>>,
    pub(super) faults: Vec<Fault>,
    pub(super) calls: Vec<Call>,
    pub(super) written: u64,
    pub(super) flushes: usize,
    pub(super) open: bool,
    pub(super) present: bool,
    pub(super) awake: bool,
}

/// Fake sticks, plugged into a fake computer. Clones are the same computer.
#[derive(Clone, Debug, Default)]
pub struct FakeDevices {
    sticks: Arc<Mutex<Vec<Stick>>>,
}

/// Facts of an ordinary USB stick at `port`. Its name follows from the port.
pub fn stick(port: &str, serial: &str, bytes: u64) -> Disk {
    let minor = port.bytes().fold(0u32, |sum, byte| sum * 31 % 4096 + u32::from(byte));
    Disk {
        node: format!("/dev/fake{minor}").into(),
        name: format!("fake{minor}"),
        number: (8, minor),
        sequence: Some(u64::from(minor)),
        bus: Bus::Usb,
        vendor: Some(b"Kingston".to_vec()),
        model: Some(b"DataTraveler".to_vec()),
        serial: Some(serial.as_bytes().to_vec()).filter(|serial| !serial.is_empty()),
        usb: Some(UsbIds { vendor: 0x0951, product: 0x1666 }),
        bytes: Some(bytes),
        sector_bytes: Some(512),
        port: Some(port.to_string()),
        usb_megabits: Some(480),
        removable: Some(true),
        protection: Protection { reported: Some(false), ..Protection::default() },
        volumes: Vec::new(),
        usage: Some(Vec::new()),
    }
}

impl FakeDevices {
    /// A computer without any stick.
    pub fn new() -> Self {
        Self::default()
    }

    /// Plugs a stick in; it is full of `filling`. What was at this node before
    /// is taken out.
    pub fn plug(&self, disk: Disk, filling: u8, faults: &[Fault]) {
        self.unplug(&disk.name);
        let mut blocks = BTreeMap::new();
        // Enough old data to be seen wherever an engine forgets a place; the
        // rest of a large stick reads as zeros.
        let full = disk.bytes.unwrap_or(0).min(128 << 20);
        if filling != 0 {
            for at in (0..full).step_by(BLOCK) {
                blocks.insert(at, Box::new([filling; BLOCK]));
            }
        }
        self.sticks().push(Stick {
            old: if faults.contains(&Fault::ReturnsOldData) {
                blocks.clone()
            } else {
                BTreeMap::new()
            },
            disk,
            swapped: None,
            blocks,
            faults: faults.to_vec(),
            calls: Vec::new(),
            written: 0,
            flushes: 0,
            open: false,
            present: true,
            awake: false,
        });
    }

    /// Takes a stick out.
    pub fn unplug(&self, name: &str) {
        self.sticks().retain(|stick| stick.disk.name != name);
    }

    /// Takes a stick out for a while, with what is on it, or puts it back.
    pub fn hide(&self, name: &str, hidden: bool) {
        if let Some(stick) = self.sticks().iter_mut().find(|stick| stick.disk.name == name) {
            stick.present = !hidden;
        }
    }

    /// Changes what the list says of a stick.
    pub fn change(&self, name: &str, change: impl FnOnce(&mut Disk)) {
        if let Some(stick) = self.sticks().iter_mut().find(|stick| stick.disk.name == name) {
            change(&mut stick.disk);
        }
    }

    /// From now on another disk answers where this one is opened, while the
    /// list still has this one.
    pub fn swap(&self, name: &str, other: Disk) {
        if let Some(stick) = self.sticks().iter_mut().find(|stick| stick.disk.name == name) {
            stick.swapped = Some(other);
        }
    }

    /// Lets hanging writes of a stick fail.
    pub fn wake(&self, name: &str) {
        if let Some(stick) = self.sticks().iter_mut().find(|stick| stick.disk.name == name) {
            stick.awake = true;
        }
    }

    /// What was done to a stick, in order.
    pub fn calls(&self, name: &str) -> Vec<Call> {
        let sticks = self.sticks();
        let stick = sticks.iter().find(|stick| stick.disk.name == name);
        stick.map(|stick| stick.calls.clone()).unwrap_or_default()
    }

    /// What a stick really holds, without faults: `count` bytes from `offset`.
    pub fn content(&self, name: &str, offset: u64, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        if let Some(stick) = self.sticks().iter().find(|stick| stick.disk.name == name) {
            load(&stick.blocks, offset, &mut bytes);
        }
        bytes
    }

    pub(super) fn sticks(&self) -> MutexGuard<'_, Vec<Stick>> {
        // A test that panicked elsewhere says so itself.
        self.sticks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn is_zero(bytes: &[u8]) -> bool {
    bytes.chunks(BLOCK).all(|chunk| *chunk == [0; BLOCK][..chunk.len()])
}

pub(super) fn load(blocks: &BTreeMap<u64, Box<[u8; BLOCK]>>, offset: u64, bytes: &mut [u8]) {
    let mut done = 0;
    while done < bytes.len() {
        let at = offset + done as u64;
        let within = (at % BLOCK as u64) as usize;
        let length = (BLOCK - within).min(bytes.len() - done);
        match blocks.get(&(at - within as u64)) {
            Some(block) => {
                bytes[done..done + length].copy_from_slice(&block[within..within + length]);
            }
            None => bytes[done..done + length].fill(0),
        }
        done += length;
    }
}

pub(super) fn save(blocks: &mut BTreeMap<u64, Box<[u8; BLOCK]>>, offset: u64, bytes: &[u8]) {
    let mut done = 0;
    while done < bytes.len() {
        let at = offset + done as u64;
        let within = (at % BLOCK as u64) as usize;
        let length = (BLOCK - within).min(bytes.len() - done);
        let piece = &bytes[done..done + length];
        let base = at - within as u64;
        // Zeros in a block that does not exist are there already.
        if blocks.contains_key(&base) || !is_zero(piece) {
            let block = blocks.entry(base).or_insert_with(|| Box::new([0; BLOCK]));
            block[within..within + length].copy_from_slice(piece);
        }
        done += length;
    }
}

impl Devices for FakeDevices {
    fn list(&self) -> Result<Vec<Disk>, ListError> {
        let sticks = self.sticks();
        let there = sticks.iter().filter(|stick| stick.present);
        let mut disks: Vec<Disk> = there.map(|stick| stick.disk.clone()).collect();
        disks.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(disks)
    }

    fn open(&self, disk: &Disk, intent: Intent) -> Result<Box<dyn Target>, OpenError> {
        let mut sticks = self.sticks();
        let found = sticks.iter_mut().find(|stick| stick.present && stick.disk.node == disk.node);
        let stick = found.ok_or(OpenError::Gone)?;
        if stick.open || stick.faults.contains(&Fault::Busy) {
            return Err(OpenError::Busy);
        }
        if stick.disk.protection.reported == Some(true) && intent == Intent::Write {
            return Err(OpenError::WriteProtected);
        }
        stick.open = true;
        stick.calls.push(Call::Open(intent));
        let bytes = stick.swapped.as_ref().unwrap_or(&stick.disk).bytes.unwrap_or(0);
        let name = stick.disk.name.clone();
        Ok(Box::new(FakeTarget { devices: self.clone(), name, bytes, intent }))
    }
}
