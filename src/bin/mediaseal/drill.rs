//! `mediaseal drill`: bad keys on purpose, for people who practise.

use std::fs;
use std::path::{Component, Path, PathBuf, Prefix};

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use mediaseal::drill::DrillError;
use mediaseal::drill::answers::{self, NOTICE};
use mediaseal::drill::exercise::{Workbench, write_notice};
use mediaseal::drill::registry::{self, Drill};
use mediaseal::sign::files::{self, Access, Existing, shown};
use mediaseal::sys::storage::storage_of;
use mediaseal::text::Language;
use mediaseal::verify::decide::TakeNothing;
use mediaseal::verify::finding::Severity;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;
use mediaseal::verify::report::{Report, Verdict};
use mediaseal::verify::session::{self, Asked};
use mediaseal::verify::state::default_folder;

use crate::screen;

/// Folder of the exercises in a set.
const EXERCISES: &str = "exercises";
/// The answer sheet of a set.
const ANSWERS: &str = "ANSWERS.TXT";

const EXAMPLE: &str = "\
Example:
  mediaseal drill --list
  mediaseal drill image-gap --release out/release --out EXERCISE-gap.img
  mediaseal drill --all --release out/release --out set
  mediaseal drill --answers > answers.txt

Exercises are made of a release that passes by your own trust (your state, or
--anchor FILE). What would need keys that you do not have is signed by keys
made for the occasion, in the name of publisher demo. The set's answers lie
beside its folder exercises: print them, and hand out the folder alone.
Nothing is ever written to a device.";

/// The definition.
pub fn command() -> Command {
    let path = |name: &'static str, value: &'static str, help: &'static str| {
        let parser = value_parser!(PathBuf);
        Arg::new(name).long(name).value_name(value).value_parser(parser).help(help)
    };
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    let lists = ["list", "answers"];
    Command::new("drill")
        .about("Makes bad keys, zips and folders, to practise with")
        .arg(Arg::new("name").value_name("NAME").help("One exercise, as --list has it"))
        .arg(flag("list", "List all exercises"))
        .arg(flag("answers", "Print the answer sheet"))
        .arg(flag("all", "Make all of them, with the answer sheet"))
        .group(ArgGroup::new("what").args(["name", "list", "answers", "all"]).required(true))
        .arg(
            path("release", "R", "A good release: folder, zip or image")
                .required_unless_present_any(lists),
        )
        .arg(path("out", "F", "What is made; must not be there").required_unless_present_any(lists))
        .arg(path("anchor", "FILE", "Trust this exported chain"))
        .arg(path("state", "DIR", "Folder of what your verifier has stored"))
        .after_help(EXAMPLE)
}

/// Lists, or makes.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let drills = registry::drills().map_err(failure)?;
    if matches.get_flag("list") {
        return list(&drills);
    }
    if matches.get_flag("answers") {
        let drills = answers::shuffled(drills);
        screen::data(answers::sheet(&answers::numbered(&drills)).trim_end())?;
        return Ok(Outcome::Done);
    }
    let paths = (matches.get_one::<PathBuf>("release"), matches.get_one::<PathBuf>("out"));
    let (Some(release), Some(out)) = paths else {
        return Ok(Outcome::Usage);
    };
    let named = match matches.get_one::<String>("name") {
        None => None,
        Some(name) => Some(registry::drill(name).map_err(|error| {
            Failure::new(Outcome::Usage, error.to_string(), "See mediaseal drill --list.")
        })?),
    };
    refuse_device(out)?;
    must_pass(release, matches)?;
    match named {
        Some(drill) => one(&drill, release, out),
        None => all(drills, release, out),
    }
}

fn list(drills: &[Drill]) -> Result<Outcome, Failure> {
    for drill in drills {
        let comes = drill.comes();
        let row = match drill.row() {
            0 => "-".to_string(),
            row => row.to_string(),
        };
        let line = format!(
            "{:<34} {row:>3}  {:<8} {:<12} {}",
            drill.name(),
            drill.output().word(),
            comes.verdict(),
            comes.outcome().exit_code()
        );
        screen::data(&line)?;
    }
    screen::talk("  name, row of docs/THREATS.md, what it is, verdict, exit code");
    Ok(Outcome::Done)
}

fn one(drill: &Drill, release: &Path, out: &Path) -> Result<Outcome, Failure> {
    let bench = Workbench::new(release, out).map_err(failure)?;
    drill.write(&bench, out).map_err(failure)?;
    write_notice(out, NOTICE).map_err(failure)?;
    screen::data(&shown(out))?;
    screen::talk(&format!("  Exercise: {}.", drill.attack(Language::English)));
    let arguments = drill.check_arguments(&shown(out), &[]).join(" ");
    screen::talk(&format!("  Check it with: mediaseal-verify {arguments}"));
    Ok(Outcome::Done)
}

