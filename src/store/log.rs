//! Lines of JSON chained by hash: what was recorded cannot be changed, removed
//! from the middle or reordered without it being seen.
//!
//! Each line begins `{"previous":"<SHA-256 of the line before>"`, the first one
//! with 64 zeros; line ends are not hashed. The chain does not see that the last
//! lines were removed: whoever needs that keeps [`ChainedLog::head`] elsewhere.
//!
//! A power cut leaves at most one torn line at the end. It is set aside into
//! `<name>.torn`, never dropped; after a cut during that it may stand there
//! twice.

use super::Doing;
use crate::text::Language;
use crate::text::fill;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;

use serde::Serialize;
use serde::de::IgnoredAny;

use super::error::{advice_for, shown};
use super::folder::{Access, DurableFile as _, Folder};
use super::lock::Locked;
use crate::seal::digest::Digest;

/// Bytes of a line: a record of a check with many findings, and room.
pub const MAX_LINE_BYTES: usize = 256 << 10;
/// Bytes of a log: tens of thousands of records, and it still opens in a second.
pub const MAX_LOG_BYTES: u64 = 64 << 20;
/// Bytes before the digest of the line before.
const START: &[u8] = b"{\"previous\":\"";
/// Hex digits of a digest.
const DIGITS: usize = 64;

/// Why a log was not read or written.
#[derive(Debug)]
pub enum LogError {
    /// The system refused or failed.
    Io {
        /// What was being done.
        doing: Doing,
        /// With what.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
    /// A line does not follow the one before it, or is none of ours.
    Broken {
        /// The log.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
    },
    /// The log or the new line is longer than is accepted.
    TooLong(PathBuf),
    /// The entry is not an object of JSON, or has a `previous` of its own.
    Entry,
    /// An earlier write failed and could not be taken back: open it again.
    Unusable(PathBuf),
}

impl LogError {
    fn io(doing: Doing, path: PathBuf) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io { doing, path, error }
    }

    /// What happened, escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().store_faults;
        match self {
            Self::Io { doing, path, error } => doing.failed(path, error, language),
            Self::Broken { path, line } => {
                fill(faults.log_broken.what, &[("path", shown(path)), ("line", line.to_string())])
            }
            Self::TooLong(path) => fill(faults.log_too_long.what, &[("path", shown(path))]),
            Self::Entry => faults.log_entry.what.to_string(),
            Self::Unusable(path) => fill(faults.log_unusable.what, &[("path", shown(path))]),
        }
    }

    /// What the person can do.
    pub fn advice(&self, language: Language) -> &'static str {
        let faults = &language.table().store_faults;
        match self {
            Self::Io { error, .. } => advice_for(error, language),
            Self::Broken { .. } => faults.log_broken.next,
            Self::TooLong(_) => faults.log_too_long.next,
            Self::Entry => faults.log_entry.next,
            Self::Unusable(_) => faults.log_unusable.next,
        }
    }
}

impl fmt::Display for LogError {
    /// What happened, in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for LogError {}

/// What a log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogState {
    /// Whole lines.
    pub lines: u64,
    /// SHA-256 of the last whole line; zeros where there is none.
    pub head: Digest,
    /// Bytes of the whole lines with their ends.
    pub bytes: u64,
    /// What a power cut left of one more line.
    pub torn: Vec<u8>,
}

/// Reads a log, checks its chain and hands each whole line to `each`. Changes
/// nothing. A log that is missing is empty.
pub fn read_log<F: Folder>(
    folder: &F,
    name: &OsStr,
    mut each: impl FnMut(&str),
) -> Result<LogState, LogError> {
    let path = || folder.path().join(name);
    let mut state = LogState { lines: 0, head: Digest([0; 32]), bytes: 0, torn: Vec::new() };
    let mut reader = match folder.read(name) {
        Ok(reader) => BufReader::new(reader),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(state),
        Err(error) => return Err(LogError::io(Doing::Read, path())(error)),
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        let bound = MAX_LINE_BYTES as u64 + 1;
        let mut bounded = reader.by_ref().take(bound);
        bounded.read_until(b'\n', &mut line).map_err(LogError::io(Doing::Read, path()))?;
        if line.is_empty() {
            return Ok(state);
        }
        let broken = || LogError::Broken { path: path(), line: state.lines + 1 };
        // No line of ours has a zero byte; a cut leaves them where contents were
        // still to come.
        if line.last() != Some(&b'\n') || line.contains(&0) {
            let mut more = [0];
            let after = reader.read(&mut more).map_err(LogError::io(Doing::Read, path()))?;
            if after != 0 {
                return Err(broken());
            }
            state.torn = line;
            return Ok(state);
        }
        state.bytes += line.len() as u64;
        if state.bytes > MAX_LOG_BYTES {
            return Err(LogError::TooLong(path()));
        }
        line.pop();
        let text = std::str::from_utf8(&line).map_err(|_| broken())?;
        if previous(&line) != Some(state.head) || serde_json::from_str::<IgnoredAny>(text).is_err()
        {
            return Err(broken());
        }
        each(text);
        state.head = Digest::of(&line);
        state.lines += 1;
    }
}

