//! Our verdict on a signature against the real minisign: what ours accepts, the
//! stock program accepts too, for honest, mutated and crafted signature files.
//!
//! `MEDIASEAL_CASES` says how many (a smoke run by default), `MEDIASEAL_SEED`
//! which; the long run is
//! `MEDIASEAL_CASES=100000 cargo test --release --test differential -- --nocapture`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use blake2::{Blake2b512, Digest as _};
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::{EdwardsPoint, Scalar};
use data_encoding::BASE64;
use mediaseal::seal::key::PublicKey;
use mediaseal::seal::signature::Signature;
use sha2::Sha512;

const SMOKE: usize = 1_200;
const THREADS: usize = 2;

/// SplitMix64: the same cases for the same seed, on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next() as u8).collect()
    }

    fn scalar(&mut self) -> Scalar {
        let wide = self.bytes(64).try_into().expect("64 bytes");
        Scalar::from_bytes_mod_order_wide(&wide)
    }
}

/// A signer who keeps no rule: secret, and the point that is shown.
struct Key {
    id: [u8; 8],
    secret: Scalar,
    shown: EdwardsPoint,
}

impl Key {
    fn new(random: &mut Random) -> Self {
        let secret = random.scalar();
        let id = random.bytes(8).try_into().expect("8 bytes");
        Self { id, secret, shown: secret * ED25519_BASEPOINT_POINT }
    }

    fn line(&self) -> String {
        BASE64.encode(&[b"Ed", &self.id[..], self.shown.compress().as_bytes()].concat())
    }

    /// A signature whose R has `torsion` in it; the equation without the cofactor
    /// holds only where that comes out.
    fn sign(&self, message: &[u8], torsion: EdwardsPoint, random: &mut Random) -> [u8; 64] {
        let once = random.scalar();
        let commitment = (once * ED25519_BASEPOINT_POINT + torsion).compress();
        let challenge = challenge(commitment.as_bytes(), &self.shown, message);
        join(commitment.as_bytes(), (once + challenge * self.secret).as_bytes())
    }

    /// For a shown key with a part of small order: tries until that part drops
    /// out of the equation, which one in eight does.
    fn sign_around(&self, message: &[u8], random: &mut Random) -> [u8; 64] {
        loop {
            let signature = self.sign(message, EIGHT_TORSION[0], random);
            let head = signature[..32].try_into().expect("32 bytes");
            if challenge(&head, &self.shown, message).as_bytes()[0].is_multiple_of(8) {
                return signature;
            }
        }
    }
}

fn challenge(commitment: &[u8; 32], key: &EdwardsPoint, message: &[u8]) -> Scalar {
    let digest = Sha512::digest([commitment, &key.compress().as_bytes()[..], message].concat());
    Scalar::from_bytes_mod_order_wide(&digest.into())
}

fn join(head: &[u8; 32], tail: &[u8; 32]) -> [u8; 64] {
    [*head, *tail].concat().try_into().expect("64 bytes")
}

/// What both are asked.
struct Case {
    kind: usize,
    key: String,
    content: Vec<u8>,
    file: Vec<u8>,
}

/// The parts of a signature file, in whatever state.
struct Parts {
    algorithm: Vec<u8>,
    id: [u8; 8],
    signature: [u8; 64],
    comment: Vec<u8>,
    global: [u8; 64],
}

impl Parts {
    fn print(&self) -> Vec<u8> {
        let blob = [&self.algorithm[..], &self.id, &self.signature].concat();
        [
            b"untrusted comment: signature from minisign secret key\n".to_vec(),
            BASE64.encode(&blob).into_bytes(),
            b"\ntrusted comment: ".to_vec(),
            self.comment.clone(),
            b"\n".to_vec(),
            BASE64.encode(&self.global).into_bytes(),
            b"\n".to_vec(),
        ]
        .concat()
    }
}

const KINDS: [&str; 17] = [
    "honest",
    "flipped bit of the file",
    "bytes put in, left out, exchanged",
    "lines dropped, doubled, swapped, ended otherwise",
    "flipped bit of the content",
    "flipped bit of the binary parts",
    "S plus the group's order",
    "R of small order, S zero or any",
    "R with a part of small order",
    "key with a part of small order",
    "that key, signed around",
    "comments of odd length and character",
    "other comment, signed again",
    "legacy signature, and said to be new",
    "flipped bit of the key",
    "key of small order",
    "base64 padded twice",
];

