//! Figures of writing keys: one key against `dd`, its reading back against
//! `dd | openssl`, four throttled sticks against one, and peak memory.
//!
//! `cargo bench --bench writing [-- --quick | --smoke]`. Ratios of median wall
//! times in interleaved rounds, printed beside their bars and never judged: a
//! machine that is busy is no fault of the code. What needs loop devices needs
//! root, and is said to be not measured elsewhere. Work files lie below `TMPDIR`
//! (2 GiB; 300 MB with `--smoke`).

#[path = "figures/fixture.rs"]
#[allow(dead_code)]
mod fixture;
#[path = "../tests/common/loops.rs"]
mod loops;
#[path = "figures/measure.rs"]
#[allow(dead_code)]
mod measure;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use fixture::{Bytes, MEDIASEAL, VERIFY, Work};
use loops::Loop;
use measure::step;
use mediaseal::build::piece_digests::PieceDigests;
use mediaseal::seal::digest::Digest;
use mediaseal::sys::disk::fake::{FakeDevices, Fault, stick};
use mediaseal::sys::disk::{Devices, Disk, Loops, SystemDevices};
use mediaseal::write::cancel::Cancel;
use mediaseal::write::clock::SystemClock;
use mediaseal::write::eligible::{LoopDevices, Policy};
use mediaseal::write::engine::{self, Eject, Job, PATIENCE};
use mediaseal::write::event::{Event, Observer, Phase};
use mediaseal::write::image::Image;
use mediaseal::write::result::Extent;

const MIB: u64 = 1 << 20;
/// Peak memory: this, and so much more for each key.
const MEMORY_BAR_MIB: f64 = 32.0;
const MEMORY_EACH_MIB: f64 = 8.0;
/// A slow stick: about 25 MB/s.
const PAUSE: Duration = Duration::from_millis(40);

/// When each step of the first target began.
struct Watch(Vec<(Phase, Instant)>);

impl Observer for Watch {
    fn event(&mut self, event: &Event<'_>) {
        if let Event::Phase { target: 0, phase } = event {
            self.0.push((*phase, Instant::now()));
        }
    }
}

impl Watch {
    /// Seconds between the beginnings of two steps.
    fn between(&self, from: Phase, until: Phase) -> f64 {
        let at = |phase| self.0.iter().find(|(seen, _)| *seen == phase).map(|(_, at)| *at);
        let (from, until) = (at(from).expect("it came"), at(until).expect("it came"));
        (until - from).as_secs_f64()
    }
}

fn main() {
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    let smoke = asked("--smoke");
    let rounds = match (smoke, asked("--quick")) {
        (true, _) => 1,
        (_, true) => 3,
        _ => 7,
    };
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("Load before: {}", load.split(' ').next().unwrap_or("unknown"));
    println!("Rounds: {rounds}, interleaved; temporary files in {:?}", std::env::temp_dir());
    if smoke {
        println!("Smoke run: sizes are small, figures mean nothing.");
    }
    println!("\n| what | bar | figure | | medians (fastest to slowest), s |");
    println!("| --- | --- | --- | --- | --- |");
    let folder = tempfile::tempdir().expect("TMPDIR can be written");
    throttled(folder.path(), rounds, if smoke { 6 } else { 48 });
    let root = fs::metadata("/proc/self")
        .is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0);
    if !root || !Path::new("/dev/loop-control").exists() {
        println!("\nNOT MEASURED: what is written to loop devices (root is needed)");
        return;
    }
    against_dd(folder.path(), rounds, if smoke { 40 } else { 512 });
    memory(if smoke { 40 } else { 512 });
}

fn line(what: &str, bar: f64, figure: f64, detail: &str) {
    let meets = if figure <= bar { "meets" } else { "misses" };
    println!("| {what} | <= {bar} | {figure:.2} | {meets} | {detail} |");
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn span(times: &mut [f64]) -> String {
    let middle = median(times);
    format!("{middle:.3} ({:.3} to {:.3})", times[0], times[times.len() - 1])
}

/// A file of as good as random bytes, and its digests.
fn random(path: &Path, mib: u64) -> (Digest, PieceDigests) {
    let mut random =
        std::io::Read::take(File::open("/dev/urandom").expect("the system has it"), mib * MIB);
    let mut bytes = Vec::with_capacity((mib * MIB) as usize);
    std::io::Read::read_to_end(&mut random, &mut bytes).expect("it has no end");
    fs::write(path, &bytes).expect("TMPDIR has room");
    (Digest::of(&bytes), PieceDigests::of(&mut &bytes[..]).expect("memory can be read"))
}

fn job(image: &Path, mib: u64, (sha256, pieces): (Digest, PieceDigests)) -> Job {
    let file = File::open(image).expect("it was just made");
    Job {
        image: Arc::new(Image::new(file, mib * MIB, sha256, pieces)),
        extent: Extent::WholeMedium,
        policy: Policy { loops: LoopDevices::Allow, ..Policy::for_list() },
        eject: Eject::No,
        patience: PATIENCE,
        clock: Arc::new(SystemClock::start()),
        cancel: Cancel::new(),
    }
}

/// Writes and sees that all are done.
fn written(devices: &dyn Devices, chosen: &[Disk], job: &Job) -> Watch {
    let mut watch = Watch(Vec::new());
    let results = engine::write(devices, chosen, job, &mut watch);
    for result in &results {
        assert!(result.is_done(), "{}", result.ended.detail());
    }
    assert_eq!(results.len(), chosen.len());
    watch
}

fn throttled(folder: &Path, rounds: usize, mib: u64) {
    let image = folder.join("small.img");
    let digests = random(&image, mib);
    let job = job(&image, mib, digests);
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        for (count, times) in [1, 4].into_iter().zip(&mut times) {
            let devices = FakeDevices::new();
            for port in 1..=count {
                let disk = stick(&format!("1-{port}"), &format!("S{port}"), mib * MIB);
                devices.plug(disk, 0, &[Fault::Slow { pause: PAUSE }]);
            }
            let disks = devices.list().expect("fakes can be listed");
            let began = Instant::now();
            written(&devices, &disks, &job);
            times.push(began.elapsed().as_secs_f64());
        }
    }
    let [one, four] = &mut times;
    let detail = format!("{} to {}", span(four), span(one));
    line("four throttled sticks: times as long as one", 1.15, median(four) / median(one), &detail);
}

