//! A record as a person files it: JSON for programs, and one page of text, first
//! in English, then in French.
//!
//! Both are made from the lines of the journal, under a name that follows from
//! them: `<line>-<action>-<product>-<epoch.sequence>`. So a page that a cut of
//! power left out is made again by the next program that comes by, and one action
//! never has two pages.

use crate::store::Doing;
use std::ffi::OsString;
use std::path::PathBuf;

use serde::Serialize;

use crate::instrument::question::Question;
use crate::seal::digest::Digest;
use crate::seal::names::{escape, escape_message, escape_path};
use crate::store::atomic::write_atomic;
use crate::store::folder::{Access, Folder, enter};
use crate::store::{Existing, StoreError};
use crate::text::{Language, fill, own, wrap};
use crate::verify::state::RECORDS;

use super::command::Action;
use super::evidence::CONFIRMED;
use super::exit_code::{Exit, restart_of};
use super::journal::Recorded;
use super::journal_line::{Begun, Ended};

/// The shape of the JSON.
pub const SCHEMA: u32 = 1;
/// Columns of a line, and of the labels in it.
const WIDTH: usize = 80;
const LABEL: usize = 18;

#[derive(Serialize)]
struct RecordJson<'a> {
    schema: u32,
    id: &'a str,
    sequence: u64,
    clock: &'a str,
    refused: bool,
    begun: &'a Begun,
    ended_clock: Option<&'a str>,
    ended: Option<&'a Ended>,
    restart_seen: Option<&'a str>,
    chain_head: String,
}

/// One record as JSON.
pub fn json(action: &Recorded) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(&value(action))?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn value(action: &Recorded) -> RecordJson<'_> {
    RecordJson {
        schema: SCHEMA,
        id: &action.id,
        sequence: action.sequence,
        clock: &action.clock,
        refused: action.refused,
        begun: &action.begun,
        ended_clock: action.ended.as_ref().map(|(clock, _)| clock.as_str()),
        ended: action.ended.as_ref().map(|(_, ended)| ended),
        restart_seen: action.restart_seen.as_deref(),
        chain_head: action.head.to_string(),
    }
}

/// The same as a value, for a program's own JSON.
pub fn json_value(action: &Recorded) -> serde_json::Value {
    // Every key is a text and every number finite, so this cannot fail.
    serde_json::to_value(value(action)).unwrap_or_default()
}

/// Files both pages in the state folder; returns the path of the JSON.
pub fn file<F: Folder>(state: &F, action: &Recorded) -> Result<PathBuf, StoreError> {
    let folder = enter(state, RECORDS, Access::Owner)?;
    let stem = stem(action);
    let bytes = json(action).map_err(|error| {
        StoreError::io(Doing::WriteRecord, folder.path())(std::io::Error::other(error))
    })?;
    let texts = Language::ALL.map(|language| text(action, language)).join("\n");
    let text_name = OsString::from(format!("{stem}.txt"));
    let name = OsString::from(format!("{stem}.json"));
    let write = |name: &OsString, bytes: &[u8]| {
        write_atomic(&folder, name, bytes, Access::Everyone, Existing::Replace)
    };
    write(&text_name, texts.as_bytes())?;
    write(&name, &bytes)?;
    Ok(folder.path().join(name))
}

/// The name of both pages, without what tells them apart.
pub fn stem(action: &Recorded) -> String {
    let release = action.begun.release.as_ref();
    // Lines of a journal are nobody's signed texts: only plain characters.
    let plain = |text: &str| -> String {
        let keep = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        text.chars().filter(keep).take(48).collect()
    };
    let of = release.map(|r| format!("-{}-{}", plain(&r.product), plain(&r.position)));
    format!("{:06}-{}{}", action.sequence, plain(&action.begun.action), of.unwrap_or_default())
}

/// The name of an action in a language.
pub fn action_name(word: &str, language: Language) -> String {
    let labels = &language.table().procedure;
    match Action::parse(word) {
        Some(Action::Install) => labels.install.to_string(),
        Some(Action::Repair) => labels.repair.to_string(),
        Some(Action::Remove) => labels.remove.to_string(),
        None => escape(word),
    }
}

/// What came of it, in a sentence.
pub fn result(action: &Recorded, language: Language) -> String {
    let labels = &language.table().procedure;
    match &action.ended {
        None if action.refused => labels.refused.to_string(),
        None => labels.begun_only.to_string(),
        Some((_, Ended { exit_code: Some(code), .. })) => {
            let entry = Exit::of(*code).entry(language.table());
            fill(entry.what, &[("code", code.to_string())])
        }
        Some((_, Ended { error, .. })) => {
            let entry = language.table().install_failures.not_started;
            let detail = own::system_says(error.as_deref().unwrap_or_default(), language);
            fill(entry.what, &[("detail", escape_message(&detail))])
        }
    }
}

/// The words for a restart that is due.
pub fn restart_words(word: &str, language: Language) -> &'static str {
    use crate::seal::manifest::Restart;
    let labels = &language.table().procedure;
    match restart_of(word) {
        Restart::None => labels.restart_none,
        Restart::Recommended => labels.restart_recommended,
        Restart::Required => labels.restart_required,
    }
}

/// A page that grows line by line.
struct Page(String);

impl Page {
    fn line(&mut self, label: &str, value: &str) {
        let body = wrap(value, &" ".repeat(LABEL), WIDTH);
        // The first line's indent is as wide as the label's column.
        let body = body.get(LABEL..).unwrap_or("");
        self.0.push_str(format!("  {label:<16}{body}").trim_end());
        self.0.push('\n');
    }

