//! Figures: `mediaseal` and `mediaseal-verify` against the tools that a person
//! would use instead, as ratios of median wall times in interleaved rounds, and
//! peak memory.
//!
//! `cargo bench --bench figures [-- --quick | --smoke]`. Work files lie below
//! `TMPDIR` (about 9 GiB; 300 MB with `--smoke`). Figures are printed beside
//! their bars and never judged: a machine that is busy is no fault of the code.

#[path = "figures/fixture.rs"]
mod fixture;
#[path = "figures/measure.rs"]
mod measure;

use std::fs;

use fixture::{Bytes, MEDIASEAL, VERIFY, Work};
use measure::{Contender, Step, interleaved, step};

const MIB: u64 = 1 << 20;
/// Peak memory that nothing here may pass.
const MEMORY_BAR_MIB: f64 = 32.0;

/// How much is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// One round of small sizes: everything still runs.
    Smoke,
    /// Three rounds.
    Quick,
    /// Seven rounds.
    Full,
}

impl Effort {
    fn rounds(self) -> usize {
        match self {
            Self::Smoke => 1,
            Self::Quick => 3,
            Self::Full => 7,
        }
    }

    /// `full`, or `smoke` for a smoke run.
    fn pick<T>(self, full: T, smoke: T) -> T {
        match self {
            Self::Smoke => smoke,
            Self::Quick | Self::Full => full,
        }
    }
}

/// Which side of a bar is good.
#[derive(Clone, Copy)]
enum Bar {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

impl Bar {
    fn judge(self, figure: f64) -> &'static str {
        let meets = match self {
            Self::AtLeast(bar) => figure >= bar,
            Self::AtMost(bar) => figure <= bar,
            Self::Below(bar) => figure < bar,
        };
        if meets { "meets" } else { "misses" }
    }
}

impl std::fmt::Display for Bar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(bar) => write!(f, ">= {bar}"),
            Self::AtMost(bar) => write!(f, "<= {bar}"),
            Self::Below(bar) => write!(f, "< {bar}"),
        }
    }
}

fn main() {
    // Cargo itself adds --bench.
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    let effort = match (asked("--smoke"), asked("--quick")) {
        (true, _) => Effort::Smoke,
        (_, true) => Effort::Quick,
        _ => Effort::Full,
    };
    machine(effort);
    let work = Work::new();
    println!("| what | bar | figure | | medians (fastest to slowest), s |");
    println!("| --- | --- | --- | --- | --- |");
    let small = effort.pick(20_000_000, 2_000_000);
    work.release(1, small, Bytes::Mixed, None);
    pack(&work, effort, "one file of 20 MB", 2.0);
    check(&work, effort, "one file of 20 MB", Bar::AtMost(1.1));
    memory(&work, "20 MB");
    // Most of this volume is free.
    work.release(1, small, Bytes::Mixed, Some(effort.pick(1024, 64)));
    image(&work).run(work.path());
    check(&work, effort, "20 MB on 1 GiB, free for the most part", Bar::Below(1.0));
    work.release(effort.pick(2000, 200), 4096, Bytes::Mixed, None);
    pack(&work, effort, "2,000 files of 4 KiB", 2.0);
    check(&work, effort, "2,000 files of 4 KiB", Bar::AtMost(1.1));
    work.release(64, effort.pick(16 * MIB, MIB / 16), Bytes::Mixed, None);
    pack(&work, effort, "1 GiB in 64 files", 1.2);
    check(&work, effort, "1 GiB in 64 files", Bar::AtMost(1.1));
    work.release(64, effort.pick(64 * MIB, MIB / 8), Bytes::Hole, None);
    memory(&work, "4 GiB");
}

/// What the figures were measured on.
fn machine(effort: Effort) {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map_or("unknown", |(_, value)| value.trim())
    };
    let has = field("flags").split(' ').any(|flag| flag == "sha_ni");
    let threads = text.lines().filter(|line| line.starts_with("processor")).count();
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("Processor: {}, {threads} threads", field("model name"));
    println!("SHA instructions (sha_ni): {}", if has { "yes" } else { "no" });
    println!("Load before: {}", load.split(' ').next().unwrap_or("unknown"));
    println!(
        "Rounds: {}, interleaved; temporary files in {:?}",
        effort.rounds(),
        std::env::temp_dir()
    );
    if effort == Effort::Smoke {
        println!("Smoke run: sizes are small, figures mean nothing.");
    }
    println!();
}

