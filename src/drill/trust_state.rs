//! State folders that were lost, torn or exchanged (THREATS 10).

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{DrillError, unsuitable};
use crate::seal::names::{Identifier, escape_path};
use crate::store::folder::Access;
use crate::store::lock::Locked;
use crate::store::private::{make_private_folder, private_folder};
use crate::store::slots::{SLOT_FORMAT, Slots, SlotsRead};
use crate::verify::memory::Memory;
use crate::verify::state::{ENROLLED, FLOORS, TRUST};

/// How long another program's work in the copy is waited for: nobody has it.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes of a torn file that are left.
const TORN_BYTES: usize = 100;

/// What is done to the copy of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateFault {
    /// The trust store is gone.
    TrustDeleted,
    /// The store of floors is gone.
    FloorsDeleted,
    /// Both stores are gone; marker and records are there.
    StoresDeleted,
    /// The older file of the floors is gone.
    OneFileDeleted,
    /// The older file of the trust store is gone.
    OneTrustFileDeleted,
    /// The newer file of the floors ends too early.
    Torn,
    /// One bit of the newer file of the floors.
    BitFlipped,
    /// The newer file of the floors is put back from before the last copy, as
    /// a backup would.
    OneFileOld,
    /// The floors' files were written by a newer program.
    NewerFiles,
    /// The floors in them were written by a newer program.
    NewerFloors,
    /// The trust store was written by a newer program.
    NewerTrust,
    /// The floors are those of another publisher.
    OtherPublisher,
}

impl StateFault {
    /// Its name, for a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::TrustDeleted => "state-trust-deleted",
            Self::FloorsDeleted => "state-floors-deleted",
            Self::StoresDeleted => "state-stores-deleted",
            Self::OneFileDeleted => "state-one-file-deleted",
            Self::OneTrustFileDeleted => "state-one-trust-file-deleted",
            Self::Torn => "state-torn",
            Self::BitFlipped => "state-bit-flipped",
            Self::OneFileOld => "state-one-file-old",
            Self::NewerFiles => "state-newer-files",
            Self::NewerFloors => "state-newer-floors",
            Self::NewerTrust => "state-newer-trust",
            Self::OtherPublisher => "state-of-other-publisher",
        }
    }

    /// What was done to the state.
    pub fn what(self) -> &'static str {
        match self {
            Self::TrustDeleted => "the stored chain is gone",
            Self::FloorsDeleted => "what was copied before is gone",
            Self::StoresDeleted => "everything stored is gone, the records are there",
            Self::OneFileDeleted => "one of two files of what was copied is gone",
            Self::OneTrustFileDeleted => "one of two files of the chain is gone",
            Self::Torn => "a power cut tore a file of what was copied",
            Self::BitFlipped => "one bit of what was copied is flipped",
            Self::OneFileOld => "a backup put an old file back",
            Self::NewerFiles => "a newer program wrote the files",
            Self::NewerFloors => "a newer program wrote what was copied",
            Self::NewerTrust => "a newer program wrote the chain",
            Self::OtherPublisher => "what was copied is another publisher's",
        }
    }

    /// Every fault.
    pub const ALL: [Self; 12] = [
        Self::TrustDeleted,
        Self::FloorsDeleted,
        Self::StoresDeleted,
        Self::OneFileDeleted,
        Self::OneTrustFileDeleted,
        Self::Torn,
        Self::BitFlipped,
        Self::OneFileOld,
        Self::NewerFiles,
        Self::NewerFloors,
        Self::NewerTrust,
        Self::OtherPublisher,
    ];
}

