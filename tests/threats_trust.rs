//! Rows 7 to 10, 26, 32 and 33 of docs/THREATS.md: which release may be used,
//! whose word counts for it, and what a verifier remembers.
#![cfg(feature = "builder")]

mod common;
#[path = "common/world.rs"]
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Signer, Team, next_document, role, sign_release, signed, snapshot, write_release};
use mediaseal::drill::seal::{mixed, mixed_manifest};
use mediaseal::drill::seal_draft::Draft;
use mediaseal::drill::trust_history;
use mediaseal::drill::trust_state::{StateFault, spoil};
use mediaseal::seal::names::{Identifier, Number};
use mediaseal::seal::timestamp::Timestamp;
use mediaseal::seal::trust::ProductRule;
use mediaseal::sign::trust_editing::first_document;
use mediaseal::source;
use mediaseal::verify::decide::{self, FileSet, Held, Request, Scope, TakeNothing};
use mediaseal::verify::finding::{Kind, Severity};
use mediaseal::verify::report::{Report, Verdict};
use mediaseal::verify::rollback::{History, Older};
use mediaseal::verify::state::{self, State, StateRead};
use world::{Checked, VERIFY, World, anchor_bytes, checked, parts};

/// Release 1.`sequence` that differs from the others in its payload.
fn release(world: &World, name: &str, sequence: u32, floor: u32) -> PathBuf {
    let mut parts = parts(sequence);
    parts.manifest.floor = Number::new(floor).unwrap();
    parts.files[2].1 = format!("payload {name:>8}").repeat(500).into_bytes();
    world.team.signed_release(name, &parts)
}

fn ready(state: &Path) -> State {
    match state::read(state) {
        StateRead::Ready(state) => state,
        _ => panic!("{} is not a whole state", state.display()),
    }
}

#[test]
fn row_07_mixed_releases() {
    let world = World::new();
    let mut other = parts(8);
    other.files[2].1 = b"THE PAYLOAD".repeat(1000);
    other.files[3].1 = b"Another release.\r\n".to_vec();
    let other = world.team.signed_release("other", &other);
    world.check(&other).passes(&[]);
    mixed(&world.good, &other, &world.path("mixed")).unwrap();
    let checked = world.check(&world.path("mixed"));
    checked.fails(&["M-118", "M-120"]);
    assert!(checked.what("M-118").contains("PAYLOAD/patch.bin"));
    assert!(checked.what("M-120").contains("README.TXT"));
    let [image, zip] = world.media(&world.path("mixed"));
    for source in [image, zip] {
        let checked = world.check(&source);
        assert_eq!((checked.verdict(), checked.code), ("FAIL", 1));
        assert!(checked.codes().contains(&"M-118"), "{:#}", checked.json);
    }
    mixed_manifest(&world.good, &other, &world.path("mixed-manifest")).unwrap();
    world.check(&world.path("mixed-manifest")).fails(&["M-107"]);
    for source in world.media(&world.path("mixed-manifest")) {
        world.check(&source).fails(&["M-107"]);
    }
}

#[test]
fn row_07_below_floor() {
    let world = World::new();
    world.refuses_everywhere("below-floor", &["M-410", "M-501"]);
    // A floor that a release brought counts from the moment it was copied.
    let state = world.enrol("state");
    let (old, new) = (release(&world, "r4", 4, 1), release(&world, "r9", 9, 5));
    world.check_state(&old, &state, &[]).passes(&[]);
    world.copy(&new, &state, &[]).passes(&[]);
    world.check_state(&old, &state, &[]).fails(&["M-501", "M-502"]);
    world.check_state(&old, &state, &["--accept-older"]).fails(&["M-501", "M-506"]);
    world.copy(&old, &state, &["--accept-older"]).fails(&["M-501", "M-506"]);
    assert_eq!(fs::read_dir(world.path("Illumina")).unwrap().count(), 1, "one copy");
}

#[test]
fn row_07_older_than_stored() {
    let world = World::new();
    let state = world.enrol("state");
    let older = release(&world, "r6", 6, 1);
    world.check_state(&older, &state, &[]).passes(&[]);
    world.copy(&world.good, &state, &[]).passes(&[]);
    for source in [&older, &world.media(&older)[0], &older.with_extension("zip")] {
        world.check_state(source, &state, &[]).fails(&["M-502"]);
        world.check_state(source, &state, &["--accept-older"]).passes(&["M-506"]);
    }
    world.copy(&older, &state, &[]).fails(&["M-502"]);
    assert_eq!(fs::read_dir(world.path("Illumina")).unwrap().count(), 1, "one copy");
    // What was accepted once lowers nothing.
    world.copy(&older, &state, &["--accept-older"]).passes(&["M-506"]);
    world.check_state(&older, &state, &[]).fails(&["M-502"]);
    world.check_state(&world.good, &state, &[]).passes(&["M-507"]);
}

