//! Trust over years: chains that come alone, forks and the way out, floors and
//! epochs, and every year that a clock can show. The real programs throughout.
#![cfg(feature = "builder")]

mod common;
#[path = "common/world.rs"]
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Ran, Signer, next_document, role, signed, snapshot};
use mediaseal::drill::seal_draft::Draft;
use mediaseal::drill::trust_history;
use mediaseal::seal::chain::SignedDocument;
use mediaseal::seal::digest::Digest;
use mediaseal::seal::layout::SUMS;
use mediaseal::seal::names::{Identifier, Number};
use mediaseal::seal::timestamp::Timestamp;
use mediaseal::seal::trust::{ProductRule, TrustDocument};
use mediaseal::source;
use mediaseal::verify::decide::{self, FileSet, Held, Request, Scope, TakeNothing, Threshold};
use mediaseal::verify::finding::{Kind, Severity};
use mediaseal::verify::report::Verdict;
use mediaseal::verify::rollback::{History, Older};
use mediaseal::verify::state::{self, State, StateRead};
use world::{World, anchor_bytes, parts};

fn ready(state: &Path) -> State {
    match state::read(state) {
        StateRead::Ready(state) => state,
        _ => panic!("{} is not a whole state", state.display()),
    }
}

fn learn(world: &World, what: &str, state: &str, language: &str) -> Ran {
    world.verify(&["learn", what, "--state", state, "--lang", language])
}

/// The code of the release at `path`.
fn code_of(path: &Path) -> Digest {
    Digest::of(&fs::read(path.join(SUMS)).unwrap())
}

/// The next document by both root holders, `change` applied.
fn next(world: &World, change: impl FnOnce(&mut TrustDocument)) -> SignedDocument {
    let last = &world.team.documents[world.team.documents.len() - 1];
    let document = next_document(last, change);
    signed(&document, &[&world.team.carla, &world.team.diego])
}

/// Writes the anchor over `documents` to `name`.
fn write_anchor(world: &World, name: &str, documents: &[SignedDocument]) -> Digest {
    let (bytes, code) = anchor_bytes(documents);
    fs::write(world.path(name), bytes).unwrap();
    code
}

fn product() -> Identifier {
    Identifier::parse(common::PRODUCT).unwrap()
}

fn rule(epoch: u32, floor: u32) -> ProductRule {
    let number = |value| Number::new(value).unwrap();
    ProductRule { epoch: number(epoch), floor: number(floor) }
}

#[test]
fn withdrawal_by_e_mail_reaches_a_verifier_without_a_release() {
    let world = World::new();
    let state = world.enrol("state");
    let code = code_of(&world.good);
    let two = next(&world, |document| document.withdrawn.push(code));
    let documents = [world.team.documents.clone(), vec![two]].concat();
    write_anchor(&world, "new.anchor", &documents);
    assert!(fs::metadata(world.path("new.anchor")).unwrap().len() < 8192, "a few kilobytes");
    world.check_state(&world.good, &state, &[]).passes(&[]);
    let ran = learn(&world, "new.anchor", "state", "en");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("Stored: trust document 2"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Withdrawn since: 1"), "{}", ran.stdout);
    world.check_state(&world.good, &state, &[]).fails(&["M-406", "M-409"]);
    world.copy(&world.good, &state, &[]).fails(&["M-406", "M-409"]);
    // A second time there is nothing new, in both languages, and no error.
    let before = snapshot(&state);
    for (language, words) in [("en", "Nothing new"), ("fr", "Rien de nouveau")] {
        let ran = learn(&world, "new.anchor", "state", language);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.starts_with(words), "{}", ran.stdout);
        assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    }
    // An older file takes nothing back.
    assert_eq!(learn(&world, world.anchor.to_str().unwrap(), "state", "en").code, 0);
    assert_eq!(snapshot(&state), before);
}

