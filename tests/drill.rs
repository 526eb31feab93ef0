//! Every exercise of the one registry, made by `mediaseal drill --all` and
//! checked by the real verifier: findings, verdict and exit code are those that
//! the registry, and so the answer sheet, promises.
#![cfg(feature = "builder")]

mod common;
#[path = "common/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Ran, run, snapshot};
use mediaseal::drill::answers::{file_name, numbered, sheet, shuffled};
use mediaseal::drill::registry::{Comes, Drill, NO_SOURCE, drills};
use mediaseal::drill::trust_state::StateFault;
use mediaseal::drill::{bundle_faults, folder, medium_faults, seal};
use world::{Checked, VERIFY, World};

const MEDIASEAL: &str = env!("CARGO_BIN_EXE_mediaseal");

/// Notes that hang on the day on which the tests run, or that every check by an
/// anchor has. An exercise that is about one of them names it.
const ALWAYS: [&str; 3] = ["M-508", "M-510", "M-511"];

/// Asks the real program about the exercise at `out`.
fn check(world: &World, out: &Path, drill: &Drill) -> Checked {
    let own = ["--anchor", world.anchor.to_str().unwrap(), "--state", "nowhere"];
    let mut arguments = drill.check_arguments(out.to_str().unwrap(), &own);
    arguments.push("--json".to_string());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = run(world.team.path(), VERIFY, &arguments, "");
    let json = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {}{}", drill.name(), ran.stdout, ran.stderr));
    Checked { code: ran.code, json }
}

/// Codes of all findings, sorted, each once, without those that always come.
fn codes<'a>(checked: &'a Checked, drill: &Drill) -> Vec<&'a str> {
    let findings = checked.json["findings"].as_array().unwrap();
    let codes: BTreeSet<&str> = findings.iter().map(|f| f["code"].as_str().unwrap()).collect();
    let promised = |code: &str| drill.findings().contains(&code);
    codes.into_iter().filter(|code| promised(code) || !ALWAYS.contains(code)).collect()
}

/// `mediaseal drill ARGUMENTS` by the world's anchor.
fn drill(world: &World, arguments: &[&str]) -> Ran {
    let trust = ["--anchor", world.anchor.to_str().unwrap(), "--state", "nowhere"];
    run(world.team.path(), MEDIASEAL, &[&["drill"], arguments, &trust].concat(), "")
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// False for what Windows cannot make: names that it would make other things of,
/// and rights that an exercise does not change there.
fn made_here(drill: &Drill) -> bool {
    const ELSEWHERE: [&str; 4] = [
        "folder-bad-names",
        "folder-deceiving-names",
        "folder-names-equal-without-case",
        "state-writable-by-others",
    ];
    !cfg!(windows) || !ELSEWHERE.contains(&drill.name())
}

#[test]
fn every_exercise_of_a_set_comes_to_what_the_answer_sheet_promises() {
    let world = World::new();
    let before = snapshot(&world.good);
    let ran = drill(&world, &["--all", "--release", "good", "--out", "set"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout.replace('\\', "/"), "set/exercises\nset/ANSWERS.TXT\n");
    let drills = shuffled(drills().unwrap());
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        numbered(&drills).into_iter().partition(|(_, drill)| made_here(drill));
    assert_eq!(ran.stderr.matches(" left out: ").count(), elsewhere.len(), "{}", ran.stderr);
    for (_, drill) in &elsewhere {
        assert!(ran.stderr.contains(&format!("{} left out: ", drill.name())), "{}", ran.stderr);
    }
    assert!(drills.len() >= 200, "{}", drills.len());
    let answers = fs::read_to_string(world.path("set/ANSWERS.TXT")).unwrap();
    assert_eq!(answers, sheet(&here), "the sheet is that of --answers");
    let folder = world.path("set/exercises");
    let mut wrong = Vec::new();
    // Each check is a program of its own, which is slow under Wine: every fourth one
    // there. All are checked on Linux.
    let step = if cfg!(windows) { 4 } else { 1 };
    for (number, drill) in here.iter().copied().step_by(step) {
        let checked = check(&world, &folder.join(file_name(number, drill)), drill);
        let (verdict, exit) = (drill.comes().verdict(), drill.comes().outcome().exit_code());
        let found = codes(&checked, drill);
        let right = checked.verdict() == verdict
            && checked.code == i32::from(exit)
            && found == drill.findings();
        // What is not of the person's own publisher says DEMO.
        let demo = checked.json["demo"] == true;
        if !right || demo == drill.is_own() {
            let (name, got) = (drill.name(), found.join(" "));
            wrong.push(format!("{name}|{}|{}|{got}|demo {demo}", checked.verdict(), checked.code));
        }
    }
    assert!(wrong.is_empty(), "{} exercises:\n{}", wrong.len(), wrong.join("\n"));
    let count = |comes| drills.iter().filter(|drill| drill.comes() == comes).count();
    assert!(count(Comes::Pass) >= 5 && count(Comes::Trust) >= 13 && count(Comes::Refused) >= 1);
    // Nothing of the workbench stays, and no name tells the answer.
    let names = names_in(&folder);
    assert_eq!(names.len(), here.len() + 1, "and the notice");
    assert!(names.iter().all(|name| name.starts_with("EXERCISE")), "{names:?}");
    assert_eq!(names_in(&world.path("set")), ["ANSWERS.TXT", "exercises"]);
    assert_eq!(snapshot(&world.good), before, "the release is as it was");
}

#[test]
fn every_generator_has_an_exercise_of_its_own_name() {
    let drills = drills().unwrap();
    let names: BTreeSet<&str> = drills.iter().map(Drill::name).collect();
    assert_eq!(names.len(), drills.len(), "every name once");
    let mut generators: BTreeSet<(&str, &str)> = drills.iter().map(Drill::generator).collect();
    generators.retain(|(list, _)| *list != "special");
    let mut all: BTreeSet<(&str, &str)> = BTreeSet::new();
    all.extend(folder::FAULTS.iter().map(|fault| ("folder", fault.name)));
    all.extend(medium_faults::FAULTS.iter().map(|fault| ("image", fault.name)));
    all.extend(bundle_faults::FAULTS.iter().map(|fault| ("zip", fault.name)));
    all.extend(StateFault::ALL.iter().map(|fault| ("state", fault.name())));
    // This one needs an anchor of its own, which a special exercise has.
    let fixtures = seal::FIXTURES.iter().filter(|fixture| fixture.name != "old-root-keys");
    all.extend(fixtures.map(|fixture| ("seal", fixture.name)));
    assert_eq!(generators, all);
    assert!(names.contains("old-root-keys"));
}

#[test]
fn every_row_of_the_threats_that_a_source_can_show_has_an_exercise() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/THREATS.md");
    let threats = fs::read_to_string(path).unwrap();
    let table = threats.split("## Every threat").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: BTreeSet<u8> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok())
        .collect();
    assert!(rows.len() >= 35, "the scan saw {} rows only", rows.len());
    let shown: BTreeSet<u8> = drills().unwrap().iter().map(Drill::row).filter(|r| *r > 0).collect();
    let other: BTreeSet<u8> = NO_SOURCE.iter().map(|(row, _)| *row).collect();
    assert!(shown.is_disjoint(&other), "{:?}", shown.intersection(&other));
    let all: BTreeSet<u8> = shown.union(&other).copied().collect();
    assert_eq!(all, rows);
}

