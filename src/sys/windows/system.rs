//! The computer, the person, the system's own folders, and this program
//! started again with an administrator's rights.

use std::ffi::{OsStr, OsString};
use std::io;
use std::mem::size_of;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

use windows_sys::Wdk::System::SystemInformation as wdk;
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND, MAX_PATH};
use windows_sys::Win32::Globalization::GetUserDefaultUILanguage;
use windows_sys::Win32::System::RemoteDesktop as desktop;
use windows_sys::Win32::System::SystemInformation::{
    ComputerNamePhysicalNetBIOS, GetComputerNameExW, GetSystemDirectoryW,
    GetSystemWindowsDirectoryW,
};
use windows_sys::Win32::System::Threading as threading;
use windows_sys::Win32::System::WindowsProgramming::GetUserNameW;
use windows_sys::Win32::UI::Shell as shell;
use windows_sys::Win32::UI::WindowsAndMessaging::SW_SHOWNORMAL;

use super::wide;
use crate::text::own::Own;

/// Units of a name or folder that is asked for; more is an error.
const UNITS: u32 = 1024;
/// The French of every country (`PRIMARYLANGID`).
const FRENCH: u16 = 0x0C;
const PRIMARY_LANGUAGE: u16 = 0x03FF;

fn last_error() -> io::Error {
    io::Error::last_os_error()
}

/// True where the person's Windows speaks French.
pub(crate) fn speaks_french() -> bool {
    // SAFETY: a call without arguments.
    let language = unsafe { GetUserDefaultUILanguage() };
    language & PRIMARY_LANGUAGE == FRENCH
}

/// The computer's name.
pub(crate) fn computer_name() -> io::Result<String> {
    let mut name = [0; UNITS as usize];
    let mut length = UNITS;
    // SAFETY: the name is as long as said.
    let done = unsafe {
        GetComputerNameExW(ComputerNamePhysicalNetBIOS, name.as_mut_ptr(), &raw mut length)
    };
    if done == 0 { Err(last_error()) } else { Ok(wide::text(&name).to_string_lossy().into()) }
}

/// The account that this program runs as.
pub(crate) fn user_name() -> io::Result<String> {
    let mut name = [0; UNITS as usize];
    let mut length = UNITS;
    // SAFETY: the name is as long as said.
    let done = unsafe { GetUserNameW(name.as_mut_ptr(), &raw mut length) };
    if done == 0 { Err(last_error()) } else { Ok(wide::text(&name).to_string_lossy().into()) }
}

/// A text about this program's desktop session.
fn session_text(what: desktop::WTS_INFO_CLASS) -> io::Result<String> {
    let (mut text, mut bytes) = (null_mut(), 0);
    // SAFETY: the answers are locals.
    let done = unsafe {
        desktop::WTSQuerySessionInformationW(
            desktop::WTS_CURRENT_SERVER_HANDLE,
            desktop::WTS_CURRENT_SESSION,
            what,
            &raw mut text,
            &raw mut bytes,
        )
    };
    if done == 0 {
        return Err(last_error());
    }
    let count = bytes as usize / size_of::<u16>();
    // SAFETY: the system gave so many units, and takes them back once.
    let units = unsafe {
        let units = std::slice::from_raw_parts(text, count).to_vec();
        desktop::WTSFreeMemory(text.cast());
        units
    };
    Ok(wide::text(&units).to_string_lossy().into_owned())
}

/// Who is signed in at the desktop, as `DOMAIN\account`.
pub(crate) fn signed_in() -> io::Result<String> {
    let account = session_text(desktop::WTSUserName)?;
    if account.is_empty() {
        return Err(Own::NobodySignedIn.into());
    }
    Ok(match session_text(desktop::WTSDomainName) {
        Ok(domain) if !domain.is_empty() => format!(r"{domain}\{account}"),
        _ => account,
    })
}

