//! From raw arguments to checked types; from here on nothing checks again.

use std::path::PathBuf;

use clap::{Arg, ArgMatches};
use mediaseal::seal::names::Identifier;
use mediaseal::text::Table;
use mediaseal::verify::decide::Scope;
use mediaseal::verify::level::Level;
use mediaseal::verify::rollback::Older;
use mediaseal::verify::session::Asked;
use mediaseal::verify::state::default_folder;

use crate::args::{flag, option, positional};
use crate::usage;

/// SOURCE, `--state` and the options that narrow a check.
pub fn arguments(table: &'static Table) -> Vec<Arg> {
    let help = &table.help;
    let path = clap::value_parser!(PathBuf);
    vec![
        positional("source", "SOURCE", help.source_argument, table),
        option("state", "DIR", help.state_option, table).value_parser(path),
        flag("volume-only", help.volume_only_option, table),
        flag("accept-older", help.accept_older_option, table),
        option("product", "NAME", help.product_option, table)
            .value_parser(|text: &str| Identifier::parse(text).map_err(|_| usage::NAME)),
        option("require-level", "LEVEL", help.level_option, table).value_parser(|text: &str| {
            Level::parse(text).ok_or("whole-medium, volume, bundle, files-only")
        }),
        flag("json", help.json_option, table),
    ]
}

/// The state folder: `--state`, or the system's default.
pub fn state(matches: &ArgMatches) -> PathBuf {
    matches.get_one::<PathBuf>("state").cloned().unwrap_or_else(default_folder)
}

/// The question that the arguments ask.
pub fn asked(matches: &ArgMatches) -> Asked {
    // clap has refused a command line without SOURCE.
    let source = matches.get_one::<PathBuf>("source").cloned().unwrap_or_default();
    Asked {
        anchor: matches.try_get_one::<PathBuf>("anchor").ok().flatten().cloned(),
        scope: match matches.get_flag("volume-only") {
            true => Scope::VolumeOnly,
            false => Scope::WholeMedium,
        },
        older: match matches.get_flag("accept-older") {
            true => Older::Accept,
            false => Older::Refuse,
        },
        product: matches.get_one::<Identifier>("product").cloned(),
        required_level: matches.get_one::<Level>("require-level").copied(),
        ..Asked::about(source, state(matches))
    }
}
