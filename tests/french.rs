//! Everything that stops an installation, said in French: no word of it is
//! English, but inside of the quotes around what the system itself says.
#![cfg(all(feature = "builder", unix))]

mod common;
#[path = "common/instrument.rs"]
mod instrument;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use common::{Ran, run, snapshot};
use instrument::{CODE, Came, Instrument, PACKAGE};
use mediaseal::install::fake::FakeInstaller;
use mediaseal::install::performed_page;
use mediaseal::install::setup::{SetupWish, set_up};
use mediaseal::instrument::computer::Unread;
use mediaseal::instrument::fake::untold;
use mediaseal::seal::layout::MANIFEST;
use mediaseal::seal::limits::MAX_ANCHOR_BYTES;
use mediaseal::text::{Language, Table};
use mediaseal::verify::detail::Detail;
use mediaseal::verify::outcome::Outcome;

const VERIFY: &str = env!("CARGO_BIN_EXE_mediaseal-verify");

/// Names that are the same in every language: commands, questions of a record, and
/// what the release of these tests calls itself.
const NAMES: [&str; 19] = [
    "check",
    "show",
    "enrol",
    "learn",
    "copy",
    "setup",
    "install",
    "repair",
    "remove",
    "status",
    "lrm-security-patch",
    "mediaseal-verify",
    "example-support",
    "whole-medium",
    "files-only",
    "all",
    "Local",
    "Run",
    "Manager",
];

/// Words of one language's sentences, in lower case; places and options do not
/// count.
fn words(text: &str) -> BTreeSet<String> {
    let mut plain = String::new();
    let mut depth = 0;
    for c in text.chars() {
        depth += i32::from(c == '{' || c == '«');
        plain.push(if depth == 0 { c } else { ' ' });
        depth -= i32::from(c == '}' || c == '»');
    }
    let name = |word: &&str| {
        let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
        let hex = bare.chars().all(|c| c.is_ascii_hexdigit());
        let marked = word.contains(|c: char| c.is_ascii_digit() || "/\\_.<".contains(c));
        marked || hex || word.starts_with("--") || NAMES.contains(&bare)
    };
    let sentences = plain.split_whitespace().filter(|word| !name(word));
    let letters = sentences.flat_map(|word| word.split(|c: char| !c.is_alphabetic()));
    letters.filter(|word| word.len() > 1).map(str::to_lowercase).collect()
}

/// Words that the English tables use and the French never do.
fn english_alone() -> BTreeSet<String> {
    let of = |table: &Table| -> BTreeSet<String> {
        let plain = [
            table.io_faults.all(),
            table.facts.all(),
            table.slot_faults.all(),
            table.plan_faults.all(),
            table.seal_faults.all(),
            table.details.all(),
            table.doings.all(),
            table.differences.all(),
            table.system_advice.all(),
            table.procedure.all(),
            table.remarks.all(),
            table.oddities.all(),
            table.usage_faults.all(),
            table.setup.all(),
            table.guide.all(),
        ];
        let entries = [
            table.findings.all(),
            table.source_faults.all(),
            table.folder_faults.all(),
            table.store_faults.all(),
            table.staging_faults.all(),
            table.destination_faults.all(),
            table.failures.all(),
            table.install_failures.all(),
            table.copy_failures.all(),
            table.setup_failures.all(),
            table.learn_failures.all(),
            table.exits.all(),
            table.questions.all(),
        ];
        let plain = plain.into_iter().flatten().flat_map(|(_, text)| words(text));
        let entries = entries.into_iter().flatten();
        let entries = entries.flat_map(|(_, entry)| [words(entry.what), words(entry.next)]);
        plain.chain(entries.flatten()).collect()
    };
    let [english, french] = Language::ALL.map(|language| of(language.table()));
    let alone: BTreeSet<String> = english.difference(&french).cloned().collect();
    assert!(alone.len() > 500, "only {} words", alone.len());
    for word in ["the", "is", "not", "cannot", "missing", "folder"] {
        assert!(alone.contains(word), "{word}");
    }
    alone
}

/// Judges what was said, and counts it.
struct Judge {
    english: BTreeSet<String>,
    said: BTreeSet<String>,
}

