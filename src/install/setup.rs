//! Setting up a computer: the program in its protected folder, its tool code
//! compared, the publisher enrolled.
//!
//! Whoever can exchange the key can exchange everything in its envelope, this
//! program too: so the codes are compared with a letter that came by another
//! road. A touch screen cannot type 64 digits: a person says line by line whether
//! they are the same. Invariants: a folder that exists and is not safe is refused
//! and never repaired; the program's file is read once, and what was hashed is
//! what is written; nobody is enrolled before all four lines of the code were
//! said to be the same, or the whole code was given.
//!
//! `setup_program` has the first half, `setup_publisher` the second.

use std::path::PathBuf;

use crate::instrument::computer::{Computer, Unread};
use crate::instrument::person::{self, Person};
use crate::seal::digest::Digest;
use crate::text::{Entry, Language};
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::session::failure;
use crate::verify::state::{self, StateRead};

pub use super::setup_program::program_name;

/// How setting up is asked for.
#[derive(Clone, Debug, Default)]
pub struct SetupWish {
    /// `--dir`, or the usual folder.
    pub dir: Option<PathBuf>,
    /// `--state`, or the usual folder.
    pub state: Option<PathBuf>,
    /// `--anchor`
    pub anchor: Option<PathBuf>,
    /// `--code`
    pub code: Option<String>,
    /// `--tool-code`
    pub tool_code: Option<String>,
    /// `--replace-program`
    pub replace_program: bool,
    /// A key, zip or folder whose trust documents may be enrolled.
    pub source: Option<PathBuf>,
    /// Enrol in `state` and keep no copy of the program: for a computer that is
    /// no instrument.
    pub publisher_only: bool,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUp {
    /// Where the program is.
    pub program: PathBuf,
    /// True where it was copied now.
    pub copied: bool,
    /// Its SHA-256.
    pub tool_code: Digest,
    /// The publisher that is enrolled.
    pub publisher: String,
    /// The newest trust document that is known.
    pub version: u32,
}

/// What a person, or an option, was asked to compare and did not confirm.
pub(super) enum Stop {
    /// The person wants to stop.
    Stopped,
    /// It cannot go on.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// Sets up this computer. `show` is told what a person reads where nobody is at
/// the keyboard.
pub fn set_up(
    wish: &SetupWish,
    computer: &dyn Computer,
    person: Option<&mut dyn Person>,
    show: &mut dyn FnMut(&str),
    language: Language,
) -> Result<SetUp, Failure> {
    let mut setting = Setting { wish, computer, person, show, language };
    setting.run().map_err(|stop| match stop {
        Stop::Failure(failure) => failure,
        Stop::Stopped => Failure::new(Outcome::Cancelled, language.table().guide.stopped, ""),
    })
}

pub(super) struct Setting<'a, 'p> {
    pub wish: &'a SetupWish,
    pub computer: &'a dyn Computer,
    pub person: Option<&'p mut dyn Person>,
    pub show: &'a mut dyn FnMut(&str),
    pub language: Language,
}

impl Setting<'_, '_> {
    pub(super) fn say(&mut self, text: &str) {
        match self.person.as_deref_mut() {
            Some(person) => person::say(person, text),
            None => (self.show)(text),
        }
    }

    pub(super) fn fail(&self, outcome: Outcome, entry: Entry, values: &[(&str, String)]) -> Stop {
        Stop::Failure(failure(outcome, entry, values))
    }

    fn run(&mut self) -> Result<SetUp, Stop> {
        if let (true, Some(state)) = (self.wish.publisher_only, &self.wish.state) {
            let (program, tool_code) = self.own_program()?;
            let chain = self.publisher(&state.clone())?;
            let version = chain.length();
            let publisher = chain.publisher().to_string();
            return Ok(SetUp { program, copied: false, tool_code, publisher, version });
        }
        let (dir, state) = self.places()?;
        // Before anything is changed; who is enrolled is read again behind it.
        if let StateRead::Ready(state) = state::read(&state) {
            self.compare_held(state.chain())?;
        }
        let (program, copied, tool_code) = self.program(&dir)?;
        let chain = self.publisher(&state)?;
        let texts = &self.language.table().setup;
        self.say(texts.ready);
        Ok(SetUp {
            program,
            copied,
            tool_code,
            publisher: chain.publisher().to_string(),
            version: chain.length(),
        })
    }

    /// The folders of program and state. The computer's own want an
    /// administrator.
    fn places(&self) -> Result<(PathBuf, PathBuf), Stop> {
        if let (Some(dir), Some(state)) = (&self.wish.dir, &self.wish.state) {
            return Ok((dir.clone(), state.clone()));
        }
        let refused = |unread: Unread| {
            let entry = self.language.table().setup_failures.not_administrator;
            let detail = unread.words(self.language).to_string();
            self.fail(Outcome::Refused, entry, &[("detail", detail)])
        };
        match self.computer.elevated() {
            Ok(true) => {}
            Ok(false) => {
                return Err(refused(Unread::because(|facts| facts.not_administrator, &[])));
            }
            Err(unread) => return Err(refused(unread)),
        }
        let places = self.computer.places().map_err(refused)?;
        let dir = self.wish.dir.clone().unwrap_or(places.program);
        let state = self.wish.state.clone().unwrap_or(places.state);
        Ok((dir, state))
    }
}
