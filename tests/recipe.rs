//! The built-in recipe, from outside: what a person finds on the key, read by
//! the tools that the texts name.
#![cfg(feature = "builder")]

use std::path::{Path, PathBuf};
use std::process::Command;

use blake2::{Blake2b512, Digest as _};
use ed25519_dalek::{Signer as _, SigningKey};

use mediaseal::build::assemble::{Assembly, Inputs};
use mediaseal::build::folder::write_release;
use mediaseal::build::msi::{self, MsiError};
use mediaseal::build::recipe::Recipe;
use mediaseal::build::settings::{ReferenceRule, Settings, issued};
use mediaseal::medium::{FileSpec, Plan, release as medium};
use mediaseal::seal::chain::{Chain, SignedDocument};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::key::{KeyId, PublicKey};
use mediaseal::seal::names::{Identifier, Number, Text};
use mediaseal::seal::signature::{Signature, trust_comment};
use mediaseal::seal::trust::{FORMAT, Holder, Role, Roles, TrustDocument};
use mediaseal::sign::release::Release;
use mediaseal::store::Existing;
use mediaseal::verify::finding::Kind;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// A publisher with one key for everything.
fn chain() -> Chain {
    let secret = SigningKey::from_bytes(&[7; 32]);
    let point = secret.verifying_key().to_bytes();
    let public_key = PublicKey::new(KeyId([7; 8]), point).unwrap();
    let holder = Holder { name: Identifier::parse("alice").unwrap(), public_key };
    let role = Role { threshold: 1, keys: vec![holder] };
    let document = TrustDocument {
        format: FORMAT,
        publisher: Identifier::parse("example-support").unwrap(),
        version: 1,
        previous: None,
        roles: Roles { root: role.clone(), release: role },
        products: Default::default(),
        withdrawn: vec![],
    };
    let bytes = document.print().unwrap();
    let comment = trust_comment(&document.publisher, 1);
    let signature = secret.sign(&Blake2b512::digest(&bytes)).to_bytes();
    let global = secret.sign(&[&signature[..], comment.as_bytes()].concat()).to_bytes();
    let signature = Signature::new(public_key.id(), signature, comment, global).print();
    Chain::self_signed(SignedDocument { bytes, signatures: vec![signature] }).unwrap()
}

/// Builds the recipe around the demonstration patch into `folder/release`.
fn build(recipe: &Recipe, folder: &Path, with_tool: bool) -> (Assembly, PathBuf) {
    let tool = folder.join("mediaseal-verify.exe");
    std::fs::write(&tool, b"MZ").unwrap();
    let settings = Settings {
        sequence: Number::new(7).unwrap(),
        floor: None,
        issued: issued(None, None, recipe.issued).unwrap(),
        reference: ReferenceRule::NotAsked,
    };
    let inputs = Inputs {
        recipe,
        payload: &Path::new(FIXTURES).join("demo.msi"),
        tool: with_tool.then_some(tool.as_path()),
        chain: &chain(),
        settings: &settings,
    };
    let release = folder.join("release");
    let assembly = write_release(&inputs, &release, Existing::Replace, &mut |_| ()).unwrap();
    (assembly, release)
}

/// The release of the built-in recipe in a folder that vanishes.
fn release() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe::open("lrm-security-patch").unwrap();
    let (_, release) = build(&recipe, folder.path(), true);
    (folder, release)
}

