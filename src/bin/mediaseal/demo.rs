//! `mediaseal demo`: the whole road in one folder, with real commands, and
//! what becomes of three bad copies.
//!
//! Every step is the command that is shown, run in this process; the verifier's
//! steps go through the same library calls as `mediaseal-verify`. An outcome
//! that is not the expected one ends the demo with an error.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use mediaseal::install::copy::{self, Copied};
use mediaseal::seal::anchor;
use mediaseal::seal::names::escape_path;
use mediaseal::text::Language;
use mediaseal::verify::decide::TakeNothing;
use mediaseal::verify::demo::MARKER;
use mediaseal::verify::enrolment::{Enrolment, enrol};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;
use mediaseal::verify::report::Report;
use mediaseal::verify::session::{self, Asked};
use mediaseal::verify::text;

use crate::{args, build, screen};

/// A small real package of our own; its source is tests/fixtures/demo.wxs.
const PACKAGE: &[u8] = include_bytes!("../../../tests/fixtures/demo.msi");
/// The folder where no `--out` is given.
const FOLDER: &str = "mediaseal-demo";
/// When the demo's releases were issued: the same keys make the same bytes.
const ISSUED: &str = "2026-11-23T10:00:00Z";

const EXAMPLE: &str = "\
Example:
  mediaseal demo --out /tmp/demo

Needs nothing but this program. The publisher \"demo\" is for exercises: its
releases are refused everywhere outside the folder that is made here.";

/// The definition.
pub fn command() -> Command {
    Command::new("demo")
        .about("Shows the whole road, and what becomes of bad copies")
        .arg(build::path("out", "DIR", "The folder to make").default_value(FOLDER))
        .after_help(EXAMPLE)
}

/// Walks the road.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let out = build::given(matches, "out");
    fs::create_dir(&out).map_err(|error| {
        let what = format!("the folder {} cannot be made: {error}", escape_path(&out));
        Failure::new(Outcome::Io, what, "Take another name: --out DIR.")
    })?;
    let road = Road { out };
    road.write(MARKER, b"made by mediaseal demo\n")?;
    road.make()?;
    road.prove()?;
    road.attack()?;
    road.close()
}

struct Road {
    out: PathBuf,
}

impl Road {
    fn path(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path(name);
        fs::write(&path, bytes).map_err(|error| {
            let what = format!("{} cannot be written: {error}", escape_path(&path));
            Failure::new(Outcome::Io, what, "Free space, then try again.")
        })
    }

    /// Shows a command of `mediaseal` and runs it. `@name` is a path in the
    /// demo's folder.
    fn run(&self, line: &str) -> Result<(), Failure> {
        let words: Vec<OsString> = line
            .split_whitespace()
            .map(|word| match word.strip_prefix('@') {
                Some(name) => self.path(name).into_os_string(),
                None => OsString::from(word),
            })
            .collect();
        self.show("mediaseal", &words)?;
        let program = [OsString::from("mediaseal")];
        match args::run(program.into_iter().chain(words)) {
            Outcome::Done => Ok(()),
            outcome => Err(unexpected(&format!("mediaseal {line}"), outcome)),
        }
    }

    /// A command line, broken at options where it is longer than a line.
    fn show(&self, program: &str, words: &[OsString]) -> Result<(), Failure> {
        let mut text = format!("$ {program}");
        let mut used = text.len();
        for word in words {
            let word = word.to_string_lossy();
            let spaced = match word.is_empty() || word.contains(' ') {
                true => format!("\"{word}\""),
                false => word.into_owned(),
            };
            if used + 1 + spaced.chars().count() > 76 {
                text.push_str(" \\\n     ");
                used = 5;
            }
            text.push(' ');
            text.push_str(&spaced);
            used += 1 + spaced.chars().count();
        }
        screen::data(&format!("\n{text}"))
    }

    fn heading(&self, text: &str) -> Result<(), Failure> {
        screen::data(&format!("\n== {text}"))
    }

