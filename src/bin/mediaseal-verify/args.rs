//! The command line: clap's builder, every text from the language's table.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command};
use mediaseal::seal::names::escape_message;
use mediaseal::text::{Language, Table, fill, own};
use mediaseal::verify::json;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::session::failure;

use crate::console::{complain, say, unwritten};
use crate::{check, copy, enrol, install, learn, setup, show, status, usage};

/// Parses, runs, prints an error if there is one.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Outcome {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let language = language(&arguments);
    let table = language.table();
    let guided = match names_a_command(&arguments) {
        true => None,
        false => setup::guided(language),
    };
    let outcome = guided.unwrap_or_else(|| one_command(&arguments, language));
    // Said last, whatever came before: the answer is not where it was wanted.
    let Some(detail) = unwritten() else { return outcome };
    let values = [("detail", escape_message(&own::system_says(&detail, language)))];
    let failure = failure(Outcome::Io, table.failures.answer_unwritten, &values);
    complain(table.labels.error, &failure);
    outcome.worse(failure.outcome)
}

/// Parses and runs one command.
fn one_command(arguments: &[OsString], language: Language) -> Outcome {
    let table = language.table();
    let matches = match command(table).try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return not_run(&error, language),
    };
    dispatch(&matches, language).unwrap_or_else(|failure| {
        // No command fails so once it has printed an answer of its own.
        if let Some((name, matches)) = matches.subcommand()
            && let Ok(Some(true)) = matches.try_get_one::<bool>("json")
        {
            say(json::failed(name, &failure).trim_end());
        }
        complain(table.labels.error, &failure);
        failure.outcome
    })
}

/// False where nothing but a language stands behind the program's name.
fn names_a_command(arguments: &[OsString]) -> bool {
    let text: Vec<_> = arguments.iter().skip(1).map(|part| part.to_string_lossy()).collect();
    let parts: Vec<&str> = text.iter().map(|part| part.as_ref()).collect();
    match parts.as_slice() {
        [] => false,
        [one] => !one.starts_with("--lang="),
        ["--lang", _] => false,
        _ => true,
    }
}

fn dispatch(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    match matches.subcommand() {
        Some(("check", matches)) => check::run(matches, language),
        Some(("show", matches)) => show::run(matches, language),
        Some(("enrol", matches)) => enrol::run(matches, language),
        Some(("learn", matches)) => learn::run(matches, language),
        Some(("copy", matches)) => copy::run(matches, language),
        Some(("setup", matches)) => setup::run(matches, language),
        Some(("install", matches)) => install::install(matches, language),
        Some(("repair", matches)) => install::repair(matches, language),
        Some(("remove", matches)) => install::remove(matches, language),
        Some(("status", matches)) => status::run(matches, language),
        // clap refuses every other name before this.
        _ => Ok(Outcome::Usage),
    }
}

/// The language of `--lang`, wherever it stands, else of the system: clap's
/// own texts need it before the command line is parsed.
fn language(arguments: &[OsString]) -> Language {
    let text = |argument: &OsString| argument.to_str().map(String::from);
    let mut chosen = None;
    for (index, argument) in arguments.iter().enumerate() {
        let Some(argument) = text(argument) else { continue };
        if argument == "--lang" {
            chosen = arguments.get(index + 1).and_then(text);
        } else if let Some(value) = argument.strip_prefix("--lang=") {
            chosen = Some(value.to_string());
        }
    }
    let named = chosen.and_then(|name| Language::parse(&name));
    named.or_else(|| Language::parse(mediaseal::sys::user::language())).unwrap_or_default()
}

/// Help and version go to standard output and are no error.
fn not_run(error: &clap::Error, language: Language) -> Outcome {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            say(error.to_string().trim_end());
            Outcome::Done
        }
        _ => {
            let detail = usage::words(error, language);
            let entry = language.table().failures.usage;
            let label = language.table().labels.error;
            let what = fill(entry.what, &[("detail", detail)]);
            let failure = Failure::new(Outcome::Usage, what, entry.next);
            complain(label, &failure);
            failure.outcome
        }
    }
}

/// The whole command line in one language.
pub fn command(table: &'static Table) -> Command {
    let help = &table.help;
    let template = format!(
        "{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}",
        help.usage_heading
    );
    let dress = |command: Command| {
        command
            .help_template(template.clone())
            .disable_help_flag(true)
            .arg(
                Arg::new("help")
                    .short('h')
                    .long("help")
                    .action(ArgAction::Help)
                    .help_heading(help.options_heading)
                    .help(help.help_option),
            )
            .arg(
                option("lang", "LANG", help.language_option, table)
                    .value_parser(["en", "fr"])
                    .hide_possible_values(true),
            )
    };
    let top = Command::new("mediaseal-verify")
        .version(concat!(env!("CARGO_PKG_VERSION"), " (verify-only)"))
        .about(help.about)
        .subcommand_required(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .subcommand_help_heading(help.commands_heading)
        .after_help(format!("{}\n\n{}", help.exit_codes, table.install_help.guided))
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help_heading(help.options_heading)
                .help(help.version_option),
        );
    let parts = [
        check::command(table),
        show::command(table),
        enrol::command(table),
        learn::command(table),
        copy::command(table),
        setup::command(table),
        install::install_command(table),
        install::repair_command(table),
        install::remove_command(table),
        status::command(table),
    ];
    parts.into_iter().fold(dress(top), |top, part| top.subcommand(dress(part)))
}

/// An option with a value.
pub fn option(
    name: &'static str,
    value: &'static str,
    help: &'static str,
    table: &'static Table,
) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help).help_heading(table.help.options_heading)
}

/// An option without a value.
pub fn flag(name: &'static str, help: &'static str, table: &'static Table) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
        .help_heading(table.help.options_heading)
}

/// A positional argument.
pub fn positional(
    name: &'static str,
    value: &'static str,
    help: &'static str,
    table: &'static Table,
) -> Arg {
    Arg::new(name)
        .value_name(value)
        .required(true)
        .value_parser(clap::value_parser!(std::path::PathBuf))
        .help(help)
        .help_heading(table.help.arguments_heading)
}
