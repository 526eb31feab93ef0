//! A state in two slots never goes back: a script of writes, power cuts, errors,
//! flipped bytes and lost files on a disk in memory that does its worst; or two
//! slot files of any bytes.

use std::ffi::OsStr;
use std::io::{ErrorKind, Read as _};
use std::time::Duration;

use mediaseal::store::Existing;
use mediaseal::store::atomic::write_atomic;
use mediaseal::store::faulty::{Fault, FaultyDisk, FaultyFolder};
use mediaseal::store::folder::{Access, Folder as _};
use mediaseal::store::lock::Locked;
use mediaseal::store::slots::{Slots, SlotsRead};
use sha2::{Digest as _, Sha256};

const FILES: [&str; 2] = ["state.0", "state.1"];
/// Steps of one script; more are not looked at.
const MAX_STEPS: usize = 48;

fn state() -> Slots {
    Slots::new("state", Access::Owner)
}

fn read(folder: &FaultyFolder) -> SlotsRead {
    state().read(folder).expect("a disk without faults can be read")
}

/// The first byte says which of the two: a script, or raw files.
pub fn slots(input: &[u8]) {
    match input.split_first() {
        Some((first, rest)) if first % 2 == 0 => Script::default().run(rest),
        Some((_, rest)) => raw_files(rest),
        None => {}
    }
}

/// Slot files of any bytes, divided by their length in the first two bytes: a
/// value is told only where both are what a writer would have written, by an
/// opinion that is formed here a second time.
fn raw_files(input: &[u8]) {
    let Some((length, rest)) = input.split_first_chunk::<2>() else {
        return;
    };
    let at = usize::from(u16::from_le_bytes(*length)).min(rest.len());
    let files = [&rest[..at], &rest[at..]];
    let folder = FaultyDisk::new().root();
    for (name, bytes) in FILES.iter().zip(files) {
        put(&folder, name, bytes);
    }
    let told = read(&folder);
    let expected = match files.map(whole) {
        [Some((odd, body)), Some((even, other))] if odd.abs_diff(even) == 1 => {
            let (generation, body) = if odd > even { (odd, body) } else { (even, other) };
            (odd % 2 == 1 && even % 2 == 0).then_some((generation, body))
        }
        _ => None,
    };
    match told {
        SlotsRead::Good { generation, body } => {
            assert_eq!(Some((generation, body)), expected, "a value nobody wrote");
        }
        // An empty file is not the empty folder before the first write.
        SlotsRead::Missing => panic!("files are there"),
        _ => assert_eq!(expected, None, "a value that is there is not told"),
    }
}

/// A slot file as its writer makes it: generation and body.
fn whole(bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let generation: u64 = line.split(' ').nth(2)?.parse().ok()?;
    let body = &bytes[end + 1..];
    let head = format!("mediaseal-slot 1 {generation} {} ", body.len());
    let digest = Sha256::digest([head.as_bytes(), body].concat());
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    (line == format!("{head}{digits}")).then(|| (generation, body.to_vec()))
}

fn put(folder: &FaultyFolder, name: &str, bytes: &[u8]) {
    write_atomic(folder, OsStr::new(name), bytes, Access::Owner, Existing::Replace)
        .expect("a disk without faults takes everything");
}

/// What the disk is and what it must say.
struct Script {
    disk: FaultyDisk,
    /// The last value that is known to be there: generation 0 is none.
    generation: u64,
    body: Vec<u8>,
}

impl Default for Script {
    fn default() -> Self {
        Self { disk: FaultyDisk::new(), generation: 0, body: Vec::new() }
    }
}

impl Script {
    fn run(mut self, input: &[u8]) {
        for step in input.chunks(4).take(MAX_STEPS) {
            let [kind, a, b, c] = [0, 1, 2, 3].map(|at| step.get(at).copied().unwrap_or(0));
            let body = vec![a; usize::from(b)];
            match kind % 7 {
                0 => self.write(&body, Fault::None, None),
                1 => self.write(&body, Fault::PowerCut { at: usize::from(c % 24) }, Some(c)),
                2 => {
                    let fault = Fault::Once { at: usize::from(c % 24), kind: ErrorKind::Other };
                    self.write(&body, fault, None);
                }
                3 => self.write(&body, Fault::Full { at: usize::from(c % 24) }, None),
                4 => self.flipped(usize::from(a % 2), usize::from(b), c),
                5 => self.lost(usize::from(a % 2)),
                _ => self.stale(&body),
            }
            self.judge();
        }
    }