impl Judge {
    fn new() -> Self {
        Self { english: english_alone(), said: BTreeSet::new() }
    }

    #[track_caller]
    fn french(&mut self, text: &str) {
        assert!(!text.trim().is_empty(), "nothing was said");
        let english: Vec<String> = words(text).intersection(&self.english).cloned().collect();
        assert!(english.is_empty(), "{english:?} in {text:?}");
        self.said.insert(text.to_string());
    }

    /// What came of an action: its failure, its findings, its page, its records.
    #[track_caller]
    fn came(&mut self, outcome: Outcome, came: &Came) -> String {
        assert_eq!(came.outcome(), outcome);
        let performed = match &came.result {
            Err(failure) => {
                self.french(&format!("{} {}", failure.what, failure.next));
                return failure.what.clone();
            }
            Ok(performed) => performed,
        };
        let before = performed.preflight.iter().flat_map(|before| &before.findings);
        let checked = performed.report.iter().flat_map(|report| &report.findings);
        for kind in before.chain(checked) {
            self.french(&kind.what(Language::French));
        }
        self.french(&performed_page::page(performed, Language::French));
        for record in &performed.records {
            let pages = fs::read_to_string(record.with_extension("txt")).unwrap();
            // The record of a check is in the language of the run alone.
            let french = pages.find("procès-verbal").unwrap_or_default();
            self.french(&pages[french..]);
        }
        let failure = performed.failure.as_ref();
        failure.iter().for_each(|it| self.french(&format!("{} {}", it.what, it.next)));
        failure.map_or_else(String::new, |failure| failure.what.clone())
    }
}

fn instrument(code: u32) -> Instrument {
    Instrument { language: Language::French, ..Instrument::returning(code) }
}

/// An instrument on which the release is installed.
fn installed() -> Instrument {
    let instrument = instrument(0);
    instrument.install().is(Outcome::Done, &[]);
    instrument
}

fn denied() -> io::Error {
    io::Error::from_raw_os_error(13)
}

/// A folder by the name of a file, so that it can be neither read nor written.
fn in_the_way(path: &Path) {
    let _ = fs::remove_file(path);
    let _ = fs::remove_dir_all(path);
    fs::create_dir_all(path.join("x")).unwrap();
}

#[test]
fn what_stands_in_the_way_of_records_is_said_in_french() {
    let mut judge = Judge::new();
    for name in ["journal", "logs", "records"] {
        let instrument = instrument(0);
        let place = instrument.state().join(name);
        let _ = fs::remove_dir_all(&place);
        fs::write(&place, b"x").unwrap();
        let said = judge.came(Outcome::Io, &instrument.install());
        assert!(said.contains("n'a pas pu être"), "{said}");
    }
    let instrument = instrument(0);
    in_the_way(&instrument.state().join("instrument.json"));
    let said = judge.came(Outcome::Io, &instrument.install());
    assert!(said.contains("n'a pas pu être enregistré"), "{said}");
    // Lines that do not follow each other, and one of a newer program.
    let instrument = installed();
    let log = instrument.state().join("journal/actions.log");
    let mut bytes = fs::read(&log).unwrap();
    let second = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 20;
    bytes[second] ^= 1;
    fs::write(&log, &bytes).unwrap();
    for came in [instrument.repair(), instrument.remove(Some(CODE), true, None)] {
        let said = judge.came(Outcome::Io, &came);
        assert!(said.contains("endommagés"), "{said}");
    }
    let zeros = "0".repeat(64);
    fs::write(&log, format!("{{\"previous\":\"{zeros}\",\"format\":9}}\n")).unwrap();
    let said = judge.came(Outcome::Io, &instrument.repair());
    assert!(said.contains("plus récent"), "{said}");
    assert!(judge.said.len() >= 10, "{}", judge.said.len());
}

