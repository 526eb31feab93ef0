//! Every test once without a mutant, alone in its process: it must pass, and it
//! notes the mutants that it meets, in itself and in the programs it starts.
//!
//! So a mutant is tried on the tests that come by it and on no other: a test
//! that does not ask a switch cannot see which way it stands.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::compile::Program;
use crate::work::{Fault, Work};

/// What a hanging test may take, in bytes of memory.
const MEMORY_KIBIBYTES: u64 = 6 << 20;

/// A test and what it meets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Test {
    pub program: String,
    pub name: String,
    /// Time alone, without a mutant.
    pub seconds: f64,
    pub meets: BTreeSet<u32>,
}

/// Who waits for a lock or a clock uses no processor, and a busy machine takes
/// many times what it uses: so much longer a process may take in all.
const IDLE: f64 = 20.0;
/// Seconds that any process may take.
const AT_LEAST: f64 = 300.0;

/// `program` as cargo starts it, but with a limit of memory, of `seconds` of the
/// processor and of the clock, and a folder for its temporary files. `timeout`
/// ends what it started, too.
pub fn limited(work: &Work, program: &Program, seconds: f64, job: usize) -> Result<Command, Fault> {
    let clock = (seconds * IDLE).max(AT_LEAST);
    let mut command = Command::new("timeout");
    command
        .args(["-s", "KILL", &format!("{clock:.0}"), "sh", "-c"])
        // One limit a call: a plain shell takes no more.
        .arg(format!(
            "ulimit -c 0 && ulimit -v {MEMORY_KIBIBYTES} && ulimit -t {:.0} && exec \"$@\"",
            seconds.max(1.0).ceil()
        ))
        .args(["sh", &program.path])
        .current_dir(work.tree())
        .env("CARGO_MANIFEST_DIR", work.tree())
        .env("TMPDIR", work.fresh(job)?)
        .stdin(Stdio::null());
    Ok(command)
}

fn names(program: &Program) -> Result<Vec<String>, Fault> {
    let output = Command::new(&program.path).args(["--list", "--format", "terse"]).output()?;
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_string).collect())
}

/// Runs every test that has not been traced yet.
pub fn trace(work: &Work) -> Result<(), Fault> {
    let programs: Vec<Program> = work.load("programs.json")?;
    let mut tests: Vec<Test> = work.load("tests.json").unwrap_or_default();
    let known: BTreeSet<_> = tests.iter().map(|t| (t.program.clone(), t.name.clone())).collect();
    let mut failed = Vec::new();
    for program in &programs {
        for name in names(program)? {
            if known.contains(&(program.name.clone(), name.clone())) {
                continue;
            }
            // Tests that become another user write it as well.
            let met = work.path("met");
            fs::write(&met, "")?;
            fs::set_permissions(&met, fs::Permissions::from_mode(0o666))?;
            let start = Instant::now();
            let output = limited(work, program, 900.0, 0)?
                .args([name.as_str(), "--exact", "--test-threads=1"])
                .env("MEDIASEAL_MUTANT_TRACE", &met)
                .output()?;
            let seconds = start.elapsed().as_secs_f64();
            if !output.status.success() {
                println!("{} {name} fails without a mutant", program.name);
                println!("{}", String::from_utf8_lossy(&output.stdout));
                println!("{}", String::from_utf8_lossy(&output.stderr));
                failed.push(name);
                continue;
            }
            let meets =
                fs::read_to_string(&met)?.lines().map(str::parse).collect::<Result<_, _>>()?;
            tests.push(Test { program: program.name.clone(), name, seconds, meets });
        }
        println!("{}: {} tests known", program.name, tests.len());
        work.save("tests.json", &tests)?;
    }
    if !failed.is_empty() {
        return Err(format!("{} tests fail without a mutant: {failed:?}", failed.len()).into());
    }
    let seconds: f64 = tests.iter().map(|test| test.seconds).sum();
    println!("{} tests pass, {seconds:.0} s one by one", tests.len());
    Ok(())
}