#[test]
fn chain_is_learned_from_a_folder_a_zip_and_an_image_whatever_their_payload() {
    for kind in ["folder", "zip", "img"] {
        let world = World::new();
        let state = world.enrol("state");
        let mut draft = Draft::read(&world.good).unwrap();
        trust_history::good_step(&mut draft, &world.keys()).unwrap();
        draft.write(&world.path("step")).unwrap();
        let [image, zip] = world.media(&world.path("step"));
        // The payload is not the signed one: the chain is good all the same.
        fs::write(world.path("step/PAYLOAD/patch.bin"), b"something else").unwrap();
        let source = match kind {
            "folder" => world.path("step"),
            "zip" => zip,
            _ => image,
        };
        let ran = learn(&world, source.to_str().unwrap(), "state", "en");
        assert_eq!(ran.code, 0, "{kind}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(ready(&state).chain().length(), 2, "{kind}");
        assert!(ready(&state).chain().withdraws(&trust_history::withdrawn_code()));
        assert!(ran.stdout.contains("an-exercise: epoch 1, nothing older than 1.5"));
    }
}

#[test]
fn good_prefix_is_kept_and_the_rest_refused() {
    for (name, finding) in [
        ("floor-lowered", "M-404"),
        ("withdrawn-dropped", "M-404"),
        ("signed-by-old-side", "M-404"),
        ("signed-by-new-side", "M-404"),
        ("wrong-previous", "M-404"),
        ("version-gap", "M-407"),
        ("trust-floor-past-the-end", "M-404"),
    ] {
        let world = World::new();
        let state = world.enrol("state");
        let bad = world.bad(name);
        let ran = learn(&world, bad.to_str().unwrap(), "state", "en");
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(finding), "{name}: {}", ran.stdout);
        assert!(ran.stdout.contains("What came before it is good and was kept."), "{name}");
        assert_eq!(ready(&state).chain().length(), 2, "{name}: the good step");
        // The same as a file, where one can be made: its own reader comes first.
        let (anchor, _) = world.anchor_of(&bad);
        world.verify(&[
            "enrol",
            world.anchor.to_str().unwrap(),
            "--code",
            &first_code(&world),
            "--state",
            "other",
        ]);
        let ran = learn(&world, anchor.to_str().unwrap(), "other", "en");
        assert_eq!(ran.code, 1, "{name}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(ready(&world.path("other")).chain().length(), 2, "{name}");
    }
}

fn first_code(world: &World) -> String {
    Digest::of(&world.team.documents[0].bytes).to_string()
}

#[test]
fn fork_and_other_publisher_are_refused_whole() {
    let world = World::new();
    let state = world.enrol("state");
    let before = snapshot(&state);
    for (name, finding) in
        [("fork", "M-402"), ("counterfeit", "M-402"), ("counterfeit-publisher", "M-403")]
    {
        let bad = world.bad(name);
        let (anchor, _) = world.anchor_of(&bad);
        for source in [&bad, &anchor] {
            for (language, words) in [("en", "Nothing of it was stored."), ("fr", "Rien n'en a")] {
                let ran = learn(&world, source.to_str().unwrap(), "state", language);
                assert_eq!(ran.code, 1, "{name}: {}{}", ran.stdout, ran.stderr);
                assert!(
                    ran.stdout.contains(finding) && ran.stdout.contains(words),
                    "{}",
                    ran.stdout
                );
            }
        }
        assert_eq!(snapshot(&state), before, "{name}");
    }
}

#[test]
fn learning_needs_a_publisher_a_whole_state_and_a_safe_place() {
    let world = World::new();
    let anchor = world.anchor.to_str().unwrap();
    let refused = |ran: Ran, code: i32| {
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{}", ran.stderr);
        assert!(ran.stderr.lines().all(|line| line.chars().count() <= 80), "{}", ran.stderr);
    };
    for language in ["en", "fr"] {
        refused(learn(&world, anchor, "nobody", language), 6);
    }
    assert!(!world.path("nobody").exists(), "nothing is made");
    let state = world.enrol("state");
    refused(learn(&world, "no-such-file", "state", "en"), 3);
    fs::write(world.path("json"), "{ \"not\": \"an anchor\" }").unwrap();
    refused(learn(&world, "json", "state", "en"), 6);
    // A state that lies on what it would learn from.
    let inside = world.path("good/state");
    fs::create_dir(&inside).unwrap();
    for (path, bytes) in snapshot(&state) {
        fs::write(inside.join(path.file_name().unwrap()), bytes).unwrap();
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&inside, fs::Permissions::from_mode(0o700)).unwrap();
    }
    refused(learn(&world, "good", "good/state", "en"), 6);
    // A torn state is not learned into.
    fs::write(state.join("trust.0"), "torn").unwrap();
    let before = snapshot(&state);
    let ran = learn(&world, anchor, "state", "en");
    assert!(ran.stderr.contains("M-421"), "{}", ran.stderr);
    refused(ran, 6);
    assert_eq!(snapshot(&state), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&state, fs::Permissions::from_mode(0o777)).unwrap();
        refused(learn(&world, anchor, "state", "en"), 5);
    }
}

