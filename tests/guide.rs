//! The guided way, as whole dialogues: `tests/guide/NAME.LANGUAGE.txt` has every
//! line that a person sees, with what is typed behind `> `.
//!
//! Codes, key ids, names of signers and the test's folder are replaced by words
//! in brackets, since every run makes new keys; nothing else may differ.
//! `GUIDE_UPDATE=1 cargo test --test guide` writes what is shown now, for a person
//! to read.
#![cfg(feature = "builder")]

mod common;
#[path = "common/instrument.rs"]
mod instrument;

use std::fs;
use std::path::{Path, PathBuf};

use instrument::Instrument;
use mediaseal::install::guide::{Way, lead};
use mediaseal::install::setup::SetupWish;
use mediaseal::instrument::computer::Unread;
use mediaseal::instrument::person::Script;
use mediaseal::instrument::question::Given;
use mediaseal::text::Language;
use mediaseal::verify::detail::Detail;
use mediaseal::verify::outcome::Outcome;

/// What the program's file is called.
const PROGRAM: &str = if cfg!(windows) { "mediaseal-verify.exe" } else { "mediaseal-verify" };

/// An instrument that was never set up, with the key in a drive and the program
/// in its own folder.
fn bare(code: u32, language: Language) -> Instrument {
    let mut instrument = Instrument::returning(code);
    fs::remove_dir_all(instrument.state()).unwrap();
    let program = instrument.team.path().join("program").join(PROGRAM);
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::write(&program, b"this program").unwrap();
    instrument.computer.program = Ok(program);
    instrument.computer.removable_drives = Ok(vec![instrument.release.clone()]);
    instrument.given = Given::default();
    instrument.language = language;
    instrument
}

/// `text` with what differs from run to run put into words.
fn redact(text: &str, folder: &Path) -> String {
    let text = text.replace(&folder.display().to_string(), "[folder]");
    // Paths are written with `/` on every system.
    let slashed = |word: &str| match word.contains("[folder]") {
        true => word.replace('\\', "/").replace("mediaseal-verify.exe", "mediaseal-verify"),
        false => word.to_string(),
    };
    let text = text.split(' ').map(slashed).collect::<Vec<_>>().join(" ");
    // Where a line breaks before a path hangs on how long the folder's name is.
    let mut joined = String::new();
    for line in text.lines() {
        match line.trim_start().starts_with("[folder]") && !joined.is_empty() {
            true => joined.push_str(&format!(" {}", line.trim_start())),
            false => joined.push_str(&format!("\n{line}")),
        }
    }
    // A record's name has the day on which the tests run.
    let day = |word: &str| {
        let parts: Vec<&str> = word.rsplitn(3, '-').collect();
        match parts[..] {
            [count, day, stem] if day.len() == 8 && word.contains("[folder]") => {
                format!("{stem}-[day]-{count}")
            }
            _ => word.to_string(),
        }
    };
    let hex = |word: &str, length: usize| {
        word.len() == length && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let key = |word: &str| {
        word.len() == 16 && word.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
    };
    let mut out = String::new();
    for line in joined.trim_start().lines() {
        let bytes = line.split(' ').filter(|word| hex(word, 2)).count() > 8;
        let word = |word: &str| {
            let bare = word.trim_end_matches([',', '.']);
            let end = &word[bare.len()..];
            match bare {
                "alice" | "bruno" => format!("[signer]{end}"),
                _ if hex(bare, 64) => format!("[sha256]{end}"),
                _ if hex(bare, 4) && bare != "2026" => format!("[..]{end}"),
                _ if bytes && hex(bare, 2) => "..".to_string(),
                _ if key(bare) => format!("[key-id]{end}"),
                _ => day(word),
            }
        };
        let words: Vec<String> = line.split(' ').map(word).collect();
        out.push_str(words.join(" ").trim_end());
        out.push('\n');
    }
    out
}

/// Leads a person who types `answers`; all of them must be asked for.
#[track_caller]
fn led(name: &str, instrument: &Instrument, answers: &[&str], outcome: Outcome) -> String {
    let mut script = Script::new(answers);
    let way = Way {
        state: instrument.state(),
        setup: SetupWish::default(),
        given: &instrument.given,
        to: Some(instrument.to()),
    };
    let ended = instrument.world(|world| lead(&way, world, &mut script));
    let page = script.page();
    assert_eq!((ended, script.left()), (outcome, 0), "{name}: {page}");
    // The window does not close before it was read.
    let last = script.shown.iter().rposition(|line| line.starts_with("> ")).unwrap();
    assert_eq!(last, script.shown.len() - 1, "{name}: {page}");
    for line in &script.shown {
        let path = line.contains(&instrument.team.path().display().to_string());
        assert!(path || line.chars().count() <= 80, "{name}: {line}");
    }
    let language = if instrument.language == Language::English { "en" } else { "fr" };
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(PathBuf::from(format!("tests/guide/{name}.{language}.txt")));
    let now = redact(&page, instrument.team.path());
    if std::env::var_os("GUIDE_UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &now).unwrap();
    }
    let said =
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert!(said == now, "{}: not as the file says; shown now:\n{now}", file.display());
    page
}

/// What a person types for yes.
fn yes(language: Language) -> &'static str {
    match language {
        Language::English => "y",
        Language::French => "o",
    }
}

