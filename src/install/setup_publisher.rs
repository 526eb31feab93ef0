//! Setting up, second half: whom this computer trusts.
//!
//! Nobody is enrolled before all four lines of the code were said to be the same,
//! or the whole code was given. Where somebody is enrolled already, a given code
//! must be of a document of that chain.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::instrument::person::{self, Reply};
use crate::seal::anchor;
use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::names::escape_path;
use crate::source;
use crate::text::fill;
use crate::verify::enrolment::{self, Enrolment};
use crate::verify::finding::Severity;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::seal_files::{ReadFault, SealFiles};
use crate::verify::session::{failure, read_anchor_bytes};
use crate::verify::state::{self, StateRead};
use crate::verify::trust_step;

use super::setup::{Setting, Stop};

/// Groups of a code in one line that a person compares.
const GROUPS_A_LINE: usize = 4;

impl Setting<'_, '_> {
    /// Enrols a publisher, unless one is.
    pub(super) fn publisher(&mut self, state: &Path) -> Result<Chain, Stop> {
        let table = self.language.table();
        match state::read(state) {
            StateRead::Ready(state) => {
                let chain = state.chain().clone();
                self.compare_held(&chain)?;
                let values = [
                    ("publisher", chain.publisher().to_string()),
                    ("version", chain.length().to_string()),
                ];
                self.say(&fill(table.setup.enrolled_before, &values));
                return Ok(chain);
            }
            StateRead::Unusable(kind) => {
                let (what, next) = (kind.what(self.language), kind.next(self.language));
                let outcome = match kind.severity() {
                    Severity::Refused => Outcome::Refused,
                    _ => Outcome::TrustSetUp,
                };
                return Err(Failure::new(outcome, what, next).into());
            }
            StateRead::NotEnrolled => {}
        }
        let (place, bytes) = self.anchor()?;
        let code = match &self.wish.code {
            Some(code) => code.clone(),
            None => {
                let chain = anchor::parse(&bytes).map_err(|error| {
                    let values =
                        [("path", escape_path(&place)), ("detail", error.words(self.language))];
                    failure(Outcome::TrustSetUp, table.failures.anchor_refused, &values)
                })?;
                self.compare_publisher_code(&chain)?
            }
        };
        let enrolled =
            enrolment::enrol_bytes(state, &place, &bytes, &code, Enrolment::First, self.language)?;
        Ok(enrolled.chain)
    }

    /// A code that was given must be that of a document of the chain that is
    /// trusted here: "done before" is no answer to another publisher's letter.
    pub(super) fn compare_held(&self, chain: &Chain) -> Result<(), Stop> {
        let table = self.language.table();
        let Some(code) = &self.wish.code else { return Ok(()) };
        let Some(code) = Digest::parse_code(code) else {
            return Err(self.fail(Outcome::Usage, table.failures.code_not_a_code, &[]));
        };
        let held = (1..=chain.length()).filter_map(|version| chain.link(version));
        if held.into_iter().any(|link| link.code == code) {
            return Ok(());
        }
        let values =
            [("publisher", chain.publisher().to_string()), ("count", chain.length().to_string())];
        let entry = table.setup_failures.enrolled_by_other_code;
        Err(self.fail(Outcome::TrustSetUp, entry, &values))
    }

    /// The anchor that was named, or that stands beside the program alone, or the
    /// trust documents of the source: a code that a person compares makes an
    /// anchor of any of them.
    fn anchor(&self) -> Result<(PathBuf, Vec<u8>), Stop> {
        let failures = &self.language.table().setup_failures;
        if let Some(path) = &self.wish.anchor {
            return Ok((path.clone(), read_anchor_bytes(path, self.language)?));
        }
        let beside = self.computer.program().ok().and_then(|p| Some(p.parent()?.to_path_buf()));
        let anchors = beside.map(|folder| anchors_in(&folder)).unwrap_or_default();
        match anchors.as_slice() {
            [path] => return Ok((path.clone(), read_anchor_bytes(path, self.language)?)),
            [] => {}
            _ => return Err(self.fail(Outcome::TrustSetUp, failures.anchors_many, &[])),
        }
        let missing = || self.fail(Outcome::TrustSetUp, failures.no_anchor, &[]);
        let source = self.wish.source.as_ref().ok_or_else(missing)?;
        let chain = chain_of(source).ok_or_else(missing)?;
        let bytes = anchor::print(&chain).map_err(|_| missing())?;
        Ok((source.clone(), bytes))
    }

    /// Four lines, each said to be the same; returns the code.
    fn compare_publisher_code(&mut self, chain: &Chain) -> Result<String, Stop> {
        let table = self.language.table();
        let language = self.language;
        let questions = &table.setup_questions;
        let Some(person) = self.person.as_deref_mut() else {
            return Err(self.fail(Outcome::TrustSetUp, table.setup_failures.code_not_given, &[]));
        };
        let mut version = chain.length();
        if version > 1 {
            let question = fill(questions.which_document.what, &[("count", version.to_string())]);
            let read = |line: &str| {
                let number: u32 = line.parse().ok()?;
                (1..=chain.length()).contains(&number).then_some(number)
            };
            let why = questions.which_document.next;
            version = match person::line(person, language, &question, why, read) {
                Reply::Said(number) => number,
                Reply::Stopped => return Err(Stop::Stopped),
            };
        }
        let Some(link) = chain.link(version) else { return Err(Stop::Stopped) };
        let values =
            [("publisher", chain.publisher().to_string()), ("version", version.to_string())];
        person::say(person, &fill(table.setup.publisher_is, &values));
        let hex = link.code.to_string();
        let groups: Vec<&str> = (0..16).map(|at| &hex[at * 4..at * 4 + 4]).collect();
        for (at, line) in groups.chunks(GROUPS_A_LINE).enumerate() {
            let values = [("number", (at + 1).to_string()), ("code", line.join(" "))];
            person::say(person, &fill(table.setup.line_of_code, &values));
            let entry = questions.line_same;
            match person::yes_no(person, language, entry.what, entry.next) {
                Reply::Said(true) => {}
                Reply::Said(false) => {
                    let entry = table.setup_failures.code_differs;
                    return Err(self.fail(Outcome::TrustSetUp, entry, &[]));
                }
                Reply::Stopped => return Err(Stop::Stopped),
            }
        }
        Ok(hex)
    }
}

/// Files `*.anchor` in a folder, sorted; more than two are not counted.
fn anchors_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_anchor = |path: &PathBuf| {
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case(OsStr::new("anchor")))
    };
    let mut anchors: Vec<PathBuf> =
        entries.take(10_000).flatten().map(|entry| entry.path()).filter(is_anchor).collect();
    anchors.sort();
    anchors
}

/// The chain that a source claims for itself; proves nothing before a person
/// compared a code of it.
fn chain_of(path: &Path) -> Option<Chain> {
    let source = source::open(path).ok()?;
    let listing = source.listing().ok()?;
    let paths = listing.entries.iter().filter(|entry| entry.is_file()).map(|entry| &*entry.path);
    let (seal, _) = SealFiles::gather(paths, &mut |path, limit| {
        source.read(path, limit).map_err(ReadFault::from)
    });
    trust_step::merge(None, &seal).chain
}
