//! Install, repair and remove from the first question to the record, with a
//! computer and an installer of the test: every exit code, every refusal, the
//! exact command lines, and what is written down.
#![cfg(feature = "builder")]

mod common;
#[path = "common/instrument.rs"]
mod instrument;

use std::fs;
use std::path::Path;

use common::run;
use instrument::{CODE, Came, Instrument, PACKAGE};
use mediaseal::install::command::Window;
use mediaseal::install::fake::FakeInstaller;
use mediaseal::install::performed_page;
use mediaseal::install::procedure;
use mediaseal::install::status::{self, ToDo, Writing};
use mediaseal::install::world::{Wish, World};
use mediaseal::instrument::model::Model;
use mediaseal::instrument::person::Script;
use mediaseal::instrument::runs::RunPlace;
use mediaseal::seal::digest::Digest;
use mediaseal::seal::manifest::Restart;
use mediaseal::seal::names::Text;
use mediaseal::store::SystemFolder;
use mediaseal::text::Language;
use mediaseal::verify::enrolment::{self, Enrolment};
use mediaseal::verify::outcome::Outcome;
use mediaseal::verify::rollback::Older;
use mediaseal::verify::session::Asked;
use serde_json::Value;

const VERIFY: &str = env!("CARGO_BIN_EXE_mediaseal-verify");

/// The record of the only action, as JSON.
fn record(instrument: &Instrument) -> Value {
    let folder = instrument.state().join("records");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with("0000") && name.ends_with(".json")
        })
        .collect();
    found.sort();
    serde_json::from_slice(&fs::read(found.last().expect("a record")).unwrap()).unwrap()
}

#[test]
fn every_exit_code_becomes_an_outcome_a_restart_and_a_record() {
    for (code, outcome, restart) in [
        (0, Outcome::Done, Restart::Required),
        (3010, Outcome::Done, Restart::Required),
        (1641, Outcome::Done, Restart::Required),
        (1602, Outcome::Cancelled, Restart::None),
        (1603, Outcome::InstallerFailed, Restart::None),
        (1605, Outcome::InstallerFailed, Restart::None),
        (1618, Outcome::InstallerFailed, Restart::None),
        (1619, Outcome::InstallerFailed, Restart::None),
        (1620, Outcome::InstallerFailed, Restart::None),
        (1625, Outcome::InstallerFailed, Restart::None),
        (1638, Outcome::InstallerFailed, Restart::None),
        (0xC000_0005, Outcome::InstallerFailed, Restart::None),
    ] {
        let instrument = Instrument::returning(code);
        let came = instrument.install();
        came.is(outcome, &[]);
        let performed = came.result.unwrap();
        assert_eq!(performed.restart(), restart, "{code}");
        let record = record(&instrument);
        assert_eq!(record["ended"]["exit_code"], code, "{code}");
        assert_eq!(record["ended"]["outcome"], outcome.word(), "{code}");
        for language in Language::ALL {
            let page = performed_page::page(&performed, language);
            assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
        }
    }
}

