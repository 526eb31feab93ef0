//! Everything that is looked at and asked before anything is changed.
//!
//! In this order: what the computer tells by itself (rights, other installations,
//! restart, space, policy); then which instrument it is, its software, its mode;
//! last whether a run is in progress, so that no minutes of questions lie between
//! that and the installation. Invariants: what is not known is asked; where
//! nobody is there to ask and no option answers, it is a refusal; what was seen is
//! never overruled by an option, but for a restart that Windows waits for. No date
//! is ever asked about, and none refuses.

use std::path::Path;
use std::time::SystemTime;

use crate::seal::manifest::AppliesTo;
use crate::seal::names::{DottedVersion, Text, escape};
use crate::text::{Language, fill};
use crate::verify::finding::{Kind, Severity};

use super::computer::{Computer, Unread};
use super::identity::Identity;
use super::model::{Model, model, models};
use super::person::{self, Person, Reply};
use super::policy::{self, Said};
use super::question::{Answer, AnsweredBy, Given, Mode, Question};
use super::runs::{self, RunState};
use super::software::{self, LastRun};

/// Bytes beside the payload's: the installer keeps a copy of the package and
/// unpacks it; its log has some hundred kilobytes.
pub const SPARE_BYTES: u64 = 64 << 20;

/// The model of a computer that is none of those in the list.
const OTHER: &str = "other";

/// What is to be done, as far as it matters here.
pub struct Subject<'a> {
    /// What the release is for; `None` where something is removed.
    pub applies_to: Option<&'a [AppliesTo]>,
    /// Where the copy will lie; `None` where nothing is copied.
    pub destination: Option<&'a Path>,
    /// Bytes of the payload.
    pub bytes: u64,
    /// What was stored of this instrument.
    pub stored: Option<Identity>,
    /// Answers by options.
    pub given: &'a Given,
    /// This computer's clock, for the age of run folders; asked anew each time,
    /// since a person may take hours over a question.
    pub now: &'a dyn Fn() -> SystemTime,
    /// Where runs lie, by model: the built-in list, or that of a test.
    pub models: &'a dyn Fn(&str) -> Model,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preflight {
    /// Refusals and notes.
    pub findings: Vec<Kind>,
    /// Answers, in the order of the questions.
    pub answers: Vec<Answer>,
    /// Which instrument it is.
    pub identity: Option<Identity>,
    /// In which mode it was started, where it has two.
    pub mode: Option<Mode>,
    /// True where the instrument has two modes.
    pub two_modes: bool,
    /// True where the person wanted to stop.
    pub stopped: bool,
}

impl Preflight {
    /// True where nothing speaks against it.
    pub fn may_go_on(&self) -> bool {
        !self.stopped && self.findings.iter().all(|kind| kind.severity() == Severity::Note)
    }
}

/// What is known of every model.
pub fn built_in(name: &str) -> Model {
    model(name)
}

/// Looks and asks.
pub fn examine(
    computer: &dyn Computer,
    subject: &Subject<'_>,
    person: Option<&mut dyn Person>,
    language: Language,
) -> Preflight {
    let mut look = Look { computer, subject, person, language, came: Preflight::default() };
    look.by_itself();
    if look.came.may_go_on() {
        look.instrument();
    }
    if look.came.may_go_on() {
        look.run();
    }
    look.came
}

/// A run that is in progress by now, on the instrument that was looked at
/// `before`. Whatever was answered then, it is a refusal.
pub fn run_since(
    before: &Preflight,
    models: &dyn Fn(&str) -> Model,
    now: SystemTime,
) -> Option<Kind> {
    let model = models(before.identity.as_ref()?.model.as_str());
    match runs::look(&model.runs, now).state {
        RunState::Active { folder, minutes } => {
            let detail = format!("{} ({minutes} min)", folder.display());
            Some(Kind::RunInProgress { detail })
        }
        _ => None,
    }
}

struct Look<'a, 'p> {
    computer: &'a dyn Computer,
    subject: &'a Subject<'a>,
    person: Option<&'p mut dyn Person>,
    language: Language,
    came: Preflight,
}

impl Look<'_, '_> {
    fn find(&mut self, kind: Kind) {
        self.came.findings.push(kind);
    }

    fn answered(&mut self, question: Question, answer: impl Into<String>, by: AnsweredBy) {
        self.came.answers.push(Answer { question, answer: answer.into(), by });
    }

    fn text(&self, question: Question, values: &[(&str, String)]) -> (String, String) {
        let entry = question.entry(self.language.table());
        (fill(entry.what, values), fill(entry.next, values))
    }

    /// Asks whoever is there. `None` where nobody is, which is a refusal, or
    /// where the person stops.
    fn ask<T>(
        &mut self,
        question: Question,
        values: &[(&str, String)],
        ask: impl FnOnce(&mut dyn Person, &str, &str) -> Reply<T>,
    ) -> Option<T> {
        let (what, why) = self.text(question, values);
        let Some(person) = self.person.as_deref_mut() else {
            self.find(Kind::Unanswered { question: what, option: question.option() });
            return None;
        };
        match ask(person, &what, &why) {
            Reply::Said(answer) => Some(answer),
            Reply::Stopped => {
                self.came.stopped = true;
                None
            }
        }
    }

    fn yes_no(&mut self, question: Question, values: &[(&str, String)]) -> Option<bool> {
        let language = self.language;
        let answer =
            self.ask(question, values, |p, what, why| person::yes_no(p, language, what, why))?;
        self.answered(question, if answer { "yes" } else { "no" }, AnsweredBy::Person);
        Some(answer)
    }

