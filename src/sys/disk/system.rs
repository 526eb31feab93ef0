//! The disks of this computer.

use super::facts::Disk;
use super::target::{Devices, Intent, ListError, OpenError, Target};

/// Whether files that serve as disks are disks here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loops {
    /// They are left out: nobody's key is one.
    Hide,
    /// They are listed: for tests, where a person asks for it by an option.
    Show,
}

/// The disks that the system has.
#[derive(Clone, Copy, Debug)]
pub struct SystemDevices {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code))]
    loops: Loops,
}

impl SystemDevices {
    /// All of them; loop devices only if they are asked for.
    pub fn new(loops: Loops) -> Self {
        Self { loops }
    }
}

#[cfg(target_os = "linux")]
impl Devices for SystemDevices {
    fn list(&self) -> Result<Vec<Disk>, ListError> {
        super::linux::list(&super::linux::Roots::system(), self.loops)
    }

    fn open(&self, disk: &Disk, intent: Intent) -> Result<Box<dyn Target>, OpenError> {
        super::linux::open(disk, intent)
    }
}

#[cfg(windows)]
impl Devices for SystemDevices {
    fn list(&self) -> Result<Vec<Disk>, ListError> {
        super::windows::list()
    }

    fn open(&self, disk: &Disk, intent: Intent) -> Result<Box<dyn Target>, OpenError> {
        super::windows::open(disk, intent)
    }
}

#[cfg(not(any(target_os = "linux", windows)))]
impl Devices for SystemDevices {
    fn list(&self) -> Result<Vec<Disk>, ListError> {
        Err(ListError::Unsupported)
    }

    fn open(&self, _: &Disk, _: Intent) -> Result<Box<dyn Target>, OpenError> {
        Err(OpenError::Unsupported)
    }
}
