//! The guided way: set up, check, questions, install, result.
//!
//! For whoever stands before an instrument: short lines, one question at a time,
//! every question with a "why", and at the end of each way a line that waits, so
//! that no window closes before it was read. It decides nothing by itself: every
//! step is the engine of the command of that name.

use std::fs;
use std::path::{Path, PathBuf};

use crate::instrument::person::{self, Person, Reply};
use crate::instrument::question::Given;
use crate::seal::layout::SUMS;
use crate::seal::names::escape_path;
use crate::text::{Language, fill};
use crate::verify::decide::TakeNothing;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::report::{Report, Verdict};
use crate::verify::rollback::Older;
use crate::verify::session::{self, Asked};
use crate::verify::state::{self, StateRead};
use crate::verify::text;

use super::command::Window;
use super::failures;
use super::performed::Performed;
use super::performed_page;
use super::procedure;
use super::setup::{self, SetupWish};
use super::status::{self, Writing};
use super::world::{Wish, World};

/// Entries beside the program that are looked at for a source.
const MAX_BESIDE: usize = 1_000;

/// Where everything lies, and what was given.
pub struct Way<'a> {
    /// The computer's state folder.
    pub state: PathBuf,
    /// For setting up.
    pub setup: SetupWish,
    /// Answers that were given by options.
    pub given: &'a Given,
    /// Where the copy goes, where not as the release says.
    pub to: Option<PathBuf>,
}

/// How a step ended the way.
enum End {
    Stopped,
    Failure(Failure),
    /// Said already.
    Outcome(Outcome),
}

impl From<Failure> for End {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Leads `person` through everything; returns how the program ends.
pub fn lead(way: &Way<'_>, world: &World<'_>, person: &mut dyn Person) -> Outcome {
    let language = world.language;
    let texts = &language.table().guide;
    person::say(person, texts.welcome);
    person::say(person, texts.how);
    let mut guide = Guide { way, world, person };
    let outcome = match guide.walk() {
        Ok(outcome) | Err(End::Outcome(outcome)) => outcome,
        Err(End::Stopped) => {
            guide.say(texts.stopped);
            Outcome::Cancelled
        }
        Err(End::Failure(failure)) => {
            guide.blank();
            guide.say(texts.failed);
            guide.say(&failure.what);
            guide.say(&failure.next);
            if failure.outcome == Outcome::Fail {
                guide.what_now();
            }
            failure.outcome
        }
    };
    guide.blank();
    guide.say(texts.close);
    person::wait(guide.person, language);
    outcome
}

struct Guide<'a, 'p> {
    way: &'a Way<'a>,
    world: &'a World<'a>,
    person: &'p mut dyn Person,
}

impl Guide<'_, '_> {
    fn say(&mut self, text: &str) {
        if !text.is_empty() {
            person::say(self.person, text);
        }
    }

    fn blank(&mut self) {
        self.person.show("");
    }

    /// A page that has its lines already.
    fn page(&mut self, page: &str) {
        page.trim_end().lines().for_each(|line| self.person.show(line));
    }

    fn step(&mut self, number: usize, title: &str) {
        let values = [("number", number.to_string()), ("title", title.to_string())];
        let line = fill(self.world.language.table().guide.step, &values);
        self.blank();
        self.say(&line);
        self.blank();
    }

    fn yes_no(&mut self, entry: crate::text::Entry) -> Result<bool, End> {
        match person::yes_no(self.person, self.world.language, entry.what, entry.next) {
            Reply::Said(answer) => Ok(answer),
            Reply::Stopped => Err(End::Stopped),
        }
    }

    fn walk(&mut self) -> Result<Outcome, End> {
        let texts = &self.world.language.table().guide;
        self.elevate()?;
        self.step(1, texts.step_setup);
        let source = self.set_up()?;
        self.step(2, texts.step_check);
        let source = match source {
            Some(source) => source,
            None => self.source()?,
        };
        self.check(&source)?;
        self.step(3, texts.step_questions);
        self.install(&source)
    }