/// The digest that a line begins with.
fn previous(line: &[u8]) -> Option<Digest> {
    let rest = line.strip_prefix(START)?;
    let (digits, rest) = rest.split_at_checked(DIGITS)?;
    let ends = rest.starts_with(b"\",") || rest == b"\"}";
    if !ends {
        return None;
    }
    Digest::parse(std::str::from_utf8(digits).ok()?)
}

/// A log that is being written, in a folder that this program alone works in.
#[derive(Debug)]
pub struct ChainedLog<'a, F: Folder> {
    folder: &'a Locked<F>,
    name: OsString,
    access: Access,
    state: LogState,
    usable: bool,
}

impl<'a, F: Folder> ChainedLog<'a, F> {
    /// Opens the log, checks it from the first line, and sets aside what a power
    /// cut left of a last one ([`ChainedLog::set_aside`] says how much).
    pub fn open(folder: &'a Locked<F>, name: &str, access: Access) -> Result<Self, LogError> {
        let name = OsString::from(name);
        let state = read_log(&**folder, &name, |_| {})?;
        let log = Self { folder, name, access, state, usable: true };
        if !log.state.torn.is_empty() {
            log.keep_torn_line()?;
            log.cut_back()?;
        }
        Ok(log)
    }

    /// Bytes that were set aside when the log was opened.
    pub fn set_aside(&self) -> usize {
        self.state.torn.len()
    }

    /// Whole lines.
    pub fn lines(&self) -> u64 {
        self.state.lines
    }

    /// SHA-256 of the last line; zeros where there is none.
    pub fn head(&self) -> Digest {
        self.state.head
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    fn keep_torn_line(&self) -> Result<(), LogError> {
        let mut name = self.name.clone();
        name.push(".torn");
        let path = self.folder.path().join(&name);
        let kept = self.folder.append(&name, self.access).and_then(|mut file| {
            file.write_all(&self.state.torn)?;
            file.write_all(b"\n")?;
            file.sync()
        });
        let kept = kept.and_then(|()| self.folder.sync());
        kept.map_err(LogError::io(Doing::SetAside, path))
    }

    /// Cuts the log behind its last whole line.
    fn cut_back(&self) -> Result<(), LogError> {
        let cut = self.folder.open_existing(&self.name).and_then(|mut file| {
            file.cut(self.state.bytes)?;
            file.sync()
        });
        cut.map_err(LogError::io(Doing::Cut, self.path()))
    }

    /// Adds one line, durable when this returns. `entry` is an object of JSON
    /// without a `previous`. Returns the line's digest.
    pub fn append<T: Serialize>(&mut self, entry: &T) -> Result<Digest, LogError> {
        if !self.usable {
            return Err(LogError::Unusable(self.path()));
        }
        let line = self.line(entry)?;
        if line.len() > MAX_LINE_BYTES || self.state.bytes + line.len() as u64 > MAX_LOG_BYTES {
            return Err(LogError::TooLong(self.path()));
        }
        let written = self.folder.append(&self.name, self.access).and_then(|mut file| {
            file.write_all(&line)?;
            file.sync()?;
            // The file may be new.
            if self.state.lines == 0 { self.folder.sync() } else { Ok(()) }
        });
        if let Err(error) = written {
            // Half a line must not be followed by another one.
            let there = self.folder.entry(&self.name);
            let absent = there.is_ok_and(|entry| entry.is_none());
            self.usable = absent || self.cut_back().is_ok();
            return Err(LogError::io(Doing::Write, self.path())(error));
        }
        self.state.head = Digest::of(&line[..line.len() - 1]);
        self.state.bytes += line.len() as u64;
        self.state.lines += 1;
        Ok(self.state.head)
    }

    fn line<T: Serialize>(&self, entry: &T) -> Result<Vec<u8>, LogError> {
        let value = serde_json::to_value(entry).map_err(|_| LogError::Entry)?;
        let fields = value.as_object().ok_or(LogError::Entry)?;
        if fields.contains_key("previous") {
            return Err(LogError::Entry);
        }
        // In the order of the struct, as people read it.
        let text = serde_json::to_string(entry).map_err(|_| LogError::Entry)?;
        let inner = text.strip_prefix('{').ok_or(LogError::Entry)?;
        let comma = if fields.is_empty() { "" } else { "," };
        let head = self.state.head;
        Ok(format!("{{\"previous\":\"{head}\"{comma}{inner}\n").into_bytes())
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
