//! The answers of the computer that we run on.
//!
//! Windows is asked through `crate::sys`. Elsewhere there is no vendor's
//! installer: what Linux can tell is told, the rest is not known.

#[cfg(not(windows))]
use std::ffi::OsString;
#[cfg(not(windows))]
use std::path::{Path, PathBuf};

#[cfg(not(windows))]
use super::computer::{Computer, Fact, InstalledProduct, Places, RestrictionPolicy, Unread};
#[cfg(not(windows))]
use crate::verify::detail::Detail;

/// The computer that this program runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisComputer;

#[cfg(not(windows))]
impl Computer for ThisComputer {
    fn has_installer(&self) -> bool {
        false
    }

    fn elevated(&self) -> Fact<bool> {
        let user = crate::sys::user::effective_user();
        user.map(|user| user == 0).ok_or_else(Unread::unsupported)
    }

    fn relaunch(&self, _: &[OsString]) -> Fact<u32> {
        Err(Unread::unsupported())
    }

    fn name(&self) -> Fact<String> {
        crate::sys::user::computer_name().ok_or_else(Unread::unsupported)
    }

    fn signed_in(&self) -> Fact<String> {
        crate::sys::user::user_name().ok_or_else(Unread::unsupported)
    }

    fn boot(&self) -> Fact<String> {
        // Made anew by the kernel at every start (random(4)).
        let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        text.map(|text| text.trim().to_string()).map_err(Unread::from)
    }

    fn restart_pending(&self) -> Fact<Option<Detail>> {
        Err(Unread::unsupported())
    }

    fn installer_busy(&self) -> Fact<bool> {
        Err(Unread::unsupported())
    }

    fn free_bytes(&self, _: &Path) -> Fact<u64> {
        Err(Unread::unsupported())
    }

    fn installed(&self, _: &str) -> Fact<Option<InstalledProduct>> {
        Err(Unread::unsupported())
    }

    fn restriction_policy(&self) -> Fact<Option<RestrictionPolicy>> {
        Err(Unread::unsupported())
    }

    fn removable_drives(&self) -> Fact<Vec<PathBuf>> {
        Err(Unread::unsupported())
    }

    fn places(&self) -> Fact<Places> {
        Ok(Places {
            program: PathBuf::from("/opt/mediaseal"),
            state: PathBuf::from("/var/lib/mediaseal"),
        })
    }

    fn program(&self) -> Fact<PathBuf> {
        std::env::current_exe().map_err(Unread::from)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn linux_tells_what_it_knows_and_guesses_nothing() {
        let computer = ThisComputer;
        assert!(!computer.has_installer());
        let root = crate::sys::user::effective_user() == Some(0);
        assert_eq!(computer.elevated(), Ok(root));
        assert_eq!(computer.boot(), computer.boot());
        assert!(computer.boot().is_ok_and(|boot| !boot.is_empty()));
        assert!(computer.name().is_ok_and(|name| !name.is_empty()));
        assert_eq!(computer.restart_pending(), Err(Unread::unsupported()));
        assert_eq!(computer.installer_busy(), Err(Unread::unsupported()));
        assert_eq!(computer.installed("{X}"), Err(Unread::unsupported()));
        assert!(computer.relaunch(&[]).is_err());
    }
}