#[test]
fn a_record_has_everything() {
    let mut instrument = Instrument::returning(0);
    instrument.given.serial = Text::parse("M00123").ok();
    instrument.install().is(Outcome::Done, &[]);
    let record = record(&instrument);
    let begun = &record["begun"];
    assert_eq!(record["id"].as_str().unwrap().len(), 32);
    assert_eq!(record["sequence"], 1);
    assert_eq!(record["clock"], "2026-11-25T10:00:00Z");
    assert_eq!(begun["computer"], "INSTRUMENT-7");
    assert_eq!(begun["signed_in"], r"LAB\sbsadmin");
    assert_eq!(begun["instrument"], "MiSeq");
    assert_eq!(begun["serial"], "M00123");
    assert_eq!(begun["mode"], Value::Null);
    assert_eq!(begun["release"]["position"], "1.7");
    assert_eq!(begun["release"]["release_code"].as_str().unwrap().len(), 64);
    assert_eq!(begun["product_code"], CODE);
    assert_eq!(begun["signers"].as_array().unwrap().len(), 2);
    assert_eq!(begun["files"][0]["path"], PACKAGE);
    assert_eq!(begun["files"][0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(begun["restart_rule"], "required");
    assert!(begun["command"].as_str().unwrap().contains("msiexec.exe\" /i "));
    assert!(begun["answers"].as_array().unwrap().len() >= 3);
    assert_eq!(record["ended"]["restart"], "required");
    assert_eq!(record["restart_seen"], Value::Null);
    // One page of text, in both languages, beside it.
    let pages = fs::read_dir(instrument.state().join("records")).unwrap();
    let texts: Vec<_> = pages
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("000001-"))
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    let text = fs::read_to_string(&texts[0]).unwrap();
    for part in ["Installation, record 1", "Installation, procès-verbal 1", "REQUIRED", "EXIGÉ"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_failed_installation_quotes_its_log() {
    let mut instrument = Instrument::returning(0);
    instrument.installer = FakeInstaller::doing(|command| {
        let text = "\u{feff}Action ended: Fail. Return value 3.\r\n";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(&command.log, wide)?;
        Ok(1603)
    });
    let came = instrument.install();
    came.is(Outcome::InstallerFailed, &[]);
    assert_eq!(record(&instrument)["ended"]["log_lines"][0], "Action ended: Fail. Return value 3.");
    let page = performed_page::page(&came.result.unwrap(), Language::English);
    assert!(page.contains("Return value 3") && page.contains("call support"), "{page}");
}

#[test]
fn an_installer_that_does_not_start_is_recorded_as_that() {
    let mut instrument = Instrument::returning(0);
    instrument.installer = FakeInstaller::doing(|_| Err(std::io::Error::other("no such program")));
    instrument.install().is(Outcome::Io, &[]);
    let record = record(&instrument);
    assert_eq!(record["ended"]["exit_code"], Value::Null);
    assert_eq!(record["ended"]["error"], "no such program");
    assert_eq!(record["ended"]["restart"], "none");
}

#[test]
fn what_nobody_answers_is_a_refusal_that_is_recorded_and_nothing_is_copied() {
    let mut instrument = Instrument::returning(0);
    instrument.given.no_run = false;
    instrument.install().is(Outcome::Refused, &["M-808"]);
    assert!(instrument.lines().is_empty() && !instrument.copy().exists());
    let record = record(&instrument);
    assert_eq!((&record["refused"], &record["ended"]), (&Value::Bool(true), &Value::Null));
    let findings = record["begun"]["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["code"] == "M-808"), "{findings:?}");
}

#[test]
fn a_run_that_began_while_the_copy_was_made_is_a_refusal_that_is_recorded() {
    let instrument = Instrument::returning(0);
    let root = instrument.team.path().join("runs");
    fs::create_dir(&root).unwrap();
    let looks = std::cell::Cell::new(0);
    let models = |name: &str| {
        looks.set(looks.get() + 1);
        // Twice before the copy; then somebody starts a run.
        if looks.get() == 3 {
            fs::create_dir(root.join("220402_M1_7_A")).unwrap();
        }
        let runs = vec![RunPlace { root: root.clone(), depth: 1 }];
        Model { name: name.to_string(), two_modes: false, runs }
    };
    let state = instrument.state();
    let wish = Wish {
        state: &state,
        given: &instrument.given,
        window: Window::Wizard,
        older: Older::Refuse,
        heading: None,
    };
    let asked = Asked::about(&instrument.release, &state);
    let result = instrument.world(|world| {
        let world = World { models: &models, ..*world };
        procedure::install(&wish, &asked, Some(&instrument.to()), &world, &mut None)
    });
    Came { result }.is(Outcome::Refused, &["M-804"]);
    assert!(instrument.lines().is_empty() && instrument.copy().exists());
    let record = record(&instrument);
    assert_eq!((&record["refused"], &record["ended"]), (&Value::Bool(true), &Value::Null));
}

#[test]
fn the_wrong_instrument_is_refused_and_not_remembered() {
    let mut instrument = Instrument::returning(0);
    instrument.given.instrument = Text::parse("iSeq 100").ok();
    instrument.install().is(Outcome::Refused, &["M-802"]);
    instrument.given.instrument = None;
    instrument.install().is(Outcome::Refused, &["M-808"]);
    assert!(instrument.lines().is_empty());
}

#[test]
fn the_instrument_is_asked_once() {
    let mut instrument = Instrument::returning(0);
    instrument.given.instrument = None;
    instrument.given.software = None;
    instrument.given.no_run = false;
    let mut script = Script::new(&["1", "-", "2.4", "n"]);
    let release = instrument.release.clone();
    instrument.install_from(&release, Some(&mut script)).is(Outcome::Done, &[]);
    assert_eq!(script.left(), 0, "{}", script.page());
    let mut script = Script::new(&["2.4", "n"]);
    instrument.install_from(&release, Some(&mut script)).is(Outcome::Done, &[]);
    assert_eq!(script.left(), 0, "{}", script.page());
    assert!(!script.page().contains("Which instrument"), "{}", script.page());
}

#[test]
fn a_person_who_stops_has_cancelled_and_nothing_was_done() {
    let mut instrument = Instrument::returning(0);
    instrument.given.no_run = false;
    for answers in [&["-", "q"][..], &[]] {
        let mut script = Script::new(answers);
        let release = instrument.release.clone();
        instrument.install_from(&release, Some(&mut script)).is(Outcome::Cancelled, &[]);
    }
    assert!(instrument.lines().is_empty() && !instrument.copy().exists());
}

#[test]
fn a_release_of_other_files_has_nothing_for_an_installer() {
    let instrument = Instrument::returning(0);
    let other = instrument.team.signed_release("files", &common::release_parts(7));
    instrument.install_from(&other, None).is(Outcome::Refused, &["M-809"]);
    assert!(instrument.lines().is_empty());
}

#[test]
fn a_bad_key_is_a_fail_and_nothing_is_copied() {
    let instrument = Instrument::returning(0);
    fs::write(instrument.release.join("AUTORUN.INF"), b"x").unwrap();
    instrument.install().is(Outcome::Fail, &["M-214"]);
    assert!(!instrument.copy().exists());
    // Where the seal is not accepted, nothing is asked.
    fs::remove_file(instrument.release.join("AUTORUN.INF")).unwrap();
    for entry in fs::read_dir(instrument.release.join("SEAL")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "minisig") {
            fs::remove_file(path).unwrap();
        }
    }
    let mut script = Script::default();
    let release = instrument.release.clone();
    let came = instrument.install_from(&release, Some(&mut script));
    came.is(Outcome::Fail, &["M-301"]);
    assert!(script.shown.is_empty() && instrument.lines().is_empty());
}

#[test]
fn repair_and_remove_say_exactly_what_is_done() {
    let mut instrument = Instrument::returning(0);
    instrument.repair().is(Outcome::Refused, &[]);
    instrument.remove(None, true, None).is(Outcome::Refused, &[]);
    instrument.install().is(Outcome::Done, &[]);
    instrument.repair().is(Outcome::Done, &[]);
    instrument.window = Window::None;
    instrument.remove(None, true, None).is(Outcome::Done, &[]);
    instrument
        .remove(Some("{ABCDEF00-0000-0000-0000-000000000000}"), true, None)
        .is(Outcome::Done, &[]);
    let package = format!("/Illumina/lrm-security-patch_1.0.0_1.7/{PACKAGE}");
    assert_eq!(
        instrument.lines(),
        [
            format!("/i \"{package}\" /l*v \"/state/logs/000001-install.log\" /norestart"),
            format!(
                "/i \"{package}\" REINSTALL=ALL REINSTALLMODE=vomus \
                 /l*v \"/state/logs/000003-repair.log\" /norestart"
            ),
            format!("/x {CODE} /l*v \"/state/logs/000005-remove.log\" /norestart /qn"),
            "/x {ABCDEF00-0000-0000-0000-000000000000} \
             /l*v \"/state/logs/000007-remove.log\" /norestart /qn"
                .to_string(),
        ]
    );
    let restarts: Vec<String> =
        instrument.history().actions.iter().map(|a| a.ended.clone().unwrap().1.restart).collect();
    assert_eq!(restarts, ["required", "required", "recommended", "recommended"]);
}

#[test]
fn remove_needs_a_word_and_no_trust() {
    let instrument = Instrument::returning(0);
    instrument.install().is(Outcome::Done, &[]);
    // Neither a seal nor a trust store is left.
    fs::remove_dir_all(instrument.to()).unwrap();
    for name in ["trust.0", "trust.1", "floors.0", "floors.1"] {
        fs::remove_file(instrument.state().join(name)).unwrap();
    }
    instrument.remove(None, false, None).is(Outcome::Refused, &[]);
    let mut script = Script::new(&["-", "yes", "remove", "q"]);
    instrument.remove(None, false, Some(&mut script)).is(Outcome::Cancelled, &[]);
    assert_eq!(instrument.lines().len(), 1);
    let mut script = Script::new(&["-", "?", "REMOVE"]);
    instrument.remove(None, false, Some(&mut script)).is(Outcome::Done, &[]);
    assert_eq!(instrument.lines().len(), 2);
    assert!(script.page().contains("opens the instrument to attack again"), "{}", script.page());
    let answers = &record(&instrument)["begun"]["answers"];
    let last = answers.as_array().unwrap().last().unwrap();
    assert_eq!((&last["question"], &last["answer"]), (&"confirmed".into(), &"REMOVE".into()));
}

#[test]
fn status_says_what_is_left_to_do() {
    let mut instrument = Instrument::returning(0);
    instrument.install().is(Outcome::Done, &[]);
    let state = SystemFolder::open(&instrument.state()).unwrap();
    let to_do = |instrument: &Instrument, writing| {
        status::look(&state, &instrument.computer, writing, None).unwrap().to_do
    };
    assert_eq!(to_do(&instrument, Writing::No), [ToDo::RestartRequired]);
    instrument.computer.boot = Ok("boot-2".to_string());
    assert!(to_do(&instrument, Writing::Allowed).is_empty());
    assert_eq!(record(&instrument)["restart_seen"], "unknown");
}

#[test]
fn a_restart_is_written_down_before_the_next_action_is_begun() {
    let mut instrument = Instrument::returning(0);
    instrument.install().is(Outcome::Done, &[]);
    instrument.computer.boot = Ok("boot-2".to_string());
    instrument.repair().is(Outcome::Done, &[]);
    let history = instrument.history();
    let seen = history.actions[0].restart_seen.as_deref();
    assert_eq!(seen, Some("2026-11-25T10:00:00Z"));
    // Third of five lines: begun, ended, seen, begun, ended.
    assert_eq!((history.lines, history.actions[1].sequence), (5, 4));
    assert_eq!(history.actions[1].restart_seen, None);
}

#[test]
fn a_state_that_is_not_set_up_or_not_safe_is_refused() {
    let instrument = Instrument::returning(0);
    fs::remove_dir_all(instrument.state()).unwrap();
    let came = instrument.install();
    assert_eq!(came.outcome(), Outcome::TrustSetUp);
    assert_eq!(instrument.repair().outcome(), Outcome::TrustSetUp);
    // Access lists of Windows are no bits, and Wine keeps none: the library's tests
    // judge made ones.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let instrument = Instrument::returning(0);
        instrument.install().is(Outcome::Done, &[]);
        fs::set_permissions(instrument.state(), fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(instrument.install().outcome(), Outcome::Refused);
        assert_eq!(instrument.repair().outcome(), Outcome::Refused);
        instrument.remove(None, true, None).is(Outcome::Refused, &[]);
        assert_eq!(instrument.lines().len(), 1);
    }
}

/// A computer where the publisher is enrolled, and arguments of `setup` for it.
fn set_up_before() -> (Instrument, Vec<String>, Vec<String>) {
    let instrument = Instrument::returning(0);
    let root = instrument.team.path();
    let (anchor, code) = Instrument::anchor_of(&instrument.team);
    let text = |path: &Path| path.to_str().unwrap().to_string();
    let state = root.join("computer");
    enrolment::enrol(&state, &anchor, &code.to_string(), Enrolment::First, Language::English)
        .unwrap();
    let arguments = ["setup".into(), "--dir".into(), text(&root.join("program"))];
    let arguments = [&arguments[..], &["--state".into(), text(&state)]].concat();
    let codes = instrument.team.documents.iter().map(|d| Digest::of(&d.bytes).to_string());
    let codes = codes.collect();
    (instrument, arguments, codes)
}

#[test]
fn setup_compares_a_given_code_with_who_is_enrolled_already() {
    let (instrument, arguments, codes) = set_up_before();
    let setup = |code: &str, language: &str| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let arguments = [&arguments[..], &["--code", code, "--lang", language]].concat();
        run(instrument.team.path(), VERIFY, &arguments, "")
    };
    let other = "8c".repeat(32);
    for (language, word) in [("en", "the given code is of none"), ("fr", "n'est celui d'aucun")] {
        let ran = setup(&other, language);
        assert_eq!(ran.code, 6, "{}{}", ran.stdout, ran.stderr);
        let said = ran.stderr.replace("\n       ", " ");
        assert!(said.contains(word), "{said}");
        assert!(said.contains("example-support") && said.contains("mediaseal-verify learn"));
    }
    assert_eq!(setup("8c1f", "en").code, 2, "half a code is no code");
    assert!(!instrument.team.path().join("program").exists(), "nothing was changed");
    assert!(!codes.is_empty());
    for code in &codes {
        let ran = setup(code, "en");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains("enrolled here already"), "{}", ran.stdout);
    }
}

#[test]
fn json_is_printed_by_every_command_that_was_understood() {
    let (instrument, _, _) = set_up_before();
    instrument.install().is(Outcome::Done, &[]);
    let root = instrument.team.path();
    let state = instrument.state();
    let state = state.to_str().unwrap();
    let release = instrument.release.to_str().unwrap();
    let no_state = root.join("none");
    let no_state = no_state.to_str().unwrap();
    let json = |arguments: &[&str], code: i32| -> Value {
        let ran = run(root, VERIFY, arguments, "");
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        let value: Value = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", ran.stdout));
        assert_eq!((&value["schema"], &value["exit_code"]), (&1.into(), &code.into()));
        value
    };
    let value = json(&["status", "--state", state, "--json"], 0);
    assert_eq!(value["chain_whole"], true);
    // Looking may have seen a restart and written that down.
    assert!(value["lines"].as_u64().unwrap() >= 2, "{value}");
    let log = Path::new(state).join("journal/actions.log");
    let mut bytes = fs::read(&log).unwrap();
    let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 20;
    bytes[second] ^= 1;
    fs::write(&log, bytes).unwrap();
    let value = json(&["status", "--state", state, "--json"], 3);
    assert_eq!((&value["chain_whole"], &value["lines"]), (&false.into(), &1.into()));
    assert_eq!(value["to_do"].as_array().unwrap().last().unwrap(), "records-damaged");
    assert_eq!(value["newest"]["begun"]["instrument"], "MiSeq");
    // Without Windows, or without a set-up computer, nothing begins.
    let (code, why) = if cfg!(windows) { (6, "not set up") } else { (5, "needs Windows") };
    let failures: [(&[&str], i32, &str); 4] = [
        (&["status", "--state", no_state, "--json"], 6, "not set up"),
        (&["repair", "--json"], code, why),
        (&["check", release, "--anchor", no_state, "--json"], 3, "none"),
        (&["copy", release, "--json"], 2, "--to"),
    ];
    let only_linux: [(&[&str], i32, &str); 2] =
        [(&["install", release, "--json"], code, why), (&["remove", "--yes", "--json"], code, why)];
    let only_linux = only_linux.into_iter().filter(|_| !cfg!(windows));
    for (arguments, code, word) in failures.into_iter().chain(only_linux) {
        let value = json(arguments, code);
        assert_eq!(value["action"], arguments[0]);
        let said = format!("{} {}", value["failure"], value["next"]);
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn without_windows_nothing_is_faked() {
    let mut instrument = Instrument::returning(0);
    instrument.computer.has_installer = false;
    instrument.install().is(Outcome::Refused, &[]);
    instrument.repair().is(Outcome::Refused, &[]);
    instrument.remove(Some(CODE), true, None).is(Outcome::Refused, &[]);
    assert!(instrument.lines().is_empty());
    // The programs of Windows have an installer.
    if cfg!(windows) {
        return;
    }
    let release = instrument.release.to_str().unwrap();
    for arguments in [&["install", release][..], &["repair"], &["remove", "--yes"]] {
        for (language, word) in [("en", "needs Windows"), ("fr", "besoin de Windows")] {
            let arguments = [arguments, &["--lang", language]].concat();
            let ran = run(Path::new("/"), VERIFY, &arguments, "");
            assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{arguments:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(word), "{}", ran.stderr);
        }
    }
}