/// Two histories after document 1: the one that the verifier learned, and the
/// publisher's own, in which frida is root.
fn fork(world: &World) -> ([SignedDocument; 2], Digest, Digest) {
    let theirs = next(world, |document| document.withdrawn.push(Digest::of(b"theirs")));
    let frida = Signer::new(world.team.path(), "frida");
    let last = &world.team.documents[0];
    let ours = next_document(last, |document| document.roles.root = role(1, &[&frida]));
    let ours = signed(&ours, &[&world.team.carla, &world.team.diego, &frida]);
    let first = world.team.documents[0].clone();
    let held = write_anchor(world, "theirs.anchor", &[first.clone(), theirs.clone()]);
    let new = write_anchor(world, "ours.anchor", &[first, ours.clone()]);
    ([theirs, ours], held, new)
}

#[test]
fn replacing_is_the_only_way_out_of_a_fork() {
    let world = World::new();
    let state = world.enrol("state");
    world.copy(&world.good, &state, &[]).passes(&[]);
    let (_, held, new) = fork(&world);
    assert_eq!(learn(&world, "theirs.anchor", "state", "en").code, 0);
    assert_eq!(learn(&world, "ours.anchor", "state", "en").code, 1);
    let before = snapshot(&state);
    let new = new.to_string();
    let enrol = |anchor: &str, code: &str, more: &[&str]| {
        world.verify(&[&["enrol", anchor, "--code", code, "--state", "state"], more].concat())
    };
    // Neither first, nor recovery, nor a part of a code, nor both options.
    assert_eq!(enrol("ours.anchor", &new, &[]).code, 6);
    assert_eq!(enrol("ours.anchor", &new, &["--recover"]).code, 2);
    assert_eq!(enrol("ours.anchor", &new[..60], &["--replace"]).code, 2);
    assert_eq!(enrol("ours.anchor", &held.to_string(), &["--replace"]).code, 6);
    assert_eq!(enrol("ours.anchor", &new, &["--replace", "--recover"]).code, 2);
    // What is held, what continues it and what it continues replace nothing.
    assert_eq!(enrol("theirs.anchor", &held.to_string(), &["--replace"]).code, 2);
    let older = world.anchor.to_str().unwrap();
    assert_eq!(enrol(older, &first_code(&world), &["--replace"]).code, 6);
    // Another publisher's chain is no fork.
    let (other, code) = world.anchor_of(&world.bad("counterfeit-publisher"));
    assert_eq!(enrol(other.to_str().unwrap(), &code.to_string(), &["--replace"]).code, 6);
    assert_eq!(snapshot(&state), before, "nothing of it changed anything");
    let ran = enrol("ours.anchor", &new, &["--replace"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.replace('\\', "/").contains("state/replaced"), "{}", ran.stdout);
    let now = ready(&state);
    assert_eq!(now.chain().newest().code.to_string(), new);
    // The old chain is there, the record says what became of it.
    let archived = fs::read(state.join(format!("replaced/{held}.anchor"))).unwrap();
    assert_eq!(mediaseal::seal::anchor::parse(&archived).unwrap().newest().code, held);
    let record = fs::read_dir(state.join("records")).unwrap().map(|e| e.unwrap().path());
    let record = record.filter(|path| path.to_string_lossy().contains("trust-replaced-"));
    let record: Vec<PathBuf> = record.collect();
    assert_eq!(record.len(), 1);
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&record[0]).unwrap()).unwrap();
    assert_eq!(json["action"], "enrol --replace");
    assert_eq!(
        (&json["old"]["code"], &json["new"]["code"]),
        (&held.to_string().into(), &new.clone().into())
    );
    // What was copied stays remembered: an older release is still noticed.
    world.check_state(&world.good, &state, &[]).passes(&["M-409", "M-507"]);
    let older = world.team.signed_release("r6", &parts(6));
    world.check_state(&older, &state, &[]).fails(&["M-409", "M-502"]);
    // And it is the new chain that a later loss is measured by.
    fs::remove_file(state.join("trust.0")).unwrap();
    world.check_state(&world.good, &state, &[]).is("CANNOT TELL", 6, &["M-421"]);
    let back = enrol("theirs.anchor", &held.to_string(), &["--recover"]);
    assert_eq!(back.code, 6, "the old history does not come back by a loss");
    assert!(back.stderr.contains("fork"), "{}", back.stderr);
    assert_eq!(enrol("ours.anchor", &new, &["--recover"]).code, 0);
    world.check_state(&older, &state, &[]).fails(&["M-409", "M-502"]);
}

