//! Trust documents that do not follow (THREATS 8): each is signed as well as
//! an attacker, or a careless root holder, could sign it.
//!
//! Most fixtures first add a good step, so that it can be seen that the good
//! part of the chain is kept and nothing of the bad one.

use super::seal_draft::Draft;
use super::{DrillError, Keys, unsuitable};
use crate::seal::digest::Digest;
use crate::seal::json;
use crate::seal::layout::trust_document;
use crate::seal::names::{Identifier, Number};
use crate::seal::trust::{Holder, ProductRule, Role, TrustDocument};

/// A product that no release here is of: its floor can move without a release
/// falling below it.
pub const OTHER_PRODUCT: &str = "an-exercise";
/// The floor of that product after the good step.
const FLOOR: u32 = 5;

/// The document after the newest, equal but for its place.
pub fn next(draft: &Draft) -> Result<TrustDocument, DrillError> {
    let mut document = draft.newest()?;
    let code = Digest::of(draft.bytes(&trust_document(document.version))?);
    document.version += 1;
    document.previous = Some(code);
    Ok(document)
}

fn rule(epoch: u32, floor: u32) -> Result<ProductRule, DrillError> {
    let number = |value| Number::new(value).ok_or_else(|| unsuitable("a number past its end"));
    Ok(ProductRule { epoch: number(epoch)?, floor: number(floor)? })
}

fn product() -> Result<Identifier, DrillError> {
    Identifier::parse(OTHER_PRODUCT).map_err(unsuitable)
}

/// A release code that was never given.
pub fn withdrawn_code() -> Digest {
    Digest::of(b"a release that an exercise withdraws")
}

/// Adds a good document: a floor for another product and a withdrawn code.
pub fn good_step(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let mut document = next(draft)?;
    document.products.insert(product()?, rule(1, FLOOR)?);
    let code = withdrawn_code();
    if let Err(at) = document.withdrawn.binary_search(&code) {
        document.withdrawn.insert(at, code);
    }
    add(draft, &document, keys)
}

fn add(draft: &mut Draft, document: &TrustDocument, keys: &Keys<'_>) -> Result<(), DrillError> {
    draft.put_trust(document.version, &json::print(document)?, &keys.root)
}

/// A good step, then one that `change` makes bad, both fully signed.
fn bad_step(
    draft: &mut Draft,
    keys: &Keys<'_>,
    change: impl FnOnce(&mut TrustDocument) -> Result<(), DrillError>,
) -> Result<(), DrillError> {
    good_step(draft, keys)?;
    let mut document = next(draft)?;
    change(&mut document)?;
    add(draft, &document, keys)
}

/// Raises the floor of the release's product above it: a good document, and a
/// release that may not be used any more.
pub fn floor_raised(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let manifest = draft.manifest()?;
    let mut document = next(draft)?;
    let floor = manifest.sequence.value().saturating_add(1);
    document.products.insert(manifest.product, rule(manifest.epoch.value(), floor)?);
    add(draft, &document, keys)
}

/// A floor falls.
pub fn floor_lowered(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    bad_step(draft, keys, |document| {
        document.products.insert(product()?, rule(1, FLOOR - 1)?);
        Ok(())
    })
}

/// A product is no longer named.
pub fn product_dropped(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    bad_step(draft, keys, |document| {
        document.products.remove(&product()?);
        Ok(())
    })
}

/// A withdrawn code is no longer named.
pub fn withdrawn_dropped(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    bad_step(draft, keys, |document| {
        document.withdrawn.retain(|code| *code != withdrawn_code());
        Ok(())
    })
}

/// `previous` is another document's code.
pub fn wrong_previous(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    bad_step(draft, keys, |document| {
        document.previous = Some(withdrawn_code());
        Ok(())
    })
}

/// A version is left out.
pub fn version_gap(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    bad_step(draft, keys, |document| {
        document.version += 1;
        Ok(())
    })
}

/// The number inside is not the one in the file's name.
pub fn version_in_name(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    good_step(draft, keys)?;
    let mut document = next(draft)?;
    let name = document.version;
    document.version += 1;
    draft.put_trust(name, &json::print(&document)?, &keys.root)
}

/// A floor that is no number of ours.
pub fn floor_past_the_end(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    good_step(draft, keys)?;
    let document = next(draft)?;
    let text = String::from_utf8(json::print(&document)?).map_err(unsuitable)?;
    let floor = format!("\"floor\": {FLOOR}\n");
    let past = format!("\"floor\": {}\n", super::seal_fields::past_the_end());
    let changed = text.replacen(&floor, &past, 1);
    match changed == text {
        true => Err(unsuitable("no floor to change")),
        false => draft.put_trust(document.version, changed.as_bytes(), &keys.root),
    }
}

/// The stranger becomes the one root; only those of before sign it.
pub fn signed_by_old_side(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let document = stranger_is_root(draft, keys)?;
    draft.put_trust(document.version, &json::print(&document)?, &keys.root)
}

/// The stranger becomes the one root, and signs it alone.
pub fn signed_by_new_side(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let document = stranger_is_root(draft, keys)?;
    draft.put_trust(document.version, &json::print(&document)?, &[keys.stranger])
}

fn stranger_is_root(draft: &mut Draft, keys: &Keys<'_>) -> Result<TrustDocument, DrillError> {
    good_step(draft, keys)?;
    let mut document = next(draft)?;
    document.roles.root = Role { threshold: 1, keys: vec![stranger(keys)?] };
    Ok(document)
}

/// The stranger as a holder.
pub fn stranger(keys: &Keys<'_>) -> Result<Holder, DrillError> {
    let name = Identifier::parse("stranger").map_err(unsuitable)?;
    Ok(Holder { name, public_key: keys.stranger.public() })
}

/// Another newest document by the same root holders, in which fewer must sign.
pub fn fork(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let mut document = draft.newest()?;
    let role = &mut document.roles.release;
    match role.threshold {
        1 => return Err(unsuitable("one signature is enough already")),
        _ => role.threshold -= 1,
    }
    add(draft, &document, keys)
}

/// Root keys, stolen after they were replaced, sign another next document: it
/// gives the releases to the stranger, who signs this one.
pub fn old_root_keys(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let mut document = next(draft)?;
    document.roles.release = Role { threshold: 1, keys: vec![stranger(keys)?] };
    add(draft, &document, keys)?;
    let comment = draft.comment()?;
    draft.unsign();
    draft.sign(keys.stranger, &comment)
}