#[test]
fn what_is_wrong_with_a_state_is_said_in_french() {
    let mut judge = Judge::new();
    let act = |judge: &mut Judge, instrument: &Instrument, outcome: Outcome| {
        judge.came(outcome, &instrument.install());
        judge.came(outcome, &instrument.repair());
    };
    let files = |instrument: &Instrument| {
        let all = fs::read_dir(instrument.state()).unwrap().map(|entry| entry.unwrap().path());
        let slots = all.filter(|path| path.extension().is_some_and(|end| end == "0" || end == "1"));
        slots.collect::<Vec<PathBuf>>()
    };
    let changes: [fn(&Path); 6] = [
        |path| fs::remove_file(path).unwrap(),
        |path| fs::write(path, b"").unwrap(),
        |path| fs::write(path, b"none\n").unwrap(),
        |path| fs::write(path, b"mediaseal-slot 1 1 0 0\n").unwrap(),
        |path| fs::write(path, b"mediaseal-slot 2 1 0 0\n").unwrap(),
        in_the_way,
    ];
    for change in changes {
        let instrument = installed();
        let slots = files(&instrument);
        assert_eq!(slots.len(), 4, "{slots:?}");
        change(&slots[0]);
        act(&mut judge, &instrument, Outcome::TrustSetUp);
    }
    let instrument = installed();
    fs::set_permissions(instrument.state(), fs::Permissions::from_mode(0o777)).unwrap();
    act(&mut judge, &instrument, Outcome::Refused);
    judge.came(Outcome::Refused, &instrument.remove(None, true, None));
    fs::remove_dir_all(instrument.state()).unwrap();
    act(&mut judge, &instrument, Outcome::TrustSetUp);
    assert!(judge.said.len() >= 12, "{}", judge.said.len());
}

#[test]
fn what_is_wrong_with_a_copy_or_its_package_is_said_in_french() {
    let mut judge = Judge::new();
    let mut repair = |change: &dyn Fn(&Instrument), outcome| {
        let instrument = installed();
        change(&instrument);
        judge.came(outcome, &instrument.repair());
    };
    let manifest = |it: &Instrument| it.copy().join(MANIFEST);
    repair(&|it| fs::remove_dir_all(it.copy()).unwrap(), Outcome::Refused);
    repair(&|it| fs::remove_file(manifest(it)).unwrap(), Outcome::Refused);
    repair(&|it| in_the_way(&manifest(it)), Outcome::Refused);
    repair(&|it| fs::write(manifest(it), b"{}").unwrap(), Outcome::Refused);
    repair(&|it| fs::write(manifest(it), vec![b'x'; 9 << 20]).unwrap(), Outcome::Refused);
    repair(&|it| fs::write(it.package(), b"another").unwrap(), Outcome::Fail);
    repair(&|it| fs::write(it.copy().join("extra"), b"x").unwrap(), Outcome::Fail);
    repair(
        &|it| {
            let elsewhere = it.team.path().join("elsewhere");
            fs::rename(it.copy(), &elsewhere).unwrap();
            symlink(&elsewhere, it.copy()).unwrap();
        },
        Outcome::Refused,
    );
    repair(&|it| fs::remove_file(it.package()).unwrap(), Outcome::Io);
    for hold in [true, false] {
        let mut instrument = installed();
        match hold {
            true => instrument.installer.on_hold = Box::new(|_| Err(denied())),
            false => instrument.installer = FakeInstaller::doing(|_| Err(denied())),
        }
        let said = judge.came(Outcome::Io, &instrument.repair());
        assert!(said.contains("le système dit «"), "{said}");
    }
    // Its log is not there to be read.
    judge.came(Outcome::InstallerFailed, &instrument(1603).install());
    assert!(judge.said.len() >= 14, "{}", judge.said.len());
}

#[test]
fn what_stands_in_the_way_of_the_copy_is_said_in_french() {
    let mut judge = Judge::new();
    let mut install = |change: &dyn Fn(&Instrument), outcome| {
        let instrument = instrument(0);
        change(&instrument);
        judge.came(outcome, &instrument.install());
    };
    install(
        &|it| {
            fs::remove_dir_all(it.to()).unwrap();
            fs::write(it.to(), b"x").unwrap();
        },
        Outcome::Refused,
    );
    install(&|it| fs::create_dir_all(it.copy()).unwrap(), Outcome::Refused);
    install(
        &|it| {
            fs::remove_dir_all(it.to()).unwrap();
            symlink(it.team.path(), it.to()).unwrap();
        },
        Outcome::Refused,
    );
    install(&|it| fs::write(it.release.join("AUTORUN.INF"), b"x").unwrap(), Outcome::Fail);
    install(&|it| fs::write(it.release.join(PACKAGE), b"x").unwrap(), Outcome::Fail);
    install(&|it| fs::remove_file(it.release.join(PACKAGE)).unwrap(), Outcome::Fail);
    install(&|it| fs::remove_dir_all(&it.release).unwrap(), Outcome::Io);
    assert!(judge.said.len() >= 7, "{}", judge.said.len());
}