/// `C:\Windows\System32`, from the system's own call.
pub(crate) fn system_folder() -> io::Result<PathBuf> {
    let mut path = [0; UNITS as usize];
    // SAFETY: the path is as long as said.
    match unsafe { GetSystemDirectoryW(path.as_mut_ptr(), UNITS) } {
        0 => Err(last_error()),
        UNITS.. => Err(io::ErrorKind::InvalidFilename.into()),
        _ => Ok(wide::text(&path).into()),
    }
}

/// `C:\\Windows`, the computer's and not a terminal session's.
pub(crate) fn windows_folder() -> io::Result<PathBuf> {
    let mut path = [0; UNITS as usize];
    // SAFETY: the path is as long as said.
    match unsafe { GetSystemWindowsDirectoryW(path.as_mut_ptr(), UNITS) } {
        0 => Err(last_error()),
        UNITS.. => Err(io::ErrorKind::InvalidFilename.into()),
        _ => Ok(wide::text(&path).into()),
    }
}

/// A folder of the system by its number. The newer call for it wants memory to be
/// freed by a library that Windows 7 does not have.
fn known_folder(which: u32) -> io::Result<PathBuf> {
    let mut path = [0; MAX_PATH as usize];
    // SAFETY: the path has the length that is documented for this call.
    let code = unsafe {
        shell::SHGetFolderPathW(null_mut(), which as i32, null_mut(), 0, path.as_mut_ptr())
    };
    match code {
        0 => Ok(wide::text(&path).into()),
        code => Err(io::Error::from_raw_os_error(code)),
    }
}

/// `C:\Program Files`.
pub(crate) fn program_files() -> io::Result<PathBuf> {
    known_folder(shell::CSIDL_PROGRAM_FILES)
}

/// `C:\ProgramData`.
pub(crate) fn program_data() -> io::Result<PathBuf> {
    known_folder(shell::CSIDL_COMMON_APPDATA)
}

/// The person's `AppData\Local`.
pub(crate) fn local_app_data() -> io::Result<PathBuf> {
    known_folder(shell::CSIDL_LOCAL_APPDATA)
}

/// When the system was started, in units of 100 ns from 1601, as its clock read
/// then. A clock that is set later does not change it.
pub(crate) fn boot_time() -> io::Result<i64> {
    /// `SYSTEM_TIMEOFDAY_INFORMATION`: boot time, current time, and further on
    /// by how much the boot time was moved when the clock was set.
    const WORDS: usize = 6;
    const BIAS: usize = 4;
    let mut answer = [0_i64; WORDS];
    let mut length = 0;
    // SAFETY: the answer is as long as said.
    let status = unsafe {
        wdk::NtQuerySystemInformation(
            wdk::SystemTimeOfDayInformation,
            answer.as_mut_ptr().cast(),
            size_of::<[i64; WORDS]>() as u32,
            &raw mut length,
        )
    };
    match status {
        0.. => Ok(answer[0].wrapping_sub(answer[BIAS])),
        status => Err(io::Error::other(format!("status {status:#x}"))),
    }
}

/// Whether somebody has made the mutex `name`.
pub(crate) fn mutex_exists(name: &str) -> io::Result<bool> {
    let name = wide::terminated(name).ok_or(io::ErrorKind::InvalidInput)?;
    // SAFETY: the name ends with a zero; an opened mutex is closed at once.
    unsafe {
        let mutex = threading::OpenMutexW(threading::SYNCHRONIZATION_SYNCHRONIZE, 0, name.as_ptr());
        if !mutex.is_null() {
            drop(OwnedHandle::from_raw_handle(mutex));
            return Ok(true);
        }
    }
    let error = last_error();
    match error.raw_os_error().map(|code| code as u32) {
        Some(ERROR_FILE_NOT_FOUND) => Ok(false),
        // It is there, and not for us.
        Some(ERROR_ACCESS_DENIED) => Ok(true),
        _ => Err(error),
    }
}

