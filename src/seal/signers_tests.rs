use data_encoding::BASE64;

use super::super::chain::Chain;
use super::super::limits::MAX_SIGNATURE_BYTES;
use super::super::names::{Identifier, Position, VersionText};
use super::super::signature::{UNTRUSTED_COMMENT, release_comment, trust_comment};
use super::super::testing::{TestKey, chain, first_document, next_document, role, signed};
use super::*;

const SUMS: &[u8] = b"the received bytes";
const COMMENT: &str = "mediaseal release example-support lrm 1.0.0 1.7";

fn keys() -> [TestKey; 4] {
    [1, 2, 11, 12].map(TestKey::new)
}

fn start(keys: &[TestKey; 4]) -> Chain {
    let [r1, r2, a, b] = keys;
    chain(&first_document(role(2, &[r1, r2]), role(2, &[a, b])), &[r1, r2])
}

fn judge_all(chain: &Chain, files: &[(KeyId, Vec<u8>)]) -> SignerCount {
    count(chain, SUMS, files.iter().map(|(id, bytes)| (*id, bytes.as_slice())))
}

fn file(key: &TestKey) -> (KeyId, Vec<u8>) {
    (key.public.id(), key.sign(SUMS, COMMENT))
}

#[test]
fn two_distinct_keys_are_enough() {
    let keys = keys();
    let [_, _, a, b] = &keys;
    let chain = start(&keys);
    let both = judge_all(&chain, &[file(a), file(b)]);
    assert!(both.is_enough());
    assert!(both.refused.is_empty() && both.missing.is_empty());
    let one = judge_all(&chain, &[file(a)]);
    assert!(!one.is_enough());
    assert_eq!(one.missing[0].key, b.public);
    assert!(!judge_all(&chain, &[]).is_enough());
}

#[test]
fn one_key_counts_once_whatever_the_file_is_called() {
    let keys = keys();
    let [_, _, a, b] = &keys;
    let chain = start(&keys);
    let renamed = (b.public.id(), a.sign(SUMS, COMMENT));
    let result = judge_all(&chain, &[file(a), renamed]);
    assert!(!result.is_enough());
    assert_eq!(result.refused, [(b.public.id(), SignatureError::KeyId)]);
    // A second document that lists the same key under another id.
    let again = TestKey::new(11).with_id([99; 8]);
    let [r1, r2, ..] = &keys;
    let mut longer = chain.clone();
    let next = next_document(&chain, |d| d.roles.release = role(2, &[&again, b]));
    longer.extend(signed(&next, &[r1, r2])).unwrap();
    let result = judge_all(&longer, &[file(a), file(&again)]);
    assert_eq!(result.counted.len(), 1);
    assert_eq!(result.refused.len(), 1);
    assert!(!result.is_enough());
}

#[test]
fn key_that_left_the_role_no_longer_counts() {
    let keys = keys();
    let [r1, r2, a, b] = &keys;
    let c = TestKey::new(13);
    let mut chain = start(&keys);
    let next = next_document(&chain, |d| d.roles.release = role(2, &[a, &c]));
    chain.extend(signed(&next, &[r1, r2])).unwrap();
    let result = judge_all(&chain, &[file(a), file(b)]);
    assert_eq!((result.counted.len(), result.no_longer.len()), (1, 1));
    assert!(result.refused.is_empty(), "it is explained");
    assert!(!result.is_enough());
    assert!(judge_all(&chain, &[file(a), file(b), file(&c)]).is_enough());
}

#[test]
fn rogue_signature_beside_enough_good_ones_is_refused() {
    let keys = keys();
    let [r1, _, a, b] = &keys;
    let rogue = TestKey::new(66);
    let result = judge_all(&start(&keys), &[file(a), file(b), file(&rogue), file(r1)]);
    assert_eq!(result.counted.len(), 2);
    let unknown = SignatureError::UnknownKey;
    assert_eq!(result.refused, [(rogue.public.id(), unknown), (r1.public.id(), unknown)]);
}

#[test]
fn signature_spellings_that_are_refused() {
    let keys = keys();
    let a = &keys[2];
    let chain = start(&keys);
    let good = String::from_utf8(a.sign(SUMS, COMMENT)).unwrap();
    let refused = |text: &str| {
        let result = judge_all(&chain, &[(a.public.id(), text.as_bytes().to_vec())]);
        assert!(result.counted.is_empty() && result.no_longer.is_empty(), "{text}");
        result.refused[0].1
    };
    let lines: Vec<&str> = good.lines().collect();
    assert_eq!(refused(""), SignatureError::Empty);
    assert_eq!(refused(&good.replace('\n', "\r\n")), SignatureError::Format);
    assert_eq!(refused(&format!("{good}fifth\n")), SignatureError::Format);
    assert_eq!(refused(&format!("{good}\n")), SignatureError::Format);
    assert_eq!(refused(good.trim_end()), SignatureError::Format);
    let untrusted = good.replacen(UNTRUSTED_COMMENT, "untrusted comment: x", 1);
    assert_eq!(refused(&untrusted), SignatureError::Format);
    assert_eq!(refused(&good.replacen("1.7", "1.8", 1)), SignatureError::Comment);
    assert_eq!(
        refused(&good.replacen(lines[1], &format!("{}AAAA", lines[1]), 1)),
        SignatureError::Format
    );
    assert_eq!(refused(&good.replacen("RUQ", "RWQ", 1)), SignatureError::Algorithm);
    assert_eq!(refused(&good.replacen(lines[3], "", 1)), SignatureError::Format);
    assert_eq!(refused(&good.replacen("1.7", "1.7\u{e9}", 1)), SignatureError::Format);
    assert_eq!(refused(&" ".repeat(2000)), SignatureError::Format);
    // Base64 that is padded twice says the same bytes in as many characters.
    let global = BASE64.decode(lines[3].as_bytes()).unwrap();
    let twice = BASE64.encode(&global[..62]) + &BASE64.encode(&global[62..]);
    assert_eq!(twice.len(), lines[3].len());
    assert_eq!(refused(&good.replacen(lines[3], &twice, 1)), SignatureError::Format);
}

