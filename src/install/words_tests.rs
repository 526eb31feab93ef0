use std::collections::BTreeSet;

use crate::text::{Entry, Language, Table};

/// Every text of the procedure and of the guided way, with its name.
fn texts(table: &Table) -> Vec<(String, &'static str)> {
    let mut texts = Vec::new();
    let plain = [
        ("dialogue", table.dialogue.all()),
        ("procedure", table.procedure.all()),
        ("setup", table.setup.all()),
        ("guide", table.guide.all()),
        ("help", table.install_help.all()),
    ];
    for (group, all) in plain {
        texts.extend(all.into_iter().map(|(name, text)| (format!("{group}.{name}"), text)));
    }
    for (name, entry) in entries(table) {
        texts.push((format!("{name}.what"), entry.what));
        texts.push((format!("{name}.next"), entry.next));
    }
    texts
}

fn entries(table: &Table) -> Vec<(&'static str, Entry)> {
    let groups = [
        table.questions.all(),
        table.exits.all(),
        table.install_failures.all(),
        table.setup_questions.all(),
        table.setup_failures.all(),
        table.guide_questions.all(),
    ];
    groups.into_iter().flatten().collect()
}

fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
}

#[test]
fn both_languages_have_the_same_places_and_no_text_is_missing() {
    let [english, french] = Language::ALL.map(|language| texts(language.table()));
    assert!(english.len() > 150, "only {} texts", english.len());
    for ((name, en), (_, fr)) in english.iter().zip(&french) {
        assert_eq!(en.is_empty(), fr.is_empty(), "{name}");
        assert_eq!(places(en), places(fr), "{name}");
        assert!(
            en.is_empty() || name.starts_with("dialogue") || en != fr || en.len() < 20,
            "{name}: {en}"
        );
    }
}

#[test]
fn french_has_its_no_break_spaces() {
    let mut marks = 0;
    for (name, text) in texts(Language::French.table()) {
        for (at, mark) in text.char_indices().filter(|(_, c)| matches!(c, '?' | '!' | ';' | ':')) {
            let before = text[..at].chars().next_back();
            // `[?]` is a key, `E:` a drive, `1:` a part of a place.
            let glued = before.is_none_or(|c| !c.is_whitespace());
            let word = mark == ':' || mark == '?';
            assert!(before == Some('\u{a0}') || (glued && word), "{name}: {text}");
            marks += usize::from(before == Some('\u{a0}'));
        }
    }
    assert!(marks > 50, "only {marks} marks");
}

#[test]
fn what_stops_somebody_says_what_to_do() {
    for language in Language::ALL {
        let table = language.table();
        let stops = [
            table.install_failures.all(),
            table.setup_failures.all(),
            table.exits.all(),
            table.setup_questions.all(),
            table.guide_questions.all(),
        ];
        for (name, entry) in stops.into_iter().flatten() {
            assert!(!entry.what.is_empty() && !entry.next.is_empty(), "{name}");
        }
    }
}
