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

    /// The order has its line in the log, and its station was killed.
    fn opens_order(&self, name: &str) {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mediaseal"))
            .args(["station", "good", "--keys", "2", "--state", "state"])
            .args(["--order", name, "--yes-order", name])
            .current_dir(self.world.team.path())
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let log = self.world.path("state/production/production.log");
        let there = || fs::read(&log).is_ok_and(|log| log.ends_with(b"\n"));
        while !there() {
            assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
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
fn on_loop_a_changed_key_is_written_again_at_the_terminal_and_then_proved() {
    let bench = Bench::new();
    let stick = Loop::attach(&bench.file);
    bench.on(&stick, "write good --yes", 0);
    drop(stick);
    let answered = |answer: &dyn Fn(&Loop) -> String| {
        bench.patch(MIB + 0x41, |byte| byte | 1);
        let mounted = Loop::attach(&bench.file);
        let program = env!("CARGO_BIN_EXE_mediaseal");
        let line = format!("{program} confirm good --loop --state state --port {}", mounted.name());
        let folder = bench.world.team.path();
        let (code, said) = loops::at_terminal(folder, &line, &answer(&mounted));
        assert_eq!(code, Some(1), "this key was not proved: {said}");
        assert!(said.contains("os-changes"), "{said}");
        assert!(said.contains("It can be written again now"), "{said}");
        assert!(said.contains("Will be erased and written"), "{said}");
        (mounted, said)
    };
    for wrong in ["", "y", "1"] {
        let (_device, said) = answered(&|_| wrong.to_string());
        assert!(said.contains("nothing was written"), "{wrong:?}: {said}");
        assert_eq!(fs::read(&bench.file).unwrap()[(MIB + 0x41) as usize], 1, "{wrong:?}");
    }
    let (device, said) = answered(&|device| format!("1 {}", device.name()));
    assert!(said.contains("Written again, not proved"), "{said}");
    let early = bench.on(&device, "confirm good", 5);
    assert!(early.stderr.contains("not plugged in again"), "{}", early.stderr);
    drop(device);
    let protected = Loop::attach_with(&bench.file, &["-r"]);
    let proved = bench.on(&protected, "confirm good --require-protection", 0);
    // Written; changed four times and the last time written again; proved.
    assert!(flat(&proved.stdout).contains("written by attempt 6"), "{}", proved.stdout);
    let found = bench.ends("log find --ordinal 1 --json", 0);
    assert!(found.stdout.lines().last().unwrap().contains("\"result\":\"proved\""));
    bench.ends("log check", 0);
}

#[test]
fn on_loop_a_changed_key_whose_switch_is_set_is_not_offered_to_be_written() {
    let bench = Bench::new();
    let stick = Loop::attach(&bench.file);
    bench.on(&stick, "write good --yes", 0);
    drop(stick);
    bench.patch(MIB + 0x41, |byte| byte | 1);
    let protected = Loop::attach_with(&bench.file, &["-r"]);
    let program = env!("CARGO_BIN_EXE_mediaseal");
    let line = format!("{program} confirm good --loop --state state --port {}", protected.name());
    let (code, said) = loops::at_terminal(bench.world.team.path(), &line, "");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("not as it is: write-protected"), "{said}");
    let again = format!("mediaseal write good --port {} --state state", protected.name());
    assert!(said.contains(&again), "{said}");
    assert!(!said.contains("written again now"), "{said}");
}

#[test]
fn on_loop_refused_targets_have_their_line_in_the_log() {
    let bench = Bench::new();
    let results = |bench: &Bench| -> Vec<(String, String)> {
        let log = fs::read_to_string(bench.world.path("state/production/production.log")).unwrap();
        let line = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let word = |name: &str| line[name].as_str().unwrap().to_string();
            (word("result"), word("detail"))
        };
        log.lines().map(line).collect()
    };
    let small = bench.world.path("small");
    fs::File::create(&small).unwrap().set_len(35 * MIB - 512).unwrap();
    let cases: [(&PathBuf, &[&str], &str); 3] = [
        (&bench.file, &["-r"], "write-protected"),
        (&bench.file, &["-b", "4096"], "sectors of 4096 bytes"),
        (&small, &[], "too small"),
    ];
    for (count, (file, options, why)) in cases.into_iter().enumerate() {
        let device = Loop::attach_with(file, options);
        bench.on(&device, "write good --yes", 5);
        let (result, detail) = results(&bench).pop().unwrap();
        assert_eq!((results(&bench).len(), result.as_str()), (count + 1, "refused"));
        assert!(detail.contains(why), "{detail}");
    }
    let device = Loop::attach(&bench.file);
    loops::tool("mkfs.ext4", &["-q", device.node().to_str().unwrap()]);
    let mount = loops::Mount::new(device.node(), &bench.world.path("mounted"));
    let json = bench.on(&device, "write good --yes --json", 5);
    let (result, detail) = results(&bench).pop().unwrap();
    assert_eq!(result, "refused");
    assert!(detail.starts_with("mounted at "), "{detail}");
    // Programs hear of it, too.
    let events: Vec<serde_json::Value> =
        json.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["event"], "refused");
    assert_eq!(events[0]["why_not"][0], "mounted");
    assert_eq!((&events[1]["event"], &events[1]["exit_code"]), (&"end".into(), &5.into()));
    drop(mount);
    bench.ends("log check", 0);
    let found = bench.ends(&format!("log find --serial {}", device.name()), 1);
    assert!(found.stdout.is_empty(), "a loop device has no serial: {}", found.stdout);
}

