//! Puts mutants into a source file, each behind `crate::mutant::on(ID)`.
//!
//! What stands where a mutant is planted does what it did before as long as the
//! switch is off: operands are evaluated once, in their order, and as lazily.
//! The code of a mutant has no other mutants in it, so that a formula of n
//! operators grows with n², not with 2ⁿ.

use std::collections::{BTreeMap, BTreeSet};

use quote::quote;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, BinOp, Block, Expr, Pat, parse_quote};

use crate::list::{Genre, Mutant, Place};
use crate::work::Fault;

/// A file with its mutants.
#[derive(Debug)]
pub struct Planted {
    pub code: String,
    /// Mutants that stand in it.
    pub ids: BTreeSet<u32>,
    /// Mutants in code that is compiled for another system.
    pub other_system: BTreeSet<u32>,
}

/// Plants those of `mutants` that can stand behind a switch; the rest (in
/// constants and in chains of `let`) is left out.
pub fn plant(code: &str, mutants: &[&Mutant]) -> Result<Planted, Fault> {
    let mut at: BTreeMap<(Genre, Place), Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        at.entry((mutant.genre, mutant.span.start)).or_default().push(mutant);
    }
    let mut file = syn::parse_file(code)?;
    let mut planter = Planter {
        at,
        constant: 0,
        windows: 0,
        ids: BTreeSet::new(),
        other_system: BTreeSet::new(),
        fault: None,
    };
    planter.visit_file_mut(&mut file);
    match planter.fault {
        Some(fault) => Err(fault),
        None => Ok(Planted {
            code: prettyplease::unparse(&file),
            ids: planter.ids,
            other_system: planter.other_system,
        }),
    }
}

struct Planter<'a> {
    at: BTreeMap<(Genre, Place), Vec<&'a Mutant>>,
    /// How many constants or `const fn` we are in: no switch can be asked there.
    constant: usize,
    /// How many items for Windows alone we are in.
    windows: usize,
    ids: BTreeSet<u32>,
    other_system: BTreeSet<u32>,
    fault: Option<Fault>,
}

fn place(start: proc_macro2::LineColumn) -> Place {
    Place { line: start.line, column: start.column + 1 }
}

fn for_windows(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "windows",
        _ => false,
    })
}

/// `let` in a chain of `&&` binds for what follows; it cannot stand in a block.
fn binds(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
            binds(&binary.left) || binds(&binary.right)
        }
        _ => false,
    }
}

