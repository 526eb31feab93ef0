//! What Windows tells of the computer.
//!
//! Each fact is read where Windows documents it; what cannot be read is "not
//! known", with the system's reason.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::computer::{Computer, Fact, InstalledProduct, Places, RestrictionPolicy, Unread};
use super::this_computer::ThisComputer;
use crate::sys::windows::registry::{Key, Value, View};
use crate::sys::windows::{security, system, volume};
use crate::text::Facts;
use crate::verify::detail::Detail;

/// Name of our folders below the system's.
const FOLDER: &str = "mediaseal";
/// Both lists of installed programs.
const UNINSTALL: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";
/// The software restriction policy.
const RESTRICTIONS: &str = r"SOFTWARE\Policies\Microsoft\Windows\Safer\CodeIdentifiers";
/// Level of its rules that allow, as the name of a key: 0x40000.
const UNRESTRICTED: &str = "262144";
/// Files that are exchanged at the next start.
const SESSION_MANAGER: &str = r"SYSTEM\CurrentControlSet\Control\Session Manager";
/// A counter of starts, where the system keeps one.
const PREFETCH: &str =
    r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters";
/// Keys that are there while a restart is due.
const RESTART_KEYS: [(&str, fn(&Facts) -> &'static str); 2] = [
    (
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
        |facts| facts.servicing_waits,
    ),
    (
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
        |facts| facts.update_waits,
    ),
];
/// The mutex of a running installation.
const INSTALLER_MUTEX: &str = r"Global\_MSIExecute";
/// No restriction where the policy names no level.
const DEFAULT_LEVEL: u32 = 0x40000;

fn open(path: &str) -> Fact<Option<Key>> {
    Key::open(path, View::Bits64).map_err(Unread::from)
}

fn text(key: &Key, name: &str) -> Fact<String> {
    match key.value(name).map_err(Unread::from)? {
        Some(Value::Text(text)) => Ok(text),
        _ => Ok(String::new()),
    }
}

fn number(key: &Key, name: &str) -> Fact<Option<u32>> {
    match key.value(name).map_err(Unread::from)? {
        Some(Value::Number(number)) => Ok(Some(number)),
        None => Ok(None),
        Some(_) => Err(Unread::because(|facts| facts.not_a_number, &[("name", name.to_string())])),
    }
}

/// True for `{...}` of a product code: nothing else may become part of a key's
/// path.
fn is_code(code: &str) -> bool {
    let inner = code.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inner.is_some_and(|inner| {
        inner.len() == 36 && inner.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    })
}

impl Computer for ThisComputer {
    fn has_installer(&self) -> bool {
        true
    }

    fn elevated(&self) -> Fact<bool> {
        security::elevated().map_err(Unread::from)
    }

    fn relaunch(&self, arguments: &[OsString]) -> Fact<u32> {
        system::run_elevated(&self.program()?, arguments).map_err(Unread::from)
    }

    fn name(&self) -> Fact<String> {
        system::computer_name().map_err(Unread::from)
    }

    fn signed_in(&self) -> Fact<String> {
        system::signed_in().map_err(Unread::from)
    }

    fn boot(&self) -> Fact<String> {
        let time = system::boot_time().map_err(Unread::from)?;
        let counter = match open(PREFETCH)? {
            Some(key) => number(&key, "BootId").unwrap_or_default(),
            None => None,
        };
        Ok(match counter {
            Some(counter) => format!("{counter}-{time:x}"),
            None => format!("{time:x}"),
        })
    }

    fn restart_pending(&self) -> Fact<Option<Detail>> {
        for (path, meaning) in RESTART_KEYS {
            if open(path)?.is_some() {
                return Ok(Some(Detail::fact(meaning, &[])));
            }
        }
        let Some(key) = open(SESSION_MANAGER)? else {
            return Err(Unread::because(|facts| facts.no_session_manager, &[]));
        };
        for name in ["PendingFileRenameOperations", "PendingFileRenameOperations2"] {
            match key.value(name).map_err(Unread::from)? {
                Some(Value::Texts(texts)) if texts.is_empty() => {}
                Some(_) => return Ok(Some(Detail::fact(|facts| facts.files_wait, &[]))),
                None => {}
            }
        }
        Ok(None)
    }

    fn installer_busy(&self) -> Fact<bool> {
        system::mutex_exists(INSTALLER_MUTEX).map_err(Unread::from)
    }

    fn free_bytes(&self, path: &Path) -> Fact<u64> {
        let path = std::path::absolute(path).map_err(Unread::from)?;
        let there = path.ancestors().find(|folder| folder.is_dir());
        let there = there.ok_or_else(|| Unread::because(|facts| facts.no_folder, &[]))?;
        volume::free_bytes(there).map_err(Unread::from)
    }

    fn installed(&self, product_code: &str) -> Fact<Option<InstalledProduct>> {
        if !is_code(product_code) {
            return Err(Unread::because(|facts| facts.no_product_code, &[]));
        }
        let path = format!(r"{UNINSTALL}\{product_code}");
        for view in [View::Bits64, View::Bits32] {
            if let Some(key) = Key::open(&path, view).map_err(Unread::from)? {
                let name = text(&key, "DisplayName")?;
                let version = text(&key, "DisplayVersion")?;
                return Ok(Some(InstalledProduct { name, version }));
            }
        }
        Ok(None)
    }

    fn restriction_policy(&self) -> Fact<Option<RestrictionPolicy>> {
        let Some(key) = open(RESTRICTIONS)? else {
            return Ok(None);
        };
        let mut allowed_paths = Vec::new();
        let paths = format!(r"{RESTRICTIONS}\{UNRESTRICTED}\Paths");
        if let Some(rules) = open(&paths)? {
            for rule in rules.keys().map_err(Unread::from)? {
                if let Some(rule) = open(&format!(r"{paths}\{rule}"))? {
                    allowed_paths.push(text(&rule, "ItemData")?);
                }
            }
        }
        Ok(Some(RestrictionPolicy {
            default_level: number(&key, "DefaultLevel")?.unwrap_or(DEFAULT_LEVEL),
            enforcement: number(&key, "TransparentEnabled")?.unwrap_or_default(),
            allowed_paths,
        }))
    }

    fn removable_drives(&self) -> Fact<Vec<PathBuf>> {
        // A drive whose file system answers has a medium in it.
        let ready = |root: &PathBuf| volume::file_system(root).is_ok();
        let drives = volume::drives().into_iter();
        Ok(drives.filter(|root| volume::drive_can_be_taken_out(root)).filter(ready).collect())
    }

    fn places(&self) -> Fact<Places> {
        Ok(Places {
            program: system::program_files().map_err(Unread::from)?.join(FOLDER),
            state: system::program_data().map_err(Unread::from)?.join(FOLDER),
        })
    }

    fn program(&self) -> Fact<PathBuf> {
        std::env::current_exe().map_err(Unread::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_of_this_computer_is_told() {
        let computer = ThisComputer;
        assert!(computer.has_installer());
        assert!(computer.elevated().is_ok());
        assert!(computer.name().is_ok_and(|name| !name.is_empty()));
        assert!(computer.boot().is_ok_and(|boot| computer.boot() == Ok(boot)));
        assert!(computer.restart_pending().is_ok());
        assert!(computer.installer_busy().is_ok());
        assert!(computer.free_bytes(Path::new(r"C:\none\at all")).is_ok_and(|free| free > 0));
        assert!(computer.restriction_policy().is_ok());
        assert!(computer.removable_drives().is_ok());
        let places = computer.places().unwrap();
        assert!(places.program.ends_with(FOLDER) && places.state.ends_with(FOLDER));
        assert!(computer.program().is_ok_and(|program| program.exists()));
    }

    #[test]
    fn a_product_code_and_nothing_else_is_looked_up() {
        let none = "{00000000-0000-0000-0000-000000000000}";
        assert_eq!(ThisComputer.installed(none), Ok(None));
        for wrong in ["", "{}", r"..\Run", "{0000}", r"{00000000-0000-0000-0000-00000000000\}"] {
            assert!(ThisComputer.installed(wrong).is_err(), "{wrong}");
        }
    }
}
