//! A key on a loop device, from `write` over "plug it in again" to its card and
//! back from the log: a real kernel, the real programs. Needs root and loop
//! devices, and says so where they are missing.
#![cfg(all(feature = "builder", target_os = "linux"))]

mod common;
#[path = "common/loops.rs"]
mod loops;
#[path = "common/world.rs"]
mod world;

use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use common::Ran;
use loops::Loop;
use world::World;

const MIB: u64 = 1 << 20;

/// A publisher whose station is set up, and a file that serves as a stick.
struct Bench {
    world: World,
    file: PathBuf,
}

impl Bench {
    fn new() -> Self {
        loops::required();
        let world = World::new();
        world.enrol("state");
        let file = world.path("stick");
        let mut source = fs::File::open("/dev/urandom").unwrap().take(40 * MIB);
        std::io::copy(&mut source, &mut fs::File::create(&file).unwrap()).unwrap();
        Self { world, file }
    }

    fn run(&self, command: &str) -> Ran {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        let ran = self.world.team.mediaseal(&arguments);
        let ours = !command.starts_with("write") && !command.contains("--json");
        for line in ran.stdout.lines().chain(ran.stderr.lines()).filter(|_| ours) {
            let program = line.starts_with('{') || line.starts_with(['"', '\u{feff}']);
            assert!(line.chars().count() <= 80 || program, "{line}");
        }
        ran
    }

    /// The command on this device; it must end with `code`.
    #[track_caller]
    fn on(&self, device: &Loop, command: &str, code: i32) -> Ran {
        let ran = self.run(&format!("{command} --port {} --loop --state state", device.name()));
        assert_eq!(ran.code, code, "{command}: {}{}", ran.stdout, ran.stderr);
        ran
    }

    #[track_caller]
    fn ends(&self, command: &str, code: i32) -> Ran {
        let ran = self.run(&format!("{command} --state state"));
        assert_eq!(ran.code, code, "{command}: {}{}", ran.stdout, ran.stderr);
        ran
    }

    /// Runs every line of the card as it stands there, in the release folder,
    /// and compares with what the card says.
    fn stock_tools_agree(&self, card: &str) {
        let (_, tools) = card.split_once("export LC_ALL=C").unwrap();
        let mut lines = tools.lines().peekable();
        let mut ran = 0;
        while let Some(line) = lines.next() {
            let Some(line) = line.strip_prefix("    ").filter(|line| !line.starts_with([' ', '-']))
            else {
                continue;
            };
            let mut command = line.to_string();
            while command.ends_with('\\') {
                command.pop();
                command.push_str(lines.next().unwrap().trim_start());
            }
            let expected = lines.next().unwrap();
            let value = match expected.contains("must be ·") {
                true => lines.next().unwrap().trim().to_string(),
                false => String::new(),
            };
            if command.starts_with("certutil") {
                continue;
            }
            let command = command.replace("/dev/sdX", self.file.to_str().unwrap());
            let shell = format!("export LC_ALL=C; {command}");
            let said = common::run(&self.world.good, "sh", &["-c", &shell], "");
            assert_eq!(said.code, 0, "{command}: {}", said.stderr);
            assert!(said.stdout.starts_with(&value), "{command}: {} {value}", said.stdout);
            for (words, answer) in [
                ("minisign", "Signature and comment signature verified"),
                ("--strict -c", ": OK\n"),
                ("uniq -u", "SEAL/SHA256SUMS\n"),
            ] {
                assert!(
                    !command.contains(words) || said.stdout.contains(answer),
                    "{}",
                    said.stdout
                );
            }
            ran += 1;
        }
        assert_eq!(ran, 6, "two signers, code, files, nothing else, image: {tools}");
    }