    /// Goes on in a program with an administrator's rights, where this one has
    /// none.
    fn elevate(&mut self) -> Result<(), End> {
        let computer = self.world.computer;
        // Where nothing can be installed, nobody needs an administrator's rights.
        if computer.elevated() != Ok(false) || !computer.has_installer() {
            return Ok(());
        }
        let table = self.world.language.table();
        self.say(table.guide.windows_asks);
        let language = match self.world.language {
            Language::English => "en",
            Language::French => "fr",
        };
        match computer.relaunch(&["--lang".into(), language.into()]) {
            Ok(code) => Err(End::Outcome(Outcome::of_exit_code(code))),
            Err(unread) => {
                let values = [("detail", unread.words(self.world.language).to_string())];
                let entry = table.setup_failures.relaunch_failed;
                Err(session::failure(Outcome::Refused, entry, &values).into())
            }
        }
    }

    /// Sets up where that was not done; returns the source where it was asked
    /// for.
    fn set_up(&mut self) -> Result<Option<PathBuf>, End> {
        let language = self.world.language;
        let texts = &language.table().guide;
        let computer = self.world.computer;
        if let StateRead::Ready(_) = state::read(&self.way.state)
            && self.is_in_place()
        {
            self.say(texts.setup_done_before);
            return Ok(None);
        }
        // The key has the trust documents that the letter's code is about.
        let mut source = None;
        let mut wish = self.way.setup.clone();
        if !computer.has_installer() {
            wish.publisher_only = true;
            wish.state = Some(self.way.state.clone());
        }
        let enrolled = matches!(state::read(&self.way.state), StateRead::Ready(_));
        if wish.source.is_none() && wish.anchor.is_none() && !enrolled {
            let chosen = self.source()?;
            wish.source = Some(chosen.clone());
            source = Some(chosen);
        }
        let done = setup::set_up(&wish, computer, Some(&mut *self.person), &mut |_| {}, language);
        let done = done.map_err(|failure| match failure.outcome {
            Outcome::Cancelled => End::Stopped,
            _ => End::Failure(failure),
        })?;
        if !self.is_in_place() {
            let values = [("path", escape_path(&done.program))];
            let line = fill(language.table().setup.start_there, &values);
            self.blank();
            self.say(&line);
            return Err(End::Outcome(Outcome::Done));
        }
        Ok(source)
    }

    /// True where this program is the one in the protected folder, or this is no
    /// computer to install on.
    fn is_in_place(&self) -> bool {
        let computer = self.world.computer;
        if !computer.has_installer() {
            return true;
        }
        let usual = self.way.setup.dir.clone().or_else(|| Some(computer.places().ok()?.program));
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        match (usual, computer.program()) {
            (Some(usual), Ok(program)) => {
                program.parent().is_some_and(|folder| real(folder) == real(&usual))
            }
            _ => false,
        }
    }

    /// Drives that can be taken out, and zips and folders beside the program.
    fn source(&mut self) -> Result<PathBuf, End> {
        let language = self.world.language;
        let table = language.table();
        let mut found = self.world.computer.removable_drives().unwrap_or_default();
        let drives = found.len();
        if let Ok(program) = self.world.computer.program() {
            found.extend(program.parent().map(sources_in).unwrap_or_default());
        }
        let name = |(at, path): (usize, &PathBuf)| match at < drives {
            true => fill(table.guide.source_drive, &[("path", escape_path(path))]),
            false => escape_path(path),
        };
        let mut choices: Vec<String> = found.iter().enumerate().map(name).collect();
        choices.push(table.guide.source_other.to_string());
        let entry = table.guide_questions.source;
        let index = match person::choose(self.person, language, entry.what, entry.next, &choices) {
            Reply::Said(index) => index,
            Reply::Stopped => return Err(End::Stopped),
        };
        if let Some(path) = found.get(index) {
            return Ok(path.clone());
        }
        let entry = table.guide_questions.path;
        let read = |line: &str| (!line.is_empty()).then(|| PathBuf::from(line));
        match person::line(self.person, language, entry.what, entry.next, read) {
            Reply::Said(path) => Ok(path),
            Reply::Stopped => Err(End::Stopped),
        }
    }

    /// Checks, and lets the release code be compared. Everything but PASS ends
    /// the way.
    fn check(&mut self, source: &Path) -> Result<(), End> {
        let language = self.world.language;
        let table = language.table();
        self.say(table.guide.reading);
        self.blank();
        let asked = Asked::about(source, &self.way.state);
        let report = match session::open(&asked, self.world.around, language)? {
            Err(report) => *report,
            Ok(mut session) => {
                let report = session.check(&mut TakeNothing, language).report;
                // A withdrawal spreads even from a key that is not used.
                session.learn(&report, language)?;
                report
            }
        };
        self.page(&text::render(&report, language));
        self.blank();
        self.judge(&report)?;
        if !self.yes_no(table.guide_questions.card_same)? {
            self.what_now();
            return Err(End::Outcome(Outcome::Fail));
        }
        Ok(())
    }

