//! What several tests need: keys, a chain, a signed release folder, and the
//! programs themselves. Everything lies in a folder that vanishes.
//!
//! A release here is put together by hand through the types of `seal`, so that
//! tests of other rooms do not lean on the builder.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs, io};

use mediaseal::seal::chain::SignedDocument;
use mediaseal::seal::digest::Digest;
use mediaseal::seal::json;
use mediaseal::seal::key::PublicKey;
use mediaseal::seal::layout::{self, MANIFEST, SUMS};
use mediaseal::seal::manifest::{
    AppliesTo, Bilingual, FORMAT, FileEntry, Install, Manifest, Payload, PayloadKind,
    ReferenceHash, ReferenceOrigin, Restart, RestartRules, Role as FileRole, VersionRange, Volume,
};
use mediaseal::seal::names::{
    DottedVersion, Identifier, Number, Text, VersionText, VolumeLabel, WindowsFolder,
};
use mediaseal::seal::signature::{Signature, release_comment, trust_comment};
use mediaseal::seal::sums::Sums;
use mediaseal::seal::timestamp::Timestamp;
use mediaseal::seal::trust::{Holder, Role, TrustDocument};
use mediaseal::sign::files::Existing;
use mediaseal::sign::keyfile::{KeyFile, NewKey, SigningKey};
use mediaseal::sign::trust_editing::first_document;

/// The publisher of every release here.
pub const PUBLISHER: &str = "example-support";
/// The product of every release here.
pub const PRODUCT: &str = "lrm-security-patch";

/// A person with a key, and its files.
pub struct Signer {
    pub name: Identifier,
    pub key: SigningKey,
    /// `NAME.key`, without a password.
    pub secret: PathBuf,
    /// `NAME.pub`.
    pub public_file: PathBuf,
}

impl Signer {
    /// Makes `NAME.key` and `NAME.pub` in `folder`.
    pub fn new(folder: &Path, name: &str) -> Self {
        let paths = NewKey::generate(None).unwrap().write(&folder.join(name), Existing::Refuse);
        let paths = paths.unwrap();
        Self::read(name, &paths.secret, &paths.public)
    }

    /// The person whose key files are there already, without a password.
    pub fn read(name: &str, secret: &Path, public_file: &Path) -> Self {
        let key = KeyFile::read(secret).unwrap().unlock(None).unwrap();
        let name = Identifier::parse(name).unwrap();
        Self { name, key, secret: secret.into(), public_file: public_file.into() }
    }

    pub fn public(&self) -> PublicKey {
        self.key.public()
    }

    /// The key id, 16 digits.
    pub fn id(&self) -> String {
        self.public().id().to_string()
    }

    pub fn holder(&self) -> Holder {
        Holder { name: self.name.clone(), public_key: self.public() }
    }
}

/// A role of a trust document.
pub fn role(threshold: u32, signers: &[&Signer]) -> Role {
    Role { threshold, keys: signers.iter().map(|signer| signer.holder()).collect() }
}

/// `document`, signed by `signers`, without any check.
pub fn signed(document: &TrustDocument, signers: &[&Signer]) -> SignedDocument {
    let bytes = json::print(document).unwrap();
    let comment = trust_comment(&document.publisher, document.version);
    let mut signatures: Vec<_> =
        signers.iter().map(|signer| signer.key.sign(&bytes, &comment).unwrap()).collect();
    signatures.sort_by_key(|file| Signature::parse(file).unwrap().key_id());
    SignedDocument { bytes, signatures }
}

/// The document after `before`, equal but for `change`.
pub fn next_document(
    before: &SignedDocument,
    change: impl FnOnce(&mut TrustDocument),
) -> TrustDocument {
    let mut document = TrustDocument::parse(&before.bytes).unwrap();
    document.version += 1;
    document.previous = Some(Digest::of(&before.bytes));
    change(&mut document);
    document
}

/// Writes `N.json` and signatures to `folder`.
pub fn write_trust(folder: &Path, documents: &[SignedDocument]) {
    fs::create_dir_all(folder).unwrap();
    for (index, signed) in documents.iter().enumerate() {
        let version = index + 1;
        fs::write(folder.join(format!("{version}.json")), &signed.bytes).unwrap();
        for file in &signed.signatures {
            let id = Signature::parse(file).unwrap().key_id();
            fs::write(folder.join(format!("{version}.json.{id}.minisig")), file).unwrap();
        }
    }
}

