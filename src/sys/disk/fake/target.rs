//! A fake stick that is open: as strict as a disk, and as bad as its faults say.
//!
//! Every access is written down before its fault strikes, so that a test sees what
//! was tried. A stick that was pulled out answers nothing any more.

use std::io;
use std::time::Duration;

use super::super::facts::Disk;
use super::super::target::{ALIGNMENT, Ejected, Intent, Target};
use super::devices::{FakeDevices, Stick, is_zero, load, save};
use super::{Call, Fault};

/// A fake stick that is open.
pub(super) struct FakeTarget {
    pub(super) devices: FakeDevices,
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) intent: Intent,
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
