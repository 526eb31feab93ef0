//! A publisher, a recipe and a payload for unit tests.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::assemble::Inputs;
use super::recipe::Recipe;
use super::settings::{ReferenceRule, Settings, issued};
use crate::seal::chain::Chain;
use crate::seal::manifest::PayloadKind;
use crate::seal::names::{Identifier, Number};
use crate::seal::testing::{TestKey, chain, first_document, role};
use crate::seal::trust::{ProductRule, TrustDocument};

/// The demonstration patch.
pub(crate) const DEMO: &[u8] = include_bytes!("../../tests/fixtures/demo.msi");

/// Everything that a release is made from, in a folder that vanishes.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) recipe: Recipe,
    pub(crate) payload: PathBuf,
    pub(crate) tool: Option<PathBuf>,
    pub(crate) chain: Chain,
    pub(crate) settings: Settings,
}

impl Bench {
    /// The built-in recipe around the demonstration patch, release 1.7.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let payload = folder.path().join("demo.msi");
        std::fs::write(&payload, DEMO).unwrap();
        let tool = folder.path().join("mediaseal-verify.exe");
        std::fs::write(&tool, b"MZ a verifier").unwrap();
        let recipe = Recipe::built_in("lrm-security-patch").unwrap();
        let settings = Settings {
            sequence: Number::new(7).unwrap(),
            floor: None,
            issued: issued(None, None, recipe.issued).unwrap(),
            reference: ReferenceRule::NotAsked,
        };
        Self { folder, recipe, payload, tool: Some(tool), chain: trust(|_| ()), settings }
    }

    /// The same with a folder as payload; `main` is its main file.
    pub(crate) fn tree(files: &[&str], main: &str) -> Self {
        let mut bench = Self::new();
        bench.payload = bench.path("tree");
        for file in files {
            let path = bench.payload.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, format!("content of {file}")).unwrap();
        }
        bench.recipe.payload.kind = PayloadKind::Files;
        bench.recipe.payload.name = Some(main.to_string());
        bench
    }

    pub(crate) fn inputs(&self) -> Inputs<'_> {
        Inputs {
            recipe: &self.recipe,
            payload: &self.payload,
            tool: self.tool.as_deref(),
            chain: &self.chain,
            settings: &self.settings,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A publisher's first trust document, changed before it is signed.
pub(crate) fn trust(change: impl FnOnce(&mut TrustDocument)) -> Chain {
    let (root, release) = (TestKey::new(1), TestKey::new(2));
    let mut document = first_document(role(1, &[&root]), role(1, &[&release]));
    change(&mut document);
    chain(&document, &[&root])
}

/// The product of the built-in recipe starts at this epoch and floor.
pub(crate) fn rule(epoch: u32, floor: u32) -> Chain {
    trust(|document| {
        let product = Identifier::parse("lrm-security-patch").unwrap();
        let number = |value| Number::new(value).unwrap();
        let rule = ProductRule { epoch: number(epoch), floor: number(floor) };
        document.products.insert(product, rule);
    })
}

/// Every name in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