/// What a release is made of, before it is written.
#[derive(Clone)]
pub struct ReleaseParts {
    /// Its `files` are filled in by [`write_release`].
    pub manifest: Manifest,
    /// Path and content, sealed files only.
    pub files: Vec<(String, Vec<u8>)>,
}

fn text(text: &str) -> Text {
    Text::parse(text).unwrap()
}

/// Release 1.`sequence`, version 1.0.0, floor 1: a payload, a tool, documents.
/// The payload is the one that a published reference hash names.
pub fn release_parts(sequence: u32) -> ReleaseParts {
    let payload = b"the payload".repeat(1000);
    let reference = ReferenceHash {
        sha256: Digest::of(&payload),
        origin: ReferenceOrigin::Published,
        source: text("advisory EX-22-153"),
    };
    let files = [
        ("GUIDE/EN.HTM", b"<p>Check first.</p>\r\n".to_vec()),
        ("GUIDE/FR.HTM", b"<p>Controlez d'abord.</p>\r\n".to_vec()),
        ("PAYLOAD/patch.bin", payload),
        ("README.TXT", b"One release.\r\n".to_vec()),
        ("TOOLS/mediaseal-verify.exe", b"MZ the verifier".to_vec()),
    ];
    let manifest = Manifest {
        format: FORMAT,
        publisher: Identifier::parse(PUBLISHER).unwrap(),
        product: Identifier::parse(PRODUCT).unwrap(),
        version: VersionText::parse("1.0.0").unwrap(),
        epoch: Number::ONE,
        sequence: Number::new(sequence).unwrap(),
        floor: Number::ONE,
        title: Bilingual { en: text("Security patch"), fr: text("Correctif de sécurité") },
        issued: Timestamp::parse("2026-11-23T10:00:00Z").unwrap(),
        advise_after: Timestamp::parse("2027-11-23T10:00:00Z").unwrap(),
        applies_to: vec![AppliesTo {
            instrument: text("MiSeq"),
            software: text("Local Run Manager"),
            versions: VersionRange {
                from: DottedVersion::parse("1.3").unwrap(),
                to: DottedVersion::parse("3.1").unwrap(),
            },
        }],
        payload: Payload {
            path: "PAYLOAD/patch.bin".to_string(),
            kind: PayloadKind::Files,
            product_code: None,
            upgrade_code: None,
            product_name: None,
            product_version: None,
            reference_hashes: vec![reference],
        },
        install: Install {
            destination: WindowsFolder::parse("C:\\Illumina").unwrap(),
            restart: RestartRules {
                install: Restart::Required,
                repair: Restart::Required,
                remove: Restart::Recommended,
            },
        },
        volume: Volume { label: VolumeLabel::parse("LRM-PATCH").unwrap(), bytes: 64 << 20 },
        files: Vec::new(),
    };
    let files = files.map(|(path, content)| (path.to_string(), content)).to_vec();
    ReleaseParts { manifest, files }
}

