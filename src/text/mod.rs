//! The words of findings and prompts: one table a language.
//!
//! [`Table`] has a field for every text, so the compiler refuses a language
//! that misses one. A text may have places to fill in, `{name}`; a test in the
//! room `verify` fills every one of them in every language.
//!
//! Nothing here knows what a finding means; the arrows point down.

mod en;
mod fr;
pub mod own;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod words;

pub use table::{Cards, Details, Entry, Facts, Regions, SlotFaults, Table};
pub use words::Words;

/// Columns of a screen: nothing that a person reads is wider.
pub const COLUMNS: usize = 80;

/// A language of the texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, also where the system's language is neither.
    #[default]
    English,
    /// French.
    French,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// Reads `en`, `fr`, or a locale such as `fr_CA.UTF-8`.
    pub fn parse(text: &str) -> Option<Self> {
        let tag = text.split(['_', '-', '.', '@']).next()?;
        match tag.to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    /// The texts of this language.
    pub fn table(self) -> &'static Table {
        match self {
            Self::English => &en::TABLE,
            Self::French => &fr::TABLE,
        }
    }

    /// A count with the language's thousands separator.
    pub fn number(self, value: u64) -> String {
        let separator = match self {
            Self::English => ",",
            // Narrow no-break space.
            Self::French => "\u{202f}",
        };
        let digits = value.to_string();
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push_str(separator);
            }
            grouped.push(digit);
        }
        grouped
    }

    /// `value` with one decimal and the language's mark.
    pub fn decimal(self, value: f64) -> String {
        let text = format!("{value:.1}");
        match self {
            Self::English => text,
            Self::French => text.replace('.', ","),
        }
    }
}

/// Fills the places of `template`: `{name}` becomes the value of `name`. A
/// place without a value stays, so that a test can see it.
pub fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, place) = rest.split_at(start);
        text.push_str(before);
        let Some(end) = place.find('}') else {
            rest = place;
            break;
        };
        match values.iter().find(|(name, _)| *name == &place[1..end]) {
            Some((_, value)) => text.push_str(value),
            None => text.push_str(&place[..=end]),
        }
        rest = &place[end + 1..];
    }
    text.push_str(rest);
    text
}

/// Columns that a terminal gives to a character: two from Hangul on, where the
/// wide scripts and signs are; one below and for general punctuation. Counting
/// one too many only breaks a line early; one too few would let a terminal do
/// it, and a stranger's name begin a line that looks like one of ours.
pub fn columns(c: char) -> usize {
    match c {
        '\u{2000}'..='\u{206f}' => 1,
        '\u{1100}'.. => 2,
        _ => 1,
    }
}

/// Columns that a terminal gives to a text.
fn columns_of(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Pieces of a word of at most `room` columns each; one at least.
fn pieces(word: &str, room: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in word.chars() {
        if used > 0 && used + columns(c) > room {
            pieces.push(String::new());
            used = 0;
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
        used += columns(c);
    }
    pieces
}

/// Breaks `text` into lines of at most `width` columns at spaces, each
/// after `indent`; a word that is longer is broken where it must be, so that
/// no terminal does it and begins a line of its own. No-break spaces hold.
pub fn wrap(text: &str, indent: &str, width: usize) -> String {
    let margin = indent.chars().count();
    let room = width.saturating_sub(margin).max(1);
    let mut lines = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        for (index, piece) in pieces(word, room).iter().enumerate() {
            let length = columns_of(piece);
            if used > 0 && (index > 0 || used + 1 + length > width) {
                lines.push('\n');
                used = 0;
            }
            if used == 0 {
                lines.push_str(indent);
                used = margin;
            } else {
                lines.push(' ');
                used += 1;
            }
            lines.push_str(piece);
            used += length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_of_locales() {
        assert_eq!(Language::parse("fr_CA.UTF-8"), Some(Language::French));
        assert_eq!(Language::parse("FR"), Some(Language::French));
        assert_eq!(Language::parse("en-GB"), Some(Language::English));
        assert_eq!(Language::parse("C.UTF-8"), Some(Language::English));
        assert_eq!(Language::parse("de_DE"), None);
        assert_eq!(Language::parse(""), None);
    }

    #[test]
    fn numbers_in_both_languages() {
        assert_eq!(Language::English.number(20_480_000), "20,480,000");
        assert_eq!(Language::French.number(1_000), "1\u{202f}000");
        assert_eq!(Language::English.number(999), "999");
        assert_eq!(Language::French.decimal(18.24), "18,2");
    }

    #[test]
    fn fill_takes_values_literally() {
        let values = [("a", "{b}".to_string()), ("b", "x".to_string())];
        assert_eq!(fill("{a} {b} {c} {", &values), "{b} x {c} {");
    }

    #[test]
    fn wrap_stays_within_the_width() {
        let text = wrap("one two three four five", "    ", 14);
        assert_eq!(text, "    one two\n    three four\n    five");
        assert_eq!(wrap("a bbbbbbbbbbbbb c", "  ", 8), "  a\n  bbbbbb\n  bbbbbb\n  b c");
        assert_eq!(wrap("", "  ", 8), "  ");
    }

    #[test]
    fn wide_characters_cannot_push_a_name_to_the_edge_of_the_screen() {
        // 26 wide ones after 28 columns: what follows would stand at column 0.
        let name = format!("{}PASS-Every-byte", "\u{ff21}".repeat(26));
        let text = wrap(&format!("Unexpected file: {name}"), &" ".repeat(11), COLUMNS);
        assert!(text.lines().all(|line| columns_of(line) <= COLUMNS), "{text}");
        assert!(text.lines().all(|line| line.starts_with(&" ".repeat(11))), "{text}");
        assert_eq!(wrap("\u{4e00}\u{4e00}\u{4e00}", " ", 6), " \u{4e00}\u{4e00}\n \u{4e00}");
        assert_eq!(wrap("\u{4e00}", " ", 1), " \u{4e00}", "one at least");
        assert_eq!(columns_of("1\u{202f}000 \u{e9}t\u{e9} \u{b7}"), 11);
    }
}