/// The computer goes off while a batch is written: what was done has its line.
#[test]
fn on_loop_a_batch_that_is_killed_keeps_the_lines_of_the_keys_that_were_done() {
    use std::io::BufRead as _;
    let bench = Bench::new();
    bench.opens_order("4711");
    let large = bench.world.path("large");
    fs::File::create(&large).unwrap().set_len(8 << 30).unwrap();
    let (slow, quick) = (Loop::attach(&large), Loop::attach(&bench.file));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_mediaseal"))
        .args(["write", "good", "--state", "state", "--loop", "--yes", "--json"])
        .args(["--order", "4711"])
        .args(["--port", slow.name(), "--port", quick.name()])
        .current_dir(bench.world.team.path())
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let finished = lines.find_map(|line| line.ok().filter(|line| line.contains("\"finished\"")));
    // No handler runs and nothing is flushed.
    child.kill().unwrap();
    child.wait().unwrap();
    let finished: serde_json::Value =
        serde_json::from_str(&finished.expect("one of them was finished")).unwrap();
    assert_eq!((&finished["target"], &finished["result"]), (&1.into(), &"done".into()));
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert!(!rest.iter().any(|line| line.contains("\"end\"")), "it came to its end: {rest:?}");
    bench.ends("log check", 0);
    let log = fs::read_to_string(bench.world.path("state/production/production.log")).unwrap();
    let lines: Vec<serde_json::Value> =
        log.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    let facts = |line: &serde_json::Value| {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_string();
        (text(&line["result"]), text(&line["stick"]["port"]), line["attempt"].as_u64().unwrap())
    };
    let (begun, done) = ("begun".to_string(), "done".to_string());
    let [slow_port, quick_port] = [&slow, &quick].map(|stick| stick.name().to_string());
    let expected =
        [(begun.clone(), slow_port, 1), (begun, quick_port.clone(), 2), (done, quick_port, 2)];
    assert_eq!(lines.iter().map(facts).collect::<Vec<_>>(), expected, "{log}");
    // What has no end is told, is no key, and is taken for no other tool's.
    let csv = bench.ends("log export", 0).stdout;
    let cells = |start: &str| csv.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!((cells("\"1\",\"write\""), cells("\"2\",\"write\"")), (1, 1), "{csv}");
    assert!(csv.contains("\"begun\"") && csv.contains("\"done\""), "{csv}");
    assert!(bench.ends("log check", 0).stderr.contains("1 began to write a key and have no end"));
    let goes_on = "station good --order 4711 --yes-order no";
    let told = bench.ends(goes_on, 130).stderr;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = format!("Attempt 1 began at port {}, serial none, and has no end", slow.name());
    assert!(told.contains(&expected) && !told.contains("Attempt 2"), "{told}");
    let stayed = bench.on(&slow, "confirm good", 5).stderr;
    assert!(stayed.contains("was not plugged in again since it was written"), "{stayed}");
    // The other one was begun, and does not mount.
    drop(slow);
    let mut head = vec![1; 2 << 20];
    fs::File::open(&large).unwrap().read_exact(&mut head).unwrap();
    assert_eq!(head[510..512], [0, 0]);
    assert_eq!(head[MIB as usize + 510..MIB as usize + 512], [0, 0]);
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
