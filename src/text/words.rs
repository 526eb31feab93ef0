//! The same words in every language, kept together until somebody reads them.

use super::{Language, Table, fill};

/// Words in every language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    english: String,
    french: String,
}

impl Words {
    /// What `words` says in each language.
    pub fn of(words: impl Fn(Language) -> String) -> Self {
        Self { english: words(Language::English), french: words(Language::French) }
    }

    /// A text of the tables with its places filled.
    pub fn with(template: fn(&Table) -> &'static str, values: &[(&str, String)]) -> Self {
        Self::of(|language| fill(template(language.table()), values))
    }

    /// The words in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::French => &self.french,
        }
    }
}
