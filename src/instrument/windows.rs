//! What Windows tells of the computer. Until its calls are there, every fact is
//! "not known": a person is asked, or it is a refusal; nothing is guessed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::computer::{Computer, Fact, InstalledProduct, Places, RestrictionPolicy, Unread};
use super::this_computer::ThisComputer;

impl Computer for ThisComputer {
    fn has_installer(&self) -> bool {
        true
    }

    fn elevated(&self) -> Fact<bool> {
        Err(Unread::unsupported())
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
        Err(Unread::unsupported())
    }

    fn restart_pending(&self) -> Fact<Option<String>> {
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
        Err(Unread::unsupported())
    }

    fn program(&self) -> Fact<PathBuf> {
        std::env::current_exe().map_err(|error| Unread(error.to_string()))
    }
}