fn case(kind: usize, random: &mut Random) -> Case {
    let mut key = Key::new(random);
    let length = [0, 1, 64, 200, 70_000][random.below(5)];
    let mut content = random.bytes(length);
    if matches!(kind, 9 | 10) {
        key.shown += EIGHT_TORSION[1 + random.below(7)];
    }
    if kind == 15 {
        key.shown = EIGHT_TORSION[random.below(8)];
    }
    let mut comment = b"mediaseal release example-support lrm-security-patch 1.0.0 1.7".to_vec();
    if kind == 11 {
        let length = [0, 1, 127, 128, 600, 780, 1_100][random.below(7)];
        comment = (0..length).map(|_| b' ' + random.below(95) as u8).collect();
        if random.below(3) == 0 && length > 0 {
            let at = random.below(length);
            comment[at] = [0, b'\t', b'\r', 0x7F, 0xC3, 0xFF][random.below(6)];
        }
    }
    let none = EIGHT_TORSION[0];
    let hashed = if kind == 13 { content.clone() } else { Blake2b512::digest(&content).to_vec() };
    let torsion = if kind == 8 { EIGHT_TORSION[1 + random.below(7)] } else { none };
    let signature = match kind {
        10 => key.sign_around(&hashed, random),
        7 | 15 => {
            let scalar = if random.below(2) == 0 { Scalar::ZERO } else { random.scalar() };
            let commitment = EIGHT_TORSION[random.below(8)].compress();
            join(commitment.as_bytes(), scalar.as_bytes())
        }
        _ => key.sign(&hashed, torsion, random),
    };
    let covered = |signature: &[u8; 64], comment: &[u8]| [&signature[..], comment].concat();
    let global = match kind {
        10 => key.sign_around(&covered(&signature, &comment), random),
        15 => join(EIGHT_TORSION[random.below(8)].compress().as_bytes(), &[0; 32]),
        _ => key.sign(&covered(&signature, &comment), none, random),
    };
    let mut parts = Parts { algorithm: b"ED".to_vec(), id: key.id, signature, comment, global };
    match kind {
        5 => {
            let bit = 1 << random.below(8);
            match random.below(4) {
                0 => parts.algorithm[random.below(2)] ^= bit,
                1 => parts.id[random.below(8)] ^= bit,
                2 => parts.signature[random.below(64)] ^= bit,
                _ => parts.global[random.below(64)] ^= bit,
            }
        }
        6 => {
            let which = random.below(2);
            let target = if which == 0 { &mut parts.signature } else { &mut parts.global };
            add_order(&mut target[32..]);
            if which == 0 {
                // The second signature is right over the changed first one.
                let changed = covered(&parts.signature, &parts.comment);
                parts.global = key.sign(&changed, none, random);
            }
        }
        12 => {
            parts.comment.extend_from_slice(b" more");
            let again = covered(&parts.signature, &parts.comment);
            parts.global = key.sign(&again, none, random);
        }
        13 if random.below(2) == 0 => parts.algorithm = b"Ed".to_vec(),
        4 if !content.is_empty() => {
            let at = random.below(content.len());
            content[at] ^= 1 << random.below(8);
        }
        _ => {}
    }
    let mut file = parts.print();
    match kind {
        1 => {
            let at = random.below(file.len());
            file[at] ^= 1 << random.below(8);
        }
        2 => edit(&mut file, random),
        3 => relined(&mut file, random),
        16 => {
            // The same bytes in as many characters, to a lenient decoder.
            let once = BASE64.encode(&parts.global);
            let twice = BASE64.encode(&parts.global[..62]) + &BASE64.encode(&parts.global[62..]);
            let text = String::from_utf8_lossy(&file).replacen(&once, &twice, 1);
            file = text.into_bytes();
        }
        _ => {}
    }
    let mut line = key.line().into_bytes();
    if kind == 14 {
        let mut raw = BASE64.decode(&line).expect("a key line");
        let at = random.below(raw.len());
        raw[at] ^= 1 << random.below(8);
        line = BASE64.encode(&raw).into_bytes();
    }
    Case { kind, key: String::from_utf8(line).expect("ASCII"), content, file }
}

/// S + L, which is below 2^256: the same number to whoever does not look.
fn add_order(scalar: &mut [u8]) {
    // L is 1 more than -1 modulo L.
    let order: Vec<u16> = (-Scalar::ONE).as_bytes().iter().map(|byte| u16::from(*byte)).collect();
    let mut carry = 1;
    for (byte, more) in scalar.iter_mut().zip(order) {
        let sum = u16::from(*byte) + more + carry;
        *byte = sum as u8;
        carry = sum >> 8;
    }
}