#[test]
fn row_07_same_number_other_release() {
    let world = World::new();
    let state = world.enrol("state");
    let other = release(&world, "r7", 7, 1);
    world.check_state(&other, &state, &[]).passes(&[]);
    world.copy(&world.good, &state, &[]).passes(&[]);
    world.copy(&world.good, &state, &[]).passes(&["M-507"]);
    let before = snapshot(&world.path("Illumina"));
    for more in [&[][..], &["--accept-older"]] {
        world.check_state(&other, &state, more).fails(&["M-503"]);
        world.copy(&other, &state, more).fails(&["M-503"]);
    }
    assert_eq!(snapshot(&world.path("Illumina")), before);
}

#[test]
fn row_07_other_product() {
    let world = World::new();
    let state = world.enrol("state");
    for source in [&world.good, &world.media(&world.good)[0], &world.path("good.zip")] {
        let ask = |product| world.check_state(source, &state, &["--product", product]);
        ask("lrm-security-patch").passes(&[]);
        ask("another-product").fails(&["M-505"]);
    }
    world.copy(&world.good, &state, &["--product", "another-product"]).fails(&["M-505"]);
    assert_eq!(fs::read_dir(world.path("Illumina")).unwrap().count(), 0);
}

#[test]
fn row_08_number_at_its_end() {
    let world = World::new();
    world.refuses_everywhere("sequence-past-the-end", &["M-106"]);
    for name in ["sequence-zero", "sequence-wraps", "epoch-past-the-end"] {
        world.refuses(name, &["M-106"]);
    }
    kept(&world, "trust-floor-past-the-end", &["M-404"], "2147483648 is not 1 to 2147483647");
    // The last numbers themselves are numbers.
    let mut team = Team::new();
    let last = Number::new(i32::MAX as u32).unwrap();
    let product = Identifier::parse(common::PRODUCT).unwrap();
    team.extend(|document| {
        document.products.insert(product, ProductRule { epoch: last, floor: last });
    });
    let mut at_the_end = parts(last.value());
    at_the_end.manifest.epoch = last;
    at_the_end.manifest.floor = last;
    let release = team.signed_release("last", &at_the_end);
    let anchor = team.path().join("anchor");
    fs::write(&anchor, anchor_bytes(&team.documents).0).unwrap();
    let more = ["--anchor", anchor.to_str().unwrap(), "--state", "nowhere"];
    checked(team.path(), VERIFY, &release, &more).passes(&[]);
}

#[test]
fn row_08_other_epoch() {
    World::new().refuses_everywhere("other-epoch", &["M-504"]);
}

#[test]
fn row_08_floor_above_sequence() {
    let world = World::new();
    world.refuses_everywhere("floor-above-sequence", &["M-106"]);
    let checked = world.check(&world.path("floor-above-sequence"));
    checked.says("M-106", "the floor is above the release's own sequence");
}

/// The fixture fails; with `--learn` the good step before the bad one is
/// stored, and nothing else.
#[track_caller]
fn kept(world: &World, name: &str, codes: &[&str], reason: &str) {
    let release = world.bad(name);
    let state = world.enrol(&format!("{name}-state"));
    let before = snapshot(&state);
    let checked = world.check_state(&release, &state, &[]);
    checked.fails(codes);
    checked.says(codes[0], reason);
    assert_eq!(snapshot(&state), before, "a check stores nothing");
    world.check_state(&release, &state, &["--learn"]).fails(codes);
    let stored = ready(&state);
    assert_eq!(stored.chain().length(), 2, "the good step");
    assert!(stored.chain().withdraws(&trust_history::withdrawn_code()));
    let trust = |path: &Path| path.file_name().unwrap().to_str().unwrap().starts_with("trust.");
    let others = |files: Vec<(PathBuf, Vec<u8>)>| -> Vec<_> {
        let kept = files.into_iter().filter(|(path, bytes)| !trust(path) && !bytes.is_empty());
        kept.collect()
    };
    assert_eq!(others(snapshot(&state)), others(before), "nothing but trust");
    // What is known now is known of every other medium.
    world.check_state(&world.good, &state, &[]).passes(&["M-409"]);
}

#[test]
fn row_08_good_step_passes() {
    let world = World::new();
    let mut draft = Draft::read(&world.good).unwrap();
    trust_history::good_step(&mut draft, &world.keys()).unwrap();
    draft.write(&world.path("step")).unwrap();
    world.check(&world.path("step")).passes(&["M-410"]);
}

