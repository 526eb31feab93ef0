use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::instrument::computer::RestrictionPolicy;
use crate::instrument::fake::{FakeComputer, untold};
use crate::instrument::person::Script;
use crate::instrument::runs::RunPlace;
use crate::instrument::testing::changed_at;
use crate::seal::manifest::VersionRange;
use crate::seal::names::{DottedVersion, Text};

fn text(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn version(text: &str) -> DottedVersion {
    DottedVersion::parse(text).unwrap()
}

fn applies() -> Vec<AppliesTo> {
    let one = |name: &str| AppliesTo {
        instrument: text(name),
        software: text("Local Run Manager"),
        versions: VersionRange { from: version("1.3"), to: version("3.1") },
    };
    ["MiSeq", "NextSeq 550Dx"].map(one).to_vec()
}

/// An instrument whose runs lie in a folder of the test.
struct Bench {
    folder: tempfile::TempDir,
    computer: FakeComputer,
    given: Given,
    stored: Option<Identity>,
    now: SystemTime,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let computer = FakeComputer::at_rest(folder.path());
        let given = Given::default();
        Self { computer, folder, given, stored: None, now: SystemTime::now() }
    }

    /// A run that changed `minutes` ago, with a software version.
    fn run(&self, name: &str, software: &str, ended: bool, minutes: u64) {
        let folder = self.folder.path().join("runs").join(name);
        fs::create_dir_all(&folder).unwrap();
        let xml = format!("<LocalRunManagerVersion>{software}</LocalRunManagerVersion>");
        fs::write(folder.join("RunParameters.xml"), xml).unwrap();
        if ended {
            fs::write(folder.join("RTAComplete.txt"), b"").unwrap();
        }
        let then = self.now - Duration::from_secs(minutes * 60);
        for entry in fs::read_dir(&folder).unwrap() {
            changed_at(&entry.unwrap().path(), then);
        }
        changed_at(&folder, then);
    }

    fn examine(&self, script: Option<&mut Script>) -> Preflight {
        self.examine_at(&|| self.now, script)
    }

    fn examine_at(&self, now: &dyn Fn() -> SystemTime, script: Option<&mut Script>) -> Preflight {
        let root = self.folder.path().join("runs");
        let models = move |name: &str| Model {
            name: name.to_string(),
            two_modes: name.ends_with("Dx"),
            runs: vec![RunPlace { root: root.clone(), depth: 1 }],
        };
        let applies = applies();
        let subject = Subject {
            applies_to: Some(&applies),
            destination: Some(Path::new("/srv/Illumina")),
            bytes: 1 << 20,
            stored: self.stored.clone(),
            given: &self.given,
            now,
            models: &models,
        };
        let person = script.map(|script| script as &mut dyn Person);
        examine(&self.computer, &subject, person, Language::English)
    }

    /// Codes of findings where nobody is there.
    fn alone(&self) -> Vec<String> {
        self.examine(None).findings.iter().map(Kind::code).collect()
    }
}

fn codes(preflight: &Preflight) -> Vec<String> {
    preflight.findings.iter().map(Kind::code).collect()
}

/// Everything by options, a finished run.
fn quiet() -> Bench {
    let mut bench = Bench::new();
    bench.run("220402_M1_7_A", "2.4.0.2385", true, 600);
    bench.given.instrument = Some(text("MiSeq"));
    bench
}

#[test]
fn an_instrument_at_rest_may_be_updated() {
    let bench = quiet();
    let preflight = bench.examine(None);
    assert!(preflight.may_go_on());
    assert_eq!(codes(&preflight), ["M-820"]);
    let answers: Vec<String> = preflight
        .answers
        .iter()
        .map(|a| format!("{} {} {}", a.question.key(), a.answer, a.by.word()))
        .collect();
    assert_eq!(
        answers,
        [
            "instrument MiSeq option",
            "software-version 2.4.0.2385 computer",
            "run-in-progress no computer"
        ]
    );
    assert_eq!(preflight.identity, Some(Identity { model: text("MiSeq"), serial: None }));
}

