//! The one list of exercises: every generator of this room by its name, with
//! the attack in plain words, what it makes, and what a check must come to.
//!
//! Officers order from it, the answer sheet is printed from it, and the tests
//! run all of it through the real program and compare. A name is never given to
//! another attack.

use std::path::Path;

use super::exercise::{ANCHOR, RELEASE, STATE, Workbench};
use super::trust_state::StateFault;
use super::{DrillError, bundle_faults, folder, medium_faults, seal, seal_media, unsuitable};
use crate::text::Language;
use crate::verify::outcome::Outcome;

mod media;
mod settings;
mod signed;

/// What a check must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comes {
    /// PASS: not everything in a set of exercises is bad.
    Pass,
    /// FAIL.
    Fail,
    /// CANNOT TELL: trust is not set up, or the state is lost.
    Trust,
    /// CANNOT TELL: refused for safety.
    Refused,
}

impl Comes {
    /// The verdict, as JSON has it.
    pub fn verdict(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Trust | Self::Refused => "CANNOT TELL",
        }
    }

    /// How the program ends.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Pass => Outcome::Done,
            Self::Fail => Outcome::Fail,
            Self::Trust => Outcome::TrustSetUp,
            Self::Refused => Outcome::Refused,
        }
    }
}

/// What an exercise is, on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// A folder, as on a share.
    Folder,
    /// A medium's bytes in a file.
    Image,
    /// A zip.
    Zip,
    /// A folder with a release of publisher `demo`, its anchor, and where it
    /// needs one a state.
    Setting,
}

impl Output {
    /// The word in lists.
    pub fn word(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Image => "image",
            Self::Zip => "zip",
            Self::Setting => "setting",
        }
    }

    /// What a file of this kind is called.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Folder | Self::Setting => "",
            Self::Image => ".img",
            Self::Zip => ".zip",
        }
    }
}

/// An exercise that no list of faults has.
pub struct Special {
    /// The row of docs/THREATS.md; 0 for a good one.
    pub row: u8,
    /// What is bad.
    pub english: &'static str,
    /// What it makes.
    pub output: Output,
    /// Makes it.
    pub make: fn(&Workbench, &Path) -> Result<(), DrillError>,
}

/// Which generator makes it.
enum Make {
    /// Of the person's release as a folder.
    Folder(&'static folder::Fault),
    /// As an image.
    Image(&'static medium_faults::Fault),
    /// As a zip.
    Zip(&'static bundle_faults::Fault),
    /// A change of the seal that needs no key, as a folder, image or zip.
    Seal(&'static seal::Fixture, Output),
    /// A change of the twin's seal, by its throwaway keys.
    Twin(&'static seal::Fixture),
    /// A state that was spoiled.
    State(StateFault),
    /// Something of its own.
    Special(&'static Special),
}

/// How a check is asked; `{out}` stands for the exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    /// By the trust of the person who checks.
    Own(&'static [&'static str]),
    /// By the exercise's anchor.
    Anchor(&'static [&'static str]),
    /// By the exercise's state.
    State(&'static [&'static str]),
    /// By what the options name; the release is in a setting.
    Within(&'static [&'static str]),
}

/// An exercise.
pub struct Drill {
    name: String,
    french: &'static str,
    comes: Comes,
    findings: Vec<&'static str>,
    ask: Ask,
    make: Make,
}

impl Drill {
    /// Its name on the command line.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The row of docs/THREATS.md; 0 for a good one.
    pub fn row(&self) -> u8 {
        match &self.make {
            Make::Folder(fault) => fault.row,
            Make::Image(fault) => fault.row,
            Make::Zip(fault) => fault.row,
            Make::Seal(fixture, _) | Make::Twin(fixture) => fixture.row,
            Make::State(_) => 10,
            Make::Special(special) => special.row,
        }
    }

    /// The attack in plain words.
    pub fn attack(&self, language: Language) -> &'static str {
        if language == Language::French {
            return self.french;
        }
        match &self.make {
            Make::Folder(fault) => fault.what,
            Make::Image(fault) => fault.what,
            Make::Zip(fault) => fault.what,
            Make::Seal(fixture, _) | Make::Twin(fixture) => fixture.what,
            Make::State(fault) => fault.what(),
            Make::Special(special) => special.english,
        }
    }

    /// What it makes.
    pub fn output(&self) -> Output {
        match &self.make {
            Make::Folder(_) => Output::Folder,
            Make::Image(_) => Output::Image,
            Make::Zip(_) => Output::Zip,
            Make::Seal(_, output) => *output,
            Make::Twin(_) | Make::State(_) => Output::Setting,
            Make::Special(special) => special.output,
        }
    }

