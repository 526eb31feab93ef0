//! `mediaseal devices` and `mediaseal write` on loop devices: a real kernel,
//! real mounts, the real programs.
//!
//! They need root and loop devices and say so plainly where these are missing:
//! a test that cannot run fails. `tests/run` leaves them out by name, and says
//! that it did, where it is not root.
#![cfg(all(feature = "builder", target_os = "linux"))]

mod common;
#[path = "common/loops.rs"]
mod loops;
#[path = "common/world.rs"]
mod world;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use common::Ran;
use loops::{Loop, Mount, at_terminal, tool};
use mediaseal::seal::digest::Digest;
use serde_json::Value;
use world::World;

const MIB: u64 = 1 << 20;
/// Of the image of the good release.
const IMAGE: u64 = 35 * MIB;

/// A world whose publisher is enrolled in the state folder `state`.
fn world() -> World {
    loops::required();
    let world = World::new();
    world.enrol("state");
    world
}

/// `mediaseal write SOURCE --state state --loop --yes` and more.
fn write(world: &World, source: &str, more: &[&str]) -> Ran {
    let fixed = ["write", source, "--state", "state", "--loop", "--yes"];
    world.team.mediaseal(&[&fixed[..], more].concat())
}

/// The same for these devices, by port.
fn write_to(world: &World, loops: &[&Loop], more: &[&str]) -> Ran {
    let ports: Vec<&str> = loops.iter().flat_map(|device| ["--port", device.name()]).collect();
    write(world, "good", &[&ports[..], more].concat())
}

/// A file of `bytes` random bytes, attached.
fn random(world: &World, name: &str, bytes: u64) -> Loop {
    let path = world.path(name);
    let mut source = fs::File::open("/dev/urandom").unwrap();
    let mut file = fs::File::create(&path).unwrap();
    std::io::copy(&mut std::io::Read::take(&mut source, bytes), &mut file).unwrap();
    Loop::attach(&path)
}

/// The officer's check of a device passes on the whole medium.
#[track_caller]
fn proves(world: &World, device: &Loop) {
    let level = ["--state", "state", "--require-level", "whole-medium"];
    let checked = world.check_with(device.node(), &level);
    checked.passes(&["M-902"]);
    assert_eq!(checked.json["level"], "whole-medium");
}

