//! What both programs print, a file a behaviour: `tests/cli/NAME.txt`.
//!
//! A case is a sentence (`#`), shell lines that prepare (`%`, must succeed),
//! and commands (`$`) with all that they print: the exit code (`?`), standard
//! output, and standard error behind a line `-- stderr`. Digests, codes, key
//! ids, times and the folder's own name are replaced by words in brackets, since
//! every run makes new keys; nothing else may differ. `CLI_UPDATE=1 cargo test
//! --test cli` writes what is printed now, for a person to read.
//!
//! Every line must fit 80 columns, in every case.

#[path = "common/workshop.rs"]
mod workshop;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use workshop::Workshop;

/// Columns of a screen.
const COLUMNS: usize = 80;
/// There are at least so many cases; fewer were not found.
const MIN_CASES: usize = 30;

/// One command of a case and all that it printed.
struct Step {
    command: String,
    printed: String,
}

/// A parsed case.
struct Case {
    sentence: String,
    prepare: Vec<String>,
    steps: Vec<Step>,
}

impl Case {
    fn parse(text: &str) -> Self {
        let mut case = Self { sentence: String::new(), prepare: Vec::new(), steps: Vec::new() };
        for line in text.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                case.steps.push(Step { command: command.to_string(), printed: String::new() });
            } else if let Some(step) = case.steps.last_mut() {
                let _ = writeln!(step.printed, "{line}");
            } else if let Some(line) = line.strip_prefix("% ") {
                case.prepare.push(line.to_string());
            } else {
                let _ = writeln!(case.sentence, "{line}");
            }
        }
        case
    }

    fn print(&self) -> String {
        let mut text = self.sentence.clone();
        for line in &self.prepare {
            let _ = writeln!(text, "% {line}");
        }
        for step in &self.steps {
            let _ = writeln!(text, "$ {}", step.command);
            text.push_str(&step.printed);
        }
        text
    }
}

/// A copy of the workshop for one case.
fn copy(shop: &Workshop, to: &Path) {
    let from = format!("{}/.", shop.root().display());
    let copied = Command::new("cp").args(["-a", "--sparse=always", &from]).arg(to).status();
    assert!(copied.unwrap().success(), "cp");
}

/// Runs `line` in `folder` as a person would, by a shell; the programs stand on
/// the path.
fn shell(shop: &Workshop, folder: &Path, line: &str) -> (i32, String, String) {
    let programs = Path::new(env!("CARGO_BIN_EXE_mediaseal")).parent().unwrap();
    let search = std::env::var("PATH").unwrap_or_default();
    let mut command = shop.command("sh", &["-c", line]);
    command.current_dir(folder);
    command.env("PATH", format!("{}:{search}", programs.display()));
    command.env("XDG_STATE_HOME", folder.join("home-state"));
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("programs print UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// `text` with what differs from run to run put into words.
fn redact(text: &str, folder: &Path) -> String {
    let mut rest = text.replace(&folder.display().to_string(), "[folder]");
    let mut out = String::new();
    while !rest.is_empty() {
        let in_word = |c: char| c.is_ascii_alphanumeric() || "-:/+".contains(c);
        let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let after = rest[end..].chars().next().map_or(0, char::len_utf8);
        out.push_str(word(&rest[..end]));
        out.push_str(&rest[end..end + after]);
        rest.drain(..end + after);
    }
    out
}

/// What stands for a word that differs from run to run, or the word.
fn word(word: &str) -> &str {
    let all = |allowed: fn(u8) -> bool| word.bytes().all(allowed);
    let lower = all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let upper = all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    // The examples of the help and the time of the workshop's recipe are fixed.
    let time = word.len() == 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T';
    match word {
        "2026-11-23T10:00:00Z" => word,
        _ if time => "[time]",
        // The end of a record's name: sequence, day, count.
        _ if word.split('-').nth(1).is_some_and(|day| day.len() == 8) => "[record]",
        _ if lower && word.len() == 64 => "[sha256]",
        _ if lower && word.len() == 4 => "[..]",
        _ if upper && word.len() == 16 => "[key-id]",
        _ if word.starts_with("RW") && word.len() == 56 => "[public-key]",
        _ => word,
    }
}

/// Lines that do not fit a screen.
fn too_wide(name: &str, text: &str) -> String {
    let mut found = String::new();
    for line in text.lines() {
        let wide = line.chars().count();
        // JSON is for programs, a command line is copied whole.
        let exempt =
            line.trim_start().starts_with(['"', '{', '[']) || line.starts_with("minisign -");
        if wide > COLUMNS && !exempt {
            let _ = writeln!(found, "{name}: {wide} columns: {line}");
        }
    }
    found
}

#[test]
fn every_case_prints_what_its_file_says() {
    let shop = Workshop::packed();
    fs::write(shop.path("code.txt"), shop.code()).unwrap();
    let update = std::env::var_os("CLI_UPDATE").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let (mut cases, mut commands) = (0, 0);
    let (mut wrong, mut wide) = (String::new(), String::new());
    for path in names {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let mut case = Case::parse(&text);
        assert!(case.sentence.starts_with("# "), "{name}: says what it shows");
        assert!(!case.steps.is_empty(), "{name}: nothing is run");
        // Where a line breaks hangs on how long the folder's name is.
        let place = tempfile::tempdir_in("/tmp").unwrap();
        copy(&shop, place.path());
        for line in &case.prepare {
            let (code, out, err) = shell(&shop, place.path(), &format!("set -e; {line}"));
            assert_eq!(code, 0, "{name}: % {line}\n{out}{err}");
        }
        for step in &mut case.steps {
            let (code, out, err) = shell(&shop, place.path(), &step.command);
            let mut printed = format!("? {code}\n{}", redact(&out, place.path()));
            if !err.is_empty() {
                let _ = write!(printed, "-- stderr\n{}", redact(&err, place.path()));
            }
            wide.push_str(&too_wide(&name, &printed));
            step.printed = printed;
            commands += 1;
        }
        let now = case.print();
        if now.trim_end() != text.trim_end() {
            match update {
                true => fs::write(&path, now).unwrap(),
                false => {
                    let _ = writeln!(wrong, "==== {name}\n{now}");
                }
            }
        }
        cases += 1;
    }
    assert!(wide.is_empty(), "wider than a screen:\n{wide}");
    assert!(wrong.is_empty(), "not as their files say; printed now:\n{wrong}");
    assert!(cases >= MIN_CASES, "{cases} cases were found");
    println!("{cases} cases, {commands} commands");
}
