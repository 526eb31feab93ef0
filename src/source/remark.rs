//! What is odd about a source, in words.
//!
//! A remark never makes or unmakes a PASS where the renderer is the judge; it
//! names what the renderer can only say is different. Everything a remark holds
//! comes from the source: it is kept as found and escaped where it is shown.

use std::fmt;
use std::io;

use super::fence::BadPlace;
use super::listing::{Attributes, MAX_DEPTH};
use super::oddity::Oddity;
use crate::seal::names::escape;
use crate::text::{Language, Words, fill};

/// Where a reader gave up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// More entries than so many, or more bytes of paths.
    Entries(usize),
    /// So many remarks more.
    Remarks(usize),
    /// Folders within folders, down to this one.
    TooDeep {
        /// The path.
        path: String,
    },
    /// A folder with more entries than any of ours.
    FolderTooFull {
        /// The path, empty for the root.
        path: String,
    },
    /// The directory of a zip.
    Directory {
        /// Its bytes, as the zip says.
        bytes: u64,
        /// Its entries, as the zip says.
        entries: u64,
    },
    /// A file system that leads in circles.
    Circles,
    /// A file system that leads outside of itself.
    Place(Oddity),
}

impl Limit {
    /// The limit that an error of the fence stands for.
    pub(super) fn of(error: &io::Error) -> Self {
        let place = error.get_ref().and_then(|inner| inner.downcast_ref::<BadPlace>());
        place.map_or(Self::Circles, |place| Self::Place(place.0))
    }

    /// The words for it, escaped.
    pub fn words(&self, language: Language) -> String {
        let table = language.table();
        let n = |value: u64| language.number(value);
        let (template, values) = match self {
            Self::Entries(count) => {
                (table.remarks.too_many_entries, vec![("count", n(*count as u64))])
            }
            Self::Remarks(count) => (table.remarks.more_remarks, vec![("count", n(*count as u64))]),
            Self::TooDeep { path } => {
                let values = vec![("limit", MAX_DEPTH.to_string()), ("path", escape(path))];
                (table.remarks.too_deep, values)
            }
            Self::FolderTooFull { path } => {
                (table.remarks.folder_too_full, vec![("folder", folder(path))])
            }
            Self::Directory { bytes, entries } => {
                let values = vec![("bytes", n(*bytes)), ("entries", n(*entries))];
                (table.remarks.directory_too_long, values)
            }
            Self::Circles => (table.remarks.in_circles, vec![]),
            Self::Place(what) => (what.words(table), vec![]),
        };
        fill(template, &values)
    }
}

/// A folder of a source, escaped, from its root.
fn folder(path: &str) -> String {
    format!("/{}", escape(path))
}

/// Something odd about a source. Texts are raw: [`fmt::Display`] escapes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The listing is not complete.
    GivenUp {
        /// Which limit, where.
        limit: Limit,
    },
    /// There is no zip directory that could be read.
    NoDirectory {
        /// What is wrong.
        what: Oddity,
    },
    /// There is no file system of ours that could be read.
    NoVolume {
        /// Bytes of the source, if it tells.
        length: Option<u64>,
        /// The sizes that the volume claims, in bytes.
        sizes: Vec<u64>,
    },
    /// A name that is no text; the path has its bytes as `\xNN`.
    NotText {
        /// The path.
        path: String,
    },
    /// Two entries with one name, as a file system without case sees it.
    DoubleName {
        /// The one.
        path: String,
        /// The other.
        other: String,
    },
    /// A name that ends with a dot or a space, which Windows leaves out.
    TrimmedName {
        /// The path.
        path: String,
    },
    /// An entry that is hidden, read-only or of the system.
    MarkedEntry {
        /// The path.
        path: String,
        /// Its attributes.
        attributes: Attributes,
    },
    /// A deleted directory entry.
    DeletedEntry {
        /// Its folder, empty for the root.
        folder: String,
        /// Its name, `?` for the byte that deletion took.
        name: String,
        /// Its sector, from LBA 0.
        sector: u64,
        /// Its first byte in the sector.
        byte: u64,
    },
    /// A directory entry that says what no directory of ours does.
    OddEntry {
        /// Its folder, empty for the root.
        folder: String,
        /// Its sector, from LBA 0.
        sector: u64,
        /// Its first byte in the sector.
        byte: u64,
        /// What is wrong.
        what: Oddity,
    },
    /// The label in the root folder is not that of the boot sector.
    Labels {
        /// In the root folder; none if it has none.
        root: Option<String>,
        /// In the boot sector.
        boot: String,
    },
    /// A file or folder whose clusters are not a plain chain of its own.
    Chain {
        /// The path, empty for the root.
        path: String,
        /// What is wrong.
        what: Oddity,
    },
    /// The places that tell the volume's size do not agree.
    Sizes {
        /// What they say, in bytes.
        sizes: Vec<u64>,
    },
    /// Two readers see two things.
    TwoReaders {
        /// Where: a folder, or the whole bundle (empty).
        path: String,
    },
    /// An entry of a zip that is not as we write them.
    ZipEntry {
        /// Its path.
        path: String,
        /// What is wrong.
        what: Oddity,
    },
    /// Bytes or records of a zip that no entry explains.
    ZipRecord {
        /// Where they begin.
        start: u64,
        /// What they are.
        what: Oddity,
    },
    /// A file or folder that lies on another file system than its folder.
    OtherFileSystem {
        /// The path.
        path: String,
    },
    /// A stream beside the contents of a file or folder (NTFS).
    Stream {
        /// The path of the file or folder; empty for the root.
        path: String,
        /// The stream's name, as `:NAME:$DATA`.
        name: String,
        /// Its length in bytes.
        size: u64,
    },
    /// A folder that could not be looked into; not its fault.
    Unread {
        /// The path.
        path: String,
        /// Why.
        detail: Words,
    },
}

