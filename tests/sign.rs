//! The programs that signers run: keygen, trust, sign, attach. Good and bad
//! input, exit codes, and that nothing is left behind after an error.
#![cfg(feature = "builder")]

mod common;

use std::fs;
use std::path::Path;

use common::{ReleaseParts, Signer, Team, release_parts, run, sign_release, snapshot, write_file};
use mediaseal::seal::anchor;
use mediaseal::seal::digest::Digest;
use mediaseal::seal::layout::{MANIFEST, SUMS};
use mediaseal::seal::names::{Identifier, Number, escape};
use mediaseal::seal::trust::ProductRule;
use mediaseal::sign::release::Release;
use mediaseal::sign::review::{self, ReviewError};
use mediaseal::verify::finding::Kind;

const MEDIASEAL: &str = env!("CARGO_BIN_EXE_mediaseal");

/// A team with an unsigned release 1.7 in `release`.
fn team() -> Team {
    let team = Team::new();
    team.unsigned_release("release", &release_parts(7));
    team
}

/// The release as a signer reads it.
fn read(team: &Team) -> Release {
    Release::read(&team.path().join("release"), None, &mut |_, _| {}).unwrap()
}

/// A text of many lines as one, each run of spaces as one space.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `mediaseal sign release --key NAME.key --yes-release 1.7`
fn sign(team: &Team, name: &str) -> common::Ran {
    let key = format!("{name}.key");
    team.mediaseal(&["sign", "release", "--key", &key, "--yes-release", "1.7"])
}

/// The exit code and the error of signing after `change`, as one line; asserts
/// that nothing was written and that the error fits 80 columns.
fn refused(change: impl FnOnce(&mut Team, &Path)) -> (i32, String) {
    let mut team = team();
    let root = team.path().join("release");
    change(&mut team, &root);
    let before = snapshot(team.path());
    let ran = sign(&team, "alice");
    assert_eq!(ran.stdout, "", "no path of a signature");
    assert_eq!(snapshot(team.path()), before, "nothing is written");
    assert!(width(&ran.stderr) <= 80, "{}", ran.stderr);
    (ran.code, flat(&ran.stderr))
}

