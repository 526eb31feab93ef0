//! Everything that is signed: what is read has one spelling, and a signature
//! counts for the bytes and the file that it was made for, and no others.

use std::sync::LazyLock;

use mediaseal::seal::anchor;
use mediaseal::seal::chain::{Chain, SignedDocument};
use mediaseal::seal::digest::Digest;
use mediaseal::seal::key::PublicKey;
use mediaseal::seal::layout::MANIFEST;
use mediaseal::seal::manifest::Manifest;
use mediaseal::seal::names::check_path;
use mediaseal::seal::signature::Signature;
use mediaseal::seal::sums::Sums;
use mediaseal::seal::trust::TrustDocument;

/// A signed list of a real release, one signature of it, and the signer's key;
/// written by `seeds`.
const SUMS: &[u8] = include_bytes!("../fixtures/SHA256SUMS");
const SIGNATURE: &[u8] = include_bytes!("../fixtures/SHA256SUMS.minisig");
const KEY: &str = include_str!("../fixtures/signer.pub");
/// What an item of the only list in a list of an anchor begins with: once for
/// each signature file that it offers.
const ITEM: &[u8] = b"\n        \"";
/// The first documents of a real chain.
const ANCHOR: &[u8] = include_bytes!("../fixtures/anchor.json");

static SIGNER: LazyLock<PublicKey> =
    LazyLock::new(|| PublicKey::parse_file(KEY).expect("the fixture is a public key"));
static CHAIN: LazyLock<Chain> =
    LazyLock::new(|| anchor::parse(ANCHOR).expect("the fixture is an anchor"));

/// A signature file has one spelling, and the signer's key accepts it for the
/// signed list only if it is the file that the signer made: Ed25519 is
/// deterministic here, so a second accepted file would be a forgery.
pub fn signature(bytes: &[u8]) {
    let Ok(signature) = Signature::parse(bytes) else {
        return;
    };
    assert_eq!(signature.print(), bytes);
    let accepted = signature.verify(&SIGNER, SUMS).is_ok();
    assert_eq!(accepted, bytes == SIGNATURE, "accepted: {accepted}");
    assert!(signature.verify(&SIGNER, &SUMS[1..]).is_err());
}

/// `SHA256SUMS` has one spelling, sorted safe paths, and names the manifest.
/// One that is not the signed list is never covered by its signature.
pub fn sums(bytes: &[u8]) {
    let Ok(sums) = Sums::parse(bytes) else {
        return;
    };
    assert_eq!(sums.print(), bytes);
    assert!(sums.digest(MANIFEST).is_some());
    let lines = sums.lines();
    assert!(lines.windows(2).all(|two| two[0].0.as_bytes() < two[1].0.as_bytes()));
    assert!(lines.iter().all(|(path, _)| check_path(path).is_ok()));
    let fixture = Signature::parse(SIGNATURE).expect("the fixture is a signature");
    assert_eq!(fixture.verify(&SIGNER, bytes).is_ok(), bytes == SUMS);
}

/// A manifest has one spelling, a main file, and numbers in their order.
pub fn manifest(bytes: &[u8]) {
    let Ok(manifest) = Manifest::parse(bytes) else {
        return;
    };
    assert_eq!(manifest.print().as_deref(), Ok(bytes));
    let main = manifest.main_file().expect("a manifest has a main file");
    assert!(main.size > 0);
    assert!(manifest.floor <= manifest.sequence);
    assert!(manifest.files.iter().all(|file| check_path(&file.path).is_ok()));
}

/// A trust document has one spelling and thresholds that can be met and cannot
/// be zero; unsigned it begins no chain and continues none.
pub fn trust(bytes: &[u8]) {
    let Ok(document) = TrustDocument::parse(bytes) else {
        return;
    };
    assert_eq!(document.print().as_deref(), Ok(bytes));
    for role in [&document.roles.root, &document.roles.release] {
        assert!((1..=role.keys.len()).contains(&(role.threshold as usize)));
    }
    let unsigned = SignedDocument { bytes: bytes.to_vec(), signatures: Vec::new() };
    assert!(Chain::self_signed(unsigned.clone()).is_err());
    let mut chain = CHAIN.clone();
    assert!(chain.extend(unsigned).is_err());
    assert_eq!(chain.length(), CHAIN.length());
}

/// An anchor is a whole chain that ends with the code beside it. Signature files
/// that explain nothing are left out of the chain, and then its print is the one
/// spelling. With a code that none of its documents has, it is refused.
pub fn anchor(bytes: &[u8]) {
    let Ok(chain) = anchor::parse(bytes) else {
        return;
    };
    assert!(chain.length() >= 1);
    let printed = anchor::print(&chain).expect("a chain that was read can be printed");
    assert_eq!(anchor::parse(&printed).as_ref(), Ok(&chain));
    assert!(printed.len() <= bytes.len());
    let kept = |chain: &Chain| chain.links().iter().map(|link| link.signed.signatures.len()).sum();
    let kept: usize = kept(&chain);
    let offered = bytes.windows(ITEM.len()).filter(|window| *window == ITEM).count();
    assert!(kept <= offered);
    if kept == offered {
        assert!(printed == bytes, "a second spelling");
    }
    for (index, link) in chain.links().iter().enumerate() {
        assert_eq!(link.document.version as usize, index + 1);
        assert_eq!(link.code, Digest::of(&link.signed.bytes));
    }
    assert!(anchor::parse_with_code(bytes, Digest([0; 32])).is_err());
    let newest = anchor::parse_with_code(bytes, chain.newest().code);
    assert_eq!(newest.map(|chain| chain.length()).ok(), Some(chain.length()));
}
