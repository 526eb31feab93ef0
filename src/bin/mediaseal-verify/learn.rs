//! `learn SOURCE|FILE`: store newer trust documents, and nothing else.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use mediaseal::text::{Language, Table, fill, wrap};
use mediaseal::verify::finding::{Kind, Severity};
use mediaseal::verify::learning::{self, Learned};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::pinning::System;

use crate::args::{option, positional};
use crate::console::say;
use crate::setting;

/// The command line of `learn`.
pub fn command(table: &'static Table) -> Command {
    let (help, learning) = (&table.help, &table.learning);
    let path = clap::value_parser!(PathBuf);
    Command::new("learn")
        .about(learning.learn)
        .after_help(learning.learn_example)
        .arg(positional("source", "SOURCE|FILE", learning.learn_argument, table))
        .arg(option("state", "DIR", help.state_option, table).value_parser(path))
}

/// Stores and says what.
pub fn run(matches: &ArgMatches, language: Language) -> Result<Outcome, Failure> {
    // clap has refused a command line without SOURCE.
    let source = matches.get_one::<PathBuf>("source").cloned().unwrap_or_default();
    let learned = learning::learn(&setting::state(matches), &source, &System, language)?;
    print(&learned, language);
    Ok(learned.outcome())
}

fn print(learned: &Learned, language: Language) {
    let table = language.table();
    let texts = &table.learning;
    let line = |text: &str| say(&wrap(text, "", 80));
    let bad = learned.findings.iter().filter(|kind| kind.severity() > Severity::Note);
    let bad: Vec<&Kind> = bad.collect();
    for kind in &bad {
        line(&format!("{}  {}", kind.code(), kind.what(language)));
        line(&kind.next(language));
    }
    let now = &learned.now;
    let values =
        [("version", now.length().to_string()), ("publisher", now.publisher().to_string())];
    match (learned.stored(), bad.is_empty()) {
        (true, good) => {
            if !good {
                line(texts.kept_prefix);
            }
            line(&fill(texts.stored, &values));
        }
        (false, true) => line(&fill(texts.nothing_new, &values)),
        (false, false) => line(texts.not_stored),
    }
    let (old, new) = (&learned.before.newest().document, &now.newest().document);
    let withdrawn = new.withdrawn.iter().filter(|code| !learned.before.withdraws(code));
    match withdrawn.count() {
        0 => {}
        count => line(&fill(texts.withdrawn, &[("count", count.to_string())])),
    }
    for (product, rule) in
        new.products.iter().filter(|(name, r)| old.products.get(*name) != Some(r))
    {
        let values = [
            ("product", product.to_string()),
            ("epoch", rule.epoch.to_string()),
            ("floor", rule.floor.to_string()),
        ];
        line(&fill(texts.floors, &values));
    }
    let [first, second] = now.newest().code.code_lines();
    say(&format!("  {first}"));
    say(&format!("  {second}\n  {}", fill(table.labels.publisher_code, &values[..1])));
}
