use std::collections::BTreeMap;
use std::io::Read;

use super::super::decide::{self, FileSet, Held, Request, Scope, TakeNothing, Threshold};
use super::super::outcome::Outcome;
use super::super::report::Report;
use super::super::rollback::{History, Older};
use super::*;
use crate::seal::chain::Chain;
use crate::seal::layout::{MANIFEST, SUMS, sums_signature};
use crate::seal::manifest::tests::sample;
use crate::seal::signature::release_comment;
use crate::seal::sums::Sums;
use crate::seal::testing::{TestKey, chain, first_document, role};
use crate::source::{Raw, Shape, Source, SourceError};

const WINDOWS: &str = "System Volume Information";

/// A mounted drive that exists here only.
struct Drive {
    files: BTreeMap<String, Vec<u8>>,
    folders: Vec<String>,
    mounted: Mounted,
}

impl Source for Drive {
    fn shape(&self) -> Shape {
        Shape::Folder
    }

    fn listing(&self) -> Result<Listing, SourceError> {
        let entry = |path: &str, kind| {
            let (sectors, attributes) = (None, None);
            Entry { path: path.to_string(), kind, sectors, attributes }
        };
        let mut folders: BTreeSet<&str> = self.folders.iter().map(String::as_str).collect();
        for path in self.files.keys() {
            folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
        }
        let files = self
            .files
            .iter()
            .map(|(path, bytes)| entry(path, EntryKind::File { size: bytes.len() as u64 }));
        let mut entries: Vec<Entry> =
            folders.iter().map(|path| entry(path, EntryKind::Folder)).chain(files).collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Listing { entries, remarks: Vec::new() })
    }

    fn open_file(&self, path: &str) -> Result<Box<dyn Read + '_>, SourceError> {
        match self.files.get(path) {
            Some(bytes) => Ok(Box::new(&bytes[..])),
            None => Err(SourceError::NotFound { place: path.to_string() }),
        }
    }

    fn raw(&self) -> Result<Raw<'_>, SourceError> {
        Err(SourceError::NotASource { place: "drive".to_string() })
    }

    fn mounted(&self) -> Mounted {
        self.mounted
    }
}

/// A signed release on a drive's root, the chain to check it by, and the
/// release's own serial.
fn drive() -> (Drive, Chain, u32) {
    let [root, signer] = [1, 2].map(TestKey::new);
    let chain = chain(&first_document(role(1, &[&root]), role(1, &[&signer])), &[&root]);
    let manifest = sample();
    let mut files = BTreeMap::new();
    for file in &manifest.files {
        files.insert(file.path.clone(), vec![7; file.size as usize]);
    }
    files.insert(MANIFEST.to_string(), manifest.print().unwrap());
    let lines = files.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
    let sums = Sums::new(lines).unwrap().print();
    let (publisher, product, version) = (&manifest.publisher, &manifest.product, &manifest.version);
    let comment = release_comment(publisher, product, version, manifest.position());
    files.insert(sums_signature(signer.public.id()), signer.sign(&sums, &comment));
    let serial = volume_serial(&Digest::of(&sums));
    files.insert(SUMS.to_string(), sums);
    files.extend(chain.files());
    let mounted = Mounted { is_root: true, serial: None };
    (Drive { files, folders: Vec::new(), mounted }, chain, serial)
}

fn check(drive: &mut Drive, chain: &Chain) -> Report {
    let request = Request {
        name: "E:".to_string(),
        device: None,
        scope: Scope::WholeMedium,
        threshold: Threshold::Enforce,
        expected: FileSet::Release,
        held: Held::Chain(chain.clone()),
        history: &|_| History::NotChecked,
        older: Older::Refuse,
        product: None,
        required_level: None,
        clock: None,
    };
    decide::check(drive, &request, &mut TakeNothing, &mut |_, _| ()).report
}

fn codes(report: &Report) -> Vec<String> {
    report.findings.iter().map(Kind::code).filter(|code| code != "M-508").collect()
}

#[test]
fn drive_without_folders_of_a_system_passes() {
    let (mut drive, chain, serial) = drive();
    for serial in [None, Some(1), Some(serial)] {
        drive.mounted.serial = serial;
        let report = check(&mut drive, &chain);
        assert_eq!(codes(&report), Vec::<String>::new());
        assert_eq!(report.verdict().outcome(), Outcome::Done);
    }
}

#[test]
fn folders_of_a_system_on_somebodys_own_drive_are_notes_and_not_looked_at() {
    let (mut drive, chain, serial) = drive();
    drive.files.insert(format!("{WINDOWS}/con.dll "), vec![1]);
    drive.folders.push("$Recycle.Bin".to_string());
    for serial in [None, Some(serial ^ 1)] {
        drive.mounted.serial = serial;
        let report = check(&mut drive, &chain);
        assert_eq!(codes(&report), ["M-705", "M-705"]);
        assert_eq!(report.verdict().outcome(), Outcome::Done);
    }
}

#[test]
fn folders_of_a_system_on_the_releases_own_drive_are_os_changes() {
    let (mut drive, chain, serial) = drive();
    drive.folders.push(WINDOWS.to_string());
    drive.folders.push("$RECYCLE.BIN".to_string());
    drive.mounted.serial = Some(serial);
    let report = check(&mut drive, &chain);
    assert_eq!(codes(&report), ["M-701", "M-704", "M-704"]);
    assert_eq!(report.verdict().outcome(), Outcome::Fail);
    assert!(report.is_os_changes());
    drive.files.insert("autorun.inf".to_string(), vec![1]);
    let report = check(&mut drive, &chain);
    assert_eq!(codes(&report), ["M-701", "M-704", "M-704", "M-214"]);
    assert!(!report.is_os_changes());
}

#[test]
fn folders_of_a_system_below_a_drives_root_are_not_of_the_release() {
    let (mut drive, chain, serial) = drive();
    drive.folders.push(WINDOWS.to_string());
    drive.mounted = Mounted { is_root: false, serial: Some(serial) };
    assert_eq!(codes(&check(&mut drive, &chain)), ["M-217"]);
    drive.folders = vec![format!("PAYLOAD/{WINDOWS}")];
    drive.mounted.is_root = true;
    let report = check(&mut drive, &chain);
    assert_eq!(codes(&report), ["M-217"]);
    assert_eq!(report.verdict().outcome(), Outcome::Fail);
}

#[test]
fn file_with_the_name_of_a_systems_folder_is_a_stranger() {
    let (mut drive, chain, _) = drive();
    drive.files.insert(WINDOWS.to_string(), vec![1]);
    drive.files.insert("$RECYCLE.BIN".to_string(), vec![1]);
    let report = check(&mut drive, &chain);
    assert_eq!(codes(&report), ["M-217", "M-217"]);
    assert_eq!(report.verdict().outcome(), Outcome::Fail);
}
