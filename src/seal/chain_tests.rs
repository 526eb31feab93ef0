use super::super::anchor::{self, AnchorError};
use super::super::names::Number;
use super::super::testing::{TestKey, chain, first_document, next_document, role, signed};
use super::super::trust::{Holder, ProductRule, Role};
use super::*;

/// Root keys 1 and 2 (both needed), release keys 11 and 12 (both needed).
fn keys() -> [TestKey; 4] {
    [1, 2, 11, 12].map(TestKey::new)
}

fn start(keys: &[TestKey; 4]) -> Chain {
    let [r1, r2, a, b] = keys;
    chain(&first_document(role(2, &[r1, r2]), role(2, &[a, b])), &[r1, r2])
}

fn rule(epoch: u32, floor: u32) -> ProductRule {
    ProductRule { epoch: Number::new(epoch).unwrap(), floor: Number::new(floor).unwrap() }
}

fn product() -> Identifier {
    Identifier::parse("lrm").unwrap()
}

#[test]
fn document_follows_with_both_thresholds() {
    let keys = keys();
    let [r1, r2, ..] = &keys;
    let r3 = TestKey::new(3);
    let mut chain = start(&keys);
    // Root 2 leaves, root 3 comes: old threshold {1,2}, new threshold {1,3}.
    let next = next_document(&chain, |d| d.roles.root = role(2, &[r1, &r3]));
    let short = |chain: &Chain, by: &[&TestKey]| chain.clone().extend(signed(&next, by));
    let threshold = |of, counted| Err(ChainError::Threshold { of, counted, needed: 2 });
    assert_eq!(short(&chain, &[r1, r2]), threshold(2, 1), "signed by N-1 only");
    assert_eq!(short(&chain, &[r1, &r3]), threshold(1, 1), "signed by N only");
    assert_eq!(short(&chain, &[]), threshold(1, 0));
    assert_eq!(short(&chain, &[r1, r1, r1, &r3]), threshold(1, 1), "one key counts once");
    chain.extend(signed(&next, &[r1, r2, &r3])).unwrap();
    assert_eq!(chain.length(), 2);
    assert_eq!(chain.files().len(), 2 + 2 + 3);
}

#[test]
fn those_who_did_not_sign_are_not_counted_for_those_who_did() {
    let [r1, r2, r3, a] = [1, 2, 3, 11].map(TestKey::new);
    let first = first_document(role(2, &[&r1, &r2, &r3]), role(1, &[&a]));
    let chain = chain(&first, &[&r1, &r2]);
    let next = next_document(&chain, |d| d.withdrawn.push(Digest::of(b"bad")));
    // One of three signed: the other two are two, and were not asked.
    let refused = chain.clone().extend(signed(&next, &[&r3]));
    assert_eq!(refused, Err(ChainError::Threshold { of: 1, counted: 1, needed: 2 }));
    let mut longer = chain.clone();
    longer.extend(signed(&next, &[&r3, &r1])).unwrap();
    let link = longer.newest();
    let names = |holders: Vec<&Holder>| -> Vec<String> {
        holders.iter().map(|holder| holder.name.to_string()).collect()
    };
    assert_eq!(names(root_signers(link, &link.document.roles.root)), ["key-1", "key-3"]);
    assert!(root_signers(link, &link.document.roles.release).is_empty());
    assert!(Chain::self_signed(signed(&first, &[&r2])).is_err());
}

