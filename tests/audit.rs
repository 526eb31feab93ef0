//! The audit table of the verifier's crates in docs/ASSURANCE.md is about the
//! crates that are built, and its countable columns are true.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A row: crate, version, lines with `unsafe`, build script.
type Row = (String, String, String, String);

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The rows of the table below the heading "The verifier's crates".
fn rows() -> Vec<Row> {
    let text = read("docs/ASSURANCE.md");
    let (_, section) = text.split_once("\n## The verifier's crates\n").expect("the heading");
    let section = section.split("\n## ").next().unwrap_or_default();
    let lines = section.lines().filter(|line| line.starts_with("| "));
    let cells = lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    // A row has a bar at both ends: an empty cell before and behind.
    let rows = cells.skip(2).map(|cells| {
        assert_eq!(cells.len(), 8, "{cells:?}");
        assert!(!cells[3].is_empty() && !cells[6].is_empty(), "why, and kept by whom: {cells:?}");
        (cells[1].into(), cells[2].into(), cells[4].into(), cells[5].into())
    });
    rows.collect()
}

/// What cargo knows of every crate: name, version, folder, build script.
fn crates() -> Vec<(String, String, PathBuf, bool)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .args(["--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let one = |package: &Value| {
        let text = |name: &str| package[name].as_str().unwrap().to_string();
        let folder = Path::new(&text("manifest_path")).parent().unwrap().to_path_buf();
        let targets = package["targets"].as_array().unwrap().iter();
        let build = targets.flat_map(|target| target["kind"].as_array().unwrap());
        let build = build.into_iter().any(|kind| kind == "custom-build");
        (text("name"), text("version"), folder, build)
    };
    packages.map(one).collect()
}

/// Lines below `src` that have the word `unsafe` before any comment.
fn unsafe_lines(folder: &Path) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += unsafe_lines(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
            let word = |c: char| !c.is_alphanumeric() && c != '_';
            count += code.filter(|line| line.split(word).any(|word| word == "unsafe")).count();
        }
    }
    count
}

#[test]
fn the_audit_table_has_every_crate_of_the_verifier_and_no_other() {
    let list = read("tests/verifier-crates.txt");
    let listed: Vec<String> =
        list.lines().filter(|line| !line.starts_with('#')).map(str::to_string).collect();
    let audited: Vec<String> =
        rows().iter().map(|(name, version, ..)| format!("{name} v{version}")).collect();
    println!("{} crates audited", audited.len());
    assert!(audited.len() > 20, "{audited:?}");
    assert_eq!(audited, listed);
}

#[test]
fn the_audit_table_counts_unsafe_lines_and_build_scripts_right() {
    let crates = crates();
    let mut wrong = Vec::new();
    for (name, version, claimed, build) in rows() {
        let known = crates.iter().find(|(n, v, ..)| *n == name && *v == version);
        let (_, _, folder, has_build) = known.unwrap_or_else(|| panic!("{name} {version}"));
        let count = match unsafe_lines(&folder.join("src")) {
            0 => "none".to_string(),
            count => count.to_string(),
        };
        let script = if *has_build { "yes" } else { "no" };
        if (&claimed, build.as_str()) != (&count, script) {
            wrong.push(format!("{name} {version}: unsafe {count}, build script {script}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
