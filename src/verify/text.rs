//! A report for people: one fact a line, aligned, at most 80 columns, the same
//! lines in the same order in both languages, the verdict last and alone.

use std::fmt::Write as _;
use std::path::Path;

use crate::seal::names::{escape_message, escape_path};
use crate::seal::signers::{Signed, Signer, SignerCount};
use crate::text::{COLUMNS, Language, fill, wrap};

use super::finding::{Kind, Severity};
use super::outcome::Outcome;
use super::report::{Pin, Report, Verdict};
use super::rollback::Rollback;

/// Columns of the labels, with the two before them.
const LABEL: usize = 14;

/// Writes the lines of one report.
struct Page {
    language: Language,
    text: String,
}

/// The whole report.
pub fn render(report: &Report, language: Language) -> String {
    let mut page = Page { language, text: String::new() };
    page.head(report);
    page.text.push('\n');
    page.integrity(report);
    page.signers(report);
    page.trust(report);
    page.rollback(report);
    page.notes(report);
    page.text.push('\n');
    page.verdict(report);
    page.text
}

/// `PASS`, `FAIL`, `note` as a word of the language.
fn mark(severity: Severity, language: Language) -> &'static str {
    let labels = &language.table().labels;
    match severity {
        Severity::Note => labels.note,
        Severity::Fail => labels.fail,
        Severity::Unread | Severity::Trust | Severity::Refused => labels.cannot_tell,
    }
}

/// True if enough people signed.
fn is_enough(report: &Report) -> bool {
    report.signers.as_ref().is_some_and(SignerCount::is_enough)
}

impl Page {
    /// `  Label       value`, wrapped under itself.
    fn line(&mut self, label: &str, value: &str) {
        let indent = " ".repeat(LABEL);
        let wrapped = wrap(value, &indent, COLUMNS);
        let head = format!("  {label:<width$}", width = LABEL - 2);
        // The first line's indent is as wide as the label's column.
        let line = format!("{head}{}", wrapped.get(LABEL..).unwrap_or(""));
        let _ = writeln!(self.text, "{}", line.trim_end());
    }

    /// A line whose value begins with a mark such as PASS.
    fn marked(&mut self, label: &str, mark: &str, value: &str) {
        self.line(label, &format!("{mark:<4}  {value}"));
    }

    /// A finding with what to do, under its line.
    fn finding(&mut self, kind: &Kind) {
        let (what, next) = (kind.what(self.language), kind.next(self.language));
        let indent = " ".repeat(11);
        let wrapped = wrap(&what, &indent, COLUMNS);
        let _ = writeln!(self.text, "    {:<7}{}", kind.code(), wrapped.get(11..).unwrap_or(""));
        if !next.is_empty() {
            let _ = writeln!(self.text, "{}", wrap(&next, &indent, COLUMNS));
        }
    }

