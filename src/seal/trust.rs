//! Trust documents: who may sign for a publisher, and what it has withdrawn.
//!
//! One document alone; how one follows another is [`chain`](super::chain)'s.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::json::{self, JsonError};
use super::key::{KeyId, PublicKey};
use super::limits::{MAX_ROLE_KEYS, MAX_TRUST_BYTES, MAX_TRUST_DOCUMENTS};
use super::names::{Identifier, Number};
use crate::text::{Language, fill};

/// The format that this program reads and writes.
pub const FORMAT: u32 = 1;

/// A trust document. Fields in the order in which they are printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustDocument {
    /// [`FORMAT`].
    pub format: u32,
    /// The organisation whose keys these are.
    pub publisher: Identifier,
    /// 1 to 64.
    pub version: u32,
    /// SHA-256 of the document before; exactly where `version` is above 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// Who may sign what.
    pub roles: Roles,
    /// Products that were started anew or have a floor.
    pub products: BTreeMap<Identifier, ProductRule>,
    /// Release codes that may not be used any more, sorted.
    pub withdrawn: Vec<Digest>,
}

/// Both roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// Signs the next trust document, and this one.
    pub root: Role,
    /// Signs releases.
    pub release: Role,
}

/// `threshold` of `keys` must sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// 1 to the number of keys.
    pub threshold: u32,
    /// Distinct keys with distinct ids and names.
    pub keys: Vec<Holder>,
}

/// A person, or a token, that holds a signing key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// The name that reports show.
    pub name: Identifier,
    /// The key.
    pub public_key: PublicKey,
}

/// What a trust document says of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductRule {
    /// The epoch that releases must have.
    pub epoch: Number,
    /// The oldest sequence of that epoch that may be used.
    pub floor: Number,
}

/// Why a trust document was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustError {
    /// Not JSON of this shape in its one spelling.
    Json(JsonError),
    /// A format of a newer program.
    Format(u32),
    /// Not 1 to 64.
    Version(u32),
    /// `previous` is there where it may not be, or the other way round.
    Previous,
    /// Threshold 0, or above the number of keys.
    Threshold(&'static str),
    /// More keys than [`MAX_ROLE_KEYS`].
    TooManyKeys(&'static str),
    /// One key, or one name, twice in a role.
    TwiceInRole(&'static str, Identifier),
    /// Two keys with one id.
    SharedId(KeyId),
    /// The withdrawn codes are not sorted, or one is double.
    Withdrawn,
}

impl TrustError {
    /// Why, in words; what a stranger wrote is escaped.
    pub fn words(&self, language: Language) -> String {
        let faults = &language.table().seal_faults;
        let role = |role: &&'static str| ("role", role.to_string());
        match self {
            Self::Json(error) => error.words(language),
            Self::Format(format) => {
                fill(faults.format, &[("found", format.to_string()), ("known", FORMAT.to_string())])
            }
            Self::Version(version) => fill(
                faults.trust_version,
                &[("version", version.to_string()), ("limit", MAX_TRUST_DOCUMENTS.to_string())],
            ),
            Self::Previous => faults.trust_previous.to_string(),
            Self::Threshold(name) => fill(faults.trust_threshold, &[role(name)]),
            Self::TooManyKeys(name) => fill(
                faults.trust_too_many_keys,
                &[role(name), ("limit", MAX_ROLE_KEYS.to_string())],
            ),
            Self::TwiceInRole(name, holder) => {
                fill(faults.trust_twice, &[role(name), ("name", holder.to_string())])
            }
            Self::SharedId(id) => fill(faults.trust_shared_id, &[("id", id.to_string())]),
            Self::Withdrawn => faults.trust_withdrawn.to_string(),
        }
    }
}

impl fmt::Display for TrustError {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}

impl std::error::Error for TrustError {}

impl TrustDocument {
    /// Reads the received bytes; every rule of one document is kept by what
    /// comes back.
    pub fn parse(bytes: &[u8]) -> Result<Self, TrustError> {
        let document: Self = json::parse(bytes, MAX_TRUST_BYTES).map_err(TrustError::Json)?;
        document.check()?;
        Ok(document)
    }

    /// The one spelling, after the same rules.
    pub fn print(&self) -> Result<Vec<u8>, TrustError> {
        self.check()?;
        let bytes = json::print(self).map_err(TrustError::Json)?;
        match bytes.len() > MAX_TRUST_BYTES {
            true => Err(TrustError::Json(JsonError::TooLong { limit: MAX_TRUST_BYTES })),
            false => Ok(bytes),
        }
    }

    /// Every holder, root first; a key in both roles comes twice.
    pub fn holders(&self) -> impl Iterator<Item = &Holder> {
        self.roles.root.keys.iter().chain(&self.roles.release.keys)
    }

    /// Keys that are in both roles: allowed, and a warning.
    pub fn keys_in_both_roles(&self) -> Vec<&Holder> {
        self.roles.root.keys.iter().filter(|h| self.roles.release.has(&h.public_key)).collect()
    }

    /// The epoch of a product; 1 where it is not named.
    pub fn epoch(&self, product: &Identifier) -> Number {
        self.products.get(product).map_or(Number::ONE, |rule| rule.epoch)
    }

    fn check(&self) -> Result<(), TrustError> {
        if self.format != FORMAT {
            return Err(TrustError::Format(self.format));
        }
        if !(1..=MAX_TRUST_DOCUMENTS as u32).contains(&self.version) {
            return Err(TrustError::Version(self.version));
        }
        if self.previous.is_some() != (self.version > 1) {
            return Err(TrustError::Previous);
        }
        self.roles.root.check("root")?;
        self.roles.release.check("release")?;
        shared_id(self.holders())?;
        match self.withdrawn.windows(2).all(|pair| pair[0] < pair[1]) {
            true => Ok(()),
            false => Err(TrustError::Withdrawn),
        }
    }
}

/// Refuses two different keys with one id among `holders`.
pub(super) fn shared_id<'a>(holders: impl Iterator<Item = &'a Holder>) -> Result<(), TrustError> {
    let mut seen: BTreeMap<KeyId, [u8; 32]> = BTreeMap::new();
    for holder in holders {
        let (id, point) = (holder.public_key.id(), holder.public_key.point());
        if seen.insert(id, point).is_some_and(|other| other != point) {
            return Err(TrustError::SharedId(id));
        }
    }
    Ok(())
}

impl Role {
    /// True if `key` is in this role: the same point, whatever its id.
    pub fn has(&self, key: &PublicKey) -> bool {
        self.keys.iter().any(|holder| holder.public_key.point() == key.point())
    }

    fn check(&self, name: &'static str) -> Result<(), TrustError> {
        if self.keys.len() > MAX_ROLE_KEYS {
            return Err(TrustError::TooManyKeys(name));
        }
        let keys = self.keys.len() as u32;
        if self.threshold == 0 || self.threshold > keys {
            return Err(TrustError::Threshold(name));
        }
        for (index, holder) in self.keys.iter().enumerate() {
            let earlier = &self.keys[..index];
            let twice = |other: &Holder| {
                other.public_key.point() == holder.public_key.point() || other.name == holder.name
            };
            if earlier.iter().any(twice) {
                return Err(TrustError::TwiceInRole(name, holder.name.clone()));
            }
        }
        Ok(())
    }
}
