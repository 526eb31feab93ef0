//! Attacks on the medium, the zip, the folder and the destination: rows 11 to
//! 18, 20, 22 and 25 of docs/THREATS.md, by the real programs.
//!
//! Each test makes its bad key, zip or folder from a good one with `drill`, or
//! with the honest tools of others (`mtools`, `python3`), checks it with
//! `mediaseal-verify check`, and asserts finding numbers, verdict and exit code.
//! A missing tool fails the test.
#![cfg(feature = "builder")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use common::{Ran, Team, release_parts, run};
use mediaseal::drill::{bundle_faults, folder, medium_faults};

/// The file that faults are about.
const PAYLOAD: &str = "PAYLOAD/patch.bin";

/// A good release in its three shapes, and what checks it.
struct Good {
    place: PathBuf,
}

/// Made once for all tests, in a folder of the build that the next run empties.
static GOOD: LazyLock<Good> = LazyLock::new(|| {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("threats_medium");
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place).unwrap();
    let team = Team::new();
    let mut parts = release_parts(7);
    parts.manifest.volume.bytes = 36 << 20;
    let release = team.signed_release("release", &parts);
    let good = Good { place };
    common::write_trust(&team.path().join("trust"), &team.documents);
    let anchor = good.anchor();
    let anchor = anchor.to_str().unwrap();
    succeed(team.mediaseal(&["trust", "export", "trust", "--out", anchor]));
    let pack = ["pack", "release", "--anchor", anchor, "--state", "none"];
    let outputs =
        ["--image", good.image().to_str().unwrap(), "--zip", good.zip().to_str().unwrap()]
            .map(String::from);
    let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
    succeed(team.mediaseal(&[&pack[..], &outputs].concat()));
    folder::make(&release, &good.folder(), |_| Ok(())).unwrap();
    good
});

impl Good {
    fn anchor(&self) -> PathBuf {
        self.place.join("example.anchor")
    }
    fn image(&self) -> PathBuf {
        self.place.join("good.img")
    }
    fn zip(&self) -> PathBuf {
        self.place.join("good.zip")
    }
    fn folder(&self) -> PathBuf {
        self.place.join("good")
    }
}

fn succeed(ran: Ran) -> Ran {
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    ran
}

#[test]
fn scratch() {
    let place = tempfile::tempdir().unwrap();
    let show = |path: &Path, name: &str| {
        let start = std::time::Instant::now();
        let ran = run(
            place.path(),
            env!("CARGO_BIN_EXE_mediaseal-verify"),
            &[
                "check",
                path.to_str().unwrap(),
                "--anchor",
                GOOD.anchor().to_str().unwrap(),
                "--state",
                "none",
                "--json",
            ],
            "",
        );
        println!("=== {name} {:?} exit {}", start.elapsed(), ran.code);
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        println!("{} {} os={}", json["verdict"], json["level"], json["os_changes"]);
        for f in json["findings"].as_array().unwrap() {
            println!("   {} {}", f["code"].as_str().unwrap(), f["what"].as_str().unwrap());
        }
    };
    show(&GOOD.image(), "good.img");
    show(&GOOD.zip(), "good.zip");
    show(&GOOD.folder(), "good");
    for f in &folder::FAULTS {
        let p = place.path().join(format!("folder-{}", f.name));
        folder::spoil(f, &GOOD.folder(), &p, PAYLOAD).unwrap();
        show(&p, f.name);
    }
    for f in &bundle_faults::FAULTS {
        let p = place.path().join(format!("{}.zip", f.name));
        match bundle_faults::spoil(f, &GOOD.zip(), &p, PAYLOAD) {
            Ok(()) => show(&p, f.name),
            Err(e) => println!("!!! {} {e}", f.name),
        }
    }
    for f in &medium_faults::FAULTS {
        let p = place.path().join(format!("{}.img", f.name));
        match medium_faults::spoil(f, &GOOD.image(), &p, PAYLOAD) {
            Ok(()) => show(&p, f.name),
            Err(e) => println!("!!! {} {e}", f.name),
        };
        let _ = std::fs::remove_file(p);
    }
}
