//! What a check came to: facts, findings, verdict.
//!
//! PASS is never a default. It needs every piece of evidence, each made only
//! where something was really compared, and no finding above a note.

use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::manifest::Manifest;
use crate::seal::names::Identifier;
use crate::seal::signers::SignerCount;

use super::finding::{Kind, Severity, Unpinned};
use super::level::Level;
use super::outcome::Outcome;
use super::rollback::Rollback;

/// Publisher of exercises; every verdict about it says DEMO.
pub const DEMO: &str = "demo";

/// What was compared, byte by byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The level that was reached.
    pub level: Level,
    /// Sealed files whose bytes were hashed; never 0.
    pub files: usize,
    /// Bytes that were read for it.
    pub bytes: u64,
}

impl Compared {
    /// Evidence, unless nothing was compared.
    pub fn new(level: Level, files: usize, bytes: u64) -> Option<Self> {
        (files > 0 && bytes > 0).then_some(Self { level, files, bytes })
    }
}

/// Whose chain the check rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pin {
    /// A chain that was held here, or given by hand.
    Pinned,
    /// Nobody's: the source spoke for itself.
    Unpinned(Unpinned),
    /// A state was there and cannot be used; a finding says why.
    Broken,
}

/// The verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything was compared and is as signed.
    Pass(Level),
    /// Something is not as signed.
    Fail,
    /// No verdict; why is the outcome.
    CannotTell(Outcome),
}

impl Verdict {
    /// How the program ends.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Pass(_) => Outcome::Done,
            Self::Fail => Outcome::Fail,
            Self::CannotTell(outcome) => outcome,
        }
    }

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass(_) => "PASS",
            Self::Fail => "FAIL",
            Self::CannotTell(_) => "CANNOT TELL",
        }
    }
}

/// A check, from its source to its verdict.
#[derive(Clone, Debug)]
pub struct Report {
    /// The source as the person named it.
    pub source: String,
    /// What the device says of itself, if it is one; as received.
    pub device: Option<String>,
    /// The level that the check was made for.
    pub level: Level,
    /// Whose chain it rests on.
    pub pin: Pin,
    /// True where the chain held here is of the publisher of exercises.
    pub demo_held: bool,
    /// That chain, lengthened by what the source proved.
    pub chain: Option<Chain>,
    /// Everything about signatures over the seal.
    pub signers: Option<SignerCount>,
    /// SHA-256 of the received `SHA256SUMS`, accepted or not.
    pub release_code: Option<Digest>,
    /// The release, once its seal was accepted.
    pub manifest: Option<Manifest>,
    /// SHA-256 of the payload's main file, as sealed.
    pub payload: Option<Digest>,
    /// Against what was copied before.
    pub rollback: Option<Rollback>,
    /// What was compared byte by byte.
    pub compared: Option<Compared>,
    /// All findings.
    pub findings: Vec<Kind>,
}

impl Report {
    /// A report of nothing yet.
    pub fn new(source: String, level: Level, pin: Pin) -> Self {
        Self {
            source,
            device: None,
            level,
            pin,
            demo_held: false,
            chain: None,
            signers: None,
            release_code: None,
            manifest: None,
            payload: None,
            rollback: None,
            compared: None,
            findings: Vec::new(),
        }
    }

    /// The one verdict: FAIL, else refused, else trust, else unread, else PASS
    /// with all its evidence.
    pub fn verdict(&self) -> Verdict {
        match self.worst() {
            Severity::Fail => return Verdict::Fail,
            Severity::Refused => return Verdict::CannotTell(Outcome::Refused),
            Severity::Trust => return Verdict::CannotTell(Outcome::TrustSetUp),
            Severity::Unread => return Verdict::CannotTell(Outcome::Io),
            Severity::Note => {}
        }
        let signed = self.signers.as_ref().is_some_and(SignerCount::is_enough);
        let known = self.manifest.is_some() && self.chain.is_some() && self.rollback.is_some();
        match (self.pin, self.compared) {
            (Pin::Pinned, Some(compared)) if signed && known => Verdict::Pass(compared.level),
            (Pin::Pinned, _) => Verdict::Fail,
            _ => Verdict::CannotTell(Outcome::TrustSetUp),
        }
    }

    /// The worst severity among the findings.
    pub fn worst(&self) -> Severity {
        self.findings.iter().map(Kind::severity).max().unwrap_or(Severity::Note)
    }

    /// The publisher that the chain speaks for.
    pub fn publisher(&self) -> Option<&Identifier> {
        self.chain.as_ref().map(Chain::publisher)
    }

    /// True where the verdict must say DEMO: whoever is trusted here, and
    /// whatever came of it, is the publisher of exercises or what was checked
    /// claims to be of that one.
    pub fn is_demo(&self) -> bool {
        let claims = |kind: &Kind| matches!(kind, Kind::OtherPublisher { found, .. } if found.as_str() == DEMO);
        self.demo_held
            || self.findings.iter().any(claims)
            || self.publisher().is_some_and(|publisher| publisher.as_str() == DEMO)
            || self.manifest.as_ref().is_some_and(|m| m.publisher.as_str() == DEMO)
    }

    /// Adds the finding about the publisher of exercises where it belongs.
    pub fn note_demo(&mut self) {
        if self.is_demo() && !self.findings.contains(&Kind::DemoPublisher) {
            self.findings.push(Kind::DemoPublisher);
        }
    }

    /// True if the only reason for FAIL is what an operating system does.
    pub fn is_os_changes(&self) -> bool {
        let mut failing = self.findings.iter().filter(|k| k.severity() == Severity::Fail);
        let os = |kind: &Kind| {
            matches!(
                kind,
                Kind::OsChanges
                    | Kind::OsChange { .. }
                    | Kind::OsDiskSignature
                    | Kind::OwnDriveFolder { .. }
            )
        };
        failing.clone().next().is_some() && failing.all(os)
    }

    /// Findings that stand under the line of integrity.
    pub fn integrity_findings(&self) -> impl Iterator<Item = &Kind> {
        self.findings.iter().filter(|k| k.is_integrity() && k.severity() > Severity::Note)
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
