//! Other spellings of signed JSON (THREATS 19): each is one that some reader
//! takes for the same document, or takes for another one than its neighbour.

use super::seal_draft::Draft;
use super::trust_history::next;
use super::{DrillError, Keys, unsuitable};
use crate::seal::json;
use crate::seal::layout::MANIFEST;

/// Another spelling of a printed document.
pub type Spelling = fn(&str) -> String;

/// Arrays inside each other: more than any parser should follow.
const DEPTH: usize = 20_000;
/// The first field of every document.
const FIRST: &str = "  \"format\": 1,\n";

/// Spells the manifest in another way, and seals and signs it.
pub fn of_manifest(draft: &mut Draft, keys: &Keys<'_>, other: Spelling) -> Result<(), DrillError> {
    let comment = draft.comment()?;
    let text = spelt(draft.bytes(MANIFEST)?, other)?;
    draft.seal_manifest(text, keys, &comment)
}

/// Adds a trust document in another spelling, signed by the root holders.
pub fn of_trust(draft: &mut Draft, keys: &Keys<'_>, other: Spelling) -> Result<(), DrillError> {
    let document = next(draft)?;
    let text = spelt(&json::print(&document)?, other)?;
    draft.put_trust(document.version, &text, &keys.root)
}

fn spelt(bytes: &[u8], other: Spelling) -> Result<Vec<u8>, DrillError> {
    let text = std::str::from_utf8(bytes).map_err(unsuitable)?;
    match other(text) {
        same if same == text => Err(unsuitable("this spelling changes nothing")),
        changed => Ok(changed.into_bytes()),
    }
}

/// One key twice.
pub fn double_key(text: &str) -> String {
    text.replacen(FIRST, &FIRST.repeat(2), 1)
}

/// A field that nobody knows.
pub fn unknown_field(text: &str) -> String {
    text.replacen(FIRST, &format!("{FIRST}  \"approved\": true,\n"), 1)
}

/// Deeper than any document.
pub fn depth(text: &str) -> String {
    let deep = format!("{FIRST}  \"deep\": {}{},\n", "[".repeat(DEPTH), "]".repeat(DEPTH));
    text.replacen(FIRST, &deep, 1)
}

/// A number beyond every type.
pub fn beyond_numbers(text: &str) -> String {
    text.replacen(FIRST, "  \"format\": 1e999,\n", 1)
}

/// Zero with a sign.
pub fn minus_zero(text: &str) -> String {
    text.replacen(FIRST, "  \"format\": -0,\n", 1)
}

/// The same number as a fraction.
pub fn fraction(text: &str) -> String {
    text.replacen(FIRST, "  \"format\": 1.0,\n", 1)
}

/// A byte-order mark.
pub fn byte_order_mark(text: &str) -> String {
    format!("\u{feff}{text}")
}

/// A byte behind the end.
pub fn trailing_byte(text: &str) -> String {
    format!("{text} ")
}

/// A second document behind the first.
pub fn second_document(text: &str) -> String {
    text.repeat(2)
}

/// A letter as an escape.
pub fn escaped_letter(text: &str) -> String {
    text.replacen("\"publisher\"", "\"publ\\u0069sher\"", 1)
}

/// Without white space between lines.
pub fn one_line(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<String>() + "\n"
}

/// Lines that end as on Windows.
pub fn cr_lf(text: &str) -> String {
    text.replace('\n', "\r\n")
}
