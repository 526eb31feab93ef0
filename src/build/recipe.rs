//! A recipe: what the release of one product is, in TOML.
//!
//! A recipe is a file that its owner writes, or the name of one that the
//! program carries ([`built_in`](super::built_in)). The publisher and the epoch
//! come from the trust document, the sequence from the command line.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::built_in::{INSTRUMENTS, RECIPES};
use super::error::BuildError;
use super::instruments::Instruments;
use super::mistake::{Mistakes, suggestion};
use super::{fields::MAX_TOML_BYTES, reading};
use crate::seal::manifest::{AppliesTo, Bilingual, Install, PayloadKind, ReferenceHash};
use crate::seal::names::{Identifier, Number, VersionText, VolumeLabel};
use crate::seal::timestamp::Timestamp;

/// Bytes of one document: guides with pictures inside stay far below.
pub const MAX_DOCUMENT_BYTES: usize = 4 << 20;

/// A recipe that keeps every rule that can be checked without the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// What is updated.
    pub product: Identifier,
    /// Its version as people say it.
    pub version: VersionText,
    /// The product's name.
    pub title: Bilingual,
    /// Every time on the medium, unless the command line or the environment
    /// names another.
    pub issued: Option<Timestamp>,
    /// From then on a newer release should be asked for; 365 days after
    /// `issued` where it is not given.
    pub advise_after: Option<Timestamp>,
    /// The oldest sequence that may still follow.
    pub floor: Number,
    /// Where it may be installed.
    pub applies_to: Vec<AppliesTo>,
    /// Both names of each instrument of `applies_to`, in its order.
    pub instrument_names: Vec<Bilingual>,
    /// What is installed.
    pub payload: PayloadRule,
    /// How it is installed.
    pub install: Install,
    /// The medium's volume.
    pub volume: VolumeRule,
    /// What people read on the medium.
    pub documents: Vec<Document>,
}

/// What a recipe says of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadRule {
    /// What it is.
    pub kind: PayloadKind,
    /// Path of the main file below `PAYLOAD/`; a single file's own name where
    /// it is not given.
    pub name: Option<String>,
    /// What others say the main file's SHA-256 is.
    pub references: Vec<ReferenceHash>,
}

/// What a recipe says of the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeRule {
    /// The label.
    pub label: VolumeLabel,
    /// From LBA 0 on; the smallest that leaves room where it is not given.
    pub bytes: Option<u64>,
}

/// A file that people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its path on the medium.
    pub path: String,
    /// What mistakes in it call it.
    pub file: String,
    /// The bytes before places are filled in.
    pub bytes: Vec<u8>,
}

/// Where the files stand that a recipe names.
pub trait Beside {
    /// The bytes of `name`, at most `limit`, and what a person calls the file.
    /// The error says what happened and what to do.
    fn open(&self, name: &str, limit: usize) -> Result<(String, Vec<u8>), (String, String)>;
}

impl Recipe {
    /// Reads `argument`: the name of a built-in recipe, else a path.
    pub fn open(argument: &str) -> Result<Self, BuildError> {
        let plain = !argument.contains(['/', '\\', '.']);
        match plain && !Path::new(argument).exists() {
            true => Self::built_in(argument),
            false => Self::load(Path::new(argument)),
        }
    }

    /// The recipe that the program carries as `name`.
    pub fn built_in(name: &str) -> Result<Self, BuildError> {
        let Some(found) = RECIPES.iter().find(|recipe| recipe.name == name) else {
            let names: Vec<&str> = RECIPES.iter().map(|recipe| recipe.name).collect();
            let next = suggestion(name, &names);
            return Err(BuildError::NoSuchRecipe { name: name.to_string(), next });
        };
        struct Carried(&'static super::built_in::BuiltIn);
        impl Beside for Carried {
            fn open(&self, name: &str, _: usize) -> Result<(String, Vec<u8>), (String, String)> {
                let document = self.0.documents.iter().find(|(known, _)| *known == name);
                let names: Vec<&str> = self.0.documents.iter().map(|(known, _)| *known).collect();
                match document {
                    Some((known, bytes)) => {
                        Ok((format!("{}/{known}", self.0.name), bytes.to_vec()))
                    }
                    None => {
                        Err(("the program carries no such text".into(), suggestion(name, &names)))
                    }
                }
            }
        }
        let file = format!("{name}/recipe.toml");
        Self::parse(&file, found.recipe, &Carried(found)).map_err(BuildError::Mistakes)
    }

    /// Reads the recipe at `path`; the files that it names stand beside it.
    pub fn load(path: &Path) -> Result<Self, BuildError> {
        let bytes = read(path, MAX_TOML_BYTES).map_err(|error| error.of("recipe", path))?;
        let file = path.display().to_string();
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                let what = "is not UTF-8".to_string();
                let one = Mistakes::one(&file, line, "", what, "Save it as UTF-8.");
                return Err(BuildError::Mistakes(one));
            }
        };
        struct Folder<'a>(&'a Path);
        impl Beside for Folder<'_> {
            fn open(
                &self,
                name: &str,
                limit: usize,
            ) -> Result<(String, Vec<u8>), (String, String)> {
                let path = self.0.join(name);
                match read(&path, limit) {
                    Ok(bytes) => Ok((path.display().to_string(), bytes)),
                    Err(error) => {
                        let what = error.of("file", &path).to_string();
                        Err((what, "Files that a recipe names stand beside it.".to_string()))
                    }
                }
            }
        }
        let folder = Folder(path.parent().unwrap_or(Path::new("")));
        Self::parse(&file, text, &folder).map_err(BuildError::Mistakes)
    }

    /// Reads the text of a recipe; `file` is what mistakes call it.
    pub fn parse(file: &str, text: &str, beside: &dyn Beside) -> Result<Self, Mistakes> {
        // The list in the program is tested; it is read each time all the same.
        let known = Instruments::parse("templates/instruments.toml", INSTRUMENTS)?;
        reading::read(file, text, beside, known)
    }
}

/// Why a small file could not be read.
enum ReadError {
    Io(std::io::Error),
    TooLong(usize),
}

impl ReadError {
    fn of(self, what: &'static str, path: &Path) -> BuildError {
        let path = path.to_path_buf();
        match self {
            Self::Io(error) => BuildError::Io { path, doing: "read", error },
            Self::TooLong(limit) => BuildError::TooLong { what, path, limit: limit as u64 },
        }
    }
}

fn read(path: &Path, limit: usize) -> Result<Vec<u8>, ReadError> {
    let file = File::open(path).map_err(ReadError::Io)?;
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    match bytes.len() > limit {
        true => Err(ReadError::TooLong(limit)),
        false => Ok(bytes),
    }
}

#[cfg(test)]
#[path = "recipe_tests.rs"]
mod tests;
