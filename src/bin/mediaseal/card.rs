//! `mediaseal card`: the sheet that goes with a proved key.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use mediaseal::seal::names::escape_path;
use mediaseal::sign::files::{self, Access};
use mediaseal::text::Language;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;
use mediaseal::verify::report::Report;
use mediaseal::verify::session::{self, Asked};
use mediaseal::verify::{demo, state, text};
use mediaseal::write::card::{self, Card};
use mediaseal::write::carried::{self, Carried};
use mediaseal::write::production::log::read;
use mediaseal::write::production::place;

use crate::{build, force_option, log, screen};

const EXAMPLE: &str = "\
Example:
  mediaseal card out/release --order 4711 --ordinal 38
  mediaseal card out/release --order 4711 --ordinal 38 --html --out 38.html

The release is checked first, by your own state; the key must be proved in the
production log. Publisher code and tool code are not on the card: they come by
another road.";

/// The definition.
pub fn command() -> Command {
    Command::new("card")
        .about("Prints the card of a proved key")
        .arg(
            Arg::new("release")
                .value_name("RELEASE")
                .required(true)
                .value_parser(clap::value_parser!(PathBuf))
                .help("The release: folder, zip or image"),
        )
        .arg(Arg::new("order").long("order").value_name("O").help("The order"))
        .arg(
            Arg::new("ordinal")
                .long("ordinal")
                .value_name("N")
                .required(true)
                .value_parser(clap::value_parser!(u32).range(1..))
                .help("The key's number in it"),
        )
        .arg(build::path("state", "DIR", "Folder of what is trusted here"))
        .arg(log::folder_option())
        .arg(build::path("out", "FILE", "Write this file instead of the screen"))
        .arg(Arg::new("html").long("html").action(ArgAction::SetTrue).help("As a page that prints"))
        .arg(force_option::argument("Replace an existing file"))
        .after_help(EXAMPLE)
}

/// The release that the station's own state lets pass, or how the command ends:
/// what there is to say was said.
pub fn decided(
    asked: &Asked,
    language: Language,
) -> Result<Result<(Report, Carried), Outcome>, Failure> {
    let mut session = match session::open(asked, &System, language)? {
        Ok(session) => session,
        Err(report) => return Ok(Err(refused(&report, language))),
    };
    let (report, carried) = carried::decide(&mut session, language)?;
    let Some(carried) = carried else {
        return Ok(Err(refused(&report, language)));
    };
    demo::refuse_outside(carried.publisher(), &asked.state, language)?;
    Ok(Ok((report, carried)))
}

/// Says why not, and how the program ends.
fn refused(report: &Report, language: Language) -> Outcome {
    screen::talk(text::render(report, language).trim_end());
    report.verdict().outcome()
}

/// Decides, finds the key in the log, prints.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let language = Language::English;
    let state = matches.get_one("state").cloned().unwrap_or_else(state::default_folder);
    let asked = Asked::about(build::given(matches, "release"), state);
    let carried = match decided(&asked, language)? {
        Ok((_, carried)) => carried,
        Err(outcome) => return Ok(outcome),
    };
    let (ledger, _) = read(&place::open(&log::folder(matches))?)?;
    let order = matches.get_one::<String>("order").map(String::as_str);
    let ordinal = matches.get_one::<u32>("ordinal").copied();
    // The number is given once in an order; without one, once for a release.
    let key = ledger.proved(order).find(|key| {
        key.ordinal == ordinal
            && (order.is_some() || key.release.release_code == carried.facts.release_code)
    });
    let Some(key) = key else {
        let what = "the production log has no proved key of this number".to_string();
        return Err(Failure::new(Outcome::Fail, what, "See: mediaseal log find --ordinal N"));
    };
    let keys = order.and_then(|order| ledger.order(order)).map(|order| order.keys);
    let card = Card::new(&carried, key, keys)
        .map_err(|error| Failure::new(Outcome::Refused, error.to_string(), error.advice()))?;
    let page = match matches.get_flag("html") {
        true => card::html::render(&card),
        false => card::text::render(&card),
    };
    let Some(out) = matches.get_one::<PathBuf>("out") else {
        screen::data(page.trim_end())?;
        return Ok(Outcome::Done);
    };
    let existing = force_option::existing(matches);
    files::write(out, page.as_bytes(), Access::Everyone, existing)?;
    screen::data(&escape_path(out))?;
    Ok(Outcome::Done)
}
