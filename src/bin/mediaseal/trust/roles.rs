//! Options that name keys and thresholds of both roles, for `add` and `remove`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, value_parser};
use mediaseal::sign::trust_draft::{Edit, RoleName};
use mediaseal::sign::trust_editing::read_holder;
use mediaseal::verify::outcome::Failure;

/// The option's name of a role's threshold.
fn threshold_name(role: RoleName) -> &'static str {
    match role {
        RoleName::Root => "root-threshold",
        RoleName::Release => "release-threshold",
    }
}

/// `--root VALUE`, `--release VALUE` and both thresholds; at least one of them
/// must be there.
pub fn arguments(value: &'static str, help: [&'static str; 2]) -> Vec<Arg> {
    let mut arguments = Vec::new();
    for (role, help) in RoleName::ALL.into_iter().zip(help) {
        let name = role.word();
        let keys = Arg::new(name).long(name).value_name(value).num_args(1..).help(help);
        arguments.push(keys.action(ArgAction::Append));
        let name = threshold_name(role);
        let parser = value_parser!(u32);
        let threshold = Arg::new(name).long(name).value_name("M").value_parser(parser);
        arguments.push(threshold.help("How many of them must sign"));
    }
    arguments
}

/// At least one option must be there.
pub fn group() -> ArgGroup {
    let names = RoleName::ALL.into_iter().flat_map(|role| [role.word(), threshold_name(role)]);
    ArgGroup::new("edits").args(names.collect::<Vec<_>>()).multiple(true).required(true)
}

/// The key files that were named, as edits.
pub fn additions(matches: &ArgMatches) -> Result<Vec<Edit>, Failure> {
    let mut edits = Vec::new();
    for (role, value) in values(matches) {
        edits.push(Edit::Add(role, read_holder(&PathBuf::from(value))?));
    }
    Ok(edits)
}

/// The holders that were named, as edits.
pub fn removals(matches: &ArgMatches) -> Vec<Edit> {
    values(matches).map(|(role, who)| Edit::Remove(role, who.clone())).collect()
}

/// The thresholds that were named, as edits.
pub fn thresholds(matches: &ArgMatches) -> Vec<Edit> {
    let threshold = |role| {
        let threshold = matches.get_one::<u32>(threshold_name(role));
        threshold.map(|threshold| Edit::Threshold(role, *threshold))
    };
    RoleName::ALL.into_iter().filter_map(threshold).collect()
}

fn values(matches: &ArgMatches) -> impl Iterator<Item = (RoleName, &String)> {
    RoleName::ALL.into_iter().flat_map(|role| {
        let values = matches.get_many::<String>(role.word()).unwrap_or_default();
        values.map(move |value| (role, value))
    })
}
