//! A signed release in small as folder, zip, image and device, for this room's
//! tests; nothing of it is in a program.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::rc::Rc;

use super::decide::{Accepted, Decision, FileSet, Held, Request, Scope, Taker, Threshold, check};
use super::finding::Kind;
use super::rollback::{History, Older};
use crate::medium::{BundlePlan, FileSpec, Plan, StreamSink, release};
use crate::seal::chain::Chain;
use crate::seal::digest::Digest;
use crate::seal::layout::{MANIFEST, SUMS, sums_signature};
use crate::seal::manifest::tests::sample;
use crate::seal::manifest::{FileEntry, Manifest, Role};
use crate::seal::signature::release_comment;
use crate::seal::sums::Sums;
use crate::seal::testing::{TestKey, chain, first_document, role};
use crate::source::folder::FolderSource;
use crate::source::testing::{bundle_source, volume_source};
use crate::source::{Shape, Source};

/// A release that two people signed, both of whom must, and the chain.
pub(super) struct Release {
    pub(super) manifest: Manifest,
    /// Every file, those of the seal too.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) chain: Chain,
    pub(super) signers: [TestKey; 2],
}

impl Release {
    pub(super) fn new() -> Self {
        Self::with(|_| ())
    }

    /// One whose manifest is another.
    pub(super) fn with(change: impl FnOnce(&mut Manifest)) -> Self {
        let root = TestKey::new(1);
        let signers = [2, 3].map(TestKey::new);
        let roles = (role(1, &[&root]), role(2, &signers.iter().collect::<Vec<_>>()));
        let chain = chain(&first_document(roles.0, roles.1), &[&root]);
        let mut manifest = sample();
        manifest.volume.bytes = 35 << 20;
        change(&mut manifest);
        let mut release = Self { manifest, files: BTreeMap::new(), chain, signers };
        release.seal();
        release
    }

    /// One with `count` more documents of one byte.
    pub(super) fn with_documents(count: usize) -> Self {
        Self::with(|manifest| {
            let one = |n| format!("D/{n:04}");
            let entry = |n| FileEntry { path: one(n), size: 1, role: Role::Document };
            manifest.files.extend((0..count).map(entry));
            manifest.files.sort_by(|a, b| a.path.as_bytes().cmp(b.path.as_bytes()));
        })
    }

    /// Makes all files again from the manifest, whatever rules it breaks, and
    /// signs them.
    fn seal(&mut self) {
        let manifest = &self.manifest;
        let contents = manifest.files.iter();
        self.files = contents.map(|file| (file.path.clone(), content(file))).collect();
        self.files.insert(MANIFEST.to_string(), crate::seal::json::print(manifest).unwrap());
        let digest = |(path, bytes): (&String, &Vec<u8>)| (path.clone(), Digest::of(bytes));
        let sums = Sums::new(self.files.iter().map(digest).collect()).unwrap().print();
        let (publisher, product) = (&manifest.publisher, &manifest.product);
        let comment = release_comment(publisher, product, &manifest.version, manifest.position());
        for key in &self.signers {
            self.files.insert(sums_signature(key.public.id()), key.sign(&sums, &comment));
        }
        self.files.insert(SUMS.to_string(), sums);
        self.files.extend(self.chain.files());
    }

    fn specs(&self) -> Vec<FileSpec> {
        let spec = |(path, bytes): (&String, &Vec<u8>)| {
            FileSpec::hashed(path.clone(), bytes.len() as u64, Digest::of(bytes).0)
        };
        self.files.iter().map(spec).collect()
    }