#[test]
fn from_a_bare_instrument_to_an_installed_update() {
    for language in Language::ALL {
        let instrument = bare(0, language);
        let y = yes(language);
        let answers = [
            "1",
            "?",
            y,
            y,
            y,
            y,
            y, // the drive; why; tool code; four lines
            y,
            y, // the card; install
            "1",
            "M00123",
            "2.4.0.2385",
            "n", // instrument, serial, software, run
            "",
        ];
        led("good", &instrument, &answers, Outcome::Done);
        assert_eq!(instrument.lines().len(), 1);
        // The second time, only what can have changed is asked.
        let answers = ["1", y, y, "2.4.0.2385", "n", ""];
        let page = led("again", &instrument, &answers, Outcome::Done);
        assert!(!page.contains("M00123"), "{page}");
        assert_eq!(instrument.lines().len(), 2);
    }
}

#[test]
fn a_bad_key_ends_with_what_to_do_now() {
    for language in Language::ALL {
        let instrument = bare(0, language);
        fs::write(instrument.release.join("AUTORUN.INF"), b"x").unwrap();
        let y = yes(language);
        led("bad_key", &instrument, &["1", y, y, y, y, y, ""], Outcome::Fail);
        assert!(instrument.lines().is_empty() && !instrument.copy().exists());
    }
}

#[test]
fn another_code_than_the_letters_enrols_nobody() {
    for language in Language::ALL {
        let instrument = bare(0, language);
        let y = yes(language);
        led("other_code", &instrument, &["1", y, y, "n", ""], Outcome::TrustSetUp);
        assert!(!instrument.state().join("enrolled").exists());
        led("other_tool_code", &instrument, &["1", "n", ""], Outcome::Refused);
    }
}

#[test]
fn another_release_code_than_the_cards_installs_nothing() {
    for language in Language::ALL {
        let instrument = bare(0, language);
        let y = yes(language);
        led("other_card", &instrument, &["1", y, y, y, y, y, "n", ""], Outcome::Fail);
        assert!(instrument.lines().is_empty());
    }
}

#[test]
fn a_failed_installer_says_what_to_do() {
    for language in Language::ALL {
        let mut instrument = bare(0, language);
        instrument.installer = mediaseal::install::fake::FakeInstaller::doing(|command| {
            fs::write(&command.log, "Action ended: Fail. Return value 3.\r\n")?;
            Ok(1603)
        });
        let y = yes(language);
        let answers = ["1", y, y, y, y, y, y, y, "1", "-", "2.4", "n", ""];
        led("installer_failed", &instrument, &answers, Outcome::InstallerFailed);
    }
}

