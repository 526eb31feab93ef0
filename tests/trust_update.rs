//! `mediaseal trust update`: a newer chain on a built release, in one step, or
//! nothing at all.
#![cfg(feature = "builder")]

mod common;

use std::fs;
use std::path::Path;

use common::{Ran, Signer, Team, next_document, release_parts, role, signed, snapshot};
use common::{write_file, write_trust};
use mediaseal::seal::chain::SignedDocument;
use mediaseal::seal::digest::Digest;
use mediaseal::seal::layout::SUMS;
use mediaseal::seal::names::{Identifier, Number};
use mediaseal::seal::trust::{ProductRule, TrustDocument};
use mediaseal::sign::trust_editing::first_document;

/// A team with a signed release `release` that has trust document 1.
fn team() -> Team {
    let team = Team::new();
    team.signed_release("release", &release_parts(7));
    team
}

/// Trust document 2 of `team`, by both root holders, in the folder `newer`.
fn newer(team: &mut Team, change: impl FnOnce(&mut TrustDocument)) {
    team.extend(change);
    write_trust(&team.path().join("newer"), &team.documents);
}

fn update(team: &Team, trust: &str) -> Ran {
    team.mediaseal(&["trust", "update", "release", "--trust", trust])
}

/// The folder without what the chain consists of.
fn but_trust(team: &Team) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = snapshot(&team.path().join("release"));
    files.retain(|(path, _)| !path.starts_with(team.path().join("release/SEAL/trust")));
    files
}

/// The update is refused with this code and words; nothing changed.
fn refused(team: &Team, trust: &str, code: i32, words: &str) {
    let before = snapshot(team.path());
    let ran = update(team, trust);
    assert_eq!(ran.code, code, "{}", ran.stderr);
    let text = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(words), "{words}: {text}");
    assert!(ran.stderr.lines().all(|line| line.chars().count() <= 80), "{}", ran.stderr);
    assert_eq!(ran.stdout, "");
    assert_eq!(snapshot(team.path()), before, "nothing was written");
}