    fn make(&self) -> Result<(), Failure> {
        self.heading("Four people make keys (here without passwords)")?;
        for name in ["root-anna", "root-carl", "alice", "bruno"] {
            self.run(&format!("keygen --no-password --out @{name}"))?;
        }
        self.heading("Two of two root holders say who may sign releases")?;
        self.run(
            "trust new --publisher demo --out @trust --root @root-anna.pub @root-carl.pub \
             --root-threshold 2 --release @alice.pub @bruno.pub --release-threshold 2",
        )?;
        self.run("trust sign @trust --key @root-anna.key --yes-version 1")?;
        self.run("trust sign @trust --key @root-carl.key --yes-version 1")?;
        self.run("trust export @trust --out @demo.anchor")?;
        self.heading("The release is built around a small real MSI, and signed twice")?;
        self.write("demo.msi", PACKAGE)?;
        self.run(&format!(
            "build lrm-security-patch --payload @demo.msi --no-reference --trust @trust \
             --sequence 1 --issued {ISSUED} --out @release"
        ))?;
        self.run("sign @release --key @alice.key --yes-release 1.1")?;
        self.run("sign @release --key @bruno.key --yes-release 1.1")?;
        // The builder's own state is of another publisher where one is enrolled.
        self.run(
            "pack @release --anchor @demo.anchor --state @none --image @lrm.img --zip @lrm.zip",
        )
    }

    fn prove(&self) -> Result<(), Failure> {
        self.heading("An officer enrols the publisher by the code of the letter")?;
        let bytes = fs::read(self.path("demo.anchor")).unwrap_or_default();
        let chain = anchor::parse(&bytes).map_err(|error| {
            Failure::new(Outcome::TrustSetUp, format!("the demo's anchor: {error}"), "")
        })?;
        let code = chain.newest().code;
        let state = self.path("state");
        let words = [
            "enrol".into(),
            self.path("demo.anchor").into_os_string(),
            "--code".into(),
            code.to_string().into(),
            "--state".into(),
            state.clone().into_os_string(),
        ];
        self.show("mediaseal-verify", &words)?;
        let anchor = self.path("demo.anchor");
        enrol(&state, &anchor, &code.to_string(), Enrolment::First, Language::English)?;
        self.heading("The image and the zip are checked, byte by byte")?;
        self.check("lrm.img", Outcome::Done)?;
        self.check("lrm.zip", Outcome::Done)?;
        self.heading("The payload is copied into place, in the read that checks it")?;
        self.copy()
    }

    fn copy(&self) -> Result<(), Failure> {
        let target = self.path("Illumina");
        fs::create_dir(&target).map_err(|error| {
            Failure::new(Outcome::Io, format!("{}: {error}", escape_path(&target)), "")
        })?;
        let asked = Asked::about(self.path("lrm.img"), self.path("state"));
        let words = [
            "copy".into(),
            asked.source.clone().into_os_string(),
            "--to".into(),
            target.clone().into_os_string(),
            "--state".into(),
            asked.state.clone().into_os_string(),
        ];
        self.show("mediaseal-verify", &words)?;
        let done = copy::run(&asked, &target, &System, Language::English)?;
        self.print(&done.report)?;
        match (done.failure, done.copied) {
            (Some(failure), _) => Err(failure),
            (None, Some(Copied::New(path))) => {
                screen::data(&format!("Copied to {}", escape_path(&path)))
            }
            (None, _) => Err(unexpected("copy", done.report.verdict().outcome())),
        }
    }

    fn print(&self, report: &Report) -> Result<(), Failure> {
        screen::data(text::render(report, Language::English).trim_end())
    }

