//! Disks in memory that fail on purpose: support for tests of this room and of
//! every room above it. Nothing in the programs uses it.
//!
//! A fake keeps only the blocks that were written, so a stick of 64 GB costs
//! nothing. It is strict where real disks are: an unaligned access, one past
//! the end, and a second opening are errors.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::facts::{Bus, Disk, Protection, UsbIds};
use super::target::{ALIGNMENT, Devices, Ejected, Intent, ListError, OpenError, Target};

/// Bytes of a block that is kept.
const BLOCK: usize = 4096;

/// What a fake stick does wrong. Offsets are bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Writing the sector at this offset fails.
    WriteError {
        /// Of the sector.
        at: u64,
    },
    /// Reading the sector at this offset fails.
    ReadError {
        /// Of the sector.
        at: u64,
    },
    /// Flushing fails from this one on, counted from 0.
    FlushError {
        /// Which one.
        nth: usize,
    },
    /// Writes at and behind this offset are answered with success and dropped.
    DropsFrom {
        /// The first byte that is not kept.
        at: u64,
    },
    /// Has only so many bytes; an access behind them comes round to the start.
    WrapsAt {
        /// The real size.
        bytes: u64,
    },
    /// The byte at this offset reads with one bit flipped.
    FlipsBit {
        /// Of the byte.
        at: u64,
    },
    /// Reads give what was there before it was opened.
    ReturnsOldData,
    /// Every write is refused as on write-protected media, though it does not
    /// report protection.
    RefusesWrites,
    /// It is gone once so many bytes were written; for the list as well.
    RemovedAfter {
        /// Bytes written.
        bytes: u64,
    },
    /// Nothing comes back from a write that reaches this offset, until the
    /// fake is told [`FakeDevices::wake`].
    Hangs {
        /// Of the write.
        at: u64,
    },
    /// Every write takes so much longer for each MiB.
    Slow {
        /// For each MiB.
        pause: Duration,
    },
    /// Somebody holds it: it cannot be opened.
    Busy,
    /// It cannot be ejected.
    EjectError,
}

/// One thing that was done to a fake stick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Opened.
    Open(Intent),
    /// So many bytes written at an offset.
    Write {
        /// From the start.
        offset: u64,
        /// How many.
        bytes: usize,
        /// All of them are zero.
        zeros: bool,
    },
    /// So many bytes read at an offset.
    Read {
        /// From the start.
        offset: u64,
        /// How many.
        bytes: usize,
    },
    /// Flushed.
    Flush,
    /// Partitions forgotten.
    Forget,
    /// Ejected.
    Eject,
    /// Let go.
    Close,
}

#[derive(Debug)]
struct Stick {
    disk: Disk,
    /// What another disk at the same place says of itself once it is opened.
    swapped: Option<Disk>,
    blocks: BTreeMap<u64, Box<[u8; BLOCK]>>,
    old: BTreeMap<u64, Box<[u8; BLOCK]>>,
    faults: Vec<Fault>,
    calls: Vec<Call>,
    written: u64,
    flushes: usize,
    open: bool,
    present: bool,
    awake: bool,
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

    fn sticks(&self) -> MutexGuard<'_, Vec<Stick>> {
        // A test that panicked elsewhere says so itself.
        self.sticks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.chunks(BLOCK).all(|chunk| *chunk == [0; BLOCK][..chunk.len()])
}