    /// What the computer tells without anybody.
    fn by_itself(&mut self) {
        match self.computer.elevated() {
            Ok(true) => {}
            Ok(false) => self.find(Kind::NotAdministrator { detail: "no".to_string() }),
            Err(Unread(detail)) => self.find(Kind::NotAdministrator { detail }),
        }
        self.policy();
        if !self.came.may_go_on() {
            return;
        }
        let given = self.subject.given;
        let other = |detail| Kind::OtherInstaller { detail };
        match self.computer.installer_busy() {
            Ok(false) => {}
            Ok(true) => self.find(other("_MSIExecute".to_string())),
            // Yes: another one is at work.
            Err(unread) => {
                let no = given.no_other_installer;
                if let Some(true) = self.unread(Question::OtherInstaller, &unread, no, false) {
                    self.find(other(unread.0));
                }
            }
        }
        self.restart();
        self.space();
    }

    /// A yes-or-no question about a fact that could not be read: `option` says
    /// whether an option answers it, with `as_if`.
    fn unread(
        &mut self,
        question: Question,
        unread: &Unread,
        option: bool,
        as_if: bool,
    ) -> Option<bool> {
        let answer = match option {
            true => {
                self.answered(question, if as_if { "yes" } else { "no" }, AnsweredBy::Option);
                as_if
            }
            false => self.yes_no(question, &[("detail", unread.0.clone())])?,
        };
        self.find(Kind::FactUnread { fact: question.key(), detail: unread.0.clone() });
        Some(answer)
    }

    fn restart(&mut self) {
        let option = self.subject.given.despite_restart;
        match self.computer.restart_pending() {
            Ok(None) => {}
            Ok(Some(detail)) => {
                let go_on = match option {
                    true => {
                        self.answered(Question::Restart, "yes", AnsweredBy::Option);
                        true
                    }
                    false if self.person.is_none() => false,
                    false => {
                        let values = [("detail", detail.clone())];
                        self.yes_no(Question::Restart, &values).unwrap_or(false)
                    }
                };
                self.find(match go_on {
                    true => Kind::RestartPendingAccepted { detail },
                    false => Kind::RestartPending { detail },
                });
            }
            Err(unread) => {
                if let Some(false) = self.unread(Question::Restart, &unread, option, true) {
                    self.find(Kind::RestartPending { detail: unread.0 });
                }
            }
        }
    }

    fn space(&mut self) {
        let Some(destination) = self.subject.destination else { return };
        let path = destination.display().to_string();
        // The copy, and the installer's own copy of the package.
        let needed = self.subject.bytes.saturating_mul(2).saturating_add(SPARE_BYTES);
        match self.computer.free_bytes(destination) {
            Ok(free) if free < needed => self.find(Kind::TooLittleSpace { path, free, needed }),
            Ok(_) => {}
            Err(unread) => {
                let option = self.subject.given.enough_space;
                if let Some(false) = self.unread(Question::Space, &unread, option, true) {
                    self.find(Kind::TooLittleSpace { path, free: 0, needed });
                }
            }
        }
    }

    /// Reported, whatever it says: nothing here starts programs from the copy.
    fn policy(&mut self) {
        let folders = [
            self.computer.places().ok().map(|places| places.program),
            self.computer.program().ok().and_then(|path| path.parent().map(Path::to_path_buf)),
        ];
        if let (Some(usual), Some(real)) = (&folders[0], &folders[1])
            && usual != real
        {
            self.find(Kind::UnusualFolder { path: real.display().to_string() });
        }
        let Ok(Some(policy)) = self.computer.restriction_policy() else { return };
        let folder = folders[1].clone().unwrap_or_default();
        let detail = format!(
            "DefaultLevel {:#x}, TransparentEnabled {}, {} path rules",
            policy.default_level,
            policy.enforcement,
            policy.allowed_paths.len()
        );
        match policy::says(&policy, &folder) {
            Said::NotInForce => {}
            Said::Allowed => self.find(Kind::PolicyActive { detail }),
            Said::NotAllowed => {
                self.find(Kind::PolicyActive { detail });
                self.find(Kind::PolicyForbids { path: folder.display().to_string() });
            }
        }
    }

    /// Which instrument it is, its serial number, its software, its mode.
    fn instrument(&mut self) {
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

    /// Whether a run is in progress. What is seen stops; what is quiet or not to
    /// be seen is asked.
    fn run(&mut self) {
        let name = self.came.identity.as_ref().map(|identity| identity.model.to_string());
        let known = (self.subject.models)(&name.unwrap_or_default());
        let (detail, note) = match runs::look(&known.runs, (self.subject.now)()).state {
            RunState::Ended => {
                self.answered(Question::Run, "no", AnsweredBy::Computer);
                return;
            }
            RunState::Active { folder, minutes } => {
                let detail = format!("{} ({minutes} min)", folder.display());
                self.answered(Question::Run, "yes", AnsweredBy::Computer);
                self.find(Kind::RunInProgress { detail });
                return;
            }
            RunState::Quiet { folder } => {
                let folder = folder.display().to_string();
                (folder.clone(), Kind::UnfinishedRun { folder })
            }
            RunState::Unknown(why) => {
                let detail = why.words(Language::English.table());
                let note = Kind::FactUnread { fact: Question::Run.key(), detail };
                (why.words(self.language.table()), note)
            }
        };
        if self.subject.given.no_run {
            self.answered(Question::Run, "no", AnsweredBy::Option);
            self.find(note);
            return;
        }
        match self.yes_no(Question::Run, &[("detail", detail.clone())]) {
            Some(false) => self.find(note),
            Some(true) => self.find(Kind::RunInProgress { detail }),
            None => {}
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
#[path = "preflight_tests.rs"]
mod tests;
