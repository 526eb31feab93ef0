//! What `confirm` and `station` have in common: the release that the station's
//! own state lets pass, its image, and their options.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches};
use mediaseal::seal::names::escape_path;
use mediaseal::store::Folder;
use mediaseal::sys::private_file;
use mediaseal::text::Language;
use mediaseal::verify::decide::Held;
use mediaseal::verify::finding::Severity;
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;
use mediaseal::verify::progress::Meter;
use mediaseal::verify::report::Report;
use mediaseal::verify::rollback::History;
use mediaseal::verify::session::{self, Asked};
use mediaseal::verify::{state, text};
use mediaseal::write::carried::Carried;
use mediaseal::write::confirm::RequireProtection;
use mediaseal::write::image::Image;
use mediaseal::write::production::entry::clean;
use mediaseal::write::production::log::ProductionLog;
use mediaseal::write::production::record::Context;
use mediaseal::write::source::{PrepareError, prepare};

use crate::{build, log, screen};

/// A release that may be on keys.
pub struct Ready {
    /// What keys of it carry.
    pub carried: Carried,
    /// Their image.
    pub image: Arc<Image>,
    /// The station's own chain.
    pub held: Held,
    /// What was copied here of this product.
    pub history: History,
}

/// What a command that writes the production log takes for it.
pub fn log_options() -> Vec<Arg> {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    vec![
        text("order", "O", "The order that it is for"),
        text("ticket", "T", "Ticket, for the log"),
        text("operator", "NAME", "Who works here [default: the account]"),
        log::folder_option(),
    ]
}

/// SOURCE and the options of both.
pub fn options() -> Vec<Arg> {
    let mut options = vec![
        Arg::new("source")
            .value_name("SOURCE")
            .required(true)
            .value_parser(clap::value_parser!(PathBuf))
            .help("The release folder, its zip or its image"),
        Arg::new("require-protection")
            .long("require-protection")
            .action(ArgAction::SetTrue)
            .help("A key must be seen write-protected"),
        build::path("state", "DIR", "Folder of what is trusted here"),
        build::path("work", "DIR", "Folder for the image while the program runs"),
    ];
    options.extend(log_options());
    options
}

/// The order that was named, which the log must have, and about this release.
pub fn known_order<F: Folder>(
    matches: &ArgMatches,
    ready: &Ready,
    production: &ProductionLog<'_, F>,
) -> Result<Option<String>, Failure> {
    let Some(name) = matches.get_one::<String>("order").map(|order| clean(order)) else {
        return Ok(None);
    };
    match production.known_order(&name, &ready.carried.facts)? {
        Some(_) => Ok(Some(name)),
        None => {
            let what = format!("order {name} is not in the log");
            Err(Failure::new(Outcome::Usage, what, "Open it first: mediaseal station."))
        }
    }
}

/// Whether protection is asked for.
pub fn protection(matches: &ArgMatches) -> RequireProtection {
    // A command that only writes has no such option.
    match matches.try_get_one::<bool>("require-protection") {
        Ok(Some(true)) => RequireProtection::Yes,
        _ => RequireProtection::No,
    }
}

/// What every line of the log has.
pub fn context(matches: &ArgMatches, ready: &Ready, order: Option<String>) -> Context {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    Context {
        order,
        ticket: text("ticket").map(clean),
        operator: Context::operator(text("operator")),
        release: ready.carried.facts.clone(),
        protection_required: protection(matches) == RequireProtection::Yes,
    }
}

/// Decides on SOURCE and makes its image; `Err` of an outcome where the report
/// has said why there is none.
pub fn ready(matches: &ArgMatches) -> Result<Result<Ready, Outcome>, Failure> {
    let language = Language::English;
    let state = matches.get_one("state").cloned().unwrap_or_else(state::default_folder);
    let asked = Asked::about(build::given(matches, "source"), state);
    let told = |report: &Report| screen::talk(text::render(report, language).trim_end());
    let mut session = match session::open(&asked, &System, language)? {
        Ok(session) => session,
        Err(report) => {
            told(&report);
            return Ok(Err(report.verdict().outcome()));
        }
    };
    let work = matches.get_one("work").cloned().unwrap_or_else(private_file::default_folder);
    let private = private_file::private_file(&work).map_err(|error| {
        let what = format!("no room for the image in {}: {error}", escape_path(&work));
        Failure::new(Outcome::Io, what, "Name another folder: --work DIR.")
    })?;
    let mut meter = Meter::start(language);
    let (report, prepared) = session.with_request(|source, request| {
        prepare(source, request, private, &mut |done, all| meter.step(done, all))
    });
    drop(meter);
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(PrepareError::Verdict) => {
            told(&report);
            return Ok(Err(PrepareError::Verdict.outcome(&report)));
        }
        Err(error) => {
            if report.worst() > Severity::Note {
                told(&report);
            }
            return Err(Failure::new(error.outcome(&report), error.to_string(), error.advice()));
        }
    };
    let (image, seal) = (prepared.image, prepared.release.seal.specs());
    told(&report);
    let Some(carried) = Carried::of(&report, seal, (image.sha256, image.bytes)) else {
        return Ok(Err(Outcome::Fail));
    };
    let history = match &session.state {
        Some(state) => state.history(&carried.manifest.product),
        None => History::NotChecked,
    };
    Ok(Ok(Ready { carried, image: Arc::new(image), held: session.held.clone(), history }))
}
