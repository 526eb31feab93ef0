//! Values of a manifest that no release may have (THREATS 8 and 27), signed as
//! if they were good.

use super::seal_draft::Draft;
use super::{DrillError, Keys, unsuitable};
use crate::seal::json;
use crate::seal::layout::MANIFEST;
use crate::seal::limits::MAX_NUMBER;
use crate::seal::manifest::Manifest;
use crate::seal::names::Number;
use crate::seal::signature::release_comment;

/// Changes the manifest's values and signs it with the comment that fits them.
pub fn changed(
    draft: &mut Draft,
    keys: &Keys<'_>,
    change: impl FnOnce(&mut Manifest),
) -> Result<(), DrillError> {
    let mut manifest = draft.manifest()?;
    change(&mut manifest);
    let (publisher, product) = (&manifest.publisher, &manifest.product);
    let comment = release_comment(publisher, product, &manifest.version, manifest.position());
    // Not `Manifest::print`: that keeps the rules that are broken here.
    draft.seal_manifest(json::print(&manifest)?, keys, &comment)
}

/// Replaces the number of a field with one that is written, so that it need
/// not be a number that this program knows.
pub fn number(
    draft: &mut Draft,
    keys: &Keys<'_>,
    field: &str,
    value: &str,
) -> Result<(), DrillError> {
    let head = format!("\"{field}\": ");
    rewritten(draft, keys, &head, |rest| {
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        format!("{value}{}", &rest[end..])
    })
}

/// Puts `start` at the start of the English title, as JSON spells it.
pub fn title(draft: &mut Draft, keys: &Keys<'_>, start: &str) -> Result<(), DrillError> {
    rewritten(draft, keys, "\"en\": \"", |rest| format!("{start}{rest}"))
}

/// Puts a path in the place of the payload's.
pub fn payload_path(draft: &mut Draft, keys: &Keys<'_>, path: &str) -> Result<(), DrillError> {
    rewritten(draft, keys, "\"payload\": {\n    \"path\": \"", |rest| {
        let end = rest.find('"').unwrap_or(rest.len());
        format!("{path}{}", &rest[end..])
    })
}

/// Changes what stands behind the first `head` of the manifest, and signs it
/// with the good release's comment.
fn rewritten(
    draft: &mut Draft,
    keys: &Keys<'_>,
    head: &str,
    change: impl FnOnce(&str) -> String,
) -> Result<(), DrillError> {
    let comment = draft.comment()?;
    let text = String::from_utf8(draft.bytes(MANIFEST)?.to_vec()).map_err(unsuitable)?;
    let (before, rest) =
        text.split_once(head).ok_or_else(|| unsuitable(format!("no {head} in the manifest")))?;
    let text = format!("{before}{head}{}", change(rest));
    draft.seal_manifest(text.into_bytes(), keys, &comment)
}

/// The number after the largest of ours.
pub fn past_the_end() -> String {
    (u64::from(MAX_NUMBER) + 1).to_string()
}

/// The number after this one; the largest stays.
pub fn after(number: Number) -> Number {
    Number::new(number.value().saturating_add(1)).unwrap_or(number)
}
