//! Releases to measure, made by the programs themselves, in a folder that
//! vanishes. Publisher, keys and trust are made once.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::measure::step;

/// The builder.
pub const MEDIASEAL: &str = env!("CARGO_BIN_EXE_mediaseal");
/// The verifier.
pub const VERIFY: &str = env!("CARGO_BIN_EXE_mediaseal-verify");

const RECIPE: &str = r#"product = "figures"
version = "1.0"
issued = "2026-11-23T10:00:00Z"
[title]
en = "Figures"
fr = "Figures"
[payload]
kind = "files"
name = "000/0000.bin"
[install]
destination = 'C:\Figures'
restart = { install = "none", repair = "none", remove = "none" }
[volume]
label = "FIGURES"
[[applies_to]]
instrument = "MiSeq"
software = "Local Run Manager"
versions = { from = "1.3", to = "3.1" }
"#;

/// Files of one folder.
const PER_FOLDER: usize = 100;

/// What a payload's bytes are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// As good as random.
    Mixed,
    /// A hole: for sizes where making and keeping bytes would be the work.
    Hole,
}

/// The work folder; removed at the end.
pub struct Work(tempfile::TempDir);

impl Work {
    /// Makes keys, trust and anchor in a new folder below `TMPDIR`.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("mediaseal-figures-").tempdir();
        let work = Self(folder.expect("TMPDIR can be written"));
        let run = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            step(MEDIASEAL, &words).run(work.path());
        };
        run("keygen --no-password --out key");
        run("trust new --publisher figures --out trust --root key.pub --root-threshold 1 \
             --release key.pub --release-threshold 1");
        run("trust sign trust --key key.key --yes-version 1");
        run("trust export trust --out figures.anchor");
        fs::write(work.path().join("recipe.toml"), RECIPE).expect("the work folder is ours");
        work
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Builds and signs the release `release` of `count` files of `bytes`
    /// bytes, `size_mib` the volume's size if it is not the smallest.
    pub fn release(&self, count: usize, bytes: u64, kind: Bytes, size_mib: Option<u64>) {
        for name in ["payload", "release"] {
            let path = self.path().join(name);
            if path.exists() {
                fs::remove_dir_all(path).expect("the work folder is ours");
            }
        }
        for index in 0..count {
            let folder = format!("payload/{:03}", index / PER_FOLDER);
            let folder = self.path().join(folder);
            fs::create_dir_all(&folder).expect("the work folder is ours");
            write(&folder.join(format!("{index:04}.bin")), bytes, kind, index as u64)
                .expect("TMPDIR has room");
        }
        let size = size_mib.map(|size| format!("size_mib = {size}\n")).unwrap_or_default();
        let recipe = RECIPE.replace("label = ", &format!("{size}label = "));
        fs::write(self.path().join("recipe.toml"), recipe).expect("the work folder is ours");
        let build = "build recipe.toml --payload payload --no-reference --trust trust \
                     --sequence 1 --out release";
        for line in [build, "sign release --key key.key --yes-release 1.1"] {
            let words: Vec<&str> = line.split_whitespace().collect();
            step(MEDIASEAL, &words).run(self.path());
        }
        fs::remove_dir_all(self.path().join("payload")).expect("the work folder is ours");
    }

    /// Every file of the release, relative to the work folder, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![PathBuf::from("release")];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(self.path().join(&folder)).expect("the release is there");
            for entry in entries {
                let entry = entry.expect("the work folder is ours");
                let path = folder.join(entry.file_name());
                match entry.path().is_dir() {
                    true => folders.push(path),
                    false => found.push(path.to_str().expect("names are ASCII").to_string()),
                }
            }
        }
        found.sort();
        found
    }

    /// Bytes of a file of the work folder.
    pub fn size(&self, name: &str) -> u64 {
        fs::metadata(self.path().join(name)).map_or(0, |metadata| metadata.len())
    }
}

/// Bytes of a xorshift generator, other ones for each `seed`.
fn write(path: &Path, bytes: u64, kind: Bytes, seed: u64) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    if kind == Bytes::Hole {
        return file.set_len(bytes);
    }
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut left = bytes as usize;
    let mut piece = Vec::with_capacity(1 << 20);
    while left > 0 {
        piece.clear();
        while piece.len() < left.min(1 << 20) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            piece.extend_from_slice(&state.to_le_bytes());
        }
        let length = piece.len().min(left);
        file.write_all(&piece[..length])?;
        left -= length;
    }
    Ok(())
}