/// Runs a line of the shell; it must succeed.
fn shell(line: &str) -> f64 {
    let began = Instant::now();
    let status = Command::new("bash")
        .args(["-o", "pipefail", "-c", line])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("bash is there");
    assert!(status.success(), "{line}");
    began.elapsed().as_secs_f64()
}

fn against_dd(folder: &Path, rounds: usize, mib: u64) {
    let (image, stick) = (folder.join("key.img"), folder.join("stick"));
    let digests = random(&image, mib);
    // Real blocks, so that nobody pays for allocating them.
    fs::copy(&image, &stick).expect("TMPDIR has room");
    let device = Loop::attach(&stick);
    let devices = SystemDevices::new(Loops::Show);
    let disks = devices.list().expect("disks can be listed");
    let ours: Vec<Disk> =
        disks.into_iter().filter(|disk| disk.port.as_deref() == Some(device.name())).collect();
    assert_eq!(ours.len(), 1, "{} is not listed", device.name());
    let job = job(&image, mib, digests);
    let node = device.node().display();
    let dd =
        format!("dd if={} of={node} bs=1M oflag=direct conv=fsync status=none", image.display());
    let read = format!("dd if={node} bs=1M iflag=direct status=none | openssl dgst -sha256");
    let mut times = [const { Vec::new() }; 5];
    // The first round fills the caches and is not counted.
    for round in usize::from(rounds == 1)..=rounds {
        shell("sync");
        let watch = written(&devices, &ours, &job);
        shell("sync");
        let round_times = [
            // All but the first 2 MiB, with one flush, as dd does it.
            watch.between(Phase::Write, Phase::Verify) * mib as f64 / (mib - 2) as f64,
            shell(&dd),
            // With clearing and measuring, which dd does not do: three flushes
            // more.
            watch.between(Phase::Clear, Phase::Verify),
            watch.between(Phase::Verify, Phase::Boot),
            shell(&read),
        ];
        if round > 0 {
            times.iter_mut().zip(round_times).for_each(|(times, time)| times.push(time));
        }
    }
    let [write, dd, all, verify, openssl] = &mut times;
    let what = format!("writing {mib} MiB: times as long as dd oflag=direct conv=fsync");
    let detail = format!("{} to {}", span(write), span(dd));
    line(&what, 1.1, median(write) / median(dd), &detail);
    let figure = median(all) / median(dd);
    println!("| the same with clearing and measuring | | {figure:.2} | | {} |", span(all));
    let what = format!("reading back {mib} MiB: times as long as dd iflag=direct and openssl");
    let detail = format!("{} to {}", span(verify), span(openssl));
    line(&what, 1.1, median(verify) / median(openssl), &detail);
}

/// Peak memory of the program itself, for one key and for four.
fn memory(mib: u64) {
    let work = Work::new();
    work.release(1, 2_000_000, Bytes::Mixed, Some(mib));
    let document = fs::read(work.path().join("trust/1.json")).expect("it was just made");
    let code = Digest::of(&document).to_string();
    step(VERIFY, &["enrol", "figures.anchor", "--code", &code, "--state", "state"])
        .run(work.path());
    for count in [1, 4] {
        let sticks: Vec<Loop> = (0..count)
            .map(|number| {
                let path = work.path().join(format!("stick{number}"));
                let file = File::create(&path).expect("the work folder is ours");
                file.set_len(mib * MIB).expect("TMPDIR has room");
                Loop::attach(&path)
            })
            .collect();
        let ports = sticks.iter().flat_map(|stick| ["--port".into(), stick.name().to_string()]);
        let write = step(MEDIASEAL, &["write", "release", "--state", "state", "--loop", "--yes"]);
        let peak = write.with(ports).peak(work.path()) as f64 / MIB as f64;
        let bar = MEMORY_BAR_MIB + MEMORY_EACH_MIB * count as f64;
        line(&format!("writing {count} keys: peak memory, MiB"), bar, peak, "");
    }
}