#[test]
fn without_a_person_every_unknown_is_a_refusal_that_names_its_option() {
    let bench = Bench::new();
    let preflight = bench.examine(None);
    assert!(!preflight.may_go_on());
    let option = |preflight: &Preflight| match preflight.findings.last() {
        Some(Kind::Unanswered { option, .. }) => *option,
        other => panic!("{other:?}"),
    };
    assert_eq!(option(&preflight), "--instrument NAME");
    let mut bench = bench;
    bench.given.instrument = Some(text("NextSeq 550Dx"));
    assert_eq!(option(&bench.examine(None)), "--software VERSION");
    bench.given.software = Some(version("3.1.0.500"));
    assert_eq!(option(&bench.examine(None)), "--mode dx|ruo");
    bench.given.mode = Some(Mode::Ruo);
    assert_eq!(option(&bench.examine(None)), "--no-run-in-progress");
    bench.given.no_run = true;
    let preflight = bench.examine(None);
    assert!(preflight.may_go_on(), "{:?}", preflight.findings);
    assert_eq!((preflight.mode, preflight.two_modes), (Some(Mode::Ruo), true));
    bench.computer.installer_busy = untold();
    bench.computer.restart_pending = untold();
    bench.computer.free_bytes = untold();
    assert_eq!(bench.alone(), ["M-808", "M-808", "M-808"]);
    bench.given.no_other_installer = true;
    bench.given.despite_restart = true;
    bench.given.enough_space = true;
    assert_eq!(bench.alone(), ["M-823", "M-823", "M-823", "M-823"]);
}

#[test]
fn what_was_seen_is_not_overruled_by_an_option() {
    let mut bench = quiet();
    bench.given.no_run = true;
    bench.given.no_other_installer = true;
    bench.given.enough_space = true;
    bench.run("220403_M1_8_A", "2.4.0.2385", false, 3);
    assert_eq!(bench.alone(), ["M-820", "M-804"]);
    bench.computer.installer_busy = Ok(true);
    assert_eq!(bench.alone(), ["M-806"]);
    bench.computer.installer_busy = Ok(false);
    bench.computer.free_bytes = Ok(SPARE_BYTES);
    assert_eq!(bench.alone(), ["M-807"]);
}

#[test]
fn a_run_that_began_while_a_question_waited_for_hours_is_seen() {
    let mut bench = Bench::new();
    bench.given.instrument = Some(text("MiSeq"));
    bench.given.software = Some(version("2.4.0.2385"));
    bench.run("220402_M1_7_A", "2.4.0.2385", false, 0);
    let hours = std::cell::Cell::new(0);
    let later = Duration::from_secs(3 * 60 * 60);
    // The first look is three hours before the run changed, the last just then.
    let now = || {
        hours.set(hours.get() + 1);
        if hours.get() == 1 { bench.now - later } else { bench.now }
    };
    let preflight = bench.examine_at(&now, Some(&mut Script::new(&["n"])));
    assert_eq!(codes(&preflight).last().map(String::as_str), Some("M-804"));
    assert!(!preflight.may_go_on());
}

#[test]
fn without_an_administrators_rights_nothing_is_asked() {
    for elevated in [Ok(false), untold()] {
        let mut bench = quiet();
        bench.computer.elevated = elevated;
        let mut script = Script::new(&["y"]);
        let preflight = bench.examine(Some(&mut script));
        assert_eq!(codes(&preflight), ["M-801"]);
        assert_eq!(script.left(), 1);
    }
}

#[test]
fn another_instrument_or_software_is_refused() {
    let mut bench = quiet();
    bench.given.instrument = Some(text("iSeq 100"));
    assert_eq!(bench.alone(), ["M-802"]);
    bench.given.instrument = None;
    bench.stored = Some(Identity { model: text("MiniSeq"), serial: None });
    assert_eq!(bench.alone(), ["M-802"]);
    let mut script = Script::new(&["3", "-"]);
    bench.stored = None;
    let preflight = bench.examine(Some(&mut script));
    assert_eq!(codes(&preflight), ["M-802"], "none of these");
    bench.given.instrument = Some(text("MiSeq"));
    bench.given.software = Some(version("3.2"));
    assert_eq!(bench.alone(), ["M-820", "M-803"]);
}

