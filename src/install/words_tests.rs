use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use super::journal::JournalError;
use super::staging::{DestinationFault, Difference, StagingError};
use crate::instrument::computer::Unread;
use crate::instrument::runs::Unseen;
use crate::seal::names::NameFault;
use crate::store::lock::LockError;
use crate::store::log::LogError;
use crate::store::{Doing, StoreError};
use crate::text::testing::{hostile, judge};
use crate::text::{Entry, Language, Table, fill};
use crate::verify::detail::Detail;

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

macro_rules! judged {
    ($($fault:expr),* $(,)?) => {
        [$({
            let fault = $fault;
            assert_eq!(fault.to_string(), fault.words(Language::English));
            (judge(|language| fault.words(language)), judge(|language| {
                fault.advice(language).to_string()
            }))
        }),*]
    };
}

#[test]
fn every_reason_to_copy_nothing_has_words_in_every_language() {
    let path = || PathBuf::from(hostile());
    let error = || io::Error::other(hostile());
    let differences = || {
        let name = hostile;
        vec![
            Difference::Missing(name()),
            Difference::Extra(name()),
            Difference::Kind(name()),
            Difference::Length(name()),
            Difference::Contents(name()),
        ]
    };
    for difference in differences() {
        judge(|language| difference.words(language));
    }
    let store = StoreError::Io { doing: Doing::Write, path: path(), error: error() };
    let staging = judged![
        StagingError::Name { path: hostile(), fault: NameFault::TooDeep },
        StagingError::Store(store),
        StagingError::Exchanged(path()),
        StagingError::Exists { path: path(), differences: differences(), count: 5 },
        StagingError::ForeignOwner { path: path(), owner: 1_000 },
        StagingError::Length { path: hostile(), declared: 1, received: 2 },
        StagingError::Length { path: hostile(), declared: 2, received: 1 },
        StagingError::Contents(hostile()),
        StagingError::Set(hostile()),
        StagingError::ReadBack { differences: differences(), count: 5 },
    ];
    let destinations = judged![
        DestinationFault::Link { path: path(), component: 2 },
        DestinationFault::NotAFolder(path()),
        DestinationFault::Missing(path()),
        DestinationFault::Path(path()),
        DestinationFault::ReadOnly(path()),
        DestinationFault::NoPermission(path()),
        DestinationFault::Io { path: path(), error: error() },
    ];
    assert_eq!((staging.len(), destinations.len()), (10, 7));
    let systems = staging.iter().chain(&destinations);
    let systems = systems.filter(|(what, _)| what.contains("le système dit"));
    assert_eq!(systems.count(), 2, "the system's own words are named as such");
}

#[test]
fn every_fault_of_a_journal_has_words_in_every_language() {
    let path = || PathBuf::from(hostile());
    let all = [
        JournalError::Store(StoreError::Vanished(path())),
        JournalError::Lock(LockError::Busy(path())),
        JournalError::Log(LogError::TooLong(path())),
        JournalError::Newer(3),
    ];
    for fault in &all {
        assert_eq!(fault.to_string(), fault.words(Language::English));
        judge(|language| fault.words(language));
    }
}

#[test]
fn every_fact_of_a_computer_has_words_in_every_language() {
    let table = Language::English.table();
    let values = ["name", "level", "enforcement", "count", "limit"];
    let values = values.map(|name| (name, "7".to_string()));
    let mut seen = 0;
    for (at, (name, _)) in table.facts.all().iter().enumerate() {
        let said = |language: Language| fill(language.table().facts.all()[at].1, &values);
        judge(said);
        assert_eq!(language_name(at), *name);
        seen += 1;
    }
    assert!(seen >= 12, "{seen}");
    for unread in [Unread::unsupported(), Unread::from(io::Error::other(hostile()))] {
        judge(|language| unread.words(language).to_string());
    }
    let error = StoreError::Io {
        doing: Doing::List,
        path: hostile().into(),
        error: io::Error::other("no"),
    };
    let unseen = Unseen::Unread(Detail::of(|language| error.words(language)));
    for why in [Unseen::NoPlace, Unseen::NoRun, Unseen::TooMany, unseen] {
        judge(|language| why.words(language));
    }
}

fn language_name(at: usize) -> &'static str {
    Language::French.table().facts.all()[at].0
}