#[test]
fn floor_and_withdrawal_are_those_of_any_document_of_the_epoch() {
    let keys = keys();
    let [r1, r2, ..] = &keys;
    let mut chain = start(&keys);
    let bad = Digest::of(b"bad");
    assert_eq!((chain.epoch(&product()), chain.floor(&product())), (Number::ONE, Number::ONE));
    assert!(!chain.withdraws(&bad));
    let mut extend = |change: &dyn Fn(&mut TrustDocument)| {
        let next = next_document(&chain, change);
        chain.extend(signed(&next, &[r1, r2])).unwrap();
        (chain.epoch(&product()).value(), chain.floor(&product()).value(), chain.withdraws(&bad))
    };
    let set = |epoch, floor| {
        move |d: &mut TrustDocument| {
            d.products.insert(product(), rule(epoch, floor));
        }
    };
    assert_eq!(extend(&set(1, 4)), (1, 4, false));
    assert_eq!(extend(&set(1, 9)), (1, 9, false));
    // A new epoch begins with a floor of its own, whatever stood before it.
    assert_eq!(extend(&set(2, 3)), (2, 3, false));
    assert_eq!(extend(&|d| d.withdrawn.push(bad)), (2, 3, true));
    assert_eq!(extend(&set(2, 5)), (2, 5, true));
    assert!(!chain.withdraws(&Digest::of(b"good")));
    assert_eq!(chain.floor(&Identifier::parse("another").unwrap()), Number::ONE);
    // Under an anchor a later document may name a lower floor: it does not count.
    let lower = next_document(&chain, set(2, 2));
    assert!(chain.clone().extend(signed(&lower, &[r1, r2])).is_err());
    let mut documents: Vec<SignedDocument> =
        chain.links().iter().map(|link| link.signed.clone()).collect();
    documents.push(signed(&lower, &[]));
    let code = Digest::of(&documents[documents.len() - 1].bytes);
    let anchored = Chain::anchored(documents, code).unwrap();
    assert_eq!(anchored.floor(&product()).value(), 5);
}

#[test]
fn steps_that_are_refused() {
    let keys = keys();
    let [r1, r2, ..] = &keys;
    let mut chain = start(&keys);
    let second = next_document(&chain, |d| {
        d.products.insert(product(), rule(2, 5));
        d.withdrawn.push(Digest::of(b"bad"));
    });
    chain.extend(signed(&second, &[r1, r2])).unwrap();
    let step = |change: &dyn Fn(&mut TrustDocument)| {
        let next = next_document(&chain, |d| change(d));
        chain.clone().extend(signed(&next, &[r1, r2]))
    };
    let set = |r: ProductRule| step(&move |d| _ = d.products.insert(product(), r));
    assert_eq!(set(rule(2, 4)), Err(ChainError::Lowered(product())));
    assert_eq!(set(rule(1, 9)), Err(ChainError::Lowered(product())));
    assert_eq!(set(rule(2, 6)), Ok(()));
    assert_eq!(set(rule(3, 1)), Ok(()), "a higher epoch starts anew");
    assert_eq!(step(&|d| d.products.clear()), Err(ChainError::ProductDropped(product())));
    let code = Digest::of(b"bad");
    assert_eq!(step(&|d| d.withdrawn.clear()), Err(ChainError::WithdrawnDropped(code)));
    let gap = ChainError::Gap { expected: 3, found: 4 };
    assert_eq!(step(&|d| d.version = 4), Err(gap));
    assert_eq!(step(&|d| d.previous = Some(code)), Err(ChainError::Previous));
    let other = Identifier::parse("other").unwrap();
    let publisher = other.clone();
    assert_eq!(step(&move |d| d.publisher = publisher.clone()), Err(ChainError::Publisher(other)));
    let twin = TestKey::new(9).with_id([12; 8]);
    let shared = step(&|d| d.roles.release = role(1, &[&twin]));
    assert!(matches!(shared, Err(ChainError::Keys(TrustError::SharedId(_)))));
}

