use super::*;
use crate::seal::manifest::{Manifest, ReferenceHash};
use crate::seal::names::Text;
use crate::seal::signers::Signer;
use crate::seal::testing::TestKey;
use crate::write::production::testing;

/// A release that passed, with two signers.
pub(crate) fn carried() -> Carried {
    let signer = |number: u8, name: &str| Signer {
        name: crate::seal::names::Identifier::parse(name).unwrap(),
        key: TestKey::new(number).public,
    };
    Carried {
        facts: testing::release(),
        manifest: manifest(),
        signers: vec![signer(1, "alice"), signer(2, "bruno")],
        needed: 2,
        payload: Some(Digest([0x59; 32])),
        seal: Vec::new(),
        demo: false,
    }
}

fn manifest() -> Manifest {
    crate::seal::manifest::tests::sample()
}

fn key() -> KeyEntry {
    testing::proved(1, 38)
}

fn both_pages(carried: &Carried, key: &KeyEntry) -> [String; 2] {
    let card = Card::new(carried, key, Some(50)).unwrap();
    [text::render(&card), html::render(&card)]
}

#[test]
fn a_card_has_every_fact_with_real_values() {
    let (carried, key) = (carried(), key());
    for page in both_pages(&carried, &key) {
        let signer = &carried.signers[1];
        for fact in [
            "38 of 50, order 4711",
            "38 sur 50, commande 4711",
            "Site 38",
            "9F12",
            "Kingston, DataTraveler, 0951:1666, 67.1 MB",
            "2026-11-23T10:04:00Z",
            &carried.facts.release_code.code_lines()[0],
            &carried.facts.release_code.code_lines()[1],
            &carried.facts.image_sha256.to_string(),
            "41,943,040 bytes",
            "41\u{202f}943\u{202f}040 octets",
            &signer.key.to_string(),
            &signer.key.id().to_string(),
            &format!("-x {}", sums_signature(signer.key.id())),
            "sha256sum --strict -c SEAL/SHA256SUMS",
            "head -c 41943040 /dev/sdX | sha256sum",
            "certutil -hashfile PAYLOAD\\",
            "the device reports it",
            "support entier",
        ] {
            let fact = if page.starts_with("<!DOCTYPE") { escape(fact) } else { fact.into() };
            assert!(page.contains(&fact), "{fact}:\n{page}");
        }
        for word in ["another road", "une autre voie", "does not prove", "ne prouve pas"] {
            assert!(words(&page).contains(word), "{word}:\n{page}");
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('\'', "&#39;")
}

fn words(page: &str) -> String {
    page.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn text_fits_80_columns_and_no_code_is_broken() {
    let [text, _] = both_pages(&carried(), &key());
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{} {line}", line.chars().count());
    }
}

#[test]
fn nothing_that_a_stick_says_acts_on_terminal_or_page() {
    let (mut carried, mut key) = (carried(), key());
    key.stick.serial = Some("<script>alert(1)</script>\u{1b}[2J".to_string());
    key.stick.model = Some("\"><img src=x onerror=y>".to_string());
    key.recipient = Some("A & B <b>\u{202e}".to_string());
    key.order = Some("../../<x>".to_string());
    carried.manifest.title.en = Text::parse("Patch <script>").unwrap();
    let [text, html] = both_pages(&carried, &key);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    let markup = html.replace("<style>", "").to_lowercase();
    for tag in ["<script", "<img", "<b>", "<x>", "\u{1b}", "\u{202e}"] {
        assert!(!markup.contains(tag), "{tag}: {html}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u{1b}[2J"), "{html}");
    assert!(html.contains("default-src &#39;none&#39;") || html.contains("default-src 'none'"));
    let card = Card::new(&carried, &key, Some(50)).unwrap();
    assert_eq!(card.file_stem(), "_______x_-038".to_string());
}

#[test]
fn there_is_no_card_without_a_proof_of_this_release_and_image() {
    let carried = carried();
    let card = |key: &KeyEntry| Card::new(&carried, key, None).map(|_| ()).unwrap_err();
    assert_eq!(card(&testing::written("1-2", "9F12")), CardError::NotProved);
    let other = |change: fn(&mut KeyEntry)| {
        let mut key = key();
        change(&mut key);
        key
    };
    assert_eq!(card(&other(|key| key.ordinal = None)), CardError::NotProved);
    assert_eq!(card(&other(|key| key.result = Ending::OsChanges)), CardError::NotProved);
    let digest = Digest([1; 32]);
    assert_eq!(
        card(&other(|key| key.release.release_code = Digest([1; 32]))),
        CardError::OtherRelease
    );
    let mut key = key();
    key.release.image_sha256 = digest;
    assert_eq!(card(&key), CardError::OtherImage);
}

#[test]
fn reference_hash_protection_and_demo_are_said_as_they_are() {
    let (mut carried, mut key) = (carried(), key());
    let page = |carried: &Carried, key: &KeyEntry| words(&both_pages(carried, key)[0]);
    carried.manifest.payload.reference_hashes.clear();
    assert!(page(&carried, &key).contains("none: nobody outside says"));
    let mut reference = ReferenceHash {
        sha256: Digest([0x59; 32]),
        origin: ReferenceOrigin::Published,
        source: Text::parse("advisory EX-1").unwrap(),
    };
    carried.manifest.payload.reference_hashes = vec![reference.clone()];
    assert!(page(&carried, &key).contains("is published in advisory EX-1"));
    reference.origin = ReferenceOrigin::TypedIn;
    carried.manifest.payload.reference_hashes = vec![reference.clone()];
    assert!(page(&carried, &key).contains("that the builder typed in (advisory EX-1)"));
    reference.sha256 = Digest([0; 32]);
    carried.manifest.payload.reference_hashes = vec![reference];
    assert!(page(&carried, &key).contains("none: nobody outside says"), "of something else");
    key.protection.reported = Some(false);
    assert!(page(&carried, &key).contains("NOT seen"));
    key.protection.reported = None;
    key.protection.forced = Some(true);
    let said = page(&carried, &key);
    assert!(said.contains("not known") && said.contains("forces it on every key"), "{said}");
    assert!(!said.contains("DEMO"));
    carried.demo = true;
    assert!(page(&carried, &key).contains("DEMO: made for an exercise"));
}

#[test]
fn instruments_of_one_software_share_a_line_and_others_do_not() {
    let mut carried = carried();
    let one = carried.manifest.applies_to[0].clone();
    let named = |name: &str| {
        let mut other = one.clone();
        other.instrument = Text::parse(name).unwrap();
        other
    };
    let mut older = named("Gamma");
    older.versions.from = crate::seal::names::DottedVersion::parse("0.9").unwrap();
    carried.manifest.applies_to = vec![named("Alpha"), named("Beta"), older];
    for page in both_pages(&carried, &key()) {
        let page = words(&page);
        assert!(page.contains(&format!("Alpha, Beta ({} ", one.software)), "{page}");
        assert!(page.contains(&format!("Gamma ({} 0.9 - ", one.software)), "{page}");
    }
}