    fn patch(&self, offset: u64, change: impl FnOnce(u8) -> u8) {
        let mut file = fs::File::options().read(true).write(true).open(&self.file).unwrap();
        let mut byte = [0];
        file.seek(SeekFrom::Start(offset)).unwrap();
        file.read_exact(&mut byte).unwrap();
        file.seek(SeekFrom::Start(offset)).unwrap();
        file.write_all(&[change(byte[0])]).unwrap();
        file.sync_all().unwrap();
    }
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn on_loop_a_key_is_written_plugged_in_again_proved_carded_and_found() {
    let bench = Bench::new();
    let stick = Loop::attach(&bench.file);
    bench.on(&stick, "write good --yes --ticket T-9 --operator ada", 0);
    let found = bench.ends("log find --ticket t-9", 0);
    assert!(found.stdout.contains("1: written, done"), "{}", found.stdout);
    assert!(found.stdout.contains("ada"), "{}", found.stdout);
    // Not before it was plugged in again.
    let early = bench.on(&stick, "confirm good", 5);
    assert!(early.stderr.contains("not plugged in again"), "{}", early.stderr);
    drop(stick);
    let open = Loop::attach(&bench.file);
    let unprotected = bench.on(&open, "confirm good --require-protection", 1);
    assert!(flat(&unprotected.stdout).contains("not-protected"), "{}", unprotected.stdout);
    bench.ends("card good --ordinal 1", 1);
    drop(open);
    // The switch is set.
    let protected = Loop::attach_with(&bench.file, &["-r"]);
    let proved = bench.on(&protected, "confirm good --require-protection --recipient Lab", 0);
    let text = flat(&proved.stdout);
    assert!(text.contains("proved") && text.contains("written by attempt 1"), "{text}");
    assert!(text.contains("Protection the device reports it"), "{text}");
    let card = bench.ends("card good --ordinal 1", 0);
    let code = mediaseal::seal::digest::Digest::of(
        &fs::read(bench.world.good.join("SEAL/SHA256SUMS")).unwrap(),
    );
    assert!(card.stdout.contains(&code.code_lines()[1]), "{}", card.stdout);
    assert!(card.stdout.contains("Lab") && card.stdout.contains("another"), "{}", card.stdout);
    bench.stock_tools_agree(&card.stdout);
    let page = bench.ends("card good --ordinal 1 --html --out 1.html", 0);
    assert_eq!(page.stdout, "1.html\n");
    bench.ends("card good --ordinal 1 --html --out 1.html", 5);
    // Once more it is the same key.
    let again = bench.on(&protected, "confirm good", 0);
    assert!(flat(&again.stdout).contains("Key 1 "), "{}", again.stdout);
    let found = bench.ends("log find --ordinal 1 --json", 0);
    assert_eq!(found.stdout.lines().count(), 3, "{}", found.stdout);
    assert!(found.stdout.lines().all(|line| line.starts_with("{\"kind\":\"")), "{}", found.stdout);
    bench.ends("log find --ordinal 2", 1);
    let head = bench.ends("log check", 0);
    let head = head.stdout.split_whitespace().next().unwrap().to_string();
    bench.ends(&format!("log check --head {head}"), 0);
    let csv = bench.ends("log export", 0);
    assert_eq!(csv.stdout.lines().count(), 5, "{}", csv.stdout);
    bench.ends("log export --out keys.csv", 0);
    bench.ends("log export --out keys.csv", 5);
    // Lines cut off at the end are found by the head that was noted.
    let log = bench.world.path("state/production/production.log");
    let text = fs::read_to_string(&log).unwrap();
    let shorter: Vec<&str> = text.lines().take(2).collect();
    fs::write(&log, shorter.join("\n") + "\n").unwrap();
    bench.ends("log check", 0);
    bench.ends(&format!("log check --head {head}"), 1);
    fs::write(&log, text.replace("T-9", "T-8")).unwrap();
    bench.ends("log check", 1);
    bench.ends("log find --ticket T-8", 1);
}

#[test]
fn on_loop_what_came_back_changed_is_told_with_the_place() {
    let bench = Bench::new();
    let stick = Loop::attach(&bench.file);
    bench.on(&stick, "write good --yes", 0);
    drop(stick);
    bench.patch(MIB + 0x41, |byte| byte | 1);
    let mounted = Loop::attach(&bench.file);
    let ran = bench.on(&mounted, "confirm good", 1);
    assert!(ran.stdout.contains("os-changes"), "{}", ran.stdout);
    let rewrite = format!("mediaseal write good --port {}", mounted.name());
    assert!(ran.stderr.contains(&rewrite), "{}", ran.stderr);
    drop(mounted);
    bench.patch(MIB + 0x41, |byte| byte & !1);
    bench.patch(39 * MIB + 5, |_| 7);
    let changed = Loop::attach(&bench.file);
    let ran = bench.on(&changed, "confirm good", 1);
    let place = format!("first wrong byte: {}", 39 * MIB + 5);
    assert!(ran.stdout.contains(&place), "{}", ran.stdout);
    assert!(ran.stderr.contains("FAILED: unplug it now"), "{}", ran.stderr);
    bench.ends("card good --ordinal 1", 1);
}

#[test]
fn on_loop_row_31_nothing_is_proved_or_carded_without_the_stations_own_state() {
    let bench = Bench::new();
    let stick = Loop::attach(&bench.file);
    let port = stick.name().to_string();
    let nobody = |command: &str| bench.run(&format!("{command} --state nobody")).code;
    assert_eq!(nobody(&format!("confirm good --port {port} --loop")), 6);
    assert_eq!(nobody("card good --ordinal 1"), 6);
    assert_eq!(nobody("station good --order 1 --keys 1 --yes-order 1"), 6);
    // A counterfeit that is whole in itself, against the station's own state.
    let forger = common::Team::new();
    let forged = forger.signed_release("forged", &world::parts(7));
    let forged = forged.to_str().unwrap();
    let ours = |command: &str| bench.run(&format!("{command} --state state")).code;
    assert_eq!(ours(&format!("confirm {forged} --port {port} --loop")), 1);
    assert_eq!(ours(&format!("card {forged} --ordinal 1")), 1);
    assert_eq!(ours(&format!("station {forged} --order 1 --keys 1 --yes-order 1")), 1);
    assert!(!bench.world.path("state/production").exists(), "no line was written");
}