/// Starts `program` with an administrator's rights, waits, and returns its exit
/// code. The system asks the person, who may refuse.
pub(crate) fn run_elevated(program: &Path, arguments: &[OsString]) -> io::Result<u32> {
    let ended = |text: &OsStr| wide::terminated(text).ok_or(io::ErrorKind::InvalidInput);
    let line = command_line(arguments);
    let (verb, file) = (ended(OsStr::new("runas"))?, ended(program.as_os_str())?);
    let parameters = ended(&line)?;
    let folder = program.parent().map(|folder| ended(folder.as_os_str())).transpose()?;
    let mut request = shell::SHELLEXECUTEINFOW {
        cbSize: size_of::<shell::SHELLEXECUTEINFOW>() as u32,
        fMask: shell::SEE_MASK_NOCLOSEPROCESS | shell::SEE_MASK_NOASYNC,
        lpVerb: verb.as_ptr(),
        lpFile: file.as_ptr(),
        lpParameters: parameters.as_ptr(),
        lpDirectory: folder.as_ref().map_or(null(), Vec::as_ptr),
        nShow: SW_SHOWNORMAL,
        ..Default::default()
    };
    // SAFETY: every text ends with a zero and lives through the call; the
    // process's handle is ours where the call succeeds.
    unsafe {
        if shell::ShellExecuteExW(&raw mut request) == 0 {
            return Err(last_error());
        }
        if request.hProcess.is_null() {
            return Err(Own::NoProcess.into());
        }
        let process = OwnedHandle::from_raw_handle(request.hProcess);
        threading::WaitForSingleObject(process.as_raw_handle(), threading::INFINITE);
        let mut code = 0;
        match threading::GetExitCodeProcess(process.as_raw_handle(), &raw mut code) {
            0 => Err(last_error()),
            _ => Ok(code),
        }
    }
}

/// Arguments in one line, so that a program that takes it apart by Windows'
/// rules (`CommandLineToArgvW`) gets the same ones.
fn command_line(arguments: &[OsString]) -> OsString {
    use std::os::windows::ffi::OsStringExt as _;
    const QUOTE: u16 = b'"' as u16;
    const BACKSLASH: u16 = b'\\' as u16;
    let mut line: Vec<u16> = Vec::new();
    for argument in arguments {
        if !line.is_empty() {
            line.push(b' '.into());
        }
        line.push(QUOTE);
        // Backslashes count only before a quote: there each is doubled.
        let mut backslashes = 0;
        for unit in wide::units(argument) {
            if unit == QUOTE {
                line.extend(std::iter::repeat_n(BACKSLASH, backslashes + 1));
            }
            backslashes = if unit == BACKSLASH { backslashes + 1 } else { 0 };
            line.push(unit);
        }
        line.extend(std::iter::repeat_n(BACKSLASH, backslashes));
        line.push(QUOTE);
    }
    OsString::from_wide(&line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_back_as_they_were() {
        let line = |arguments: &[&str]| {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            command_line(&arguments).into_string().unwrap()
        };
        assert_eq!(line(&["install", "E:\\"]), r#""install" "E:\\""#);
        assert_eq!(line(&["a b", ""]), r#""a b" """#);
        assert_eq!(line(&[r#"x"y"#]), r#""x\"y""#);
        assert_eq!(line(&[r#"x\"y\z"#]), r#""x\\\"y\z""#);
        assert_eq!(line(&[]), "");
    }

    #[test]
    fn names_and_folders_are_told() {
        assert!(!computer_name().unwrap().is_empty());
        assert!(!user_name().unwrap().is_empty());
        assert!(system_folder().unwrap().join("msiexec.exe").exists());
        for folder in [program_files(), program_data(), local_app_data()] {
            assert!(folder.unwrap().is_absolute());
        }
        assert_eq!(boot_time().unwrap(), boot_time().unwrap());
        assert!(!mutex_exists("Global\\mediaseal-none").unwrap());
    }
}
