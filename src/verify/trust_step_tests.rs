use super::*;
use crate::seal::digest::Digest;
use crate::seal::signature::trust_comment;
use crate::seal::testing::{TestKey, chain, first_document, next_document, role, signed};
use crate::seal::trust::TrustDocument;

/// Root key 1, release key 2; documents 1 to 3, each withdrawing one more.
fn three() -> (TestKey, Chain) {
    let [root, release] = [1, 2].map(TestKey::new);
    let mut chain = chain(&first_document(role(1, &[&root]), role(1, &[&release])), &[&root]);
    for byte in 0..2u8 {
        let next = next_document(&chain, |d| {
            d.withdrawn.push(Digest([byte; 32]));
        });
        chain.extend(signed(&next, &[&root])).unwrap();
    }
    (root, chain)
}

fn prefix(chain: &Chain, length: usize) -> Chain {
    let documents = chain.links()[..length].iter().map(|link| link.signed.clone()).collect();
    Chain::anchored(documents, chain.links()[length - 1].code).unwrap()
}

/// The files of a chain as a medium has them.
fn medium(chain: &Chain) -> SealFiles {
    let files = chain.files();
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let (seal, findings) = SealFiles::gather(paths, &mut |path, _| {
        Ok(files.iter().find(|(p, _)| p == path).unwrap().1.clone())
    });
    assert_eq!(findings, []);
    seal
}

#[test]
fn longer_chain_on_the_medium_is_learned() {
    let (_, whole) = three();
    let step = merge(Some(&prefix(&whole, 1)), &medium(&whole));
    assert_eq!(step.chain.unwrap().length(), 3);
    assert_eq!(step.findings, [Kind::NewerTrustOnMedium { known: 1, brought: 3 }]);
}

#[test]
fn shorter_chain_on_the_medium_changes_nothing() {
    let (_, whole) = three();
    let step = merge(Some(&whole), &medium(&prefix(&whole, 2)));
    assert_eq!(step.chain.unwrap().length(), 3);
    assert_eq!(step.findings, [Kind::OlderTrustOnMedium { known: 3, brought: 2 }]);
}

#[test]
fn without_an_anchor_the_medium_speaks_for_itself() {
    let (_, whole) = three();
    let step = merge(None, &medium(&whole));
    assert_eq!(step.chain.unwrap().length(), 3);
    assert_eq!(step.findings, []);
}

#[test]
fn counterfeit_chain_is_another_publisher_or_a_fork() {
    let (_, whole) = three();
    let [root, release] = [7, 8].map(TestKey::new);
    let document = first_document(role(1, &[&root]), role(1, &[&release]));
    let fork = chain(&document, &[&root]);
    let step = merge(Some(&whole), &medium(&fork));
    assert!(step.chain.is_none(), "nobody known speaks for it");
    assert_eq!(step.findings, [Kind::Fork { version: 1 }]);
    let mut other = document;
    other.publisher = crate::seal::names::Identifier::parse("other").unwrap();
    let step = merge(Some(&whole), &medium(&chain(&other, &[&root])));
    assert!(step.chain.is_none());
    assert!(matches!(step.findings[..], [Kind::OtherPublisher { .. }]));
}

#[test]
fn old_root_keys_cannot_fork_for_a_later_anchor() {
    let (root, whole) = three();
    let mut fork = prefix(&whole, 1);
    let next = next_document(&fork, |d| d.roles.release = role(1, &[&root]));
    fork.extend(signed(&next, &[&root])).unwrap();
    let step = merge(Some(&prefix(&whole, 2)), &medium(&fork));
    assert!(step.chain.is_none());
    assert_eq!(step.findings, [Kind::Fork { version: 2 }]);
}

#[test]
fn bad_document_keeps_the_good_prefix() {
    let (_, whole) = three();
    let mut seal = medium(&whole);
    seal.trust_signatures.remove(&3);
    let step = merge(Some(&prefix(&whole, 1)), &seal);
    assert_eq!(step.chain.unwrap().length(), 2);
    assert!(matches!(step.findings[..], [Kind::TrustDocumentRefused { version: 3, .. }]));
}

#[test]
fn gap_and_absence_are_findings() {
    let (_, whole) = three();
    let mut seal = medium(&whole);
    seal.trust_documents.remove(&2);
    let step = merge(Some(&prefix(&whole, 1)), &seal);
    assert_eq!(step.chain.unwrap().length(), 1);
    assert!(step.findings.contains(&Kind::TrustGap { version: 2 }));
    let step = merge(Some(&whole), &SealFiles::default());
    assert_eq!(step.findings, [Kind::NoTrustDocument]);
    assert!(merge(None, &SealFiles::default()).chain.is_none());
}

#[test]
fn rogue_signature_beside_a_held_document_is_refused() {
    let (root, whole) = three();
    let rogue = TestKey::new(66);
    let link = whole.link(1).unwrap();
    let comment = trust_comment(whole.publisher(), 1);
    let with = |version, key: &TestKey, named, bytes: &[u8], comment: &str| {
        let mut seal = medium(&whole);
        let file = NamedSignature { key_id: named, bytes: key.sign(bytes, comment) };
        seal.trust_signatures.entry(version).or_default().push(file);
        merge(Some(&whole), &seal).findings
    };
    let document = &link.signed.bytes;
    let found = with(1, &rogue, rogue.public.id(), document, &comment);
    let refused = |found: &[Kind], reason| matches!(found, [Kind::TrustSignatureRefused { reason: r, .. }] if *r == reason);
    assert!(refused(&found, SignatureError::UnknownKey), "{found:?}");
    // Under another name, the same key's second file is not explained.
    let found = with(1, &root, rogue.public.id(), document, &comment);
    assert!(refused(&found, SignatureError::KeyId), "{found:?}");
    // Of a document that is not there.
    let found = with(9, &root, root.public.id(), document, &comment);
    assert!(refused(&found, SignatureError::UnknownKey), "{found:?}");
}

#[test]
fn every_flipped_bit_of_a_held_document_is_a_finding() {
    let (_, whole) = three();
    let good = medium(&whole);
    for bit in 0..good.trust_documents[&2].len() * 8 {
        let mut seal = good.clone();
        seal.trust_documents.get_mut(&2).unwrap()[bit / 8] ^= 1 << (bit % 8);
        let step = merge(Some(&whole), &seal);
        assert!(!step.findings.is_empty(), "bit {bit}");
        assert!(TrustDocument::parse(&seal.trust_documents[&2]).is_err() || step.chain.is_none());
    }
}

#[test]
fn a_signature_that_could_not_be_read_may_be_the_one_that_a_document_lacks() {
    let (_, whole) = three();
    let mut files = medium(&whole);
    let lost = files.trust_signatures.remove(&3).unwrap();
    let step = merge(Some(&prefix(&whole, 2)), &files);
    assert!(matches!(step.findings[..], [Kind::TrustDocumentRefused { version: 3, .. }]));
    // Of another document it says nothing.
    for (version, refused) in [(2, true), (3, false)] {
        files.unread = [trust_signature(version, lost[0].key_id)].into();
        let step = merge(Some(&prefix(&whole, 2)), &files);
        assert_eq!(!step.findings.is_empty(), refused, "{version}");
        assert_eq!(step.chain.unwrap().length(), 2);
    }
}
