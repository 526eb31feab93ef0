//! `install SOURCE`, `repair`, `remove`: the vendor's installer, with everything
//! that is looked at before and written down after.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::install::procedure;
use mediaseal::install::removal;
use mediaseal::seal::manifest::Guid;
use mediaseal::seal::names::Identifier;
use mediaseal::text::{Language, Table};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::session::Asked;

use crate::args::{flag, option, positional};
use crate::instrument;
use crate::usage;

/// The command line of `install`.
pub fn install_command(table: &'static Table) -> Command {
    let help = &table.install_help;
    let path = clap::value_parser!(PathBuf);
    Command::new("install")
        .about(help.install)
        .after_help(help.install_example)
        .arg(positional("source", "SOURCE", table.help.source_argument, table))
        .arg(option("to", "DIR", help.to_option, table).value_parser(path))
        .args(instrument::install_arguments(table))
        .args(instrument::arguments(table))
}

/// The command line of `repair`.
pub fn repair_command(table: &'static Table) -> Command {
    let help = &table.install_help;
    Command::new("repair")
        .about(help.repair)
        .after_help(help.repair_example)
        .arg(
            option("product", "NAME", help.product_option, table)
                .value_parser(|text: &str| Identifier::parse(text).map_err(|_| usage::NAME)),
        )
        .args(instrument::install_arguments(table))
        .args(instrument::arguments(table))
}

/// The command line of `remove`.
pub fn remove_command(table: &'static Table) -> Command {
    let help = &table.install_help;
    Command::new("remove")
        .about(help.remove)
        .after_help(help.remove_example)
        .arg(
            option("product-code", "CODE", help.product_code_option, table)
                .value_parser(|text: &str| Guid::parse(text).ok_or(usage::PRODUCT_CODE)),
        )
        .arg(flag("yes", help.yes_option, table))
        .args(instrument::arguments(table))
}

/// Installs.
pub fn install(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    // clap has refused a command line without SOURCE.
    let source = matches.get_one::<PathBuf>("source").cloned().unwrap_or_default();
    let to = matches.get_one::<PathBuf>("to");
    instrument::perform(matches, language, |wish, world, person| {
        let asked = Asked { older: wish.older, ..Asked::about(source, wish.state) };
        procedure::install(wish, &asked, to.map(PathBuf::as_path), world, person)
    })
}

/// Repairs.
pub fn repair(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    let product = matches.get_one::<Identifier>("product");
    instrument::perform(matches, language, |wish, world, person| {
        procedure::repair(wish, product, world, person)
    })
}

/// Removes.
pub fn remove(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    let code = matches.get_one::<Guid>("product-code");
    let confirmed = matches.get_flag("yes");
    instrument::perform(matches, language, |wish, world, person| {
        removal::remove(wish, code, confirmed, world, person)
    })
}
