//! What a Windows Installer package says of itself.
//!
//! Read into the manifest: product code, upgrade code, name and version. A
//! package is refused if any of its files or cabinets lies beside it instead of
//! inside: what is not in the package is not sealed, and would be taken from
//! the folder where it is started. Columns and bits are those of the Windows
//! Installer SDK, "Media table", "File table", "Word Count Summary property".
//!
//! The file comes from a vendor and may be damaged. Crate `msi` answers some
//! broken packages with a panic; that is caught here and becomes an error.

use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::Once;

use ::msi::{Package, PackageType, Row, Select, Value};

use crate::seal::manifest::Guid;
use crate::seal::names::{DottedVersion, Text, escape};

/// Bytes that may be read from one package. Its tables are a few MiB at most;
/// cabinets are not read. A package that sends the reader in circles ends here.
const MAX_READ_BYTES: u64 = 256 << 20;
/// Operations on one package, for circles that read nothing.
const MAX_OPERATIONS: u64 = 16 << 20;

/// File attribute: not compressed, lies beside the package.
const FILE_NONCOMPRESSED: i32 = 0x2000;
/// File attribute: compressed, in a cabinet.
const FILE_COMPRESSED: i32 = 0x4000;
/// Word Count: files are compressed unless a file says otherwise.
const SOURCE_COMPRESSED: i32 = 2;
/// Word Count: an administrative image, whose files lie beside it.
const SOURCE_ADMINISTRATIVE: i32 = 4;

/// What a package says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MsiFacts {
    /// `ProductCode`.
    pub product_code: Guid,
    /// `UpgradeCode`, if it has one.
    pub upgrade_code: Option<Guid>,
    /// `ProductName`.
    pub product_name: Text,
    /// `ProductVersion`, its numbers without leading zeros.
    pub product_version: DottedVersion,
    /// True if a digital signature stands in it; whether it is valid was not
    /// looked at, and would not decide: bytes can be added to a signed package.
    pub signature_present: bool,
}

/// Why a package is refused.
#[derive(Debug)]
pub enum MsiError {
    /// The system's error.
    Io(io::Error),
    /// Not a package, or a broken one.
    Broken(String),
    /// A patch or a transform.
    NotAnInstaller,
    /// A property that is missing or that a manifest cannot carry.
    Property(&'static str, String),
    /// A cabinet outside the package.
    ExternalCabinet(String),
    /// A file outside any cabinet.
    LooseFile(String),
}

impl MsiError {
    /// What to do next.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Io(_) | Self::Broken(_) => "Fetch the package again from its publisher.",
            Self::NotAnInstaller => "Take the .msi; for other files use kind = \"files\".",
            Self::Property(..) => "Ask the package's publisher for a correct one.",
            Self::ExternalCabinet(_) | Self::LooseFile(_) => {
                "Only a package that holds all of its files can be sealed. Ask its publisher for \
                 one in a single file."
            }
        }
    }
}

impl fmt::Display for MsiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "cannot be read: {error}"),
            Self::Broken(why) => {
                write!(f, "not a whole Windows Installer package ({})", escape(why))
            }
            Self::NotAnInstaller => write!(f, "a patch or a transform, not an installer package"),
            Self::Property(name, why) => write!(f, "its {name} {why}"),
            Self::ExternalCabinet(name) => {
                write!(f, "its cabinet \"{}\" lies outside the package", escape(name))
            }
            Self::LooseFile(name) => {
                write!(f, "its file \"{}\" lies outside the package", escape(name))
            }
        }
    }
}

impl std::error::Error for MsiError {}

/// Reads the package at `path`.
pub fn read(path: &Path) -> Result<MsiFacts, MsiError> {
    facts(File::open(path).map_err(MsiError::Io)?)
}

/// Reads a package; nothing that it holds makes this panic or run on.
pub fn facts<R: Read + Seek>(reader: R) -> Result<MsiFacts, MsiError> {
    let bounded =
        Bounded { inner: reader, bytes_left: MAX_READ_BYTES, operations_left: MAX_OPERATIONS };
    // The closure owns everything that it changes, so nothing half-changed
    // outlives a panic.
    quietly(|| read_package(bounded))
        .unwrap_or_else(|| Err(MsiError::Broken("its tables contradict themselves".into())))
}

fn read_package<R: Read + Seek>(reader: R) -> Result<MsiFacts, MsiError> {
    let mut package = Package::open(reader).map_err(broken)?;
    if package.package_type() != PackageType::Installer {
        return Err(MsiError::NotAnInstaller);
    }
    let properties = rows(&mut package, "Property")?;
    let property = |name: &str| {
        let row = properties.iter().find(|row| text(row, "Property") == Some(name));
        row.and_then(|row| text(row, "Value"))
    };
    let required = |name: &'static str| {
        property(name).ok_or_else(|| MsiError::Property(name, "is missing".into()))
    };
    let guid = |name: &'static str, text: &str| {
        let why = || format!("\"{}\" is not a GUID in braces and upper case", escape(text));
        Guid::parse(text).ok_or_else(|| MsiError::Property(name, why()))
    };
    let product_code = guid("ProductCode", required("ProductCode")?)?;
    let upgrade_code = match property("UpgradeCode") {
        Some(code) => Some(guid("UpgradeCode", code)?),
        None => None,
    };
    let product_name = Text::parse(required("ProductName")?)
        .map_err(|why| MsiError::Property("ProductName", why))?;
    let product_version = version(required("ProductVersion")?)?;
    inside(&mut package)?;
    let signature_present = package.has_digital_signature();
    Ok(MsiFacts { product_code, upgrade_code, product_name, product_version, signature_present })
}

