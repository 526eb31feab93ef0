//! One line of the journal: that an action was begun, that it ended, that a
//! restart was seen.
//!
//! Three kinds of lines, because three things happen at three times: a line that
//! says "done" is written after it was done, never before. Texts of people and
//! devices are kept raw here and escaped where they are shown.

use serde::{Deserialize, Serialize};

/// The format that this program reads and writes.
pub const FORMAT: u32 = 1;

/// A line, without the digest of the line before it, which the log adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// [`FORMAT`].
    pub format: u32,
    /// Counts lines from 1.
    pub sequence: u64,
    /// Which action; the same in all of its lines.
    pub id: String,
    /// This computer's clock, which may be wrong; or `unknown`.
    pub clock: String,
    /// What happened.
    pub event: Event,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// Refused before anything was changed.
    Refused(Box<Begun>),
    /// The vendor's installer is about to be started.
    Begun(Box<Begun>),
    /// It ended.
    Ended(Ended),
    /// The computer was seen restarted since.
    RestartSeen(RestartSeen),
}

/// Everything that is known before the vendor's installer is started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// `install`, `repair`, `remove`.
    pub action: String,
    /// The program that wrote this, with its version.
    pub program: String,
    /// The computer's name.
    pub computer: Option<String>,
    /// Who was signed in.
    pub signed_in: Option<String>,
    /// What tells one start of the computer from the next.
    pub boot: Option<String>,
    /// The instrument's model.
    pub instrument: Option<String>,
    /// Its serial number.
    pub serial: Option<String>,
    /// In which mode it was started: `dx`, `ruo`.
    pub mode: Option<String>,
    /// True where it has two modes.
    pub two_modes: bool,
    /// The release, where it is known.
    pub release: Option<ReleaseLine>,
    /// The product code that was removed, repaired, installed.
    pub product_code: Option<String>,
    /// The folder of the copy.
    pub copy: Option<String>,
    /// Who signed: name and key id.
    pub signers: Vec<String>,
    /// Files that were hashed just before: path and SHA-256.
    pub files: Vec<FileLine>,
    /// What was found before.
    pub findings: Vec<FindingLine>,
    /// What was answered.
    pub answers: Vec<AnswerLine>,
    /// The whole command line.
    pub command: Option<String>,
    /// The installer's log.
    pub log: Option<String>,
    /// The release's rule for a restart after this action.
    pub restart_rule: String,
}

/// A release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // The fields of the manifest.
pub struct ReleaseLine {
    pub publisher: String,
    pub product: String,
    pub version: String,
    pub position: String,
    pub release_code: String,
    pub title_en: String,
    pub title_fr: String,
    pub product_name: Option<String>,
    pub product_version: Option<String>,
    /// Rule for a restart after removing.
    pub remove_restart: String,
}

/// A file and its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct FileLine {
    pub path: String,
    pub sha256: String,
}

/// A finding, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct FindingLine {
    pub code: String,
    pub severity: String,
    pub en: String,
    pub fr: String,
}

/// An answer, and who gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct AnswerLine {
    pub question: String,
    pub answer: String,
    pub by: String,
}

/// How it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// What the vendor's installer returned, all 32 bits.
    pub exit_code: Option<u32>,
    /// Why it was not started, or its end not read.
    pub error: Option<String>,
    /// How the program ends: the words of the exit codes.
    pub outcome: String,
    /// The restart that is due: `none`, `recommended`, `required`.
    pub restart: String,
    /// What the log says of a failure.
    pub log_lines: Vec<String>,
    /// Why the log was not read.
    pub log_unread: Option<String>,
    /// What tells one start of the computer from the next.
    pub boot: Option<String>,
}

/// That the computer was restarted since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestartSeen {
    /// What tells this start of the computer from the one before.
    pub boot: String,
}