impl Remark {
    /// What is said of it, escaped.
    pub fn words(&self, language: Language) -> String {
        let table = language.table();
        let words = &table.remarks;
        let at = |path: &str| ("path", escape(path));
        let below = |path: &str| ("folder", folder(path));
        let sizes = |sizes: &[u64]| {
            let sizes: Vec<String> = sizes.iter().map(|size| language.number(*size)).collect();
            ("sizes", sizes.join(" / "))
        };
        let (template, values) = match self {
            Self::GivenUp { limit } => (words.given_up, vec![("limit", limit.words(language))]),
            Self::NoDirectory { what } => (what.words(table), vec![]),
            Self::NoVolume { length: None, sizes: said } => (words.no_volume, vec![sizes(said)]),
            Self::NoVolume { length: Some(length), sizes: said } => {
                (words.no_volume_in, vec![("length", language.number(*length)), sizes(said)])
            }
            Self::NotText { path } => (words.not_text, vec![at(path)]),
            Self::DoubleName { path, other } => {
                (words.double_name, vec![("other", escape(other)), at(path)])
            }
            Self::TrimmedName { path } => (words.trimmed_name, vec![at(path)]),
            Self::MarkedEntry { path, attributes } => {
                let marks = [
                    (attributes.hidden, words.marked_hidden),
                    (attributes.system, words.marked_system),
                    (attributes.read_only, words.marked_read_only),
                ];
                let marks: Vec<&str> =
                    marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
                (words.marked, vec![("marks", marks.join(", ")), at(path)])
            }
            Self::DeletedEntry { folder, name, sector, byte } => (
                words.deleted_entry,
                vec![
                    below(folder),
                    ("name", escape(name)),
                    ("sector", sector.to_string()),
                    ("byte", byte.to_string()),
                ],
            ),
            Self::OddEntry { folder, sector, byte, what } => (
                words.odd_entry,
                vec![
                    ("what", what.words(table).to_string()),
                    below(folder),
                    ("sector", sector.to_string()),
                    ("byte", byte.to_string()),
                ],
            ),
            Self::Labels { root: Some(root), boot } => {
                (words.labels, vec![("root", escape(root)), ("boot", escape(boot))])
            }
            Self::Labels { root: None, boot } => {
                (words.no_root_label, vec![("boot", escape(boot))])
            }
            Self::Chain { path, what } => {
                (words.chain, vec![("what", what.words(table).to_string()), below(path)])
            }
            Self::Sizes { sizes: said } => (words.sizes, vec![sizes(said)]),
            Self::TwoReaders { path } => (words.two_readers, vec![below(path)]),
            Self::ZipEntry { path, what } => {
                (words.zip_entry, vec![("what", what.words(table).to_string()), at(path)])
            }
            Self::ZipRecord { start, what } => (
                words.zip_record,
                vec![("what", what.words(table).to_string()), ("start", language.number(*start))],
            ),
            Self::OtherFileSystem { path } => (words.other_file_system, vec![at(path)]),
            Self::Stream { path, name, size } => (
                words.stream,
                vec![below(path), ("name", escape(name)), ("size", language.number(*size))],
            ),
            Self::Unread { path, detail } => {
                (words.unread, vec![below(path), ("detail", escape(detail.in_language(language)))])
            }
        };
        fill(template, &values)
    }
}

impl fmt::Display for Remark {
    /// In English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Language::English))
    }
}
