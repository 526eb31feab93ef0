//! Which instrument it is before anything is changed: model, serial number, the
//! version of its software, its mode.
//!
//! Asked once and stored, or given by option; never guessed from what lies on its
//! disks. What the last run says is a hint, and only the answer refuses.

use crate::seal::manifest::AppliesTo;
use crate::seal::names::{DottedVersion, Text, escape};
use crate::text::fill;
use crate::verify::finding::Kind;

use super::identity::Identity;
use super::model::models;
use super::person;
use super::preflight::Look;
use super::question::{AnsweredBy, Mode, Question};
use super::runs;
use super::software::{self, LastRun};

/// The model of a computer that is none of those in the list.
const OTHER: &str = "other";

impl Look<'_, '_> {
    /// Which instrument it is, its serial number, its software, its mode.
    pub(super) fn instrument(&mut self) {
        let Some((name, asked)) = self.model_name() else { return };
        let wanted = |applies: &[AppliesTo]| {
            let mut names: Vec<&str> = applies.iter().map(|a| a.instrument.as_str()).collect();
            names.dedup();
            names.join(", ")
        };
        if let Some(applies) = self.subject.applies_to
            && !applies.iter().any(|applies| applies.instrument == name)
        {
            let found = name.to_string();
            self.find(Kind::WrongInstrument { found, wanted: wanted(applies) });
            return;
        }
        let known = (self.subject.models)(name.as_str());
        self.came.two_modes = known.two_modes;
        let runs = runs::look(&known.runs, (self.subject.now)());
        let last = software::last_run(&runs.newest);
        let Some(serial) = self.serial(asked, last.as_ref()) else { return };
        self.came.identity = Some(Identity { model: name.clone(), serial });
        if let Some(applies) = self.subject.applies_to {
            self.software(applies, &name, last.as_ref());
        }
        if known.two_modes && self.came.may_go_on() {
            self.mode();
        }
    }

    /// The model, and whether it was given just now.
    fn model_name(&mut self) -> Option<(Text, bool)> {
        if let Some(name) = &self.subject.given.instrument {
            self.answered(Question::Instrument, name.as_str(), AnsweredBy::Option);
            return Some((name.clone(), true));
        }
        if let Some(stored) = &self.subject.stored {
            self.answered(Question::Instrument, stored.model.as_str(), AnsweredBy::Stored);
            return Some((stored.model.clone(), false));
        }
        let mut names: Vec<Text> = match self.subject.applies_to {
            Some(applies) => applies.iter().map(|applies| applies.instrument.clone()).collect(),
            None => models().iter().filter_map(|model| Text::parse(&model.name).ok()).collect(),
        };
        names.dedup();
        let none = self.language.table().questions.none_of_these.what;
        let mut choices: Vec<String> = names.iter().map(ToString::to_string).collect();
        choices.push(none.to_string());
        let language = self.language;
        let index = self.ask(Question::Instrument, &[], |p, what, why| {
            person::choose(p, language, what, why, &choices)
        })?;
        let name = match names.get(index) {
            Some(name) => name.clone(),
            None => Text::parse(OTHER).ok()?,
        };
        self.answered(Question::Instrument, name.as_str(), AnsweredBy::Person);
        Some((name, true))
    }

    /// The serial number, which nobody must know. `None` where the person stops.
    fn serial(&mut self, asked: bool, last: Option<&LastRun>) -> Option<Option<Text>> {
        if let Some(serial) = &self.subject.given.serial {
            self.answered(Question::Serial, serial.as_str(), AnsweredBy::Option);
            return Some(Some(serial.clone()));
        }
        let stored = self.subject.stored.as_ref().and_then(|stored| stored.serial.clone());
        if let (false, Some(serial)) = (asked, &stored) {
            self.answered(Question::Serial, serial.as_str(), AnsweredBy::Stored);
        }
        if !asked || self.person.is_none() {
            return Some(stored.filter(|_| !asked));
        }
        let hint = last.and_then(|run| run.instrument.as_deref()).map(escape);
        let language = self.language;
        let line = self.ask(Question::Serial, &[], |p, what, why| {
            let said = language.table().questions.serial_hint.what;
            if let Some(hint) = &hint {
                person::say(p, &fill(said, &[("hint", hint.clone())]));
            }
            let read = |line: &str| match line {
                "-" => Some(None),
                line => Text::parse(line).ok().map(Some),
            };
            person::line(p, language, what, why, read)
        })?;
        let answer = line.as_ref().map_or("-", Text::as_str).to_string();
        self.answered(Question::Serial, answer, AnsweredBy::Person);
        Some(line)
    }

    /// The software's version must be one that the release is for.
    fn software(&mut self, applies: &[AppliesTo], name: &Text, last: Option<&LastRun>) {
        let mine: Vec<&AppliesTo> =
            applies.iter().filter(|applies| applies.instrument == *name).collect();
        let Some(first) = mine.first() else { return };
        let software = first.software.to_string();
        let ranges: Vec<String> =
            mine.iter().map(|a| format!("{} - {}", a.versions.from, a.versions.to)).collect();
        let wanted = ranges.join(", ");
        let fits = |version: &DottedVersion| mine.iter().any(|a| a.versions.contains(version));
        let seen = last.and_then(|run| Some((run.version.clone()?, run.folder.clone())));
        if let Some((version, folder)) = &seen {
            self.find(Kind::SoftwareAtLastRun {
                software: software.clone(),
                version: version.to_string(),
                folder: folder.display().to_string(),
            });
        }
        let version = match (&self.subject.given.software, seen) {
            (Some(version), _) => {
                self.answered(Question::Software, version.as_str(), AnsweredBy::Option);
                version.clone()
            }
            (None, Some((version, _))) if fits(&version) => {
                self.answered(Question::Software, version.as_str(), AnsweredBy::Computer);
                version
            }
            // It may have been updated since its last run: the person knows.
            (None, seen) => {
                let values = [("software", software.clone()), ("wanted", wanted.clone())];
                let language = self.language;
                let asked = self.ask(Question::Software, &values, |p, what, why| {
                    let said = language.table().questions.software_hint.what;
                    if let Some((version, _)) = &seen {
                        person::say(p, &fill(said, &[("seen", version.to_string())]));
                    }
                    person::line(p, language, what, why, |line| DottedVersion::parse(line).ok())
                });
                let Some(version) = asked else { return };
                self.answered(Question::Software, version.as_str(), AnsweredBy::Person);
                version
            }
        };
        if !fits(&version) {
            self.find(Kind::WrongSoftware { software, found: version.to_string(), wanted });
        }
    }

    fn mode(&mut self) {
        if let Some(mode) = self.subject.given.mode {
            self.answered(Question::Mode, mode.name(), AnsweredBy::Option);
            self.came.mode = Some(mode);
            return;
        }
        let choices = ["Dx".to_string(), "RUO".to_string()];
        let language = self.language;
        let index = self.ask(Question::Mode, &[], |p, what, why| {
            person::choose(p, language, what, why, &choices)
        });
        let Some(index) = index else { return };
        let mode = if index == 0 { Mode::Dx } else { Mode::Ruo };
        self.answered(Question::Mode, mode.name(), AnsweredBy::Person);
        self.came.mode = Some(mode);
    }
}