#[test]
fn newer_chain_goes_on_and_seal_and_signatures_stay() {
    let mut team = team();
    newer(&mut team, |_| {});
    let before = but_trust(&team);
    let ran = update(&team, "newer");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let folder = Path::new("release").join("SEAL").join("trust");
    assert_eq!(ran.stdout, format!("{}\n", folder.display()));
    assert!(ran.stderr.contains("trust document 2; 2 of 2 needed have signed"), "{}", ran.stderr);
    assert_eq!(but_trust(&team), before);
    let trust = snapshot(&team.path().join("release/SEAL/trust"));
    let expected = snapshot(&team.path().join("newer"));
    let bytes = |files: &[(std::path::PathBuf, Vec<u8>)]| {
        files
            .iter()
            .map(|(path, bytes)| (path.file_name().unwrap().to_owned(), bytes.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(bytes(&trust), bytes(&expected));
    // A verifier that knows document 1 alone learns the second from it.
    write_trust(&team.path().join("older"), &team.documents[..1]);
    team.mediaseal(&["trust", "export", "older", "--out", "older.anchor"]);
    let check = common::run(
        team.path(),
        env!("CARGO_BIN_EXE_mediaseal-verify"),
        &["check", "release", "--anchor", "older.anchor", "--state", "nobody"],
        "",
    );
    assert_eq!(check.code, 0, "{}", check.stdout);
    // Once more changes nothing, and says so.
    let before = snapshot(team.path());
    let again = update(&team, "newer");
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{}", again.stderr);
    assert!(again.stderr.contains("nothing was changed"), "{}", again.stderr);
    assert_eq!(snapshot(team.path()), before);
}

#[test]
fn what_a_power_cut_left_is_removed_and_the_update_completes() {
    let mut team = team();
    newer(&mut team, |_| {});
    let left = team.path().join("release/SEAL/.mediaseal-tmp-0123456789abcdef01234567");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("1.json"), b"half").unwrap();
    let before = but_trust(&team).len();
    assert_eq!(update(&team, "newer").code, 0);
    assert_eq!(but_trust(&team).len(), before - 1);
    assert!(!left.exists());
}

#[test]
fn document_that_lacks_signatures_is_refused() {
    let mut team = team();
    let next = next_document(&team.documents[0], |_| {});
    team.documents.push(signed(&next, &[&team.carla]));
    write_trust(&team.path().join("newer"), &team.documents);
    refused(&team, "newer", 6, "1 of 2 root keys");
}

#[test]
fn fork_other_publisher_and_older_chain_are_refused() {
    let mut team = team();
    newer(&mut team, |_| {});
    assert_eq!(update(&team, "newer").code, 0);
    write_trust(&team.path().join("older"), &team.documents[..1]);
    refused(&team, "older", 5, "the release has trust document 2, the folder ends at 1");
    // Another document 2 of the same people.
    let other = next_document(&team.documents[0], |document| {
        document.withdrawn.push(Digest([7; 32]));
    });
    let fork = [team.documents[0].clone(), signed(&other, &[&team.carla, &team.diego])];
    write_trust(&team.path().join("fork"), &fork);
    refused(&team, "fork", 1, "M-402");
    let foreign = |publisher: &str| -> Vec<SignedDocument> {
        let name = Identifier::parse(publisher).unwrap();
        let (root, release) = (role(1, &[&team.carla]), role(1, &[&team.alice]));
        vec![signed(&first_document(name, root, release), &[&team.carla])]
    };
    write_trust(&team.path().join("foreign"), &foreign("somebody-else"));
    refused(&team, "foreign", 1, "M-403");
}

#[test]
fn release_that_the_newer_chain_refuses_keeps_the_old_one() {
    let mut withdrawn = team();
    let code = Digest::of(&fs::read(withdrawn.path().join("release").join(SUMS)).unwrap());
    newer(&mut withdrawn, |document| document.withdrawn.push(code));
    refused(&withdrawn, "newer", 1, "M-406");
    let mut below = team();
    let product = Identifier::parse(common::PRODUCT).unwrap();
    let rule = ProductRule { epoch: Number::ONE, floor: Number::new(8).unwrap() };
    newer(&mut below, |document| _ = document.products.insert(product, rule));
    refused(&below, "newer", 1, "M-501");
    let mut changed = team();
    newer(&mut changed, |_| {});
    write_file(&changed.path().join("release"), "PAYLOAD/patch.bin", b"another payload");
    refused(&changed, "newer", 1, "PAYLOAD/patch.bin");
}

#[test]
fn signer_who_left_is_told_and_must_be_replaced() {
    let mut team = team();
    let erika = Signer::new(team.path(), "erika");
    let release = role(2, &[&team.alice, &erika]);
    newer(&mut team, |document| document.roles.release = release);
    let ran = update(&team, "newer");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("1 of 2 needed have signed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: too few"), "{}", ran.stderr);
    common::sign_release(&team.path().join("release"), &erika);
    assert!(update(&team, "newer").stderr.contains("2 of 2 needed have signed"));
}

#[test]
fn full_volume_is_refused_with_the_figure() {
    let mut team = Team::new();
    let mut parts = release_parts(7);
    parts.manifest.volume.bytes = 35 << 20;
    // Two clusters remain free, too few for a document and its signatures.
    let filling = full(&team, &parts, 2);
    parts.files.push(("PAYLOAD/fill.bin".to_string(), filling));
    team.signed_release("release", &parts);
    newer(&mut team, |_| {});
    refused(&team, "newer", 5, "the volume is full:");
    refused(&team, "newer", 5, "bytes needed, 34,603,008 available");
}

/// A file that leaves `free` clusters of the volume of these parts.
fn full(team: &Team, parts: &common::ReleaseParts, free: u64) -> Vec<u8> {
    use mediaseal::sign::release::Release;
    let mut parts = parts.clone();
    parts.files.push(("PAYLOAD/fill.bin".to_string(), vec![1]));
    let root = team.signed_release("probe", &parts);
    let release = Release::read(Path::new(&root), None, &mut |_, _| ()).unwrap();
    let volume = mediaseal::medium::release::volume(&release.manifest, &release.code());
    let files = mediaseal::medium::release::files(&release.manifest, &release.sums, release.seal);
    let plan = mediaseal::medium::Plan::new(&volume, files).unwrap();
    let cluster = plan.geometry().cluster_bytes();
    vec![1; ((u64::from(plan.free_clusters()) + 1 - free) * cluster) as usize]
}

#[test]
fn wrong_command_lines_are_usage_errors_and_missing_folders_are_said() {
    let team = team();
    assert_eq!(team.mediaseal(&["trust", "update", "release"]).code, 2);
    assert_eq!(team.mediaseal(&["trust", "update", "--trust", "x"]).code, 2);
    assert_eq!(update(&team, "none").code, 3);
    write_trust(&team.path().join("same"), &team.documents);
    let none = team.mediaseal(&["trust", "update", "none", "--trust", "same"]);
    assert_eq!(none.code, 3, "{}", none.stderr);
    let other = team.mediaseal(&["trust", "update", "same", "--trust", "same"]);
    assert_eq!(other.code, 2, "{}", other.stderr);
    let help = team.mediaseal(&["trust", "update", "--help"]);
    assert!(help.stdout.contains("Example:"), "{}", help.stdout);
    assert!(help.stdout.lines().all(|line| line.chars().count() <= 80), "{}", help.stdout);
}
