//! An installer of a test: it records every command to the last character, and
//! whether the package was held while it ran. Support for tests of this room and
//! of those above it; the verifier that ships is built without it.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::installer::{HeldPackage, Installer, InstallerCommand};

/// The system's folder of a test.
pub const SYSTEM_FOLDER: &str = "/windows/system32";

/// One start, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The command.
    pub command: InstallerCommand,
    /// Packages that were held at that moment.
    pub held: usize,
}

/// What happens when the installer is started.
pub type OnRun = Box<dyn Fn(&InstallerCommand) -> io::Result<u32>>;
/// What happens to a package before it is held.
pub type OnHold = Box<dyn Fn(&Path) -> io::Result<()>>;

/// An installer that installs nothing.
pub struct FakeInstaller {
    /// Every start.
    pub started: RefCell<Vec<Started>>,
    /// What a start does and returns.
    pub on_run: OnRun,
    /// What happens just before a package is held.
    pub on_hold: OnHold,
    held: Rc<Cell<usize>>,
}

impl FakeInstaller {
    /// Every start returns `code`.
    pub fn returning(code: u32) -> Self {
        Self::doing(move |_| Ok(code))
    }

    /// Every start does `on_run`.
    pub fn doing(on_run: impl Fn(&InstallerCommand) -> io::Result<u32> + 'static) -> Self {
        Self {
            started: RefCell::default(),
            on_run: Box::new(on_run),
            on_hold: Box::new(|_| Ok(())),
            held: Rc::default(),
        }
    }

    /// What was started, as argument lines.
    pub fn lines(&self) -> Vec<String> {
        self.started.borrow().iter().map(|started| started.command.arguments.clone()).collect()
    }

    /// Packages that are held now.
    pub fn held(&self) -> usize {
        self.held.get()
    }
}

struct Held {
    file: File,
    count: Rc<Cell<usize>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.count.set(self.count.get() - 1);
    }
}

impl HeldPackage for Held {
    fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        let mut file = self.file.try_clone()?;
        file.rewind()?;
        Ok(Box::new(file))
    }
}

impl Installer for FakeInstaller {
    fn system_folder(&self) -> io::Result<PathBuf> {
        Ok(PathBuf::from(SYSTEM_FOLDER))
    }

    fn hold(&self, path: &Path) -> io::Result<Box<dyn HeldPackage>> {
        (self.on_hold)(path)?;
        let file = File::open(path)?;
        self.held.set(self.held.get() + 1);
        Ok(Box::new(Held { file, count: Rc::clone(&self.held) }))
    }

    fn run(&self, command: &InstallerCommand) -> io::Result<u32> {
        let held = self.held.get();
        self.started.borrow_mut().push(Started { command: command.clone(), held });
        (self.on_run)(command)
    }
}
