//! What the operating system is asked about the computer, as a trait.
//!
//! Purpose: every fact that decides whether something may be installed has one
//! place where it is read, and tests bring computers of their own. Invariant: a
//! fact that cannot be read is [`Unread`] with the reason; no reading has a
//! default, and nothing here changes the computer but [`Computer::relaunch`].
//!
//! Texts that come back (names, policy values) are raw: escape them where they
//! are shown.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::text::{Facts, Language};
use crate::verify::detail::Detail;

/// Why a fact is not known: one clause in every language, for record and screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread(pub Detail);

impl Unread {
    /// The system has no such fact, or is not asked for it.
    pub fn unsupported() -> Self {
        Self::because(|facts| facts.unsupported, &[])
    }

    /// A reason of ours, with its places filled.
    pub fn because(template: fn(&Facts) -> &'static str, values: &[(&str, String)]) -> Self {
        Self(Detail::fact(template, values))
    }

    /// The clause in one language, escaped.
    pub fn words(&self, language: Language) -> &str {
        self.0.words(language)
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self(Detail::failed(&error))
    }
}

/// A fact, or why it is not known.
pub type Fact<T> = Result<T, Unread>;

/// Where things lie on this computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The program's folder: `%ProgramFiles%\mediaseal`, from the system's own
    /// call (known folder), never from the environment.
    pub program: PathBuf,
    /// State, records and logs: `%ProgramData%\mediaseal`, in the same way.
    pub state: PathBuf,
}

/// The software restriction policy (`Safer\CodeIdentifiers`), as far as it is
/// needed to say whether it would stop a program. It is reported, never changed,
/// and nobody is advised to switch it off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestrictionPolicy {
    /// `DefaultLevel`: 0 (disallowed), 0x20000 (basic user), 0x40000
    /// (unrestricted).
    pub default_level: u32,
    /// `TransparentEnabled`: 0 off, 1 programs, 2 programs and libraries.
    pub enforcement: u32,
    /// `ItemData` of every path rule that allows
    /// (`262144\Paths\{GUID}\ItemData`), environment variables not expanded.
    pub allowed_paths: Vec<String>,
}

/// An installed program, from the system's list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledProduct {
    /// `DisplayName`.
    pub name: String,
    /// `DisplayVersion`.
    pub version: String,
}

/// The computer that a release would be installed on.
pub trait Computer {
    /// Whether the vendor's installer can run here at all. False on every
    /// system but Windows: nothing is faked.
    fn has_installer(&self) -> bool;

    /// Whether this program has an administrator's rights, from its token and
    /// not from the account's name.
    fn elevated(&self) -> Fact<bool>;

    /// Starts this program again with an administrator's rights (the system asks
    /// the person), waits, and returns its exit code. `arguments` are those
    /// after the program's name.
    fn relaunch(&self, arguments: &[OsString]) -> Fact<u32>;

    /// The computer's name.
    fn name(&self) -> Fact<String>;

    /// Who is signed in, as `DOMAIN\account` where there is a domain: the owner
    /// of the desktop session, who may be somebody else than the administrator
    /// whose rights are used.
    fn signed_in(&self) -> Fact<String>;

    /// A text that stays the same until the computer restarts, and differs
    /// afterwards. It must not depend on the clock alone.
    fn boot(&self) -> Fact<String>;

    /// Whether Windows waits for a restart: `PendingFileRenameOperations`, or
    /// the keys of component servicing and Windows Update. The words say which.
    fn restart_pending(&self) -> Fact<Option<Detail>>;

    /// Whether another installation runs: the mutex `Global\_MSIExecute` exists.
    fn installer_busy(&self) -> Fact<bool>;

    /// Bytes free for this account on the disk of `path`, whose deepest existing
    /// folder is asked.
    fn free_bytes(&self, path: &Path) -> Fact<u64>;

    /// The installed program with this product code (`{...}`, upper case), in the
    /// 64-bit and the 32-bit list.
    fn installed(&self, product_code: &str) -> Fact<Option<InstalledProduct>>;

    /// The software restriction policy; `None` where there is none.
    fn restriction_policy(&self) -> Fact<Option<RestrictionPolicy>>;

    /// Roots of drives that can be taken out and have a medium in them, such as
    /// `E:\`, sorted.
    fn removable_drives(&self) -> Fact<Vec<PathBuf>>;

    /// Where things lie.
    fn places(&self) -> Fact<Places>;

    /// This program's own file.
    fn program(&self) -> Fact<PathBuf>;
}
