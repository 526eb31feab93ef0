//! Words inside of a finding that a room below chose, in every language.
//!
//! A finding is made once and shown in the language of whoever reads it, so
//! the words are kept in all of them. They are escaped when they are made.

use std::fmt;

use crate::seal::names::escape_message;
use crate::source::SourceError;
use crate::text::{Details, Language, fill};

/// Words in every language, escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    english: String,
    french: String,
}

impl Detail {
    /// Words of ours, which escape what they quote.
    pub fn of(words: impl Fn(Language) -> String) -> Self {
        Self { english: words(Language::English), french: words(Language::French) }
    }

    /// Words of [`Details`] with their places filled; the values are escaped by
    /// whoever fills them.
    pub fn with(template: fn(&Details) -> &'static str, values: &[(&str, String)]) -> Self {
        Self::of(|language| fill(template(&language.table().details), values))
    }

    /// Why a source cannot be read, and what can be done.
    pub fn unreadable(error: &SourceError) -> Self {
        Self::of(|language| format!("{}. {}", error.words(language), error.advice(language)))
    }

    /// What somebody else said, the operating system for one: the same in every
    /// language, and escaped here; paths in it stay as they can be copied.
    pub fn said(text: impl fmt::Display) -> Self {
        let text = escape_message(&text.to_string());
        Self::of(|_| text.clone())
    }

    /// The words in one language.
    pub fn words(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::French => &self.french,
        }
    }
}

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
}
