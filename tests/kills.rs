//! Programs that are really killed, at any moment: the copy by the program that
//! ships, and an installation with its journal. What must hold afterwards: the
//! old state or the new one, no record of what did not happen, and a rerun
//! completes.
//!
//! Cuts at every single write, flush and rename are tried in memory beside the
//! code (`store::faulty`); here the system itself is in between.
#![cfg(feature = "builder")]

mod common;
#[path = "common/instrument.rs"]
mod instrument;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use common::{Team, run, started};
use instrument::{Instrument, msi_parts};
use mediaseal::install::command::Window;
use mediaseal::install::fake::FakeInstaller;
use mediaseal::install::journal;
use mediaseal::install::performed::Performed;
use mediaseal::install::procedure;
use mediaseal::install::world::{Wish, World};
use mediaseal::instrument::fake::FakeComputer;
use mediaseal::instrument::preflight::built_in;
use mediaseal::instrument::question::Given;
use mediaseal::seal::names::{DottedVersion, Text};
use mediaseal::store::SystemFolder;
use mediaseal::text::Language;
use mediaseal::verify::outcome::Outcome;
use mediaseal::verify::pinning::System;
use mediaseal::verify::rollback::Older;
use mediaseal::verify::session::Asked;

const VERIFY: &str = env!("CARGO_BIN_EXE_mediaseal-verify");
/// Moments at which a program is killed.
const KILLS: u32 = 20;
const COPY: &str = "lrm-security-patch_1.0.0_1.7";

/// Kills the child after `wait`, and says whether it had ended by itself, well.
fn kill_after(mut child: Child, wait: Duration) -> bool {
    std::thread::sleep(wait);
    let _ = child.kill();
    child.wait().unwrap().success()
}

fn copy_command(root: &Path, state: &str, to: &str) -> Command {
    let mut command = Command::new(VERIFY);
    command.args(["copy", "release", "--state", state, "--to", to, "--json"]);
    command.current_dir(root).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn visible(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}

#[test]
fn a_copy_that_is_killed_at_any_moment() {
    let team = Team::new();
    let mut parts = msi_parts(7);
    let package: Vec<u8> = (0..6_000_000_u32).map(|at| (at * 31 % 251) as u8).collect();
    for (path, bytes) in &mut parts.files {
        if path.starts_with("PAYLOAD/") {
            bytes.clone_from(&package);
        }
    }
    parts.manifest.payload.reference_hashes.clear();
    team.signed_release("release", &parts);
    let root = team.path().to_path_buf();
    let anchor = Instrument::anchor_of(&team);
    let enrol = |state: &str| {
        let code = anchor.1.to_string();
        let ran =
            run(&root, VERIFY, &["enrol", "example.anchor", "--code", &code, "--state", state], "");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    };
    enrol("state-whole");
    fs::create_dir(root.join("to-whole")).unwrap();
    let mut began = Instant::now();
    let ended = started(|| {
        began = Instant::now();
        copy_command(&root, "state-whole", "to-whole").status()
    });
    assert!(ended.unwrap().success());
    let whole = began.elapsed();
    let (mut killed, mut ended) = (0, 0);
    for number in 0..KILLS {
        let (state, to) = (format!("state-{number}"), format!("to-{number}"));
        enrol(&state);
        fs::create_dir(root.join(&to)).unwrap();
        let child = started(|| copy_command(&root, &state, &to).spawn()).unwrap();
        let done = kill_after(child, whole * number / (KILLS - 1));
        if done {
            ended += 1
        } else {
            killed += 1
        }
        let there = visible(&root.join(&to));
        let is_there = there == [COPY];
        assert!(is_there || there.is_empty(), "{number}: {there:?}");
        assert!(is_there || !done, "{number}: done, and nothing is there");
        if is_there {
            let kept = fs::read(root.join(&to).join(COPY).join(instrument::PACKAGE)).unwrap();
            assert!(kept == package, "{number}: not what was signed");
        }
        for path in records(&root.join(&state)) {
            let text = fs::read_to_string(&path).unwrap();
            let record: serde_json::Value = serde_json::from_str(&text).unwrap();
            let copied = record["report"]["copied"].is_string();
            assert!(is_there || !copied, "{number}: a record of what did not happen");
        }
        let status = started(|| copy_command(&root, &state, &to).status()).unwrap();
        assert!(status.success(), "{number}: the rerun does not complete");
        assert_eq!(visible(&root.join(&to)), [COPY], "{number}");
        fs::remove_dir_all(root.join(&to)).unwrap();
    }
    println!("copy: {killed} killed, {ended} had ended");
    assert!(killed > 0 && killed + ended == KILLS);
}

#[test]
fn a_program_that_wine_lost_is_started_again_and_no_other() {
    let starts = |code| {
        let mut count = 0;
        let started = started(|| {
            count += 1;
            if count < 3 { Err(io::Error::from_raw_os_error(code)) } else { Ok(()) }
        });
        (count, started.is_ok())
    };
    assert_eq!(starts(1359), if cfg!(windows) { (3, true) } else { (1, false) });
    assert_eq!(starts(5), (1, false));
}

fn records(state: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(state.join("records")) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "json")).collect()
}