/// What is built, the signer's own reading accepts, and the medium has room for.
#[test]
fn built_release_passes_the_signer_s_reading_and_fits_its_volume() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe::open("lrm-security-patch").unwrap();
    let (assembly, path) = build(&recipe, folder.path(), true);
    let release = Release::read(&path, None, &mut |_, _| ()).unwrap();
    assert_eq!(release.code(), assembly.release_code);
    assert_eq!(release.manifest, assembly.manifest);
    assert_eq!(release.problems().collect::<Vec<_>>(), Vec::<&Kind>::new());
    assert!(release.compared.is_some());
    let volume = medium::volume(&release.manifest, &release.code());
    let seal = assembly.made.iter().filter(|(path, _)| path.starts_with("SEAL/"));
    let seal = seal.map(|(path, bytes)| FileSpec::known(path.clone(), bytes.clone())).collect();
    let files = medium::files(&release.manifest, &release.sums, seal);
    let plan = Plan::new(&volume, files).unwrap();
    assert!(plan.free_bytes() > 4 << 20 && plan.free_clusters() > 512);
    assert_eq!(plan.bytes(), release.manifest.volume.bytes);
}

/// A document without its byte-order mark, after both rules of its spelling.
fn document(release: &Path, path: &str) -> String {
    let text = String::from_utf8(std::fs::read(release.join(path)).unwrap()).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a byte-order mark").to_string();
    assert!(text.ends_with("\r\n"), "{path}");
    let plain = text.replace("\r\n", "\n");
    assert!(!plain.contains('\r') && !plain.contains('\u{feff}'), "{path}");
    assert!(!plain.contains("{{") && !plain.contains("}}"), "{path}");
    plain
}

fn stdout(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn readme_is_whole_in_both_languages_and_fits_a_narrow_screen() {
    let (_folder, release) = release();
    let text = document(&release, "README.TXT");
    for line in text.lines() {
        assert!(line.chars().count() <= 78 && line.trim_end() == line, "{line}");
    }
    let (english, french) = text.split_once("FRANÇAIS").unwrap();
    for part in [english, french] {
        for instrument in ["MiSeq", "MiSeqDx", "NextSeq 500", "NextSeq 550", "NextSeq 550Dx"] {
            assert!(part.contains(&format!("    - {instrument}")), "{instrument}");
        }
        assert!(part.contains("iSeq 100") && part.contains("MiniSeq"));
        assert!(part.contains("TOOLS\\mediaseal-verify.exe"));
        for line in [
            "  minisign -Vm SEAL/SHA256SUMS -x SEAL/SHA256SUMS.<key-id>.minisig -P <key>\n",
            "  sha256sum --strict -c SEAL/SHA256SUMS\n",
            "  certutil -hashfile PAYLOAD\\LocalRunManagerSecurityPatch.msi SHA256\n",
            "  head -c <bytes> /dev/sdX | sha256sum\n",
        ] {
            assert!(part.contains(line), "{line}");
        }
    }
    assert!(english.contains("<public key from your letter>"));
    assert!(english.contains("<image SHA-256 from the card>"));
    assert!(english.contains("a key says about itself proves nothing"));
    assert!(french.contains("<clé publique de votre lettre>"));
    assert!(french.contains("<SHA-256 de l'image de la fiche>"));
    assert!(french.contains("qu'une clé dit d'elle-même ne prouve rien"));
    assert!(english.contains("Stand-alone computer") && french.contains("Ordinateur autonome"));
}

#[test]
fn readme_without_a_tool_names_none() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Recipe::open("lrm-security-patch").unwrap();
    let (_, release) = build(&recipe, folder.path(), false);
    assert!(!document(&release, "README.TXT").contains("TOOLS\\"));
    assert!(!release.join("TOOLS").exists());
}

#[test]
fn no_document_holds_a_digest_or_a_key() {
    let (_folder, release) = release();
    for path in ["README.TXT", "GUIDE/EN.HTM", "GUIDE/FR.HTM"] {
        let text = document(&release, path);
        let long = |word: &str| word.len() >= 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let found = text.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| long(word));
        assert_eq!(found, None, "{path}");
    }
}

