//! What a release says of itself. Nobody's signature is looked at: anybody can
//! write all of this.

use std::fmt::Write as _;
use std::path::Path;

use crate::seal::digest::Digest;
use crate::seal::key::KeyId;
use crate::seal::manifest::Manifest;
use crate::seal::names::escape;
use crate::seal::trust::TrustDocument;
use crate::source::{self, Shape, SourceError};
use crate::text::{COLUMNS, Language, wrap};

use super::seal_files::{ReadFault, SealFiles};

/// The claims of one source.
pub struct Claims {
    /// What kind of source it is.
    pub shape: Shape,
    /// SHA-256 of its `SHA256SUMS`.
    pub release_code: Option<Digest>,
    /// Its manifest, or why that is none.
    pub manifest: Result<Manifest, String>,
    /// The key ids in the names of its signature files.
    pub signatures: Vec<KeyId>,
    /// Its trust documents: number, code, publisher if it can be read.
    pub trust: Vec<(u32, Digest, Option<String>)>,
    /// Files that it lists, whatever they are.
    pub files: usize,
    /// Odd things that the reader saw.
    pub remarks: Vec<String>,
}

/// Reads the claims; bounded like a check.
pub fn read(path: &Path) -> Result<Claims, SourceError> {
    let source = source::open(path)?;
    let listing = source.listing()?;
    let paths = listing.entries.iter().filter(|entry| entry.is_file()).map(|entry| &*entry.path);
    let (seal, findings) = SealFiles::gather(paths, &mut |path, limit| {
        source.read(path, limit).map_err(ReadFault::from)
    });
    let manifest = match &seal.manifest {
        None => Err("SEAL/manifest.json".to_string()),
        Some(bytes) => Manifest::parse(bytes).map_err(|error| escape(&error.to_string())),
    };
    let publisher = |bytes: &[u8]| {
        TrustDocument::parse(bytes).ok().map(|document| document.publisher.to_string())
    };
    let remarks = listing.remarks.iter().map(ToString::to_string);
    let faults = findings.iter().map(|kind| kind.what(Language::English));
    Ok(Claims {
        shape: source.shape(),
        release_code: seal.sums.as_deref().map(Digest::of),
        manifest,
        signatures: seal.signatures.iter().map(|file| file.key_id).collect(),
        trust: (seal.trust_documents.iter())
            .map(|(version, bytes)| (*version, Digest::of(bytes), publisher(bytes)))
            .collect(),
        files: listing.entries.iter().filter(|entry| entry.is_file()).count(),
        remarks: remarks.chain(faults).collect(),
    })
}

/// The claims as lines of at most 80 columns, in the words of the format: they
/// name fields, so they are the same in every language but for the title.
pub fn render(claims: &Claims, language: Language) -> String {
    let mut page = String::new();
    let mut line = |label: &str, value: &str| {
        let wrapped = wrap(value, &" ".repeat(16), COLUMNS);
        // The first line's indent is as wide as the label's column.
        let body = wrapped.get(16..).unwrap_or("");
        let _ = writeln!(page, "  {label:<14}{body}");
    };
    match &claims.manifest {
        Err(why) => line("manifest", &format!("? ({why})")),
        Ok(manifest) => {
            let title = match language {
                Language::English => &manifest.title.en,
                Language::French => &manifest.title.fr,
            };
            line("title", title.as_str());
            line("publisher", manifest.publisher.as_str());
            line("product", manifest.product.as_str());
            line("version", manifest.version.as_str());
            line("release", &format!("{} (floor {})", manifest.position(), manifest.floor));
            line("issued", &manifest.issued.to_string());
            line("advise_after", &manifest.advise_after.to_string());
            for applies in &manifest.applies_to {
                let (from, to) = (&applies.versions.from, &applies.versions.to);
                let text = format!("{}: {} {from} - {to}", applies.instrument, applies.software);
                line("applies_to", &text);
            }
            for file in &manifest.files {
                let size = language.number(file.size);
                line("file", &format!("{} ({size})", file.path));
            }
        }
    }
    if let Some(code) = &claims.release_code {
        let [first, second] = code.code_lines();
        line("release code", &first);
        line("", &second);
    }
    for key in &claims.signatures {
        line("signature", &key.to_string());
    }
    for (version, code, publisher) in &claims.trust {
        let publisher = publisher.as_deref().unwrap_or("?");
        let [first, second] = code.code_lines();
        line("trust", &format!("{version}  {publisher}"));
        line("", &first);
        line("", &second);
    }
    line("files", &claims.files.to_string());
    for remark in &claims.remarks {
        line("remark", remark);
    }
    page
}
