//! Errors of input and output in words: those that one of us made, in every
//! language, and those of the operating system as it gives them.
//!
//! The system speaks its own language, whatever ours is. So its words stay as
//! they are, and the sentence says whose they are.

use std::fmt;
use std::io;

use super::{Language, Words, fill};

macro_rules! own {
    ($($(#[$doc:meta])* $variant:ident: $field:ident, $kind:ident,)*) => {
        /// Why one of us refused, as the inner error of an [`io::Error`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // The words of the text tables say what each one means.
        pub enum Own {
            $($(#[$doc])* $variant,)*
        }

        impl Own {
            /// Every one, for tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The words for it.
            pub fn words(self, language: Language) -> &'static str {
                let faults = &language.table().io_faults;
                match self {
                    $(Self::$variant => faults.$field,)*
                }
            }

            fn kind(self) -> io::ErrorKind {
                match self {
                    $(Self::$variant => io::ErrorKind::$kind,)*
                }
            }
        }
    };
}

own! {
    NotAFile: not_a_file, InvalidData,
    NotOneName: not_one_name, InvalidInput,
    TooManyEntries: too_many_entries, ArgumentListTooLong,
    NoDurableWriting: no_durable_writing, Unsupported,
    BrokenAnswer: broken_answer, InvalidData,
    TooManyKeys: too_many_keys, ArgumentListTooLong,
    NobodySignedIn: nobody_signed_in, Other,
    NoProcess: no_process, Other,
    NeedsWindows: needs_windows, Unsupported,
    NoExitCode: no_exit_code, Other,
    ProgramTooLong: program_too_long, FileTooLarge,
}

impl fmt::Display for Own {
    /// The words in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words(Language::English))
    }
}

impl std::error::Error for Own {}

impl From<Own> for io::Error {
    fn from(own: Own) -> Self {
        Self::new(own.kind(), own)
    }
}

/// Why input or output failed: our words in `language`, or the system's own,
/// named as such. Not escaped.
pub fn words_of(error: &io::Error, language: Language) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Own>()) {
        Some(own) => own.words(language).to_string(),
        None => system_says(&error.to_string(), language),
    }
}

/// The same in every language.
pub fn all_words_of(error: &io::Error) -> Words {
    Words::of(|language| words_of(error, language))
}

/// The operating system's own words, named as such.
pub fn system_says(words: &str, language: Language) -> String {
    fill(language.table().io_faults.system, &[("error", words.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_ours_has_words_of_its_own_in_each_language() {
        // Beside them there is the frame around the system's words.
        assert_eq!(Own::ALL.len() + 1, Language::French.table().io_faults.all().len());
        for own in Own::ALL {
            let error = io::Error::from(*own);
            let [english, french] = Language::ALL.map(|language| words_of(&error, language));
            assert_ne!(english, french);
            assert_eq!(error.to_string(), english);
            assert!(!french.contains("système dit"), "{french}");
        }
    }

    #[test]
    fn the_systems_words_stay_and_are_named_as_the_systems() {
        let error = io::Error::from_raw_os_error(13);
        let said = all_words_of(&error);
        for language in Language::ALL {
            let words = said.in_language(language);
            assert!(words.contains(&format!("{error}")), "{words}");
        }
        assert!(said.in_language(Language::English).starts_with("the system says \""));
        assert!(said.in_language(Language::French).starts_with("le système dit «\u{a0}"));
    }
}
