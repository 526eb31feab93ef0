//! Who gets which key: a CSV that people make with a spreadsheet.
//!
//! One recipient a line, in the order of the ordinals. Comma or semicolon
//! (what a French spreadsheet writes), quotes as in RFC 4180. Where the first
//! line has a column `recipient` or `destinataire`, that column counts; else it
//! is the first one.

use std::fmt;

use super::entry::MAX_TEXT;
use crate::seal::names::escape;

/// Recipients of one order; more is another list.
pub const MAX_RECIPIENTS: usize = 500;
/// Bytes of such a file.
pub const MAX_FILE_BYTES: usize = 256 << 10;
/// Titles of the column, in both languages.
const TITLES: [&str; 2] = ["recipient", "destinataire"];

/// Why a list is refused; nothing of it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecipientsError {
    /// Not UTF-8.
    NotUtf8,
    /// Nobody in it.
    Empty,
    /// More than [`MAX_RECIPIENTS`].
    TooMany,
    /// A quote that is not closed, or text beside a quoted field.
    Quote(usize),
    /// No recipient in this line.
    Missing(usize),
    /// Longer than [`MAX_TEXT`].
    TooLong(usize),
    /// A character that is not seen or misleads an eye.
    Character(usize),
}

impl fmt::Display for RecipientsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => write!(f, "the list is not UTF-8: save it as \"CSV UTF-8\""),
            Self::Empty => write!(f, "the list names nobody"),
            Self::TooMany => write!(f, "more than {MAX_RECIPIENTS} recipients"),
            Self::Quote(line) => write!(f, "line {line}: a quote is not closed as it must be"),
            Self::Missing(line) => write!(f, "line {line}: no recipient"),
            Self::TooLong(line) => {
                write!(f, "line {line}: a recipient of more than {MAX_TEXT} characters")
            }
            Self::Character(line) => {
                write!(f, "line {line}: a character that cannot be seen")
            }
        }
    }
}

impl std::error::Error for RecipientsError {}

/// The recipients of a list, in order. The same one may come several times.
pub fn parse(bytes: &[u8]) -> Result<Vec<String>, RecipientsError> {
    let text = std::str::from_utf8(bytes).map_err(|_| RecipientsError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = records(text)?.into_iter().peekable();
    let title = |cell: &String| TITLES.iter().any(|title| cell.eq_ignore_ascii_case(title));
    let named = records.peek().and_then(|(_, cells)| cells.iter().position(title));
    if named.is_some() {
        records.next();
    }
    let column = named.unwrap_or(0);
    let mut recipients = Vec::new();
    for (line, cells) in records {
        let recipient = cells.get(column).filter(|cell| !cell.is_empty());
        let recipient = recipient.ok_or(RecipientsError::Missing(line))?;
        if recipient.chars().count() > MAX_TEXT {
            return Err(RecipientsError::TooLong(line));
        }
        if escape(recipient) != recipient.replace('\\', "\\\\") {
            return Err(RecipientsError::Character(line));
        }
        if recipients.len() == MAX_RECIPIENTS {
            return Err(RecipientsError::TooMany);
        }
        recipients.push(recipient.clone());
    }
    match recipients.is_empty() {
        true => Err(RecipientsError::Empty),
        false => Ok(recipients),
    }
}

/// Lines and their cells, without empty lines. A quoted cell stays within its
/// line: a recipient of two lines would be none.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, RecipientsError> {
    // What stands in the first line separates all of them.
    let first = text.lines().next().unwrap_or_default();
    let separator = if first.contains(';') && !first.contains(',') { ';' } else { ',' };
    let mut records = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.trim().is_empty() {
            continue;
        }
        let mut cells = Vec::new();
        let mut rest = Some(line);
        while let Some(line) = rest {
            let (cell, after) = cell(line, separator).ok_or(RecipientsError::Quote(number))?;
            cells.push(cell.trim().to_string());
            rest = after;
        }
        records.push((number, cells));
    }
    Ok(records)
}

/// The first cell of `line`, and what follows its separator; `None` where a
/// quote is wrong.
fn cell(line: &str, separator: char) -> Option<(String, Option<&str>)> {
    let Some(quoted) = line.trim_start().strip_prefix('"') else {
        return Some(match line.split_once(separator) {
            Some((cell, rest)) => (cell.to_string(), Some(rest)),
            None => (line.to_string(), None),
        });
    };
    let mut cell = String::new();
    let mut rest = quoted;
    loop {
        let (part, after) = rest.split_once('"')?;
        cell.push_str(part);
        if let Some(more) = after.strip_prefix('"') {
            cell.push('"');
            rest = more;
            continue;
        }
        let after = after.trim_start();
        return match after.strip_prefix(separator) {
            Some(rest) => Some((cell, Some(rest))),
            None => after.is_empty().then_some((cell, None)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_spreadsheets_are_read() {
        let all = |text: &str| parse(text.as_bytes()).unwrap();
        assert_eq!(all("Site A\nSite B\n"), ["Site A", "Site B"]);
        assert_eq!(
            all("\u{feff}recipient,city\r\n\"A, B\",Paris\r\n\r\nC,Lyon\r\n"),
            ["A, B", "C"]
        );
        assert_eq!(
            all("Ville;Destinataire\nParis;\"Hôpital \"\"Nord\"\"\"\n"),
            ["Hôpital \"Nord\""]
        );
        assert_eq!(all("A\nA"), ["A", "A"]);
    }

    #[test]
    fn bad_lists_are_refused_with_the_line() {
        let error = |text: &str| parse(text.as_bytes()).unwrap_err();
        assert_eq!(error(""), RecipientsError::Empty);
        assert_eq!(error("recipient\n"), RecipientsError::Empty);
        assert_eq!(error("A\n,x\n"), RecipientsError::Missing(2));
        assert_eq!(error("A\n\"B\n"), RecipientsError::Quote(2));
        assert_eq!(error("\"A\"x\n"), RecipientsError::Quote(1));
        assert_eq!(error("A\nB\u{202e}C\n"), RecipientsError::Character(2));
        assert_eq!(error(&"x".repeat(201)), RecipientsError::TooLong(1));
        assert_eq!(error(&"x\n".repeat(501)), RecipientsError::TooMany);
        assert_eq!(parse(b"H\xF4pital").unwrap_err(), RecipientsError::NotUtf8);
    }
}