    fn judge(&mut self, report: &Report) -> Result<(), End> {
        let texts = &self.world.language.table().guide;
        let outcome = match report.verdict() {
            Verdict::Pass(_) => return Ok(()),
            Verdict::Fail => {
                self.what_now();
                Outcome::Fail
            }
            Verdict::CannotTell(outcome) => outcome,
        };
        self.say(texts.not_usable);
        Err(End::Outcome(outcome))
    }

    /// What somebody does who holds a key that failed.
    fn what_now(&mut self) {
        let texts = &self.world.language.table().guide;
        self.say(texts.fail_heading);
        self.say(texts.fail_key);
        self.say(texts.fail_network);
        self.say(texts.fail_call);
    }

    fn install(&mut self, source: &Path) -> Result<Outcome, End> {
        let language = self.world.language;
        let table = language.table();
        if !self.yes_no(table.guide_questions.install_now)? {
            return Err(End::Stopped);
        }
        let asked = Asked::about(source, &self.way.state);
        let to = self.way.to.as_deref();
        let heading = fill(
            table.guide.step,
            &[("number", "4".to_string()), ("title", table.guide.step_install.to_string())],
        );
        let heading = format!("\n{heading}\n");
        let wish = Wish {
            state: &self.way.state,
            given: self.way.given,
            window: Window::Wizard,
            older: Older::Refuse,
            heading: Some(&heading),
        };
        let mut somebody: Option<&mut dyn Person> = Some(&mut *self.person);
        let done = procedure::install(&wish, &asked, to, self.world, &mut somebody)?;
        self.result(&done);
        Ok(done.outcome())
    }

    fn result(&mut self, done: &Performed) {
        let language = self.world.language;
        let table = language.table();
        self.step(5, table.guide.step_result);
        if let Some(report) = &done.report
            && !matches!(report.verdict(), Verdict::Pass(_))
        {
            self.page(&text::render(report, language));
            self.blank();
            if report.verdict() == Verdict::Fail {
                self.what_now();
            }
        }
        if let Some(preflight) = done.preflight.as_ref().filter(|before| !before.may_go_on()) {
            self.page(&performed_page::before(preflight, language));
        }
        self.page(&performed_page::after(done, language));
        if let Some(failure) = &done.failure {
            self.say(table.guide.failed);
            self.say(&failure.what);
            self.say(&failure.next);
        }
        if done.run.is_none() {
            self.say(table.guide.not_usable);
            return;
        }
        self.what_to_do();
    }

    /// What is left, from the records.
    fn what_to_do(&mut self) {
        let language = self.world.language;
        let labels = &language.table().procedure;
        let Ok(folder) = failures::open_state(&self.way.state, language) else { return };
        let computer = self.world.computer;
        let writing = match computer.elevated() {
            Ok(true) => Writing::Allowed,
            _ => Writing::No,
        };
        let looked = status::look(&folder, computer, writing, (self.world.clock)());
        let Ok(looked) = looked else { return };
        self.blank();
        self.say(labels.to_do);
        if looked.to_do.is_empty() {
            self.say(labels.to_do_nothing);
        }
        for (at, to_do) in looked.to_do.iter().enumerate() {
            let line = format!("{}. {}", at + 1, to_do.words(language));
            self.say(&line);
        }
    }
}

/// Zips, and folders with a seal, in a folder; sorted.
fn sources_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let is_source = |path: &PathBuf| {
        let zip = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("zip"));
        (zip && path.is_file()) || path.join(SUMS).is_file()
    };
    let mut found: Vec<PathBuf> =
        entries.take(MAX_BESIDE).flatten().map(|entry| entry.path()).filter(is_source).collect();
    if folder.join(SUMS).is_file() {
        found.push(folder.to_path_buf());
    }
    // A program on a key stands in a folder of the release itself.
    if let Some(parent) = folder.parent().filter(|parent| parent.join(SUMS).is_file()) {
        found.push(parent.to_path_buf());
    }
    found.sort();
    found
}
