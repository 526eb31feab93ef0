//! The file of the production log: opened, appended, checked.

use crate::text::Language;
use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

use super::entry::{Entry, FORMAT, KeyEntry, Order, ReleaseFacts};
use super::ledger::Ledger;
use crate::seal::digest::Digest;
use crate::store::folder::{Access, Folder};
use crate::store::lock::Locked;
use crate::store::log::{ChainedLog, LogError, LogState, read_log};
use crate::verify::outcome::{Failure, Outcome};

/// The log's name in its folder.
pub const LOG_FILE: &str = "production.log";

/// Why the production log cannot be used.
#[derive(Debug)]
pub enum ProductionError {
    /// The chain is broken, or the system failed.
    Log(LogError),
    /// A line that this program does not know.
    Newer {
        /// The log.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
    },
    /// The order of this name is about something else; what differs.
    OtherOrder(String, &'static str),
}

impl fmt::Display for ProductionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(error) => write!(f, "{error}"),
            Self::Newer { path, line } => {
                let path = crate::seal::names::escape_path(path);
                write!(f, "{path}: line {line} is none that this program writes")
            }
            Self::OtherOrder(order, what) => {
                write!(f, "order {order} is in the log with another {what}")
            }
        }
    }
}

impl std::error::Error for ProductionError {}

impl From<ProductionError> for Failure {
    fn from(error: ProductionError) -> Self {
        let what = error.to_string();
        match &error {
            ProductionError::Log(inner) => {
                let outcome = match inner {
                    LogError::Broken { .. } => Outcome::Fail,
                    _ => Outcome::Io,
                };
                Self::new(outcome, what, inner.advice(Language::English))
            }
            ProductionError::Newer { .. } => {
                Self::new(Outcome::Refused, what, "A newer mediaseal wrote it: use that one.")
            }
            ProductionError::OtherOrder(..) => {
                Self::new(Outcome::Refused, what, "Take another name for a new order.")
            }
        }
    }
}

/// Reads a log and checks its chain. Changes nothing; one that is missing is
/// empty.
pub fn read<F: Folder>(folder: &F) -> Result<(Ledger, LogState), ProductionError> {
    let mut ledger = Ledger::default();
    let mut unknown = None;
    let mut line = 0;
    let state = read_log(folder, OsStr::new(LOG_FILE), |text| {
        line += 1;
        match serde_json::from_str::<Entry>(text) {
            Ok(entry) if entry.format() == FORMAT => ledger.push(entry),
            _ => unknown = unknown.or(Some(line)),
        }
    });
    let state = state.map_err(ProductionError::Log)?;
    match unknown {
        None => Ok((ledger, state)),
        Some(line) => Err(ProductionError::Newer { path: folder.path().join(LOG_FILE), line }),
    }
}

/// The log while keys are made.
#[derive(Debug)]
pub struct ProductionLog<'a, F: Folder> {
    log: ChainedLog<'a, F>,
    ledger: Ledger,
}

impl<'a, F: Folder> ProductionLog<'a, F> {
    /// Opens the log, checks every line, and sets aside what a power cut left
    /// of a last one.
    pub fn open(folder: &'a Locked<F>) -> Result<Self, ProductionError> {
        let (ledger, _) = read(&**folder)?;
        let log = ChainedLog::open(folder, LOG_FILE, Access::Owner);
        Ok(Self { log: log.map_err(ProductionError::Log)?, ledger })
    }

    /// What the lines say.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Bytes of a torn line that were set aside.
    pub fn set_aside(&self) -> usize {
        self.log.set_aside()
    }

    /// SHA-256 of the last line: who keeps it elsewhere sees a shortened log.
    pub fn head(&self) -> Digest {
        self.log.head()
    }

    /// Opens an order, or goes on with the one of this name. What is in the log
    /// holds: keys, recipients and release must be the same, where they are
    /// given again.
    pub fn order(&mut self, wanted: Order) -> Result<Order, ProductionError> {
        if let Some(known) = self.known_order(&wanted.order, &wanted.release)? {
            let other = |what| Err(ProductionError::OtherOrder(wanted.order.clone(), what));
            if wanted.keys != 0 && known.keys != wanted.keys {
                return other("number of keys");
            }
            if !wanted.recipients.is_empty() && known.recipients != wanted.recipients {
                return other("list of recipients");
            }
            return Ok(known.clone());
        }
        self.append(Entry::Order(Box::new(wanted.clone())))?;
        Ok(wanted)
    }

    /// The order of this name, where there is one; it must be about this release
    /// and image. A key of another one never gets a number of it.
    pub fn known_order(
        &self,
        name: &str,
        release: &ReleaseFacts,
    ) -> Result<Option<&Order>, ProductionError> {
        let Some(known) = self.ledger.order(name) else { return Ok(None) };
        let other = |what| Err(ProductionError::OtherOrder(name.to_string(), what));
        if known.release.release_code != release.release_code {
            return other("release code");
        }
        if known.release.image_sha256 != release.image_sha256 {
            return other("image");
        }
        Ok(Some(known))
    }

    /// The first byte of a key comes next. Durable when this returns; the line has
    /// the attempt's number, which its end is to have as well.
    pub fn begins(&mut self, mut key: KeyEntry) -> Result<KeyEntry, ProductionError> {
        key.attempt = self.ledger.next_attempt();
        self.append(Entry::Begun(Box::new(key.clone())))?;
        Ok(key)
    }

    /// A key was written, or could not be; `begun` is the number of the attempt, if
    /// it came as far as its first byte. Durable when this returns.
    pub fn wrote(
        &mut self,
        mut key: KeyEntry,
        begun: Option<u64>,
    ) -> Result<KeyEntry, ProductionError> {
        key.attempt = begun.unwrap_or_else(|| self.ledger.next_attempt());
        self.append(Entry::Write(Box::new(key.clone())))?;
        Ok(key)
    }

    /// A key was plugged in again, and proved or not.
    pub fn confirmed(&mut self, mut key: KeyEntry) -> Result<KeyEntry, ProductionError> {
        key.attempt = self.ledger.next_attempt();
        self.append(Entry::Confirm(Box::new(key.clone())))?;
        Ok(key)
    }

    fn append(&mut self, entry: Entry) -> Result<(), ProductionError> {
        self.log.append(&entry).map_err(ProductionError::Log)?;
        self.ledger.push(entry);
        Ok(())
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
