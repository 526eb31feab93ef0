//! The house's own rules: arrows between rooms, `unsafe`, sizes of files, the
//! verifier's crates, and what the documents promise about the programs.
//!
//! Purpose: a rule that nothing holds is a wish. Every scan here also says how
//! much it saw, so that an empty folder or a renamed heading cannot pass.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mediaseal::seal::limits;
use mediaseal::verify::outcome::Outcome;

/// Rooms from the bottom up; those on one line do not use each other.
const ROOMS: [&[&str]; 12] = [
    &["text"],
    &["sys", "seal"],
    &["store"],
    &["medium"],
    &["source"],
    &["verify"],
    &["instrument"],
    &["install"],
    &["build", "sign"],
    &["write"],
    &["drill"],
    &["bin"],
];

/// A file with more lines than this is several files.
const MAX_LINES: usize = 600;
/// Crates that the shipped verifier may bring, without itself.
const MAX_CRATES: usize = 45;
/// The scan saw the library if it saw at least so many files.
const MIN_FILES: usize = 50;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every `.rs` file below `folder`, sorted, with its path from the root.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

/// Words and marks of Rust code, without comments and literals.
fn tokens(code: &str) -> Vec<String> {
    let bytes: Vec<char> = code.chars().collect();
    let mut tokens: Vec<String> = Vec::new();
    let mut at = 0;
    let starts =
        |at: usize, text: &str| bytes[at..].iter().take(text.len()).copied().eq(text.chars());
    while at < bytes.len() {
        let c = bytes[at];
        if starts(at, "//") {
            while at < bytes.len() && bytes[at] != '\n' {
                at += 1;
            }
        } else if starts(at, "/*") {
            let mut depth = 0;
            loop {
                if starts(at, "/*") {
                    (depth, at) = (depth + 1, at + 2);
                } else if starts(at, "*/") {
                    (depth, at) = (depth - 1, at + 2);
                } else {
                    at += 1;
                }
                if depth == 0 || at >= bytes.len() {
                    break;
                }
            }
        } else if c == '"' {
            at += 1;
            while at < bytes.len() && bytes[at] != '"' {
                at += if bytes[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if c == '\'' {
            // A character, or a lifetime, which ends before the next quote.
            let character = match bytes.get(at + 1) {
                Some('\\') => true,
                _ => bytes.get(at + 2) == Some(&'\''),
            };
            at += 1;
            if character {
                while at < bytes.len() && bytes[at] != '\'' {
                    at += if bytes[at] == '\\' { 2 } else { 1 };
                }
                at += 1;
            }
        } else if c.is_alphanumeric() || c == '_' {
            let start = at;
            while at < bytes.len() && (bytes[at].is_alphanumeric() || bytes[at] == '_') {
                at += 1;
            }
            let word: String = bytes[start..at].iter().collect();
            let hashes = bytes[at..].iter().take_while(|c| **c == '#').count();
            let raw = matches!(word.as_str(), "r" | "br" | "cr");
            if raw && bytes.get(at + hashes) == Some(&'"') {
                let end: String = std::iter::once('"').chain("#".repeat(hashes).chars()).collect();
                at += hashes + 1;
                while at < bytes.len() && !starts(at, &end) {
                    at += 1;
                }
                at += end.len();
            } else {
                tokens.push(word);
            }
        } else if starts(at, "::") {
            tokens.push("::".to_string());
            at += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += 1;
        }
    }
    tokens
}

/// First names of what follows a `::`: one, or those of a group.
fn first_names(tokens: &[String]) -> Vec<String> {
    if tokens.first().map(String::as_str) != Some("{") {
        return tokens.first().cloned().into_iter().collect();
    }
    let (mut names, mut depth, mut first) = (Vec::new(), 0, true);
    for token in tokens {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 1 => first = true,
            name if depth == 1 && first => {
                names.push(name.to_string());
                first = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// Rooms that `code` names, as a module `depth` levels below the crate's root:
/// by `crate::` or by enough `super::`.
fn rooms_used(code: &str, depth: usize) -> BTreeSet<String> {
    let tokens = tokens(code);
    let mut used = BTreeSet::new();
    // Braces that inline modules opened, outermost first.
    let (mut modules, mut braces) = (Vec::new(), 0);
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" => {
                braces += 1;
                if at >= 2 && tokens[at - 2] == "mod" {
                    modules.push(braces);
                }
            }
            "}" => {
                if modules.last() == Some(&braces) {
                    modules.pop();
                }
                braces -= 1;
            }
            "crate" if tokens.get(at + 1).is_some_and(|token| token == "::") => {
                used.extend(first_names(&tokens[at + 2..]));
            }
            "super" => {
                let mut steps = 0;
                while tokens.get(at).is_some_and(|token| token == "super")
                    && tokens.get(at + 1).is_some_and(|token| token == "::")
                {
                    (steps, at) = (steps + 1, at + 2);
                }
                if steps >= depth + modules.len() {
                    used.extend(first_names(tokens.get(at..).unwrap_or(&[])));
                }
                // The word after the last step is looked at again.
                at = at.max(1) - usize::from(steps > 0);
            }
            _ => {}
        }
        at += 1;
    }
    used.retain(|name| rank(name).is_some());
    used
}

/// Room and depth below the crate's root of a file under `src/`.
fn place(path: &str) -> Option<(&str, usize)> {
    let parts: Vec<&str> = path.strip_prefix("src/")?.split('/').collect();
    let own_name = usize::from(parts.last() != Some(&"mod.rs"));
    (parts.len() > 1).then(|| (parts[0], parts.len() - 1 + own_name))
}

#[test]
fn arrows_between_rooms_point_down() {
    let mut files = 0;
    let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let sources = sources("src");
    for (path, code) in &sources {
        let Some((room, depth)) = place(path) else {
            assert_eq!(path, "src/lib.rs", "a file that is in no room");
            continue;
        };
        files += 1;
        let own = rank(room).unwrap_or_else(|| panic!("{path}: a room that has no place"));
        for used in rooms_used(code, depth) {
            let below = rank(&used).is_some_and(|rank| rank < own);
            // What is signed knows nothing but the words of its refusals.
            let below = below && (room != "seal" || used == "text");
            assert!(used == room || below, "{path} uses {used}, which is not below {room}");
            uses.entry(room).or_default().insert(used);
        }
    }
    assert!(files >= MIN_FILES, "the scan saw {files} files only");
    // Arrows that must be there; if the scan cannot see them it sees nothing.
    for (room, used) in [("medium", "seal"), ("verify", "text"), ("verify", "medium")] {
        assert!(uses[room].contains(used), "the scan does not see that {room} uses {used}");
    }
}

/// A file that no module names is never compiled: its tests would never run.
#[test]
fn every_file_is_compiled() {
    let mut all = sources("src");
    all.extend(sources("tests"));
    let named: BTreeSet<String> = all.iter().flat_map(|(_, code)| modules(code)).collect();
    let mut files = 0;
    for (path, _) in &all {
        let parts: Vec<&str> = path.split('/').collect();
        let file = parts.last().copied().unwrap_or_default();
        // Roots of crates, and folders, which are named by their own name.
        let root = parts.len() == 2 || ["lib.rs", "main.rs"].contains(&file);
        let name = match file {
            "mod.rs" => parts[parts.len() - 2],
            _ => file.strip_suffix(".rs").unwrap_or(file),
        };
        assert!(root || named.contains(name), "{path}: no module names it");
        files += 1;
    }
    assert!(files >= MIN_FILES, "the scan saw {files} files only");
    assert_eq!(
        modules("mod a;\n#[path = \"x/b_tests.rs\"]\nmod tests;"),
        ["a", "b_tests", "tests"]
    );
}

/// Names of the modules that lie in files of their own, and of such files.
fn modules(code: &str) -> Vec<String> {
    let lines = code.lines().map(str::trim);
    let name = |line: &str| {
        if let Some(path) = line.strip_prefix("#[path = \"") {
            let path = path.strip_suffix(".rs\"]")?;
            return Some(path.rsplit('/').next().unwrap_or(path).to_string());
        }
        let name = line.strip_suffix(';')?.rsplit_once("mod ")?.1;
        Some(name.to_string())
    };
    lines.filter_map(name).collect()
}

#[test]
fn the_scan_sees_every_way_to_name_a_room() {
    let used = |code: &str, depth| rooms_used(code, depth).into_iter().collect::<Vec<_>>();
    assert_eq!(used("use crate::seal::limits::MAX_FILES;", 2), ["seal"]);
    assert_eq!(used("use crate::{text::Table, verify::{self, sys}};", 2), ["text", "verify"]);
    assert_eq!(used("fn f() { crate::store::write() }", 2), ["store"]);
    assert_eq!(used("use super::super::build::Recipe;", 2), ["build"]);
    assert_eq!(used("use super::text::render;", 2), Vec::<String>::new());
    assert_eq!(used("use super::{text, sys};", 1), ["sys", "text"]);
    assert_eq!(used("mod tests { use super::text; }", 1), Vec::<String>::new());
    assert_eq!(used("mod tests { use super::super::text; } use super::sign;", 1), ["sign", "text"]);
    assert_eq!(used("// crate::build\n/* crate::sign */ \"crate::sys\"", 2), Vec::<String>::new());
    assert_eq!(used("let c = '\"'; crate::sign::f(); r#\"crate::sys \"quoted\"\"#", 2), ["sign"]);
    assert_eq!(used("fn f<'a>(x: &'a str) { crate::sys::f(x) }", 2), ["sys"]);
}

#[test]
fn unsafe_stands_in_sys_alone() {
    let lib = tokens(&read("src/lib.rs"));
    assert!(lib.iter().any(|token| token == "unsafe_code"), "lib.rs denies unsafe code");
    let mut files = 0;
    for (path, code) in sources("src") {
        let tokens = tokens(&code);
        files += 1;
        let found = tokens.iter().any(|token| token == "unsafe");
        assert!(!found || path.starts_with("src/sys/"), "{path} has unsafe code");
        let allows = tokens.windows(3).any(|w| w[0] == "allow" && w[2] == "unsafe_code");
        assert!(!allows || path.starts_with("src/sys/"), "{path} allows unsafe code");
    }
    assert!(files >= MIN_FILES, "the scan saw {files} files only");
}

#[test]
fn no_source_file_is_too_long() {
    let sources = sources("src");
    assert!(sources.len() >= MIN_FILES, "the scan saw {} files only", sources.len());
    for (path, code) in sources {
        let lines = code.lines().count();
        assert!(lines <= MAX_LINES, "{path} has {lines} lines; split it by concern");
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let mut files = 0;
    for (path, code) in sources("src") {
        // A file of unit tests has the purpose of the file that it tests.
        if !path.ends_with("tests.rs") {
            assert!(code.starts_with("//!"), "{path} does not begin with its purpose");
            files += 1;
        }
    }
    assert!(files >= MIN_FILES, "the scan saw {files} files only");
}

#[test]
fn verifier_brings_the_committed_crates_and_no_other() {
    const COMMAND: &str = "tree -e normal --no-default-features --target x86_64-pc-windows-gnu \
                           --prefix none --no-dedupe --locked";
    let output = Command::new(env!("CARGO"))
        .args(COMMAND.split_whitespace())
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree: {errors}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let crates: BTreeSet<String> = tree
        .lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .filter(|line| !line.starts_with("mediaseal ") && !line.is_empty())
        .collect();
    assert!(tree.contains("mediaseal v"), "cargo tree printed something else");
    let list = read("tests/verifier-crates.txt");
    let committed: BTreeSet<String> =
        list.lines().filter(|line| !line.starts_with('#')).map(str::to_string).collect();
    let came: Vec<_> = crates.difference(&committed).collect();
    let went: Vec<_> = committed.difference(&crates).collect();
    assert!(
        came.is_empty() && went.is_empty(),
        "tests/verifier-crates.txt: not listed {came:?}, not there any more {went:?}"
    );
    assert!((20..=MAX_CRATES).contains(&crates.len()), "{} crates", crates.len());
}

/// Rows of the table below `heading` in a document: cells without back quotes.
fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let lines = document.lines().skip_while(|line| *line != heading).skip(1);
    let rows = lines.take_while(|line| !line.starts_with('#')).filter(|l| l.starts_with('|'));
    // The head and the line under it are no rows.
    rows.skip(2)
        .map(|row| {
            let cells = row.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().replace('`', "")).collect()
        })
        .collect()
}

#[test]
fn readme_has_the_exit_codes_of_the_programs() {
    let rows = table(&read("README.md"), "## Exit codes");
    let said: Vec<(String, String)> =
        rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let real: Vec<(String, String)> = Outcome::ALL
        .iter()
        .map(|outcome| (outcome.exit_code().to_string(), outcome.word().to_string()))
        .collect();
    assert_eq!(said, real);
}

#[test]
fn readme_begins_with_the_two_commands_and_they_are_there() {
    let readme = read("README.md");
    let first = readme.find("```sh\ncargo run --release -- demo\n").expect("the demo's command");
    let second = readme.find("```sh\ntests/run\n").expect("the tests' command");
    let start = readme.find("## Quick start").expect("the quick start");
    assert!(first < start && second < start, "both come before everything else");
    assert!(read("tests/run").starts_with("#!/usr/bin/env bash\n"));
    assert!(read(".ci/run").contains("tests/run"));
    #[cfg(unix)]
    for script in ["tests/run", ".ci/run"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(root().join(script)).unwrap().permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{script} cannot be started");
    }
}

/// Every finding number of `src/verify/finding.rs`.
fn finding_numbers() -> BTreeSet<String> {
    let code = read("src/verify/finding.rs");
    let numbers = code.split("fact!(").skip(1).filter_map(|rest| rest.split(',').next());
    numbers.filter(|n| n.bytes().all(|b| b.is_ascii_digit())).map(|n| format!("M-{n}")).collect()
}

#[test]
fn every_finding_is_explained_and_no_other() {
    let real = finding_numbers();
    assert!(real.len() > 60, "the scan saw {} findings only", real.len());
    let rows = table(&read("docs/THREATS.md"), "## Every finding");
    let said: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
    let unique: BTreeSet<String> = said.iter().cloned().collect();
    assert_eq!(said.len(), unique.len(), "a number is explained twice");
    assert_eq!(unique, real);
}

#[test]
fn findings_that_the_threats_name_exist() {
    let real = finding_numbers();
    let document = read("docs/THREATS.md");
    let mut seen = 0;
    for rest in document.split("M-").skip(1) {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        assert!(real.contains(&format!("M-{digits}")), "M-{digits} is no finding");
        seen += 1;
    }
    assert!(seen > 100, "only {seen} mentions");
}

#[test]
fn format_document_has_every_limit() {
    let rows = table(&read("docs/FORMAT.md"), "## Limits");
    let said: BTreeMap<String, u64> = rows
        .into_iter()
        .map(|row| (row[0].clone(), row[1].replace(',', "").parse().unwrap()))
        .collect();
    let real: BTreeMap<String, u64> = [
        ("MAX_FILES", limits::MAX_FILES as u64),
        ("MAX_DEPTH", limits::MAX_DEPTH as u64),
        ("MAX_PATH_BYTES", limits::MAX_PATH_BYTES as u64),
        ("MAX_FILE_BYTES", limits::MAX_FILE_BYTES),
        ("MAX_SUMS_BYTES", limits::MAX_SUMS_BYTES as u64),
        ("MAX_MANIFEST_BYTES", limits::MAX_MANIFEST_BYTES as u64),
        ("MAX_TRUST_BYTES", limits::MAX_TRUST_BYTES as u64),
        ("MAX_TRUST_DOCUMENTS", limits::MAX_TRUST_DOCUMENTS as u64),
        ("MAX_ROLE_KEYS", limits::MAX_ROLE_KEYS as u64),
        ("MAX_SIGNATURE_BYTES", limits::MAX_SIGNATURE_BYTES as u64),
        ("MAX_SIGNATURE_FILES", limits::MAX_SIGNATURE_FILES as u64),
        ("MAX_ANCHOR_BYTES", limits::MAX_ANCHOR_BYTES as u64),
        ("MAX_TEXT_CHARACTERS", limits::MAX_TEXT_CHARACTERS as u64),
        ("MAX_NUMBER", limits::MAX_NUMBER.into()),
        ("MIN_VOLUME_BYTES", limits::MIN_VOLUME_BYTES),
        ("MAX_VOLUME_BYTES", limits::MAX_VOLUME_BYTES),
        ("VOLUME_STEP", limits::VOLUME_STEP),
    ]
    .map(|(name, value)| (name.to_string(), value))
    .into();
    assert_eq!(said, real);
    let constants = read("src/seal/limits.rs").matches("\npub const ").count();
    assert_eq!(real.len(), constants, "a limit is not in this list");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = [
        "README.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "docs/FORMAT.md",
        "docs/THREATS.md",
        "docs/OFFICER.md",
        "docs/OPERATOR.md",
        "docs/INSTRUMENTS.md",
        "docs/WRITING.md",
        "keys/README.md",
    ];
    let mut links = 0;
    for document in documents {
        let text = read(document);
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let path = root().join(document).parent().unwrap().join(target);
            assert!(path.exists(), "{document}: {target} is not there");
            links += 1;
        }
    }
    assert!(links > 10, "only {links} links");
}