#[test]
fn row_08_floor_lowered() {
    let world = World::new();
    kept(&world, "floor-lowered", &["M-404"], "it lowers the epoch or floor of an-exercise");
    kept(&world, "product-dropped", &["M-404"], "it no longer names an-exercise");
}

#[test]
fn row_08_withdrawn_dropped() {
    kept(&World::new(), "withdrawn-dropped", &["M-404"], "it no longer withdraws");
}

#[test]
fn row_08_version_gap() {
    let world = World::new();
    kept(&world, "version-gap", &["M-407"], "3");
    kept(&world, "version-in-name", &["M-404"], "version 4 where version 3 must follow");
}

#[test]
fn row_08_signed_by_one_side() {
    let world = World::new();
    let old = "0 of 1 root keys of document 3 signed it";
    kept(&world, "signed-by-old-side", &["M-404"], old);
    let new = "0 of 2 root keys of document 2 signed it";
    kept(&world, "signed-by-new-side", &["M-404"], new);
}

#[test]
fn row_08_wrong_previous() {
    kept(&World::new(), "wrong-previous", &["M-404"], "it does not follow the document before it");
}

/// A medium of another history fails, and nothing of it is stored.
#[track_caller]
fn not_learned(world: &World, release: &Path, codes: &[&str]) {
    let state = world.enrol("state");
    let before = snapshot(&state);
    world.check_state(release, &state, &["--learn"]).fails(codes);
    world.copy(release, &state, &[]).fails(codes);
    let state_files = |files: Vec<(PathBuf, Vec<u8>)>| -> Vec<_> {
        // A copy files a record of its refusal.
        files.into_iter().filter(|(path, _)| !path.starts_with(state.join("records"))).collect()
    };
    assert_eq!(state_files(snapshot(&state)), state_files(before));
    assert_eq!(fs::read_dir(world.path("Illumina")).unwrap().count(), 0);
}

#[test]
fn row_08_fork() {
    let world = World::new();
    world.refuses_everywhere("fork", &["M-402"]);
    not_learned(&world, &world.path("fork"), &["M-402"]);
}

#[test]
fn row_08_old_root_keys() {
    // Document 2 replaces both root holders by a third.
    let mut team = Team::new();
    let frida = Signer::new(team.path(), "frida");
    let first = team.documents.clone();
    let second = next_document(&first[0], |document| document.roles.root = role(1, &[&frida]));
    team.documents.push(signed(&second, &[&team.carla, &team.diego, &frida]));
    let world = World::of(team);
    // The old root keys, stolen, sign another document 2 after document 1.
    let old = world.path("old");
    write_release(&old, &parts(7), &first);
    sign_release(&old, &world.team.alice);
    sign_release(&old, &world.team.bruno);
    world.check(&old).passes(&["M-409"]);
    let bad = world.bad_of(&old, "old-root-keys");
    world.check(&bad).fails(&["M-402"]);
    for source in world.media(&bad) {
        world.check(&source).fails(&["M-402"]);
    }
    not_learned(&world, &bad, &["M-402"]);
    // It is as well made as can be: who knows document 1 alone is deceived.
    fs::write(world.path("first.anchor"), anchor_bytes(&first).0).unwrap();
    let more = ["--anchor", "first.anchor", "--state", "nowhere"];
    world.check_with(&bad, &more).passes(&["M-410"]);
}

/// What the library comes to with `clock`.
fn at(world: &World, source: &Path, clock: Option<Timestamp>) -> Report {
    let history = |_: &Identifier| History::First;
    let chain = mediaseal::seal::anchor::parse(&fs::read(&world.anchor).unwrap()).unwrap();
    let request = Request {
        name: source.display().to_string(),
        device: None,
        scope: Scope::WholeMedium,
        held: Held::Chain(chain),
        history: &history,
        threshold: mediaseal::verify::decide::Threshold::Enforce,
        expected: FileSet::Release,
        older: Older::Refuse,
        product: None,
        required_level: None,
        clock,
    };
    let mut source = source::open(source).unwrap();
    decide::check(&mut *source, &request, &mut TakeNothing, &mut |_, _| {}).report
}

