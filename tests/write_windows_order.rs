//! The exact order of calls by which a disk of Windows is written: a script
//! answers them, on any system. What a real Windows does with them is on the
//! check list of docs/WRITING.md.
#![cfg(feature = "builder")]

use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex};

use mediaseal::build::piece_digests::PieceDigests;
use mediaseal::seal::digest::Digest;
use mediaseal::sys::disk::fake::stick;
use mediaseal::sys::disk::windows_order::{self, Calls};
use mediaseal::sys::disk::{Devices, Disk, Intent, ListError, OpenError, Target};
use mediaseal::verify::outcome::Outcome;
use mediaseal::write::cancel::Cancel;
use mediaseal::write::clock::SystemClock;
use mediaseal::write::eligible::Policy;
use mediaseal::write::engine::{self, Eject, Job, PATIENCE};
use mediaseal::write::event::Silent;
use mediaseal::write::image::Image;
use mediaseal::write::result::{Ended, Extent, outcome};

const MIB: u64 = 1 << 20;
const BYTES: u64 = 4 * MIB;

/// What the script answers, and what it was asked.
#[derive(Default)]
struct Script {
    calls: Vec<String>,
    content: Vec<u8>,
    /// The volume that somebody uses.
    busy: Option<&'static str>,
    /// A volume that appears once the disk is open.
    late: Option<&'static str>,
    disk_open: bool,
}

#[derive(Clone)]
struct Scripted(Arc<Mutex<Script>>);

/// A handle that says when it is closed.
struct Handle(String, Scripted);

impl Drop for Handle {
    fn drop(&mut self) {
        self.1.note(format!("close {}", self.0));
    }
}

impl Scripted {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Script {
            content: vec![0xEE; BYTES as usize],
            ..Script::default()
        })))
    }
    fn with<T>(&self, work: impl FnOnce(&mut Script) -> T) -> T {
        work(&mut self.0.lock().unwrap())
    }
    fn note(&self, call: String) {
        self.with(|script| script.calls.push(call));
    }
    fn calls(&self) -> Vec<String> {
        self.with(|script| script.calls.clone())
    }
}

impl Calls for Scripted {
    type Volume = Handle;
    type Disk = Handle;

    fn volumes(&self, disk: u32) -> io::Result<Vec<String>> {
        self.note(format!("volumes of {disk}"));
        self.with(|script| {
            let late = script.late.filter(|_| script.disk_open);
            Ok(["E:", "F:"].into_iter().chain(late).map(str::to_string).collect())
        })
    }
    fn open_volume(&self, name: &str) -> io::Result<Handle> {
        self.note(format!("open {name}"));
        Ok(Handle(name.to_string(), self.clone()))
    }
    fn lock(&self, volume: &Handle) -> io::Result<()> {
        self.note(format!("lock {}", volume.0));
        match self.with(|script| script.busy == Some(volume.0.as_str())) {
            true => Err(io::ErrorKind::PermissionDenied.into()),
            false => Ok(()),
        }
    }
    fn dismount(&self, volume: &Handle) -> io::Result<()> {
        self.note(format!("dismount {}", volume.0));
        Ok(())
    }
    fn open_disk(&self, disk: u32, intent: Intent) -> io::Result<Handle> {
        assert_eq!(intent, Intent::Write);
        self.note(format!("open disk {disk}"));
        self.with(|script| script.disk_open = true);
        Ok(Handle(format!("disk {disk}"), self.clone()))
    }
    fn length(&self, _: &Handle) -> io::Result<u64> {
        self.note("length".to_string());
        Ok(BYTES)
    }
    fn facts(&self, _: &Handle) -> io::Result<Disk> {
        self.note("facts".to_string());
        Ok(stick("1-2", "9F12", BYTES))
    }
    fn write(&self, _: &Handle, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.note(format!("write {} at {offset}", bytes.len()));
        let start = offset as usize;
        self.with(|script| script.content[start..start + bytes.len()].copy_from_slice(bytes));
        Ok(())
    }
    fn read(&self, _: &Handle, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.note(format!("read {} at {offset}", buffer.len()));
        let start = offset as usize;
        self.with(|script| buffer.copy_from_slice(&script.content[start..start + buffer.len()]));
        Ok(())
    }
    fn flush(&self, _: &Handle) -> io::Result<()> {
        self.note("flush".to_string());
        Ok(())
    }
    fn update_properties(&self, _: &Handle) -> io::Result<()> {
        self.note("update properties".to_string());
        Ok(())
    }
    fn eject(&self, _: &Handle) -> io::Result<()> {
        self.note("eject".to_string());
        Ok(())
    }
}

