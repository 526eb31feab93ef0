//! `mediaseal trust`: new, sign, export.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use mediaseal::seal::names::Identifier;
use mediaseal::seal::trust::{Holder, Role};
use mediaseal::sign::files::{self, Access, Existing, shown};
use mediaseal::sign::lines::Lines;
use mediaseal::sign::trust_changes::warnings;
use mediaseal::sign::trust_editing as editing;
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::verify::outcome::{Failure, Outcome};

use crate::{key_option, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal trust new --publisher example-support --out trust \\
    --root carla.pub --root diego.pub --root-threshold 2 \\
    --release alice.pub --release bruno.pub --release-threshold 2
  mediaseal trust sign trust --key carla.key
  mediaseal trust sign trust --key diego.key
  mediaseal trust export trust --out example-support.anchor";

const NEW_EXAMPLE: &str = "\
Example:
  mediaseal trust new --publisher example-support --out trust \\
    --root carla.pub --root diego.pub --root-threshold 2 \\
    --release alice.pub --release bruno=b2.pub --release-threshold 2

A holder is called like the file (alice.pub: alice), or as in name=FILE.";

const SIGN_EXAMPLE: &str = "\
Example:
  mediaseal trust sign trust --key carla.key
  mediaseal trust sign trust --key carla.key --yes-version 1
  mediaseal trust sign trust --print        shows the line for minisign";

const EXPORT_EXAMPLE: &str = "\
Example:
  mediaseal trust export trust --out example-support.anchor

Prints the publisher code of the newest document: it must reach verifiers by
another road than the release.";

fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help).required(true)
}

/// The definition.
pub fn command() -> Command {
    Command::new("trust")
        .about("Makes, signs and exports trust documents")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(new_command())
        .subcommand(
            Command::new("sign")
                .about("Shows the newest trust document and signs it")
                .arg(path("folder", "DIR", "The folder of trust documents"))
                .args(key_option::arguments())
                .arg(
                    Arg::new("print")
                        .long("print")
                        .action(ArgAction::SetTrue)
                        .help("Show the line for minisign itself"),
                )
                .group(ArgGroup::new("how").args(["key", "print"]).required(true))
                .arg(
                    Arg::new("yes-version")
                        .long("yes-version")
                        .value_name("N")
                        .help("Confirm without a terminal"),
                )
                .after_help(SIGN_EXAMPLE),
        )
        .subcommand(
            Command::new("export")
                .about("Writes the chain as one file, the anchor")
                .arg(path("folder", "DIR", "The folder of trust documents"))
                .arg(path("out", "ANCHOR", "The file to write").long("out"))
                .arg(
                    Arg::new("force")
                        .long("force")
                        .action(ArgAction::SetTrue)
                        .help("Replace an existing file"),
                )
                .after_help(EXPORT_EXAMPLE),
        )
        .after_help(EXAMPLE)
}

fn new_command() -> Command {
    let keys = |name: &'static str, help: &'static str| {
        path(name, "PUB", help).long(name).num_args(1..).action(ArgAction::Append)
    };
    let threshold = |name: &'static str, help: &'static str| {
        let parser = value_parser!(u32);
        Arg::new(name).long(name).value_name("M").required(true).value_parser(parser).help(help)
    };
    Command::new("new")
        .about("Makes trust document 1")
        .arg(
            Arg::new("publisher")
                .long("publisher")
                .value_name("P")
                .required(true)
                .help("The organisation: 1 to 32 of a-z, 0-9 and -"),
        )
        .arg(path("out", "DIR", "A new or empty folder").long("out"))
        .arg(keys("root", "Public keys that sign trust documents"))
        .arg(threshold("root-threshold", "How many of them must"))
        .arg(keys("release", "Public keys that sign releases"))
        .arg(threshold("release-threshold", "How many of them must"))
        .after_help(NEW_EXAMPLE)
}

/// Runs the one that was named.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    match matches.subcommand() {
        Some(("new", matches)) => new(matches),
        Some(("sign", matches)) => sign(matches),
        Some(("export", matches)) => export(matches),
        _ => Ok(Outcome::Usage),
    }
}

fn new(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (Some(publisher), Some(out)) =
        (matches.get_one::<String>("publisher"), matches.get_one::<PathBuf>("out"))
    else {
        return Ok(Outcome::Usage);
    };
    let publisher = Identifier::parse(publisher)
        .map_err(|error| Failure::new(Outcome::Usage, format!("--publisher: {error}"), ""))?;
    let document =
        editing::first_document(publisher, role(matches, "root")?, role(matches, "release")?);
    let code = editing::create(out, &document)?;
    for warning in warnings(&document) {
        screen::warning(&warning);
    }
    screen::data(&shown(&out.join("1.json")))?;
    screen::talk("  Publisher code of trust document 1 (once it is fully signed):");
    screen::talk(&format!("  {}", code.code_lines().join("\n  ")));
    screen::talk("  Every root holder now runs: mediaseal trust sign DIR --key KEY");
    Ok(Outcome::Done)
}

fn role(matches: &ArgMatches, name: &str) -> Result<Role, Failure> {
    let files = matches.get_many::<PathBuf>(name).unwrap_or_default();
    let keys: Result<Vec<Holder>, _> = files.map(|file| editing::read_holder(file)).collect();
    let threshold = matches.get_one(&format!("{name}-threshold")).copied().unwrap_or_default();
    Ok(Role { threshold, keys: keys? })
}

fn sign(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let Some(root) = matches.get_one::<PathBuf>("folder") else {
        return Ok(Outcome::Usage);
    };
    let key = matches.get_one("key").map(PathBuf::as_path).map(key_option::read).transpose()?;
    let folder = TrustFolder::read(root)?;
    screen::talk(&editing::review(&folder).to_string());
    let Some(key) = key else {
        let [sign, attach] = editing::stock_commands(&folder, None);
        screen::talk(
            "  In that folder, with the 16 digits of your key id in place of <key-id>;\n  \
             compare the document's SHA-256 with the code before.\n",
        );
        screen::data(&format!("{sign}\n{attach}"))?;
        return Ok(Outcome::Done);
    };
    let key = key_option::unlock(key, matches)?;
    let name = editing::may_sign(&folder, &key.public())?;
    if folder.is_signed_by(&key.public()) {
        screen::talk(&format!("  Already signed by {name}; nothing to do."));
        return Ok(Outcome::Done);
    }
    let typed = screen::confirm(
        &format!("Type the document's number to sign it as {name}:"),
        matches.get_one("yes-version"),
        "--yes-version N",
    )?;
    let path = editing::sign(&folder, &key, &typed)?;
    screen::data(&shown(&path))?;
    Ok(Outcome::Done)
}

fn export(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let paths = (matches.get_one::<PathBuf>("folder"), matches.get_one::<PathBuf>("out"));
    let (Some(root), Some(out)) = paths else {
        return Ok(Outcome::Usage);
    };
    let export = editing::export(&TrustFolder::read(root)?)?;
    let existing = match matches.get_flag("force") {
        true => Existing::Replace,
        false => Existing::Refuse,
    };
    files::write(out, &export.anchor, Access::Everyone, existing)?;
    screen::talk(&format!("  Anchor  {}", shown(out)));
    let mut lines = Lines::new();
    lines.fact("Code", &format!("publisher code of trust document {}:", export.version));
    lines.code("", &export.code);
    screen::data(lines.to_string().trim_end())?;
    Ok(Outcome::Done)
}
