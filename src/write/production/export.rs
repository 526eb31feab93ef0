//! The log as CSV, for people with a spreadsheet.
//!
//! A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@` as a formula,
//! and serial numbers are a stranger's: such cells begin with an apostrophe
//! here. Every cell is quoted; nothing invisible is in the log to begin with.

use super::entry::{Entry, KeyEntry};
use super::ledger::Ledger;
use crate::seal::timestamp::Timestamp;

/// The columns.
const COLUMNS: [&str; 33] = [
    "attempt",
    "step",
    "order",
    "ordinal",
    "recipient",
    "result",
    "detail",
    "findings",
    "first_bad_offset",
    "serial",
    "vendor_id",
    "product_id",
    "vendor",
    "model",
    "stick_bytes",
    "port",
    "publisher",
    "product",
    "version",
    "release",
    "release_code",
    "image_sha256",
    "image_bytes",
    "signers",
    "tool",
    "operator",
    "ticket",
    "started",
    "ended",
    "write_rate",
    "read_rate",
    "extent",
    "protection",
];

/// The whole log as CSV (RFC 4180; UTF-8 with the mark that spreadsheets want):
/// one line for each attempt with a key, with the result `begun` where its end is
/// not in the log.
pub fn csv(ledger: &Ledger) -> String {
    let mut text = String::from("\u{feff}");
    line(&mut text, COLUMNS.map(String::from));
    for entry in ledger.attempts() {
        match entry {
            Entry::Order(_) => {}
            Entry::Begun(key) | Entry::Write(key) => line(&mut text, cells("write", key)),
            Entry::Confirm(key) => line(&mut text, cells("confirm", key)),
        }
    }
    text
}

fn cells(step: &str, key: &KeyEntry) -> [String; COLUMNS.len()] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    let (stick, release) = (&key.stick, &key.release);
    [
        key.attempt.to_string(),
        step.to_string(),
        text(&key.order),
        key.ordinal.map(|ordinal| ordinal.to_string()).unwrap_or_default(),
        text(&key.recipient),
        key.result.word().to_string(),
        key.detail.clone(),
        key.findings.join(" "),
        key.first_bad_offset.map(|offset| offset.to_string()).unwrap_or_default(),
        text(&stick.serial),
        text(&stick.vendor_id),
        text(&stick.product_id),
        text(&stick.vendor),
        text(&stick.model),
        stick.bytes.map(|bytes| bytes.to_string()).unwrap_or_default(),
        text(&stick.port),
        release.publisher.clone(),
        release.product.clone(),
        release.version.clone(),
        release.position.clone(),
        release.release_code.to_string(),
        release.image_sha256.to_string(),
        release.image_bytes.to_string(),
        release.signers.join("; "),
        key.tool.clone(),
        text(&key.operator),
        text(&key.ticket),
        time(key.started),
        time(key.ended),
        key.write_rate.to_string(),
        key.read_rate.to_string(),
        key.extent.clone(),
        protection(key),
    ]
}

/// The three facts in one cell.
fn protection(key: &KeyEntry) -> String {
    let word = |fact: Option<bool>| match fact {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let seen = key.protection;
    format!(
        "reported {}; forced {}; answered {}",
        word(seen.reported),
        word(seen.forced),
        word(seen.answered)
    )
}

fn line(text: &mut String, cells: [String; COLUMNS.len()]) {
    let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    text.push_str(&quoted.join(","));
    text.push_str("\r\n");
}

/// A cell that no spreadsheet runs. Full-width signs count as the plain ones.
/// Where a comma is the decimal sign, as in French, a spreadsheet splits at `;`
/// and takes our quotes for text: what follows one there is a cell as well.
fn quoted(cell: &str) -> String {
    let parts: Vec<String> = cell.split(';').map(disarmed).collect();
    format!("\"{}\"", parts.join(";").replace('"', "\"\""))
}

/// With an apostrophe in front where a spreadsheet would run it.
fn disarmed(part: &str) -> String {
    let first = part.trim_start_matches(|c: char| c.is_whitespace() || c == '"').chars().next();
    let runs = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '|' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}')
    );
    let apostrophe = if runs || part.starts_with(['\t', '\r', '\n']) { "'" } else { "" };
    format!("{apostrophe}{part}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::production::testing::{begun, order, proved, written};

    #[test]
    fn every_attempt_is_a_line_with_every_column() {
        let mut ledger = Ledger::default();
        ledger.push(Entry::Order(Box::new(order("4711", 2))));
        ledger.push(Entry::Begun(Box::new(begun("1-2", "9F12"))));
        ledger.push(Entry::Write(Box::new(written("1-2", "9F12"))));
        ledger.push(Entry::Confirm(Box::new(proved(1, 38))));
        ledger.push(Entry::Begun(Box::new(KeyEntry { attempt: 3, ..begun("1-3", "77A0") })));
        let text = csv(&ledger);
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines.len(), 5, "one line for each attempt: {text}");
        assert!(lines[3].starts_with("\"3\",\"write\",\"4711\",\"\",\"\",\"begun\""), "{text}");
        assert!(lines[0].starts_with("\u{feff}\"attempt\",\"step\","), "{text}");
        let cells = |line: &str| line.split("\",\"").count();
        assert!(lines[..3].iter().all(|line| cells(line) == COLUMNS.len()), "{text}");
        assert!(lines[2].contains("\"confirm\",\"4711\",\"38\",\"Site 38\",\"proved\""), "{text}");
        assert!(lines[2].contains("reported yes; forced unknown; answered yes"), "{text}");
    }

    #[test]
    fn cells_that_a_spreadsheet_would_run_begin_with_an_apostrophe() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\u{ff1d}1", "|x"] {
            assert!(quoted(bad).starts_with("\"'"), "{bad}");
        }
        // A spreadsheet that splits at semicolons sees a cell of its own there.
        for (bad, cell) in [
            ("x;=1+1;y", "\"x;'=1+1;y\""),
            ("x; =1", "\"x;' =1\""),
            ("x;\"=1", "\"x;'\"\"=1\""),
            ("a;b", "\"a;b\""),
        ] {
            assert_eq!(quoted(bad), cell);
        }
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(quoted("9F12"), "\"9F12\"");
        let mut key = written("1-2", "=cmd|' /C calc'!A0");
        key.recipient = Some("@x".to_string());
        let mut ledger = Ledger::default();
        ledger.push(Entry::Write(Box::new(key)));
        let text = csv(&ledger);
        assert!(text.contains("\"'=cmd|' /C calc'!A0\"") && text.contains("\"'@x\""), "{text}");
    }
}
