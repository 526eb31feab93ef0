//! The outside judge of keys and signatures: the real `minisign`.
#![cfg(feature = "builder")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Ran, Signer, Team, release_parts, role, run, signed, snapshot};
use mediaseal::seal::key::PublicKey;
use mediaseal::seal::layout::SUMS;
use mediaseal::seal::names::Identifier;
use mediaseal::seal::signature::Signature;
use mediaseal::sign::keyfile::KeyFile;
use mediaseal::sign::release::Release;
use mediaseal::sign::secret::Secret;
use mediaseal::sign::trust_editing::first_document;
use mediaseal::sign::trust_folder::TrustFolder;
use mediaseal::verify::finding::Kind;

/// Runs minisign, which must be installed.
fn minisign(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    run(folder, "minisign", arguments, input)
}

/// A key of minisign's own, without a password.
fn stock_key(folder: &Path, name: &str) -> Signer {
    let (public, secret) = (format!("{name}.pub"), format!("{name}.key"));
    let ran = minisign(folder, &["-G", "-W", "-f", "-p", &public, "-s", &secret], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    Signer::read(name, &folder.join(secret), &folder.join(public))
}

/// A team in which bruno's key is minisign's own, and release 1.7 in `release`.
fn team_with(bruno: impl FnOnce(&Path) -> Signer) -> Team {
    let mut team = Team::new();
    for file in ["bruno.key", "bruno.pub"] {
        fs::remove_file(team.path().join(file)).unwrap();
    }
    team.bruno = bruno(team.path());
    let publisher = Identifier::parse(common::PUBLISHER).unwrap();
    let roots = role(2, &[&team.carla, &team.diego]);
    let document = first_document(publisher, roots, role(2, &[&team.alice, &team.bruno]));
    team.documents = vec![signed(&document, &[&team.carla, &team.diego])];
    team.unsigned_release("release", &release_parts(7));
    team
}

fn team() -> Team {
    team_with(|folder| stock_key(folder, "bruno"))
}

/// Both lines of `--print`, with bruno's key in their places.
fn printed(team: &Team, arguments: &[&str], signer: &Signer) -> [String; 2] {
    let ran = team.mediaseal(&[arguments, &["--print"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let key = signer.secret.to_str().unwrap();
    let lines: Vec<String> = (ran.stdout.lines())
        .map(|line| line.replace("<key-id>", &signer.id()).replace("<your key>", key))
        .collect();
    lines.try_into().expect("two lines")
}

fn shell(folder: &Path, line: &str) -> Ran {
    run(folder, "sh", &["-c", line], "")
}

/// The `attach` line, run with our program.
fn attach(team: &Team, line: &str) -> Ran {
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!(words[0], "mediaseal");
    team.mediaseal(&words[1..])
}

fn counted(team: &Team) -> Vec<String> {
    let release = Release::read(&team.path().join("release"), None, &mut |_, _| {}).unwrap();
    assert_eq!(release.problems().collect::<Vec<_>>(), Vec::<&Kind>::new());
    assert!(release.compared.is_some());
    release.signers.counted.iter().map(|signed| signed.signer.name.to_string()).collect()
}

/// Signs as `--print` says but for `change` of the line; where the file is.
fn stock_signature(team: &Team, change: impl Fn(String) -> String) -> PathBuf {
    let [sign, _] = printed(team, &["sign", "release"], &team.bruno);
    let ran = shell(&team.path().join("release"), &change(sign));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let from = team.path().join("release").join(format!("{SUMS}.{}.minisig", team.bruno.id()));
    // As it comes on a stick from the signer's own computer.
    let to = team.path().join("bruno.minisig");
    fs::rename(from, &to).unwrap();
    to
}

#[test]
fn our_signature_is_verified_by_the_line_on_the_card() {
    let team = Team::new();
    let root = team.unsigned_release("release", &release_parts(7));
    let sign = ["sign", "release", "--key", "alice.key", "--yes-release", "1.7"];
    assert_eq!(team.mediaseal(&sign).code, 0);
    let line = |key: &PublicKey| {
        format!(
            "minisign -Vm SEAL/SHA256SUMS -x SEAL/SHA256SUMS.{}.minisig -P {key}",
            team.alice.id()
        )
    };
    let good = shell(&root, &line(&team.alice.public()));
    assert_eq!(good.code, 0, "{}", good.stderr);
    let comment = "mediaseal release example-support lrm-security-patch 1.0.0 1.7";
    assert!(good.stdout.contains(comment), "{}", good.stdout);
    assert_ne!(shell(&root, &line(&team.bruno.public())).code, 0);
    let mut sums = fs::read(root.join(SUMS)).unwrap();
    sums[0] ^= 1;
    fs::write(root.join(SUMS), sums).unwrap();
    assert_ne!(shell(&root, &line(&team.alice.public())).code, 0);
}

#[test]
fn signature_of_minisign_made_as_print_says_is_accepted() {
    let team = team();
    let [sign, attach_line] = printed(&team, &["sign", "release"], &team.bruno);
    let ran = shell(&team.path().join("release"), &sign);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = attach(&team, &attach_line);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(counted(&team), ["bruno"]);
    // The other signer goes on with our program.
    let ran = team.mediaseal(&["sign", "release", "--key", "alice.key", "--yes-release", "1.7"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(counted(&team).len(), 2);
}

#[test]
fn signature_from_windows_and_with_another_comment_becomes_canonical() {
    let team = team();
    let file = stock_signature(&team, |line| format!("{line} -c 'signed by Bruno'"));
    let windows = fs::read_to_string(&file).unwrap().replace('\n', "\r\n");
    assert!(windows.starts_with("untrusted comment: signed by Bruno\r\n"));
    fs::write(&file, windows).unwrap();
    let ran = team.mediaseal(&["attach", "release", "bruno.minisig"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let path = team.path().join(ran.stdout.trim_end());
    assert!(path.ends_with(format!("SHA256SUMS.{}.minisig", team.bruno.id())), "{path:?}");
    let bytes = fs::read(&path).unwrap();
    assert_eq!(Signature::parse(&bytes).unwrap().print(), bytes);
    assert_eq!(counted(&team), ["bruno"]);
    let again = team.mediaseal(&["attach", "release", "bruno.minisig"]);
    assert_eq!(again.code, 0, "the same again is no error: {}", again.stderr);
}

#[test]
fn windows_signature_in_its_place_is_brought_to_the_canonical_form() {
    let team = team();
    let file = stock_signature(&team, |line| line);
    let place = team.path().join("release").join(format!("{SUMS}.{}.minisig", team.bruno.id()));
    fs::write(&place, fs::read_to_string(&file).unwrap().replace('\n', "\r\n")).unwrap();
    let sign = ["sign", "release", "--key", "alice.key", "--yes-release", "1.7"];
    let ran = team.mediaseal(&sign);
    assert_eq!(ran.code, 1, "as it is, it is not explained");
    assert!(ran.stderr.contains("mediaseal attach"), "{}", ran.stderr);
    let ran = team.mediaseal(&["attach", "release", place.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(counted(&team), ["bruno"]);
    assert_eq!(team.mediaseal(&sign).code, 0);
}

/// The exit code and error of attaching `file`; nothing is written.
fn refused(team: &Team, file: &Path) -> (i32, String) {
    let before = snapshot(&team.path().join("release"));
    let ran = team.mediaseal(&["attach", "release", file.to_str().unwrap()]);
    assert_eq!(snapshot(&team.path().join("release")), before);
    assert_eq!(ran.stdout, "");
    // A sentence may go on in the next line.
    (ran.code, ran.stderr.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn legacy_signature_is_refused_with_what_to_do() {
    let team = team();
    let file = stock_signature(&team, |line| format!("{line} -l"));
    let (code, error) = refused(&team, &file);
    assert_eq!(code, 1);
    assert!(error.contains("legacy") && error.contains("Sign again without -l."), "{error}");
    // And put in its place by hand it does not count either.
    let place = team.path().join("release").join(format!("{SUMS}.{}.minisig", team.bruno.id()));
    fs::copy(&file, &place).unwrap();
    let ran = team.mediaseal(&["sign", "release", "--key", "alice.key", "--yes-release", "1.7"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("not of the algorithm ED"), "{}", ran.stderr);
}

#[test]
fn legacy_turned_into_the_other_algorithm_is_refused() {
    let team = team();
    let file = stock_signature(&team, |line| format!("{line} -l"));
    let text = fs::read_to_string(&file).unwrap();
    // `Ed` and `ED` differ in the second character of the base64 alone.
    let line = text.lines().nth(1).unwrap();
    assert!(line.starts_with("RW"), "{line}");
    fs::write(&file, text.replacen(line, &line.replacen("RW", "RU", 1), 1)).unwrap();
    let (code, error) = refused(&team, &file);
    assert_eq!(code, 1);
    assert!(error.contains("not a signature of key"), "{error}");
}

#[test]
fn signature_over_something_else_is_refused() {
    let team = team();
    let file = stock_signature(&team, |line| line.replace("1.7\"", "1.8\""));
    let (code, error) = refused(&team, &file);
    assert_eq!(code, 1);
    assert!(error.contains("found: mediaseal release"), "{error}");
    let file = stock_signature(&team, |line| line.replace("-Sm SEAL/SHA256SUMS", "-Sm README.TXT"));
    let (code, error) = refused(&team, &file);
    assert_eq!(code, 1);
    assert!(error.contains("over this very file"), "{error}");
    let file = stock_signature(&team, |line| line);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("example-support", "another-support")).unwrap();
    let (code, error) = refused(&team, &file);
    assert_eq!(code, 1);
    assert!(error.contains("changed after signing"), "{error}");
}

#[test]
fn signature_of_another_persons_key_is_refused() {
    let team = team();
    let stranger = stock_key(team.path(), "stranger");
    let [line, _] = printed(&team, &["sign", "release"], &stranger);
    let line = line.replace(&format!("{SUMS}.{}.minisig", stranger.id()), "../stranger.minisig");
    assert_eq!(shell(&team.path().join("release"), &line).code, 0);
    let (code, error) = refused(&team, &team.path().join("stranger.minisig"));
    assert_eq!(code, 6);
    assert!(error.contains(&format!("key {} may not sign this", stranger.id())), "{error}");
}

#[test]
fn another_signature_of_the_same_key_needs_force() {
    let team = team();
    let sums = fs::read(team.path().join("release").join(SUMS)).unwrap();
    let file = stock_signature(&team, |line| line);
    let place = team.path().join("release").join(format!("{SUMS}.{}.minisig", team.bruno.id()));
    // Our signatures are never twice the same, and this one is valid, too.
    let comment = "mediaseal release example-support lrm-security-patch 1.0.0 1.7";
    fs::write(&place, team.bruno.key.sign(&sums, comment).unwrap()).unwrap();
    assert_eq!(refused(&team, &file).0, 5);
    let ran = team.mediaseal(&["attach", "release", "bruno.minisig", "--force"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(counted(&team), ["bruno"]);
}

#[test]
fn key_id_that_begins_with_zero_works_all_the_way() {
    // minisign drops the zeros where it prints an id; one key in 16.
    let team = team_with(|folder| {
        (0..1000)
            .map(|_| stock_key(folder, "bruno"))
            .find(|key| key.id().starts_with('0'))
            .expect("1,000 keys all begin with another digit once in 10^28")
    });
    let text = fs::read_to_string(&team.bruno.public_file).unwrap();
    let comment = text.lines().next().unwrap();
    assert!(comment.ends_with(team.bruno.id().trim_start_matches('0')), "{comment}");
    let [sign, attach_line] = printed(&team, &["sign", "release"], &team.bruno);
    assert_eq!(shell(&team.path().join("release"), &sign).code, 0);
    let ran = attach(&team, &attach_line);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(counted(&team), ["bruno"]);
    let line = format!(
        "minisign -Vm {SUMS} -x {SUMS}.{}.minisig -P {}",
        team.bruno.id(),
        team.bruno.public()
    );
    assert_eq!(shell(&team.path().join("release"), &line).code, 0);
}

#[test]
fn our_key_without_password_works_in_minisign() {
    let team = Team::new();
    fs::write(team.path().join("file"), b"content").unwrap();
    let sign = ["-S", "-m", "file", "-s", "alice.key", "-x", "file.minisig", "-t", "c"];
    let ran = minisign(team.path(), &sign, "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = minisign(team.path(), &["-V", "-m", "file", "-p", "alice.pub"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // minisign makes our public key file again, byte for byte but for zeros.
    let ran = minisign(team.path(), &["-R", "-s", "alice.key", "-p", "again.pub"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let key = |name: &str| {
        PublicKey::parse_file(&fs::read_to_string(team.path().join(name)).unwrap()).unwrap()
    };
    assert_eq!(key("again.pub"), key("alice.pub"));
}

#[test]
fn encrypted_keys_work_in_both_directions() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("password"), "mot de passe\n").unwrap();
    fs::write(path.join("file"), b"content").unwrap();
    // Ours there.
    let keygen = ["keygen", "--out", "ours", "--password-file", "password"];
    assert_eq!(run(path, env!("CARGO_BIN_EXE_mediaseal"), &keygen, "").code, 0);
    let sign = ["-S", "-m", "file", "-s", "ours.key", "-x", "file.minisig"];
    assert_ne!(minisign(path, &sign, "wrong\n").code, 0);
    let ran = minisign(path, &sign, "mot de passe\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(minisign(path, &["-V", "-m", "file", "-p", "ours.pub"], "").code, 0);
    // Theirs here.
    let make = ["-G", "-p", "theirs.pub", "-s", "theirs.key"];
    let ran = minisign(path, &make, "mot de passe\nmot de passe\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let file = KeyFile::read(&path.join("theirs.key")).unwrap();
    assert!(file.is_encrypted());
    let key = file.unlock(Some(&Secret::new(b"mot de passe".to_vec()))).ok().unwrap();
    fs::write(path.join("file.minisig"), key.sign(b"content", "c").ok().unwrap()).unwrap();
    let ran = minisign(path, &["-V", "-m", "file", "-p", "theirs.pub"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn trust_document_is_signed_by_minisign_and_attached() {
    let team = Team::new();
    let eva = stock_key(team.path(), "eva");
    let new = [
        "trust",
        "new",
        "--publisher",
        "p",
        "--out",
        "trust",
        "--root",
        "eva.pub",
        "carla.pub",
        "--root-threshold",
        "2",
        "--release",
        "alice.pub",
        "--release-threshold",
        "1",
    ];
    assert_eq!(team.mediaseal(&new).code, 0);
    let folder = team.path().join("trust");
    let [sign, attach_line] = printed(&team, &["trust", "sign", "trust"], &eva);
    let ran = shell(&folder, &sign);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let file = folder.join(format!("1.json.{}.minisig", eva.id()));
    fs::write(&file, fs::read_to_string(&file).unwrap().replace('\n', "\r\n")).unwrap();
    let ran = attach(&team, &attach_line);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(TrustFolder::read(&folder).unwrap().is_signed_by(&eva.public()));
    let carla = ["trust", "sign", "trust", "--key", "carla.key", "--yes-version", "1"];
    assert_eq!(team.mediaseal(&carla).code, 0);
    assert!(TrustFolder::read(&folder).unwrap().is_fully_signed());
    // The comment of another document, and a release's.
    for comment in ["mediaseal trust p 2", "mediaseal release p q 1.0 1.1", "mediaseal trust q 1"] {
        let line = format!("{} -t '{comment}'", sign.replace("1.json.", "../x."));
        let line = line.replace("-t \"mediaseal trust p 1\" ", "");
        assert_eq!(shell(&folder, &line).code, 0);
        let x = format!("x.{}.minisig", eva.id());
        let before = snapshot(&folder);
        assert_eq!(team.mediaseal(&["attach", "trust", &x]).code, 1, "{comment}");
        assert_eq!(snapshot(&folder), before);
    }
    let release_key = ["trust", "sign", "trust", "--key", "alice.key", "--yes-version", "1"];
    assert_eq!(team.mediaseal(&release_key).code, 6);
}
