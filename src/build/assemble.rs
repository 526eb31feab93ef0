//! From recipe, payload, tool and trust to manifest and `SHA256SUMS`.
//!
//! A pure function of its inputs: `build` runs it over a copy that it is
//! making, `rebuild` over the same inputs without keeping anything, and both
//! come to the same bytes.

use std::path::Path;

use super::error::BuildError;
use super::intake::{Intake, Taken};
use super::msi::{self, MsiFacts};
use super::payload::{self, SourceFile};
use super::recipe::Recipe;
use super::settings::{ReferenceMatch, ReferenceRule, Settings};
use super::template::{self, Form};
use super::values::values;
use crate::medium::{FileSpec, Plan};
use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::layout::{MANIFEST, SUMS};
use crate::seal::limits::{
    MAX_ROLE_KEYS, MAX_SIGNATURE_BYTES, MAX_TRUST_BYTES, MAX_TRUST_DOCUMENTS, MAX_VOLUME_BYTES,
};
use crate::seal::manifest::{
    FORMAT, FileEntry, Manifest, Payload, PayloadKind, ReferenceHash, ReferenceOrigin, Role, Volume,
};
use crate::seal::names::{Number, Text};
use crate::seal::paths::check_paths;
use crate::seal::sums::Sums;
use crate::seal::timestamp::Timestamp;

/// Bytes that stay free for what Windows adds and for a little of everything.
const FREE_BYTES: u64 = 4 << 20;
/// Clusters that stay free for the same.
const FREE_CLUSTERS: u32 = 512;
/// The largest chain with 16 signatures a document, and 16 signatures on
/// `SHA256SUMS`. All of it is reserved whatever the chain holds today: the
/// volume's size is signed, and must not hang on when a release was built.
const SEAL_FILES: u64 = (MAX_TRUST_DOCUMENTS * (1 + MAX_ROLE_KEYS) + MAX_ROLE_KEYS) as u64;
/// Bytes of these files.
const SEAL_BYTES: u64 = (MAX_TRUST_DOCUMENTS * MAX_TRUST_BYTES) as u64
    + (SEAL_FILES - MAX_TRUST_DOCUMENTS as u64) * MAX_SIGNATURE_BYTES as u64;
/// Seconds from `issued` to `advise_after` where the recipe names none.
const ADVISE_AFTER_SECONDS: i64 = 365 * 86_400;
/// What stands beside a digest that a person typed in.
const TYPED_IN_SOURCE: &str = "option --reference of the command that built it";

/// What a release is made from.
pub struct Inputs<'a> {
    /// The recipe.
    pub recipe: &'a Recipe,
    /// A file, or a folder.
    pub payload: &'a Path,
    /// A verifier that travels along.
    pub tool: Option<&'a Path>,
    /// The publisher's trust documents.
    pub chain: &'a Chain,
    /// What the recipe leaves open.
    pub settings: &'a Settings,
}

/// A release, but for the payload's own bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assembly {
    /// What the release is.
    pub manifest: Manifest,
    /// Digests of every file and of the manifest.
    pub sums: Sums,
    /// SHA-256 of `SHA256SUMS`.
    pub release_code: Digest,
    /// What an outside reference says of the payload.
    pub reference: ReferenceMatch,
    /// What the package says of itself, where the payload is one.
    pub msi: Option<MsiFacts>,
    /// Payload and tool as they were read.
    pub taken: Vec<Taken>,
    /// Everything else, path and bytes: documents, `SEAL/manifest.json`,
    /// `SEAL/SHA256SUMS`, and the chain.
    pub made: Vec<(String, Vec<u8>)>,
}

