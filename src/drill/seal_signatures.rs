//! Signature files, spoiled byte by byte (THREATS 1, 3 to 6).
//!
//! Each function takes a good minisign file and gives a bad one. What is
//! changed is always something that a careless reader would take.

use data_encoding::BASE64;

use super::seal_draft::Draft;
use super::{DrillError, Keys, unsuitable};
use crate::seal::key::KeyId;
use crate::seal::layout::{sums_signature, trust_signature};
use crate::seal::signature::{TRUSTED_PREFIX, UNTRUSTED_COMMENT};

/// A change of one signature file.
pub type Spoil = fn(&[u8]) -> Result<Vec<u8>, DrillError>;

/// Bytes of the blob before the 64 of the signature: algorithm and key id.
const BEFORE_SIGNATURE: usize = 10;
/// The order of Ed25519's group, little-endian (RFC 8032, section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Spoils the first signer's signature over `SHA256SUMS`.
pub fn of_release(draft: &mut Draft, keys: &Keys<'_>, spoil: Spoil) -> Result<(), DrillError> {
    spoiled(draft, &sums_signature(keys.release[0].public().id()), spoil)
}

/// Spoils the first root holder's signature over the newest trust document.
pub fn of_trust(draft: &mut Draft, keys: &Keys<'_>, spoil: Spoil) -> Result<(), DrillError> {
    let version = draft.newest()?.version;
    spoiled(draft, &trust_signature(version, keys.root[0].public().id()), spoil)
}

fn spoiled(draft: &mut Draft, path: &str, spoil: Spoil) -> Result<(), DrillError> {
    let bad = spoil(draft.bytes(path)?)?;
    draft.change(path, |_| bad)
}

/// The text of a file and its four lines.
fn lines(file: &[u8]) -> Result<(&str, [&str; 4]), DrillError> {
    let text = std::str::from_utf8(file).map_err(unsuitable)?;
    let lines: Vec<&str> = text.lines().collect();
    let lines = lines.try_into().map_err(|_| unsuitable("a signature without four lines"))?;
    Ok((text, lines))
}

/// Changes the blob of the second line.
fn blob(file: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Result<Vec<u8>, DrillError> {
    let (text, [_, line, ..]) = lines(file)?;
    let mut bytes = BASE64.decode(line.as_bytes()).map_err(unsuitable)?;
    if bytes.len() != BEFORE_SIGNATURE + 64 {
        return Err(unsuitable("a signature of another length"));
    }
    change(&mut bytes);
    Ok(text.replacen(line, &BASE64.encode(&bytes), 1).into_bytes())
}

/// Nothing.
pub fn empty(_: &[u8]) -> Result<Vec<u8>, DrillError> {
    Ok(Vec::new())
}

/// One bit of the signature flipped.
pub fn broken(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    blob(file, |bytes| bytes[BEFORE_SIGNATURE + 5] ^= 1)
}

/// Says that it is of the legacy algorithm.
pub fn legacy(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    blob(file, |bytes| bytes[1] = b'd')
}

/// A legacy signature, made by `minisign -l`, that says it is a new one.
pub fn legacy_turned_new(legacy: &[u8]) -> Result<Vec<u8>, DrillError> {
    let (_, [_, line, trusted, second]) = lines(legacy)?;
    let canonical = format!("{UNTRUSTED_COMMENT}\n{line}\n{trusted}\n{second}\n");
    match line.starts_with("RW") {
        true => blob(canonical.as_bytes(), |bytes| bytes[1] = b'D'),
        false => Err(unsuitable("not a legacy signature")),
    }
}

/// S plus the group's order: the same equation, another number.
pub fn malleable_s(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    blob(file, |bytes| {
        let mut carry = 0;
        for (byte, order) in bytes[BEFORE_SIGNATURE + 32..].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            // The low byte stays, the rest is carried.
            *byte = (sum & 0xff) as u8;
            carry = sum >> 8;
        }
    })
}

/// More base64 than 74 bytes.
pub fn longer_blob(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    blob(file, |bytes| bytes.extend_from_slice(b"more"))
}

/// Bytes behind the base64 of the second line.
pub fn bytes_after_base64(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    let (text, [_, line, ..]) = lines(file)?;
    Ok(text.replacen(line, &format!("{line} "), 1).into_bytes())
}

/// Base64 that is padded twice: the same bytes in as many characters, to a
/// decoder that takes several texts one behind the other.
pub fn padded_twice(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    let (text, [_, _, _, line]) = lines(file)?;
    let bytes = BASE64.decode(line.as_bytes()).map_err(unsuitable)?;
    let (front, back) = bytes.split_at_checked(62).ok_or_else(|| unsuitable("a short line"))?;
    let again = BASE64.encode(front) + &BASE64.encode(back);
    match again.len() == line.len() && again != line {
        true => Ok(text.replacen(line, &again, 1).into_bytes()),
        false => Err(unsuitable("a line of another length")),
    }
}

/// Lines that end as on Windows.
pub fn cr_lf(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    Ok(lines(file)?.0.replace('\n', "\r\n").into_bytes())
}

/// A line more.
pub fn fifth_line(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    Ok(format!("{}a fifth line\n", lines(file)?.0).into_bytes())
}

/// Another untrusted comment, which nothing signs.
pub fn untrusted_comment(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    let text = lines(file)?.0;
    Ok(text.replacen(UNTRUSTED_COMMENT, "untrusted comment: checked by support", 1).into_bytes())
}

/// Another trusted comment without its own signature.
pub fn trusted_comment(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    let (text, [_, _, trusted, _]) = lines(file)?;
    let comment = trusted.strip_prefix(TRUSTED_PREFIX).unwrap_or(trusted);
    Ok(text.replacen(comment, &format!("{comment}0"), 1).into_bytes())
}

/// Right to left marks and an escape for terminals in the trusted comment.
pub fn deceiving_comment(file: &[u8]) -> Result<Vec<u8>, DrillError> {
    let text = lines(file)?.0;
    let bad = format!("{TRUSTED_PREFIX}\u{1b}[2J\u{202e}");
    Ok(text.replacen(TRUSTED_PREFIX, &bad, 1).into_bytes())
}

/// The same signature under another key id: one key that signs twice.
pub fn under_other_id(file: &[u8], id: KeyId) -> Result<Vec<u8>, DrillError> {
    blob(file, |bytes| bytes[2..BEFORE_SIGNATURE].copy_from_slice(&id.0))
}