#[test]
fn signature_file_up_to_its_limit_and_not_one_byte_more() {
    let keys = keys();
    let a = &keys[2];
    let empty = a.sign(SUMS, "").len();
    let most = a.sign(SUMS, &"c".repeat(MAX_SIGNATURE_BYTES - empty));
    assert_eq!(most.len(), MAX_SIGNATURE_BYTES);
    assert!(Signature::parse(&most).is_ok_and(|file| file.verify(&a.public, SUMS).is_ok()));
    for more in [1, 2, 100] {
        let longer = a.sign(SUMS, &"c".repeat(MAX_SIGNATURE_BYTES - empty + more));
        assert_eq!(Signature::parse(&longer), Err(SignatureError::Format));
    }
}

#[test]
fn malleable_and_small_order_signatures_are_refused() {
    let keys = keys();
    let a = &keys[2];
    let parsed = Signature::parse(&a.sign(SUMS, COMMENT)).unwrap();
    let bytes = parsed.print();
    assert_eq!(parsed.verify(&a.public, SUMS), Ok(()));
    // S + L, the group's order, little endian.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let packed = data_encoding::BASE64
        .decode(String::from_utf8(bytes).unwrap().lines().nth(1).unwrap().as_bytes())
        .unwrap();
    let mut signature: [u8; 64] = packed[10..].try_into().unwrap();
    let mut carry = 0u16;
    for (byte, add) in signature[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry as u8;
        carry >>= 8;
    }
    let malleable = Signature::new(a.public.id(), signature, COMMENT.into(), [0; 64]);
    assert_eq!(malleable.verify(&a.public, SUMS), Err(SignatureError::Content));
    // The neutral element and a point of order 2 as keys; y = p as a second
    // spelling of y = 0.
    for point in [[1u8; 1].as_slice(), &[0xec], &[0xed]] {
        let mut bytes = if point[0] == 1 { [0; 32] } else { [0xff; 32] };
        bytes[0] = point[0];
        if point[0] != 1 {
            bytes[31] = 0x7f;
        }
        assert!(PublicKey::new(a.public.id(), bytes).is_err(), "{point:?}");
    }
}

#[test]
fn every_flipped_bit_of_a_signature_file_is_refused() {
    let keys = keys();
    let a = &keys[2];
    let chain = start(&keys);
    let (id, good) = file(a);
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let result = judge_all(&chain, &[(id, bad)]);
        assert!(result.counted.is_empty() && result.refused.len() == 1, "bit {bit}");
    }
}

#[test]
fn key_id_that_begins_with_zero_is_padded() {
    let key = TestKey::new(11).with_id([0x34, 0x12, 0, 0, 0, 0, 0, 0]);
    assert_eq!(key.public.id().to_string(), "0000000000001234");
    assert_eq!(KeyId::parse("0000000000001234"), Some(key.public.id()));
    assert_eq!(KeyId::parse("1234"), None);
    let [r1, r2, _, b] = &keys();
    let chain = chain(&first_document(role(2, &[r1, r2]), role(2, &[&key, b])), &[r1, r2]);
    assert!(judge_all(&chain, &[file(&key), file(b)]).is_enough());
}

#[test]
fn comments_are_those_of_the_format() {
    let name = |text: &str| Identifier::parse(text).unwrap();
    let version = VersionText::parse("1.0.0").unwrap();
    let position = Position::parse("1.7").unwrap();
    let comment = release_comment(&name("example-support"), &name("lrm"), &version, position);
    assert_eq!(comment, COMMENT);
    assert_eq!(trust_comment(&name("example-support"), 3), "mediaseal trust example-support 3");
}

#[test]
fn threshold_of_nobody_is_never_reached() {
    let nobody = SignerCount {
        counted: vec![],
        no_longer: vec![],
        refused: vec![],
        missing: vec![],
        needed: 0,
    };
    assert!(!nobody.is_enough());
    let keys = keys();
    let signed = judge_all(&start(&keys), &[file(&keys[2]), file(&keys[3])]);
    assert!(signed.is_enough() && signed.needed == 2);
    assert!(SignerCount { needed: 1, ..signed.clone() }.is_enough());
    assert!(!SignerCount { needed: 3, ..signed.clone() }.is_enough());
    assert!(!SignerCount { needed: 0, ..signed }.is_enough());
}
