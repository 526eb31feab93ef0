//! Runs programs and measures them: wall time in interleaved rounds, peak
//! memory by the kernel's own high-water mark.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Pause between two looks at a child's memory. The mark only rises, so what
/// is lost is a rise in the last such pause of its life.
const LOOK: Duration = Duration::from_micros(500);

/// One command: program, arguments, and a file for its standard output.
#[derive(Clone)]
pub struct Step {
    program: PathBuf,
    arguments: Vec<String>,
    output: Option<PathBuf>,
}

/// A command whose output nobody reads.
pub fn step(program: impl Into<PathBuf>, arguments: &[&str]) -> Step {
    let arguments = arguments.iter().map(|argument| argument.to_string()).collect();
    Step { program: program.into(), arguments, output: None }
}

impl Step {
    /// With more arguments.
    pub fn with(mut self, more: impl IntoIterator<Item = String>) -> Self {
        self.arguments.extend(more);
        self
    }

    /// With standard output in a file of the work folder.
    pub fn into_file(mut self, name: &str) -> Self {
        self.output = Some(name.into());
        self
    }

    fn start(&self, folder: &Path) -> Child {
        let output = match &self.output {
            None => Stdio::null(),
            Some(name) => File::create(folder.join(name)).expect("the work folder is ours").into(),
        };
        let search = std::env::var("PATH").unwrap_or_default();
        Command::new(&self.program)
            .args(&self.arguments)
            .current_dir(folder)
            .env("PATH", format!("{search}:/usr/sbin:/sbin"))
            .env("LC_ALL", "C")
            .env("XDG_STATE_HOME", folder)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot start: {error}", self.program.display()))
    }

    fn end(&self, mut child: Child) {
        let status = child.wait().expect("a child of ours");
        let program = self.program.display();
        assert!(status.success(), "{program} {:?}: {status}", self.arguments);
    }

    /// Runs it to its end; anything but success ends the bench.
    pub fn run(&self, folder: &Path) {
        self.end(self.start(folder));
    }

    /// Runs it and returns its peak memory in bytes (`VmHWM`).
    pub fn peak(&self, folder: &Path) -> u64 {
        let child = self.start(folder);
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let mut peak = 0;
        // A child that ended and was not waited for has no such line.
        while let Some(kib) = high_water(&status) {
            peak = peak.max(kib << 10);
            sleep(LOOK);
        }
        self.end(child);
        peak
    }
}

fn high_water(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Something to be timed: what is removed before, and what runs.
pub struct Contender {
    /// Outputs of an earlier round.
    pub clear: Vec<&'static str>,
    /// Commands, one after the other.
    pub steps: Vec<Step>,
}

/// Wall times of one contender, sorted.
pub struct Times(Vec<Duration>);

impl Times {
    /// The middle one.
    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2].as_secs_f64()
    }

    /// Fastest and slowest.
    pub fn range(&self) -> (f64, f64) {
        (self.0[0].as_secs_f64(), self.0[self.0.len() - 1].as_secs_f64())
    }
}

/// Times all contenders `rounds` times, in turns, so that a machine that gets
/// slower does so for all of them. Before each, what others wrote is flushed.
pub fn interleaved(folder: &Path, rounds: usize, contenders: &[Contender]) -> Vec<Times> {
    let mut times = vec![Vec::new(); contenders.len()];
    // One round more: the first fills the caches and is not counted. A smoke
    // run does without it.
    for round in usize::from(rounds == 1)..=rounds {
        for (contender, times) in contenders.iter().zip(&mut times) {
            for name in &contender.clear {
                let path = folder.join(name);
                if path.exists() {
                    fs::remove_file(path).expect("the work folder is ours");
                }
            }
            step("sync", &["-f", "."]).run(folder);
            let start = Instant::now();
            contender.steps.iter().for_each(|step| step.run(folder));
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort();
            Times(times)
        })
        .collect()
}