fn load(blocks: &BTreeMap<u64, Box<[u8; BLOCK]>>, offset: u64, bytes: &mut [u8]) {
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

fn save(blocks: &mut BTreeMap<u64, Box<[u8; BLOCK]>>, offset: u64, bytes: &[u8]) {
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

/// A fake stick that is open.
struct FakeTarget {
    devices: FakeDevices,
    name: String,
    bytes: u64,
    intent: Intent,
}

impl FakeTarget {
    fn with<T>(&self, work: impl FnOnce(&mut Stick) -> io::Result<T>) -> io::Result<T> {
        let mut sticks = self.devices.sticks();
        let stick = sticks.iter_mut().find(|stick| stick.disk.name == self.name && stick.present);
        work(stick.ok_or_else(gone)?)
    }

    fn check(&self, memory: &[u8], offset: u64) -> io::Result<()> {
        let invalid = |what| Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        if !(memory.as_ptr() as usize).is_multiple_of(ALIGNMENT) {
            return invalid("memory is not aligned");
        }
        let sectors = memory.len().is_multiple_of(512) && offset.is_multiple_of(512);
        if memory.is_empty() || !sectors {
            return invalid("not whole sectors");
        }
        if offset.checked_add(memory.len() as u64).is_none_or(|end| end > self.bytes) {
            return invalid("behind the end");
        }
        Ok(())
    }
}

fn gone() -> io::Error {
    // ENODEV, as a stick that was pulled out gives it.
    io::Error::other("no such device")
}

fn broken() -> io::Error {
    io::Error::other("input/output error")
}

fn covers(offset: u64, bytes: usize, at: u64) -> bool {
    (offset..offset + bytes as u64).contains(&at)
}

impl Target for FakeTarget {
    fn disk(&mut self) -> io::Result<Disk> {
        let disk =
            |stick: &mut Stick| Ok(stick.swapped.clone().unwrap_or_else(|| stick.disk.clone()));
        // As Linux has it: no folder in sysfs any more.
        self.with(disk).map_err(|_| io::ErrorKind::NotFound.into())
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.check(bytes, offset)?;
        if self.intent == Intent::Read {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let faults = self.with(|stick| {
            let zeros = is_zero(bytes);
            stick.calls.push(Call::Write { offset, bytes: bytes.len(), zeros });
            Ok(stick.faults.clone())
        })?;
        let mut place = offset;
        for fault in faults {
            match fault {
                Fault::WriteError { at } if covers(offset, bytes.len(), at) => {
                    return Err(broken());
                }
                Fault::RefusesWrites => return Err(io::ErrorKind::ReadOnlyFilesystem.into()),
                Fault::Slow { pause } => {
                    std::thread::sleep(pause.mul_f64(bytes.len() as f64 / f64::from(1 << 20)));
                }
                Fault::Hangs { at } if covers(offset, bytes.len(), at) => {
                    while self.with(|stick| Ok(!stick.awake))? {
                        std::thread::sleep(Duration::from_millis(2));
                    }
                    return Err(broken());
                }
                Fault::DropsFrom { at } if offset >= at => return Ok(()),
                Fault::WrapsAt { bytes } => place = offset % bytes,
                _ => {}
            }
        }
        self.with(|stick| {
            stick.written += bytes.len() as u64;
            let limit = stick.faults.iter().find_map(|fault| match fault {
                Fault::RemovedAfter { bytes } => Some(*bytes),
                _ => None,
            });
            if limit.is_some_and(|limit| stick.written > limit) {
                stick.present = false;
                return Err(gone());
            }
            save(&mut stick.blocks, place, bytes);
            Ok(())
        })
    }

    fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.check(buffer, offset)?;
        self.with(|stick| {
            stick.calls.push(Call::Read { offset, bytes: buffer.len() });
            let mut place = offset;
            let mut old = false;
            for fault in &stick.faults {
                match *fault {
                    Fault::ReadError { at } if covers(offset, buffer.len(), at) => {
                        return Err(broken());
                    }
                    Fault::WrapsAt { bytes } => place = offset % bytes,
                    Fault::ReturnsOldData => old = true,
                    _ => {}
                }
            }
            load(if old { &stick.old } else { &stick.blocks }, place, buffer);
            for fault in &stick.faults {
                if let Fault::FlipsBit { at } = *fault
                    && covers(offset, buffer.len(), at)
                {
                    buffer[(at - offset) as usize] ^= 1;
                }
            }
            Ok(())
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(|stick| {
            stick.calls.push(Call::Flush);
            let nth = stick.flushes;
            stick.flushes += 1;
            let fails =
                |fault: &Fault| matches!(fault, Fault::FlushError { nth: at } if nth >= *at);
            match stick.faults.iter().any(fails) {
                true => Err(broken()),
                false => Ok(()),
            }
        })
    }

    fn forget_partitions(&mut self) -> io::Result<()> {
        self.with(|stick| {
            stick.calls.push(Call::Forget);
            Ok(())
        })
    }

    fn eject(&mut self) -> io::Result<Ejected> {
        self.with(|stick| {
            stick.calls.push(Call::Eject);
            match stick.faults.contains(&Fault::EjectError) {
                true => Err(broken()),
                false => Ok(Ejected::Done),
            }
        })
    }
}

impl Drop for FakeTarget {
    fn drop(&mut self) {
        let mut sticks = self.devices.sticks();
        if let Some(stick) = sticks.iter_mut().find(|stick| stick.disk.name == self.name) {
            stick.calls.push(Call::Close);
            stick.open = false;
        }
    }
}

#[cfg(test)]
#[path = "fake_tests.rs"]
mod tests;