    fn findings<'a>(&mut self, kinds: impl IntoIterator<Item = &'a Kind>) {
        kinds.into_iter().for_each(|kind| self.finding(kind));
    }

    fn head(&mut self, report: &Report) {
        let labels = &self.language.table().labels;
        let path = escape_path(Path::new(&report.source));
        match report.device.as_deref() {
            // One that says nothing of itself has no name but its path.
            Some("") => self.line(labels.medium, &path),
            Some(device) => {
                self.line(labels.medium, &format!("{} ({path})", escape_message(device)));
            }
            None => self.line(labels.source, &path),
        }
        if let Some(manifest) = &report.manifest {
            let title = match self.language {
                Language::English => &manifest.title.en,
                Language::French => &manifest.title.fr,
            };
            self.line(labels.release, &format!("{title} {}", manifest.version));
            let line = fill(
                labels.release_line,
                &[
                    ("product", manifest.product.to_string()),
                    ("position", manifest.position().to_string()),
                    ("publisher", manifest.publisher.to_string()),
                ],
            );
            self.line("", &line);
        }
        if let Some(code) = &report.release_code {
            let [first, second] = code.code_lines();
            self.line(labels.code, &first);
            self.line("", &format!("{second}   {}", labels.code_kind));
        }
        if let Some(file) = report.manifest.as_ref().and_then(|m| m.main_file()) {
            let size = self.language.number(file.size);
            let line = fill(labels.payload_line, &[("path", file.path.clone()), ("size", size)]);
            self.line(labels.payload, &line);
        }
    }

    fn integrity(&mut self, report: &Report) {
        let table = self.language.table();
        let labels = &table.labels;
        let found: Vec<&Kind> = report.integrity_findings().collect();
        let worst = found.iter().map(|kind| kind.severity()).max();
        match (worst, report.compared) {
            (None, Some(compared)) => {
                self.marked(labels.integrity, labels.pass, compared.level.explained(table));
            }
            (None, None) => {
                self.line(labels.integrity, labels.not_checked);
                self.line("", labels.seal_not_accepted);
            }
            (Some(severity), _) => {
                let count = match found.len() {
                    1 => labels.findings_one.to_string(),
                    n => fill(labels.findings_many, &[("count", self.language.number(n as u64))]),
                };
                self.marked(labels.integrity, mark(severity, self.language), &count);
                self.findings(found);
            }
        }
    }

    /// The findings of one hundred of numbers that are above a note.
    fn of_section(report: &Report, from: u16) -> Vec<&Kind> {
        let is = |kind: &&Kind| {
            let facts = kind.facts(Language::English);
            (from..from + 100).contains(&facts.number) && facts.severity > Severity::Note
        };
        report.findings.iter().filter(is).collect()
    }

    fn section(&mut self, label: &str, pass: Option<String>, found: &[&Kind]) {
        let labels = &self.language.table().labels;
        match (found.iter().map(|kind| kind.severity()).max(), pass) {
            (None, Some(line)) => self.marked(label, labels.pass, &line),
            (None, None) => self.line(label, labels.not_checked),
            (Some(severity), line) => {
                let word = mark(severity, self.language);
                self.marked(label, word, &line.unwrap_or_default());
                self.findings(found.iter().copied());
            }
        }
    }

    fn signers(&mut self, report: &Report) {
        let labels = &self.language.table().labels;
        let found = Self::of_section(report, 300);
        let line = report.signers.as_ref().map(|count| self.signer_line(count));
        match line {
            None if found.is_empty() => {
                self.line(labels.signers, labels.not_checked);
                self.line("", labels.nobody_known);
            }
            // Too few, and no finding: one that could not be read may be missing.
            Some(line) if found.is_empty() && !is_enough(report) => {
                self.marked(labels.signers, labels.cannot_tell, &line);
            }
            line => self.section(labels.signers, line, &found),
        }
    }

    fn signer_line(&self, count: &SignerCount) -> String {
        let labels = &self.language.table().labels;
        let one = |signer: &Signer| {
            let id = signer.key.id().to_string();
            format!("{} {}", signer.name, id)
        };
        let all = |signed: &[Signed]| {
            signed.iter().map(|s| one(&s.signer)).collect::<Vec<_>>().join(", ")
        };
        let counted = fill(
            labels.signers_of,
            &[("counted", count.counted.len().to_string()), ("needed", count.needed.to_string())],
        );
        let mut line = match count.counted.is_empty() {
            true => counted,
            false => {
                let values = [("counted", counted), ("names", all(&count.counted))];
                fill(labels.signers_named, &values)
            }
        };
        let mut and = |template: &str, names: String| {
            line.push_str(labels.signers_and);
            line.push_str(&fill(template, &[("names", names)]));
        };
        if !count.missing.is_empty() && !count.is_enough() {
            let names = count.missing.iter().map(one).collect::<Vec<_>>().join(", ");
            and(labels.signer_missing, names);
        }
        if !count.no_longer.is_empty() {
            and(labels.signer_no_longer, all(&count.no_longer));
        }
        line
    }

    fn trust(&mut self, report: &Report) {
        let labels = &self.language.table().labels;
        let found = Self::of_section(report, 400);
        let line = report.chain.as_ref().map(|chain| {
            let version = chain.length().to_string();
            match report.pin {
                Pin::Pinned => fill(labels.trust_newest, &[("version", version)]),
                Pin::Unpinned(_) | Pin::Broken => labels.trust_own_chain.to_string(),
            }
        });
        match (report.pin, found[..].iter().any(|k| k.severity() == Severity::Fail)) {
            (Pin::Unpinned(_), false) => {
                self.marked(labels.trust, labels.unpinned, &line.unwrap_or_default());
                self.findings(found);
            }
            _ => self.section(labels.trust, line, &found),
        }
    }

    fn rollback(&mut self, report: &Report) {
        let labels = &self.language.table().labels;
        let found = Self::of_section(report, 500);
        let position = report.manifest.as_ref().map(|m| m.position().to_string());
        let position = position.unwrap_or_default();
        let follows = |stored: String| {
            let values = [("position", position.clone()), ("stored", stored)];
            fill(labels.rollback_follows, &values)
        };
        let plain = |template: &str| fill(template, &[("position", position.clone())]);
        let line = match report.rollback {
            None | Some(Rollback::Fails) => None,
            // What is wrong with the product or its epoch shows without a state.
            Some(Rollback::NotChecked | Rollback::OlderAccepted(_)) if !found.is_empty() => None,
            Some(Rollback::NotChecked) => {
                self.line(labels.rollback, labels.not_checked);
                self.line("", labels.rollback_skipped);
                return;
            }
            Some(Rollback::First) => Some(plain(labels.rollback_first)),
            Some(Rollback::Follows(stored)) => Some(follows(stored.to_string())),
            Some(Rollback::Same) => Some(plain(labels.rollback_same)),
            Some(Rollback::OlderAccepted(_)) => {
                self.marked(labels.rollback, labels.note, &position);
                return;
            }
        };
        self.section(labels.rollback, line, &found);
    }

    fn notes(&mut self, report: &Report) {
        let labels = &self.language.table().labels;
        // These say again what a line above says.
        let said = |kind: &Kind| {
            matches!(kind, Kind::RollbackNotChecked | Kind::Rerun | Kind::DemoPublisher)
        };
        for kind in &report.findings {
            if kind.severity() == Severity::Note && !said(kind) {
                let text = format!("{}  {}", kind.code(), kind.what(self.language));
                self.line(labels.note, &text);
            }
        }
    }

    /// A word in its own column, then sentences under each other.
    fn closing(&mut self, word: &str, sentences: &[String]) {
        let width = word.chars().count().max(4) + 2;
        let indent = " ".repeat(width);
        for (index, sentence) in sentences.iter().enumerate() {
            let wrapped = wrap(sentence, &indent, COLUMNS);
            match index {
                0 => {
                    let body = wrapped.get(width..).unwrap_or("");
                    let pad = " ".repeat(width - word.chars().count());
                    let _ = writeln!(self.text, "{word}{pad}{body}");
                }
                _ => _ = writeln!(self.text, "{wrapped}"),
            }
        }
    }

    fn verdict(&mut self, report: &Report) {
        let table = self.language.table();
        let labels = &table.labels;
        let publisher = report.publisher().map(ToString::to_string).unwrap_or_default();
        let mut sentences = Vec::new();
        let word = match report.verdict() {
            Verdict::Pass(level) => {
                sentences.push(fill(level.verdict(table), &[("publisher", publisher)]));
                if report.rollback == Some(Rollback::NotChecked) {
                    sentences.push(labels.verdict_rollback_skipped.to_string());
                }
                sentences.push(labels.compare_code.to_string());
                labels.pass
            }
            Verdict::Fail if report.is_os_changes() => {
                sentences.push(labels.fail_os_changes.to_string());
                sentences.push(labels.fail_os_advice.to_string());
                labels.fail
            }
            Verdict::Fail => {
                sentences.push(labels.fail_line.to_string());
                sentences.push(labels.fail_advice.to_string());
                labels.fail
            }
            Verdict::CannotTell(Outcome::Io) => {
                sentences.push(labels.cannot_tell_io.to_string());
                sentences.push(labels.cannot_tell_io_advice.to_string());
                labels.cannot_tell
            }
            Verdict::CannotTell(Outcome::Refused) => {
                sentences.push(labels.cannot_tell_refused.to_string());
                sentences.push(labels.cannot_tell_refused_advice.to_string());
                labels.cannot_tell
            }
            Verdict::CannotTell(_) => match report.pin {
                Pin::Unpinned(reason) => {
                    let values = [("reason", reason.words(table).to_string())];
                    sentences.push(fill(labels.unpinned_line, &values));
                    sentences.push(labels.unpinned_advice.to_string());
                    labels.unpinned
                }
                Pin::Pinned | Pin::Broken => {
                    sentences.push(labels.cannot_tell_trust.to_string());
                    sentences.push(labels.cannot_tell_trust_advice.to_string());
                    labels.cannot_tell
                }
            },
        };
        if report.is_demo() {
            sentences.push(labels.verdict_demo.to_string());
        }
        self.closing(word, &sentences);
    }
}