#[test]
fn damaged_state_with_a_fork_is_replaced_and_one_without_is_recovered() {
    let world = World::new();
    let state = world.enrol("state");
    world.copy(&world.good, &state, &[]).passes(&[]);
    let (_, _, new) = fork(&world);
    assert_eq!(learn(&world, "theirs.anchor", "state", "en").code, 0);
    let new = new.to_string();
    let enrol = |more: &str| {
        world.verify(&["enrol", "ours.anchor", "--code", &new, "--state", "state", more])
    };
    fs::remove_file(state.join("floors.0")).unwrap();
    let before = snapshot(&state);
    let refused = enrol("--recover");
    assert_eq!(refused.code, 6, "{}", refused.stderr);
    assert!(refused.stderr.contains("--replace"), "{}", refused.stderr);
    assert_eq!(snapshot(&state), before);
    assert_eq!(enrol("--replace").code, 0);
    assert_eq!(ready(&state).chain().newest().code.to_string(), new);
    // Without a fork a loss is recovered, and not replaced.
    fs::remove_file(state.join("floors.0")).unwrap();
    let before = snapshot(&state);
    assert_eq!(enrol("--replace").code, 6);
    assert_eq!(snapshot(&state), before);
    assert_eq!(enrol("--recover").code, 0);
}

#[cfg(unix)]
#[test]
fn another_user_replaces_nothing_in_the_computers_state() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    if mediaseal::sys::user::effective_user() != Some(0) {
        println!("not root: the state of another user could not be tried");
        return;
    }
    let world = World::new();
    let state = world.enrol("state");
    let (_, _, new) = fork(&world);
    assert_eq!(learn(&world, "theirs.anchor", "state", "en").code, 0);
    // Everything may be read by everybody; nobody but root may write.
    fs::set_permissions(world.team.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let tool = world.path("verify");
    fs::copy(world::VERIFY, &tool).unwrap();
    let before = snapshot(&state);
    for arguments in [
        &["enrol", "ours.anchor", "--code", &new.to_string(), "--state", "state", "--replace"][..],
        &["learn", "ours.anchor", "--state", "state"],
    ] {
        let output = std::process::Command::new(&tool)
            .args(arguments)
            .current_dir(world.team.path())
            .uid(65534)
            .gid(65534)
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        match arguments[0] {
            "enrol" => assert_eq!(code, 5, "{output:?}"),
            // It cannot even be locked.
            _ => assert!([3, 5, 6].contains(&code), "{output:?}"),
        }
        assert_eq!(snapshot(&state), before);
    }
}

#[test]
fn floor_and_epoch_of_a_document_count_from_the_moment_it_is_known() {
    let world = World::new();
    let state = world.enrol("state");
    world.copy(&world.good, &state, &[]).passes(&[]);
    let r8 = world.team.signed_release("r8", &parts(8));
    let floor = next(&world, |document| {
        document.products.insert(product(), rule(1, 8));
    });
    let two = [world.team.documents.clone(), vec![floor.clone()]].concat();
    write_anchor(&world, "floor.anchor", &two);
    assert_eq!(learn(&world, "floor.anchor", "state", "en").code, 0);
    // The release that was copied here is below the floor now, whatever is asked.
    for more in [&[][..], &["--accept-older"]] {
        world.check_state(&world.good, &state, more).fails(&["M-409", "M-501", "M-507"]);
    }
    world.check_state(&r8, &state, &[]).passes(&["M-409"]);
    // A thief's release with the highest number, copied before anybody knew.
    let last = world.team.signed_release("last", &parts(i32::MAX as u32));
    world.copy(&last, &state, &[]).passes(&["M-409"]);
    world.check_state(&r8, &state, &[]).fails(&["M-409", "M-502"]);
    // The way out: a new epoch. Nothing of the old one passes.
    let document = next_document(&floor, |document| {
        document.products.insert(product(), rule(2, 1));
    });
    let three = signed(&document, &[&world.team.carla, &world.team.diego]);
    write_anchor(&world, "epoch.anchor", &[two, vec![three]].concat());
    assert_eq!(learn(&world, "epoch.anchor", "state", "en").code, 0);
    for old in [&world.good, &r8, &last] {
        let checked = world.check_state(old, &state, &["--accept-older"]);
        assert_eq!(checked.verdict(), "FAIL", "{:#}", checked.json);
        assert!(checked.codes().contains(&"M-504"), "{:#}", checked.json);
    }
    let mut anew = parts(1);
    anew.manifest.epoch = Number::new(2).unwrap();
    let anew = world.team.signed_release("anew", &anew);
    world.copy(&anew, &state, &[]).passes(&["M-409"]);
    world.check_state(&anew, &state, &[]).passes(&["M-409", "M-507"]);
}