#[test]
fn trust_document_that_is_refused_alone() {
    let keys = keys();
    let [r1, r2, a, b] = &keys;
    let good = first_document(role(2, &[r1, r2]), role(2, &[a, b]));
    let refused = |change: &dyn Fn(&mut TrustDocument)| {
        let mut document = good.clone();
        change(&mut document);
        let bytes = super::super::json::print(&document).unwrap();
        TrustDocument::parse(&bytes).expect_err("must be refused")
    };
    assert_eq!(refused(&|d| d.roles.root.threshold = 0), TrustError::Threshold("root"));
    assert_eq!(refused(&|d| d.roles.release.threshold = 3), TrustError::Threshold("release"));
    assert_eq!(refused(&|d| d.roles.release.keys.clear()), TrustError::Threshold("release"));
    let twice = refused(&|d| d.roles.release = role(2, &[a, a]));
    assert!(matches!(twice, TrustError::TwiceInRole("release", _)));
    let disguised = TestKey::new(11).with_id([77; 8]);
    let twice = refused(&|d| d.roles.release = role(2, &[a, &disguised]));
    assert!(matches!(twice, TrustError::TwiceInRole("release", _)), "same key, other id");
    let named = |key: &TestKey, name: &str| {
        let holder = Holder { name: Identifier::parse(name).unwrap(), ..key.holder() };
        Role { threshold: 2, keys: vec![key.holder(), holder] }
    };
    let twice = refused(&|d| d.roles.release = named(a, "another-name"));
    assert!(matches!(twice, TrustError::TwiceInRole("release", _)), "same key, other name");
    let namesake = Holder { public_key: b.public, ..a.holder() };
    let twice = refused(&|d| d.roles.release.keys[1] = namesake.clone());
    assert!(matches!(twice, TrustError::TwiceInRole("release", _)), "same name, other key");
    let shared = TestKey::new(13).with_id([11; 8]);
    let twins = refused(&|d| d.roles.release = role(2, &[a, &shared]));
    assert!(matches!(twins, TrustError::SharedId(_)));
    assert_eq!(refused(&|d| d.version = 0), TrustError::Version(0));
    assert_eq!(refused(&|d| d.version = 65), TrustError::Version(65));
    assert_eq!(refused(&|d| d.version = 2), TrustError::Previous);
    assert_eq!(refused(&|d| d.previous = Some(Digest::of(b""))), TrustError::Previous);
    assert_eq!(refused(&|d| d.format = 2), TrustError::Format(2));
    let codes = vec![Digest::of(b"a"), Digest::of(b"a")];
    assert_eq!(refused(&move |d| d.withdrawn = codes.clone()), TrustError::Withdrawn);
    let many: Vec<TestKey> = (20..37).map(TestKey::new).collect();
    let many: Vec<&TestKey> = many.iter().collect();
    assert_eq!(refused(&|d| d.roles.release = role(1, &many)), TrustError::TooManyKeys("release"));
    let mut most = good.clone();
    most.roles.release = role(1, &many[1..]);
    assert!(TrustDocument::parse(&most.print().unwrap()).is_ok(), "one key less is not too many");
    let both = {
        let mut d = good.clone();
        d.roles.release = role(1, &[r1]);
        d
    };
    assert!(TrustDocument::parse(&both.print().unwrap()).is_ok());
    assert_eq!(both.keys_in_both_roles().len(), 1);
}

#[test]
fn every_flipped_bit_of_a_document_is_refused() {
    let keys = keys();
    let chain = start(&keys);
    let signed = chain.newest().signed.clone();
    for bit in 0..signed.bytes.len() * 8 {
        let mut bad = signed.clone();
        bad.bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(Chain::self_signed(bad).is_err(), "bit {bit}");
    }
    for index in 0..2 {
        for bit in 0..signed.signatures[index].len() * 8 {
            let mut bad = signed.clone();
            bad.signatures[index][bit / 8] ^= 1 << (bit % 8);
            assert!(Chain::self_signed(bad).is_err(), "signature {index}, bit {bit}");
        }
    }
    assert!(Chain::self_signed(signed).is_ok());
}