/// `mediaseal pack` of the release's image.
fn image(work: &Work) -> Step {
    for name in ["medium.img", "medium.img.sha256"] {
        let path = work.path().join(name);
        if path.exists() {
            fs::remove_file(path).expect("the work folder is ours");
        }
    }
    step(MEDIASEAL, &["pack", "release", "--anchor", "figures.anchor", "--state", "none"])
        .with(["--image".to_string(), "medium.img".to_string()])
}

fn line(what: &str, bar: Bar, figure: f64, detail: &str) {
    println!("| {what} | {bar} | {figure:.2} | {} | {detail} |", bar.judge(figure));
}

fn pack(work: &Work, effort: Effort, name: &str, faster: f64) {
    let ours = image(work);
    ours.run(work.path());
    let kib = (work.size("medium.img") >> 10).to_string();
    let files = work.files();
    let mut top: Vec<String> = files.iter().map(|path| top_of(path)).collect();
    top.dedup();
    // A person formats an image of that size, copies, and lists the digests.
    let mtools = vec![
        step("truncate", &["-s", &format!("{kib}K"), "mtools.img"]),
        step("mkfs.fat", &["-F", "32", "mtools.img"]),
        step("mcopy", &["-s", "-i", "mtools.img"]).with(top).with(["::".to_string()]),
        step("sha256sum", &[]).with(files.clone()).into_file("sums"),
    ];
    // The least work there can be: copy, and the two digests.
    let floor = vec![
        step("cat", &[]).with(files.clone()).into_file("joined"),
        step("openssl", &["dgst", "-sha256"]).with(files),
        step("openssl", &["dgst", "-sha256", "kept.img"]),
    ];
    fs::rename(work.path().join("medium.img"), work.path().join("kept.img"))
        .expect("the work folder is ours");
    // pack makes its outputs durable; the others leave that to the kernel.
    let mut floor_flushed = floor.clone();
    floor_flushed.insert(1, step("sync", &["joined"]));
    let contenders = [
        Contender { clear: vec!["medium.img", "medium.img.sha256"], steps: vec![ours] },
        Contender { clear: vec!["mtools.img", "sums"], steps: mtools },
        Contender { clear: vec!["joined"], steps: floor },
        Contender { clear: vec!["joined"], steps: floor_flushed },
    ];
    let times = interleaved(work.path(), effort.rounds(), &contenders);
    let detail = |other: usize| format!("{} to {}", span(&times[0]), span(&times[other]));
    let (ours, mtools) = (times[0].median(), times[1].median());
    let what = format!("pack, {name}: mkfs.fat + mcopy + sha256sum take times as long");
    line(&what, Bar::AtLeast(faster), mtools / ours, &detail(1));
    let what = format!("pack, {name}: times as long as cat + openssl of files and image");
    line(&what, Bar::AtMost(1.35), ours / times[2].median(), &detail(2));
    line(
        "the same, where cat's output is flushed like ours",
        Bar::AtMost(1.35),
        ours / times[3].median(),
        &detail(3),
    );
    for name in ["mtools.img", "sums", "joined", "kept.img"] {
        fs::remove_file(work.path().join(name)).expect("the work folder is ours");
    }
}

fn top_of(path: &str) -> String {
    path.split('/').take(2).collect::<Vec<_>>().join("/")
}

fn span(times: &measure::Times) -> String {
    let (fastest, slowest) = times.range();
    format!("{:.3} ({fastest:.3} to {slowest:.3})", times.median())
}

/// `mediaseal-verify check` of the image.
fn checked() -> Step {
    step(VERIFY, &["check", "medium.img", "--anchor", "figures.anchor", "--state", "none"])
}

fn check(work: &Work, effort: Effort, name: &str, bar: Bar) {
    let contenders = [
        Contender { clear: vec![], steps: vec![checked()] },
        Contender {
            clear: vec![],
            steps: vec![step("openssl", &["dgst", "-sha256", "medium.img"])],
        },
    ];
    let times = interleaved(work.path(), effort.rounds(), &contenders);
    let what = format!("check of the image, {name}: times as long as openssl dgst of it");
    let detail = format!("{} to {}", span(&times[0]), span(&times[1]));
    line(&what, bar, times[0].median() / times[1].median(), &detail);
}

fn memory(work: &Work, size: &str) {
    let bar = Bar::AtMost(MEMORY_BAR_MIB);
    for (what, step) in [("pack", image(work)), ("check", checked())] {
        let peak = step.peak(work.path()) as f64 / MIB as f64;
        line(&format!("{what}, {size}: peak memory, MiB"), bar, peak, "");
    }
}