/// Installs in the place of an instrument; its installer leaves one byte in the
/// file `effects` each time that it really ran.
fn install_once(root: &Path) -> Performed {
    let computer = FakeComputer::at_rest(root);
    let effects = root.join("effects");
    let installer = FakeInstaller::doing(move |_| {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&effects)?;
        file.write_all(b"x")?;
        file.sync_all()?;
        Ok(0)
    });
    let given = Given {
        instrument: Text::parse("MiSeq").ok(),
        software: DottedVersion::parse("2.4").ok(),
        no_run: true,
        ..Given::default()
    };
    let state = root.join("state");
    let wish = Wish {
        state: &state,
        given: &given,
        window: Window::None,
        older: Older::Refuse,
        heading: None,
    };
    let world = World {
        computer: &computer,
        installer: &installer,
        around: &System,
        models: &built_in,
        now: &SystemTime::now,
        clock: &|| None,
        language: Language::English,
        tell: &|_| {},
    };
    let asked = Asked::about(root.join("release"), &state);
    let to = root.join("Illumina");
    procedure::install(&wish, &asked, Some(&to), &world, &mut None).unwrap()
}

/// Begun, really done, ended.
fn counts(root: &Path) -> (usize, usize, usize) {
    let state = SystemFolder::open(&root.join("state")).unwrap();
    let history = journal::read(&state).unwrap_or_else(|error| panic!("{error}"));
    let ended = history.actions.iter().filter(|action| action.ended.is_some()).count();
    let effects = fs::read(root.join("effects")).map_or(0, |bytes| bytes.len());
    (history.actions.len(), effects, ended)
}

#[test]
fn an_installation_that_is_killed_at_any_moment() {
    let place = Instrument::returning(0);
    let root = place.team.path();
    let child = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", "child_that_installs", "--nocapture"])
            .env("MEDIASEAL_TEST_PLACE", root)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        started(|| command.spawn()).unwrap()
    };
    let mut first = child();
    let began = Instant::now();
    assert!(first.wait().unwrap().success());
    let whole = began.elapsed();
    let (mut killed, mut ended) = (0, 0);
    for number in 0..KILLS {
        let before = counts(root);
        let done = kill_after(child(), whole * number / (KILLS - 1));
        if done {
            ended += 1
        } else {
            killed += 1
        }
        let after = counts(root);
        let new = (after.0 - before.0, after.1 - before.1, after.2 - before.2);
        // Written down before it is done, and as done only after it.
        assert!(new.2 <= new.1 && new.1 <= new.0 && new.0 <= 1, "{number}: {new:?}");
        assert!(!done || new == (1, 1, 1), "{number}: {new:?}");
        let performed = install_once(root);
        assert_eq!(performed.outcome(), Outcome::Done, "{number}: {:?}", performed.failure);
        for path in records(&root.join("state")) {
            let text = fs::read_to_string(&path).unwrap();
            assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{number}: {path:?}");
        }
    }
    println!("installation: {killed} killed, {ended} had ended");
    assert!(killed > 0 && killed + ended == KILLS);
}

/// The child of the test above; by itself it installs twice in a place of its
/// own, and everything that was begun was done and ended.
#[test]
fn child_that_installs() {
    match std::env::var_os("MEDIASEAL_TEST_PLACE") {
        Some(root) => assert_eq!(install_once(Path::new(&root)).outcome(), Outcome::Done),
        None => {
            let place = Instrument::returning(0);
            for _ in 0..2 {
                let performed = install_once(place.team.path());
                assert_eq!(performed.outcome(), Outcome::Done, "{:?}", performed.failure);
            }
            assert_eq!(counts(place.team.path()), (2, 2, 2));
        }
    }
}
