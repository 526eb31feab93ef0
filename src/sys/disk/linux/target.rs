//! One disk, opened alone (`O_EXCL`: EBUSY where anything of it is mounted,
//! swapped to or part of something) and past the system's memory (`O_DIRECT`).

use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{FileExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags};

use super::super::facts::{Bus, Disk};
use super::super::target::{Ejected, Intent, OpenError, Target};
use super::{Roots, calls};
use crate::sys::storage::{DeviceNumber, split};

/// Opens the disk's node and nothing that it might be a link to.
pub(in super::super) fn open(disk: &Disk, intent: Intent) -> Result<Box<dyn Target>, OpenError> {
    let access = match intent {
        Intent::Read => OFlags::RDONLY,
        Intent::Write => OFlags::RDWR,
    };
    let flags = access | OFlags::EXCL | OFlags::DIRECT | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    // What the node is, is seen before it is opened as well: opening a tape or
    // a terminal can already do something.
    let doing = |doing: &'static str| move |error: io::Error| OpenError::from_io(doing, error);
    let before = fs::symlink_metadata(&disk.node).map_err(doing("looking at it"))?;
    if !before.file_type().is_block_device() {
        return Err(OpenError::NotADisk);
    }
    let opened = rustix::fs::open(&disk.node, flags, Mode::empty());
    let mut file = File::from(opened.map_err(|error| doing("opening it")(error.into()))?);
    let metadata = file.metadata().map_err(doing("looking at it"))?;
    if !metadata.file_type().is_block_device() {
        return Err(OpenError::NotADisk);
    }
    let bytes = file.seek(SeekFrom::End(0)).map_err(doing("asking for its size"))?;
    let roots = Roots::system();
    let number = split(metadata.rdev());
    let folder = roots.kernel.whole(number).ok_or(OpenError::Gone)?;
    let target = LinuxTarget { file, number, bytes, folder, roots };
    // A partition's folder is not its disk's.
    match target.facts() {
        Ok(facts) if facts.number == (number.major, number.minor) => Ok(Box::new(target)),
        Ok(_) => Err(OpenError::NotADisk),
        Err(error) => Err(OpenError::from_io("asking for its facts", error)),
    }
}

struct LinuxTarget {
    file: File,
    number: DeviceNumber,
    bytes: u64,
    /// Of the disk in sysfs.
    folder: PathBuf,
    roots: Roots,
}

impl LinuxTarget {
    /// The facts of what is open. Number, size, sectors and plugging-in come
    /// through the open file; the rest from the folder that has that number.
    fn facts(&self) -> io::Result<Disk> {
        let folder = self.roots.kernel.whole(self.number).ok_or(io::ErrorKind::NotFound)?;
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        let mut disk = super::disk(&self.roots, &folder).ok_or_else(gone)?;
        disk.bytes = Some((&self.file).seek(SeekFrom::End(0))?);
        disk.sector_bytes = Some(rustix::fs::ioctl_blksszget(&self.file)?);
        match calls::disk_sequence(&self.file) {
            Ok(sequence) => disk.sequence = Some(sequence),
            // A kernel before 5.15 has none, in sysfs neither.
            Err(_) if disk.sequence.is_none() => {}
            Err(error) => return Err(error),
        }
        Ok(disk)
    }
}

impl Target for LinuxTarget {
    fn disk(&mut self) -> io::Result<Disk> {
        self.facts()
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        within(offset, bytes.len(), self.bytes)?;
        self.file.write_all_at(bytes, offset)
    }

    fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        within(offset, buffer.len(), self.bytes)?;
        self.file.read_exact_at(buffer, offset)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }

    fn forget_partitions(&mut self) -> io::Result<()> {
        calls::read_partitions_again(&self.file)
    }

    fn eject(&mut self) -> io::Result<Ejected> {
        // The kernel forgets the disk, after a last flush of its own, until it
        // is plugged in again. Loop devices and card slots have no such file.
        let path = self.folder.join("device/delete");
        let bus = super::bus(&self.folder, self.number);
        if bus != Bus::Usb || !path.exists() {
            return Ok(Ejected::NotPossible);
        }
        // The folder may be another disk's by now, if ours was pulled out.
        if super::decimal(&self.folder.join("diskseq")) != calls::disk_sequence(&self.file).ok() {
            return Err(io::ErrorKind::NotFound.into());
        }
        File::options().write(true).open(path)?.write_all(b"1")?;
        Ok(Ejected::Done)
    }
}

/// Linux would write less at a disk's end and say so; nothing of ours goes
/// there at all.
fn within(offset: u64, count: usize, bytes: u64) -> io::Result<()> {
    match offset.checked_add(count as u64) {
        Some(end) if end <= bytes => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "behind the end of the disk")),
    }
}