#[test]
fn row_09_clock_never_decides() {
    let world = World::new();
    let clock = |text| Some(Timestamp::parse(text).unwrap());
    let clocks = [
        (None, &[][..]),
        (clock("1980-01-01T00:00:00Z"), &["M-510"]),
        (clock("2003-05-06T07:08:10Z"), &["M-510"]),
        (clock("2026-11-23T09:59:58Z"), &["M-510"]),
        (clock("2026-11-23T10:00:00Z"), &[]),
        (clock("2027-11-23T10:00:00Z"), &["M-511"]),
        (clock("2038-01-19T03:14:08Z"), &["M-511"]),
        (clock("2099-12-31T23:59:58Z"), &["M-511"]),
        // Jumped ahead and came back: nothing was learned from it.
        (clock("1980-01-01T00:00:00Z"), &["M-510"]),
    ];
    let bad = world.bad("below-floor");
    let [image, zip] = world.media(&world.good);
    for (clock, notes) in clocks {
        for source in [&world.good, &image, &zip] {
            let report = at(&world, source, clock);
            assert!(matches!(report.verdict(), Verdict::Pass(_)), "{clock:?}");
            let codes: Vec<String> = report.findings.iter().map(Kind::code).collect();
            assert_eq!(codes, notes, "{clock:?}");
            let notes = report.findings.iter().all(|kind| kind.severity() == Severity::Note);
            assert!(notes, "a date never refuses");
        }
        let report = at(&world, &bad, clock);
        assert_eq!(report.verdict(), Verdict::Fail, "a date never allows: {clock:?}");
    }
}

/// A state that has copied 1.6 and then 1.7, whose floor is 5.
fn used_state(world: &World) -> PathBuf {
    let state = world.enrol("state");
    world.copy(&release(world, "r6", 6, 5), &state, &[]).passes(&[]);
    world.copy(&world.good, &state, &[]).passes(&[]);
    release(world, "r4", 4, 1);
    world.check_state(&world.path("r4"), &state, &[]).fails(&["M-501", "M-502"]);
    state
}

/// `enrol --recover`, and its exit code.
fn recover(world: &World, state: &Path) -> i32 {
    let code = ready(&world.path("state")).chain().links()[0].code.to_string();
    let (anchor, state) = (world.anchor.to_str().unwrap(), state.to_str().unwrap());
    world.verify(&["enrol", anchor, "--code", &code, "--state", state, "--recover"]).code
}

/// With the fault nothing comes to a verdict and nothing is written, until a
/// person recovers. Gives the state.
#[track_caller]
fn unusable(world: &World, fault: StateFault, finding: &str) -> PathBuf {
    let state = world.path(&format!("{fault:?}"));
    spoil(&world.path("state"), fault, &state).unwrap();
    let before = snapshot(&state);
    let copies = snapshot(&world.path("Illumina"));
    let anchor = world.anchor.to_str().unwrap();
    let [image, zip] = ["good.img", "good.zip"].map(|name| world.path(name));
    for source in [&world.good, &image, &zip, &world.path("r6")] {
        for more in [&[][..], &["--anchor", anchor], &["--accept-older", "--learn"]] {
            let checked = world.check_state(source, &state, more);
            // What nobody is trusted for is still looked at.
            let codes: Vec<&str> =
                checked.codes().into_iter().filter(|code| *code != "M-408").collect();
            assert_eq!(codes, [finding], "{fault:?}");
            assert_eq!((checked.verdict(), checked.code), ("CANNOT TELL", 6), "{fault:?}");
        }
    }
    world.copy(&world.good, &state, &[]).is("CANNOT TELL", 6, &[finding]);
    let code = ready(&world.path("state")).chain().newest().code.to_string();
    let enrol = ["enrol", anchor, "--code", &code, "--state", state.to_str().unwrap()];
    assert_eq!(world.verify(&enrol).code, 6, "{fault:?}: without --recover");
    assert_eq!(snapshot(&state), before, "{fault:?}");
    assert_eq!(snapshot(&world.path("Illumina")), copies, "{fault:?}");
    state
}

/// After recovery no release passes that the floors forbid which could still
/// be read; `newest` tells whether the newest of them could.
#[track_caller]
fn recovered(world: &World, fault: StateFault, newest: bool) {
    let state = unusable(world, fault, "M-421");
    assert_eq!(recover(world, &state), 0, "{fault:?}");
    let older = world.check_state(&world.path("r6"), &state, &[]);
    match newest {
        true => older.fails(&["M-502"]),
        false => older.passes(&["M-507"]),
    }
    let again = world.check_state(&world.good, &state, &[]);
    again.passes(if newest { &["M-507"] } else { &[] });
    world.check_state(&world.path("r4"), &state, &["--accept-older"]).fails(&["M-501", "M-506"]);
}

