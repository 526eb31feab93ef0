//! `mediaseal log`: what the production log says of a key that comes back.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::names::escape;
use mediaseal::sign::files::{self, Access};
use mediaseal::store::log::read_log;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::state;
use mediaseal::write::production::entry::Entry;
use mediaseal::write::production::find::{self, Query};
use mediaseal::write::production::lines::lines;
use mediaseal::write::production::log::{LOG_FILE, read};
use mediaseal::write::production::{export, place};

use crate::{build, force_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal log find --serial 9F12
  mediaseal log export --out keys.csv
  mediaseal log check";

const FIND_EXAMPLE: &str = "\
Example:
  mediaseal log find --serial 9F12
  mediaseal log find --order 4711 --ordinal 38
  mediaseal log find --code \"8c1f 02aa\" --json

Everything that is given must fit. A serial may be its last characters, a code
its first groups. Exit code 1 where no key fits.";

const EXPORT_EXAMPLE: &str = "\
Example:
  mediaseal log export --out keys.csv

One line for each attempt with a key. Cells that a spreadsheet would run as a
formula begin with an apostrophe.";

const CHECK_EXAMPLE: &str = "\
Example:
  mediaseal log check
  mediaseal log check --head 5d41...

Prints the SHA-256 of the last line. Keep it elsewhere: with --head a log is
found out that was made shorter since.";

/// The folder of the log.
pub fn folder_option() -> Arg {
    build::path("log", "DIR", "Folder of the production log")
}

/// The folder that was named, or the one in the state.
pub fn folder(matches: &ArgMatches) -> PathBuf {
    let state = matches.get_one("state").cloned().unwrap_or_else(state::default_folder);
    matches.get_one("log").cloned().unwrap_or_else(|| place::default_folder(&state))
}

/// The definition.
pub fn command() -> Command {
    let common = |command: Command| {
        command.arg(folder_option()).arg(build::path(
            "state",
            "DIR",
            "Folder of what is trusted here",
        ))
    };
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let ordinal = clap::value_parser!(u32).range(1..);
    Command::new("log")
        .about("Finds keys in the production log, exports and checks it")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(common(
            Command::new("find")
                .about("What became of a key")
                .arg(text("serial", "S", "Serial number or its end"))
                .arg(text("ordinal", "N", "Number on the card").value_parser(ordinal))
                .arg(text("code", "CODE", "Release code or its first groups"))
                .arg(text("ticket", "T", "Ticket"))
                .arg(text("order", "O", "Order"))
                .arg(
                    Arg::new("json")
                        .long("json")
                        .action(ArgAction::SetTrue)
                        .help("Print the lines as they are"),
                )
                .after_help(FIND_EXAMPLE),
        ))
        .subcommand(common(
            Command::new("export")
                .about("The log as CSV")
                .arg(build::path("out", "F.csv", "Write this file instead of the screen"))
                .arg(force_option::argument("Replace an existing file"))
                .after_help(EXPORT_EXAMPLE),
        ))
        .subcommand(common(
            Command::new("check")
                .about("Whether every line follows the one before")
                .arg(
                    text("head", "SHA256", "What an earlier check printed")
                        .value_parser(|text: &str| Digest::parse_code(text).ok_or("64 hex digits")),
                )
                .after_help(CHECK_EXAMPLE),
        ))
        .after_help(EXAMPLE)
}

/// Runs the one that was named.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    match matches.subcommand() {
        Some(("find", matches)) => find(matches),
        Some(("export", matches)) => export(matches),
        Some(("check", matches)) => check(matches),
        _ => Ok(Outcome::Usage),
    }
}

fn find(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let query = Query {
        serial: text("serial"),
        ordinal: matches.get_one("ordinal").copied(),
        code: text("code"),
        ticket: text("ticket"),
        order: text("order"),
    };
    let query = query.checked().map_err(|error| {
        Failure::new(Outcome::Usage, error.to_string(), "See: mediaseal log find --help")
    })?;
    let (ledger, _) = read(&place::open(&folder(matches))?)?;
    let found = find::find(&ledger, &query);
    for entry in &found {
        match matches.get_flag("json") {
            true => {
                let line = serde_json::to_string(entry).map_err(|error| {
                    Failure::new(Outcome::Io, format!("a line cannot be shown: {error}"), "")
                })?;
                screen::data(&line)?;
            }
            false => screen::data(&lines(entry, &ledger).to_string())?,
        }
    }
    match found.is_empty() {
        false => Ok(Outcome::Done),
        true => {
            screen::talk("No key in this log fits.");
            Ok(Outcome::Fail)
        }
    }
}

fn export(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (ledger, _) = read(&place::open(&folder(matches))?)?;
    let csv = export::csv(&ledger);
    let Some(out) = matches.get_one::<PathBuf>("out") else {
        screen::data(csv.trim_end())?;
        return Ok(Outcome::Done);
    };
    let existing = force_option::existing(matches);
    files::write(out, csv.as_bytes(), Access::Owner, existing)?;
    screen::data(&files::shown(out))?;
    Ok(Outcome::Done)
}

fn check(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let folder = place::open(&folder(matches))?;
    // The ledger's reader refuses lines that this program does not know.
    let (ledger, state) = read(&folder)?;
    let wanted = matches.get_one::<Digest>("head");
    let mut line = 0u64;
    let mut found = None;
    read_log(&folder, LOG_FILE.as_ref(), |text| {
        line += 1;
        if Some(&Digest::of(text.as_bytes())) == wanted {
            found = Some(line);
        }
    })
    .map_err(mediaseal::write::production::log::ProductionError::Log)?;
    let keys = ledger.keys().count();
    screen::talk(&format!(
        "  {} lines, {keys} about keys; every line follows the one before.",
        state.lines
    ));
    let open = ledger.attempts().filter(|entry| matches!(entry, Entry::Begun(_))).count();
    if open > 0 {
        screen::talk(&format!(
            "  Of these, {open} began to write a key and have no end: those are no keys."
        ));
    }
    if !state.torn.is_empty() {
        let bytes = state.torn.len();
        screen::warning(&format!(
            "{bytes} bytes of one more line were cut off; the next key sets them aside."
        ));
    }
    match (wanted, found) {
        (None, _) => {}
        (Some(_), Some(line)) => {
            screen::talk(&format!("  That was line {line}; nothing up to there was changed."));
        }
        (Some(head), None) => {
            let what = format!("no line of this log has {head}");
            let next = "Lines were removed at its end, or it is another log. Keep it as it is.";
            return Err(Failure::new(Outcome::Fail, what, next));
        }
    }
    screen::data(&format!("{}  {}", state.head, escape(LOG_FILE)))?;
    Ok(Outcome::Done)
}
