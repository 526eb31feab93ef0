//! docs/TRUST.md, run as it stands there: every command with what it prints.
//!
//! Purpose: root holders follow that guide with keys that cannot be replaced.
//! `...` or `<id>` in a line stands for anything, alone in a line for any lines.
#![cfg(feature = "builder")]

#[path = "common/workshop.rs"]
mod workshop;

use std::fs;
use std::path::Path;

use mediaseal::seal::anchor;
use mediaseal::seal::digest::Digest;
use workshop::Workshop;

/// The publisher of the guide: document 1 with two root holders who both must
/// sign, and releases 1.6 and 1.7.
fn setting() -> Workshop {
    let shop = Workshop::new();
    fs::remove_dir_all(shop.path("trust")).unwrap();
    fs::remove_file(shop.path("example.anchor")).unwrap();
    for name in ["diego", "emil", "frida"] {
        shop.builder(&["keygen", "--no-password", "--out", name]);
    }
    let new = "trust new --publisher example-support --out trust \
               --root carla.pub diego.pub --root-threshold 2 \
               --release alice.pub bruno.pub --release-threshold 2";
    shop.builder(&new.split_whitespace().collect::<Vec<_>>());
    for key in ["carla.key", "diego.key"] {
        shop.builder(&["trust", "sign", "trust", "--key", key, "--yes-version", "1"]);
    }
    shop.builder(&["trust", "export", "trust", "--out", "example-support.anchor"]);
    shop.file("payload/setup.bin", b"setup");
    for sequence in [6, 7] {
        let release = format!("release-1.{sequence}");
        shop.build(&release, sequence);
        shop.sign(&release, &["alice", "bruno"]);
    }
    let sums = fs::read(shop.path("release-1.7/SEAL/SHA256SUMS")).unwrap();
    shop.file("card-1.7.txt", Digest::of(&sums).to_string().as_bytes());
    shop
}

/// Letters with the code of every anchor that is there: `letter-3.txt`.
fn write_letters(shop: &Workshop) {
    for name in shop.tree("") {
        let number = name.strip_prefix("example-support").and_then(|n| n.strip_suffix(".anchor"));
        if let Some(number) = number {
            let chain = anchor::parse(&fs::read(shop.path(&name)).unwrap()).unwrap();
            let code = chain.newest().code.code();
            shop.file(&format!("letter{number}.txt"), code.as_bytes());
        }
    }
}

/// True if `text` is `pattern`, in which `...` and `<id>` stand for anything.
fn line_matches(pattern: &str, text: &str) -> bool {
    let pattern = pattern.replace("<id>", "\0").replace("...", "\0");
    let mut parts = pattern.split('\0');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        match parts.peek() {
            None => return rest.ends_with(part),
            Some(_) => match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            },
        }
    }
    true
}

/// True if `lines` are `patterns`; a pattern `...` is any number of lines.
fn lines_match(patterns: &[&str], lines: &[&str]) -> bool {
    match patterns.split_first() {
        None => lines.is_empty(),
        Some((&"...", rest)) => (0..=lines.len()).any(|skip| lines_match(rest, &lines[skip..])),
        Some((pattern, rest)) => {
            let first = lines.split_first();
            first.is_some_and(|(line, more)| line_matches(pattern, line) && lines_match(rest, more))
        }
    }
}

#[test]
fn patterns_are_not_looser_than_they_look() {
    assert!(line_matches("a ... b ...", "a 1 b 2") && line_matches("abc", "abc"));
    assert!(!line_matches("abc", "abcd") && !line_matches("a ... b", "a 1 c"));
    assert!(!line_matches("a ... b", "x a 1 b"));
    assert!(lines_match(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(lines_match(&["..."], &[]) && lines_match(&["a", "..."], &["a"]));
    assert!(!lines_match(&["a", "d"], &["a", "b", "d"]) && !lines_match(&["a", "..."], &["b"]));
}

#[test]
fn every_command_of_the_guide_prints_what_the_guide_says() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/TRUST.md");
    let guide = fs::read_to_string(guide).unwrap();
    let shop = setting();
    let programs = Path::new(env!("CARGO_BIN_EXE_mediaseal")).parent().unwrap();
    let mut ran = 0;
    let mut verified = 0;
    for block in guide.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let mut lines = block.lines().peekable();
        while let Some(line) = lines.next() {
            let command = line.strip_prefix("$ ").expect("a block begins with a command");
            let mut expected = Vec::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                expected.push(line);
            }
            let code = expected.last().and_then(|line| {
                line.strip_prefix("(exit code ")?.strip_suffix(')')?.parse::<i32>().ok()
            });
            if code.is_some() {
                expected.pop();
            }
            write_letters(&shop);
            let output = shop
                .command("sh", &["-c", &format!("exec 2>&1\n{command}")])
                .env("PATH", format!("{}:{}", programs.display(), std::env::var("PATH").unwrap()))
                .output()
                .unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let said: Vec<&str> = said.trim_end().lines().collect();
            assert_eq!(output.status.code(), Some(code.unwrap_or(0)), "{command}\n{said:#?}");
            assert!(lines_match(&expected, &said), "{command}\n{said:#?}\nis not\n{expected:#?}");
            assert!(said.iter().all(|line| line.chars().count() <= 80), "{command}\n{said:#?}");
            ran += 1;
            verified += expected.iter().filter(|line| **line != "...").count();
        }
    }
    assert!(ran >= 50, "{ran} commands were found");
    assert!(verified >= 150, "{verified} lines were compared");
    // What the guide says beside its commands.
    let archived = shop.tree("office/replaced");
    assert_eq!(archived.len(), 1, "{archived:?}");
    let held = anchor::parse(&fs::read(shop.path("thief.anchor")).unwrap()).unwrap();
    assert_eq!(archived[0], format!("{}.anchor", held.newest().code));
    let old = fs::read(shop.path("office/replaced").join(&archived[0])).unwrap();
    assert_eq!(anchor::parse(&old).unwrap(), held);
    let records = shop.tree("office/records");
    assert!(records.iter().any(|name| name.starts_with("trust-replaced-")), "{records:?}");
}