fn edit(file: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(3) {
        let at = random.below(file.len());
        let byte = b"\n\r\0 =A/+z\xC3\xA9"[random.below(11)];
        match random.below(4) {
            0 => file.insert(at, byte),
            1 => drop(file.remove(at)),
            2 => file[at] = byte,
            _ => file.truncate(at),
        }
        if file.is_empty() {
            return;
        }
    }
}

fn relined(file: &mut Vec<u8>, random: &mut Random) {
    let text = String::from_utf8_lossy(file).into_owned();
    let mut lines: Vec<&str> = text.split_terminator('\n').collect();
    let (one, other) = (random.below(lines.len()), random.below(lines.len()));
    let mut end = "\n";
    match random.below(6) {
        0 => drop(lines.remove(one)),
        1 => lines.insert(other, lines[one]),
        2 => lines.swap(one, other),
        3 => end = "\r\n",
        4 => lines[0] = "untrusted comment: another",
        _ => lines.push("a fifth line"),
    }
    *file = lines.iter().flat_map(|line| [line, end]).collect::<String>().into_bytes();
}

fn ours(case: &Case) -> bool {
    let key = PublicKey::parse(&case.key);
    let signature = Signature::parse(&case.file);
    matches!((key, signature), (Ok(key), Ok(file)) if file.verify(&key, &case.content).is_ok())
}

fn minisign(folder: &Path, case: &Case) -> bool {
    let (content, file) = (folder.join("content"), folder.join("signature"));
    fs::write(&content, &case.content).unwrap();
    fs::write(&file, &case.file).unwrap();
    let status = Command::new("minisign")
        .args(["-V", "-q", "-m"])
        .arg(&content)
        .arg("-x")
        .arg(&file)
        .args(["-P", &case.key])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap_or_else(|error| panic!("minisign is needed: {error}"));
    status.code().is_some_and(|code| code == 0)
}

/// What came of the cases of one kind.
#[derive(Clone, Copy, Default)]
struct Tally {
    both: usize,
    neither: usize,
    only_minisign: usize,
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

fn run(seed: u64, count: usize) -> [Tally; KINDS.len()] {
    let folder = tempfile::tempdir().unwrap();
    let mut tallies = [Tally::default(); KINDS.len()];
    let mut random = Random(seed);
    for turn in 0..count {
        let case = case(turn % KINDS.len(), &mut random);
        let tally = &mut tallies[case.kind];
        match (ours(&case), minisign(folder.path(), &case)) {
            (true, true) => tally.both += 1,
            (false, false) => tally.neither += 1,
            (false, true) => tally.only_minisign += 1,
            (true, false) => panic!(
                "ours accepts what minisign refuses: {}, seed {seed}, case {turn}\nkey {}\n{}",
                KINDS[case.kind],
                case.key,
                String::from_utf8_lossy(&case.file)
            ),
        }
    }
    tallies
}

#[test]
fn ours_never_accepts_what_minisign_refuses() {
    let count = number("MEDIASEAL_CASES", SMOKE as u64) as usize;
    let seed = number("MEDIASEAL_SEED", 1);
    let each = count.div_ceil(THREADS);
    let tallies: Vec<_> = std::thread::scope(|scope| {
        let start =
            |thread: usize| scope.spawn(move || run(seed + (thread as u64) * 1_000_003, each));
        let running: Vec<_> = (0..THREADS).map(start).collect();
        running.into_iter().map(|thread| thread.join().expect("no disagreement")).collect()
    });
    let mut all = Tally::default();
    for (kind, name) in KINDS.iter().enumerate() {
        let sum = |what: fn(&Tally) -> usize| tallies.iter().map(|t| what(&t[kind])).sum::<usize>();
        let (both, neither) = (sum(|t| t.both), sum(|t| t.neither));
        let only_minisign = sum(|t| t.only_minisign);
        println!(
            "{name}: both accept {both}, both refuse {neither}, minisign alone {only_minisign}"
        );
        assert!(both + neither + only_minisign > 0, "{name} was not tried");
        all.both += both;
        all.neither += neither;
        all.only_minisign += only_minisign;
    }
    let Tally { both, neither, only_minisign } = all;
    let cases = both + neither + only_minisign;
    println!("differential: {cases} cases, {both} accepted by both, {neither} by neither,");
    println!("    {only_minisign} by minisign alone, 0 by ours alone");
    assert_eq!(cases, each * THREADS);
    // Accepting nothing would agree with everybody.
    assert!(both * 8 > cases, "too few were accepted");
}
