//! Words inside of a finding that a room below chose, in every language.
//!
//! A finding is made once and shown in the language of whoever reads it, so
//! the words are kept in all of them. They are escaped when they are made.

use std::fmt;
use std::io;

use crate::seal::names::escape_message;
use crate::source::SourceError;
use crate::text::{Details, Facts, Language, SlotFaults, Table, Words, fill, own};

/// Words in every language, escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail(Words);

impl Detail {
    /// Words of ours, which escape what they quote.
    pub fn of(words: impl Fn(Language) -> String) -> Self {
        Self(Words::of(words))
    }

    fn filled(template: impl Fn(&Table) -> &'static str, values: &[(&str, String)]) -> Self {
        Self::of(|language| fill(template(language.table()), values))
    }

    /// Words of [`Details`] with their places filled; the values are escaped by
    /// whoever fills them.
    pub fn with(template: fn(&Details) -> &'static str, values: &[(&str, String)]) -> Self {
        Self::filled(|table| template(&table.details), values)
    }

    /// The same with words of [`Facts`].
    pub fn fact(template: fn(&Facts) -> &'static str, values: &[(&str, String)]) -> Self {
        Self::filled(|table| template(&table.facts), values)
    }

    /// The same with words of [`SlotFaults`].
    pub fn slot(template: fn(&SlotFaults) -> &'static str) -> Self {
        Self::filled(|table| template(&table.slot_faults), &[])
    }

    /// Why a source cannot be read, and what can be done.
    pub fn unreadable(error: &SourceError) -> Self {
        Self::of(|language| format!("{}. {}", error.words(language), error.advice(language)))
    }

    /// Why input or output failed: what one of us made an error of, or the
    /// system's own words, named as such.
    pub fn failed(error: &io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(detail) => detail.clone(),
            None => Self::all(&own::all_words_of(error)),
        }
    }

    /// Words that are not escaped yet.
    pub fn all(words: &Words) -> Self {
        Self::of(|language| escape_message(words.in_language(language)))
    }

    /// A name or number, the same in every language, and escaped here; paths in
    /// it stay as they can be copied.
    pub fn said(text: impl fmt::Display) -> Self {
        let text = escape_message(&text.to_string());
        Self::of(|_| text.clone())
    }

    /// The words in one language.
    pub fn words(&self, language: Language) -> &str {
        self.0.in_language(language)
    }
}

impl fmt::Display for Detail {
    /// The words in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words(Language::English))
    }
}

/// So that it can be the reason of an [`io::Error`]; see [`Detail::failed`].
impl std::error::Error for Detail {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_words_and_what_others_say_is_escaped() {
        let own = Detail::with(|details| details.another_document, &[]);
        assert_eq!(own.words(Language::English), "another document");
        assert_eq!(own.words(Language::French), "un autre document");
        let said = Detail::said("a\u{1b}[2J");
        for language in Language::ALL {
            assert_eq!(said.words(language), "a\\u{1b}[2J");
        }
    }

    #[test]
    fn an_error_that_carries_words_gives_them_back_in_every_language() {
        let own = Detail::fact(|facts| facts.no_copy, &[]);
        assert_eq!(Detail::failed(&io::Error::other(own.clone())), own);
        let system = Detail::failed(&io::Error::other("a\u{1b}b"));
        assert_eq!(system.words(Language::French), "le système dit «\u{a0}a\\u{1b}b\u{a0}»");
    }
}