fn all(drills: Vec<Drill>, release: &Path, out: &Path) -> Result<Outcome, Failure> {
    let io = |path: &Path, error: std::io::Error| {
        let what = format!("cannot make {}: {error}", shown(path));
        let outcome = match error.kind() {
            std::io::ErrorKind::AlreadyExists => Outcome::Refused,
            _ => Outcome::Io,
        };
        Failure::new(outcome, what, "Name a new folder, on a disk of this computer.")
    };
    let drills = answers::shuffled(drills);
    let exercises = out.join(EXERCISES);
    fs::create_dir(out).map_err(|error| io(out, error))?;
    fs::create_dir(&exercises).map_err(|error| io(&exercises, error))?;
    let write = |path: PathBuf, text: &str| {
        files::write(&path, text.as_bytes(), Access::Everyone, Existing::Refuse)
    };
    write(exercises.join("EXERCISES.TXT"), NOTICE)?;
    let bench = Workbench::new(release, &exercises.join(ANSWERS)).map_err(failure)?;
    let mut made = Vec::new();
    for (number, drill) in answers::numbered(&drills) {
        let path = exercises.join(answers::file_name(number, drill));
        match drill.write(&bench, &path) {
            Ok(()) => made.push((number, drill)),
            Err(error) if error.leaves_one_out() => {
                screen::warning(&format!("{} left out: {error}", drill.name()));
            }
            Err(error) => return Err(failure(error)),
        }
    }
    // Last: a set without its sheet was cut off.
    let sheet = out.join(ANSWERS);
    write(sheet.clone(), &answers::sheet(&made))?;
    screen::data(&shown(&exercises))?;
    screen::data(&shown(&sheet))?;
    screen::talk(&format!(
        "  {} exercises. Print {ANSWERS}; hand out the folder alone.",
        made.len()
    ));
    Ok(Outcome::Done)
}

/// True for a path that names no file on a disk: below `/dev`, and on Windows
/// whatever lies in the space of devices, `NUL` and `COM1` as well.
fn is_device(absolute: &Path) -> bool {
    match absolute.components().next() {
        Some(Component::Prefix(prefix)) => {
            matches!(prefix.kind(), Prefix::DeviceNS(_) | Prefix::Verbatim(_))
        }
        _ => absolute.starts_with("/dev"),
    }
}

/// An exercise on a stick would sooner or later be somebody's key.
fn refuse_device(out: &Path) -> Result<(), Failure> {
    let refuse = |why: &str| {
        let what = format!("{} {why}", shown(out));
        let next = "Nothing was written. Name a path on a disk of this computer.";
        Err(Failure::new(Outcome::Refused, what, next))
    };
    let absolute = std::path::absolute(out).unwrap_or_else(|_| out.to_path_buf());
    if is_device(&absolute) {
        return refuse("is a device");
    }
    if fs::symlink_metadata(out).is_ok() {
        return refuse("is there already");
    }
    let parent = absolute.parent().unwrap_or(&absolute);
    match storage_of(parent) {
        Ok(storage) if storage.removable() => refuse("lies on a removable drive"),
        _ => Ok(()),
    }
}

/// Only what passes can be spoiled.
fn must_pass(release: &Path, matches: &ArgMatches) -> Result<(), Failure> {
    let state = matches.get_one::<PathBuf>("state").cloned().unwrap_or_else(default_folder);
    let anchor = matches.get_one::<PathBuf>("anchor").cloned();
    let asked = Asked { anchor, ..Asked::about(release, state) };
    let report = match session::open(&asked, &System, Language::English)? {
        Err(report) => *report,
        Ok(mut session) => session.check(&mut TakeNothing, Language::English).report,
    };
    match report.verdict() {
        Verdict::Pass(_) => Ok(()),
        verdict => Err(not_good(&report, verdict.outcome())),
    }
}

fn not_good(report: &Report, outcome: Outcome) -> Failure {
    let bad = report.findings.iter().filter(|kind| kind.severity() > Severity::Note);
    let lines: Vec<String> =
        bad.map(|kind| format!("{} {}", kind.code(), kind.what(Language::English))).collect();
    let what = format!("the release does not pass\n{}", lines.join("\n"));
    Failure::new(outcome, what, "Take a release that passes by your trust; see --anchor.")
}

fn failure(error: DrillError) -> Failure {
    let outcome = match &error {
        DrillError::Unsuitable(_) => Outcome::Usage,
        DrillError::Store(mediaseal::store::StoreError::Exists(_)) => Outcome::Refused,
        _ => Outcome::Io,
    };
    let next = error.advice();
    Failure::new(outcome, error.to_string(), next)
}