/// Windows Installer compares the numbers, so `1.00.0` is `1.0.0`.
fn version(text: &str) -> Result<DottedVersion, MsiError> {
    let plain = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_string(),
        rest => rest.to_string(),
    };
    let parts: Vec<String> = text.split('.').take(5).map(plain).collect();
    DottedVersion::parse(&parts.join(".")).map_err(|_| {
        let why = format!("\"{}\" is not one to four numbers joined by dots", escape(text));
        MsiError::Property("ProductVersion", why)
    })
}

/// Refuses cabinets and files that lie outside the package.
fn inside<R: Read + Seek>(package: &mut Package<R>) -> Result<(), MsiError> {
    let media = rows(package, "Media")?;
    let cabinet = |row: &Row| text(row, "Cabinet").unwrap_or("").to_string();
    for name in media.iter().map(cabinet).filter(|name| !name.is_empty()) {
        match name.strip_prefix('#') {
            Some(stream) if package.has_stream(stream) => {}
            Some(stream) => {
                let why = format!("the cabinet {stream} that it names is not in it");
                return Err(MsiError::Broken(why));
            }
            None => return Err(MsiError::ExternalCabinet(name)),
        }
    }
    let word_count = package.summary_info().word_count().unwrap_or(0);
    let by_default = word_count & SOURCE_COMPRESSED != 0 && word_count & SOURCE_ADMINISTRATIVE == 0;
    for file in rows(package, "File")? {
        let attributes = number(&file, "Attributes").unwrap_or(0);
        let compressed = match attributes & (FILE_COMPRESSED | FILE_NONCOMPRESSED) {
            0 => by_default,
            FILE_COMPRESSED => true,
            _ => false,
        };
        // The media row of a file is the first whose LastSequence reaches it.
        let sequence = number(&file, "Sequence").unwrap_or(i32::MAX);
        let reaches = |row: &&Row| number(row, "LastSequence").is_some_and(|last| last >= sequence);
        let own = media.iter().filter(reaches).min_by_key(|row| number(row, "LastSequence"));
        if !compressed || own.is_none_or(|row| cabinet(row).is_empty()) {
            let name = text(&file, "FileName").unwrap_or("?");
            return Err(MsiError::LooseFile(name.to_string()));
        }
    }
    Ok(())
}

/// Every row of a table; none where the package has no such table.
fn rows<R: Read + Seek>(package: &mut Package<R>, table: &str) -> Result<Vec<Row>, MsiError> {
    match package.has_table(table) {
        true => Ok(package.select_rows(Select::table(table)).map_err(broken)?.collect()),
        false => Ok(Vec::new()),
    }
}

fn broken(error: io::Error) -> MsiError {
    // The crate's own messages have their own kinds; a system's error has a code.
    match error.raw_os_error() {
        Some(_) => MsiError::Io(error),
        None => MsiError::Broken(error.to_string()),
    }
}

fn value<'r>(row: &'r Row, column: &str) -> Option<&'r Value> {
    // Indexing by a name that is not there would panic.
    row.has_column(column).then(|| &row[column])
}

fn text<'r>(row: &'r Row, column: &str) -> Option<&'r str> {
    value(row, column)?.as_str()
}

fn number(row: &Row, column: &str) -> Option<i32> {
    value(row, column)?.as_int()
}

/// A reader that ends after a budget.
struct Bounded<R> {
    inner: R,
    bytes_left: u64,
    operations_left: u64,
}

impl<R> Bounded<R> {
    fn spend(&mut self) -> io::Result<()> {
        let left = self.operations_left.checked_sub(1);
        self.operations_left = left.ok_or_else(|| io::Error::other("it takes too long to read"))?;
        Ok(())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.spend()?;
        let count = self.inner.read(buffer)?;
        let left = self.bytes_left.checked_sub(count as u64);
        self.bytes_left = left.ok_or_else(|| io::Error::other("its tables are too long"))?;
        Ok(count)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.spend()?;
        self.inner.seek(to)
    }
}

thread_local! {
    /// True while a panic of this thread is expected and caught.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The value of `work`, or `None` where it panicked; a person sees an error of
/// ours instead of the panic's own lines. Other threads' panics are not touched.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    QUIET.set(true);
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(false);
    done.ok()
}

#[cfg(test)]
#[path = "msi_tests.rs"]
mod tests;
