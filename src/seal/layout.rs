//! Where things stand on a medium: the fixed names under `SEAL/`.

use super::key::KeyId;

/// The folder of the seal.
pub const SEAL_FOLDER: &str = "SEAL";
/// The signed file.
pub const SUMS: &str = "SEAL/SHA256SUMS";
/// What the release is.
pub const MANIFEST: &str = "SEAL/manifest.json";
/// The folder of the chain.
pub const TRUST_FOLDER: &str = "SEAL/trust";
/// Payload files stand below this.
pub const PAYLOAD_PREFIX: &str = "PAYLOAD/";
/// Convenience tools stand below this.
pub const TOOLS_PREFIX: &str = "TOOLS/";

/// Path of the signature of `key` over `SHA256SUMS`.
pub fn sums_signature(key: KeyId) -> String {
    format!("{SUMS}.{key}.minisig")
}

/// Path of trust document `version`.
pub fn trust_document(version: u32) -> String {
    format!("{TRUST_FOLDER}/{version}.json")
}

/// Path of the signature of `key` over trust document `version`.
pub fn trust_signature(version: u32, key: KeyId) -> String {
    format!("{TRUST_FOLDER}/{version}.json.{key}.minisig")
}

/// What a path under `SEAL/` is, by its exact name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealName {
    /// `SEAL/SHA256SUMS`
    Sums,
    /// `SEAL/manifest.json`
    Manifest,
    /// `SEAL/SHA256SUMS.<key-id>.minisig`
    SumsSignature(KeyId),
    /// `SEAL/trust/N.json`
    TrustDocument(u32),
    /// `SEAL/trust/N.json.<key-id>.minisig`
    TrustSignature(u32, KeyId),
}

/// The meaning of `path`, or `None` if nothing of that name belongs to a seal.
pub fn seal_name(path: &str) -> Option<SealName> {
    if path == SUMS {
        return Some(SealName::Sums);
    }
    if path == MANIFEST {
        return Some(SealName::Manifest);
    }
    if let Some(rest) = path.strip_prefix("SEAL/SHA256SUMS.") {
        return Some(SealName::SumsSignature(signature_suffix(rest)?));
    }
    let rest = path.strip_prefix("SEAL/trust/")?;
    let (number, rest) = rest.split_once(".json")?;
    let version = document_number(number)?;
    match rest.strip_prefix('.') {
        None if rest.is_empty() => Some(SealName::TrustDocument(version)),
        Some(suffix) => Some(SealName::TrustSignature(version, signature_suffix(suffix)?)),
        None => None,
    }
}

/// `<key-id>.minisig`
fn signature_suffix(text: &str) -> Option<KeyId> {
    KeyId::parse(text.strip_suffix(".minisig")?)
}

/// 1 to 64 without leading zeros.
fn document_number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    let known = (1..=super::limits::MAX_TRUST_DOCUMENTS as u32).contains(&number);
    (known && number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_seal_are_exact() {
        let key = KeyId::parse("00FF00FF00FF00FF").unwrap();
        for (path, name) in [
            (SUMS.to_string(), SealName::Sums),
            (MANIFEST.to_string(), SealName::Manifest),
            (sums_signature(key), SealName::SumsSignature(key)),
            (trust_document(64), SealName::TrustDocument(64)),
            (trust_signature(3, key), SealName::TrustSignature(3, key)),
        ] {
            assert_eq!(seal_name(&path), Some(name), "{path}");
        }
        for path in [
            "SEAL/SHA256SUMS.00ff00ff00ff00ff.minisig",
            "SEAL/SHA256SUMS.FF.minisig",
            "SEAL/SHA256SUMS.minisig",
            "SEAL/trust/01.json",
            "SEAL/trust/0.json",
            "SEAL/trust/65.json",
            "SEAL/trust/+1.json",
            "SEAL/trust/1.jsonx",
            "SEAL/Trust/1.json",
            "SEAL/manifest.json ",
            "SEAL/autorun.inf",
        ] {
            assert_eq!(seal_name(path), None, "{path}");
        }
    }
}
