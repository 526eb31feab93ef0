//! How a disk of Windows becomes ours alone, and in which order it is let go.
//!
//! Windows writes to a disk behind the back of whoever opened it as long as a
//! volume on it is mounted, and refuses our writes in the middle. So every
//! volume of the disk is locked and dismounted first, and its handle is kept as
//! long as the disk's: a lock that fails is somebody who uses the key. The
//! calls stand behind a trait, so that their order is tested where no Windows
//! is.

use std::io;

use super::facts::Disk;
use super::target::{Ejected, Intent, OpenError, Target};

/// Calls of Windows, by handles that close when they are dropped.
pub trait Calls: Clone + Send {
    /// A volume's handle.
    type Volume: Send;
    /// A disk's handle.
    type Disk: Send;

    /// Names of all volumes that lie on the disk with this number, in part or
    /// in whole, those without a letter included
    /// (`IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS` of each).
    fn volumes(&self, disk: u32) -> io::Result<Vec<String>>;
    /// `CreateFileW` for reading and writing, shared.
    fn open_volume(&self, name: &str) -> io::Result<Self::Volume>;
    /// `FSCTL_LOCK_VOLUME`: fails while anybody has a file open.
    fn lock(&self, volume: &Self::Volume) -> io::Result<()>;
    /// `FSCTL_DISMOUNT_VOLUME`.
    fn dismount(&self, volume: &Self::Volume) -> io::Result<()>;
    /// `CreateFileW` of `\\.\PhysicalDriveN`, shared with nobody, with
    /// `FILE_FLAG_NO_BUFFERING | FILE_FLAG_WRITE_THROUGH`.
    fn open_disk(&self, disk: u32, intent: Intent) -> io::Result<Self::Disk>;
    /// `IOCTL_DISK_GET_LENGTH_INFO`, and nothing that is derived from a
    /// geometry.
    fn length(&self, disk: &Self::Disk) -> io::Result<u64>;
    /// The disk's facts, asked through the opened handle.
    fn facts(&self, disk: &Self::Disk) -> io::Result<Disk>;
    /// Writes all bytes at an offset.
    fn write(&self, disk: &Self::Disk, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Fills the buffer from an offset.
    fn read(&self, disk: &Self::Disk, buffer: &mut [u8], offset: u64) -> io::Result<()>;
    /// `FlushFileBuffers`.
    fn flush(&self, disk: &Self::Disk) -> io::Result<()>;
    /// `IOCTL_DISK_UPDATE_PROPERTIES`.
    fn update_properties(&self, disk: &Self::Disk) -> io::Result<()>;
    /// `IOCTL_STORAGE_MEDIA_REMOVAL` that allows it, then
    /// `IOCTL_STORAGE_EJECT_MEDIA`.
    fn eject(&self, disk: &Self::Disk) -> io::Result<()>;
}

/// A disk with all its volumes locked. The order of the fields is the order in
/// which they are let go: the disk first, then its volumes.
struct Owned<C: Calls> {
    disk: C::Disk,
    _volumes: Vec<C::Volume>,
    bytes: u64,
    calls: C,
}

/// Opens the disk with number `number` alone.
pub fn open<C: Calls + 'static>(
    calls: &C,
    number: u32,
    intent: Intent,
) -> Result<Box<dyn Target>, OpenError> {
    let doing = |doing: &'static str| move |error: io::Error| OpenError::from_io(doing, error);
    let names = calls.volumes(number).map_err(doing("listing its volumes"))?;
    let mut volumes = Vec::with_capacity(names.len());
    for name in &names {
        let volume = calls.open_volume(name).map_err(doing("opening a volume"))?;
        // Whatever the system's word is: who cannot be locked is in use.
        calls.lock(&volume).map_err(|_| OpenError::Busy)?;
        calls.dismount(&volume).map_err(doing("dismounting a volume"))?;
        volumes.push(volume);
    }
    let disk = calls.open_disk(number, intent).map_err(doing("opening it"))?;
    // A volume that appeared meanwhile is locked by nobody.
    if calls.volumes(number).map_err(doing("listing its volumes"))? != names {
        return Err(OpenError::Busy);
    }
    let bytes = calls.length(&disk).map_err(doing("asking for its size"))?;
    Ok(Box::new(Owned { disk, _volumes: volumes, bytes, calls: calls.clone() }))
}

impl<C: Calls> Target for Owned<C> {
    fn disk(&mut self) -> io::Result<Disk> {
        self.calls.facts(&self.disk)
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<()> {
        within(offset, bytes.len(), self.bytes)?;
        self.calls.write(&self.disk, bytes, offset)
    }

    fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        within(offset, buffer.len(), self.bytes)?;
        self.calls.read(&self.disk, buffer, offset)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.calls.flush(&self.disk)
    }

    fn forget_partitions(&mut self) -> io::Result<()> {
        self.calls.update_properties(&self.disk)
    }

    fn eject(&mut self) -> io::Result<Ejected> {
        self.calls.eject(&self.disk)?;
        Ok(Ejected::Done)
    }
}

fn within(offset: u64, count: usize, bytes: u64) -> io::Result<()> {
    match offset.checked_add(count as u64) {
        Some(end) if end <= bytes => Ok(()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "behind the end of the disk")),
    }
}
