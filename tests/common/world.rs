//! A publisher, a good release, a verifier, and whoever attacks: the setting in
//! which tests/threats_seal.rs and tests/threats_trust.rs try every attack.
//!
//! Each world proves first that its good release passes, so that nothing fails
//! later for another reason than the attack.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use mediaseal::drill::seal::fixture;
use mediaseal::drill::seal_draft::Draft;
use mediaseal::drill::{Keys, seal_media, trust_anchor};
use mediaseal::seal::anchor;
use mediaseal::seal::chain::{Chain, SignedDocument};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::layout::MANIFEST;
use mediaseal::seal::manifest::Manifest;
use serde_json::Value;

use crate::common::{ReleaseParts, Signer, Team, release_parts, run};

pub const VERIFY: &str = env!("CARGO_BIN_EXE_mediaseal-verify");

/// Notes that every check with an anchor has, or that hang on the day on which
/// the tests run.
const ALWAYS: [&str; 3] = ["M-508", "M-510", "M-511"];

/// What a check came to.
#[derive(Debug)]
pub struct Checked {
    pub code: i32,
    pub json: Value,
}

impl Checked {
    pub fn verdict(&self) -> &str {
        self.json["verdict"].as_str().expect("a verdict")
    }

    /// Codes of all findings, sorted, each once, without [`ALWAYS`].
    pub fn codes(&self) -> Vec<&str> {
        let findings = self.json["findings"].as_array().expect("findings");
        let mut codes: Vec<&str> =
            findings.iter().map(|finding| finding["code"].as_str().expect("a code")).collect();
        codes.retain(|code| !ALWAYS.contains(code));
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// The first finding `code` gives `reason`.
    #[track_caller]
    pub fn says(&self, code: &str, reason: &str) {
        let what = self.what(code);
        assert!(what.contains(reason), "{code} does not say {reason:?}: {what}");
    }

    /// The text of the first finding `code`.
    pub fn what(&self, code: &str) -> &str {
        let findings = self.json["findings"].as_array().expect("findings");
        let found = findings.iter().find(|finding| finding["code"] == code);
        found.and_then(|finding| finding["what"].as_str()).unwrap_or("")
    }

    #[track_caller]
    pub fn is(&self, verdict: &str, code: i32, codes: &[&str]) {
        assert_eq!((self.verdict(), self.codes()), (verdict, codes.to_vec()), "{:#}", self.json);
        assert_eq!((self.code, &self.json["exit_code"]), (code, &Value::from(code)));
    }

    #[track_caller]
    pub fn fails(&self, codes: &[&str]) {
        self.is("FAIL", 1, codes);
    }

    #[track_caller]
    pub fn passes(&self, codes: &[&str]) {
        self.is("PASS", 0, codes);
    }
}

pub struct World {
    pub team: Team,
    /// Holds a key that no trust document has.
    pub stranger: Signer,
    /// Release 1.7, signed by everybody.
    pub good: PathBuf,
    /// What the verifier was given by hand.
    pub anchor: PathBuf,
}

/// Release 1.7 on the smallest volume there is.
pub fn parts(sequence: u32) -> ReleaseParts {
    let mut parts = release_parts(sequence);
    parts.manifest.volume.bytes = 35 << 20;
    parts
}

/// The anchor over `documents`.
pub fn anchor_bytes(documents: &[SignedDocument]) -> (Vec<u8>, Digest) {
    let code = Digest::of(&documents[documents.len() - 1].bytes);
    let chain = Chain::anchored(documents.to_vec(), code).unwrap();
    (anchor::print(&chain).unwrap(), code)
}

impl World {
    pub fn new() -> Self {
        Self::of(Team::new())
    }

    pub fn of(team: Team) -> Self {
        let stranger = Signer::new(team.path(), "stranger");
        let good = team.signed_release("good", &parts(7));
        let anchor = team.path().join("example-support.anchor");
        fs::write(&anchor, anchor_bytes(&team.documents).0).unwrap();
        let world = Self { team, stranger, good, anchor };
        world.check(&world.good).passes(&[]);
        world
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.team.path().join(name)
    }

    pub fn keys(&self) -> Keys<'_> {
        Keys {
            release: [&self.team.alice.key, &self.team.bruno.key],
            root: [&self.team.carla.key, &self.team.diego.key],
            stranger: &self.stranger.key,
        }
    }

    /// Makes the fixture `name` of the good release.
    pub fn bad(&self, name: &str) -> PathBuf {
        self.bad_of(&self.good, name)
    }

    /// Makes the fixture `name` of `release`.
    pub fn bad_of(&self, release: &Path, name: &str) -> PathBuf {
        let out = self.path(name);
        let fixture = fixture(name).unwrap_or_else(|| panic!("no fixture {name}"));
        fixture.write(release, &self.keys(), &out).unwrap();
        out
    }

