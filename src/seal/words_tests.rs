//! Every reason to refuse a signed document has its words in every language.

use super::anchor::AnchorError;
use super::chain::ChainError;
use super::digest::Digest;
use super::json::JsonError;
use super::key::KeyId;
use super::manifest::{FieldRule, FileRule, ManifestError};
use super::names::{Identifier, NameFault};
use super::sums::SumsError;
use super::trust::TrustError;
use crate::text::Language;
use crate::text::testing::{hostile, judge};

const RULES: [FieldRule; 8] = [
    FieldRule::Floor,
    FieldRule::Dates,
    FieldRule::AppliesTo,
    FieldRule::VolumeBytes,
    FieldRule::Sorted,
    FieldRule::Payload,
    FieldRule::OnePackage,
    FieldRule::ProductCode,
];

const FILE_RULES: [FileRule; 4] =
    [FileRule::Seal, FileRule::UpperCase, FileRule::Size, FileRule::Role];

/// Judges the words of every fault; returns them in French.
fn every_fault() -> Vec<String> {
    macro_rules! words {
        ($($fault:expr),* $(,)?) => {
            [$({
                let fault = $fault;
                assert_eq!(fault.to_string(), fault.words(Language::English));
                judge(|language| fault.words(language))
            }),*]
        };
    }
    let path = hostile;
    let name = || Identifier::parse("alice").unwrap();
    let mut all = Vec::new();
    all.extend(words![
        JsonError::TooLong { limit: 1_024 },
        JsonError::OtherSpelling { at: 7 },
        NameFault::Empty,
        NameFault::TooLong,
        NameFault::TooDeep,
        NameFault::Character('\u{202e}'),
        NameFault::Relative,
        NameFault::TrailingDot,
        NameFault::Device,
        NameFault::CaseTwin(path()),
        NameFault::FileAndFolder(path()),
        NameFault::TooMany,
        SumsError::Empty,
        SumsError::TooLong,
        SumsError::Line(3),
        SumsError::Order(4),
        SumsError::Path(path(), NameFault::Device),
        SumsError::Sealed(path()),
        SumsError::NoManifest,
        ManifestError::Json(JsonError::OtherSpelling { at: 7 }),
        ManifestError::Format(9),
        ManifestError::Path(path(), NameFault::TooDeep),
    ]);
    all.extend(words![
        TrustError::Json(JsonError::OtherSpelling { at: 7 }),
        TrustError::Format(9),
        TrustError::Version(65),
        TrustError::Previous,
        TrustError::Threshold("root"),
        TrustError::TooManyKeys("release"),
        TrustError::TwiceInRole("root", name()),
        TrustError::SharedId(KeyId([1; 8])),
        TrustError::Withdrawn,
        ChainError::Empty,
        ChainError::Document(TrustError::Previous),
        ChainError::Gap { expected: 2, found: 3 },
        ChainError::Previous,
        ChainError::Publisher(name()),
        ChainError::Keys(TrustError::SharedId(KeyId([1; 8]))),
        ChainError::Threshold { of: 2, counted: 1, needed: 2 },
        ChainError::Lowered(name()),
        ChainError::ProductDropped(name()),
        ChainError::WithdrawnDropped(Digest([1; 32])),
        ChainError::Code(Digest([1; 32])),
        AnchorError::Json(JsonError::OtherSpelling { at: 7 }),
        AnchorError::Format(9),
        AnchorError::TooMany,
        AnchorError::Chain(ChainError::Empty),
        AnchorError::NoSuchCode,
    ]);
    for rule in RULES {
        all.extend(words![ManifestError::Rule(rule)]);
    }
    for rule in FILE_RULES {
        all.extend(words![ManifestError::File(path(), rule)]);
    }
    all
}

#[test]
fn every_reason_has_words_in_every_language() {
    let all = every_fault();
    assert!(all.len() >= 59, "{}", all.len());
}

#[test]
fn a_parsers_own_sentence_is_quoted_in_every_language() {
    let fault = JsonError::Malformed("expected value at line 1 column 1".to_string());
    for language in Language::ALL {
        let words = fault.words(language);
        assert!(words.contains("expected value at line 1 column 1"), "{words}");
        assert!(words.contains("JSON"), "{words}");
    }
}
