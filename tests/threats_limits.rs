//! Rows 15, 20 and 22 of docs/THREATS.md where they need a disk of their own:
//! sizes around 2^31 and 2^32, a file that grows, a device far larger than its
//! image, a full disk, a folder of somebody else, a drive of Linux.
//!
//! A precondition that this computer lacks (root, loop devices, namespaces) is
//! said, and the rest of the test still runs.
#![cfg(all(feature = "builder", target_os = "linux"))]

mod common;
#[path = "common/workshop.rs"]
mod workshop;
#[path = "common/world.rs"]
mod world;

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::snapshot;
use mediaseal::drill::exercise::Workbench;
use mediaseal::drill::registry::drill;
use workshop::Workshop;
use world::{Checked, VERIFY, World};

const GIB: u64 = 1 << 30;

/// A workshop whose payload is a hole of `bytes`, built and signed.
fn sized(bytes: u64) -> Workshop {
    let shop = Workshop::new();
    shop.file("payload/setup.bin", b"");
    resize(&shop.path("payload/setup.bin"), bytes);
    shop
}

fn resize(path: &Path, bytes: u64) {
    File::options().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

#[test]
fn row_20_files_of_2_gib_and_of_the_largest_size_are_exact_to_the_byte() {
    for bytes in [1 << 31, (1 << 32) - 1] {
        let shop = sized(bytes);
        shop.build("release", 7);
        shop.sign("release", &["alice", "bruno"]);
        let payload = shop.path("release/PAYLOAD/setup.bin");
        assert_eq!(fs::metadata(&payload).unwrap().len(), bytes);
        let good = shop.check("release");
        assert_eq!(good.code, Some(0), "{bytes}: {good:#?}");
        assert!(good.stdout.contains("PASS"), "{}", good.stdout);
        for wrong in [bytes - 1, bytes + 1] {
            resize(&payload, wrong);
            let bad = shop.check("release");
            assert_eq!(bad.code, Some(1), "{wrong}: {bad:#?}");
            assert!(bad.stdout.contains("M-120"), "{}", bad.stdout);
        }
        // The right size with one other byte, the last; once is enough.
        if bytes == 1 << 31 {
            continue;
        }
        resize(&payload, bytes);
        let mut file = File::options().write(true).open(&payload).unwrap();
        file.seek(SeekFrom::Start(bytes - 1)).unwrap();
        file.write_all(b"!").unwrap();
        let bad = shop.check("release");
        assert_eq!(bad.code, Some(1), "{bytes}: {bad:#?}");
        assert!(bad.stdout.contains("M-118"), "{}", bad.stdout);
    }
}

#[test]
fn row_20_file_of_4_gib_is_refused_by_the_builder() {
    let shop = sized(1 << 32);
    let ran = shop.mediaseal(&[
        "build",
        "lab.toml",
        "--payload",
        "payload",
        "--no-reference",
        "--trust",
        "trust",
        "--sequence",
        "7",
        "--out",
        "release",
    ]);
    assert!(matches!(ran.code, Some(1 | 2 | 5)), "{ran:#?}");
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    assert!(!shop.path("release").exists(), "nothing is left behind");
}

#[test]
fn row_20_file_that_grows_while_it_is_read_fails() {
    let shop = sized(GIB);
    shop.build("release", 7);
    shop.sign("release", &["alice", "bruno"]);
    assert_eq!(shop.check("release").code, Some(0), "it passes when nobody touches it");
    let arguments =
        ["check", "release", "--anchor", "example.anchor", "--state", "nobody", "--json"];
    let mut running = shop
        .command(env!("CARGO_BIN_EXE_mediaseal-verify"), &arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Once it has read some megabytes the payload is open, and its size known.
    let io = PathBuf::from(format!("/proc/{}/io", running.id()));
    let read = || {
        let text = fs::read_to_string(&io).unwrap_or_default();
        let bytes = text.lines().find_map(|line| line.strip_prefix("rchar: "));
        bytes.and_then(|bytes| bytes.parse::<u64>().ok()).unwrap_or(0)
    };
    let started = Instant::now();
    while read() < 32 << 20 && started.elapsed() < Duration::from_secs(60) {
        assert_eq!(running.try_wait().unwrap(), None, "it ended before it was disturbed");
        std::thread::sleep(Duration::from_millis(1));
    }
    let path = shop.path("release/PAYLOAD/setup.bin");
    File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
    let output = running.wait_with_output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{json:#}");
    let codes: Vec<&str> =
        json["findings"].as_array().unwrap().iter().filter_map(|f| f["code"].as_str()).collect();
    assert!(codes.iter().any(|code| ["M-118", "M-120", "M-238"].contains(code)), "{codes:?}");
}

/// A loop device over an image, given back when it goes.
struct Loop(PathBuf);

impl Loop {
    /// `None` where this computer has no loop devices or we are not root.
    fn over(image: &Path) -> Option<Self> {
        let output =
            Command::new("losetup").args(["--show", "-r", "-f"]).arg(image).output().ok()?;
        let path = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| Self(PathBuf::from(path.trim())))
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = Command::new("losetup").arg("-d").arg(&self.0).status();
    }
}

#[test]
fn row_20_device_of_4_gib_more_than_its_image_is_read_to_its_end() {
    let world = World::new();
    let bench = Workbench::new(&world.good, &world.path("any")).unwrap();
    let image = world.path("large.img");
    drill("image-endless-tail").unwrap().write(&bench, &image).unwrap();
    // As an image it is longer than its volume: said, whatever the bytes are.
    world.check(&image).fails(&["M-234", "M-238"]);
    let Some(device) = Loop::over(&image) else {
        println!("no loop device on this computer: a large device was not tried");
        return;
    };
    // As a device it is a stick with room, all zeros: PASS, whole medium.
    let checked = world.check(&device.0);
    assert_eq!((checked.verdict(), checked.code), ("PASS", 0), "{:#}", checked.json);
    assert_eq!(checked.json["level"], "whole-medium");
    drop(device);
    // One byte at its very end is named with its offset.
    let length = fs::metadata(&image).unwrap().len();
    let mut file = File::options().write(true).open(&image).unwrap();
    file.seek(SeekFrom::Start(length - 1)).unwrap();
    file.write_all(b"!").unwrap();
    drop(file);
    let device = Loop::over(&image).expect("there was one a moment ago");
    let checked = world.check(&device.0);
    // The loop device is read-only, and says so.
    checked.fails(&["M-234", "M-901"]);
    let starts = |f: &serde_json::Value| {
        let start = f["values"]["start"].as_str().unwrap_or_default().replace(',', "");
        f["code"] == "M-234" && start == (length - 1).to_string()
    };
    let findings = checked.json["findings"].as_array().unwrap();
    assert!(findings.iter().any(starts), "{:#}", checked.json);
}

/// Runs a shell script in namespaces of its own, in which it may mount, with
/// the verifier as `$0`. `None` where the system does not allow that.
fn mounting(world: &World, script: &str) -> Option<(i32, String, String)> {
    let allowed = Command::new("unshare").args(["-rm", "true"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        println!("this computer has no namespaces for users: nothing was mounted");
        return None;
    }
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, VERIFY])
        .arg(&world.anchor)
        .current_dir(world.team.path())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Some((output.status.code().unwrap(), text(output.stdout), text(output.stderr)))
}

#[test]
fn row_22_full_disk_leaves_nothing_behind() {
    let mut parts = world::parts(7);
    parts.files[2].1 = b"the payload".repeat(40_000);
    let world = World::new();
    let big = world.team.signed_release("big", &parts);
    let state = world.enrol("state");
    // A disk of 300 KB for a payload of 440 KB.
    fs::create_dir(world.path("small")).unwrap();
    let script = "mount -t tmpfs -o size=300k tmpfs small && mkdir small/to && \
        \"$0\" copy big --to small/to --state state --json; code=$?; \
        find small -mindepth 1 >&2; exit $code";
    if let Some((code, stdout, stderr)) = mounting(&world, script) {
        assert_eq!(code, 3, "{stdout}{stderr}");
        assert!(stderr.contains("No space left"), "{stderr}");
        let left: Vec<&str> = stderr.lines().filter(|line| line.starts_with("small/")).collect();
        assert_eq!(left, ["small/to"], "nothing is left behind");
        // The release itself passed; that this computer is full is no FAIL.
        let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!(json["exit_code"], 3, "{json:#}");
    }
    // With room it works, and nothing was remembered of the copy that failed.
    world.copy(&big, &state, &[]).passes(&[]);
    world.copy(&big, &state, &[]).passes(&["M-507"]);
}

#[test]
fn row_22_full_disk_under_the_state_keeps_what_was_known() {
    let world = World::new();
    world.enrol("state");
    fs::create_dir(world.path("small")).unwrap();
    fs::create_dir(world.path("Illumina")).unwrap();
    let script = "mount -t tmpfs -o size=64k tmpfs small && cp -a state small/state && \
        cat /dev/zero > small/filler 2>/dev/null; \
        \"$0\" copy good --to Illumina --state small/state --json > copy.json; code=$?; \
        rm small/filler; \"$0\" check good --state small/state --json; \
        echo \"$code $?\" >&2";
    let Some((_, stdout, stderr)) = mounting(&world, script) else { return };
    assert_eq!(stderr.lines().last(), Some("3 0"), "{stdout}{stderr}");
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["verdict"], "PASS", "the state is whole: {json:#}");
}