struct Windows(Scripted);

// The script is behind a lock.
impl Devices for Windows {
    fn list(&self) -> Result<Vec<Disk>, ListError> {
        Ok(vec![stick("1-2", "9F12", BYTES)])
    }
    fn open(&self, _: &Disk, intent: Intent) -> Result<Box<dyn Target>, OpenError> {
        windows_order::open(&self.0, 1, intent)
    }
}

fn written(script: &Scripted) -> Ended {
    let bytes: Vec<u8> = (0..3 * MIB).map(|at| (at / 512 + at) as u8 | 1).collect();
    let mut file: File = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let job = Job {
        image: Arc::new(Image::new(
            file,
            3 * MIB,
            Digest::of(&bytes),
            PieceDigests::of(&mut &bytes[..]).unwrap(),
        )),
        extent: Extent::WholeMedium,
        policy: Policy::for_list(),
        eject: Eject::Yes,
        patience: PATIENCE,
        clock: Arc::new(SystemClock::start()),
        cancel: Cancel::new(),
    };
    let devices = Windows(script.clone());
    let chosen = devices.list().unwrap();
    let mut results = engine::write(&devices, &chosen, &job, &mut Silent);
    let ended = results.remove(0).ended;
    if ended == Ended::Done {
        let content = script.with(|script| script.content.clone());
        assert!(content[..bytes.len()] == bytes[..]);
        assert!(content[bytes.len()..].iter().all(|byte| *byte == 0));
    }
    ended
}

#[test]
fn every_call_in_its_order() {
    let script = Scripted::new();
    assert_eq!(written(&script), Ended::Done);
    let expected = "\
volumes of 1
open E:
lock E:
dismount E:
open F:
lock F:
dismount F:
open disk 1
volumes of 1
length
facts
write 1048576 at 0
write 1048576 at 1048576
flush
read 1048576 at 0
read 1048576 at 1048576
update properties
write 512 at 0
write 512 at 4193792
flush
read 512 at 0
read 512 at 4193792
write 512 at 0
flush
read 1048576 at 0
read 1048576 at 1048576
write 2097152 at 2097152
flush
read 1048576 at 2097152
read 1048576 at 3145728
write 1048576 at 0
write 1048576 at 1048576
flush
write 512 at 0
flush
read 1048576 at 0
read 1048576 at 1048576
eject
close disk 1
close E:
close F:";
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(script.calls(), expected);
}

#[test]
fn a_lock_that_fails_is_an_error_and_nothing_is_written() {
    let script = Scripted::new();
    script.with(|script| script.busy = Some("F:"));
    let ended = written(&script);
    assert_eq!(outcome([&ended]), Outcome::Refused);
    assert!(ended.detail().contains("in use"));
    let expected = [
        "volumes of 1",
        "open E:",
        "lock E:",
        "dismount E:",
        "open F:",
        "lock F:",
        "close F:",
        "close E:",
    ];
    assert_eq!(script.calls(), expected);
}

#[test]
fn a_volume_that_appears_meanwhile_is_an_error_and_nothing_is_written() {
    let script = Scripted::new();
    script.with(|script| script.late = Some("G:"));
    assert_eq!(outcome([&written(&script)]), Outcome::Refused);
    let calls = script.calls();
    assert!(!calls.iter().any(|call| call.starts_with("write")));
    assert_eq!(calls[calls.len() - 3..], ["close disk 1", "close E:", "close F:"]);
}