#[test]
fn row_10_state_deleted() {
    let world = World::new();
    let good = used_state(&world);
    world.media(&world.good);
    recovered(&world, StateFault::TrustDeleted, true);
    recovered(&world, StateFault::OneFileDeleted, true);
    for fault in [StateFault::FloorsDeleted, StateFault::StoresDeleted] {
        let state = unusable(&world, fault, "M-421");
        // Nothing is left that could be read; a person decided to go on.
        assert_eq!(recover(&world, &state), 0);
        world.check_state(&world.good, &state, &[]).passes(&[]);
    }
    // Marker and stores gone, records left: it was here.
    let state = world.path("marker");
    spoil(&good, StateFault::StoresDeleted, &state).unwrap();
    fs::remove_file(state.join("enrolled")).unwrap();
    world.check_state(&world.good, &state, &[]).is("CANNOT TELL", 6, &["M-421"]);
    // With the whole folder gone nobody is trusted.
    world.check_state(&world.good, &world.path("gone"), &[]).is("CANNOT TELL", 6, &["M-420"]);
    assert_eq!(recover(&world, &world.path("gone")), 2, "there is nothing to recover");
    assert!(matches!(state::read(&world.path("gone")), StateRead::NotEnrolled));
    world.check_state(&world.good, &good, &[]).passes(&["M-507"]);
}

#[test]
fn row_10_state_torn() {
    let world = World::new();
    let good = used_state(&world);
    world.media(&world.good);
    for fault in [StateFault::Torn, StateFault::BitFlipped, StateFault::OneFileOld] {
        recovered(&world, fault, false);
    }
    // A longer chain that can still be read is not given up for a shorter one.
    let mut draft = Draft::read(&world.good).unwrap();
    trust_history::good_step(&mut draft, &world.keys()).unwrap();
    draft.write(&world.path("step")).unwrap();
    world.check_state(&world.path("step"), &good, &["--learn"]).passes(&["M-410", "M-507"]);
    let state = unusable(&world, StateFault::OneTrustFileDeleted, "M-421");
    let before = snapshot(&state);
    assert_eq!(recover(&world, &state), 6, "the anchor is older than what is known");
    assert_eq!(snapshot(&state), before);
    let (anchor, code) = world.anchor_of(&world.path("step"));
    let (anchor, code) = (anchor.to_str().unwrap(), code.to_string());
    let name = state.to_str().unwrap();
    let newer = ["enrol", anchor, "--code", &code, "--state", name, "--recover"];
    assert_eq!(world.verify(&newer).code, 0);
    assert_eq!(ready(&state).chain().length(), 2);
    world.check_state(&world.path("r6"), &state, &[]).fails(&["M-409", "M-502"]);
}

#[test]
fn row_10_state_newer() {
    let world = World::new();
    let good = used_state(&world);
    world.media(&world.good);
    for fault in [StateFault::NewerFiles, StateFault::NewerFloors, StateFault::NewerTrust] {
        let state = unusable(&world, fault, "M-422");
        // It is whole, and this program cannot read it: nothing is recovered.
        let before = snapshot(&state);
        assert_eq!(recover(&world, &state), 6, "{fault:?}");
        assert_eq!(snapshot(&state), before, "{fault:?}");
    }
    world.check_state(&world.good, &good, &[]).passes(&["M-507"]);
}

#[test]
fn row_10_state_of_other_publisher() {
    let world = World::new();
    let good = used_state(&world);
    world.media(&world.good);
    let state = unusable(&world, StateFault::OtherPublisher, "M-423");
    assert_eq!(recover(&world, &state), 0);
    // The older file of the floors is still this publisher's, and stays in force.
    world.check_state(&world.good, &state, &[]).passes(&["M-507"]);
    // An anchor of another publisher replaces no state, and no state vouches
    // for another publisher's medium.
    world.bad("counterfeit-publisher");
    let (anchor, _) = world.anchor_of(&world.path("counterfeit-publisher"));
    let more = ["--anchor", anchor.to_str().unwrap()];
    world.check_state(&world.good, &good, &more).is("CANNOT TELL", 6, &["M-423"]);
    world.check_state(&world.path("counterfeit-publisher"), &good, &[]).fails(&["M-403"]);
    world.check_state(&world.good, &good, &[]).passes(&["M-507"]);
}

/// UNPINNED: exit 6, no PASS anywhere, and the JSON says so.
#[track_caller]
fn unpinned(checked: &Checked, reason: &str) {
    checked.is("CANNOT TELL", 6, &["M-420"]);
    checked.says("M-420", reason);
    assert_eq!(checked.json["pinned"], false);
    assert_eq!(checked.json["outcome"], "trust-set-up");
}

