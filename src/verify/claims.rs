//! What a release says of itself. Nobody's signature is looked at: anybody can
//! write all of this.

use std::fmt::Write as _;
use std::path::Path;

use crate::seal::digest::Digest;
use crate::seal::key::KeyId;
use crate::seal::layout::MANIFEST;
use crate::seal::manifest::Manifest;
use crate::seal::trust::TrustDocument;
use crate::source::{self, Shape, SourceError};
use crate::text::{COLUMNS, Language, fill, wrap};

use super::detail::Detail;
use super::seal_files::{ReadFault, SealFiles};

/// The claims of one source.
pub struct Claims {
    /// What kind of source it is.
    pub shape: Shape,
    /// SHA-256 of its `SHA256SUMS`.
    pub release_code: Option<Digest>,
    /// Its manifest, or why that is none.
    pub manifest: Result<Manifest, Detail>,
    /// The key ids in the names of its signature files.
    pub signatures: Vec<KeyId>,
    /// Its trust documents: number, code, publisher if it can be read.
    pub trust: Vec<(u32, Digest, Option<String>)>,
    /// Files that it lists, whatever they are.
    pub files: usize,
    /// Odd things that the reader saw.
    pub remarks: Vec<Detail>,
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
        None => Err(Detail::said(MANIFEST)),
        Some(bytes) => {
            Manifest::parse(bytes).map_err(|error| Detail::of(|language| error.words(language)))
        }
    };
    let publisher = |bytes: &[u8]| {
        TrustDocument::parse(bytes).ok().map(|document| document.publisher.to_string())
    };
    let remarks =
        listing.remarks.iter().map(|remark| Detail::of(|language| remark.words(language)));
    let faults = findings.iter().map(|kind| Detail::of(|language| kind.what(language)));
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

/// The claims as lines of at most 80 columns.
pub fn render(claims: &Claims, language: Language) -> String {
    let labels = &language.table().claims;
    let mut page = String::new();
    let mut line = |label: &str, value: &str| {
        let wrapped = wrap(value, &" ".repeat(16), COLUMNS);
        // The first line's indent is as wide as the label's column.
        let body = wrapped.get(16..).unwrap_or("");
        let _ = writeln!(page, "  {label:<14}{body}");
    };
    match &claims.manifest {
        Err(why) => line(labels.manifest, &format!("? ({})", why.words(language))),
        Ok(manifest) => {
            let title = match language {
                Language::English => &manifest.title.en,
                Language::French => &manifest.title.fr,
            };
            line(labels.title, title.as_str());
            line(labels.publisher, manifest.publisher.as_str());
            line(labels.product, manifest.product.as_str());
            line(labels.version, manifest.version.as_str());
            let values = [
                ("position", manifest.position().to_string()),
                ("floor", manifest.floor.to_string()),
            ];
            line(labels.release, &fill(labels.position, &values));
            line(labels.issued, &manifest.issued.to_string());
            line(labels.advise_after, &manifest.advise_after.to_string());
            for applies in &manifest.applies_to {
                let (from, to) = (&applies.versions.from, &applies.versions.to);
                let text = format!("{}: {} {from} - {to}", applies.instrument, applies.software);
                line(labels.applies_to, &text);
            }
            for file in &manifest.files {
                let size = language.number(file.size);
                line(labels.file, &format!("{} ({size})", file.path));
            }
        }
    }
    if let Some(code) = &claims.release_code {
        let [first, second] = code.code_lines();
        line(labels.release_code, &first);
        line("", &second);
    }
    for key in &claims.signatures {
        line(labels.signature, &key.to_string());
    }
    for (version, code, publisher) in &claims.trust {
        let publisher = publisher.as_deref().unwrap_or("?");
        let [first, second] = code.code_lines();
        line(labels.trust, &format!("{version}  {publisher}"));
        line("", &first);
        line("", &second);
    }
    line(labels.files, &claims.files.to_string());
    for remark in &claims.remarks {
        line(labels.remark, remark.words(language));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_leave_room_before_what_they_label() {
        for language in Language::ALL {
            let claims = language.table().claims;
            let labels = claims.all().into_iter().filter(|(name, _)| *name != "position");
            for (name, label) in labels {
                assert!((1..=13).contains(&label.chars().count()), "{language:?} {name}");
            }
        }
    }
}
