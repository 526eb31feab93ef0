//! Rows 1 to 6, 19, 27, 31, 34 and 35 of docs/THREATS.md: what is signed, and
//! by whom. Each test makes the bad release by its name in `drill`, checks it
//! with the real program, and asserts findings, verdict and exit code.
#![cfg(feature = "builder")]

mod common;
#[path = "common/world.rs"]
mod world;

use std::fs;
use std::path::Path;

use common::{Ran, Signer, Team, role, run, sign_release, signed, snapshot};
use mediaseal::drill::seal::{self, FIXTURES};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::layout::{MANIFEST, SUMS, sums_signature};
use mediaseal::seal::names::Identifier;
use mediaseal::sign::trust_editing::first_document;
use world::{World, parts};

const MEDIASEAL: &str = env!("CARGO_BIN_EXE_mediaseal");

/// Names of holders in a list of the report, sorted.
fn names(list: &serde_json::Value) -> Vec<&str> {
    let list = list.as_array().expect("a list of holders").iter();
    let mut names: Vec<&str> =
        list.map(|holder| holder["name"].as_str().expect("a name")).collect();
    names.sort_unstable();
    names
}

#[test]
fn row_01_empty_key() {
    let world = World::new();
    // A fixture is written file by file; a folder without any is made here.
    let folder = world.path("empty");
    fs::create_dir(&folder).unwrap();
    world.check(&folder).fails(&["M-101"]);
    let fixture = world.bad("empty-key");
    world.check(&fixture).fails(&["M-101"]);
    // The good image without its root folder's entries: a formatted stick.
    let [image, _] = world.media(&world.good);
    world.check(&image).passes(&[]);
    let mut bytes = fs::read(&image).unwrap();
    let root = bytes.chunks(512).position(|sector| sector.starts_with(b"LRM-PATCH  \x08"));
    let root = root.expect("a root folder with its label") * 512;
    bytes[root + 32..root + 512].fill(0);
    fs::write(world.path("empty.img"), bytes).unwrap();
    world.check(&world.path("empty.img")).fails(&["M-101"]);
    // A zip of nothing is its end record alone.
    let mut end = b"PK\x05\x06".to_vec();
    end.resize(22, 0);
    fs::write(world.path("empty.zip"), end).unwrap();
    let checked = world.check(&world.path("empty.zip"));
    checked.fails(&["M-101"]);
    assert_eq!(checked.json["integrity"]["status"], "FAIL");
}

#[test]
fn row_01_empty_sums() {
    let world = World::new();
    world.refuses_everywhere("empty-sums", &["M-103"]);
    world.refuses_everywhere("empty-sums-signed", &["M-103"]);
}

#[test]
fn row_01_no_sums() {
    World::new().refuses_everywhere("no-sums", &["M-102"]);
}

#[test]
fn row_01_no_manifest() {
    World::new().refuses_everywhere("no-manifest", &["M-105"]);
}

#[test]
fn row_01_no_signatures() {
    let world = World::new();
    world.refuses_everywhere("no-signatures", &["M-301"]);
    let checked = world.check(&world.path("no-signatures"));
    assert_eq!(checked.json["integrity"]["status"], "NOT CHECKED", "never \"0 errors\"");
}

#[test]
fn row_01_empty_signature_file() {
    let world = World::new();
    world.refuses_everywhere("empty-signature", &["M-302", "M-303"]);
    world.refuses("empty-signatures", &["M-302", "M-303"]);
}

/// The trust document is refused on a medium and in an anchor, and what it
/// would allow is not allowed.
fn document_refused(name: &str, reason: &str) {
    let world = World::new();
    world.refuses_everywhere(name, &["M-404"]);
    world.check(&world.path(name)).says("M-404", reason);
    world.refused_as_anchor(name);
    // With no release signature at all, not even a threshold of 0 passes.
    for key in [&world.team.alice, &world.team.bruno] {
        fs::remove_file(world.path(name).join(sums_signature(key.public().id()))).unwrap();
    }
    world.check(&world.path(name)).fails(&["M-301", "M-404"]);
}

#[test]
fn row_02_threshold_zero() {
    document_refused("threshold-zero", "the threshold of role release is not 1");
    let world = World::new();
    let checked = world.refuses("root-threshold-zero", &["M-404"]);
    checked.says("M-404", "the threshold of role root is not 1");
    world.refused_as_anchor("root-threshold-zero");
}

