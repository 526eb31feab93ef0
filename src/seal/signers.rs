//! The one place where signatures over `SHA256SUMS` are counted.
//!
//! What counts is the number of *distinct public keys* that hold `release` in
//! the newest trust document known and validly signed the received bytes. A
//! signature by a key that held `release` in an older document is explained
//! but no longer counts; any other file is not explained.

use super::chain::Chain;
use super::key::{KeyId, PublicKey};
use super::names::Identifier;
use super::signature::{Signature, SignatureError};
use super::trust::Holder;

/// Someone who signed, or should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The holder's name in the newest document that has the key.
    pub name: Identifier,
    /// The key.
    pub key: PublicKey,
}

/// A valid signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// By whom.
    pub signer: Signer,
    /// What the signature says it is over; compared with the manifest once
    /// that is read.
    pub trusted_comment: String,
}

/// Everything that the signature files beside `SHA256SUMS` come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignerCount {
    /// Valid signatures by keys that hold `release` now, one a public key, in
    /// the order of their holders' names.
    pub counted: Vec<Signed>,
    /// Valid signatures by keys that no longer hold `release`.
    pub no_longer: Vec<Signed>,
    /// Files that are not explained: key id in the name, reason.
    pub refused: Vec<(KeyId, SignatureError)>,
    /// Holders of `release` whose signature is not there.
    pub missing: Vec<Signer>,
    /// The threshold of the newest document.
    pub needed: u32,
}

impl SignerCount {
    /// True if enough distinct keys signed. Never true for a threshold of 0,
    /// which no trust document can have.
    pub fn is_enough(&self) -> bool {
        self.needed > 0 && self.counted.len() as u64 >= u64::from(self.needed)
    }

    /// Every valid signature, counted or not.
    pub fn valid(&self) -> impl Iterator<Item = &Signed> {
        self.counted.iter().chain(&self.no_longer)
    }
}

/// Judges `files`, the key id of each file's name and its bytes, over the
/// received bytes of `SHA256SUMS`.
pub fn count<'a>(
    chain: &Chain,
    sums: &[u8],
    files: impl IntoIterator<Item = (KeyId, &'a [u8])>,
) -> SignerCount {
    let role = &chain.newest().document.roles.release;
    let mut result = SignerCount {
        counted: Vec::new(),
        no_longer: Vec::new(),
        refused: Vec::new(),
        missing: Vec::new(),
        needed: role.threshold,
    };
    for (key_id, bytes) in files {
        match judge(chain, sums, key_id, bytes) {
            Err(error) => result.refused.push((key_id, error)),
            Ok(signed) => {
                let point = signed.signer.key.point();
                let known = result.valid().any(|other| other.signer.key.point() == point);
                let holds = role.has(&signed.signer.key);
                match (known, holds) {
                    // One file a key: a second one cannot be explained.
                    (true, _) => result.refused.push((key_id, SignatureError::UnknownKey)),
                    (false, true) => result.counted.push(signed),
                    (false, false) => result.no_longer.push(signed),
                }
            }
        }
    }
    // Key ids are as good as random; people read names.
    for signed in [&mut result.counted, &mut result.no_longer] {
        signed.sort_by(|a, b| a.signer.name.cmp(&b.signer.name));
    }
    let there = |holder: &Holder| {
        result.counted.iter().any(|s| s.signer.key.point() == holder.public_key.point())
    };
    result.missing = role.keys.iter().filter(|h| !there(h)).map(signer).collect();
    result
}

fn signer(holder: &Holder) -> Signer {
    Signer { name: holder.name.clone(), key: holder.public_key }
}

/// A valid signature by a key that holds `release` in any document.
fn judge(chain: &Chain, sums: &[u8], named: KeyId, bytes: &[u8]) -> Result<Signed, SignatureError> {
    let signature = Signature::parse(bytes)?;
    if signature.key_id() != named {
        return Err(SignatureError::KeyId);
    }
    // Newest document first, so that the name is today's. Ids are unique in a
    // chain: at most one public key has this id.
    let mut releases = chain.links().iter().rev().flat_map(|l| &l.document.roles.release.keys);
    let holder = releases
        .find(|holder| holder.public_key.id() == named)
        .ok_or(SignatureError::UnknownKey)?;
    signature.verify(&holder.public_key, sums)?;
    let trusted_comment = signature.trusted_comment().to_string();
    Ok(Signed { signer: signer(holder), trusted_comment })
}

#[cfg(test)]
#[path = "signers_tests.rs"]
mod tests;