/// The lines of the README, run as they stand by the shell and the real tools.
#[test]
fn readme_lines_are_what_the_stock_tools_answer_to() {
    let (_folder, release) = release();
    let text = document(&release, "README.TXT");
    let run = |start: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
        stdout(Command::new("sh").current_dir(&release).env("LC_ALL", "C").args(["-c", line]))
    };
    let checked = run("sha256sum --strict");
    assert_eq!(checked.lines().count(), 6);
    assert!(checked.lines().all(|line| line.ends_with(": OK")), "{checked}");
    let sums = std::fs::read(release.join("SEAL/SHA256SUMS")).unwrap();
    assert!(run("sha256sum SEAL").starts_with(&Digest::of(&sums).to_string()));
    let seal = "SEAL/SHA256SUMS\nSEAL/trust/1.json\nSEAL/trust/1.json.0707070707070707.minisig\n";
    assert_eq!(run("(cut"), seal);
    std::fs::create_dir(release.join("extra")).unwrap();
    std::fs::write(release.join("extra/AUTORUN.INF"), "x").unwrap();
    std::fs::write(release.join("PAYLOAD/version.dll"), "x").unwrap();
    assert_eq!(run("(cut"), format!("PAYLOAD/version.dll\n{seal}extra/AUTORUN.INF\n"));
}

/// Tags, and texts between them, of a page that uses no shorthand of HTML.
fn check_page(path: &str, page: &str) -> String {
    let mut open: Vec<&str> = Vec::new();
    let mut text = String::new();
    let mut rest = page.strip_prefix("<!DOCTYPE html>\n").expect("a document type");
    while let Some((before, tag)) = rest.split_once('<') {
        assert!(!before.contains('>'), "{path}: {before}");
        if !open.contains(&"style") {
            text.push_str(before);
            for entity in before.split('&').skip(1) {
                let name = entity.split(';').next().unwrap();
                assert!(matches!(name, "#160" | "lt" | "gt" | "amp" | "quot" | "#39"), "{name}");
            }
        }
        let (tag, after) = tag.split_once('>').unwrap_or_else(|| panic!("{path}: open tag"));
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed), "{path}");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        for word in ["script", "src=", "href", "http:", "https:", "onload", "onclick", "link"] {
            assert!(!tag.contains(word), "{path}: {tag}");
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{path}: {tag}");
        rest = after;
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{path}: {open:?}");
    text
}

#[test]
fn guides_are_well_formed_and_need_nothing_from_outside() {
    let (_folder, release) = release();
    for (path, language) in [("GUIDE/EN.HTM", "en"), ("GUIDE/FR.HTM", "fr")] {
        let page = document(&release, path);
        check_page(path, &page);
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        assert!(page.contains("<meta charset=\"utf-8\"/>") && page.contains("@media print"));
        for outside in ["url(", "@import", "//", "<script", "javascript"] {
            assert!(!page.contains(outside), "{path}: {outside}");
        }
    }
}

#[test]
fn guides_say_the_same_in_both_languages() {
    let (_folder, release) = release();
    let [english, french] = ["GUIDE/EN.HTM", "GUIDE/FR.HTM"].map(|path| document(&release, path));
    for tag in ["<h1>", "<h2>", "<li>", "<pre>", "<tr>", "<td>", "<p>", "<div class=\"stop\">"] {
        assert_eq!(english.matches(tag).count(), french.matches(tag).count(), "{tag}");
    }
    for page in [&english, &french] {
        for words in [
            "PASS",
            "FAIL",
            "CANNOT TELL",
            "UNPINNED",
            "Dx",
            "RUO",
            "sbsadmin",
            "Repair",
            "Remove",
            "mediaseal-verify check E:",
            "mediaseal-verify copy E:",
            "localport=80,443",
            "C:\\Illumina\\lrm-security-patch_1.0.0_1.7\\PAYLOAD",
            "LocalRunManagerSecurityPatch.msi",
            "C:\\inetpub\\logs\\LogFiles",
            "NextSeq 550Dx",
        ] {
            assert!(page.contains(words), "{words}");
        }
    }
    assert!(english.contains("does not prove that nobody got in"));
    assert!(english.contains("restart is\n<strong>required</strong>"));
    assert!(english.contains("opens the instrument to attack again"));
    assert!(french.contains("ne prouve pas l'absence d'intrusion"));
    assert!(french.contains("redémarrage est\n<strong>obligatoire</strong>"));
    assert!(french.contains("expose de nouveau l'instrument"));
}