impl<'a> Planter<'a> {
    /// The mutants of a place that can be planted, taken from the list.
    fn take(&mut self, genre: Genre, start: proc_macro2::LineColumn) -> Vec<&'a Mutant> {
        let key = (genre, place(start));
        if self.constant > 0 {
            return Vec::new();
        }
        let found = self.at.remove(&key).unwrap_or_default();
        if self.windows > 0 {
            self.other_system.extend(found.iter().map(|mutant| mutant.id));
            return Vec::new();
        }
        self.ids.extend(found.iter().map(|mutant| mutant.id));
        found
    }

    /// Keeps the first fault; the visitor itself cannot stop.
    fn parsed<T: syn::parse::Parse>(&mut self, text: &str) -> Option<T> {
        syn::parse_str(text)
            .map_err(|error| {
                self.fault.get_or_insert_with(|| format!("replacement {text}: {error}").into());
            })
            .ok()
    }

    /// Visits the body of a function and puts its mutants in front of it.
    fn body(&mut self, block: &mut Block) {
        // Asked before the visitor changes what stands there.
        let start = block.stmts.first().map(|first| first.span().start());
        visit_mut::visit_block_mut(self, block);
        let Some(start) = start else { return };
        for mutant in self.take(Genre::FnValue, start) {
            let id = mutant.id;
            if let Some(value) = self.parsed::<Expr>(&mutant.replacement) {
                block.stmts.insert(0, parse_quote!(if crate::mutant::on(#id) { return #value; }));
            }
        }
    }

    /// `visit` in a context where `constant` or `windows` may be one deeper.
    fn deeper(&mut self, constant: bool, windows: bool, visit: impl FnOnce(&mut Self)) {
        self.constant += usize::from(constant);
        self.windows += usize::from(windows);
        visit(self);
        self.constant -= usize::from(constant);
        self.windows -= usize::from(windows);
    }

    /// The other expressions that `expression` becomes, by the switch of each.
    fn others(&mut self, expression: &Expr) -> Vec<(u32, Expr)> {
        let mut others = Vec::new();
        match expression {
            Expr::Binary(binary) if !binds(expression) => {
                for mutant in self.take(Genre::BinaryOperator, binary.op.span().start()) {
                    if let Some(op) = self.parsed(&mutant.replacement) {
                        others.push((mutant.id, syn::ExprBinary { op, ..binary.clone() }.into()));
                    }
                }
            }
            Expr::Unary(unary) => {
                for mutant in self.take(Genre::UnaryOperator, unary.op.span().start()) {
                    others.push((mutant.id, (*unary.expr).clone()));
                }
            }
            Expr::Struct(whole) => {
                for (index, field) in whole.fields.iter().enumerate() {
                    for mutant in self.take(Genre::StructField, field.span().start()) {
                        let mut less = whole.clone();
                        let fields = less.fields.into_iter().enumerate();
                        less.fields =
                            fields.filter(|(at, _)| *at != index).map(|(_, field)| field).collect();
                        if !less.fields.is_empty() {
                            less.fields.push_punct(Default::default());
                        }
                        others.push((mutant.id, less.into()));
                    }
                }
            }
            _ => {}
        }
        others
    }
}

impl VisitMut for Planter<'_> {
    fn visit_item_const_mut(&mut self, item: &mut syn::ItemConst) {
        self.deeper(true, false, |planter| visit_mut::visit_item_const_mut(planter, item));
    }

    fn visit_impl_item_const_mut(&mut self, item: &mut syn::ImplItemConst) {
        self.deeper(true, false, |planter| visit_mut::visit_impl_item_const_mut(planter, item));
    }

    fn visit_item_static_mut(&mut self, item: &mut syn::ItemStatic) {
        self.deeper(true, false, |planter| visit_mut::visit_item_static_mut(planter, item));
    }

    fn visit_type_mut(&mut self, item: &mut syn::Type) {
        self.deeper(true, false, |planter| visit_mut::visit_type_mut(planter, item));
    }

    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        let windows = for_windows(&item.attrs);
        self.deeper(false, windows, |planter| visit_mut::visit_item_impl_mut(planter, item));
    }

    fn visit_item_fn_mut(&mut self, item: &mut syn::ItemFn) {
        let (constant, windows) = (item.sig.constness.is_some(), for_windows(&item.attrs));
        self.deeper(constant, windows, |planter| planter.body(&mut item.block));
    }

    fn visit_impl_item_fn_mut(&mut self, item: &mut syn::ImplItemFn) {
        let (constant, windows) = (item.sig.constness.is_some(), for_windows(&item.attrs));
        self.deeper(constant, windows, |planter| planter.body(&mut item.block));
    }

    fn visit_trait_item_fn_mut(&mut self, item: &mut syn::TraitItemFn) {
        let (constant, windows) = (item.sig.constness.is_some(), for_windows(&item.attrs));
        if let Some(block) = &mut item.default {
            self.deeper(constant, windows, |planter| planter.body(block));
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        // Asked before the visitor changes what stands there.
        let start = arm.attrs.first().map_or_else(|| arm.pat.span(), |first| first.span()).start();
        let guard_start = arm.guard.as_ref().map(|(_, guard)| guard.span().start());
        visit_mut::visit_arm_mut(self, arm);
        if let (Some((_, guard)), Some(start)) = (&mut arm.guard, guard_start) {
            for mutant in self.take(Genre::MatchArmGuard, start) {
                let id = mutant.id;
                if let Some(value) = self.parsed::<Expr>(&mutant.replacement) {
                    **guard = parse_quote!((if crate::mutant::on(#id) { #value } else { #guard }));
                }
            }
        }
        // Only a match with `_ =>` loses arms, never that one.
        if !matches!(arm.pat, Pat::Wild(_)) {
            for mutant in self.take(Genre::MatchArm, start) {
                let id = mutant.id;
                let guard: Expr = match &arm.guard {
                    Some((_, guard)) => parse_quote!(!crate::mutant::on(#id) && (#guard)),
                    None => parse_quote!(!crate::mutant::on(#id)),
                };
                arm.guard = Some((Default::default(), Box::new(guard)));
            }
        }
    }

    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        let others = self.others(expression);
        visit_mut::visit_expr_mut(self, expression);
        for (id, other) in others {
            *expression = parse_quote!((if crate::mutant::on(#id) { #other } else { #expression }));
        }
    }
}

/// The switch itself, a module of the copy's library.
pub fn switch(highest: u32) -> String {
    let size = highest as usize + 1;
    let module = quote! {
        use std::io::Write as _;
        use std::sync::OnceLock;
        use std::sync::atomic::{AtomicBool, Ordering};

        static ACTIVE: OnceLock<(u32, Option<std::ffi::OsString>)> = OnceLock::new();
        static MET: [AtomicBool; #size] = [const { AtomicBool::new(false) }; #size];

        /// Whether mutant `id` is switched on. With a file to note it in, notes
        /// that the program came by.
        pub fn on(id: u32) -> bool {
            let (active, trace) = ACTIVE.get_or_init(|| {
                let active = std::env::var("MEDIASEAL_MUTANT").map_or(0, |id| id.parse().unwrap());
                (active, std::env::var_os("MEDIASEAL_MUTANT_TRACE"))
            });
            if let Some(path) = trace && !MET[id as usize].swap(true, Ordering::Relaxed) {
                let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
                file.write_all(format!("{id}\n").as_bytes()).unwrap();
            }
            *active == id
        }
    };
    format!("//! The switch of the planted mutants.\n\n{module}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Span;

    fn mutant(id: u32, genre: Genre, (line, column): (usize, usize), replacement: &str) -> Mutant {
        let start = Place { line, column };
        Mutant {
            id,
            key: String::new(),
            name: String::new(),
            file: String::new(),
            function: None,
            genre,
            replacement: replacement.to_string(),
            span: Span { start, end: start },
            form: Default::default(),
            reason: String::new(),
        }
    }

    /// The code without line ends and doubled blanks.
    fn planted(code: &str, mutants: &[Mutant]) -> (String, Vec<u32>) {
        let mutants: Vec<&Mutant> = mutants.iter().collect();
        let planted = plant(code, &mutants).unwrap();
        let words: Vec<&str> = planted.code.split_whitespace().collect();
        (words.join(" "), planted.ids.into_iter().collect())
    }

    #[test]
    fn body_returns_early() {
        let (code, ids) =
            planted("fn f() -> u8 {\n    g()\n}", &[mutant(7, Genre::FnValue, (2, 5), "1")]);
        assert_eq!(code, "fn f() -> u8 { if crate::mutant::on(7u32) { return 1; } g() }");
        assert_eq!(ids, [7]);
    }

    #[test]
    fn operators_nest_without_mutants_in_mutants() {
        let (code, ids) = planted(
            "fn f(a: bool, b: u8) -> bool { !a && b == 2 }",
            &[
                mutant(1, Genre::BinaryOperator, (1, 35), "||"),
                mutant(2, Genre::UnaryOperator, (1, 32), ""),
                mutant(3, Genre::BinaryOperator, (1, 40), "!="),
                mutant(4, Genre::FnValue, (1, 32), "true"),
            ],
        );
        assert_eq!(ids, [1, 2, 3, 4]);
        assert!(code.contains("{ if crate::mutant::on(4u32) { return true; }"), "{code}");
        let expected = "(if crate::mutant::on(1u32) { !a || b == 2 } else { \
                        (if crate::mutant::on(2u32) { a } else { !a }) && \
                        (if crate::mutant::on(3u32) { b != 2 } else { b == 2 }) })";
        assert!(code.contains(expected), "{code}");
    }

    #[test]
    fn arms_lose_their_guard_or_are_passed_over() {
        let code = "fn f(a: u8) { match a {\n1 if a > 0 => x(),\n2 => y(),\n_ => {}\n} }";
        let (code, ids) = planted(
            code,
            &[
                mutant(1, Genre::MatchArmGuard, (2, 6), "true"),
                mutant(2, Genre::MatchArm, (3, 1), ""),
            ],
        );
        assert_eq!(ids, [1, 2]);
        assert!(code.contains("1 if (if crate::mutant::on(1u32) { true } else { a > 0 }) =>"));
        assert!(code.contains("2 if !crate::mutant::on(2u32) =>"), "{code}");
    }

    #[test]
    fn field_is_left_to_the_rest() {
        let (code, ids) = planted(
            "fn f(a: A) -> A {\nA { b: 1, c, ..a }\n}",
            &[mutant(5, Genre::StructField, (2, 5), "")],
        );
        assert_eq!(ids, [5]);
        assert!(code.contains("on(5u32) { A { c, ..a } } else { A { b: 1, c, ..a } }"), "{code}");
    }

    #[test]
    fn constants_and_chains_of_let_are_left_out() {
        let code = "const A: u8 = 1 + 2;\nfn f() { if let Some(a) = b && a { x() } }";
        let (_, ids) = planted(
            code,
            &[
                mutant(1, Genre::BinaryOperator, (1, 17), "-"),
                mutant(2, Genre::BinaryOperator, (2, 29), "||"),
            ],
        );
        assert_eq!(ids, Vec::<u32>::new());
    }

    #[test]
    fn code_for_windows_is_of_another_system() {
        let code = "#[cfg(windows)]\nfn f() {\n    x()\n}";
        let wanted = mutant(1, Genre::FnValue, (3, 5), "()");
        let planted = plant(code, &[&wanted]).unwrap();
        assert!(planted.ids.is_empty());
        assert_eq!(planted.other_system.into_iter().collect::<Vec<_>>(), [1]);
    }
}
