//! What every text in words must be, for the tests of all rooms.

use super::Language;

/// A path of a stranger, which must not act on a terminal.
pub fn hostile() -> String {
    "a\u{1b}[2J\u{202e}b".to_string()
}

/// Judges the words of one thing: no place is left empty, nothing in them acts on
/// a terminal, and no two languages say the same. Returns those in French.
#[track_caller]
pub fn judge(words: impl Fn(Language) -> String) -> String {
    let all = Language::ALL.map(words);
    for text in &all {
        let filled = text.replace("\\u{1b}", "").replace("\\u{202e}", "");
        assert!(!filled.contains('{') && !filled.trim().is_empty(), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\n']), "{text:?}");
    }
    let [english, french] = all;
    assert_ne!(english, french);
    french
}