/// The page for people says the same.
#[track_caller]
fn unpinned_page(world: &World, arguments: &[&str]) {
    for (language, pass) in [("en", "PASS"), ("fr", "BON")] {
        let ran = world.verify(&[arguments, &["--lang", language]].concat());
        assert_eq!(ran.code, 6, "{}", ran.stderr);
        assert!(!ran.stdout.lines().any(|line| line.starts_with(pass)), "{}", ran.stdout);
        assert!(ran.stdout.contains("M-420"), "{}", ran.stdout);
    }
}

#[test]
fn row_26_no_anchor() {
    let world = World::new();
    let [image, zip] = world.media(&world.good);
    for source in [&world.good, &image, &zip] {
        unpinned(&world.check_with(source, &["--state", "nowhere"]), "trust");
        world.check(source).passes(&[]);
    }
    unpinned_page(&world, &["check", "good", "--state", "nowhere"]);
    unpinned(&world.copy(&world.good, &world.path("nowhere"), &[]), "trust");
    assert_eq!(fs::read_dir(world.path("Illumina")).unwrap().count(), 0);
    assert!(!world.path("nowhere").exists());
}

#[test]
fn row_26_anchor_inside_source() {
    let world = World::new();
    let mut parts = parts(8);
    let anchor = fs::read(&world.anchor).unwrap();
    parts.files.push(("GUIDE/TRUST.ANC".to_string(), anchor.clone()));
    let source = world.team.signed_release("with-anchor", &parts);
    world.check(&source).passes(&[]);
    let inside = ["--anchor", "with-anchor/GUIDE/TRUST.ANC", "--state", "nowhere"];
    unpinned(&world.check_with(&source, &inside), "inside");
    unpinned_page(&world, &[&["check", "with-anchor"], &inside[..]].concat());
    let pack = ["pack", "with-anchor", "--zip", "out.zip"];
    assert_eq!(world.team.mediaseal(&[&pack[..], &inside[..]].concat()).code, 6);
    assert!(!world.path("out.zip").exists());
    // Beside a good state it does no good either.
    let state = world.enrol("state");
    let both = ["--anchor", "with-anchor/GUIDE/TRUST.ANC"];
    unpinned(&world.check_state(&source, &state, &both), "inside");
    world.check_state(&source, &state, &[]).passes(&[]);
    // A link from outside leads there all the same; so does a way around.
    #[cfg(unix)]
    std::os::unix::fs::symlink(world.path(inside[1]), world.path("link.anchor")).unwrap();
    #[cfg(unix)]
    unpinned(&world.check_with(&source, &["--anchor", "link.anchor", inside[2], inside[3]]), "");
    let around = ["--anchor", "with-anchor/SEAL/../GUIDE/TRUST.ANC", inside[2], inside[3]];
    unpinned(&world.check_with(&source, &around), "inside");
    // One that is not even part of the release is a foreign file, too.
    fs::write(world.good.join("TRUST.ANC"), anchor).unwrap();
    let strange = ["--anchor", "good/TRUST.ANC", "--state", "nowhere"];
    world.check_with(&world.good, &strange).fails(&["M-214", "M-420"]);
}

#[test]
fn row_26_state_inside_source() {
    let world = World::new();
    let state = world.enrol("state");
    let mut parts = parts(8);
    for (path, content) in snapshot(&state) {
        let name = path.file_name().unwrap().to_str().unwrap();
        parts.files.push((format!("STATE/{name}"), content));
    }
    let source = world.team.signed_release("with-state", &parts);
    world.check_state(&source, &state, &[]).passes(&[]);
    let inside = world.path("with-state/STATE");
    assert_eq!(ready(&inside).chain().length(), 1, "it is a whole state");
    unpinned(&world.check_state(&source, &inside, &[]), "inside");
    unpinned_page(&world, &["check", "with-state", "--state", "with-state/STATE"]);
    // An anchor from outside does not make up for it: the person would be told
    // of releases that the medium says were copied.
    let anchor = ["--anchor", world.anchor.to_str().unwrap()];
    unpinned(&world.check_state(&source, &inside, &anchor), "inside");
    let before = snapshot(&source);
    unpinned(&world.copy(&source, &inside, &[]), "inside");
    assert_eq!(snapshot(&source), before, "nothing is written to the source");
}