#[test]
fn what_a_computer_does_not_tell_is_said_in_french() {
    let mut judge = Judge::new();
    let system = || Unread::from(denied());
    for elevated in [Ok(false), untold(), Err(system())] {
        let mut instrument = instrument(0);
        instrument.computer.elevated = elevated;
        judge.came(Outcome::Refused, &instrument.install());
    }
    let mut instrument = instrument(0);
    instrument.computer.installer_busy = Err(system());
    instrument.computer.restart_pending = untold();
    instrument.computer.free_bytes = Err(system());
    judge.came(Outcome::Refused, &instrument.install());
    instrument.given.no_other_installer = true;
    instrument.given.despite_restart = true;
    instrument.given.enough_space = true;
    judge.came(Outcome::Done, &instrument.install());
    for (name, _) in Language::French.table().facts.all().iter().filter(|(n, _)| n.contains("wait"))
    {
        let restart = Detail::fact(
            match *name {
                "servicing_waits" => |facts| facts.servicing_waits,
                "update_waits" => |facts| facts.update_waits,
                _ => |facts| facts.files_wait,
            },
            &[],
        );
        instrument.computer.restart_pending = Ok(Some(restart));
        judge.came(Outcome::Done, &instrument.install());
        instrument.given.despite_restart = false;
        judge.came(Outcome::Refused, &instrument.install());
        instrument.given.despite_restart = true;
    }
    assert!(judge.said.len() >= 10, "{}", judge.said.len());
}

#[test]
fn what_stops_setting_up_is_said_in_french() {
    let mut judge = Judge::new();
    let mut stop = |change: &dyn Fn(&mut Instrument, &mut SetupWish), outcome| {
        let mut instrument = instrument(0);
        fs::remove_dir_all(instrument.state()).unwrap();
        let program = instrument.team.path().join("this-program");
        fs::write(&program, b"this program").unwrap();
        instrument.computer.program = Ok(program);
        let (anchor, code) = Instrument::anchor_of(&instrument.team);
        let code = Some(code.to_string());
        let mut wish = SetupWish { anchor: Some(anchor), code, ..SetupWish::default() };
        change(&mut instrument, &mut wish);
        let (computer, french) = (&instrument.computer, Language::French);
        let failure = set_up(&wish, computer, None, &mut |_| {}, french).unwrap_err();
        assert_eq!(failure.outcome, outcome, "{}", failure.what);
        judge.french(&format!("{} {}", failure.what, failure.next));
        failure.what
    };
    stop(&|it, _| it.computer.elevated = Ok(false), Outcome::Refused);
    stop(&|it, _| it.computer.elevated = untold(), Outcome::Refused);
    stop(&|it, _| it.computer.places = untold(), Outcome::Refused);
    stop(&|it, _| it.computer.program = untold(), Outcome::Io);
    stop(&|it, _| it.computer.program = Ok("/no/such/program".into()), Outcome::Io);
    let long = stop(
        &|it, _| {
            let program = it.computer.program.clone().unwrap();
            fs::File::options().write(true).open(program).unwrap().set_len(300 << 20).unwrap();
        },
        Outcome::Io,
    );
    assert!(!long.contains("le système dit"), "{long}");
    let dir = |it: &Instrument| it.computer.places.clone().unwrap().program;
    stop(&|it, _| in_the_way(&dir(it).join("mediaseal-verify")), Outcome::Io);
    stop(
        &|it, _| {
            let _ = fs::remove_dir_all(dir(it));
            fs::write(dir(it), b"x").unwrap();
        },
        Outcome::Refused,
    );
    stop(
        &|it, _| {
            fs::create_dir_all(dir(it)).unwrap();
            fs::set_permissions(dir(it), fs::Permissions::from_mode(0o777)).unwrap();
        },
        Outcome::Refused,
    );
    stop(
        &|it, _| {
            fs::create_dir_all(dir(it)).unwrap();
            fs::write(dir(it).join("mediaseal-verify"), b"another").unwrap();
        },
        Outcome::Refused,
    );
    stop(&|_, wish| wish.tool_code = Some("8c".repeat(32)), Outcome::Refused);
    stop(&|_, wish| wish.tool_code = Some("8c".to_string()), Outcome::Usage);
    stop(&|_, wish| wish.code = Some("8c".repeat(32)), Outcome::TrustSetUp);
    stop(&|_, wish| wish.code = Some("8c".to_string()), Outcome::Usage);
    stop(&|_, wish| wish.code = None, Outcome::TrustSetUp);
    stop(&|_, wish| wish.anchor = Some("/no/such/anchor".into()), Outcome::Io);
    stop(&|it, wish| wish.anchor = Some(it.team.path().to_path_buf()), Outcome::Io);
    for bytes in [b"{}".to_vec(), vec![b'x'; MAX_ANCHOR_BYTES + 1]] {
        stop(
            &|it, wish| {
                let path = it.team.path().join("bad.anchor");
                fs::write(&path, &bytes).unwrap();
                (wish.anchor, wish.code) = (Some(path), None);
            },
            if bytes.len() > 100 { Outcome::Io } else { Outcome::TrustSetUp },
        );
    }
    stop(
        &|it, _| {
            fs::create_dir_all(it.state()).unwrap();
            fs::set_permissions(it.state(), fs::Permissions::from_mode(0o777)).unwrap();
        },
        Outcome::Refused,
    );
    assert!(judge.said.len() >= 18, "{}", judge.said.len());
}