    /// Checks a source of the demo; its outcome must be `expected`.
    fn check(&self, name: &str, expected: Outcome) -> Result<(), Failure> {
        let asked = Asked::about(self.path(name), self.path("state"));
        let words = [
            "check".into(),
            asked.source.clone().into_os_string(),
            "--state".into(),
            asked.state.clone().into_os_string(),
        ];
        self.show("mediaseal-verify", &words)?;
        let report = match session::open(&asked, &System, Language::English)? {
            Ok(mut session) => session.check(&mut TakeNothing, Language::English).report,
            Err(report) => *report,
        };
        self.print(&report)?;
        match report.verdict().outcome() {
            outcome if outcome == expected => Ok(()),
            outcome => Err(unexpected(name, outcome)),
        }
    }

    fn attack(&self) -> Result<(), Failure> {
        self.heading("Attack 1: one bit of the payload is flipped in a copy of the image")?;
        let mut image = fs::read(self.path("lrm.img")).unwrap_or_default();
        // The package begins with the mark of an OLE file, on a sector.
        let mark = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        let at = image.chunks(512).position(|sector| sector.starts_with(&mark));
        let at = at.ok_or_else(|| unexpected("the image without its package", Outcome::Io))?;
        image[at * 512 + 100] ^= 1;
        self.write("flipped.img", &image)?;
        self.check("flipped.img", Outcome::Fail)?;

        self.heading("Attack 2: a file is added to a copy of the release")?;
        copy_tree(&self.path("release"), &self.path("added"))?;
        self.write("added/AUTORUN.INF", b"[autorun]\r\nopen=TOOLS\\setup.exe\r\n")?;
        self.check("added", Outcome::Fail)?;

        self.heading("Attack 3: a counterfeit, whole in itself, with its own keys")?;
        self.run("keygen --no-password --out @mallory")?;
        self.run(
            "trust new --publisher demo --out @forged-trust --root @mallory.pub \
             --root-threshold 1 --release @mallory.pub --release-threshold 1",
        )?;
        self.run("trust sign @forged-trust --key @mallory.key --yes-version 1")?;
        self.run("trust export @forged-trust --out @forged.anchor")?;
        self.run(&format!(
            "build lrm-security-patch --payload @demo.msi --no-reference --trust @forged-trust \
             --sequence 9 --issued {ISSUED} --out @forged"
        ))?;
        self.run("sign @forged --key @mallory.key --yes-release 1.9")?;
        self.run("pack @forged --anchor @forged.anchor --state @none --image @forged.img")?;
        self.check("forged.img", Outcome::Fail)
    }

    fn close(&self) -> Result<Outcome, Failure> {
        let place = escape_path(&self.out);
        self.heading(&format!("Everything came out as it must. It lies in {place}:"))?;
        for (name, what) in [
            ("trust", "trust documents, signed by both root holders"),
            ("demo.anchor", "the chain that a verifier is given by hand"),
            ("release", "the signed release, as a folder"),
            ("lrm.img", "the image of a key; lrm.img.sha256 beside it"),
            ("lrm.zip", "the same release for download and shared folders"),
            ("state", "what the officer's verifier trusts and remembers"),
            ("Illumina", "the copied payload"),
            ("flipped.img", "attack 1"),
            ("added", "attack 2"),
            ("forged.img", "attack 3"),
        ] {
            screen::data(&format!("  {name:<13} {what}"))?;
        }
        screen::data("\nThe lines that begin with $ are the commands, to be tried by hand.")?;
        Ok(Outcome::Done)
    }
}

fn unexpected(step: &str, outcome: Outcome) -> Failure {
    let what = format!("this step did not come out as it must: {step} ({})", outcome.word());
    Failure::new(Outcome::Fail, what, "This is a fault of mediaseal: report it.")
}

/// Copies a release folder.
fn copy_tree(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path = escape_path(path);
        move |error: std::io::Error| Failure::new(Outcome::Io, format!("{path}: {error}"), "")
    };
    fs::create_dir(to).map_err(failed(to))?;
    for entry in fs::read_dir(from).map_err(failed(from))? {
        let entry = entry.map_err(failed(from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        match source.is_dir() {
            true => copy_tree(&source, &target)?,
            false => _ = fs::copy(&source, &target).map_err(failed(&source))?,
        }
    }
    Ok(())
}
