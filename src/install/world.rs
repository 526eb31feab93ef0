//! What surrounds an action on an instrument, and how it is asked for.
//!
//! Everything that an action looks at or acts on comes in through here: the
//! computer, its installer, the clock, the person. So every procedure can be
//! followed in a test to its last line, and nothing of it asks the system behind
//! this.

use std::path::Path;
use std::time::SystemTime;

use crate::instrument::computer::Computer;
use crate::instrument::model::Model;
use crate::instrument::person::{self, Person};
use crate::instrument::question::Given;
use crate::seal::timestamp::Timestamp;
use crate::text::Language;
use crate::verify::pinning::Surroundings;
use crate::verify::rollback::Older;

use super::command::Window;
use super::installer::Installer;

/// What surrounds an action.
pub struct World<'a> {
    /// The computer.
    pub computer: &'a dyn Computer,
    /// Its installer.
    pub installer: &'a dyn Installer,
    /// Where things lie, for trust.
    pub around: &'a dyn Surroundings,
    /// What is known of each model.
    pub models: &'a dyn Fn(&str) -> Model,
    /// This computer's clock, for ages of run folders. Asked anew each time: a
    /// person may take hours over a question.
    pub now: &'a dyn Fn() -> SystemTime,
    /// The same for records, if it can be written down.
    pub clock: &'a dyn Fn() -> Option<Timestamp>,
    /// The language of texts.
    pub language: Language,
    /// Shows a line before the installer takes the screen.
    pub tell: &'a dyn Fn(&str),
}

/// How an action is asked for.
pub struct Wish<'a> {
    /// The computer's state folder.
    pub state: &'a Path,
    /// Answers by options.
    pub given: &'a Given,
    /// Whether the vendor's installer shows its windows.
    pub window: Window,
    /// Whether an older release passes.
    pub older: Older,
    /// Shown when the questions are answered and the work begins.
    pub heading: Option<&'a str>,
}

/// Whoever sits at the computer, if anybody does.
pub type Somebody<'a, 'p> = &'a mut Option<&'p mut dyn Person>;

/// Tells whoever is there.
pub(super) fn tell(text: &str, world: &World<'_>, somebody: Somebody<'_, '_>) {
    match somebody.as_deref_mut() {
        Some(person) => person::say(person, text),
        None => (world.tell)(text),
    }
}