impl Inputs<'_> {
    /// Payload and tool as they are found, and the main file's path.
    fn sources(&self) -> Result<(Vec<SourceFile>, String), BuildError> {
        let rule = &self.recipe.payload;
        let (mut files, main) = payload::payload(self.payload, rule.kind, rule.name.as_deref())?;
        if let Some(tool) = self.tool {
            files.push(payload::tool(tool)?);
        }
        let documents = self.recipe.documents.iter().map(|document| document.path.as_str());
        check_paths(files.iter().map(|file| file.path.as_str()).chain(documents))
            .map_err(|(path, fault)| BuildError::Name(path, fault))?;
        Ok((files, main))
    }

    /// Bytes of payload and tool: what progress is of.
    pub fn bytes(&self) -> Result<u64, BuildError> {
        Ok(self.sources()?.0.iter().map(|file| file.size).sum())
    }

    fn floor(&self) -> Result<Number, BuildError> {
        let sequence = self.settings.sequence;
        let own = self.settings.floor.unwrap_or(self.recipe.floor);
        let trust = self.chain.floor(&self.recipe.product);
        for (floor, trust) in [(own, false), (trust, true)] {
            if sequence < floor {
                return Err(BuildError::BelowFloor { sequence, floor, trust });
            }
        }
        Ok(own)
    }

    fn advise_after(&self) -> Result<Timestamp, BuildError> {
        let issued = self.settings.issued;
        let later = || Timestamp::from_unix(issued.unix() + ADVISE_AFTER_SECONDS);
        let why = "365 days later is past 2107: the recipe must name advise_after".to_string();
        self.recipe.advise_after.or_else(later).ok_or(BuildError::Issued(why))
    }

    /// The reference hashes of the manifest, and what they say of `found`.
    fn references(&self, found: Digest) -> Result<Vec<ReferenceHash>, BuildError> {
        let mut hashes = self.recipe.payload.references.clone();
        match &self.settings.reference {
            ReferenceRule::NotAsked => {}
            ReferenceRule::TypedIn(typed) if *typed != found => {
                return Err(BuildError::Reference { found, typed_in: true });
            }
            ReferenceRule::TypedIn(typed) => hashes.push(ReferenceHash {
                sha256: *typed,
                origin: ReferenceOrigin::TypedIn,
                // The sentence keeps the rule of texts; a test builds with it.
                source: Text::parse(TYPED_IN_SOURCE).map_err(|_| BuildError::NoReference(found))?,
            }),
            ReferenceRule::Published if hashes.is_empty() => {
                return Err(BuildError::NoReference(found));
            }
            ReferenceRule::Published if hashes.iter().all(|claim| claim.sha256 != found) => {
                return Err(BuildError::Reference { found, typed_in: false });
            }
            ReferenceRule::Published => {}
        }
        Ok(hashes)
    }
}

/// Reads every file once through `intake` and makes the rest.
pub fn assemble(inputs: &Inputs<'_>, intake: &mut dyn Intake) -> Result<Assembly, BuildError> {
    let recipe = inputs.recipe;
    // What can be refused without reading gigabytes comes first.
    let (sources, main) = inputs.sources()?;
    let (floor, advise_after) = (inputs.floor()?, inputs.advise_after()?);
    let taken: Vec<Taken> =
        sources.iter().map(|file| intake.take(file)).collect::<Result<_, _>>()?;
    // The main file is one of the sources, and every source was taken.
    let Some(main_file) = taken.iter().find(|file| file.path == main) else {
        return Err(BuildError::Changed(inputs.payload.into()));
    };
    let reference_hashes = inputs.references(main_file.sha256)?;
    let msi = match recipe.payload.kind {
        PayloadKind::Files => None,
        PayloadKind::Msi => {
            let facts = msi::read(&main_file.place);
            Some(facts.map_err(|error| BuildError::Msi(inputs.payload.into(), error))?)
        }
    };
    let mut manifest = Manifest {
        format: FORMAT,
        publisher: inputs.chain.publisher().clone(),
        product: recipe.product.clone(),
        version: recipe.version.clone(),
        epoch: inputs.chain.epoch(&recipe.product),
        sequence: inputs.settings.sequence,
        floor,
        title: recipe.title.clone(),
        issued: inputs.settings.issued,
        advise_after,
        applies_to: recipe.applies_to.clone(),
        payload: Payload {
            path: main.clone(),
            kind: recipe.payload.kind,
            product_code: msi.as_ref().map(|facts| facts.product_code.clone()),
            upgrade_code: msi.as_ref().and_then(|facts| facts.upgrade_code.clone()),
            product_name: msi.as_ref().map(|facts| facts.product_name.clone()),
            product_version: msi.as_ref().map(|facts| facts.product_version.clone()),
            reference_hashes,
        },
        install: recipe.install.clone(),
        // The largest, until the files are known: it has the most digits.
        volume: Volume { label: recipe.volume.label.clone(), bytes: MAX_VOLUME_BYTES },
        files: Vec::new(),
    };
    let mut made = documents(inputs, &manifest)?;
    manifest.files = entries(&taken, &made);
    manifest.volume.bytes = volume(inputs, &manifest)?;
    let manifest_bytes = manifest.print().map_err(BuildError::Manifest)?;
    let mut lines: Vec<(String, Digest)> =
        taken.iter().map(|file| (file.path.clone(), file.sha256)).collect();
    lines.extend(made.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))));
    lines.push((MANIFEST.to_string(), Digest::of(&manifest_bytes)));
    let sums = Sums::new(lines).map_err(BuildError::Sums)?;
    let sums_bytes = sums.print();
    let release_code = Digest::of(&sums_bytes);
    let reference = ReferenceMatch::of(&manifest, &main_file.sha256);
    made.push((MANIFEST.to_string(), manifest_bytes));
    made.push((SUMS.to_string(), sums_bytes));
    made.extend(inputs.chain.files());
    Ok(Assembly { manifest, sums, release_code, reference, msi, taken, made })
}

