//! Where passwords come from: a file that was named, or the terminal.
//!
//! The terminal is asked itself, not standard input, so that a password cannot
//! be typed into a pipe, and it does not echo. Without a terminal there is an
//! error, never a wait.

use std::fmt;
use std::path::{Path, PathBuf};

use super::files::{self, FileError, shown};
use super::secret::Secret;
use crate::verify::outcome::{Failure, Outcome};

/// Bytes of a password, minisign's own limit.
pub const MAX_PASSWORD_BYTES: usize = 1024;
/// Bytes of a password file: a password, and notes below it.
const MAX_PASSWORD_FILE_BYTES: usize = 64 << 10;

/// Why there is no password.
#[derive(Debug)]
pub enum PasswordError {
    /// The password file cannot be read.
    File(FileError),
    /// No terminal to ask at, and no file was named.
    NoTerminal,
    /// Longer than [`MAX_PASSWORD_BYTES`].
    TooLong,
    /// Not UTF-8: another program would read another password.
    NotText,
    /// A new password is empty.
    Empty(Option<PathBuf>),
    /// The two entries of a new password differ.
    Differ,
    /// The person stopped the question.
    Cancelled,
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => write!(f, "the password: {error}"),
            Self::NoTerminal => write!(f, "a password is needed and there is no terminal"),
            Self::TooLong => write!(f, "a password has at most {MAX_PASSWORD_BYTES} bytes"),
            Self::NotText => write!(f, "the password is not UTF-8 text"),
            Self::Empty(None) => write!(f, "the password is empty"),
            Self::Empty(Some(path)) => write!(f, "the first line of {} is empty", shown(path)),
            Self::Differ => write!(f, "the two passwords differ"),
            Self::Cancelled => write!(f, "cancelled, nothing was written"),
        }
    }
}

impl std::error::Error for PasswordError {}

impl From<PasswordError> for Failure {
    fn from(error: PasswordError) -> Self {
        let next = match &error {
            PasswordError::NoTerminal => "Name a file that has it: --password-file FILE.",
            PasswordError::Empty(_) => "A key without a password needs --no-password.",
            PasswordError::Differ => "Start again; nothing was written.",
            _ => "",
        };
        let outcome = match &error {
            PasswordError::File(_) => Outcome::Io,
            PasswordError::Cancelled => Outcome::Cancelled,
            _ => Outcome::Usage,
        };
        Self::new(outcome, error.to_string(), next)
    }
}

/// The first line of `path`, without its line end.
pub fn from_file(path: &Path) -> Result<Secret, PasswordError> {
    let bytes = files::read(path, MAX_PASSWORD_FILE_BYTES).map_err(PasswordError::File)?;
    let whole = Secret::new(bytes);
    let line = whole.expose().split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    bounded(Secret::new(line.to_vec()))
}

/// A warning if others than its owner may read a secret file. A pipe
/// (`<(...)`) is nobody's file and gives none.
#[cfg(unix)]
pub fn readable_by_others(path: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = path.metadata().ok().filter(|metadata| metadata.is_file())?;
    let open = metadata.permissions().mode() & 0o077 != 0;
    open.then(|| format!("{0} is open to others; close it: chmod 600 {0}", shown(path)))
}

/// Elsewhere the access list decides, which this program does not read.
#[cfg(not(unix))]
pub fn readable_by_others(_path: &Path) -> Option<String> {
    None
}

/// Asks at the terminal for the password of an existing key.
pub fn ask(prompt: &str) -> Result<Secret, PasswordError> {
    match rpassword::prompt_password(prompt) {
        Ok(password) => bounded(Secret::new(password.into_bytes())),
        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
            Err(PasswordError::Cancelled)
        }
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(PasswordError::Cancelled)
        }
        Err(_) => Err(PasswordError::NoTerminal),
    }
}

/// Takes a new password: from `file`, or twice at the terminal.
pub fn new_password(file: Option<&Path>) -> Result<Secret, PasswordError> {
    let password = match file {
        Some(path) => from_file(path)?,
        None => {
            let first = ask("Password for the new key: ")?;
            let second = ask("The same password again: ")?;
            if first.expose() != second.expose() {
                return Err(PasswordError::Differ);
            }
            first
        }
    };
    match password.is_empty() {
        true => Err(PasswordError::Empty(file.map(Path::to_path_buf))),
        false => Ok(password),
    }
}

fn bounded(password: Secret) -> Result<Secret, PasswordError> {
    if password.expose().len() > MAX_PASSWORD_BYTES {
        return Err(PasswordError::TooLong);
    }
    match std::str::from_utf8(password.expose()) {
        Ok(_) => Ok(password),
        Err(_) => Err(PasswordError::NotText),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Vec<u8>, PasswordError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, content).unwrap();
        from_file(&path).map(|secret| secret.expose().to_vec())
    }

    #[test]
    fn password_is_the_first_line_without_its_end() {
        for content in ["a b\n", "a b", "a b\r\n", "a b\nnotes\n"] {
            assert_eq!(read(content.as_bytes()).unwrap(), b"a b");
        }
        assert_eq!(read(b"").unwrap(), b"");
        assert_eq!(read(&[b'x'; 1024]).unwrap().len(), 1024);
        assert!(matches!(read(&[b'x'; 1025]), Err(PasswordError::TooLong)));
        assert!(matches!(read(b"caf\xe9"), Err(PasswordError::NotText)));
    }

    #[test]
    fn new_password_may_not_be_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, b"\nsecond line\n").unwrap();
        assert!(matches!(new_password(Some(&path)), Err(PasswordError::Empty(Some(_)))));
    }

    #[cfg(unix)]
    #[test]
    fn secret_file_that_others_may_read_is_a_warning() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, b"x").unwrap();
        for (mode, warned) in [(0o600, false), (0o640, true), (0o604, true), (0o400, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(readable_by_others(&path).is_some(), warned, "{mode:o}");
        }
    }
}