#[test]
fn row_02_threshold_above_keys() {
    document_refused("threshold-above-keys", "the threshold of role release is not 1");
}

#[test]
fn row_02_key_twice_in_role() {
    document_refused("key-twice-in-role", "role release has the key or the name of twin twice");
}

#[test]
fn row_02_two_keys_one_id() {
    document_refused("two-keys-one-id", "two different keys have the id");
}

#[test]
fn row_03_one_key_signs_twice() {
    let world = World::new();
    let codes = ["M-302", "M-303", "M-410"];
    world.refuses_everywhere("one-key-signs-twice", &codes);
    let checked = world.check(&world.path("one-key-signs-twice"));
    assert_eq!(names(&checked.json["signers"]["counted"]), ["alice"], "counts once");
    // With bruno's signature there are two of two, and the second file of one
    // key is still not explained.
    sign_release(&world.path("one-key-signs-twice"), &world.team.bruno);
    let checked = world.check(&world.path("one-key-signs-twice"));
    checked.fails(&["M-303", "M-410"]);
    assert_eq!(names(&checked.json["signers"]["counted"]).len(), 2);
}

#[test]
fn row_03_signer_left_the_role() {
    let world = World::new();
    let codes = ["M-302", "M-305", "M-410"];
    world.refuses_everywhere("signer-left-the-role", &codes);
    let release = world.path("signer-left-the-role");
    let checked = world.check(&release);
    assert_eq!(names(&checked.json["signers"]["counted"]), ["alice"]);
    assert_eq!(names(&checked.json["signers"]["no_longer"]), ["bruno"]);
    // Signed again by whoever holds the role now, it passes; bruno's signature
    // is explained and does not count.
    sign_release(&release, &world.stranger);
    let checked = world.check(&release);
    checked.passes(&["M-305", "M-410"]);
    assert_eq!(names(&checked.json["signers"]["counted"]), ["alice", "stranger"]);
}

#[test]
fn row_03_key_on_the_medium_only() {
    let world = World::new();
    world.refuses_everywhere("key-on-the-medium-only", &["M-302", "M-303", "M-404"]);
    let checked = world.check(&world.path("key-on-the-medium-only"));
    assert_eq!(names(&checked.json["signers"]["counted"]), ["alice"]);
}

#[test]
fn row_04_rogue_signature_beside_good_ones() {
    let world = World::new();
    world.refuses_everywhere("rogue-signature", &["M-303"]);
    let checked = world.check(&world.path("rogue-signature"));
    assert_eq!(names(&checked.json["signers"]["counted"]), ["alice", "bruno"], "still listed");
    assert!(checked.what("M-303").contains(&world.stranger.id()), "named");
    let checked = world.refuses("rogue-trust-signature", &["M-405"]);
    assert_eq!(names(&checked.json["signers"]["counted"]), ["alice", "bruno"]);
}

#[test]
fn row_04_broken_signature_beside_good_ones() {
    let world = World::new();
    world.refuses_everywhere("broken-signature", &["M-303"]);
    let checked = world.check(&world.path("broken-signature"));
    assert_eq!(names(&checked.json["signers"]["counted"]), ["alice", "bruno"], "still listed");
}

/// A spoilt signature of the release does not count, and one of a trust
/// document is not explained.
fn signature_refused(release: &str, trust: &str, reason: &str) {
    let world = World::new();
    world.refuses_everywhere(release, &["M-302", "M-303"]);
    let checked = world.check(&world.path(release));
    assert_eq!(names(&checked.json["signers"]["counted"]), ["bruno"]);
    checked.says("M-303", reason);
    world.refuses(trust, &["M-405"]).says("M-405", reason);
}