#[test]
fn row_22_identical_folder_of_another_user_is_refused() {
    let world = World::new();
    let state = world.enrol("state");
    world.copy(&world.good, &state, &[]).passes(&[]);
    world.copy(&world.good, &state, &[]).passes(&["M-507"]);
    if mediaseal::sys::user::effective_user() != Some(0) {
        println!("not root: files of another user cannot be made, nothing more was tried");
        return;
    }
    let copied = fs::read_dir(world.path("Illumina")).unwrap().next().unwrap().unwrap().path();
    let chown = |path: &Path, owner| std::os::unix::fs::chown(path, Some(owner), None).unwrap();
    let before = snapshot(&copied);
    // Whoever owns the folder, or one file in it, can change it afterwards.
    for foreign in [copied.clone(), copied.join("PAYLOAD"), copied.join("PAYLOAD/patch.bin")] {
        chown(&foreign, 65534);
        let (good, state) = (world.good.to_str().unwrap(), state.to_str().unwrap());
        for (language, words) in [("en", "another user"), ("fr", "autre utilisateur")] {
            let copy =
                ["copy", good, "--to", "Illumina", "--state", state, "--lang", language, "--json"];
            let ran = world.verify(&copy);
            assert_eq!(ran.code, 5, "{}{}", ran.stdout, ran.stderr);
            let flat = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(words) && flat.contains("65534"), "{}", ran.stderr);
        }
        assert_eq!(snapshot(&copied), before, "nothing was changed or overwritten");
        assert_eq!(fs::read_dir(world.path("Illumina")).unwrap().count(), 1);
        chown(&foreign, 0);
    }
    world.copy(&world.good, &state, &[]).passes(&["M-507"]);
}

#[test]
fn row_15_folder_that_linux_puts_on_a_drive_is_not_excused() {
    // The design excuses two folders of Windows on somebody's own drive, and no
    // other; a release lies in a folder of its own there.
    let world = World::new();
    fs::create_dir(world.path("drive")).unwrap();
    let script = "mount -t tmpfs tmpfs drive && mkdir drive/lost+found drive/release && \
        cp -r good/. drive/ && cp -r good/. drive/release/ && \
        \"$0\" check drive/release --anchor \"$1\" --state nowhere --json > inner.json; \
        rm -r drive/release; \
        exec \"$0\" check drive --anchor \"$1\" --state nowhere --json";
    let Some((code, stdout, stderr)) = mounting(&world, script) else { return };
    let read = |text: &str, code| {
        let json = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}{stderr}"));
        Checked { code, json }
    };
    read(&stdout, code).fails(&["M-217"]);
    let inner = read(&fs::read_to_string(world.path("inner.json")).unwrap(), 0);
    assert_eq!(inner.verdict(), "PASS", "{:#}", inner.json);
}