    /// A value, by a writer that may be stopped.
    fn write(&mut self, body: &[u8], fault: Fault, cut: Option<u8>) {
        self.disk.set_fault(fault);
        let locked = Locked::acquire(self.disk.root(), Duration::ZERO);
        let done = locked.is_ok_and(|locked| state().write(&locked, self.generation, body).is_ok());
        self.disk.set_fault(Fault::None);
        if let Some(choice) = cut {
            let survivals = self.disk.survivals();
            let survival = survivals[usize::from(choice) % survivals.len()];
            self.disk = self.disk.after_power_cut(survival);
        }
        self.disk.settle();
        let new = SlotsRead::Good { generation: self.generation + 1, body: body.to_vec() };
        // After an error there is the old value or the new one.
        if done || read(&self.disk.root()) == new {
            (self.generation, self.body) = (self.generation + 1, body.to_vec());
        }
    }

    /// A byte of one file changes: the value is told as it is, or not at all.
    fn flipped(&mut self, slot: usize, offset: usize, mask: u8) {
        self.disk.settle();
        if mask != 0 && self.disk.corrupt(FILES[slot], offset, mask) {
            let [survival, ..] = self.disk.survivals()[..] else {
                return;
            };
            let told = read(&self.disk.after_power_cut(survival).root());
            let nothing = matches!(told, SlotsRead::Torn { .. } | SlotsRead::Newer { .. });
            assert!(nothing, "a flipped byte told {told:?}");
            assert!(self.disk.corrupt(FILES[slot], offset, mask));
        }
    }

    /// One file is gone: nothing is told, and nothing is written over it.
    fn lost(&mut self, slot: usize) {
        let [survival, ..] = self.disk.survivals()[..] else {
            return;
        };
        let folder = self.disk.after_power_cut(survival).root();
        if folder.remove_file(OsStr::new(FILES[slot])).is_err() {
            return;
        }
        let told = read(&folder);
        // Before generation 2 the other file is what a first write begins with:
        // whether there was a value is told by the marker beside the store.
        let first = self.generation == 0 || (self.generation == 1 && slot == 0);
        let fits = matches!(told, SlotsRead::Torn { .. }) || (first && told == SlotsRead::Missing);
        assert!(fits, "a lost file told {told:?}");
        let never = self.generation == 0;
        if let (false, Ok(locked)) = (never, Locked::acquire(folder, Duration::ZERO)) {
            assert!(state().write(&locked, self.generation, b"more").is_err());
        }
    }

    /// A writer that decided upon an older value is refused.
    fn stale(&mut self, body: &[u8]) {
        if self.generation > 0 {
            let locked = Locked::acquire(self.disk.root(), Duration::ZERO).expect("nobody has it");
            assert!(state().write(&locked, self.generation - 1, body).is_err());
        }
    }

    fn judge(&self) {
        let told = read(&self.disk.root());
        match self.generation {
            0 => assert_eq!(told, SlotsRead::Missing),
            generation => assert_eq!(told, SlotsRead::Good { generation, body: self.body.clone() }),
        }
    }
}

/// The bytes of the slot files after `values` were stored, for seeds.
pub fn stored(values: &[&[u8]]) -> [Vec<u8>; 2] {
    let folder = FaultyDisk::new().root();
    let locked = Locked::acquire(folder.clone(), Duration::ZERO).expect("a new disk");
    for (last, body) in values.iter().enumerate() {
        state().write(&locked, last as u64, body).expect("a new disk");
    }
    FILES.map(|name| {
        let mut bytes = Vec::new();
        let reader = folder.read(OsStr::new(name)).expect("both slots are there");
        (&mut { reader }).read_to_end(&mut bytes).expect("memory can be read");
        bytes
    })
}