#[test]
fn row_05_legacy_turned_new() {
    signature_refused("legacy", "legacy-trust", "not of the algorithm ED");
    let world = World::new();
    // A real legacy signature over SHA256SUMS, one byte changed afterwards.
    let comment = "mediaseal release example-support lrm-security-patch 1.0.0 1.7";
    let arguments =
        ["-S", "-l", "-m", "good/SEAL/SHA256SUMS", "-s", "alice.key", "-x", "l", "-t", comment];
    let ran = run(world.team.path(), "minisign", &arguments, "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let arguments = ["-V", "-m", "good/SEAL/SHA256SUMS", "-p", "alice.pub", "-x", "l"];
    assert_eq!(run(world.team.path(), "minisign", &arguments, "").code, 0, "it was valid");
    let legacy = fs::read(world.path("l")).unwrap();
    let out = world.path("legacy-turned-new");
    seal::legacy_turned_new(&world.good, &world.keys(), &legacy, &out).unwrap();
    world.check(&out).fails(&["M-302", "M-303"]);
    // The content that such a signature would be over: 64 bytes that are the
    // BLAKE2b of SHA256SUMS, which a signer could be asked to sign with -l.
    let hash = {
        use blake2::Digest as _;
        blake2::Blake2b512::digest(fs::read(world.good.join(SUMS)).unwrap()).to_vec()
    };
    fs::write(world.path("harmless"), hash).unwrap();
    let arguments = ["-S", "-l", "-m", "harmless", "-s", "alice.key", "-x", "h", "-t", "harmless"];
    assert_eq!(run(world.team.path(), "minisign", &arguments, "").code, 0);
    let out = world.path("legacy-of-the-hash");
    let legacy = fs::read(world.path("h")).unwrap();
    seal::legacy_turned_new(&world.good, &world.keys(), &legacy, &out).unwrap();
    // Valid as a curve equation; the trusted comment is what gives it away.
    world.check(&out).fails(&["M-304"]);
}

#[test]
fn row_05_malleable_s() {
    signature_refused(
        "malleable-s",
        "malleable-s-trust",
        "not a signature of this file by that key",
    );
}

#[test]
fn row_05_small_order_key() {
    document_refused("small-order-key", "not a usable Ed25519 public key");
}

#[test]
fn row_05_bytes_after_base64() {
    signature_refused(
        "bytes-after-base64",
        "bytes-after-base64-trust",
        "not a minisign signature in its one spelling",
    );
    World::new().refuses("longer-blob", &["M-302", "M-303"]);
}

#[test]
fn row_05_base64_padded_twice() {
    signature_refused(
        "base64-padded-twice",
        "base64-padded-twice-trust",
        "not a minisign signature in its one spelling",
    );
}

#[test]
fn row_05_cr_lf() {
    signature_refused("cr-lf", "cr-lf-trust", "not a minisign signature in its one spelling");
}

#[test]
fn row_05_fifth_line() {
    signature_refused(
        "fifth-line",
        "fifth-line-trust",
        "not a minisign signature in its one spelling",
    );
}

#[test]
fn row_05_untrusted_comment() {
    signature_refused(
        "untrusted-comment",
        "untrusted-comment-trust",
        "not a minisign signature in its one spelling",
    );
}

#[test]
fn row_05_trusted_comment() {
    signature_refused(
        "trusted-comment",
        "trusted-comment-trust",
        "its trusted comment was changed",
    );
}

#[test]
fn row_06_comment_of_another_release() {
    let world = World::new();
    world.refuses_everywhere("comment-publisher", &["M-304"]);
    for name in ["comment-product", "comment-version", "comment-epoch", "comment-sequence"] {
        world.refuses(name, &["M-304"]);
    }
}

#[test]
fn row_06_trust_signature_on_release() {
    let world = World::new();
    world.refuses_everywhere("comment-of-trust", &["M-304"]);
    world.refuses("trust-signature-on-release", &["M-303"]);
    let checked = world.refuses("root-signs-release", &["M-303"]);
    assert_eq!(names(&checked.json["signers"]["counted"]), ["alice", "bruno"]);
}

#[test]
fn row_06_release_signature_on_trust() {
    let world = World::new();
    world.refuses_everywhere("release-signature-on-trust", &["M-405"]);
    world.refuses("release-comment-on-trust", &["M-405"]);
}

#[test]
fn row_19_json_spellings() {
    let world = World::new();
    let spellings: Vec<&str> =
        FIXTURES.iter().filter(|f| f.row == 19).map(|fixture| fixture.name).collect();
    assert_eq!(spellings.len(), 24);
    for name in spellings {
        match name.starts_with("trust-") {
            true => {
                world.refuses(name, &["M-404"]);
                world.refused_as_anchor(name);
            }
            false => _ = world.refuses(name, &["M-106"]),
        }
    }
    for name in ["json-double-key", "trust-json-depth"] {
        for source in world.media(&world.path(name)) {
            assert_eq!((world.check(&source).verdict(), world.check(&source).code), ("FAIL", 1));
        }
    }
}

/// Nothing that a terminal or a page would obey, and no line that was not ours.
#[track_caller]
fn is_plain(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        let bad = text.chars().find(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
        assert_eq!(bad, None, "{text}");
        assert!(!text.lines().any(|line| line.starts_with("PASS")), "{text}");
    }
}

#[test]
fn row_27_texts_refused() {
    let world = World::new();
    for name in ["title-escape", "title-right-to-left", "title-new-line", "title-zero-byte"] {
        world.refuses(name, &["M-106"]);
        is_plain(&world.verify(&["show", name]));
        is_plain(&world.verify(&["check", name, "--anchor", "example-support.anchor"]));
    }
    world.refuses("path-escape", &["M-106"]);
    world.refuses("deceiving-comment", &["M-302", "M-303"]);
    for name in ["path-escape", "deceiving-comment"] {
        is_plain(&world.verify(&["check", name, "--anchor", "example-support.anchor"]));
    }
}

#[cfg(unix)]
#[test]
fn row_27_texts_escaped() {
    use std::os::unix::ffi::OsStrExt as _;
    let world = World::new();
    world.bad("deceiving-names");
    // A name that is no text at all.
    let root = world.path("deceiving-names");
    fs::write(root.join(std::ffi::OsStr::from_bytes(b"\xff\x1b[31mred")), "x").unwrap();
    let checked = world.check(&root);
    assert_eq!((checked.verdict(), checked.code), ("FAIL", 1));
    let anchor = ["--anchor", "example-support.anchor", "--state", "nowhere"];
    for more in [&[][..], &["--json"], &["--lang", "fr"]] {
        let ran = world.verify(&[&["check", "deceiving-names"], &anchor[..], more].concat());
        assert_eq!(ran.code, 1);
        is_plain(&ran);
        for shown in ["cleared.txt", "txt.exe", "alert(1)", "PASS", "red"] {
            assert!(ran.stdout.contains(shown), "{shown} is named\n{}", ran.stdout);
        }
    }
    is_plain(&world.verify(&["show", "deceiving-names"]));
    // The source's own name is a text of somebody else, too.
    let odd = world.path("good\u{1b}[2J\u{202e}");
    fs::rename(&world.good, &odd).unwrap();
    let odd = odd.to_str().unwrap();
    for more in [&[][..], &["--json"]] {
        let ran = world.verify(&[&["check", odd], &anchor[..], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let bad = ran.stdout.chars().find(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
        assert_eq!(bad, None, "{}", ran.stdout);
    }
    let gone = world.verify(&["check", &format!("{odd}gone"), anchor[0], anchor[1]]);
    assert_eq!(gone.code, 3);
    is_plain(&gone);
    let gone = world.verify(&["show", &format!("{odd}gone")]);
    is_plain(&gone);
}

#[test]
fn row_31_counterfeit_checked() {
    let world = World::new();
    world.refuses_everywhere("counterfeit", &["M-402"]);
    world.refuses_everywhere("counterfeit-publisher", &["M-403"]);
    for name in ["counterfeit", "counterfeit-publisher"] {
        // It is whole in itself: with its own anchor it passes.
        let (anchor, _) = world.anchor_of(&world.path(name));
        let own = ["--anchor", anchor.to_str().unwrap(), "--state", "nowhere"];
        world.check_with(&world.path(name), &own).passes(&["M-408"]);
        let checked = world.check_with(&world.path(name), &["--state", "nowhere"]);
        checked.is("CANNOT TELL", 6, &["M-408", "M-420"]);
        assert_eq!(checked.json["pinned"], false);
    }
}

#[test]
fn row_31_counterfeit_packed() {
    let world = World::new();
    let state = world.enrol("state");
    let pack = |release: &str, trust: [&str; 2]| {
        let outputs = ["--image", "out.img", "--zip", "out.zip"];
        world.team.mediaseal(&[&["pack", release], &trust[..], &outputs[..]].concat())
    };
    let nothing = || {
        for name in ["out.img", "out.img.sha256", "out.zip"] {
            assert!(!world.path(name).exists(), "{name} was made");
        }
    };
    for name in ["counterfeit", "counterfeit-publisher"] {
        world.bad(name);
        let before = snapshot(&state);
        assert_eq!(pack(name, ["--anchor", "example-support.anchor"]).code, 1);
        assert_eq!(pack(name, ["--state", "state"]).code, 1);
        assert_eq!(pack(name, ["--state", "nowhere"]).code, 6, "UNPINNED");
        nothing();
        assert_eq!(snapshot(&state), before, "nothing is learned");
    }
    assert_eq!(pack("good", ["--state", "nowhere"]).code, 6, "UNPINNED");
    nothing();
    let ran = pack("good", ["--state", "state"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

/// `mediaseal sign RELEASE --key KEY --yes-release 1.7`
fn sign(world: &World, release: &str, signer: &Signer) -> Ran {
    let key = signer.secret.to_str().unwrap();
    world.team.mediaseal(&["sign", release, "--key", key, "--yes-release", "1.7"])
}

/// Bruno does not sign after `change`; the error names `named`.
#[track_caller]
fn not_signed(world: &World, name: &str, named: &str, change: impl FnOnce(&Path)) {
    let release = world.team.unsigned_release(name, &parts(7));
    let ran = sign(world, name, &world.team.alice);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    change(&release);
    let before = snapshot(&release);
    let ran = sign(world, name, &world.team.bruno);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains(named), "{named} in\n{}", ran.stderr);
    assert_eq!(snapshot(&release), before, "nothing is written");
}

/// Puts other bytes at `path`, and their hash into `SHA256SUMS`.
fn reseal(release: &Path, path: &str, bytes: &[u8]) {
    let old = Digest::of(&fs::read(release.join(path)).unwrap()).to_string();
    fs::write(release.join(path), bytes).unwrap();
    let sums = fs::read_to_string(release.join(SUMS)).unwrap();
    fs::write(release.join(SUMS), sums.replace(&old, &Digest::of(bytes).to_string())).unwrap();
}

#[test]
fn row_34_changed_between_signers() {
    let world = World::new();
    let (payload, tool) = ("PAYLOAD/patch.bin", "TOOLS/mediaseal-verify.exe");
    let same_size = |release: &Path, path: &str| {
        let mut bytes = fs::read(release.join(path)).unwrap();
        bytes[3] ^= 1;
        bytes
    };
    not_signed(&world, "payload", payload, |release| {
        fs::write(release.join(payload), same_size(release, payload)).unwrap();
    });
    not_signed(&world, "tool", tool, |release| {
        fs::write(release.join(tool), same_size(release, tool)).unwrap();
    });
    not_signed(&world, "missing", payload, |release| {
        fs::remove_file(release.join(payload)).unwrap();
    });
    not_signed(&world, "extra", "autorun.inf", |release| {
        fs::write(release.join("autorun.inf"), "x").unwrap();
    });
    // Sealed again by whoever swapped it: now alice's signature speaks.
    let alice = sums_signature(world.team.alice.public().id());
    not_signed(&world, "resealed-payload", &alice, |release| {
        reseal(release, payload, &same_size(release, payload));
    });
    not_signed(&world, "resealed-tool", &alice, |release| {
        reseal(release, tool, &same_size(release, tool));
    });
    // And unchanged, bruno signs, and it passes.
    world.team.unsigned_release("unchanged", &parts(7));
    for signer in [&world.team.alice, &world.team.bruno] {
        assert_eq!(sign(&world, "unchanged", signer).code, 0);
    }
    world.check(&world.path("unchanged")).passes(&[]);
}

#[test]
fn row_34_seal_does_not_match() {
    let world = World::new();
    let refused = |name: &str, named: &str, change: &dyn Fn(&Path)| {
        let release = world.team.unsigned_release(name, &parts(7));
        change(&release);
        let before = snapshot(&release);
        let ran = sign(&world, name, &world.team.alice);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(named), "{named} in\n{}", ran.stderr);
        assert_eq!(snapshot(&release), before, "nothing is written");
    };
    refused("other-payload", "PAYLOAD/patch.bin", &|release| {
        fs::write(release.join("PAYLOAD/patch.bin"), b"the payload".repeat(999)).unwrap();
    });
    refused("other-manifest", MANIFEST, &|release| {
        let text = fs::read_to_string(release.join(MANIFEST)).unwrap();
        fs::write(release.join(MANIFEST), text.replace("Security patch", "Another patch")).unwrap();
    });
    refused("other-size", "PAYLOAD/patch.bin", &|release| {
        reseal(release, "PAYLOAD/patch.bin", &b"the payload".repeat(1001));
    });
    refused("unsealed", "GUIDE/EN.HTM", &|release| {
        let sums = fs::read_to_string(release.join(SUMS)).unwrap();
        let kept: Vec<&str> = sums.lines().filter(|line| !line.ends_with("EN.HTM")).collect();
        fs::write(release.join(SUMS), kept.join("\n") + "\n").unwrap();
    });
}

#[test]
fn row_35_key_id_with_leading_zero() {
    // One key in 16; 1,000 keys without one come once in 10^28.
    let folder = tempfile::tempdir().unwrap();
    let zero = (0..1000)
        .map(|number| Signer::new(folder.path(), &format!("k{number}")))
        .find(|signer| signer.id().starts_with('0'))
        .expect("a key id that begins with zero");
    let mut team = Team::new();
    let (root, release) = (role(2, &[&team.carla, &team.diego]), role(2, &[&team.alice, &zero]));
    let publisher = Identifier::parse(common::PUBLISHER).unwrap();
    let document = first_document(publisher, root, release);
    team.documents = vec![signed(&document, &[&team.carla, &team.diego])];
    team.bruno = zero;
    // The world checks that the release passes.
    let world = World::of(team);
    let name = sums_signature(world.team.bruno.public().id());
    assert!(name.starts_with("SEAL/SHA256SUMS.0"), "{name}");
    for source in world.media(&world.good) {
        world.check(&source).passes(&[]);
    }
    // Under the name without the zero, as stock minisign prints it, it is no
    // signature of the seal.
    let short = name.replacen(".0", ".", 1);
    fs::rename(world.good.join(&name), world.good.join(short)).unwrap();
    world.check(&world.good).fails(&["M-302"]);
}

#[test]
fn row_35_attach_cr_lf() {
    let world = World::new();
    let name = sums_signature(world.team.bruno.public().id());
    let release = world.team.unsigned_release("half", &parts(7));
    sign_release(&release, &world.team.alice);
    world.check(&release).fails(&["M-302"]);
    // As minisign on Windows writes it.
    let file = fs::read_to_string(world.good.join(&name)).unwrap().replace('\n', "\r\n");
    fs::write(world.path("bruno.minisig"), file).unwrap();
    let ran = run(world.team.path(), MEDIASEAL, &["attach", "half", "bruno.minisig"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    world.check(&release).passes(&[]);
    let attached = fs::read(release.join(&name)).unwrap();
    assert_eq!(attached, fs::read(world.good.join(&name)).unwrap(), "the canonical form");
}

#[test]
fn every_fixture_has_a_test() {
    let tests = test_programs();
    for fixture in FIXTURES.iter().filter(|fixture| fixture.row != 19) {
        assert!(tests.contains(&format!("\"{}\"", fixture.name)), "{} has no test", fixture.name);
    }
    let mut names: Vec<&str> = FIXTURES.iter().map(|fixture| fixture.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "a name is given twice");
}

/// `row_NN_...` of every `start` in a text, up to the first other character.
fn rows_after<'a>(text: &'a str, start: &str) -> std::collections::BTreeSet<&'a str> {
    let after = text.split(start).skip(1);
    let names = after.map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &rest[..end.unwrap_or(rest.len())]
    });
    names.filter(|name| name.starts_with("row_") && name.len() > 7).collect()
}

/// The text of every test program.
fn test_programs() -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let programs = entries.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    programs.map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn tests_and_document_name_each_other() {
    let tests = test_programs();
    let document = include_str!("../docs/THREATS.md");
    let there = rows_after(&tests, "\nfn ");
    assert!(there.len() > 100, "the scan saw {} tests only", there.len());
    assert_eq!(there, rows_after(document, "`"));
}