    /// The generator's own name, with the list that has it.
    pub fn generator(&self) -> (&'static str, &'static str) {
        match &self.make {
            Make::Folder(fault) => ("folder", fault.name),
            Make::Image(fault) => ("image", fault.name),
            Make::Zip(fault) => ("zip", fault.name),
            Make::Seal(fixture, _) | Make::Twin(fixture) => ("seal", fixture.name),
            Make::State(fault) => ("state", fault.name()),
            Make::Special(_) => ("special", ""),
        }
    }

    /// What a check must come to.
    pub fn comes(&self) -> Comes {
        self.comes
    }

    /// Numbers of the findings, sorted, without those that every check by an
    /// anchor has.
    pub fn findings(&self) -> &[&'static str] {
        &self.findings
    }

    /// True if it is checked by the trust of whoever checks it.
    pub fn is_own(&self) -> bool {
        matches!(self.ask, Ask::Own(_))
    }

    /// The arguments of `mediaseal-verify` that check the exercise at `out`;
    /// `own` are the options that name the person's own trust.
    pub fn check_arguments(&self, out: &str, own: &[&str]) -> Vec<String> {
        let in_setting = |name: &str| format!("{out}/{name}");
        let (source, trust, more) = match self.ask {
            Ask::Own(more) => {
                (out.to_string(), own.iter().map(|text| text.to_string()).collect(), more)
            }
            Ask::Anchor(more) => {
                let anchor = [
                    "--anchor".to_string(),
                    in_setting(ANCHOR),
                    "--state".to_string(),
                    in_setting("nobody"),
                ];
                (in_setting(RELEASE), anchor.to_vec(), more)
            }
            Ask::Within(more) => (in_setting(RELEASE), Vec::new(), more),
            Ask::State(more) => {
                (in_setting(RELEASE), vec!["--state".to_string(), in_setting(STATE)], more)
            }
        };
        let more = more.iter().map(|text| text.replace("{out}", out));
        ["check".to_string(), source].into_iter().chain(trust).chain(more).collect()
    }

    /// Makes it at `out`, which must not be there.
    pub fn write(&self, bench: &Workbench, out: &Path) -> Result<(), DrillError> {
        let payload = bench.payload();
        match &self.make {
            Make::Folder(fault) => folder::spoil(fault, bench.folder(), out, payload),
            Make::Image(fault) => medium_faults::spoil(fault, bench.image()?, out, payload),
            Make::Zip(fault) => bundle_faults::spoil(fault, bench.zip()?, out, payload),
            Make::Seal(fixture, output) => {
                let keys = bench.stand_in();
                let render = match output {
                    Output::Image => seal_media::image,
                    Output::Zip => seal_media::bundle,
                    Output::Folder | Output::Setting => {
                        return fixture.write(bench.folder(), &keys, out);
                    }
                };
                let folder = bench.scratch_folder()?;
                fixture.write(bench.folder(), &keys, &folder)?;
                render(&folder, bench.manifest(), out)
            }
            Make::Twin(fixture) => bench.setting(out, |bench, root| {
                let (good, keys) = bench.twin_release()?;
                fixture.write(good, &keys, &root.join(RELEASE))
            }),
            Make::State(fault) => settings::spoiled_state(*fault, bench, out),
            Make::Special(special) => (special.make)(bench, out),
        }
    }
}

/// Codes as they stand in a table: `"M-214 M-230"`.
fn codes(text: &'static str) -> Vec<&'static str> {
    text.split(' ').filter(|code| !code.is_empty()).collect()
}

/// Every exercise, in the order of their numbers.
pub fn drills() -> Result<Vec<Drill>, DrillError> {
    let mut drills = media::drills()?;
    drills.extend(signed::drills()?);
    drills.extend(settings::drills());
    drills.sort_by_key(Drill::row);
    Ok(drills)
}

/// The exercise called `name`.
pub fn drill(name: &str) -> Result<Drill, DrillError> {
    let mut drills = drills()?.into_iter();
    let found = drills.find(|drill| drill.name == name);
    found.ok_or_else(|| {
        unsuitable(format!("no exercise is called {}", crate::seal::names::escape(name)))
    })
}

/// Rows of docs/THREATS.md that no source can show, and why.
pub const NO_SOURCE: [(u8, &str); 8] = [
    (22, "the destination of a copy"),
    (23, "the installed copy"),
    (24, "power cuts"),
    (28, "the target of writing"),
    (29, "a stick that lies"),
    (30, "a cancelled write"),
    (34, "what a signer is shown"),
    (35, "what works"),
];