fn documents(
    inputs: &Inputs<'_>,
    manifest: &Manifest,
) -> Result<Vec<(String, Vec<u8>)>, BuildError> {
    let tool = inputs.tool.map(payload::tool).transpose()?;
    let tools: Vec<String> = tool.into_iter().map(|tool| tool.path).collect();
    let values = values(manifest, &inputs.recipe.instrument_names, &tools);
    let render = |document: &super::recipe::Document| {
        let form = Form::of(&document.path);
        let bytes = template::render(&document.file, &document.bytes, form, &values)?;
        Ok((document.path.clone(), bytes))
    };
    inputs
        .recipe
        .documents
        .iter()
        .map(render)
        .collect::<Result<_, _>>()
        .map_err(BuildError::Mistakes)
}

fn entries(taken: &[Taken], made: &[(String, Vec<u8>)]) -> Vec<FileEntry> {
    let entry = |path: &str, size| FileEntry { path: path.into(), size, role: Role::of(path) };
    let mut files: Vec<FileEntry> = taken.iter().map(|file| entry(&file.path, file.size)).collect();
    files.extend(made.iter().map(|(path, bytes)| entry(path, bytes.len() as u64)));
    files.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
    files
}

/// The recipe's size if it is large enough, else the smallest that is.
fn volume(inputs: &Inputs<'_>, manifest: &Manifest) -> Result<u64, BuildError> {
    // Only paths and sizes matter here.
    let sized = |path: &str, size| FileSpec::hashed(path, size, [0; 32]);
    let mut files: Vec<FileSpec> =
        manifest.files.iter().map(|file| sized(&file.path, file.size)).collect();
    let digest_line = |path: &str| 64 + 2 + path.len() as u64 + 1;
    let sums =
        digest_line(MANIFEST) + files.iter().map(|file| digest_line(&file.path)).sum::<u64>();
    let head = manifest.print().map_err(BuildError::Manifest)?.len() as u64;
    files.extend([sized(MANIFEST, head), sized(SUMS, sums)]);
    let free_clusters = FREE_CLUSTERS + SEAL_FILES as u32;
    let least = Plan::smallest_volume(&files, FREE_BYTES + SEAL_BYTES, free_clusters);
    let least = least.map_err(|error| {
        let (what, next) = (error.to_string(), error.advice().to_string());
        BuildError::Volume { what, next }
    })?;
    match inputs.recipe.volume.bytes {
        Some(bytes) if bytes < least => {
            let (size, mib) = (bytes >> 20, least >> 20);
            let what = format!("volume.size_mib is {size}, and {mib} are needed");
            let next = "Raise it, or leave it out for the smallest that leaves room.".to_string();
            Err(BuildError::Volume { what, next })
        }
        Some(bytes) => Ok(bytes),
        None => Ok(least),
    }
}

#[cfg(test)]
#[path = "assemble_tests.rs"]
mod tests;
