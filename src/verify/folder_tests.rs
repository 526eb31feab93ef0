use std::cell::Cell;
use std::fs;
use std::io;

use super::*;
use crate::source::folder::FolderSource;
use crate::source::{Raw, Shape, SourceError};
use crate::verify::report::Verdict;
use crate::verify::testing::{Checked, Release};

/// What a reader does before it gives a byte.
#[derive(Clone, Copy, PartialEq)]
enum First {
    Interrupted,
    Fails,
}

/// A folder whose files are read with trouble, or that is another at the
/// second look.
struct Troubled {
    folder: FolderSource,
    first: Option<First>,
    appears: Option<std::path::PathBuf>,
    looks: Cell<usize>,
}

struct TroubledReader<'a>(Option<First>, Box<dyn Read + 'a>);

impl Read for TroubledReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0 {
            Some(First::Interrupted) => {
                self.0 = None;
                Err(io::ErrorKind::Interrupted.into())
            }
            Some(First::Fails) => Err(io::Error::other("input/output error")),
            None => self.1.read(buffer),
        }
    }
}

impl Source for Troubled {
    fn shape(&self) -> Shape {
        self.folder.shape()
    }

    fn listing(&self) -> Result<Listing, SourceError> {
        self.looks.set(self.looks.get() + 1);
        if let (2, Some(path)) = (self.looks.get(), &self.appears) {
            fs::write(path, b"late").unwrap();
        }
        self.folder.listing()
    }

    fn open_file(&self, path: &str) -> Result<Box<dyn Read + '_>, SourceError> {
        let first = self.first.filter(|_| path.starts_with("PAYLOAD/"));
        Ok(Box::new(TroubledReader(first, self.folder.open_file(path)?)))
    }

    fn raw(&self) -> Result<Raw<'_>, SourceError> {
        self.folder.raw()
    }
}

fn checked(first: Option<First>, late: Option<&str>) -> Checked {
    let release = Release::new();
    let folder = release.folder();
    let appears = late.map(|name| folder.path().join(name));
    let folder_source = FolderSource::open(folder.path()).unwrap();
    let looks = Cell::new(0);
    release.check_source(&mut Troubled { folder: folder_source, first, appears, looks })
}

#[test]
fn a_file_that_appears_while_the_others_are_read_is_a_finding() {
    let plain = checked(None, None);
    assert_eq!(plain.codes(), Vec::<String>::new());
    assert!(plain.decision.report.compared.is_some());
    let late = checked(None, Some("LATE.TXT"));
    let changed = |kind: &Kind| matches!(kind, Kind::ReaderRemark { detail } if detail.words(Language::English).contains("changed"));
    assert!(late.findings().iter().any(changed));
    assert!(late.decision.report.compared.is_none());
    assert_eq!(late.decision.report.verdict(), Verdict::Fail);
}

#[test]
fn an_interrupted_read_goes_on_and_a_failed_one_is_unread() {
    let interrupted = checked(Some(First::Interrupted), None);
    assert!(interrupted.decision.report.compared.is_some());
    let failed = checked(Some(First::Fails), None);
    let unread = |kind: &&Kind| matches!(kind, Kind::ReadError { place, .. } if matches!(place, Spot::Path(path) if path.starts_with("PAYLOAD/")));
    assert_eq!(failed.findings().iter().filter(unread).count(), 1);
    assert!(failed.decision.report.compared.is_none());
}

#[test]
fn files_longer_than_one_read_are_compared_to_their_last_byte() {
    let release = Release::with(|manifest| {
        for file in manifest.files.iter_mut().filter(|file| file.path.starts_with("PAYLOAD/")) {
            file.size = 2 * PIECE as u64 + 1;
        }
    });
    let folder = release.folder();
    let whole = release.check_folder(&folder);
    assert_eq!(whole.codes(), Vec::<String>::new());
    assert!(whole.decision.report.compared.is_some());
    let (path, bytes) =
        release.files.iter().find(|(path, _)| path.starts_with("PAYLOAD/")).unwrap();
    let mut bytes = bytes.clone();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(folder.path().join(path), bytes).unwrap();
    let changed = Kind::FileChanged { path: path.clone(), sectors: None };
    assert!(release.check_folder(&folder).findings().contains(&changed));
}

#[test]
fn what_is_missing_or_strange_is_named_once_and_nothing_counts_as_compared() {
    let release = Release::new();
    let folder = release.folder();
    fs::write(folder.path().join("STRANGE.TXT"), b"x").unwrap();
    let strange = release.check_folder(&folder);
    assert!(strange.decision.report.compared.is_none(), "all files are right, and one too many");
    fs::remove_file(folder.path().join("STRANGE.TXT")).unwrap();
    fs::remove_file(folder.path().join("README.TXT")).unwrap();
    let missing = release.check_folder(&folder);
    let above = missing.findings().iter().filter(|kind| kind.severity() == Severity::Fail);
    let above: Vec<&Kind> = above.collect();
    assert_eq!(above, [&Kind::FileMissing { path: "README.TXT".to_string() }]);
    assert!(missing.decision.report.compared.is_none());
}