#[test]
fn french_marks_stand_after_no_break_spaces() {
    let (_folder, release) = release();
    let page = document(&release, "GUIDE/FR.HTM").replace('\u{a0}', "&#160;");
    let text = check_page("GUIDE/FR.HTM", &page).replace("&#160;", "\u{a0}");
    let readme = document(&release, "README.TXT");
    let (_, readme) = readme.split_once("FRANÇAIS").unwrap();
    for text in [text.as_str(), readme] {
        assert!(text.matches("\u{a0}:").count() > 5);
        for line in text.lines().filter(|line| !line.contains(" | ")) {
            for mark in [" :", " ;", " ? ", " ?\n", " »", "« "] {
                assert!(!line.contains(mark), "{line}");
            }
        }
        for mark in ['«', '»'] {
            assert_eq!(text.matches('«').count(), text.matches(mark).count());
        }
    }
}

#[test]
fn markup_in_a_title_is_shown_and_not_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let mut recipe = Recipe::open("lrm-security-patch").unwrap();
    recipe.title.en = Text::parse("<script>alert(1)</script> & \"more\"").unwrap();
    let (_, release) = build(&recipe, folder.path(), true);
    let page = document(&release, "GUIDE/EN.HTM");
    check_page("GUIDE/EN.HTM", &page);
    assert!(
        page.contains("<h1>&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot; 1.0.0")
    );
    assert!(document(&release, "README.TXT").contains("<script>alert(1)</script> & \"more\""));
}

/// Makes a package with the real tool from the demonstration's source, changed.
fn wixl(folder: &Path, from: &str, to: &str) -> PathBuf {
    let source = std::fs::read_to_string(Path::new(FIXTURES).join("demo.wxs")).unwrap();
    assert!(source.contains(from));
    std::fs::write(folder.join("x.wxs"), source.replace(from, to)).unwrap();
    let text = Path::new(FIXTURES).join("demo-readme.txt");
    std::fs::copy(text, folder.join("demo-readme.txt")).unwrap();
    let arguments = ["-a", "x64", "-o", "x.msi", "x.wxs"];
    stdout(Command::new("wixl").current_dir(folder).args(arguments));
    folder.join("x.msi")
}

#[test]
fn fresh_package_of_wixl_is_read_like_the_fixture() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = msi::read(&wixl(folder.path(), "1.0.0", "1.0.1")).unwrap();
    let fixture = msi::read(&Path::new(FIXTURES).join("demo.msi")).unwrap();
    assert_eq!(fresh.product_version.as_str(), "1.0.1");
    assert_eq!(fresh.product_code, fixture.product_code);
    assert_eq!(fresh.product_name, fixture.product_name);
}

#[test]
fn package_of_wixl_with_an_external_cabinet_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = wixl(folder.path(), "EmbedCab=\"yes\"", "EmbedCab=\"no\"");
    let error = msi::read(&path).unwrap_err();
    assert!(matches!(&error, MsiError::ExternalCabinet(name) if name == "demo.cab"), "{error}");
    assert!(error.advice().contains("single file"));
}

#[test]
fn package_with_a_loose_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = wixl(folder.path(), "demo.cab", "one.cab");
    // 0x2200: vital, and not compressed.
    let query = "UPDATE `File` SET `Attributes` = 8704";
    stdout(Command::new("msibuild").arg(&path).args(["-q", query]));
    let error = msi::read(&path).unwrap_err();
    assert!(matches!(&error, MsiError::LooseFile(_)), "{error}");
}
