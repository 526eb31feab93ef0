//! The folder of one run: the copy of the tree, its build, and what is known so
//! far.
//!
//! | name | what |
//! | --- | --- |
//! | `tree/` | copy of the repository with all mutants planted |
//! | `alone/` | plain copy, for those that are built alone |
//! | `target/`, `target-alone/` | their builds: each has programs of its own, which its tests start |
//! | `programs.json` | the test programs of `tree/` |
//! | `source.json` | fingerprint of the repository that was copied |
//! | `mutants.json` | the mutants, see [`crate::list`] |
//! | `tests.json` | the tests and which mutants they meet, see [`crate::trace`] |
//! | `results.jsonl` | what came of each mutant of this tree, see [`crate::results`] |
//! | `before.jsonl` | the same of earlier trees: which test to ask first, no result |

use std::collections::HashSet;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::report::EXPLAINED;
use crate::results;

/// Anything that went wrong, as a sentence.
pub type Fault = Box<dyn std::error::Error>;

/// The copy that has the mutants.
const PLANTED: &str = "tree";

/// The folder of one run.
pub struct Work {
    folder: PathBuf,
    /// Name of the copy in it.
    tree: &'static str,
}

impl Work {
    /// Makes the folder if there is none.
    pub fn open(folder: &str) -> Result<Self, Fault> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: fs::canonicalize(folder)?, tree: PLANTED })
    }

    /// A file or folder in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The same folder with another copy of the repository.
    pub fn beside(&self, tree: &'static str) -> Self {
        Self { folder: self.folder.clone(), tree }
    }

    /// The copy of the repository.
    pub fn tree(&self) -> PathBuf {
        self.path(self.tree)
    }

    /// `cargo` in the copy, with overflow checks as in every test run, but with
    /// our own code so much optimised that the tests take less than the build. The
    /// plain copy is built for each mutant of its own: quickly, and what is as
    /// before is not built again.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        if self.tree == PLANTED {
            command.args(["--config", "profile.dev.package.mediaseal.opt-level=1"]);
        }
        command
            .args(arguments)
            .current_dir(self.tree())
            .env(
                "CARGO_TARGET_DIR",
                self.path(if self.tree == PLANTED { "target" } else { "target-alone" }),
            )
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_PROFILE_TEST_DEBUG", "0")
            .env("CARGO_INCREMENTAL", if self.tree == PLANTED { "0" } else { "1" });
        command
    }

    /// Reads a value that [`Work::save`] wrote.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Result<T, Fault> {
        let path = self.path(name);
        let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Writes a value as JSON.
    pub fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Fault> {
        Ok(fs::write(self.path(name), serde_json::to_vec_pretty(value)?)?)
    }

    /// An empty folder for temporary files of one test run; each process has
    /// its own, and so has each of its `job`s, so that they can try different
    /// mutants. Its name is short: some tests compare screens, where a long path
    /// has its own line.
    pub fn fresh(&self, job: usize) -> Result<PathBuf, Fault> {
        let path = std::env::temp_dir().join(format!("m{}.{job}", std::process::id()));
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// True if the repository is what it was at the last call; else forgets
    /// what was built, traced and tried of it: figures are those of one tree.
    pub fn is_up_to_date(&self) -> Result<bool, Fault> {
        let mut hasher = DefaultHasher::new();
        // What explains the survivors is written when they are known.
        for name in sources()?.into_iter().filter(|name| name != EXPLAINED) {
            (name.as_str(), fs::read(&name)?).hash(&mut hasher);
        }
        let now = hasher.finish();
        let same = self.load::<u64>("source.json").is_ok_and(|before| before == now)
            && self.path("programs.json").exists();
        if !same {
            for name in ["programs.json", "tests.json"] {
                let _ = fs::remove_file(self.path(name));
            }
            results::set_aside(self)?;
            self.save("source.json", &now)?;
        }
        Ok(same)
    }

    /// Copies every file that the repository has or will have, and no other: what
    /// an earlier tree had beside them goes.
    pub fn copy_tree(&self) -> Result<(), Fault> {
        let tree = self.tree();
        // Somebody's repository is not the copy that is to be cleared.
        if tree.is_symlink() || tree.join(".git").exists() {
            return Err(format!("{}: not a copy that was made here", tree.display()).into());
        }
        let names = sources()?;
        remove_others(&tree, &tree, &names.iter().map(PathBuf::from).collect())?;
        for name in names {
            write_if_other(&tree.join(&name), &fs::read(&name)?)?;
            fs::set_permissions(tree.join(&name), fs::metadata(&name)?.permissions())?;
        }
        Ok(())
    }
}

/// Every file that the repository has or will have.
fn sources() -> Result<Vec<String>, Fault> {
    // In a folder of it, git would list that folder's files alone.
    if !Path::new(".git").exists() {
        return Err("start this in the repository's root".into());
    }
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()?;
    if !listed.status.success() {
        return Err("git ls-files: start this in the repository".into());
    }
    let names = String::from_utf8(listed.stdout)?;
    let names = names.split_terminator('\0').filter(|name| Path::new(name).is_file());
    let names: Vec<String> = names.map(str::to_string).collect();
    match names.is_empty() {
        true => Err("the repository has no files".into()),
        false => Ok(names),
    }
}

/// Removes every file below `folder` whose path below `tree` is not in `names`.
fn remove_others(tree: &Path, folder: &Path, names: &HashSet<PathBuf>) -> Result<(), Fault> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_others(tree, &path, names)?;
            // It goes where nothing is left in it.
            let _ = fs::remove_dir(&path);
        } else if !names.contains(path.strip_prefix(tree)?) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Writes `bytes` unless they are there: an unchanged file is not built again.
pub fn write_if_other(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, bytes)?)
}
