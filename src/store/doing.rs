//! What was being done to a file or folder when the system failed, in words.

use std::io;
use std::path::Path;

use super::error::shown;
use crate::seal::names::escape_message;
use crate::text::{Language, fill, own};

macro_rules! doings {
    ($($(#[$doc:meta])* $variant:ident: $field:ident,)*) => {
        /// What was being done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)] // The words of the text tables say what each one means.
        pub enum Doing {
            $($(#[$doc])* $variant,)*
        }

        impl Doing {
            /// Every one, for tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// That it failed, at `path`, with the system's word for why.
            pub fn failed(self, path: &Path, error: &io::Error, language: Language) -> String {
                let words = &language.table().doings;
                let template = match self {
                    $(Self::$variant => words.$field,)*
                };
                fill(template, &[("path", shown(path)), ("error", escape_message(&own::words_of(error, language)))])
            }
        }
    };
}

doings! {
    CreateFolder: create_folder,
    Create: create,
    FlushFolder: flush_folder,
    Flush: flush,
    GiveName: give_name,
    List: list,
    Lock: lock,
    LookAt: look_at,
    OpenAgain: open_again,
    OpenFolder: open_folder,
    Open: open,
    PutBack: put_back,
    ReadBack: read_back,
    Remove: remove,
    Replace: replace,
    WriteRecord: write_record,
    Write: write,
    Cut: cut,
    Read: read,
    SetAside: set_aside,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Table;

    #[test]
    fn each_has_words_of_its_own_in_each_language() {
        let error = || io::Error::other("no");
        let of = |table: fn(Language) -> &'static Table| table(Language::French).doings.all().len();
        assert_eq!(Doing::ALL.len(), of(Language::table));
        for doing in Doing::ALL {
            let [english, french] = Language::ALL
                .map(|language| doing.failed(Path::new("a\u{1b}b"), &error(), language));
            assert_ne!(english, french);
            for words in [english, french] {
                assert!(words.contains("a\\u{1b}b") && words.contains("no"), "{words}");
            }
        }
    }
}
