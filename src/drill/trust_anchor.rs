//! Anchors made from the trust documents of any release, however bad: what a
//! person would be handed by whoever made it.

use serde::Serialize;

use super::seal_draft::Draft;
use super::{DrillError, unsuitable};
use crate::seal::anchor::FORMAT;
use crate::seal::digest::Digest;
use crate::seal::json;
use crate::seal::layout::{SealName, seal_name};

#[derive(Serialize)]
struct AnchorText {
    format: u32,
    code: Digest,
    documents: Vec<DocumentText>,
}

#[derive(Serialize)]
struct DocumentText {
    document: String,
    signatures: Vec<String>,
}

/// The anchor over the documents of `draft` as they stand there, with the code
/// of the last one; nothing is checked. The code comes with it.
pub fn anchor_of(draft: &Draft) -> Result<(Vec<u8>, Digest), DrillError> {
    let names: Vec<(String, SealName)> = draft
        .names()
        .into_iter()
        .filter_map(|path| seal_name(&path).map(|name| (path, name)))
        .collect();
    let text = |path: &str| -> Result<String, DrillError> {
        String::from_utf8(draft.bytes(path)?.to_vec()).map_err(unsuitable)
    };
    let mut versions: Vec<(u32, &str)> = Vec::new();
    for (path, name) in &names {
        if let SealName::TrustDocument(version) = name {
            versions.push((*version, path));
        }
    }
    versions.sort_unstable();
    let (_, last) = versions.last().ok_or_else(|| unsuitable("no trust document"))?;
    let code = Digest::of(draft.bytes(last)?);
    let mut documents = Vec::new();
    for (version, path) in &versions {
        let mut signatures = Vec::new();
        for (path, name) in &names {
            if matches!(name, SealName::TrustSignature(of, _) if of == version) {
                signatures.push(text(path)?);
            }
        }
        documents.push(DocumentText { document: text(path)?, signatures });
    }
    Ok((json::print(&AnchorText { format: FORMAT, code, documents })?, code))
}