/// Copies the state folder `good` to `out`, which must not be there, and spoils
/// the copy.
pub fn spoil(good: &Path, fault: StateFault, out: &Path) -> Result<(), DrillError> {
    copy(good, out)?;
    let remove = |name: &str, slot: u64| {
        let path = out.join(format!("{name}.{slot}"));
        fs::remove_file(&path).map_err(DrillError::io(&path, "remove"))
    };
    let newest = newest_slot(out, FLOORS)?;
    match fault {
        StateFault::TrustDeleted => remove(TRUST, 0).and(remove(TRUST, 1)),
        StateFault::FloorsDeleted => remove(FLOORS, 0).and(remove(FLOORS, 1)),
        StateFault::StoresDeleted => {
            [TRUST, FLOORS].into_iter().try_for_each(|name| remove(name, 0).and(remove(name, 1)))
        }
        StateFault::OneFileDeleted => remove(FLOORS, 1 - newest),
        StateFault::OneTrustFileDeleted => remove(TRUST, 1 - newest_slot(out, TRUST)?),
        StateFault::Torn => change(out, FLOORS, newest, |bytes| bytes.truncate(TORN_BYTES)),
        StateFault::BitFlipped => change(out, FLOORS, newest, |bytes| {
            if let Some(last) = bytes.last_mut() {
                *last ^= 1;
            }
        }),
        StateFault::OneFileOld => {
            let older = out.join(format!("{FLOORS}.{}", 1 - newest));
            let bytes = fs::read(&older).map_err(DrillError::io(&older, "read"))?;
            change(out, FLOORS, newest, |newer| *newer = bytes)
        }
        StateFault::NewerFiles => change(out, FLOORS, newest, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let (format, next) = (format!(" {SLOT_FORMAT} "), format!(" {} ", SLOT_FORMAT + 1));
            *bytes = text.replacen(&format, &next, 1).into_bytes();
        }),
        StateFault::NewerFloors => stored(out, FLOORS, newer_body),
        StateFault::NewerTrust => stored(out, TRUST, newer_body),
        StateFault::OtherPublisher => stored(out, FLOORS, |body| {
            let mut memory = Memory::parse(&body).map_err(|_| unsuitable("no floors"))?;
            memory.publisher = Identifier::parse("somebody-else").map_err(unsuitable)?;
            Ok(memory.print()?)
        }),
    }
}

/// The same document, as a program of the next format would begin it.
fn newer_body(body: Vec<u8>) -> Result<Vec<u8>, DrillError> {
    let text = String::from_utf8(body).map_err(unsuitable)?;
    Ok(text.replacen("\"format\": 1", "\"format\": 2", 1).into_bytes())
}

/// Copies a folder of folders and files, each its owner's alone.
fn copy(good: &Path, out: &Path) -> Result<(), DrillError> {
    if out.symlink_metadata().is_ok() {
        return Err(unsuitable(format!("{} exists", escape_path(out))));
    }
    if !good.join(ENROLLED).is_file() {
        return Err(unsuitable("nobody is enrolled there"));
    }
    copy_below(good, out)
}

fn copy_below(from: &Path, to: &Path) -> Result<(), DrillError> {
    make_private_folder(to, Access::Owner).map_err(unsuitable)?;
    for entry in fs::read_dir(from).map_err(DrillError::io(from, "list"))? {
        let entry = entry.map_err(DrillError::io(from, "list"))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        match source.is_dir() {
            true => copy_below(&source, &target)?,
            false => _ = fs::copy(&source, &target).map_err(DrillError::io(&source, "copy"))?,
        }
    }
    Ok(())
}

/// The slot of a store that the last write went to.
fn newest_slot(folder: &Path, name: &str) -> Result<u64, DrillError> {
    let opened = private_folder(folder).map_err(unsuitable)?;
    match Slots::new(name, Access::Owner).read(&opened) {
        // Odd generations lie in slot 0.
        Ok(SlotsRead::Good { generation, .. }) => Ok(1 - generation % 2),
        _ => Err(unsuitable("the state is not whole")),
    }
}

/// Changes one file of a store.
fn change(
    folder: &Path,
    name: &str,
    slot: u64,
    change: impl FnOnce(&mut Vec<u8>),
) -> Result<(), DrillError> {
    let path = folder.join(format!("{name}.{slot}"));
    let mut bytes = fs::read(&path).map_err(DrillError::io(&path, "read"))?;
    let before = bytes.clone();
    change(&mut bytes);
    match bytes == before {
        true => Err(unsuitable("the state has nothing to change")),
        false => fs::write(&path, bytes).map_err(DrillError::io(&path, "write")),
    }
}

/// Stores another body as a whole value.
fn stored(
    folder: &Path,
    name: &str,
    change: impl FnOnce(Vec<u8>) -> Result<Vec<u8>, DrillError>,
) -> Result<(), DrillError> {
    let opened = private_folder(folder).map_err(unsuitable)?;
    let locked = Locked::acquire(opened, PATIENCE).map_err(unsuitable)?;
    let slots = Slots::new(name, Access::Owner);
    let SlotsRead::Good { body, .. } = slots.read(&*locked).map_err(unsuitable)? else {
        return Err(unsuitable("the state is not whole"));
    };
    slots.reset(&locked, &change(body)?).map_err(unsuitable)?;
    Ok(())
}