/// Writes `path` below `root`, with its folders.
pub fn write_file(root: &Path, path: &str, content: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Writes a release folder with the chain `documents` and no signature yet.
pub fn write_release(root: &Path, parts: &ReleaseParts, documents: &[SignedDocument]) {
    let mut manifest = parts.manifest.clone();
    manifest.files = (parts.files.iter())
        .map(|(path, content)| FileEntry {
            path: path.clone(),
            size: content.len() as u64,
            role: FileRole::of(path),
        })
        .collect();
    manifest.files.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
    let printed = manifest.print().unwrap();
    let mut lines = vec![(MANIFEST.to_string(), Digest::of(&printed))];
    for (path, content) in &parts.files {
        write_file(root, path, content);
        lines.push((path.clone(), Digest::of(content)));
    }
    write_file(root, MANIFEST, &printed);
    write_file(root, SUMS, &Sums::new(lines).unwrap().print());
    write_trust(&root.join(layout::TRUST_FOLDER), documents);
}

/// Puts the signature of `signer` into a release folder, without any check.
pub fn sign_release(root: &Path, signer: &Signer) {
    let manifest = Manifest::parse(&fs::read(root.join(MANIFEST)).unwrap()).unwrap();
    let position = manifest.position();
    let comment =
        release_comment(&manifest.publisher, &manifest.product, &manifest.version, position);
    let file = signer.key.sign(&fs::read(root.join(SUMS)).unwrap(), &comment).unwrap();
    fs::write(root.join(layout::sums_signature(signer.public().id())), file).unwrap();
}

/// Two release signers, two root holders, and their chain: both of each must
/// sign.
pub struct Team {
    folder: tempfile::TempDir,
    pub alice: Signer,
    pub bruno: Signer,
    pub carla: Signer,
    pub diego: Signer,
    /// The chain: one document, fully signed.
    pub documents: Vec<SignedDocument>,
}

impl Team {
    pub fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    /// In a folder whose name has one length wherever the tests run: on a screen that
    /// tells it, a line breaks by that length.
    pub fn where_lines_break_alike() -> Self {
        Self::within(match cfg!(unix) {
            true => tempfile::tempdir_in("/tmp").unwrap(),
            // tests/wine chooses the folder.
            false => tempfile::tempdir().unwrap(),
        })
    }

    fn within(folder: tempfile::TempDir) -> Self {
        let [alice, bruno, carla, diego] =
            ["alice", "bruno", "carla", "diego"].map(|name| Signer::new(folder.path(), name));
        let (root, release) = (role(2, &[&carla, &diego]), role(2, &[&alice, &bruno]));
        let document = first_document(Identifier::parse(PUBLISHER).unwrap(), root, release);
        let documents = vec![signed(&document, &[&carla, &diego])];
        Self { folder, alice, bruno, carla, diego, documents }
    }

    /// The folder that everything lies in.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a trust document, signed by both root holders.
    pub fn extend(&mut self, change: impl FnOnce(&mut TrustDocument)) {
        let document = next_document(&self.documents[self.documents.len() - 1], change);
        let signed = signed(&document, &[&self.carla, &self.diego]);
        self.documents.push(signed);
    }

    /// A release folder `name`, signed by nobody.
    pub fn unsigned_release(&self, name: &str, parts: &ReleaseParts) -> PathBuf {
        let root = self.path().join(name);
        write_release(&root, parts, &self.documents);
        root
    }

    /// A release folder `name`, signed by both signers.
    pub fn signed_release(&self, name: &str, parts: &ReleaseParts) -> PathBuf {
        let root = self.unsigned_release(name, parts);
        sign_release(&root, &self.alice);
        sign_release(&root, &self.bruno);
        root
    }

    /// Runs `mediaseal` in the team's folder.
    pub fn mediaseal(&self, arguments: &[&str]) -> Ran {
        run(self.path(), env!("CARGO_BIN_EXE_mediaseal"), arguments, "")
    }
}

/// What became of a program.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Starts a program, again if Wine lost it. Its server now and then answers with
/// ERROR_INTERNAL_ERROR, which says that the process was gone before it was ready
/// for its first instruction: nothing of the program ran, so that starting it again
/// is the same test. Every other error, and the fifth of these, is the caller's.
pub fn started<T>(mut start: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    const ERROR_INTERNAL_ERROR: i32 = 1359;
    for pause in [50, 200, 800, 3200] {
        match start() {
            Err(error) if cfg!(windows) && error.raw_os_error() == Some(ERROR_INTERNAL_ERROR) => {
                eprintln!("a program was gone before it was ready, and is started again");
                std::thread::sleep(Duration::from_millis(pause));
            }
            other => return other,
        }
    }
    start()
}

/// Runs `program` in `folder`, with `input` on standard input.
pub fn run(folder: &Path, program: &str, arguments: &[&str], input: &str) -> Ran {
    use std::io::Write as _;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = started(|| command.spawn())
        .unwrap_or_else(|error| panic!("{program} cannot be started: {error}"));
    // A program that does not read its input is free not to.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a program prints UTF-8");
    Ran {
        code: output.status.code().expect("ended by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Every file below `root`: path, content; sorted.
pub fn snapshot(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push((path.clone(), fs::read(&path).unwrap())),
            }
        }
    }
    files.sort();
    files
}