#[cfg(unix)]
#[test]
fn row_26_program_inside_source() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    let state = world.enrol("state");
    let mut parts = parts(8);
    parts.files[4].1 = fs::read(VERIFY).unwrap();
    let source = world.team.signed_release("with-tool", &parts);
    world.check_state(&source, &state, &[]).passes(&[]);
    let tool = source.join("TOOLS/mediaseal-verify.exe");
    // By another process: a file that this one had open for writing could still
    // be open in a child of another test, and would not start.
    let place = |path: &Path| {
        let paths = [VERIFY, path.to_str().unwrap()];
        let arguments = [&["--remove-destination"], &paths[..]].concat();
        assert_eq!(common::run(world.team.path(), "cp", &arguments, "").code, 0);
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o111, 0o111);
    };
    let started = |program: &Path, source: &Path, more: &[&str]| {
        checked(world.team.path(), program.to_str().unwrap(), source, more)
    };
    place(&tool);
    let from_state = ["--state", state.to_str().unwrap()];
    let from_anchor = ["--anchor", world.anchor.to_str().unwrap(), "--state", "nowhere"];
    unpinned(&started(&tool, &source, &from_state), "started");
    unpinned(&started(&tool, &source, &from_anchor), "started");
    // The same program from elsewhere passes: it is the place that counts.
    place(&world.path("elsewhere"));
    started(&world.path("elsewhere"), &source, &from_state).passes(&[]);
    // And as a foreign file in a release that does not name it.
    place(&world.good.join("verify"));
    started(&world.good.join("verify"), &world.good, &from_state).fails(&["M-214", "M-420"]);
    let destination = world.path("Illumina");
    fs::create_dir(&destination).unwrap();
    let copy = ["copy", "with-tool", "--to", "Illumina", "--state", "state", "--json"];
    let ran = common::run(world.team.path(), tool.to_str().unwrap(), &copy, "");
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert_eq!(fs::read_dir(&destination).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn row_32_state_folder_writable_by_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    fs::create_dir(world.path("above")).unwrap();
    let state = world.enrol("above/state");
    world.check_state(&world.good, &state, &[]).passes(&[]);
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let bits = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    let refused = |why: &str| {
        let before = snapshot(&state);
        let refused = world.check_state(&world.good, &state, &[]);
        refused.is("CANNOT TELL", 5, &["M-424"]);
        assert_eq!(refused.json["pinned"], false, "{why}");
        // An anchor does not make up for it.
        let anchor = ["--anchor", world.anchor.to_str().unwrap()];
        world.check_state(&world.good, &state, &anchor).is("CANNOT TELL", 5, &["M-424"]);
        world.copy(&world.good, &state, &[]).is("CANNOT TELL", 5, &["M-424"]);
        let code = ready_code(&world);
        for more in [&[][..], &["--recover"]] {
            let enrol = ["enrol", anchor[1], "--code", &code, "--state", state.to_str().unwrap()];
            let ran = world.verify(&[&enrol[..], more].concat());
            assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{why}: {}", ran.stderr);
        }
        assert_eq!(snapshot(&state), before, "{why}: not repaired");
    };
    for wrong in [0o777, 0o707, 0o770, 0o1777] {
        mode(&state, wrong);
        refused("the folder");
        assert_eq!(bits(&state), wrong, "not repaired");
    }
    mode(&state, 0o700);
    world.check_state(&world.good, &state, &[]).passes(&[]);
    // Who can rename it in the folder above can put another one there.
    mode(&world.path("above"), 0o777);
    refused("the folder above");
    assert_eq!(bits(&world.path("above")), 0o777, "not repaired");
    mode(&world.path("above"), 0o755);
    world.check_state(&world.good, &state, &[]).passes(&[]);
    // Made beforehand by another user; only root can try that.
    if mediaseal::sys::user::effective_user() == Some(0) {
        for other in [1, 1000, 65534] {
            std::os::unix::fs::chown(&state, Some(other), None).unwrap();
            refused("another user's folder");
        }
        std::os::unix::fs::chown(&state, Some(0), None).unwrap();
        world.check_state(&world.good, &state, &[]).passes(&[]);
    }
    // An empty one that anybody could have made is not taken for a new state.
    let empty = world.path("empty");
    fs::create_dir(&empty).unwrap();
    mode(&empty, 0o777);
    let (anchor, code) = (world.anchor.to_str().unwrap(), ready_code(&world));
    assert_eq!(world.verify(&["enrol", anchor, "--code", &code, "--state", "empty"]).code, 5);
    assert_eq!(fs::read_dir(&empty).unwrap().count(), 0);
    assert_eq!(fs::read_dir(world.path("Illumina")).unwrap().count(), 0, "nothing was copied");
}

#[cfg(unix)]
fn ready_code(world: &World) -> String {
    mediaseal::seal::digest::Digest::of(&world.team.documents[0].bytes).to_string()
}

