//! Plants all mutants and builds the copy until it builds: a mutant that an
//! error of the compiler stands in is left out of the next round.
//!
//! An error that says that a replacement has the wrong type, or that a type has
//! no such operator, says the same of the mutant alone: it is unviable, as
//! cargo-mutants calls it. Any other mutant that does not compile behind its
//! switch (one that hides its return type, a borrow that a block ends) is kept
//! for a build of its own, see [`crate::rest`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::{Deserialize, Serialize};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::list::{self, Form, Genre, Mutant};
use crate::plant;
use crate::work::{Fault, Work, write_if_other};

/// Errors that hold for the mutant alone as well: no such trait, no such
/// operator, no such function, another type.
const UNVIABLE: [&str; 9] =
    ["E0061", "E0271", "E0277", "E0308", "E0368", "E0369", "E0599", "E0600", "E0624"];

/// Test programs that start the programs or the library as a whole. Left out are
/// those that look at the source, that judge other tools, or that need minutes
/// for each mutant and caught none.
const PROGRAMS: [&str; 9] =
    ["threats_*", "trust*", "sources", "install", "store", "cli", "guide", "sign", "drill"];

/// A test program that was built.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
    /// `lib`, or the name of a file below `tests/`.
    pub name: String,
    pub path: String,
}

/// What cargo prints for each thing that it builds.
#[derive(Deserialize)]
struct Message {
    reason: String,
    message: Option<Diagnostic>,
    executable: Option<String>,
    target: Option<Target>,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    message: String,
    code: Option<Code>,
    spans: Vec<ErrorSpan>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct ErrorSpan {
    file_name: String,
    line_start: usize,
    column_start: usize,
    is_primary: bool,
}

/// Where a mutant stands in a planted file: lines and columns, both from 1.
struct Stand {
    id: u32,
    start: (usize, usize),
    end: (usize, usize),
}

/// Finds the switches in a planted file.
#[derive(Default)]
struct Stands(Vec<Stand>);

impl Stands {
    fn add(&mut self, condition: &syn::Expr, span: proc_macro2::Span) {
        let syn::Expr::Call(call) = condition else { return };
        let syn::Expr::Path(path) = &*call.func else { return };
        let names: Vec<String> = path.path.segments.iter().map(|s| s.ident.to_string()).collect();
        let Some(syn::Expr::Lit(literal)) = call.args.first() else { return };
        let syn::Lit::Int(id) = &literal.lit else { return };
        if let (["crate", "mutant", "on"], Ok(id)) =
            (names.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), id.base10_parse())
        {
            let (start, end) = (span.start(), span.end());
            self.0.push(Stand {
                id,
                start: (start.line, start.column + 1),
                end: (end.line, end.column + 1),
            });
        }
    }
}

impl Visit<'_> for Stands {
    fn visit_expr_if(&mut self, node: &syn::ExprIf) {
        self.add(&node.cond, node.then_branch.span());
        visit::visit_expr_if(self, node);
    }

    fn visit_arm(&mut self, arm: &syn::Arm) {
        if let Some((_, guard)) = &arm.guard {
            let first = match &**guard {
                syn::Expr::Binary(binary) => &*binary.left,
                guard => guard,
            };
            if let syn::Expr::Unary(unary) = first {
                self.add(&unary.expr, arm.pat.span().join(guard.span()).unwrap_or(guard.span()));
            }
        }
        visit::visit_arm(self, arm);
    }
}

/// What one round of the compiler came to.
struct Round {
    programs: Vec<Program>,
    errors: Vec<Diagnostic>,
}

fn compile(work: &Work, arguments: &[&str]) -> Result<Round, Fault> {
    let output = work.cargo(arguments).output()?;
    let mut round = Round { programs: Vec::new(), errors: Vec::new() };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Message>(line) else { continue };
        match (message.reason.as_str(), message.message) {
            ("compiler-message", Some(error)) if error.level == "error" => {
                round.errors.push(error);
            }
            ("compiler-artifact", _) => {
                let test = message.profile.is_some_and(|profile| profile.test);
                if let (Some(path), Some(target), true) = (message.executable, message.target, test)
                {
                    let library = target.kind.iter().any(|kind| kind == "lib");
                    let name = if library { "lib".to_string() } else { target.name };
                    let bin = target.kind.iter().any(|kind| kind == "bin");
                    if !bin {
                        round.programs.push(Program { name, path });
                    }
                }
            }
            _ => {}
        }
    }
    round.errors.retain(|error| !error.message.starts_with("aborting due to"));
    if !output.status.success() && round.errors.is_empty() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(round)
}

/// Builds tests of the copy (all, or those that cargo's options say); `None`
/// where it does not compile.
pub fn programs(work: &Work, tests: &[&str]) -> Result<Option<Vec<Program>>, Fault> {
    let command = ["test", "--no-run", "--locked", "--message-format=json", "--quiet"];
    let round = compile(work, &[&command, tests].concat())?;
    Ok(round.errors.is_empty().then_some(round.programs))
}

