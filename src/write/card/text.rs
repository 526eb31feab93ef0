//! The card as text: at most 80 columns, for a terminal and a plain printer.

use super::sheet::Both;
use super::{Card, Sheet};
use crate::seal::names::escape;
use crate::text::wrap;

/// Columns.
const WIDTH: usize = 80;
/// Columns of a label.
const LABEL: usize = 34;

/// The card.
pub fn render(card: &Card<'_>) -> String {
    page(&card.sheet())
}

/// A sheet as text. Values are escaped but for our own back slashes of commands.
fn page(sheet: &Sheet) -> String {
    let rule = "=".repeat(WIDTH - 2);
    let mut page = format!("{rule}\n  {}\n{rule}\n\n", sheet.title.line());
    for row in &sheet.rows {
        let mut label = row.label.line();
        for line in &row.lines {
            let wrapped = wrap(&escape_value(line), &" ".repeat(LABEL), WIDTH);
            // The first line's indent is as wide as the label's column.
            let body: String = wrapped.chars().skip(LABEL).collect();
            page.push_str(&format!("  {label:<width$}{body}\n", width = LABEL - 2));
            label.clear();
        }
    }
    for row in &sheet.codes {
        page.push_str(&format!("\n{}", caption(&row.label)));
        for line in &row.lines {
            page.push_str(&format!("      {}\n", escape_value(line)));
        }
    }
    for language in 0..2 {
        page.push('\n');
        for note in &sheet.notes {
            let text = if language == 0 { &note.en } else { &note.fr };
            page.push_str(&wrap(&escape_value(text), "  ", WIDTH));
            page.push('\n');
        }
    }
    let (heading, place) = (&sheet.heading, &sheet.place);
    page.push_str(&format!("\n{rule}\n  {}\n{rule}\n", heading.line()));
    for text in [&place.en, &place.fr] {
        page.push_str(&format!("{}\n", wrap(text, "  ", WIDTH)));
    }
    for command in &sheet.commands {
        page.push_str(&format!("\n{}", caption(&command.caption)));
        for line in &command.lines {
            page.push_str(&format!("    {line}\n"));
        }
        let expected = &command.expected;
        match &expected.value {
            Some(value) => {
                page.push_str(&format!("    -> {}\n    {value}\n", expected.text.line()));
            }
            None => {
                for text in [&expected.text.en, &expected.text.fr] {
                    let wrapped = wrap(text, "       ", WIDTH);
                    page.push_str(&format!("    -> {}\n", wrapped.trim_start()));
                }
            }
        }
    }
    page
}

/// Both languages in one line, or each in its own where that is too long.
fn caption(text: &Both) -> String {
    let one = format!("  {}\n", escape_value(&text.line()));
    if one.trim_end().chars().count() <= WIDTH {
        return one;
    }
    let line = |text: &str| format!("{}\n", wrap(&escape_value(text), "  ", WIDTH));
    line(&text.en) + &line(&text.fr)
}

/// A value from a stick, a person or a release. What is in the log is escaped
/// already; escaping twice would show a back slash twice.
fn escape_value(text: &str) -> String {
    escape(text).replace("\\\\", "\\")
}
