//! French.

use super::table::{Entry, Table};

mod cards;
mod causes;
mod commands;
mod copying;
mod details;
mod findings;
mod guide;
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
    oddities: details::ODDITIES,
    remarks: details::REMARKS,
    source_faults: details::SOURCE_FAULTS,
    seal_faults: details::SEAL_FAULTS,
    folder_faults: details::FOLDER_FAULTS,
    details: details::DETAILS,
    doings: details::DOINGS,
    store_faults: details::STORE_FAULTS,
    system_advice: details::SYSTEM_ADVICE,
    destination_faults: details::DESTINATION_FAULTS,
    staging_faults: details::STAGING_FAULTS,
    differences: details::DIFFERENCES,
    io_faults: causes::IO_FAULTS,
    facts: causes::FACTS,
    asked: causes::ASKED,
    slot_faults: causes::SLOT_FAULTS,
    plan_faults: causes::PLAN_FAULTS,
    usage_faults: causes::USAGE_FAULTS,
    claims: details::CLAIMS,
    labels: reports::LABELS,
    cards: cards::CARDS,
    help: commands::HELP,
    failures: commands::FAILURES,
    dialogue: procedure::DIALOGUE,
    questions: procedure::QUESTIONS,
    exits: procedure::EXITS,
    install_failures: procedure::INSTALL_FAILURES,
    procedure: procedure::PROCEDURE,
    setup: guide::SETUP,
    setup_questions: guide::SETUP_QUESTIONS,
    setup_failures: guide::SETUP_FAILURES,
    guide: guide::GUIDE,
    guide_questions: guide::GUIDE_QUESTIONS,
    install_help: guide::INSTALL_HELP,
    copy_failures: copying::COPY_FAILURES,
    learning: learning::LEARNING,
    learn_failures: learning::LEARN_FAILURES,
};
