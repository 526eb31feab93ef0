//! Everything that is looked at and asked before anything is changed.
//!
//! In this order: what the computer tells by itself (rights, other installations,
//! restart, space, policy); then which instrument it is, its software, its mode;
//! last whether a run is in progress, so that no minutes of questions lie between
//! that and the installation. Invariants: what is not known is asked; where
//! nobody is there to ask and no option answers, it is a refusal; what was seen is
//! never overruled by an option, but for a restart that Windows waits for. No date
//! is ever asked about, and none refuses.
//!
//! The first part stands in `preflight_computer`, the second in
//! `preflight_instrument`; both use what is here to find, to ask and to answer.

use std::path::Path;
use std::time::SystemTime;

use crate::seal::manifest::AppliesTo;
use crate::text::{Language, fill};
use crate::verify::detail::Detail;
use crate::verify::finding::{Kind, Severity};

use super::computer::Computer;
use super::identity::Identity;
use super::model::{Model, model};
use super::person::{self, Person, Reply};
use super::question::{Answer, AnsweredBy, Given, Mode, Question};
use super::runs::{self, RunState};

pub use super::preflight_computer::SPARE_BYTES;

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
            let detail = Detail::said(format!("{} ({minutes} min)", folder.display()));
            Some(Kind::RunInProgress { detail })
        }
        _ => None,
    }
}

/// What a question is about, in every language.
pub(super) fn named(question: Question) -> Detail {
    Detail::of(|language| question.name(language.table()).to_string())
}

pub(super) struct Look<'a, 'p> {
    pub computer: &'a dyn Computer,
    pub subject: &'a Subject<'a>,
    pub person: Option<&'p mut dyn Person>,
    pub language: Language,
    pub came: Preflight,
}

impl Look<'_, '_> {
    pub(super) fn find(&mut self, kind: Kind) {
        self.came.findings.push(kind);
    }

    pub(super) fn answered(
        &mut self,
        question: Question,
        answer: impl Into<String>,
        by: AnsweredBy,
    ) {
        self.came.answers.push(Answer { question, answer: answer.into(), by });
    }

    pub(super) fn text(&self, question: Question, values: &[(&str, String)]) -> (String, String) {
        let entry = question.entry(self.language.table());
        (fill(entry.what, values), fill(entry.next, values))
    }

    /// Asks whoever is there. `None` where nobody is, which is a refusal, or
    /// where the person stops.
    pub(super) fn ask<T>(
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

    pub(super) fn yes_no(&mut self, question: Question, values: &[(&str, String)]) -> Option<bool> {
        let language = self.language;
        let answer =
            self.ask(question, values, |p, what, why| person::yes_no(p, language, what, why))?;
        self.answered(question, if answer { "yes" } else { "no" }, AnsweredBy::Person);
        Some(answer)
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
                let detail = Detail::said(format!("{} ({minutes} min)", folder.display()));
                self.answered(Question::Run, "yes", AnsweredBy::Computer);
                self.find(Kind::RunInProgress { detail });
                return;
            }
            RunState::Quiet { folder } => {
                let folder = folder.display().to_string();
                (Detail::said(&folder), Kind::UnfinishedRun { folder })
            }
            RunState::Unknown(why) => {
                let detail = Detail::of(|language| why.words(language));
                (detail.clone(), Kind::FactUnread { fact: named(Question::Run), detail })
            }
        };
        if self.subject.given.no_run {
            self.answered(Question::Run, "no", AnsweredBy::Option);
            self.find(note);
            return;
        }
        match self.yes_no(Question::Run, &[("detail", detail.words(self.language).to_string())]) {
            Some(false) => self.find(note),
            Some(true) => self.find(Kind::RunInProgress { detail }),
            None => {}
        }
    }
}

#[cfg(test)]
#[path = "preflight_tests.rs"]
mod tests;