/// What the program prints on standard error.
fn said(ran: &Ran) -> String {
    ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_wrong_command_line_is_said_in_french() {
    let mut judge = Judge::new();
    let wrong: [&[&str]; 14] = [
        &[],
        &["check"],
        &["nothing"],
        &["check", "r", "--fast"],
        &["check", "r", "s"],
        &["check", "r", "--require-level", "all"],
        &["check", "r", "--state"],
        &["check", "r", "--state", "a", "--state", "b"],
        &["check", "r", "--learn=3"],
        &["check", "r", "--product", "A B"],
        &["enrol", "a", "--code", "x", "--recover", "--replace"],
        &["install", "r", "--mode", "q"],
        &["install", "r", "--software", "x"],
        &["remove", "--product-code", "1"],
    ];
    for arguments in wrong {
        let arguments = [&["--lang", "fr"], arguments].concat();
        let ran = run(Path::new("/"), VERIFY, &arguments, "");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        judge.french(&said(&ran));
    }
    assert_eq!(judge.said.len(), wrong.len());
}

#[test]
fn sources_and_records_that_cannot_be_used_are_said_in_french() {
    let mut judge = Judge::new();
    let instrument = installed();
    let root = instrument.team.path();
    let state = instrument.state();
    let (state, release) = (state.to_str().unwrap(), instrument.release.to_str().unwrap());
    fs::write(root.join("file"), b"x").unwrap();
    let before = snapshot(&instrument.release);
    let wrong: [(&[&str], i32); 8] = [
        (&["check", "absent", "--state", state], 3),
        (&["check", "/dev/null", "--state", state], 3),
        (&["check", release, "--anchor", "absent"], 3),
        (&["check", release, "--state", state, "--record", "file"], 3),
        (&["copy", release, "--state", state, "--to", "absent/absent"], 5),
        (&["copy", release, "--state", state, "--to", "file"], 5),
        (&["show", "absent"], 3),
        (&["learn", "absent", "--state", state], 3),
    ];
    for (arguments, code) in wrong {
        let ran = run(root, VERIFY, &[arguments, &["--lang", "fr"]].concat(), "");
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        let failure = ran.stderr.split("erreur").nth(1).unwrap_or(&ran.stdout);
        judge.french(&failure.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    assert_eq!(snapshot(&instrument.release), before);
    assert!(judge.said.len() >= 7, "{}", judge.said.len());
}