/// One in twelve where each check is slow, under Wine.
const YEARS_APART: usize = if cfg!(windows) { 12 } else { 1 };

/// Every year from 1980 to 2099 twice, the edges to the second, and a clock that
/// jumps there and back.
fn clocks() -> Vec<Option<Timestamp>> {
    let mut texts = Vec::new();
    for year in (1980..=2099).step_by(YEARS_APART) {
        texts.push(format!("{year}-01-01T00:00:00Z"));
        texts.push(format!("{year}-12-31T23:59:58Z"));
    }
    for edge in [
        "1980-01-01T00:00:00Z",
        "1980-01-01T00:00:02Z",
        "2000-02-29T12:00:00Z",
        "2026-11-23T09:59:58Z",
        "2026-11-23T10:00:00Z",
        "2027-11-23T10:00:00Z",
        "2038-01-19T03:14:06Z",
        "2038-01-19T03:14:08Z",
        "2099-12-31T23:59:58Z",
    ] {
        texts.push(edge.to_string());
    }
    // Ahead, back, ahead again.
    for jump in ["2099-12-31T23:59:58Z", "1980-01-01T00:00:00Z", "2027-01-01T00:00:00Z"] {
        texts.push(jump.to_string());
    }
    let parsed = texts.iter().map(|text| Some(Timestamp::parse(text).expect("a date")));
    // And none at all: a clock before 1980 or after 2099 cannot be written.
    parsed.chain([None]).collect()
}

#[test]
fn row_09_no_year_decides_anything() {
    let world = World::new();
    let state = world.enrol("state");
    world.copy(&world.good, &state, &[]).passes(&[]);
    let code = code_of(&world.good);
    let withdrawn = next(&world, |document| document.withdrawn.push(code));
    let before = snapshot(&state);
    let held = ready(&state);
    let chain = |documents: &[SignedDocument]| {
        mediaseal::seal::anchor::parse(&anchor_bytes(documents).0).unwrap()
    };
    let good = chain(&world.team.documents);
    let with_withdrawal = chain(&[world.team.documents.clone(), vec![withdrawn]].concat());
    let older = world.team.signed_release("r6", &parts(6));
    let history = |product: &Identifier| held.history(product);
    let first = |_: &Identifier| History::First;
    let ask = |path: &Path, chain, history: &dyn Fn(&Identifier) -> History, clock| {
        let request = Request {
            name: path.display().to_string(),
            device: None,
            scope: Scope::WholeMedium,
            held: Held::Chain(chain),
            history,
            threshold: Threshold::Enforce,
            expected: FileSet::Release,
            older: Older::Refuse,
            product: None,
            required_level: None,
            clock,
        };
        let mut source = source::open(path).unwrap();
        decide::check(&mut *source, &request, &mut TakeNothing, &mut |_, _| {}).report
    };
    let clocks = clocks();
    let [all, early, late] = if cfg!(windows) { [30, 9, 15] } else { [250, 90, 140] };
    assert!(clocks.len() > all, "{}", clocks.len());
    let issued = Timestamp::parse("2026-11-23T10:00:00Z").unwrap();
    let advise = Timestamp::parse("2027-11-23T10:00:00Z").unwrap();
    let mut noted = [0, 0];
    for clock in clocks {
        // A good release passes, and what is said of the date is a note.
        let report = ask(&world.good, good.clone(), &first, clock);
        assert!(matches!(report.verdict(), Verdict::Pass(_)), "{clock:?}");
        let codes: Vec<String> = report.findings.iter().map(Kind::code).collect();
        let expected = match clock {
            Some(clock) if clock < issued => vec!["M-510"],
            Some(clock) if clock >= advise => vec!["M-511"],
            _ => vec![],
        };
        assert_eq!(codes, expected, "{clock:?}");
        noted[0] += usize::from(codes == ["M-510"]);
        noted[1] += usize::from(codes == ["M-511"]);
        assert!(report.findings.iter().all(|kind| kind.severity() == Severity::Note));
        // So does a rerun; the withdrawn one and an older one never do.
        let rerun = ask(&world.good, good.clone(), &history, clock);
        assert!(matches!(rerun.verdict(), Verdict::Pass(_)), "{clock:?}");
        for (path, chain) in [(&world.good, &with_withdrawal), (&older, &good)] {
            let report = ask(path, chain.clone(), &history, clock);
            assert_eq!(report.verdict(), Verdict::Fail, "{clock:?}");
        }
    }
    assert!(noted[0] > early && noted[1] > late, "{noted:?}");
    assert_eq!(snapshot(&state), before, "nothing is learned from a clock");
}
