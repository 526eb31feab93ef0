//! A computer of a test: every fact is a field. Support for tests of this room
//! and of those above it; the verifier that ships is built without it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::computer::{Computer, Fact, InstalledProduct, Places, RestrictionPolicy, Unread};
use crate::verify::detail::Detail;

/// The facts of a computer that does not exist.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // The trait says what each fact is.
pub struct FakeComputer {
    pub has_installer: bool,
    pub elevated: Fact<bool>,
    pub name: Fact<String>,
    pub signed_in: Fact<String>,
    pub boot: Fact<String>,
    pub restart_pending: Fact<Option<Detail>>,
    pub installer_busy: Fact<bool>,
    pub free_bytes: Fact<u64>,
    pub installed: BTreeMap<String, InstalledProduct>,
    pub restriction_policy: Fact<Option<RestrictionPolicy>>,
    pub removable_drives: Fact<Vec<PathBuf>>,
    pub places: Fact<Places>,
    pub program: Fact<PathBuf>,
    /// What [`Computer::relaunch`] answers.
    pub relaunch: Fact<u32>,
    /// The arguments of every relaunch.
    pub relaunched: RefCell<Vec<Vec<OsString>>>,
}

/// A fact that this computer does not tell.
pub fn untold<T>() -> Fact<T> {
    Err(Unread::unsupported())
}

impl FakeComputer {
    /// An instrument at rest, with an administrator, its places below `root`.
    pub fn at_rest(root: &Path) -> Self {
        let places = Places { program: root.join("program"), state: root.join("state") };
        Self {
            has_installer: true,
            elevated: Ok(true),
            name: Ok("INSTRUMENT-7".to_string()),
            signed_in: Ok(r"LAB\sbsadmin".to_string()),
            boot: Ok("boot-1".to_string()),
            restart_pending: Ok(None),
            installer_busy: Ok(false),
            free_bytes: Ok(1 << 40),
            installed: BTreeMap::new(),
            restriction_policy: Ok(None),
            removable_drives: Ok(Vec::new()),
            program: Ok(places.program.join("mediaseal-verify.exe")),
            places: Ok(places),
            relaunch: untold(),
            relaunched: RefCell::default(),
        }
    }
}

impl Computer for FakeComputer {
    fn has_installer(&self) -> bool {
        self.has_installer
    }
    fn elevated(&self) -> Fact<bool> {
        self.elevated.clone()
    }
    fn relaunch(&self, arguments: &[OsString]) -> Fact<u32> {
        self.relaunched.borrow_mut().push(arguments.to_vec());
        self.relaunch.clone()
    }
    fn name(&self) -> Fact<String> {
        self.name.clone()
    }
    fn signed_in(&self) -> Fact<String> {
        self.signed_in.clone()
    }
    fn boot(&self) -> Fact<String> {
        self.boot.clone()
    }
    fn restart_pending(&self) -> Fact<Option<Detail>> {
        self.restart_pending.clone()
    }
    fn installer_busy(&self) -> Fact<bool> {
        self.installer_busy.clone()
    }
    fn free_bytes(&self, _: &Path) -> Fact<u64> {
        self.free_bytes.clone()
    }
    fn installed(&self, product_code: &str) -> Fact<Option<InstalledProduct>> {
        Ok(self.installed.get(product_code).cloned())
    }
    fn restriction_policy(&self) -> Fact<Option<RestrictionPolicy>> {
        self.restriction_policy.clone()
    }
    fn removable_drives(&self) -> Fact<Vec<PathBuf>> {
        self.removable_drives.clone()
    }
    fn places(&self) -> Fact<Places> {
        self.places.clone()
    }
    fn program(&self) -> Fact<PathBuf> {
        self.program.clone()
    }
}