    /// A code in groups of four, as people compare it.
    fn code(&mut self, label: &str, code: &str) {
        match Digest::parse(code) {
            Some(digest) => {
                let [first, second] = digest.code_lines();
                self.line(label, &first);
                self.line("", &second);
            }
            None => self.line(label, &escape(code)),
        }
    }

    fn list(&mut self, label: &str, empty: &str, lines: impl IntoIterator<Item = String>) {
        let mut label = label;
        for line in lines {
            self.line(label, &line);
            label = "";
        }
        if !label.is_empty() {
            self.line(label, empty);
        }
    }
}

/// The page of text in one language.
pub fn text(action: &Recorded, language: Language) -> String {
    let labels = &language.table().procedure;
    let begun = &action.begun;
    let or = |value: &Option<String>, other: &str| {
        value.as_deref().map_or_else(|| other.to_string(), escape)
    };
    let known = |value: &Option<String>| or(value, labels.not_known);
    let name = action_name(&begun.action, language);
    let number = action.sequence.to_string();
    let mut page = Page(String::new());
    page.0 += &fill(labels.record_of, &[("action", name), ("number", number)]);
    page.0 += "\n\n";
    page.line(labels.id, &escape(&action.id));
    page.line(labels.clock, &escape(&action.clock));
    page.line(labels.computer, &known(&begun.computer));
    page.line(labels.instrument, &known(&begun.instrument));
    page.line(labels.serial, &or(&begun.serial, labels.not_given));
    if begun.two_modes || begun.mode.is_some() {
        page.line(labels.mode, &known(&begun.mode));
    }
    let signed_in = begun.signed_in.as_deref().map(here);
    page.line(labels.signed_in, signed_in.as_deref().unwrap_or(labels.not_known));
    match &begun.release {
        None => page.line(labels.release, labels.not_known),
        Some(release) => {
            let title = match language {
                Language::English => &release.title_en,
                Language::French => &release.title_fr,
            };
            page.line(labels.release, &format!("{} {}", escape(title), escape(&release.version)));
            let line = fill(
                language.table().labels.release_line,
                &[
                    ("product", escape(&release.product)),
                    ("position", escape(&release.position)),
                    ("publisher", escape(&release.publisher)),
                ],
            );
            page.line("", &line);
            page.code(labels.release_code, &release.release_code);
        }
    }
    page.line(labels.product_code, &known(&begun.product_code));
    page.list(labels.signers, labels.none, begun.signers.iter().map(|signer| escape(signer)));
    let files = begun.files.iter().flat_map(|f| [escape(&f.path), escape(&f.sha256)]);
    page.list(labels.files, labels.none, files);
    let findings = begun.findings.iter().map(|finding| match language {
        Language::English => format!("{}  {}", finding.code, escape_message(&finding.en)),
        Language::French => format!("{}  {}", finding.code, escape_message(&finding.fr)),
    });
    page.list(labels.findings, labels.none, findings);
    let answers = begun.answers.iter().map(|answer| {
        let by = match answer.by.as_str() {
            "person" => labels.by_person,
            "option" => labels.by_option,
            "stored" => labels.by_stored,
            _ => labels.by_computer,
        };
        let (question, said) = asked_words(&answer.question, &answer.answer, language);
        let values = [("question", question), ("answer", said), ("by", by.to_string())];
        fill(language.table().asked.line, &values)
    });
    page.list(labels.answers, labels.none, answers);
    if let Some(command) = &begun.command {
        page.line(labels.command, &here(command));
    }
    if let Some(log) = &begun.log {
        page.line(labels.log, &here(log));
    }
    end(&mut page, action, language);
    page.0.push('\n');
    page.0 += &wrap(labels.chain_note, "  ", WIDTH);
    page.0.push('\n');
    page.code(labels.chain, &action.head.to_string());
    page.0
}

/// A question and its answer for people; what is none of ours stays as it is.
fn asked_words(question: &str, answer: &str, language: Language) -> (String, String) {
    let (table, asked) = (language.table(), &language.table().asked);
    let known = Question::ALL.into_iter().find(|known| known.key() == question);
    let question = match (known, question) {
        (Some(known), _) => known.name(table).to_string(),
        (None, CONFIRMED) => asked.confirmed.to_string(),
        (None, other) => escape(other),
    };
    let answer = match (known, answer) {
        (Some(_), "yes") => asked.yes.to_string(),
        (Some(_), "no") => asked.no.to_string(),
        (_, other) => escape(other),
    };
    (question, answer)
}

/// What came after the beginning.
fn end(page: &mut Page, action: &Recorded, language: Language) {
    let labels = &language.table().procedure;
    if let Some((clock, ended)) = &action.ended {
        if let Some(code) = ended.exit_code {
            page.line(labels.exit_code, &code.to_string());
        }
        page.line(labels.result, &result(action, language));
        page.line("", &escape(clock));
        for line in &ended.log_lines {
            page.line(labels.log_says, &escape(line));
        }
        if let Some(detail) = &ended.log_unread {
            let detail = escape_message(&own::system_says(detail, language));
            page.line(labels.log_says, &fill(labels.log_unread, &[("detail", detail)]));
        }
        page.line(labels.restart, restart_words(&ended.restart, language));
        if restart_of(&ended.restart) != crate::seal::manifest::Restart::None {
            let seen = match &action.restart_seen {
                Some(clock) => format!("{}, {}", labels.restart_was_seen, escape(clock)),
                None => labels.restart_not_seen.to_string(),
            };
            page.line(labels.restart_seen, &seen);
        }
    } else {
        page.line(labels.result, &result(action, language));
    }
}

/// A local path or a command line, with single backslashes.
fn here(text: &str) -> String {
    escape_path(std::path::Path::new(text))
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