    fn open(&self, file: &FileSpec) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(io::Cursor::new(self.files[&file.path].clone())))
    }

    /// Bytes of all sealed files, without those of the seal.
    pub(super) fn sealed_bytes(&self) -> usize {
        self.manifest.files.iter().map(|file| file.size as usize).sum()
    }

    pub(super) fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, bytes) in &self.files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        folder
    }

    pub(super) fn image(&self) -> Vec<u8> {
        let volume = release::volume(&self.manifest, &Digest::of(&self.files[SUMS]));
        let plan = Plan::new(&volume, self.specs()).unwrap();
        let mut sink = StreamSink(Vec::new());
        plan.render(&mut sink, &mut |_, file| self.open(file), &mut |_| ()).unwrap();
        sink.0
    }

    pub(super) fn zip(&self) -> Vec<u8> {
        let plan = BundlePlan::new(release::issued(&self.manifest), self.specs()).unwrap();
        let mut open = |_: usize, file: &FileSpec| self.open(file);
        let crc32 = plan.checksums(&mut open, &mut |_| ()).unwrap();
        let mut sink = StreamSink(Vec::new());
        plan.render(&mut sink, &mut open, &crc32, &mut |_| ()).unwrap();
        sink.0
    }

    /// The plain question, by the chain.
    pub(super) fn request(&self) -> Request<'static> {
        Request {
            name: "release".to_string(),
            device: None,
            scope: Scope::WholeMedium,
            threshold: Threshold::Enforce,
            expected: FileSet::Release,
            held: Held::Chain(self.chain.clone()),
            history: &|_| History::NotChecked,
            older: Older::Refuse,
            product: None,
            required_level: None,
            clock: None,
        }
    }

    pub(super) fn check_folder(&self, folder: &tempfile::TempDir) -> Checked {
        let mut source = FolderSource::open(folder.path()).unwrap();
        Checked::of(|taken, progress| check(&mut source, &self.request(), taken, progress))
    }

    pub(super) fn check_source(&self, source: &mut dyn Source) -> Checked {
        Checked::of(|taken, progress| check(source, &self.request(), taken, progress))
    }

    pub(super) fn check_zip(&self, zip: Vec<u8>) -> Checked {
        let mut source = bundle_source(zip);
        Checked::of(|taken, progress| check(&mut source, &self.request(), taken, progress))
    }

    pub(super) fn check_image(&self, image: Vec<u8>) -> Checked {
        let length = Some(image.len() as u64);
        self.check_volume(image, Shape::Image, length, Scope::WholeMedium)
    }

    /// A volume of any shape; a device tells `length`.
    pub(super) fn check_volume(
        &self,
        image: Vec<u8>,
        shape: Shape,
        length: Option<u64>,
        scope: Scope,
    ) -> Checked {
        let mut source = volume_source(Rc::new(image), shape, length);
        let request = Request { scope, ..self.request() };
        Checked::of(|taken, progress| check(&mut source, &request, taken, progress))
    }
}

fn content(file: &FileEntry) -> Vec<u8> {
    vec![file.path.len() as u8 | 1; file.size as usize]
}

/// What a check came to.
pub(super) struct Checked {
    pub(super) decision: Decision,
    /// Whether bytes were taken, and how many of each file.
    pub(super) taken: Option<BTreeMap<String, usize>>,
    /// The last progress that was told.
    pub(super) progress: (u64, u64),
}

impl Checked {
    fn of(check: impl FnOnce(&mut dyn Taker, &mut dyn FnMut(u64, u64)) -> Decision) -> Self {
        let mut taken = Taken(None);
        let mut progress = (0, 0);
        let decision = check(&mut taken, &mut |done, all| progress = (done, all));
        Self { decision, taken: taken.0, progress }
    }

    /// Codes of all findings that are no notes, each once.
    pub(super) fn codes(&self) -> Vec<String> {
        let findings = self.findings().iter();
        let above = findings.filter(|kind| kind.severity() > super::finding::Severity::Note);
        let mut codes: Vec<String> = above.map(Kind::code).collect();
        codes.sort();
        codes.dedup();
        codes
    }

    pub(super) fn findings(&self) -> &[Kind] {
        &self.decision.report.findings
    }
}

struct Taken(Option<BTreeMap<String, usize>>);

impl Taker for Taken {
    fn begin(&mut self, _release: &Accepted) -> io::Result<()> {
        self.0 = Some(BTreeMap::new());
        Ok(())
    }
    fn file_bytes(&mut self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let taken = self.0.as_mut().expect("nothing is taken before it begins");
        *taken.entry(path.to_string()).or_default() += bytes.len();
        Ok(())
    }
}
