//! What an action came to, for the screen and for programs: the check, what was
//! looked at before, what the vendor's installer answered, what to do.

use serde::Serialize;

use crate::seal::names::{escape, escape_message, escape_path};
use crate::text::{Language, fill, own, wrap};
use crate::verify::json::{self, Ending};
use crate::verify::text;

use super::evidence::findings;
use super::exit_code::restart_word;
use super::journal_line::{AnswerLine, FindingLine};
use super::pages::restart_words;
use super::performed::Performed;
use crate::instrument::preflight::Preflight;

/// The shape of the JSON.
pub const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct PerformedJson {
    schema: u32,
    program: String,
    action: &'static str,
    outcome: &'static str,
    exit_code: u8,
    failure: Option<String>,
    copied: Option<String>,
    findings: Vec<FindingLine>,
    answers: Vec<AnswerLine>,
    installer: Option<InstallerJson>,
    restart: &'static str,
    records: Vec<String>,
    report: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct InstallerJson {
    command: String,
    exit_code: u32,
    what: String,
    next: String,
    log: String,
    log_lines: Vec<String>,
    log_unread: Option<String>,
}

/// For programs.
pub fn json(performed: &Performed, language: Language) -> String {
    let outcome = performed.outcome();
    let before = performed.preflight.as_ref();
    let installer = performed.run.as_ref().map(|run| {
        let (what, next) = run.words(language);
        InstallerJson {
            command: run.command.to_string(),
            exit_code: run.code,
            what,
            next,
            log: run.command.log.display().to_string(),
            log_lines: run.log_lines.iter().map(|line| escape(line)).collect(),
            log_unread: run.log_unread.clone(),
        }
    });
    let answer = |a: &crate::instrument::question::Answer| AnswerLine {
        question: a.question.key().to_string(),
        answer: escape(&a.answer),
        by: a.by.word().to_string(),
    };
    let report = performed.report.as_ref().and_then(|report| {
        serde_json::from_str(&json::render(report, &Ending::of(report), language)).ok()
    });
    let object = PerformedJson {
        schema: SCHEMA,
        program: format!("mediaseal-verify {}", env!("CARGO_PKG_VERSION")),
        action: performed.action.word(),
        outcome: outcome.word(),
        exit_code: outcome.exit_code(),
        failure: performed.failure.as_ref().map(|failure| escape_message(&failure.what)),
        copied: performed.copied.as_ref().map(|path| path.display().to_string()),
        findings: before.map(|before| findings(&before.findings)).unwrap_or_default(),
        answers: before.map(|b| b.answers.iter().map(answer).collect()).unwrap_or_default(),
        installer,
        restart: restart_word(performed.restart()),
        records: performed.records.iter().map(|path| path.display().to_string()).collect(),
        report,
    };
    // Every key is a text and every number finite, so this cannot fail.
    serde_json::to_string_pretty(&object).unwrap_or_default()
}

/// What was looked at before, as lines of at most 80 columns.
pub fn before(preflight: &Preflight, language: Language) -> String {
    let labels = &language.table().procedure;
    let mut page = format!("{}\n", labels.before);
    for kind in &preflight.findings {
        let line = wrap(&kind.what(language), &" ".repeat(9), 80);
        page += &format!("  {:<7}{}\n", kind.code(), line.get(9..).unwrap_or(""));
        let next = kind.next(language);
        if !next.is_empty() {
            page += &format!("{}\n", wrap(&next, &" ".repeat(9), 80));
        }
    }
    if preflight.findings.is_empty() {
        page += &format!("  {}: {}\n", labels.findings, labels.none);
    }
    page
}

/// What the vendor's installer came to, and what follows.
pub fn after(performed: &Performed, language: Language) -> String {
    let labels = &language.table().procedure;
    let mut page = String::new();
    let mut say = |text: &str| {
        page += &wrap(text, "  ", 80);
        page.push('\n');
    };
    if let Some(run) = &performed.run {
        let (what, next) = run.words(language);
        say(&what);
        say(&next);
        for line in &run.log_lines {
            say(&fill(labels.log_line, &[("line", escape(line))]));
        }
        if let Some(detail) = &run.log_unread {
            say(&fill(
                labels.log_unread,
                &[("detail", escape_message(&own::system_says(detail, language)))],
            ));
        }
        let restart = restart_words(restart_word(run.restart), language);
        say(&fill(labels.restart_line, &[("restart", restart.to_string())]));
        if run.restart != crate::seal::manifest::Restart::None {
            say(labels.restart_never);
        }
    }
    for path in &performed.records {
        say(&fill(labels.record_filed, &[("path", escape_path(path))]));
    }
    page
}

/// Everything, for people.
pub fn page(performed: &Performed, language: Language) -> String {
    let mut parts = Vec::new();
    if let Some(report) = &performed.report {
        parts.push(text::render(report, language));
    }
    if let Some(preflight) = &performed.preflight {
        parts.push(before(preflight, language));
    }
    let after = after(performed, language);
    if !after.is_empty() {
        parts.push(after);
    }
    parts.join("\n")
}