#[test]
fn on_loop_devices_are_listed_when_asked_for_and_judged() {
    let world = world();
    let device = random(&world, "stick", 40 * MIB);
    let list = |more: &[&str]| -> Vec<Value> {
        let ran = world.team.mediaseal(&[&["devices", "--json"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let list: Value = serde_json::from_str(&ran.stdout).unwrap();
        list["disks"].as_array().unwrap().clone()
    };
    let port = |disk: &&Value| disk["port"] == device.name();
    assert!(!list(&[]).iter().any(|disk| port(&disk)), "nobody's key is a loop device");
    let disks = list(&["--loop"]);
    let found = disks.iter().find(port).unwrap();
    assert_eq!((&found["eligible"], &found["bytes"]), (&true.into(), &(40 * MIB).into()));
    assert_eq!(found["protection"]["reported"], false);
    tool("mkfs.ext4", &["-q", "-L", "LABELLED", device.node().to_str().unwrap()]);
    let mount = Mount::new(device.node(), &world.path("mounted"));
    let disks = list(&["--loop"]);
    let found = disks.iter().find(port).unwrap();
    assert_eq!(
        (&found["eligible"], &found["why_not"][0]["word"]),
        (&false.into(), &"mounted".into())
    );
    assert_eq!(found["mounted"][0], mount.place().to_str().unwrap());
    assert_eq!(found["volumes"][0]["label"], "LABELLED");
    // For people, too, and in 80 columns.
    let ran = world.team.mediaseal(&["devices", "--loop"]);
    assert!(ran.stdout.contains("no key: mounted at") && ran.stdout.contains("\"LABELLED\""));
    let system = ran.stdout.contains("no key: the running system lies on it");
    let root = fs::metadata("/").unwrap();
    let known = disks
        .iter()
        .any(|disk| disk["mounted"].as_array().is_some_and(|m| m.contains(&"/".into())));
    assert_eq!(system, known, "{root:?}");
}

#[test]
fn on_loop_written_key_is_proved_and_nothing_stale_is_behind_the_image() {
    let world = world();
    for size in [IMAGE, IMAGE + 512, IMAGE + 3 * MIB + 512] {
        let device = random(&world, "stick", size);
        let ran = write_to(&world, &[&device], &["--json"]);
        assert_eq!(ran.code, 0, "{size}: {}{}", ran.stdout, ran.stderr);
        let bytes = device.content();
        assert_eq!(bytes.len() as u64, size);
        assert!(bytes[IMAGE as usize..].iter().all(|byte| *byte == 0), "{size}");
        let last = ran.stdout.lines().last().unwrap();
        let end: Value = serde_json::from_str(last).unwrap();
        assert_eq!((&end["event"], &end["done"]), (&"end".into(), &1.into()));
        let finished = events(&ran).into_iter().find(|event| event["event"] == "finished").unwrap();
        assert_eq!(finished["level"], "whole-medium");
        let digest = Digest::of(&bytes[..IMAGE as usize]);
        assert_eq!(finished["image_sha256"], digest.to_string());
        proves(&world, &device);
    }
}

fn events(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn on_loop_zip_and_image_make_the_same_key_as_the_folder() {
    let world = world();
    let [image, zip] = world.media(&world.good);
    let expected = fs::read(&image).unwrap();
    for source in [&image, &zip] {
        let device = random(&world, "stick", IMAGE);
        let ran = write(&world, source.to_str().unwrap(), &["--port", device.name()]);
        assert_eq!(ran.code, 0, "{source:?}: {}", ran.stderr);
        assert!(device.content() == expected, "{source:?}");
    }
}

#[test]
fn on_loop_keys_by_dd_and_bmaptool_pass_the_same_check() {
    let world = world();
    let [image, _] = world.media(&world.good);
    let image = image.to_str().unwrap();
    let device = random(&world, "stick", IMAGE);
    let node = device.node().to_str().unwrap().to_string();
    let of = format!("of={node}");
    tool(
        "dd",
        &[&format!("if={image}"), &of, "bs=1M", "oflag=direct", "conv=fsync", "status=none"],
    );
    proves(&world, &device);
    let file = world.path("random.img");
    let ran = write_to(&world, &[&device], &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // bmaptool onto a file full of random bytes, without a map.
    drop(device);
    let device = random(&world, "random.img", IMAGE);
    drop(device);
    tool("bmaptool", &["copy", "--nobmap", image, file.to_str().unwrap()]);
    let device = Loop::attach(&file);
    proves(&world, &device);
}

#[test]
fn on_loop_mounted_target_is_refused_with_5_and_the_word() {
    let world = world();
    let device = random(&world, "stick", 40 * MIB);
    tool("mkfs.ext4", &["-q", device.node().to_str().unwrap()]);
    let before = device.content();
    let mount = Mount::new(device.node(), &world.path("mounted"));
    let ran = write_to(&world, &[&device], &[]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    let place = mount.place().to_str().unwrap();
    assert!(ran.stderr.contains(&format!("mounted at {place}")), "{}", ran.stderr);
    assert!(ran.stderr.contains("Nothing was written"));
    drop(mount);
    assert!(device.content()[2 << 20..] == before[2 << 20..], "mounting alone changes the start");
    // Beside another one, which is written all the same.
    let mount = Mount::new(device.node(), &world.path("mounted"));
    let other = random(&world, "other", IMAGE);
    let ran = write_to(&world, &[&device, &other], &[]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    drop(mount);
    proves(&world, &other);
}

#[test]
fn on_loop_target_that_another_loop_device_stands_for_is_refused() {
    let world = world();
    let device = random(&world, "stick", 40 * MIB);
    tool("mkfs.ext4", &["-q", device.node().to_str().unwrap()]);
    let above = Loop::attach(device.node());
    // Neither a mount of the disk nor a holder that the kernel names: O_EXCL
    // alone would let us have it.
    let mount = Mount::new(above.node(), &world.path("mounted"));
    std::fs::write(mount.place().join("work"), "somebody's work").unwrap();
    let ran = write_to(&world, &[&device], &[]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("held by {}", above.name())), "{}", ran.stderr);
    drop(mount);
    let ran = write_to(&world, &[&device], &[]);
    assert_eq!(ran.code, 5, "also where nothing is mounted: {}", ran.stderr);
    drop(above);
    let ran = write_to(&world, &[&device], &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn on_loop_swapped_to_target_is_refused() {
    let world = world();
    let device = random(&world, "stick", 40 * MIB);
    let node = device.node().to_str().unwrap();
    tool("mkswap", &[node]);
    // A machine that does not let us swap has nothing to refuse; where it does,
    // the word must be there.
    tool("swapon", &[node]);
    let ran = write_to(&world, &[&device], &[]);
    tool("swapoff", &[node]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains("swap"), "{}", ran.stderr);
}

#[test]
fn on_loop_target_that_is_held_by_another_program_is_refused() {
    use std::os::unix::fs::OpenOptionsExt as _;
    let world = world();
    let device = random(&world, "stick", IMAGE);
    let before = device.content();
    // As a mount in another name space is: nothing is seen but EBUSY.
    const O_EXCL: i32 = 0o200;
    let held = fs::File::options().read(true).custom_flags(O_EXCL).open(device.node()).unwrap();
    let ran = write_to(&world, &[&device], &[]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stdout.contains("in use"), "{}", ran.stdout);
    drop(held);
    assert!(device.content() == before);
}

#[test]
fn on_loop_target_one_sector_too_small_is_refused_and_untouched() {
    let world = world();
    let device = random(&world, "stick", IMAGE - 512);
    let before = device.content();
    let ran = write_to(&world, &[&device], &[]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains("too small"), "{}", ran.stderr);
    assert!(device.content() == before);
}

#[test]
fn on_loop_write_protected_or_large_sectored_target_is_refused() {
    let world = world();
    let path = world.path("stick");
    let device = random(&world, "stick", 40 * MIB);
    let before = device.content();
    drop(device);
    for (options, word) in [(&["-r"][..], "write-protected"), (&["-b", "4096"], "sectors of 4096")]
    {
        let device = Loop::attach_with(&path, options);
        let ran = write_to(&world, &[&device], &[]);
        assert_eq!(ran.code, 5, "{}", ran.stderr);
        assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        drop(device);
        assert!(fs::read(&path).unwrap() == before);
    }
    let device = Loop::attach(&path);
    let ran = write_to(&world, &[&device], &["--ceiling", "1"]);
    assert_eq!(ran.code, 0, "40 MiB are below a gigabyte: {}", ran.stderr);
}

#[test]
fn on_loop_volume_only_leaves_the_rest_and_says_so() {
    let world = world();
    let device = random(&world, "stick", IMAGE + MIB);
    let before = device.content();
    let ran = write_to(&world, &[&device], &["--volume-only"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("--volume-only"));
    let after = device.content();
    assert!(after[IMAGE as usize..] == before[IMAGE as usize..]);
    world.check_with(device.node(), &["--state", "state", "--volume-only"]).passes(&["M-902"]);
    let whole = world.check_with(device.node(), &["--state", "state"]);
    assert_eq!(whole.code, 1, "the rest is not explained");
}

#[test]
fn on_loop_nothing_is_written_without_a_choice_or_a_terminal() {
    let world = world();
    let device = random(&world, "stick", IMAGE);
    let before = device.content();
    let run = |arguments: &[&str]| world.team.mediaseal(arguments).code;
    let port = device.name();
    assert_eq!(run(&["write", "good", "--state", "state", "--loop"]), 2, "no target");
    assert_eq!(run(&["write", "good", "--state", "state", "--loop", "--yes"]), 2);
    assert_eq!(run(&["write", "good", "--state", "state", "--loop", "--arm", "1", "--yes"]), 2);
    assert_eq!(
        run(&["write", "good", "--state", "state", "--loop", "--port", port]),
        2,
        "no terminal"
    );
    assert_eq!(
        run(&["write", "good", "--state", "state", "--yes", "--port", port]),
        5,
        "no --loop"
    );
    let twice = ["--port", port, "--port", port];
    assert_eq!(write(&world, "good", &twice).code, 5);
    assert_eq!(write(&world, "good", &["--port", "loop"]).code, 5, "no such port");
    // Not by an anchor that lies about: a state of one's own is wanted.
    let anchor = world.anchor.to_str().unwrap();
    assert_eq!(write(&world, "good", &["--port", port, "--anchor", anchor]).code, 2);
    assert!(device.content() == before);
}

#[test]
fn on_loop_counterfeit_or_unpinned_is_written_to_no_key() {
    let world = world();
    let device = random(&world, "stick", IMAGE);
    let before = device.content();
    for name in ["counterfeit", "counterfeit-publisher"] {
        let bad = world.bad(name);
        let bad = bad.to_str().unwrap();
        assert_eq!(write(&world, bad, &["--port", device.name()]).code, 1, "{name}");
    }
    let unpinned = ["write", "good", "--state", "nowhere", "--loop", "--yes", "--port"];
    let ran = world.team.mediaseal(&[&unpinned[..], &[device.name()]].concat());
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    fs::write(world.good.join("extra.txt"), "x").unwrap();
    assert_eq!(write(&world, "good", &["--port", device.name()]).code, 1);
    assert!(device.content() == before);
}

#[test]
fn on_loop_typed_confirmation_wants_the_exact_words() {
    let world = world();
    let device = random(&world, "stick", IMAGE);
    let before = device.content();
    let typed = |answer: &str| {
        let program = env!("CARGO_BIN_EXE_mediaseal");
        let line = format!("{program} write good --state state --loop --port {}", device.name());
        at_terminal(world.team.path(), &line, answer)
    };
    for wrong in ["", "1", "y", "yes", "2 loop0", "1 LOOP"] {
        let (code, said) = typed(wrong);
        assert_eq!(code, Some(130), "{wrong:?}: {said}");
        assert!(said.contains("Time        about"), "{said}");
        assert!(device.content() == before, "{wrong:?}");
    }
    let (code, said) = typed(&format!("1 {}", device.name()));
    assert_eq!(code, Some(0), "{said}");
    proves(&world, &device);
}

#[test]
fn on_loop_interrupt_leaves_a_key_that_does_not_mount() {
    let world = world();
    // Large enough that it is still at it when the signal comes.
    let path = world.path("stick");
    fs::File::create(&path).unwrap().set_len(4 << 30).unwrap();
    let device = Loop::attach(&path);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mediaseal"))
        .args(["write", "good", "--state", "state", "--loop", "--yes", "--json", "--port"])
        .arg(device.name())
        .current_dir(world.team.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let writing =
        lines.by_ref().map(Result::unwrap).find(|line| line.contains("\"phase\":\"write\""));
    assert!(writing.is_some(), "it never came to writing");
    tool("kill", &["-INT", &child.id().to_string()]);
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
    let finished = rest.iter().find(|line| line.contains("\"finished\"")).unwrap();
    let finished: Value = serde_json::from_str(finished).unwrap();
    assert_eq!(
        (&finished["result"], &finished["does_not_mount"]),
        (&"cancelled".into(), &true.into())
    );
    let mut head = vec![1; 2 << 20];
    std::io::Read::read_exact(&mut fs::File::open(&path).unwrap(), &mut head).unwrap();
    assert!(head.iter().all(|byte| *byte == 0));
    let output = Command::new("blkid").arg("-p").arg(device.node()).output().unwrap();
    assert_ne!(output.status.code(), Some(0), "blkid sees something: {output:?}");
}

#[test]
fn on_loop_source_must_be_no_device() {
    let world = world();
    let device = random(&world, "stick", IMAGE);
    assert_eq!(write_to(&world, &[&device], &[]).code, 0);
    let other = random(&world, "other", IMAGE);
    let before = other.content();
    let node: &Path = device.node();
    let ran = write(&world, node.to_str().unwrap(), &["--port", other.name()]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(other.content() == before);
}