#[test]
fn a_run_in_progress_stops_before_anything_is_changed() {
    for language in Language::ALL {
        let instrument = bare(0, language);
        let y = yes(language);
        let answers = ["1", y, y, y, y, y, y, y, "1", "-", "2.4", y, ""];
        led("run_in_progress", &instrument, &answers, Outcome::Refused);
        assert!(instrument.lines().is_empty() && !instrument.copy().exists());
    }
}

#[test]
fn whoever_stops_has_changed_nothing() {
    for language in Language::ALL {
        let instrument = bare(0, language);
        led("stopped", &instrument, &["q", ""], Outcome::Cancelled);
        // The input ends: nobody is there any more.
        let mut script = Script::new(&[]);
        let way = Way {
            state: instrument.state(),
            setup: SetupWish::default(),
            given: &instrument.given,
            to: None,
        };
        let ended = instrument.world(|world| lead(&way, world, &mut script));
        assert_eq!(ended, Outcome::Cancelled);
        assert!(!instrument.state().exists() && instrument.lines().is_empty());
    }
}

#[test]
fn a_program_on_the_key_copies_itself_and_sends_the_person_to_the_copy() {
    for language in Language::ALL {
        let mut instrument = bare(0, language);
        let tool = instrument.team.path().join("stick").join(PROGRAM);
        fs::create_dir_all(tool.parent().unwrap()).unwrap();
        fs::write(&tool, b"this program").unwrap();
        fs::remove_dir_all(instrument.team.path().join("program")).unwrap();
        instrument.computer.program = Ok(tool);
        let y = yes(language);
        led("from_the_key", &instrument, &["1", y, y, y, y, y, ""], Outcome::Done);
        let copied = instrument.team.path().join("program").join(PROGRAM);
        assert_eq!(fs::read(copied).unwrap(), b"this program");
    }
}

#[test]
fn without_an_administrators_rights_windows_is_asked() {
    for language in Language::ALL {
        let mut instrument = bare(0, language);
        instrument.computer.elevated = Ok(false);
        instrument.computer.relaunch = Err(Unread(Detail::said("refused by the person")));
        led("not_elevated", &instrument, &[""], Outcome::Refused);
        // In the other window it went well.
        instrument.computer.relaunch = Ok(0);
        led("elevated", &instrument, &[""], Outcome::Done);
        let asked = instrument.computer.relaunched.borrow();
        let word = if language == Language::English { "en" } else { "fr" };
        assert_eq!(asked[0], ["--lang", word]);
    }
}

// Access lists of Windows are no bits, and Wine keeps none.
#[cfg(unix)]
#[test]
fn a_folder_that_others_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    for language in Language::ALL {
        let instrument = bare(0, language);
        let program = instrument.team.path().join("program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o777)).unwrap();
        led("unsafe_folder", &instrument, &["1", yes(language), ""], Outcome::Refused);
        let mode = fs::metadata(&program).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o777, "it was not repaired");
        assert!(!instrument.state().exists());
    }
}

#[test]
fn where_nothing_can_be_installed_it_checks_and_says_so() {
    for language in Language::ALL {
        let mut instrument = bare(0, language);
        instrument.computer.has_installer = false;
        instrument.computer.elevated = Ok(false);
        let program = instrument.team.path().join("elsewhere");
        fs::write(&program, b"this program").unwrap();
        instrument.computer.program = Ok(program);
        let y = yes(language);
        led("no_windows", &instrument, &["1", y, y, y, y, y, y, ""], Outcome::Refused);
        assert!(instrument.state().join("enrolled").exists(), "the publisher is known now");
        assert!(instrument.lines().is_empty() && !instrument.copy().exists());
    }
}
