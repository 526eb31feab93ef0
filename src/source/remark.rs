//! What is odd about a source, in words.
//!
//! A remark never makes or unmakes a PASS where the renderer is the judge; it
//! names what the renderer can only say is different. Everything a remark holds
//! comes from the source: it is kept as found and escaped where it is shown.

use std::fmt;

use super::listing::Attributes;
use crate::seal::names::escape;

/// Something odd about a source. Texts are raw: [`fmt::Display`] escapes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// The listing is not complete.
    GivenUp {
        /// Which limit, where.
        detail: String,
    },
    /// There is no file system or zip directory that could be read.
    Unreadable {
        /// What is wrong.
        detail: String,
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
        what: &'static str,
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
        what: &'static str,
    },
    /// The places that tell the volume's size do not agree.
    Sizes {
        /// What they say, in bytes.
        detail: String,
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
        what: &'static str,
    },
    /// Bytes or records of a zip that no entry explains.
    ZipRecord {
        /// Where they begin.
        start: u64,
        /// What they are.
        what: &'static str,
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
        /// The system's reason.
        detail: String,
    },
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = |folder: &str| format!("/{}", escape(folder));
        match self {
            Self::GivenUp { detail } => write!(f, "given up: {}", escape(detail)),
            Self::Unreadable { detail } => write!(f, "{}", escape(detail)),
            Self::NotText { path } => write!(f, "name that is no text: {}", escape(path)),
            Self::DoubleName { path, other } => {
                write!(f, "one name twice: {} and {}", escape(other), escape(path))
            }
            Self::TrimmedName { path } => {
                write!(f, "name that ends with a dot or a space: \"{}\"", escape(path))
            }
            Self::MarkedEntry { path, attributes } => {
                let marks = [
                    (attributes.hidden, "hidden"),
                    (attributes.system, "system"),
                    (attributes.read_only, "read-only"),
                ];
                let marks: Vec<&str> =
                    marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
                write!(f, "marked as {}: {}", marks.join(", "), escape(path))
            }
            Self::DeletedEntry { folder: path, name, sector, byte } => write!(
                f,
                "deleted entry in {}: \"{}\", sector {sector}, byte {byte}",
                folder(path),
                escape(name)
            ),
            Self::OddEntry { folder: path, sector, byte, what } => {
                write!(f, "{what} in {}, sector {sector}, byte {byte}", folder(path))
            }
            Self::Labels { root: Some(root), boot } => write!(
                f,
                "the label is \"{}\" in the root folder and \"{}\" in the boot sector",
                escape(root),
                escape(boot)
            ),
            Self::Labels { root: None, boot } => {
                write!(f, "no label in the root folder, \"{}\" in the boot sector", escape(boot))
            }
            Self::Chain { path, what } => write!(f, "{what}: {}", folder(path)),
            Self::Sizes { detail } => write!(f, "the volume has several sizes: {detail}"),
            Self::TwoReaders { path } => {
                write!(f, "two readers do not see the same in {}", folder(path))
            }
            Self::ZipEntry { path, what } => write!(f, "{what}: {}", escape(path)),
            Self::ZipRecord { start, what } => write!(f, "{what} at byte {start}"),
            Self::OtherFileSystem { path } => {
                write!(f, "on another file system: {}", escape(path))
            }
            Self::Stream { path, name, size } => {
                write!(f, "hidden stream: {}{}, {size} bytes", folder(path), escape(name))
            }
            Self::Unread { path, detail } => {
                write!(f, "cannot be looked into: {} ({})", folder(path), escape(detail))
            }
        }
    }
}
