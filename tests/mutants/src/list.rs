//! The mutants: what `cargo mutants --list --json` says, and a name for each
//! that does not change when lines are added above it.

use std::collections::BTreeMap;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::work::Fault;

/// The rooms that are mutated: they decide what is accepted and what is kept.
pub const ROOMS: [&str; 3] = ["src/seal/**", "src/verify/**", "src/store/**"];

/// Where something stands: line and column from 1, as cargo-mutants counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

/// Start and end (behind the last character).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub start: Place,
    pub end: Place,
}

/// What cargo-mutants does to the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

/// The function that a mutant is in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Function {
    pub function_name: String,
    pub return_type: String,
}

/// How a mutant is made in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Behind a switch.
    #[default]
    Planted,
    /// By a build of its own: a constant, or it does not compile behind a switch.
    Alone,
    /// The compiler refuses it in any form.
    Unviable,
    /// In code that is not compiled for this system.
    OtherSystem,
}

/// One mutant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mutant {
    /// What switches it on, from 1.
    #[serde(default)]
    pub id: u32,
    /// `file: what in function`, with ` #2` behind the second of that name.
    #[serde(default)]
    pub key: String,
    /// cargo-mutants' own name, with line and column.
    pub name: String,
    pub file: String,
    pub function: Option<Function>,
    pub genre: Genre,
    pub replacement: String,
    pub span: Span,
    #[serde(default)]
    pub form: Form,
    /// The compiler's reason, where the form is not `Planted`.
    #[serde(default)]
    pub reason: String,
}

/// Asks cargo-mutants.
pub fn list() -> Result<Vec<Mutant>, Fault> {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--list", "--json"]);
    for room in ROOMS {
        command.args(["-f", room]);
    }
    let output = command.output()?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo mutants (install with --locked): {errors}").into());
    }
    let mut mutants: Vec<Mutant> = serde_json::from_slice(&output.stdout)?;
    if mutants.is_empty() {
        return Err("cargo mutants lists nothing".into());
    }
    number(&mut mutants);
    Ok(mutants)
}

/// Gives each its number and its key.
fn number(mutants: &mut [Mutant]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (mutant, id) in mutants.iter_mut().zip(1..) {
        let what = mutant.name.splitn(4, ':').nth(3).unwrap_or_default();
        let key = format!("{}:{what}", mutant.file);
        let times = seen.entry(key.clone()).or_default();
        *times += 1;
        mutant.key = if *times == 1 { key } else { format!("{key} #{times}") };
        mutant.id = id;
    }
}