/// A world whose publisher is `demo`.
fn demo() -> World {
    let mut team = Team::new();
    let publisher = Identifier::parse("demo").unwrap();
    let (root, release) =
        (role(2, &[&team.carla, &team.diego]), role(2, &[&team.alice, &team.bruno]));
    let document = first_document(publisher.clone(), root, release);
    team.documents = vec![signed(&document, &[&team.carla, &team.diego])];
    let mut parts = parts(7);
    parts.manifest.publisher = publisher;
    let good = team.signed_release("good", &parts);
    let anchor = team.path().join("demo.anchor");
    fs::write(&anchor, anchor_bytes(&team.documents).0).unwrap();
    let stranger = Signer::new(team.path(), "stranger");
    World { team, stranger, good, anchor }
}

/// The verdict says DEMO in both languages, and so does the JSON.
#[track_caller]
fn says_demo(world: &World, code: i32, source: &Path, more: &[&str]) {
    let arguments = [&["check", source.to_str().unwrap()], more].concat();
    for (language, word) in [("en", "DEMO"), ("fr", "DÉMO")] {
        let ran = world.verify(&[&arguments[..], &["--lang", language]].concat());
        assert_eq!(ran.code, code, "{}", ran.stderr);
        let verdict = ran.stdout.rsplit("\n\n").next().unwrap_or_default();
        assert!(verdict.contains(word), "{}", ran.stdout);
    }
    let checked = world.check_with(source, more);
    assert_eq!((checked.code, &checked.json["demo"]), (code, &serde_json::Value::Bool(true)));
    assert!(checked.codes().contains(&"M-900"), "{:#}", checked.json);
}

#[test]
fn row_33_demo_says_demo() {
    let world = demo();
    let anchor = ["--anchor", world.anchor.to_str().unwrap(), "--state", "nowhere"];
    world.check(&world.good).passes(&["M-900"]);
    let [image, zip] = world.media(&world.good);
    for source in [&world.good, &image, &zip] {
        says_demo(&world, 0, source, &anchor);
        says_demo(&world, 6, source, &["--state", "nowhere"]);
    }
    // Bad ones, whatever is wrong with them.
    for name in ["no-sums", "rogue-signature", "no-signatures", "comment-sequence", "fork"] {
        says_demo(&world, 1, &world.bad(name), &anchor);
    }
    // No release at all, and nothing that could be one.
    says_demo(&world, 1, &world.path("alice.pub"), &anchor);
    #[cfg(unix)]
    says_demo(&world, 3, Path::new("/dev/null"), &anchor);
    // A medium of demo where another publisher is trusted, and the reverse.
    let other = World::new();
    says_demo(&other, 1, &world.good, &["--anchor", other.anchor.to_str().unwrap()]);
    says_demo(&world, 1, &other.good, &anchor);
    other.check(&other.good).passes(&[]);
}

#[test]
fn row_33_demo_outside_its_folder() {
    let world = demo();
    let code = mediaseal::seal::digest::Digest::of(&world.team.documents[0].bytes).to_string();
    let anchor = world.anchor.to_str().unwrap();
    let enrol = |state: &str| world.verify(&["enrol", anchor, "--code", &code, "--state", state]);
    let refused = enrol("outside");
    assert_eq!((refused.code, refused.stdout.as_str()), (5, ""), "{}", refused.stderr);
    assert!(!world.path("outside").exists());
    // Marked as mediaseal demo marks its folder, it is taken.
    fs::create_dir(world.path("exercise")).unwrap();
    fs::write(world.path("exercise/.mediaseal-demo"), "").unwrap();
    assert_eq!(enrol("exercise/state").code, 0);
    assert_eq!(enrol("outside").code, 5, "the mark is not above it");
    let copy = |to: &str, state: &str| {
        fs::create_dir_all(world.path(to)).unwrap();
        world.verify(&["copy", "good", "--to", to, "--state", state])
    };
    let nothing = |to: &str| fs::read_dir(world.path(to)).unwrap().count() == 0;
    let ran = copy("Illumina", "exercise/state");
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(nothing("Illumina"));
    // The state of an exercise, carried to another place.
    spoil_nothing(&world.path("exercise/state"), &world.path("carried"));
    let ran = copy("exercise/Illumina", "carried");
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(nothing("exercise/Illumina"));
    let ran = copy("Illumina", "carried");
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(nothing("Illumina"));
    let ran = copy("exercise/Illumina", "exercise/state");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!nothing("exercise/Illumina"));
}

/// Moves a state folder as it is.
fn spoil_nothing(from: &Path, to: &Path) {
    for (path, bytes) in snapshot(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
}
