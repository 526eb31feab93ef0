//! An instrument that does not exist: an enrolled state, a signed release with a
//! package, a computer at rest and an installer that records what it is asked.
//! The check, the copy, the state and the journal are the real ones.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use mediaseal::install::command::Window;
use mediaseal::install::fake::FakeInstaller;
use mediaseal::install::journal::{self, History};
use mediaseal::install::performed::Performed;
use mediaseal::install::procedure;
use mediaseal::install::removal;
use mediaseal::install::world::{Wish, World};
use mediaseal::instrument::fake::FakeComputer;
use mediaseal::instrument::model::Model;
use mediaseal::instrument::person::{Person, Script};
use mediaseal::instrument::question::Given;
use mediaseal::seal::anchor;
use mediaseal::seal::chain::Chain;
use mediaseal::seal::digest::Digest;
use mediaseal::seal::manifest::{Guid, PayloadKind};
use mediaseal::seal::names::{DottedVersion, Text};
use mediaseal::seal::timestamp::Timestamp;
use mediaseal::store::SystemFolder;
use mediaseal::text::Language;
use mediaseal::verify::enrolment::{self, Enrolment};
use mediaseal::verify::finding::Kind;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;
use mediaseal::verify::rollback::Older;
use mediaseal::verify::session::Asked;

use crate::common::{ReleaseParts, Team, release_parts};

/// The package in every release here.
pub const PACKAGE: &str = "PAYLOAD/patch.msi";
/// Its product code.
pub const CODE: &str = "{12345678-1234-1234-1234-123456789ABC}";

/// Release 1.`sequence` with a package.
pub fn msi_parts(sequence: u32) -> ReleaseParts {
    let mut parts = release_parts(sequence);
    for (path, _) in &mut parts.files {
        if path.starts_with("PAYLOAD/") {
            *path = PACKAGE.to_string();
        }
    }
    let payload = &mut parts.manifest.payload;
    payload.path = PACKAGE.to_string();
    payload.kind = PayloadKind::Msi;
    payload.product_code = Guid::parse(CODE);
    payload.product_name = Text::parse("Security Patch").ok();
    payload.product_version = DottedVersion::parse("1.0.0").ok();
    parts
}

/// Nothing is known of any model; two names have two modes.
fn no_runs(name: &str) -> Model {
    Model { name: name.to_string(), two_modes: name.ends_with("Dx"), runs: Vec::new() }
}

/// What came of an action, without what a test cannot compare.
pub struct Came {
    pub result: Result<Performed, Failure>,
}

impl Came {
    pub fn outcome(&self) -> Outcome {
        match &self.result {
            Ok(performed) => performed.outcome(),
            Err(failure) => failure.outcome,
        }
    }

    /// Codes of findings above a note, in the check and before it, sorted.
    pub fn codes(&self) -> Vec<String> {
        let Ok(performed) = &self.result else { return Vec::new() };
        let before = performed.preflight.iter().flat_map(|before| &before.findings);
        let checked = performed.report.iter().flat_map(|report| &report.findings);
        let refusing = before.chain(checked).filter(|kind| kind.severity().word() != "note");
        let mut codes: Vec<String> = refusing.map(Kind::code).collect();
        codes.sort();
        codes.dedup();
        codes
    }

    #[track_caller]
    pub fn is(&self, outcome: Outcome, codes: &[&str]) {
        let said = match &self.result {
            Ok(performed) => format!("{:?}", performed.failure),
            Err(failure) => failure.what.clone(),
        };
        assert_eq!(
            (self.outcome(), self.codes()),
            (outcome, codes.iter().map(ToString::to_string).collect()),
            "{said}"
        );
    }
}

pub struct Instrument {
    pub team: Team,
    pub release: PathBuf,
    pub computer: FakeComputer,
    pub installer: FakeInstaller,
    pub given: Given,
    pub window: Window,
    pub language: Language,
    pub older: Older,
}