#[test]
fn anchor_accepts_by_code_and_later_documents_by_signature() {
    let keys = keys();
    let [r1, r2, ..] = &keys;
    let mut chain = start(&keys);
    let code1 = chain.newest().code;
    let next = next_document(&chain, |d| d.withdrawn.push(Digest::of(b"bad")));
    chain.extend(signed(&next, &[r1, r2])).unwrap();
    let file = anchor::print(&chain).unwrap();
    assert_eq!(anchor::parse(&file), Ok(chain.clone()));
    assert_eq!(anchor::parse_with_code(&file, code1), Ok(chain.clone()));
    assert_eq!(anchor::parse_with_code(&file, chain.newest().code), Ok(chain.clone()));
    let strange = Digest::of(b"strange");
    assert_eq!(anchor::parse_with_code(&file, strange), Err(AnchorError::NoSuchCode));

    // Stolen old root keys sign a second version 2: useless against code 2,
    // refused as a fork against code 1 only by who holds version 2 already.
    let mut fork = start(&keys);
    let other = next_document(&fork, |d| d.roles.release = role(1, &[r1]));
    fork.extend(signed(&other, &[r1, r2])).unwrap();
    let forged = anchor::print(&fork).unwrap();
    let code2 = chain.newest().code;
    assert_eq!(anchor::parse_with_code(&forged, code2), Err(AnchorError::NoSuchCode));

    // Without signatures a later document is refused, an anchored one is not.
    let mut bare = chain.clone();
    bare.links[1].signed.signatures.clear();
    let bare_file = anchor::print(&bare).unwrap();
    assert!(anchor::parse_with_code(&bare_file, code2).is_ok());
    assert!(matches!(anchor::parse_with_code(&bare_file, code1), Err(AnchorError::Chain(_))));
    let text = String::from_utf8(file).unwrap().replacen(&code2.to_string(), &code1.to_string(), 1);
    assert_eq!(anchor::parse(text.as_bytes()), Err(AnchorError::Chain(ChainError::Code(code2))));
}

#[test]
fn strangers_beside_a_document_are_never_kept() {
    let keys = keys();
    let [r1, r2, a, _] = &keys;
    let mut chain = start(&keys);
    let next = next_document(&chain, |d| d.withdrawn.push(Digest::of(b"bad")));
    let mut offered = signed(&next, &[r1, r2]);
    let good = offered.signatures.clone();
    offered.signatures.push(vec![0xff; 1024]);
    offered.signatures.extend(std::iter::repeat_n(good[0].clone(), 50));
    offered.signatures.push(a.sign(&offered.bytes, &trust_comment(chain.publisher(), 2)));
    chain.extend(offered).unwrap();
    assert_eq!(chain.newest().signed.signatures, good);
    let printed = anchor::print(&chain).unwrap();
    assert_eq!(anchor::parse(&printed), Ok(chain), "what is stored can be read again");
}

#[test]
fn signature_files_beside_a_document() {
    let keys = keys();
    let [r1, r2, a, _] = &keys;
    let mut chain = start(&keys);
    let bytes = chain.newest().signed.bytes.clone();
    let comment = trust_comment(chain.publisher(), 1);
    assert!(chain.explains(1, &r1.sign(&bytes, &comment)).is_ok());
    assert_eq!(chain.explains(1, &a.sign(&bytes, &comment)), Err(SignatureError::UnknownKey));
    let release = r1.sign(&bytes, "mediaseal release example-support lrm 1 1.1");
    assert_eq!(chain.explains(1, &release), Err(SignatureError::OtherDocument));
    assert_eq!(chain.explains(1, &r1.sign(b"x", &comment)), Err(SignatureError::Content));
    assert_eq!(chain.explains(2, &r1.sign(&bytes, &comment)), Err(SignatureError::UnknownKey));
    chain.links[0].signed.signatures.clear();
    let offered = [r2.sign(&bytes, &comment), r1.sign(&bytes, &comment), a.sign(&bytes, &comment)];
    chain.add_signatures(1, &offered);
    chain.add_signatures(1, &offered);
    assert_eq!(chain.newest().signed.signatures, [offered[1].clone(), offered[0].clone()]);
}