/// Writes every file that has mutants, planted.
fn write_planted(work: &Work, mutants: &mut [Mutant]) -> Result<(), Fault> {
    let files: BTreeSet<String> = mutants.iter().map(|mutant| mutant.file.clone()).collect();
    for file in files {
        let code = fs::read_to_string(&file)?;
        let wanted: Vec<&Mutant> =
            mutants.iter().filter(|m| m.file == file && m.form == Form::Planted).collect();
        let planted = plant::plant(&code, &wanted)?;
        write_if_other(&work.tree().join(&file), planted.code.as_bytes())?;
        for mutant in mutants.iter_mut().filter(|m| m.file == file && m.form == Form::Planted) {
            if file.ends_with("_windows.rs") || planted.other_system.contains(&mutant.id) {
                mutant.form = Form::OtherSystem;
            } else if !planted.ids.contains(&mutant.id) {
                mutant.form = Form::Alone;
                mutant.reason = "no switch can stand there".to_string();
            }
        }
    }
    let library = fs::read_to_string("src/lib.rs")?;
    let library = format!("{library}\n#[allow(missing_docs)]\npub mod mutant;\n");
    write_if_other(&work.tree().join("src/lib.rs"), library.as_bytes())?;
    let switch = plant::switch(mutants.len() as u32);
    write_if_other(&work.tree().join("src/mutant.rs"), switch.as_bytes())
}

/// The mutants that an error stands in: the innermost one at each of its places.
fn blamed(work: &Work, error: &Diagnostic) -> Result<Vec<u32>, Fault> {
    let mut spans: Vec<&ErrorSpan> = error.spans.iter().collect();
    spans.sort_by_key(|span| !span.is_primary);
    let mut stands: BTreeMap<&str, Stands> = BTreeMap::new();
    for span in &spans {
        let code = fs::read_to_string(work.tree().join(&span.file_name)).unwrap_or_default();
        let mut found = Stands::default();
        found.visit_file(&syn::parse_file(&code)?);
        stands.insert(&span.file_name, found);
    }
    for span in &spans {
        let at = (span.line_start, span.column_start);
        let around = stands[span.file_name.as_str()].0.iter();
        let innermost = around
            .filter(|stand| (stand.start..stand.end).contains(&at))
            .max_by_key(|stand| stand.start);
        if let Some(stand) = innermost {
            return Ok(vec![stand.id]);
        }
    }
    // None of them is inside of a mutant: those on the same lines.
    let near = |span: &&ErrorSpan| {
        let line = span.line_start;
        let stands = stands[span.file_name.as_str()].0.iter();
        let near = stands.filter(move |s| s.start.0.abs_diff(line) < 4);
        near.map(|stand| stand.id).collect::<Vec<_>>()
    };
    Ok(spans.iter().flat_map(near).collect())
}

/// Plants, and builds until it builds; nothing where that was done already.
pub fn plant(work: &Work) -> Result<(), Fault> {
    if work.is_up_to_date()? {
        return Ok(());
    }
    let mut mutants = list::list()?;
    work.copy_tree()?;
    let quick = ["check", "--lib", "--locked", "--message-format=json", "--quiet"];
    loop {
        write_planted(work, &mut mutants)?;
        let errors = compile(work, &quick)?.errors;
        if errors.is_empty() {
            break;
        }
        let mut dropped = 0;
        for error in &errors {
            let code = error.code.as_ref().map_or("", |code| code.code.as_str());
            for id in blamed(work, error)? {
                let mutant = &mut mutants[id as usize - 1];
                if mutant.form != Form::Planted {
                    continue;
                }
                // What is returned first decides what a hidden type is.
                let hidden = mutant.genre == Genre::FnValue
                    && code == "E0308"
                    && mutant.function.as_ref().is_none_or(|f| f.return_type.contains("impl "));
                mutant.form =
                    if UNVIABLE.contains(&code) && !hidden { Form::Unviable } else { Form::Alone };
                mutant.reason = format!("{code} {}", error.message);
                dropped += 1;
            }
        }
        println!("{} errors, {dropped} mutants left out", errors.len());
        if dropped == 0 {
            let messages: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
            return Err(format!("the copy does not compile: {messages:#?}").into());
        }
    }
    work.save("mutants.json", &mutants)?;
    let programs = programs(work, &["--lib"])?.ok_or("the tests of the copy do not compile")?;
    work.save("programs.json", &programs)?;
    for form in [Form::Planted, Form::Alone, Form::Unviable, Form::OtherSystem] {
        println!("{form:?}: {}", mutants.iter().filter(|mutant| mutant.form == form).count());
    }
    Ok(())
}

/// Builds the test programs beside the library's tests.
pub fn add_programs(work: &Work) -> Result<(), Fault> {
    let mut known: Vec<Program> = work.load("programs.json")?;
    if known.len() > 1 {
        return Ok(());
    }
    let tests: Vec<&str> = PROGRAMS.iter().flat_map(|name| ["--test", *name]).collect();
    known.extend(programs(work, &tests)?.ok_or("the test programs do not compile")?);
    println!("{} test programs", known.len());
    work.save("programs.json", &known)
}
