//! A release as people make it: every step by the programs themselves, and a
//! recipe of kind `files`, so that any tree can be a payload.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A recipe around a folder whose main file is `setup.bin`.
const RECIPE: &str = r#"product = "lab-patch"
version = "2.1"
issued = "2026-11-23T10:00:00Z"

[title]
en = "Laboratory patch"
fr = "Correctif de laboratoire"

[payload]
kind = "files"
name = "setup.bin"

[install]
destination = 'C:\Lab'
restart = { install = "none", repair = "none", remove = "none" }

[volume]
label = "LAB"

[[applies_to]]
instrument = "MiSeq"
software = "Local Run Manager"
versions = { from = "1.3", to = "3.1" }
"#;

/// What a program did.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A folder that vanishes, with keys, trust and an anchor of publisher
/// `example-support`: alice and bruno sign releases (both must), carla is root.
pub struct Workshop {
    folder: tempfile::TempDir,
}

impl Default for Workshop {
    fn default() -> Self {
        Self::new()
    }
}

impl Workshop {
    pub fn new() -> Self {
        let shop = Self { folder: tempfile::tempdir().unwrap() };
        for name in ["alice", "bruno", "carla"] {
            shop.builder(&["keygen", "--no-password", "--out", name]);
        }
        shop.builder(&[
            "trust",
            "new",
            "--publisher",
            "example-support",
            "--out",
            "trust",
            "--root",
            "carla.pub",
            "--root-threshold",
            "1",
            "--release",
            "alice.pub",
            "bruno.pub",
            "--release-threshold",
            "2",
        ]);
        shop.builder(&["trust", "sign", "trust", "--key", "carla.key", "--yes-version", "1"]);
        shop.builder(&["trust", "export", "trust", "--out", "example.anchor"]);
        fs::write(shop.path("lab.toml"), RECIPE).unwrap();
        shop
    }

    /// With a signed release `release` of a small payload, packed as
    /// `lab.img` and `lab.zip`.
    pub fn packed() -> Self {
        let shop = Self::new();
        shop.file("payload/setup.bin", &b"setup".repeat(3000));
        shop.file("payload/data/table.csv", b"1;2\r\n");
        shop.file("payload/data/empty.txt", b"");
        shop.build("release", 7);
        shop.sign("release", &["alice", "bruno"]);
        shop.pack("release", "lab");
        shop
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn file(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Builds the folder `payload` as release 1.`sequence`.
    pub fn build(&self, release: &str, sequence: u32) {
        let sequence = sequence.to_string();
        self.builder(&[
            "build",
            "lab.toml",
            "--payload",
            "payload",
            "--no-reference",
            "--trust",
            "trust",
            "--sequence",
            &sequence,
            "--out",
            release,
        ]);
    }

    pub fn sign(&self, release: &str, signers: &[&str]) {
        let manifest = fs::read_to_string(self.path(release).join("SEAL/manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        let position = format!("{}.{}", manifest["epoch"], manifest["sequence"]);
        for signer in signers {
            let key = format!("{signer}.key");
            self.builder(&["sign", release, "--key", &key, "--yes-release", &position]);
        }
    }

    /// `NAME.img` and `NAME.zip`.
    pub fn pack(&self, release: &str, name: &str) {
        let (image, bundle) = (format!("{name}.img"), format!("{name}.zip"));
        self.builder(&[
            "pack",
            release,
            "--anchor",
            "example.anchor",
            "--state",
            "nobody",
            "--image",
            &image,
            "--zip",
            &bundle,
        ]);
    }

    /// `mediaseal`, which must succeed.
    pub fn builder(&self, arguments: &[&str]) -> Ran {
        let ran = self.mediaseal(arguments);
        assert_eq!(ran.code, Some(0), "mediaseal {arguments:?}: {ran:#?}");
        ran
    }

    /// `mediaseal`, whatever becomes of it.
    pub fn mediaseal(&self, arguments: &[&str]) -> Ran {
        self.run(env!("CARGO_BIN_EXE_mediaseal"), arguments)
    }

    /// `mediaseal-verify`, whatever becomes of it.
    pub fn verify(&self, arguments: &[&str]) -> Ran {
        self.run(env!("CARGO_BIN_EXE_mediaseal-verify"), arguments)
    }

    /// `mediaseal-verify check` by the anchor alone.
    pub fn check(&self, source: &str) -> Ran {
        self.verify(&["check", source, "--anchor", "example.anchor", "--state", "nobody"])
    }

    /// Any program, in the folder. One that is missing fails the test.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Ran {
        let output = self.command(program, arguments).output();
        let output = output.unwrap_or_else(|error| panic!("{program} is needed: {error}"));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a program prints UTF-8");
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// The same, not yet started: nothing on standard input, no language but
    /// English, and nothing of the person who runs the tests.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        // mkfs.fat and fsck.fat stand in sbin, which is not on every PATH.
        let search = std::env::var("PATH").unwrap_or_default();
        command
            .args(arguments)
            .current_dir(self.root())
            .env("PATH", format!("{search}:/usr/sbin:/sbin"))
            .env("LC_ALL", "C.UTF-8")
            .env("XDG_STATE_HOME", self.path("home-state"))
            .env_remove("SOURCE_DATE_EPOCH")
            .stdin(Stdio::null());
        command
    }

    /// The publisher code of the anchor's newest document.
    pub fn code(&self) -> String {
        let bytes = fs::read(self.path("example.anchor")).unwrap();
        mediaseal::seal::anchor::parse(&bytes).unwrap().newest().code.to_string()
    }

    /// Enrols the publisher in the folder `state`.
    pub fn enrol(&self, state: &str) {
        let code = self.code();
        let ran = self.verify(&["enrol", "example.anchor", "--code", &code, "--state", state]);
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }

    /// Every path below `folder`, sorted.
    pub fn tree(&self, folder: &str) -> Vec<String> {
        let root = self.path(folder);
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                found.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_string());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }
}
