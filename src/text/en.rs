//! English.

use super::table::{Entry, Table};

mod cards;
mod commands;
mod findings;
mod learning;
mod procedure;
mod reports;

const fn entry(what: &'static str, next: &'static str) -> Entry {
    Entry { what, next }
}

pub(super) const TABLE: Table = Table {
    findings: findings::FINDINGS,
    regions: findings::REGIONS,
    signatures: findings::SIGNATURES,
    unpinned: findings::UNPINNED,
    labels: reports::LABELS,
    cards: cards::CARDS,
    help: commands::HELP,
    failures: commands::FAILURES,
    dialogue: procedure::DIALOGUE,
    questions: procedure::QUESTIONS,
    exits: procedure::EXITS,
    install_failures: procedure::INSTALL_FAILURES,
    procedure: procedure::PROCEDURE,
    learning: learning::LEARNING,
    learn_failures: learning::LEARN_FAILURES,
};
