use proptest::prelude::*;

use super::*;
use crate::seal::manifest::Restart;

/// A recipe without mistakes; the tests change one line of it.
const GOOD: &str = "\
product = \"lab-patch\"
version = \"1.0.0\"
issued = \"2026-11-23T10:00:00Z\"
[title]
en = \"Patch\"
fr = \"Correctif\"
[[applies_to]]
instrument = \"MiSeq\"
software = \"Local Run Manager\"
versions = { from = \"1.3\", to = \"3.1\" }
[payload]
kind = \"msi\"
name = \"patch.msi\"
[[payload.reference]]
sha256 = \"595b724f1c5b4bac446001400b38b748b4ef05520b5489ea4711a2a4289e721a\"
source = \"Advisory 1\"
[install]
destination = 'C:\\Lab'
[install.restart]
install = \"required\"
repair = \"recommended\"
remove = \"none\"
[volume]
label = \"PATCH\"
size_mib = 64
[[document]]
path = \"README.TXT\"
template = \"readme.txt\"
";

struct Shelf(&'static [(&'static str, &'static str)]);

impl Beside for Shelf {
    fn open(&self, name: &str, _: usize) -> Result<(String, Vec<u8>), (String, String)> {
        let found = self.0.iter().find(|(known, _)| *known == name);
        let found = found.ok_or_else(|| (format!("no file {name}"), "Write it.".to_string()))?;
        Ok((format!("beside/{name}"), found.1.as_bytes().to_vec()))
    }
}

const SHELF: Shelf = Shelf(&[
    ("readme.txt", "{{title.en}}"),
    ("mine.toml", "[[instrument]]\nname = \"Toaster\"\n"),
    ("bad.toml", "[[instrument]]\nnames = \"Toaster\"\n"),
]);

fn parse(text: &str) -> Result<Recipe, Mistakes> {
    Recipe::parse("lab.toml", text, &SHELF)
}

/// The mistakes of the good recipe with one piece exchanged: line, field, text.
fn mistakes(from: &str, to: &str) -> Vec<(usize, String, String)> {
    assert!(GOOD.contains(from), "{from}");
    let mistakes = parse(&GOOD.replacen(from, to, 1)).expect_err(to);
    let text = |m: &super::super::mistake::Mistake| format!("{} | {}", m.what, m.next);
    mistakes.list.iter().map(|m| (m.line, m.field.clone(), text(m))).collect()
}

#[test]
fn good_recipe_is_read_whole() {
    let recipe = parse(GOOD).unwrap();
    assert_eq!(recipe.product.as_str(), "lab-patch");
    assert_eq!(recipe.floor, Number::ONE);
    assert_eq!(recipe.advise_after, None);
    assert_eq!(recipe.applies_to[0].versions.to.as_str(), "3.1");
    assert_eq!(recipe.payload.references.len(), 1);
    assert_eq!(recipe.install.destination.as_str(), "C:\\Lab");
    assert_eq!(recipe.install.restart.repair, Restart::Recommended);
    assert_eq!(recipe.volume.bytes, Some(64 << 20));
    assert_eq!(recipe.documents[0].file, "beside/readme.txt");
    // A time may stand without quotes, and a digest in groups.
    let bare = GOOD.replace("\"2026-11-23T10:00:00Z\"", "2026-11-23T10:00:00Z");
    let grouped = bare.replace("595b724f1c5b4bac", "595B 724F 1C5B 4BAC ");
    assert_eq!(parse(&grouped).unwrap(), recipe);
}

#[test]
fn mistake_of_each_kind_names_line_and_field() {
    let cases: &[(&str, &str, usize, &str, &str)] = &[
        ("\"MiSeq\"", "\"MiSek\"", 8, "applies_to[1].instrument", "Did you mean \"MiSeq\"?"),
        ("\"lab-patch\"", "\"Lab Patch\"", 1, "product", "a-z, 0-9 and -"),
        ("\"1.0.0\"", "1.0", 2, "version", "Write it in quotes."),
        ("10:00:00Z", "10:00:01Z", 3, "issued", "even second"),
        ("\"2026-11-23T10:00:00Z\"", "\"soon\"", 3, "issued", "not a time"),
        ("fr = \"Correctif\"\n", "", 4, "title.fr", "is missing"),
        ("fr = \"Correctif\"", "fr = \"a\u{202e}b\"", 6, "title.fr", "bidirectional"),
        ("fr = \"Correctif\"", "de = \"Flicken\"\nfr = \"x\"", 6, "title.de", "unknown field"),
        ("[title]", "[titel]", 4, "titel", "Did you mean \"title\"?"),
        ("from = \"1.3\"", "from = \"3.2\"", 10, "applies_to[1].versions.to", "is before 3.2"),
        ("\"1.3\"", "\"1.03\"", 10, "applies_to[1].versions.from", "numbers joined"),
        ("\"msi\"", "\"exe\"", 12, "payload.kind", "Known: msi, files"),
        ("\"patch.msi\"", "\"../patch.msi\"", 13, "payload.name", "not allowed"),
        ("\"patch.msi\"", "\"con.msi\"", 13, "payload.name", "device name"),
        ("595b", "595", 15, "payload.reference[1].sha256", "64 hex digits"),
        ("source = \"Advisory 1\"\n", "", 14, "payload.reference[1].source", "is missing"),
        ("'C:\\Lab'", "'C:\\'", 18, "install.destination", "a folder like"),
        ("repair = \"recommended\"", "repair = \"yes\"", 21, "install.restart.repair", "Known:"),
        ("\"PATCH\"", "\"my patch\"", 24, "volume.label", "A-Z, 0-9"),
        ("= 64", "= 34", 25, "volume.size_mib", "from 35 to 65536"),
        ("= 64", "= -1", 25, "volume.size_mib", "whole number"),
        ("= 64", "= \"64\"", 25, "volume.size_mib", "without quotes"),
        ("\"README.TXT\"", "\"SEAL/x.txt\"", 27, "document[1].path", "folder SEAL"),
        ("\"README.TXT\"", "\"Payload/x.txt\"", 27, "document[1].path", "folder PAYLOAD"),
        ("\"readme.txt\"", "\"read.me\"", 28, "document[1].template", "no file read.me"),
        ("\"readme.txt\"", "\"/etc/passwd\"", 28, "document[1].template", "empty, absolute"),
        ("[volume]", "[[volume]]", 23, "volume", "is a list, not a table"),
    ];
    for (from, to, line, field, phrase) in cases {
        let found = mistakes(from, to);
        let hit =
            found.iter().find(|(l, f, text)| l == line && f == field && text.contains(phrase));
        assert!(hit.is_some(), "{to}: {found:?}");
        assert!(found.iter().all(|(_, _, text)| !text.ends_with("| ")), "{to}: {found:?}");
    }
}

#[test]
fn missing_parts_are_all_named_at_once() {
    let found = parse("").unwrap_err();
    let fields: Vec<&str> = found.list.iter().map(|m| m.field.as_str()).collect();
    for field in ["product", "version", "title", "applies_to", "payload", "install", "volume"] {
        assert!(fields.contains(&field), "{field}: {fields:?}");
    }
    assert!(found.list.iter().all(|m| m.line == 1));
    let two = GOOD.replace("\"MiSeq\"", "\"MiSek\"").replace("\"exe\"", "\"x\"");
    let two = two.replace("\"PATCH\"", "\"my patch\"");
    let lines: Vec<usize> = parse(&two).unwrap_err().list.iter().map(|m| m.line).collect();
    assert_eq!(lines, [8, 24]);
}

#[test]
fn same_instrument_or_document_twice_is_a_mistake() {
    let entry = "[[applies_to]]\ninstrument = \"MiSeq\"\nsoftware = \"Local Run Manager\"\n\
                 versions = { from = \"1.3\", to = \"3.1\" }\n";
    let found = mistakes("[payload]", &format!("{entry}[payload]"));
    assert_eq!((found[0].0, found[0].1.as_str()), (12, "applies_to[2].instrument"));
    let twice =
        "template = \"readme.txt\"\n[[document]]\npath = \"readme.txt\"\ntemplate = \"readme.txt\"";
    let found = mistakes("template = \"readme.txt\"", twice);
    assert_eq!((found[0].0, found[0].1.as_str()), (30, "document[2].path"));
    assert!(found[0].2.contains("without case"));
}

#[test]
fn text_that_is_no_toml_names_its_line() {
    let found = mistakes("version = \"1.0.0\"", "version = \"1.0.0");
    assert_eq!(found[0].0, 2);
    assert!(found[0].2.contains("not TOML"), "{found:?}");
    let found = mistakes("[payload]", "product = ");
    assert_eq!(found[0].0, 11);
    let double = parse(&format!("product = \"a\"\n{GOOD}")).unwrap_err();
    assert_eq!(double.list[0].line, 2);
    assert_eq!(parse(&"#".repeat((1 << 20) + 1)).unwrap_err().list[0].line, 1);
    assert!(parse(&format!("x = {}", "[".repeat(100_000))).is_err());
}

#[test]
fn number_of_mistakes_shown_is_limited() {
    let many: String = (0..1000).map(|n| format!("x{n} = 1\n")).collect();
    assert_eq!(parse(&format!("{many}{GOOD}")).unwrap_err().list.len(), 20);
}

#[test]
fn recipe_may_bring_its_own_instruments() {
    let own = |list: &str| {
        let text = GOOD.replace("\"MiSeq\"", "\"Toaster\"");
        parse(&format!("instruments = \"{list}\"\n{text}"))
    };
    assert_eq!(own("mine.toml").unwrap().applies_to[0].instrument.as_str(), "Toaster");
    let bad = own("bad.toml").unwrap_err();
    assert_eq!((bad.file.as_str(), bad.list[0].line), ("beside/bad.toml", 1));
    let none = own("none.toml").unwrap_err();
    assert_eq!(none.list[0].field, "instruments");
}

#[test]
fn built_in_recipe_is_found_by_name() {
    let recipe = Recipe::open("lrm-security-patch").unwrap();
    assert_eq!(recipe.applies_to.len(), 8);
    assert_eq!(recipe.instrument_names[7].fr.as_str(), "Ordinateur autonome");
    assert_eq!(recipe.install.restart.remove, Restart::Recommended);
    assert!(recipe.payload.references[0].source.as_str().starts_with("ICSA-22-153-02"));
    let error = Recipe::open("lrm-security-path").unwrap_err();
    assert!(error.advice().contains("Did you mean \"lrm-security-patch\"?"), "{}", error.advice());
}

#[test]
fn recipe_file_is_read_with_what_stands_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lab.toml");
    std::fs::write(&path, GOOD).unwrap();
    let missing = Recipe::load(&path).unwrap_err().to_string();
    assert!(missing.contains("lab.toml, line 28, document[1].template: "), "{missing}");
    std::fs::write(folder.path().join("readme.txt"), "x").unwrap();
    assert_eq!(Recipe::load(&path).unwrap().documents[0].bytes, b"x");
    std::fs::write(&path, b"product = \"a\"\n# \xff").unwrap();
    let error = Recipe::load(&path).unwrap_err().to_string();
    assert!(error.contains("lab.toml, line 2: is not UTF-8"), "{error}");
    let absent = Recipe::load(&folder.path().join("no.toml")).unwrap_err();
    assert!(matches!(absent, BuildError::Io { .. }));
}

proptest! {
    #[test]
    fn damaged_recipe_is_read_or_refused_with_lines_that_exist(
        at in 0..GOOD.len(), piece in "[\\PC\n]{0,8}", cut in 0..40usize,
    ) {
        // The recipe is ASCII, so every offset is the start of a character.
        let end = (at + cut).min(GOOD.len());
        let text = format!("{}{piece}{}", &GOOD[..at], &GOOD[end..]);
        if let Err(mistakes) = parse(&text) {
            let lines = text.lines().count().max(1) + 1;
            prop_assert!(!mistakes.list.is_empty() && mistakes.list.len() <= 20);
            for mistake in &mistakes.list {
                prop_assert!((1..=lines).contains(&mistake.line), "{mistakes}");
                prop_assert!(!mistake.what.is_empty() && !mistake.next.is_empty());
            }
            let shown = mistakes.to_string();
            prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
        }
    }
}