#[test]
fn a_version_that_may_be_stale_is_asked_again() {
    let bench = Bench::new();
    bench.run("220402_M1_7_A", "1.2.9.9", true, 600);
    let mut script = Script::new(&["1", "M00123", "new", "2.0"]);
    let preflight = bench.examine(Some(&mut script));
    assert!(preflight.may_go_on(), "{:?}", preflight.findings);
    let page = script.page().replace("\n  ", " ");
    assert!(page.contains("At the last run it was 1.2.9.9."), "{page}");
    let serial = preflight.identity.unwrap().serial;
    assert_eq!(serial, Some(text("M00123")));
}

#[test]
fn a_quiet_run_is_asked_about_and_the_answer_counts() {
    let bench = quiet();
    bench.run("220403_M1_8_A", "2.4.0.2385", false, 300);
    let run = |answers: &[&str]| {
        let mut script = Script::new(answers);
        (bench.examine(Some(&mut script)), script)
    };
    // The serial number comes first: the instrument was named just now.
    let (no, _) = run(&["-", "n"]);
    assert_eq!((codes(&no), no.may_go_on()), (vec!["M-820".into(), "M-821".into()], true));
    let (yes, _) = run(&["-", "y"]);
    assert_eq!((codes(&yes), yes.may_go_on()), (vec!["M-820".into(), "M-804".into()], false));
    let (gone, _) = run(&["-"]);
    assert!(gone.stopped && !gone.may_go_on());
}

#[test]
fn a_pending_restart_stops_unless_somebody_goes_on() {
    let mut bench = quiet();
    bench.computer.restart_pending = Ok(Some(Detail::said("PendingFileRenameOperations")));
    assert_eq!(bench.alone(), ["M-805"]);
    let mut script = Script::new(&["n"]);
    assert_eq!(codes(&bench.examine(Some(&mut script))), ["M-805"]);
    let mut script = Script::new(&["y", "-"]);
    assert_eq!(codes(&bench.examine(Some(&mut script))), ["M-822", "M-820"]);
    bench.given.despite_restart = true;
    assert_eq!(bench.alone(), ["M-822", "M-820"]);
}

#[test]
fn a_stored_instrument_is_not_asked_again() {
    let mut bench = quiet();
    bench.given.instrument = None;
    bench.stored = Some(Identity { model: text("MiSeq"), serial: Some(text("M1")) });
    let mut script = Script::default();
    let preflight = bench.examine(Some(&mut script));
    assert!(preflight.may_go_on() && script.shown.is_empty(), "{}", script.page());
    assert_eq!(preflight.identity, bench.stored);
}

#[test]
fn the_restriction_policy_is_reported_and_refuses_nothing() {
    let mut bench = quiet();
    let policy = |paths: &[&str]| RestrictionPolicy {
        default_level: 0,
        enforcement: 1,
        allowed_paths: paths.iter().map(ToString::to_string).collect(),
    };
    bench.computer.restriction_policy = Ok(Some(policy(&[])));
    let preflight = bench.examine(None);
    assert_eq!(codes(&preflight), ["M-824", "M-825", "M-820"]);
    assert!(preflight.may_go_on());
    for kind in &preflight.findings {
        for language in Language::ALL {
            let advice = format!("{} {}", kind.what(language), kind.next(language)).to_lowercase();
            for word in ["switch off", "disable", "désactiv", "turn off"] {
                assert!(!advice.contains(word), "{advice}");
            }
        }
    }
    bench.computer.program = Ok(PathBuf::from("/elsewhere/mediaseal-verify.exe"));
    bench.computer.restriction_policy = Ok(None);
    assert_eq!(bench.alone(), ["M-826", "M-820"]);
}