#[test]
fn one_exercise_is_made_and_says_that_it_is_one() {
    let world = World::new();
    for (source, name, out) in [
        ("good", "image-gap", "EXERCISE.img"),
        ("good.zip", "folder-extra-files", "exercise-folder"),
        ("good.img", "fork", "exercise-fork"),
    ] {
        if source != "good" && !world.path(source).exists() {
            let made: [PathBuf; 2] = world.media(&world.good);
            assert!(made.iter().all(|path| path.exists()));
        }
        let ran = drill(&world, &[name, "--release", source, "--out", out]);
        assert_eq!((ran.code, ran.stdout), (0, format!("{out}\n")), "{}", ran.stderr);
        let notice = fs::read_to_string(world.path(&format!("{out}.EXERCISE.TXT"))).unwrap();
        assert!(notice.contains("EXERCISE.") && notice.contains("EXERCICE."), "{notice}");
        let found = drills().unwrap().into_iter().find(|drill| drill.name() == name).unwrap();
        let checked = check(&world, &world.path(out), &found);
        assert_eq!(codes(&checked, &found), found.findings());
        assert_eq!(checked.verdict(), "FAIL");
    }
}

#[test]
fn lists_are_data_and_have_every_exercise() {
    let world = World::new();
    let ran = run(world.team.path(), MEDIASEAL, &["drill", "--list"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let listed: Vec<&str> =
        ran.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let drills = drills().unwrap();
    assert_eq!(listed, drills.iter().map(Drill::name).collect::<Vec<_>>());
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    let ran = run(world.team.path(), MEDIASEAL, &["drill", "--answers"], "");
    assert_eq!(
        (ran.code, ran.stdout.trim_end()),
        (0, sheet(&numbered(&shuffled(drills))).trim_end())
    );
}

#[test]
fn nothing_is_made_where_it_must_not_be_or_of_what_does_not_pass() {
    let world = World::new();
    fs::write(world.path("there.img"), b"mine").unwrap();
    let bad = world.bad("no-signatures");
    let before = snapshot(world.team.path());
    let ask = |release: &str, name: &str, out: &str| {
        drill(&world, &[name, "--release", release, "--out", out])
    };
    let there = ask("good", "image-gap", "there.img");
    assert_eq!(there.code, 5, "{}", there.stderr);
    let devices = match cfg!(windows) {
        true => [r"\\.\PhysicalDrive9", r"\\.\Z:", "NUL"],
        false => ["/dev/sdz", "/dev/shm/exercise.img", "/dev/null"],
    };
    for device in devices {
        let ran = ask("good", "image-gap", device);
        assert_eq!(ran.code, 5, "{device}: {}", ran.stderr);
        assert!(ran.stderr.contains("device"), "{}", ran.stderr);
    }
    assert!(!Path::new("/dev/shm/exercise.img").exists());
    let refused = ask(bad.to_str().unwrap(), "image-gap", "out.img");
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("M-301"), "{}", refused.stderr);
    assert_eq!(ask("good", "no-such-thing", "out.img").code, 2);
    assert_eq!(ask("nowhere", "image-gap", "out.img").code, 3);
    let own = ["drill", "image-gap", "--release", "good", "--out", "out.img", "--state", "nowhere"];
    let unpinned = run(world.team.path(), MEDIASEAL, &own, "");
    assert_eq!(unpinned.code, 6, "{}", unpinned.stderr);
    assert_eq!(run(world.team.path(), MEDIASEAL, &["drill"], "").code, 2);
    assert_eq!(run(world.team.path(), MEDIASEAL, &["drill", "--all"], "").code, 2);
    assert_eq!(snapshot(world.team.path()), before, "nothing was made");
}