    /// Runs `mediaseal-verify`.
    pub fn verify(&self, arguments: &[&str]) -> crate::common::Ran {
        run(self.team.path(), VERIFY, arguments, "")
    }

    /// `check SOURCE --json` and more.
    pub fn check_with(&self, source: &Path, more: &[&str]) -> Checked {
        checked(self.team.path(), VERIFY, source, more)
    }

    /// `check SOURCE --anchor ANCHOR --state nowhere --json`
    pub fn check(&self, source: &Path) -> Checked {
        let anchor = self.anchor.to_str().unwrap();
        self.check_with(source, &["--anchor", anchor, "--state", "nowhere"])
    }

    /// Image and zip of a release folder, however bad, beside it.
    pub fn media(&self, folder: &Path) -> [PathBuf; 2] {
        let [image, zip] = ["img", "zip"].map(|extension| folder.with_extension(extension));
        let manifest = Manifest::parse(&fs::read(self.good.join(MANIFEST)).unwrap()).unwrap();
        seal_media::image(folder, &manifest, &image).unwrap();
        seal_media::bundle(folder, &manifest, &zip).unwrap();
        [image, zip]
    }

    /// The fixture fails as a folder.
    #[track_caller]
    pub fn refuses(&self, name: &str, codes: &[&str]) -> Checked {
        let checked = self.check(&self.bad(name));
        checked.fails(codes);
        checked
    }

    /// The fixture fails as a folder, an image and a zip, for the same reasons;
    /// the good release passes as all three.
    #[track_caller]
    pub fn refuses_everywhere(&self, name: &str, codes: &[&str]) {
        self.refuses(name, codes);
        for source in self.media(&self.path(name)) {
            self.check(&source).fails(codes);
        }
        if !self.path("good.img").exists() {
            for source in self.media(&self.good) {
                self.check(&source).passes(&[]);
            }
        }
    }

    /// The anchor over the documents of a release, however bad, and its code.
    pub fn anchor_of(&self, release: &Path) -> (PathBuf, Digest) {
        let (bytes, code) = trust_anchor::anchor_of(&Draft::read(release).unwrap()).unwrap();
        let path = release.with_extension("anchor");
        fs::write(&path, bytes).unwrap();
        (path, code)
    }

    /// As an anchor the fixture's trust documents are refused by `check` and by
    /// `enrol`; nothing is stored.
    #[track_caller]
    pub fn refused_as_anchor(&self, name: &str) {
        let (anchor, code) = self.anchor_of(&self.path(name));
        let (good, anchor) = (self.good.to_str().unwrap(), anchor.to_str().unwrap());
        let ran = self.verify(&["check", good, "--anchor", anchor, "--state", "none", "--json"]);
        assert_eq!(ran.code, 6, "{name}: {}", ran.stderr);
        let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        // Nothing was judged, so there is no report and no verdict.
        assert_eq!((&said["outcome"], said.get("verdict")), (&"trust-set-up".into(), None));
        let code = code.to_string();
        let ran = self.verify(&["enrol", anchor, "--code", &code, "--state", "none"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (6, ""), "{name}: {}", ran.stderr);
        assert!(!self.path("none").exists(), "{name}");
    }

    /// Enrols the publisher in the state folder `name`.
    pub fn enrol(&self, name: &str) -> PathBuf {
        let code = Digest::of(&self.team.documents[self.team.documents.len() - 1].bytes);
        let (anchor, code) = (self.anchor.to_str().unwrap(), code.to_string());
        let ran = self.verify(&["enrol", anchor, "--code", &code, "--state", name]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        self.path(name)
    }

    /// `copy SOURCE --to Illumina --state STATE --json`
    pub fn copy(&self, source: &Path, state: &Path, more: &[&str]) -> Checked {
        fs::create_dir_all(self.path("Illumina")).unwrap();
        let (source, state) = (source.to_str().unwrap(), state.to_str().unwrap());
        let arguments = ["copy", source, "--to", "Illumina", "--state", state, "--json"];
        read(&self.verify(&[&arguments, more].concat()))
    }

    /// `check SOURCE --state STATE --json` and more.
    pub fn check_state(&self, source: &Path, state: &Path, more: &[&str]) -> Checked {
        self.check_with(source, &[&["--state", state.to_str().unwrap()], more].concat())
    }
}

/// `PROGRAM check SOURCE --json` and more, run in `folder`.
pub fn checked(folder: &Path, program: &str, source: &Path, more: &[&str]) -> Checked {
    let arguments = [&["check", source.to_str().unwrap(), "--json"], more].concat();
    read(&run(folder, program, &arguments, ""))
}

fn read(ran: &crate::common::Ran) -> Checked {
    let json = serde_json::from_str(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr));
    Checked { code: ran.code, json }
}
