//! Trust documents that are bad in themselves (THREATS 2, 3, 5), signed by the
//! root holders; and whole histories of somebody else's making (THREATS 31).

use data_encoding::BASE64;

use super::seal_draft::Draft;
use super::seal_fields;
use super::trust_history::{next, stranger};
use super::{DrillError, Keys, unsuitable};
use crate::seal::json;
use crate::seal::key::{KeyId, PublicKey};
use crate::seal::layout::{SealName, seal_name, sums_signature, trust_document};
use crate::seal::names::Identifier;
use crate::seal::trust::{Holder, Role, TrustDocument};
use crate::sign::trust_editing::first_document;

/// The neutral element of the curve, a point of small order (RFC 8032,
/// section 5.1.2): it verifies signatures over anything.
const NEUTRAL: [u8; 32] = {
    let mut point = [0; 32];
    point[0] = 1;
    point
};

/// Adds a document that `change` makes bad, fully signed.
fn next_with(
    draft: &mut Draft,
    keys: &Keys<'_>,
    change: impl FnOnce(&mut TrustDocument) -> Result<(), DrillError>,
) -> Result<(), DrillError> {
    let mut document = next(draft)?;
    change(&mut document)?;
    draft.put_trust(document.version, &json::print(&document)?, &keys.root)
}

/// Nobody must sign releases.
pub fn threshold_zero(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    next_with(draft, keys, |document| {
        document.roles.release.threshold = 0;
        Ok(())
    })
}

/// Nobody must sign trust documents.
pub fn root_threshold_zero(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    next_with(draft, keys, |document| {
        document.roles.root.threshold = 0;
        Ok(())
    })
}

/// More must sign than there are.
pub fn threshold_above_keys(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    next_with(draft, keys, |document| {
        let role = &mut document.roles.release;
        role.threshold = role.keys.len() as u32 + 1;
        Ok(())
    })
}

/// The key of `holder` under another id and name.
fn again(holder: &Holder, name: &str) -> Result<Holder, DrillError> {
    let KeyId(mut id) = holder.public_key.id();
    id[0] ^= 1;
    let public_key = PublicKey::new(KeyId(id), holder.public_key.point()).map_err(unsuitable)?;
    Ok(Holder { name: Identifier::parse(name).map_err(unsuitable)?, public_key })
}

fn first_signer(document: &TrustDocument) -> Result<Holder, DrillError> {
    let first = document.roles.release.keys.first();
    first.cloned().ok_or_else(|| unsuitable("nobody may sign"))
}

/// One key twice in a role, under two ids and two names.
pub fn key_twice_in_role(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    next_with(draft, keys, |document| {
        let twin = again(&first_signer(document)?, "twin")?;
        document.roles.release.keys.push(twin);
        Ok(())
    })
}

/// The stranger's key under the first signer's id.
pub fn two_keys_one_id(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    next_with(draft, keys, |document| {
        let id = first_signer(document)?.public_key.id();
        let mut other = stranger(keys)?;
        other.public_key = PublicKey::new(id, other.public_key.point()).map_err(unsuitable)?;
        document.roles.release.keys.push(other);
        Ok(())
    })
}

/// A key of small order, with which a signature over anything verifies.
pub fn small_order_key(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let mut document = next(draft)?;
    let holder = stranger(keys)?;
    let good = holder.public_key.to_string();
    document.roles.release.keys.push(holder);
    let text = String::from_utf8(json::print(&document)?).map_err(unsuitable)?;
    let weak = [b"Ed".as_slice(), &keys.stranger.public().id().0, &NEUTRAL].concat();
    let text = text.replacen(&good, &BASE64.encode(&weak), 1);
    draft.put_trust(document.version, text.as_bytes(), &keys.root)
}

/// The first signer gets a second key id in a new document, and signs under
/// both; the second signer's signature is not there.
pub fn one_key_signs_twice(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let old = first_signer(&draft.newest()?)?;
    let renamed = again(&old, old.name.as_str())?;
    next_with(draft, keys, |document| {
        document.roles.release.keys[0] = renamed.clone();
        Ok(())
    })?;
    let [first, second] = keys.release.map(|key| sums_signature(key.public().id()));
    draft.remove(&second)?;
    let id = renamed.public_key.id();
    let twin = super::seal_signatures::under_other_id(draft.bytes(&first)?, id)?;
    draft.put(sums_signature(id), twin);
    Ok(())
}

/// The second signer leaves the role, the stranger comes, and has not signed.
pub fn signer_left_the_role(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let leaving = keys.release[1].public();
    next_with(draft, keys, |document| {
        let role = &mut document.roles.release;
        role.keys.retain(|holder| holder.public_key != leaving);
        role.keys.push(stranger(keys)?);
        Ok(())
    })
}

/// The stranger signs in the second signer's place, and stands in a document
/// that nobody but the stranger signed.
pub fn key_on_the_medium_only(draft: &mut Draft, keys: &Keys<'_>) -> Result<(), DrillError> {
    let mut document = next(draft)?;
    document.roles.release.keys.push(stranger(keys)?);
    draft.put_trust(document.version, &json::print(&document)?, &[keys.stranger])?;
    draft.remove(&sums_signature(keys.release[1].public().id()))?;
    let comment = draft.comment()?;
    draft.sign(keys.stranger, &comment)
}

/// The whole release again by the stranger alone, who is its only root and
/// signer; of `publisher`, or of the same one.
pub fn counterfeit(
    draft: &mut Draft,
    keys: &Keys<'_>,
    publisher: Option<&str>,
) -> Result<(), DrillError> {
    let publisher = match publisher {
        None => draft.newest()?.publisher,
        Some(name) => Identifier::parse(name).map_err(unsuitable)?,
    };
    for name in draft.names() {
        if matches!(
            seal_name(&name),
            Some(SealName::TrustDocument(_) | SealName::TrustSignature(..))
        ) {
            draft.remove(&name)?;
        }
    }
    let role = || Ok::<_, DrillError>(Role { threshold: 1, keys: vec![stranger(keys)?] });
    let document = first_document(publisher.clone(), role()?, role()?);
    let bytes = json::print(&document)?;
    // Named by the new document's own publisher, so it must be there first.
    draft.put(trust_document(1), bytes.clone());
    draft.put_trust(1, &bytes, &[keys.stranger])?;
    if draft.manifest()?.publisher != publisher {
        seal_fields::changed(draft, keys, |manifest| manifest.publisher = publisher)?;
    }
    draft.unsign();
    let comment = draft.comment()?;
    draft.sign(keys.stranger, &comment)
}
