//! What `install`, `repair` and `remove` have in common: this computer, the
//! options that answer questions, and how the end is shown.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Arg, ArgMatches};
use mediaseal::install::command::Window;
use mediaseal::install::performed::Performed;
use mediaseal::install::performed_page;
use mediaseal::install::this_installer::ThisInstaller;
use mediaseal::install::world::{Wish, World};
use mediaseal::instrument::computer::Computer as _;
use mediaseal::instrument::person::Person;
use mediaseal::instrument::preflight::built_in;
use mediaseal::instrument::question::{Given, Mode};
use mediaseal::instrument::this_computer::ThisComputer;
use mediaseal::seal::names::{DottedVersion, Text};
use mediaseal::text::{Language, Table};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;
use mediaseal::verify::rollback::Older;
use mediaseal::verify::session::{clock, failure};

use crate::args::{flag, option};
use crate::console::{complain, say, talk};
use crate::terminal::{Screen, Terminal};
use crate::usage;

/// Options that answer what would be asked, and how it is shown.
pub fn arguments(table: &'static Table) -> Vec<Arg> {
    let help = &table.install_help;
    vec![
        option("instrument", "NAME", help.instrument_option, table)
            .value_parser(|text: &str| Text::parse(text).map_err(|_| usage::TEXT)),
        option("serial", "TEXT", help.serial_option, table)
            .value_parser(|text: &str| Text::parse(text).map_err(|_| usage::TEXT)),
        option("mode", "MODE", help.mode_option, table)
            .value_parser(|text: &str| Mode::parse(text).ok_or("dx, ruo")),
        flag("no-run-in-progress", help.no_run_option, table),
        flag("despite-restart", help.despite_restart_option, table),
        flag("no-other-installer", help.no_other_installer_option, table),
        flag("unattended", help.unattended_option, table),
        flag("json", help.json_option, table),
    ]
}

/// Options that matter where something is installed or repaired.
pub fn install_arguments(table: &'static Table) -> Vec<Arg> {
    let help = &table.install_help;
    vec![
        option("software", "VERSION", help.software_option, table)
            .value_parser(|text: &str| DottedVersion::parse(text).map_err(|_| usage::VERSION)),
        flag("enough-space", help.enough_space_option, table),
        flag("accept-older", table.help.accept_older_option, table),
    ]
}

fn is_set(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
}

/// Answers by options.
pub fn given(matches: &ArgMatches) -> Given {
    let text = |name: &str| matches.try_get_one::<Text>(name).ok().flatten().cloned();
    Given {
        instrument: text("instrument"),
        serial: text("serial"),
        software: matches.try_get_one::<DottedVersion>("software").ok().flatten().cloned(),
        mode: matches.try_get_one::<Mode>("mode").ok().flatten().copied(),
        no_run: is_set(matches, "no-run-in-progress"),
        despite_restart: is_set(matches, "despite-restart"),
        no_other_installer: is_set(matches, "no-other-installer"),
        enough_space: is_set(matches, "enough-space"),
    }
}

/// The computer's state folder; these commands know no other.
pub fn machine_state(language: Language) -> Result<PathBuf, Failure> {
    ThisComputer.places().map(|places| places.state).map_err(|unread| {
        let entry = language.table().install_failures.state_missing;
        failure(Outcome::Refused, entry, &[("detail", unread.words(language).to_string())])
    })
}

/// The world as it is, without a person.
pub fn world<'a>(tell: &'a dyn Fn(&str), language: Language) -> World<'a> {
    World {
        computer: &ThisComputer,
        installer: &ThisInstaller,
        around: &System,
        models: &built_in,
        now: &SystemTime::now,
        clock: &clock,
        language,
        tell,
    }
}

/// Runs one action with whoever sits at the terminal, and shows what came of it.
pub fn perform(
    matches: &ArgMatches,
    language: Language,
    act: impl FnOnce(&Wish<'_>, &World<'_>, &mut Option<&mut dyn Person>) -> Result<Performed, Failure>,
) -> Result<Outcome, Failure> {
    let window = match is_set(matches, "unattended") {
        true => Window::None,
        false => Window::Wizard,
    };
    let older = match is_set(matches, "accept-older") {
        true => Older::Accept,
        false => Older::Refuse,
    };
    let state = machine_state(language)?;
    let given = given(matches);
    let wish = Wish { state: &state, given: &given, window, older, heading: None };
    let world = world(&talk, language);
    let mut terminal = Terminal::open(Screen::Talk).filter(|_| window == Window::Wizard);
    let mut person = terminal.as_mut().map(|terminal| terminal as &mut dyn Person);
    let performed = act(&wish, &world, &mut person)?;
    match is_set(matches, "json") {
        true => say(performed_page::json(&performed, language).trim_end()),
        false => say(performed_page::page(&performed, language).trim_end()),
    }
    if let Some(failure) = &performed.failure {
        complain(language.table().labels.error, failure);
    }
    Ok(performed.outcome())
}