fn width(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn two_signers_sign_what_they_were_shown() {
    let team = team();
    let first = sign(&team, "alice");
    assert_eq!(first.code, 0, "{}", first.stderr);
    let name = format!("{SUMS}.{}.minisig", team.alice.id());
    let written: std::path::PathBuf = Path::new("release").join(name).components().collect();
    assert_eq!(first.stdout, format!("{}\n", written.display()));
    let code = Digest::of(&fs::read(team.path().join("release").join(SUMS)).unwrap());
    let payload = Digest::of(&release_parts(7).files[2].1);
    let expected = [
        "  You sign for  example-support\n",
        "  Product       lrm-security-patch 1.0.0\n",
        "  Release       1.7 (floor 1)\n",
        "  Payload       PAYLOAD/patch.bin, 11,000 bytes\n",
        &format!("  its SHA-256   {payload}\n"),
        "  compared with equal: published in advisory EX-22-153\n",
        "  Tool          TOOLS/mediaseal-verify.exe, 15 bytes\n",
        "  Files         5, all read just now; none missing, none extra\n",
        "  Signed by     nobody (0 of 2 needed)\n",
        "publisher code of trust document 1:\n",
        &format!("  Release code  {}\n", code.code_lines()[0]),
    ];
    for line in expected {
        assert!(first.stderr.contains(line), "{line}\nin\n{}", first.stderr);
    }
    assert!(width(&first.stderr) <= 80, "{}", first.stderr);
    let second = sign(&team, "bruno");
    assert_eq!(second.code, 0, "{}", second.stderr);
    let alice = format!("  Signed by     alice {} (1 of 2 needed)\n", team.alice.id());
    assert!(second.stderr.contains(&alice), "{}", second.stderr);
    let release = read(&team);
    assert!(release.signers.is_enough());
    assert_eq!(release.problems().collect::<Vec<_>>(), Vec::<&Kind>::new());
    assert!(release.compared.is_some());
}

#[test]
fn signing_again_changes_nothing() {
    let team = team();
    assert_eq!(sign(&team, "alice").code, 0);
    let before = snapshot(team.path());
    let again = sign(&team, "alice");
    assert_eq!((again.code, again.stdout.as_str()), (0, ""));
    assert!(again.stderr.contains("Already signed by alice"));
    assert_eq!(snapshot(team.path()), before);
}

#[test]
fn another_answer_than_the_release_is_cancelled() {
    let team = team();
    let before = snapshot(team.path());
    for answer in ["1.8", "7", "yes", "", "1.07"] {
        let key = ["sign", "release", "--key", "alice.key", "--yes-release", answer];
        assert_eq!(team.mediaseal(&key).code, 130, "{answer}");
    }
    assert_eq!(snapshot(team.path()), before);
}

#[test]
fn no_terminal_and_no_answer_is_a_usage_error() {
    let team = team();
    for input in ["", "1.7\n"] {
        let arguments = ["sign", "release", "--key", "alice.key"];
        let ran = run(team.path(), MEDIASEAL, &arguments, input);
        assert_eq!(ran.code, 2);
        assert!(ran.stderr.contains("--yes-release"), "{}", ran.stderr);
    }
}

#[test]
fn answer_is_typed_at_a_terminal() {
    let team = team();
    let command = format!("'{MEDIASEAL}' sign release --key alice.key");
    // `script` gives the program a terminal and types our input there.
    let typed = |answer: &str| {
        let arguments = ["--quiet", "--return", "--command", &command, "/dev/null"];
        run(team.path(), "script", &arguments, answer).code
    };
    assert_eq!(typed("1.8\n"), 130);
    assert_eq!(typed("\n"), 130);
    let signers = || read(&team).signers.counted.len();
    assert_eq!(signers(), 0);
    assert_eq!(typed("1.7\n"), 0);
    assert_eq!(signers(), 1);
}

#[test]
fn key_outside_the_release_role_is_refused() {
    let team = team();
    Signer::new(team.path(), "stranger");
    let before = snapshot(team.path());
    for name in ["stranger", "carla"] {
        let ran = sign(&team, name);
        assert_eq!(ran.code, 6, "{}", ran.stderr);
        assert!(ran.stderr.contains("may not sign releases"), "{}", ran.stderr);
    }
    assert_eq!(snapshot(team.path()), before);
}

#[test]
fn signing_blind_changed_payload() {
    let (code, error) = refused(|_, root| {
        let mut content = fs::read(root.join("PAYLOAD/patch.bin")).unwrap();
        content[5000] ^= 1;
        write_file(root, "PAYLOAD/patch.bin", &content);
    });
    assert_eq!(code, 1);
    assert!(error.contains("M-118 Changed file: PAYLOAD/patch.bin:"), "{error}");
    assert!(error.contains("It is not what was signed."), "what to do: {error}");
}

/// A name that a system takes and no release may have; Windows takes no control
/// characters.
const NOT_ALLOWED: &str = if cfg!(windows) { "a note [2J.txt" } else { "notes\u{1b}[2J.txt" };

#[test]
fn signing_blind_every_difference_is_named() {
    let (code, error) = refused(|_, root| {
        write_file(root, "TOOLS/mediaseal-verify.exe", b"MZ another one");
        write_file(root, "README.TXT", b"One release.\r\n and more");
        fs::remove_file(root.join("GUIDE/FR.HTM")).unwrap();
        write_file(root, "AUTORUN.INF", b"[autorun]");
        write_file(root, &format!("SEAL/{NOT_ALLOWED}"), b"x");
        fs::create_dir_all(root.join("empty/inner")).unwrap();
    });
    assert_eq!(code, 1);
    for line in [
        "M-120 Wrong size: TOOLS/mediaseal-verify.exe, 14 bytes where 15 are sealed",
        "M-120 Wrong size: README.TXT, 23 bytes where 14 are sealed",
        "M-119 Missing file: GUIDE/FR.HTM",
        "M-214 Unexpected file: AUTORUN.INF, 9 bytes",
        &format!("M-217 A name that no release may have: SEAL/{}", escape(NOT_ALLOWED)),
        "M-215 Unexpected folder: empty It",
        "M-215 Unexpected folder: empty/inner It",
    ] {
        assert!(error.contains(line), "{line}\nin\n{error}");
    }
    assert!(!error.contains('\u{1b}'), "nothing acts on the terminal");
}

#[cfg(unix)]
#[test]
fn symbolic_link_in_a_release_is_refused() {
    let (code, error) = refused(|team, root| {
        // The right bytes, and still not a file of the release.
        let (from, to) = (root.join("README.TXT"), team.path().join("elsewhere"));
        fs::rename(&from, &to).unwrap();
        std::os::unix::fs::symlink(&to, &from).unwrap();
    });
    assert_eq!(code, 1);
    assert!(error.contains("M-121 README.TXT is not a plain file."), "{error}");
}

#[test]
fn release_that_changed_between_two_signers_is_refused() {
    let (code, error) = refused(|team, root| {
        sign_release(root, &team.bruno);
        let signature = format!("{SUMS}.{}.minisig", team.bruno.id());
        let kept = fs::read(root.join(&signature)).unwrap();
        fs::remove_dir_all(root).unwrap();
        let mut parts = release_parts(7);
        parts.files[2].1[0] ^= 1;
        common::write_release(root, &parts, &team.documents);
        write_file(root, &signature, &kept);
    });
    assert_eq!(code, 1);
    let file = format!("M-303 Unexplained signature file: {SUMS}.");
    assert!(error.contains(&file), "{error}");
    assert!(error.contains("not a signature of this file by that key"), "{error}");
}

#[test]
fn signature_that_names_another_release_is_refused() {
    let (code, error) = refused(|team, root| {
        let sums = fs::read(root.join(SUMS)).unwrap();
        let comment = "mediaseal release example-support lrm-security-patch 1.0.0 1.8";
        let file = team.bruno.key.sign(&sums, comment).unwrap();
        write_file(root, &format!("{SUMS}.{}.minisig", team.bruno.id()), &file);
    });
    assert_eq!(code, 1);
    assert!(error.contains("M-304 ") && error.contains("made for another release"), "{error}");
}

#[test]
fn rogue_and_empty_signature_files_are_refused() {
    let (code, error) = refused(|team, root| {
        let stranger = Signer::new(team.path(), "stranger");
        sign_release(root, &stranger);
        write_file(root, &format!("{SUMS}.{}.minisig", team.bruno.id()), b"");
        let carla = format!("SEAL/trust/1.json.{}.minisig", team.carla.id());
        fs::write(root.join(carla.replace(&team.carla.id(), "0123456789ABCDEF")), b"x").unwrap();
    });
    assert_eq!(code, 1);
    for line in [
        "M-303 ",
        "no key of that id may sign this",
        "the file is empty",
        "M-405 Unexplained signature of a trust document: SEAL/trust/1.json.0123456789ABCDEF.minisig",
    ] {
        assert!(error.contains(line), "{line}\nin\n{error}");
    }
}

#[test]
fn manifest_that_is_not_the_sealed_one_is_refused() {
    let (code, error) = refused(|_, root| {
        let text = fs::read_to_string(root.join(MANIFEST)).unwrap();
        write_file(root, MANIFEST, text.replace("\"floor\": 1", "\"floor\": 2").as_bytes());
    });
    assert_eq!(code, 1);
    assert!(error.contains("M-107 Changed file: SEAL/manifest.json"), "{error}");
}

#[test]
fn seal_without_anything_to_compare_is_refused() {
    let (code, _) = refused(|_, root| write_file(root, SUMS, b""));
    assert_eq!(code, 1);
    let (code, _) = refused(|_, root| fs::remove_file(root.join(MANIFEST)).unwrap());
    assert_eq!(code, 1);
    let (code, error) = refused(|_, root| fs::remove_dir_all(root.join("SEAL/trust")).unwrap());
    assert_eq!(code, 1);
    assert!(error.contains("M-401 SEAL/trust/1.json is missing"), "{error}");
    let (code, _) = refused(|_, root| fs::remove_dir_all(root.join("SEAL")).unwrap());
    assert_eq!(code, 2, "that is no release");
}

/// Signing release 1.7 under a second trust document with `rule`.
fn with_rule(epoch: u32, floor: u32) -> (i32, String) {
    refused(|team, root| {
        let rule =
            ProductRule { epoch: Number::new(epoch).unwrap(), floor: Number::new(floor).unwrap() };
        let product = Identifier::parse(common::PRODUCT).unwrap();
        team.extend(|document| {
            document.products.insert(product, rule);
        });
        fs::remove_dir_all(root).unwrap();
        common::write_release(root, &release_parts(7), &team.documents);
    })
}

#[test]
fn epoch_and_floor_of_the_trust_document_are_kept() {
    let (code, error) = with_rule(2, 1);
    assert_eq!(code, 1);
    assert!(error.contains("M-504 The release is of epoch 1;"), "{error}");
    assert!(error.contains("epoch is 2."), "{error}");
    let (code, error) = with_rule(1, 8);
    assert_eq!(code, 1);
    assert!(error.contains("M-501 Release 1.7 is older than 1.8,"), "{error}");
}

#[test]
fn withdrawn_release_is_refused() {
    let (code, error) = refused(|team, root| {
        let code = Digest::of(&fs::read(root.join(SUMS)).unwrap());
        team.extend(|document| document.withdrawn.push(code));
        common::write_trust(&root.join("SEAL/trust"), &team.documents);
    });
    assert_eq!(code, 1);
    assert!(error.contains("M-406 The publisher has withdrawn this release."), "{error}");
}

#[test]
fn trust_document_that_lacks_signatures_is_refused() {
    let (code, error) = refused(|team, root| {
        let carla = format!("SEAL/trust/1.json.{}.minisig", team.carla.id());
        fs::remove_file(root.join(carla)).unwrap();
    });
    assert_eq!(code, 1);
    assert!(error.contains("M-404 Trust document 1 is refused: 1 of 2 root keys"), "{error}");
}

/// Signs with an anchor of `held`'s chain.
fn with_anchor(team: &Team, held: &Team) -> (i32, String) {
    common::write_trust(&team.path().join("held"), &held.documents);
    let ran = team.mediaseal(&["trust", "export", "held", "--out", "my.anchor", "--force"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let key = ["--key", "alice.key", "--yes-release", "1.7", "--anchor", "my.anchor"];
    let ran = team.mediaseal(&[&["sign", "release"][..], &key].concat());
    assert!(width(&ran.stderr) <= 80, "{}", ran.stderr);
    (ran.code, flat(&ran.stderr))
}

#[test]
fn release_that_was_not_compared_is_not_signed() {
    let team = team();
    let before = snapshot(team.path());
    let release = Release::read_seal(&team.path().join("release"), None).unwrap();
    assert_eq!(release.problems().count(), 0);
    assert!(matches!(review::judge(&release), Err(ReviewError::NotCompared)));
    let signed = review::sign(&release, &team.alice.key, "1.7");
    assert!(matches!(signed, Err(ReviewError::NotCompared)));
    assert_eq!(snapshot(team.path()), before);
}

#[test]
fn signature_is_over_what_was_shown_and_goes_if_the_release_was_exchanged() {
    let team = team();
    let root = team.path().join("release");
    let release = read(&team);
    let mut other = fs::read(root.join(SUMS)).unwrap();
    other[0] = if other[0] == b'0' { b'1' } else { b'0' };
    fs::write(root.join(SUMS), &other).unwrap();
    let before = snapshot(team.path());
    let signed = review::sign(&release, &team.alice.key, "1.7");
    assert!(matches!(signed, Err(ReviewError::Exchanged)));
    assert_eq!(snapshot(team.path()), before);
    fs::write(root.join(SUMS), &release.sums_bytes).unwrap();
    assert!(review::sign(&release, &team.alice.key, "1.7").is_ok());
    assert_eq!(read(&team).signers.counted.len(), 1);
}

#[test]
fn problems_past_the_twentieth_are_counted() {
    let (code, error) = refused(|_, root| {
        for number in 0..25 {
            write_file(root, &format!("EXTRA/{number:02}.TXT"), b"x");
        }
    });
    assert_eq!(code, 1);
    assert!(error.contains("EXTRA/18.TXT") && !error.contains("EXTRA/19.TXT"), "{error}");
    assert!(error.contains("and 6 more"), "25 files and their folder: {error}");
}

#[test]
fn attaching_to_a_release_that_is_withdrawn_or_changed_is_refused() {
    for withdraw in [true, false] {
        let mut team = team();
        let root = team.path().join("release");
        sign_release(&root, &team.alice);
        let place = root.join(format!("{SUMS}.{}.minisig", team.alice.id()));
        fs::rename(&place, team.path().join("alice.minisig")).unwrap();
        if withdraw {
            let code = Digest::of(&fs::read(root.join(SUMS)).unwrap());
            team.extend(|document| document.withdrawn.push(code));
            common::write_trust(&root.join("SEAL/trust"), &team.documents);
        } else {
            write_file(&root, MANIFEST, b"{}");
        }
        let ran = team.mediaseal(&["attach", "release", "alice.minisig"]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let expected = if withdraw { "M-406 " } else { "M-107 " };
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert!(width(&ran.stderr) <= 80, "{}", ran.stderr);
        assert!(!place.exists());
    }
}

#[test]
fn withdrawn_release_before_is_shown_as_such() {
    let mut team = Team::new();
    let old = team.signed_release("old", &release_parts(6));
    let code = Digest::of(&fs::read(old.join(SUMS)).unwrap());
    team.extend(|document| document.withdrawn.push(code));
    team.unsigned_release("release", &release_parts(7));
    common::write_trust(&old.join("SEAL/trust"), &team.documents);
    let ran = team.mediaseal(&["sign", "release", "--print", "--previous", "old"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(flat(&ran.stderr).contains("WARNING: M-406 The publisher has withdrawn"));
    assert!(width(&ran.stderr) <= 80, "{}", ran.stderr);
}

#[test]
fn counterfeit_chain_is_caught_by_the_signers_own_anchor() {
    // Another chain of the same publisher, in which alice signs, too.
    let (mine, counterfeit) = (Team::new(), team());
    let (code, error) = with_anchor(&counterfeit, &mine);
    assert_eq!(code, 1);
    assert!(error.contains("M-402 Trust document 1 is not the one that is known"), "{error}");
    let mut ahead = team();
    ahead.extend(|_| {});
    let (code, error) = with_anchor(&ahead, &ahead);
    assert_eq!(code, 1);
    assert!(error.contains("your anchor has 2 already"), "{error}");
    // The release may bring newer trust documents, if they follow the anchor's.
    let mut newer = team();
    let first = newer.documents.clone();
    newer.extend(|_| {});
    common::write_trust(&newer.path().join("release/SEAL/trust"), &newer.documents);
    let newest = std::mem::replace(&mut newer.documents, first);
    assert_eq!(newest.len(), 2);
    let (code, error) = with_anchor(&newer, &newer);
    assert_eq!(code, 0, "{error}");
    assert!(error.contains("trust document 2, follows document 1, your anchor's last"), "{error}");
    let same = team();
    let (code, error) = with_anchor(&same, &same);
    assert_eq!(code, 0, "{error}");
    assert!(error.contains("the same as in your anchor"), "{error}");
}

#[test]
fn differences_from_the_release_before() {
    let team = team();
    let ReleaseParts { manifest, mut files } = release_parts(6);
    files[1].1 = b"<p>old</p>".to_vec();
    files.retain(|file| file.0 != "README.TXT");
    files.push(("LICENCE.TXT".to_string(), b"x".to_vec()));
    team.signed_release("old", &ReleaseParts { manifest, files });
    let key = ["--key", "alice.key", "--yes-release", "1.7", "--previous", "old"];
    let ran = team.mediaseal(&[&["sign", "release"][..], &key].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let two = format!("alice {}, bruno", team.alice.id());
    for line in [
        "  Since 1.6     lrm-security-patch 1.0.0, signed by",
        &two,
        "                changed  GUIDE/FR.HTM\n",
        "                same     PAYLOAD/patch.bin\n",
        "                added    README.TXT\n",
        "                removed  LICENCE.TXT\n",
        "                same     2 other files\n",
    ] {
        let flat = ran.stderr.replace(",\n                ", ", ");
        assert!(ran.stderr.contains(line) || flat.contains(line), "{line}\nin\n{}", ran.stderr);
    }
    assert!(width(&ran.stderr) <= 80, "{}", ran.stderr);
}

#[test]
fn release_before_must_be_of_the_same_product() {
    let team = team();
    let mut parts = release_parts(6);
    parts.manifest.product = Identifier::parse("other").unwrap();
    team.signed_release("other", &parts);
    let key = ["--key", "alice.key", "--yes-release", "1.7", "--previous", "other"];
    let ran = team.mediaseal(&[&["sign", "release"][..], &key].concat());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

#[test]
fn reference_hashes_are_shown_for_what_they_are() {
    let team = Team::new();
    let shown = |name: &str, change: &dyn Fn(&mut ReleaseParts)| {
        let mut parts = release_parts(7);
        change(&mut parts);
        team.unsigned_release(name, &parts);
        let ran = team.mediaseal(&["sign", name, "--print"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stderr
    };
    let none = shown("none", &|parts| parts.manifest.payload.reference_hashes.clear());
    assert!(none.contains("no outside reference"), "{none}");
    let other = shown("other", &|parts| {
        parts.manifest.payload.reference_hashes[0].sha256 = Digest::of(b"other");
    });
    assert!(other.contains("no outside reference"), "{other}");
    assert!(other.contains("OTHER THAN in advisory EX-22-153:"), "{other}");
    let typed = shown("typed", &|parts| {
        parts.manifest.payload.reference_hashes[0].origin =
            mediaseal::seal::manifest::ReferenceOrigin::TypedIn;
    });
    assert!(typed.contains("equal: typed in by the builder"), "{typed}");
}

#[test]
fn longest_names_and_texts_fit_80_columns() {
    let team = Team::new();
    let mut parts = release_parts(7);
    let long = format!("GUIDE/{}", "a".repeat(144));
    parts.files.push((long.clone(), b"x".to_vec()));
    parts.files.sort();
    let title = mediaseal::seal::names::Text::parse(&"w".repeat(200)).unwrap();
    parts.manifest.title.en = title.clone();
    parts.manifest.payload.reference_hashes[0].source = title;
    team.unsigned_release("release", &parts);
    team.signed_release("old", &release_parts(6));
    let ran = team.mediaseal(&[
        "sign",
        "release",
        "--key",
        "alice.key",
        "--yes-release",
        "1.7",
        "--previous",
        "old",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(width(&ran.stderr) <= 80, "{}", ran.stderr);
}

#[test]
fn trust_is_made_signed_and_exported() {
    let team = Team::new();
    let new = [
        "trust",
        "new",
        "--publisher",
        "example-support",
        "--out",
        "trust",
        "--root",
        "carla.pub",
        "--root",
        "diego.pub",
        "--root-threshold",
        "2",
        "--release",
        "alice.pub",
        "b=bruno.pub",
        "--release-threshold",
        "1",
    ];
    let ran = team.mediaseal(&new);
    let written = Path::new("trust").join("1.json").display().to_string();
    assert_eq!((ran.code, ran.stdout.trim_end()), (0, written.as_str()), "{}", ran.stderr);
    assert_eq!(team.mediaseal(&new).code, 5, "it is not made twice");
    let export = ["trust", "export", "trust", "--out", "a.anchor"];
    let sign = |name: &str, version: &str| {
        let key = format!("{name}.key");
        team.mediaseal(&["trust", "sign", "trust", "--key", &key, "--yes-version", version])
    };
    assert_eq!(sign("carla", "2").code, 130);
    assert_eq!(sign("alice", "1").code, 6);
    let ran = sign("carla", "1");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("Release       1 of 2 must sign"), "{}", ran.stderr);
    assert!(width(&ran.stderr) <= 80, "{}", ran.stderr);
    let early = team.mediaseal(&export);
    assert_eq!(early.code, 6);
    assert!(early.stderr.contains("not yet: diego"), "{}", early.stderr);
    assert!(!team.path().join("a.anchor").exists());
    assert_eq!(sign("diego", "1").code, 0);
    assert!(sign("diego", "1").stderr.contains("Already signed"), "a second time is no error");
    let ran = team.mediaseal(&export);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let chain = anchor::parse(&fs::read(team.path().join("a.anchor")).unwrap()).unwrap();
    for part in ["publisher code of trust document 1:", &chain.newest().code.code_lines()[1]] {
        assert!(ran.stdout.contains(part), "{}", ran.stdout);
    }
    assert_eq!(chain.newest().document.roles.release.keys[1].name.as_str(), "b");
    assert_eq!(team.mediaseal(&export).code, 5, "an anchor is not replaced");
    assert_eq!(team.mediaseal(&[&export[..], &["--force"]].concat()).code, 0);
}

#[test]
fn what_a_second_trust_document_changes_is_shown() {
    let mut team = Team::new();
    let withdrawn = Digest::of(b"old release");
    team.extend(|document| {
        document.withdrawn.push(withdrawn);
        document.roles.release.threshold = 1;
        document.roles.release.keys.remove(1);
    });
    common::write_trust(&team.path().join("trust"), &team.documents);
    let carla = format!("trust/2.json.{}.minisig", team.carla.id());
    fs::remove_file(team.path().join(carla)).unwrap();
    let ran =
        team.mediaseal(&["trust", "sign", "trust", "--key", "carla.key", "--yes-version", "2"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for line in [
        "Release       1 of 1 must sign; before: 2 of 2",
        &format!("REMOVED  bruno {}", team.bruno.id()),
        &format!("stays    alice {}", team.alice.id()),
        "1, of these 1 new:",
        &withdrawn.to_string(),
        "1 of 2 root keys of document 2: diego; not yet: carla",
    ] {
        assert!(ran.stderr.contains(line), "{line}\nin\n{}", ran.stderr);
    }
}

#[test]
fn bad_trust_arguments_are_usage_errors_and_leave_nothing() {
    let team = Team::new();
    let before = snapshot(team.path());
    let new = |publisher: &str, root: &str, threshold: &str| {
        team.mediaseal(&[
            "trust",
            "new",
            "--publisher",
            publisher,
            "--out",
            "trust",
            "--root",
            root,
            "--root-threshold",
            threshold,
            "--release",
            "alice.pub",
            "--release-threshold",
            "1",
        ])
    };
    for (publisher, root, threshold, code) in [
        ("Example", "carla.pub", "1", 2),
        ("p", "carla.pub", "0", 2),
        ("p", "carla.pub", "2", 2),
        ("p", "carla.pub", "x", 2),
        ("p", "carla.key", "1", 2),
        ("p", "none.pub", "1", 3),
    ] {
        let ran = new(publisher, root, threshold);
        assert_eq!(ran.code, code, "{publisher} {root} {threshold}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
    let twice = team.mediaseal(&[
        "trust",
        "new",
        "--publisher",
        "p",
        "--out",
        "trust",
        "--root",
        "carla.pub",
        "x=carla.pub",
        "--root-threshold",
        "2",
        "--release",
        "alice.pub",
        "--release-threshold",
        "1",
    ]);
    assert_eq!(twice.code, 2, "{}", twice.stderr);
    assert_eq!(snapshot(team.path()), before);
}

#[test]
fn keygen_writes_two_files_and_never_over_others() {
    let team = Team::new();
    let ran = team.mediaseal(&["keygen", "--out", "eva", "--no-password"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let public = fs::read_to_string(team.path().join("eva.pub")).unwrap();
    assert_eq!(public.lines().nth(1), Some(ran.stdout.trim_end()));
    let before = snapshot(team.path());
    assert_eq!(team.mediaseal(&["keygen", "--out", "eva", "--no-password"]).code, 5);
    assert_eq!(snapshot(team.path()), before);
    let secret = before.iter().find(|file| file.0.ends_with("eva.key")).unwrap();
    let secret = String::from_utf8(secret.1.clone()).unwrap();
    let line = secret.lines().nth(1).unwrap();
    assert!(!ran.stderr.contains(line) && !ran.stdout.contains(line));
    let forced = team.mediaseal(&["keygen", "--out", "eva", "--no-password", "--force"]);
    assert_eq!(forced.code, 0);
    assert_ne!(fs::read_to_string(team.path().join("eva.key")).unwrap(), secret);
    assert_eq!(team.mediaseal(&["keygen", "--out", "none/eva", "--no-password"]).code, 3);
}

#[cfg(unix)]
#[test]
fn password_comes_from_a_file_or_a_terminal_and_never_hangs() {
    use std::os::unix::fs::PermissionsExt as _;
    let team = Team::new();
    // A session of its own has no terminal, whatever the tests were started in.
    let alone = |arguments: &[&str]| {
        let arguments = [&["--wait", MEDIASEAL][..], arguments].concat();
        run(team.path(), "setsid", &arguments, "secret\nsecret\n")
    };
    let ran = alone(&["keygen", "--out", "eva"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--password-file"), "{}", ran.stderr);
    assert!(!team.path().join("eva.key").exists() && !team.path().join("eva.pub").exists());
    let password = team.path().join("password");
    fs::write(&password, "secret\n").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o644)).unwrap();
    let ran = alone(&["keygen", "--out", "eva", "--password-file", "password"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("password is open to others"), "{}", ran.stderr);
    let mode = fs::metadata(team.path().join("eva.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    team.unsigned_release("release", &release_parts(7));
    let sign = ["sign", "release", "--key", "eva.key", "--yes-release", "1.7"];
    let ran = alone(&sign);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--password-file"), "{}", ran.stderr);
    fs::write(&password, "wrong\n").unwrap();
    let ran = alone(&[&sign[..], &["--password-file", "password"]].concat());
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("wrong password for eva.key"), "{}", ran.stderr);
    fs::write(&password, "secret\n").unwrap();
    let ran = alone(&[&sign[..], &["--password-file", "password"]].concat());
    assert_eq!(ran.code, 6, "it opens, and may not sign: {}", ran.stderr);
    fs::write(&password, "\n").unwrap();
    assert_eq!(alone(&["keygen", "--out", "x", "--password-file", "password"]).code, 2);
    assert_eq!(alone(&["keygen", "--out", "x", "--password-file", "none"]).code, 3);
}

#[test]
fn usage_errors_are_told_from_the_rest() {
    let team = team();
    for arguments in [
        &[][..],
        &["nonsense"],
        &["sign"],
        &["sign", "release"],
        &["sign", "release", "--key", "alice.key", "--print"],
        &["sign", "release", "--key", "alice.pub"],
        &["trust"],
        &["trust", "export", "release"],
        &["keygen"],
        &["attach", "release"],
    ] {
        let ran = team.mediaseal(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty(), "{arguments:?}");
    }
    assert_eq!(team.mediaseal(&["sign", "none", "--key", "alice.key"]).code, 3);
    assert_eq!(team.mediaseal(&["sign", "release", "--key", "none.key"]).code, 3);
}

#[test]
fn help_has_an_example_and_fits_80_columns() {
    let team = Team::new();
    for command in [
        &[][..],
        &["keygen"],
        &["trust"],
        &["trust", "new"],
        &["trust", "sign"],
        &["trust", "export"],
        &["sign"],
        &["attach"],
    ] {
        let ran = team.mediaseal(&[command, &["--help"]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        let fits = ran.stdout.lines().filter(|line| !line.starts_with("Usage: "));
        let widest = fits.map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 80, "{command:?}: {widest}\n{}", ran.stdout);
        assert!(command.is_empty() || ran.stdout.contains("Example:"), "{command:?}");
    }
    let version = team.mediaseal(&["--version"]);
    assert_eq!(version.stdout, format!("mediaseal {} (builder)\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn reader_that_has_gone_is_no_error() {
    let team = team();
    for (arguments, code) in
        [(&["--help"][..], 0), (&["sign", "release", "--print"], 0), (&["x"], 2)]
    {
        let ended = common::started(|| {
            // Both ends of each pipe exist, and nobody will ever read.
            let (out_reader, out) = std::io::pipe()?;
            let (err_reader, err) = std::io::pipe()?;
            drop((out_reader, err_reader));
            let mut command = std::process::Command::new(MEDIASEAL);
            command.args(arguments).current_dir(team.path()).stdout(out).stderr(err).status()
        });
        assert_eq!(ended.unwrap().code(), Some(code), "{arguments:?}");
    }
}

/// A name that the store's temporary files have.
const LEFTOVER: &str = ".mediaseal-tmp-00005bc83469474000000005";

#[test]
fn what_a_power_cut_left_of_a_signature_does_not_stop_the_next_signer() {
    let team = team();
    let seal = team.path().join("release/SEAL");
    for name in ["alice", "bruno"] {
        fs::write(seal.join(LEFTOVER), b"half a signature").unwrap();
        let ran = sign(&team, name);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(!seal.join(LEFTOVER).exists());
    }
    fs::write(seal.join(LEFTOVER), b"half a signature").unwrap();
    let signature = team.path().join("taken.minisig");
    let place = team.path().join("release").join(format!("{SUMS}.{}.minisig", team.alice.id()));
    fs::rename(place, &signature).unwrap();
    let ran = team.mediaseal(&["attach", "release", "taken.minisig"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!seal.join(LEFTOVER).exists());
    // A name that is none of ours is still somebody's.
    fs::write(seal.join(".mediaseal-tmp-mine"), b"x").unwrap();
    assert_eq!(sign(&team, "carla").code, 1);
    assert!(seal.join(".mediaseal-tmp-mine").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_in_the_place_of_a_signature_is_refused_and_not_waited_for() {
    let team = team();
    let root = team.path().join("release");
    sign_release(&root, &team.alice);
    let place = root.join(format!("{SUMS}.{}.minisig", team.alice.id()));
    let signature = team.path().join("taken.minisig");
    fs::rename(&place, &signature).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&place).status().unwrap();
    assert!(made.success());
    let ran = team.mediaseal(&["attach", "release", "taken.minisig"]);
    assert_eq!(ran.code, 5, "{ran:?}");
    let ran = team.mediaseal(&["attach", "release", "taken.minisig", "--force"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(fs::read(&place).unwrap(), fs::read(&signature).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn answer_that_cannot_be_written_is_an_error() {
    let team = team();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(MEDIASEAL);
    let command = command.args(["sign", "release", "--print"]).current_dir(team.path());
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
}