impl Instrument {
    /// An instrument that is set up, with release 1.7 at hand and every question
    /// answered by option; the installer returns `code`.
    pub fn returning(code: u32) -> Self {
        let team = Team::where_lines_break_alike();
        let release = team.signed_release("release", &msi_parts(7));
        let computer = FakeComputer::at_rest(team.path());
        let given = Given {
            instrument: Text::parse("MiSeq").ok(),
            software: DottedVersion::parse("2.4.0.2385").ok(),
            no_run: true,
            ..Given::default()
        };
        let instrument = Self {
            release,
            computer,
            installer: FakeInstaller::returning(code),
            given,
            window: Window::Wizard,
            language: Language::English,
            older: Older::Refuse,
            team,
        };
        instrument.enrol();
        fs::create_dir_all(instrument.to()).unwrap();
        instrument
    }

    /// Writes `example.anchor` of a team's chain; returns its path and code.
    pub fn anchor_of(team: &Team) -> (PathBuf, Digest) {
        let documents = team.documents.clone();
        let code = Digest::of(&documents[documents.len() - 1].bytes);
        let chain = Chain::anchored(documents, code).unwrap();
        let path = team.path().join("example.anchor");
        fs::write(&path, anchor::print(&chain).unwrap()).unwrap();
        (path, code)
    }

    fn enrol(&self) {
        let (path, code) = Self::anchor_of(&self.team);
        let code = code.to_string();
        let language = Language::English;
        enrolment::enrol(&self.state(), &path, &code, Enrolment::First, language).unwrap();
    }

    pub fn state(&self) -> PathBuf {
        self.computer.places.clone().unwrap().state
    }

    /// Where copies go.
    pub fn to(&self) -> PathBuf {
        self.team.path().join("Illumina")
    }

    /// The copy of release 1.7.
    pub fn copy(&self) -> PathBuf {
        self.to().join("lrm-security-patch_1.0.0_1.7")
    }

    pub fn package(&self) -> PathBuf {
        self.copy().join(PACKAGE)
    }

    pub fn world<T>(&self, act: impl FnOnce(&World<'_>) -> T) -> T {
        act(&World {
            computer: &self.computer,
            installer: &self.installer,
            around: &System,
            models: &no_runs,
            now: &SystemTime::now,
            clock: &|| Timestamp::parse("2026-11-25T10:00:00Z"),
            language: self.language,
            tell: &|_| {},
        })
    }

    fn act(
        &self,
        script: Option<&mut Script>,
        act: impl FnOnce(
            &Wish<'_>,
            &World<'_>,
            &mut Option<&mut dyn Person>,
        ) -> Result<Performed, Failure>,
    ) -> Came {
        let state = self.state();
        let wish = Wish {
            state: &state,
            given: &self.given,
            window: self.window,
            older: self.older,
            heading: None,
        };
        let mut person = script.map(|script| script as &mut dyn Person);
        Came { result: self.world(|world| act(&wish, world, &mut person)) }
    }

    pub fn install(&self) -> Came {
        self.install_from(&self.release, None)
    }

    pub fn install_from(&self, source: &Path, script: Option<&mut Script>) -> Came {
        let to = self.to();
        self.act(script, |wish, world, person| {
            let asked = Asked { older: wish.older, ..Asked::about(source, wish.state) };
            procedure::install(wish, &asked, Some(&to), world, person)
        })
    }

    pub fn repair(&self) -> Came {
        self.act(None, |wish, world, person| procedure::repair(wish, None, world, person))
    }

    pub fn remove(&self, code: Option<&str>, confirmed: bool, script: Option<&mut Script>) -> Came {
        let code = code.and_then(Guid::parse);
        self.act(script, |wish, world, person| {
            removal::remove(wish, code.as_ref(), confirmed, world, person)
        })
    }

    /// The journal.
    pub fn history(&self) -> History {
        journal::read(&SystemFolder::open(&self.state()).unwrap()).unwrap()
    }

    /// What the installer was asked, each line shortened by the test's folder; paths
    /// are written with `/` on every system.
    pub fn lines(&self) -> Vec<String> {
        let root = self.team.path().display().to_string();
        let plain = |line: &String| line.replace(&root, "").replace('\\', "/");
        self.installer.lines().iter().map(plain).collect()
    }
}
