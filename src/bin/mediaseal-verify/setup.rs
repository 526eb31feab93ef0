//! `setup`: the program in its folder, its tool code, the publisher; and the
//! guided way of a start without arguments.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::install::guide::{self, Way};
use mediaseal::install::setup::{SetupWish, set_up};
use mediaseal::instrument::computer::Computer as _;
use mediaseal::instrument::person::{Person, wait};
use mediaseal::instrument::question::Given;
use mediaseal::instrument::this_computer::ThisComputer;
use mediaseal::text::{Language, Table};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::session::failure;
use mediaseal::verify::state::default_folder;

use crate::args::{flag, option};
use crate::console::{complain, say, talk};
use crate::instrument;
use crate::terminal::{Screen, Terminal};

/// For the program that is started again: its window closes with it, so it waits
/// until the person has read what stands there.
const WAIT: &str = "wait-at-the-end";

/// The command line of `setup`.
pub fn command(table: &'static Table) -> Command {
    let help = &table.install_help;
    let path = || clap::value_parser!(PathBuf);
    Command::new("setup")
        .about(help.setup)
        .after_help(help.setup_example)
        .arg(option("anchor", "FILE", help.setup_anchor_option, table).value_parser(path()))
        .arg(option("source", "SOURCE", help.source_option, table).value_parser(path()))
        .arg(option("code", "TEXT", help.setup_code_option, table))
        .arg(option("tool-code", "TEXT", help.tool_code_option, table))
        .arg(option("dir", "DIR", help.dir_option, table).value_parser(path()))
        .arg(option("state", "DIR", help.setup_state_option, table).value_parser(path()))
        .arg(flag("replace-program", help.replace_program_option, table))
        .arg(flag(WAIT, "", table).hide(true))
}

/// Sets up; starts itself again with an administrator's rights where it has none
/// and somebody is there to allow it.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let wish = SetupWish {
        dir: path("dir"),
        state: path("state"),
        anchor: path("anchor"),
        code: text("code"),
        tool_code: text("tool-code"),
        replace_program: matches.get_flag("replace-program"),
        source: path("source"),
        publisher_only: false,
    };
    let mut terminal = Terminal::open(Screen::Dialogue);
    let own_places = wish.dir.is_some() && wish.state.is_some();
    if !own_places && terminal.is_some() && ThisComputer.elevated() == Ok(false) {
        let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
        arguments.push(format!("--{WAIT}").into());
        talk(language.table().guide.windows_asks);
        let started = ThisComputer.relaunch(&arguments);
        return started.map(Outcome::of_exit_code).map_err(|unread| {
            let entry = language.table().setup_failures.relaunch_failed;
            failure(Outcome::Refused, entry, &[("detail", unread.words(language).to_string())])
        });
    }
    let person = terminal.as_mut().map(|terminal| terminal as &mut dyn Person);
    let came = set_up(&wish, &ThisComputer, person, &mut |text| say(text), language);
    let outcome = match &came {
        Ok(_) => Outcome::Done,
        Err(failure) => {
            complain(language.table().labels.error, failure);
            failure.outcome
        }
    };
    if let (true, Some(terminal)) = (matches.get_flag(WAIT), &mut terminal) {
        wait(terminal, language);
    }
    Ok(outcome)
}

/// The guided way, if somebody sits at the terminal; `None` where nobody does.
pub fn guided(language: Language) -> Option<Outcome> {
    let mut terminal = Terminal::open(Screen::Dialogue)?;
    let nothing = |_: &str| {};
    let world = instrument::world(&nothing, language);
    let given = Given::default();
    let state = match ThisComputer.has_installer() {
        // Where the system does not tell its folders, setting up says so.
        true => instrument::machine_state(language).unwrap_or_default(),
        false => default_folder(),
    };
    let way = Way { state, setup: SetupWish::default(), given: &given, to: None };
    Some(guide::lead(&way, &world, &mut terminal))
}
