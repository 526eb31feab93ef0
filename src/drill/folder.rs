//! Bad folders by name (rows 12, 13 and 17 of docs/THREATS.md): what somebody
//! does to a release on a share, or to the files of a mounted key.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::medium_faults::{BAD_NAMES, EXTRA_FILES};
use super::{DrillError, unsuitable};

/// What does the spoiling. `payload` is the path of a file of the release.
pub type Spoil = fn(root: &Path, payload: &Path) -> io::Result<()>;

/// One bad folder.
pub struct Fault {
    /// Its name, for a command line.
    pub name: &'static str,
    /// The row of docs/THREATS.md.
    pub row: u8,
    /// What was done to it.
    pub what: &'static str,
    /// Does it.
    pub spoil: Spoil,
}

/// Every bad folder.
#[rustfmt::skip] // One line a fault: it is read as a table.
pub const FAULTS: [Fault; 13] = [
    Fault { name: "file-missing", row: 12, what: "a file deleted", spoil: |_, file| fs::remove_file(file) },
    Fault { name: "file-truncated", row: 12, what: "a file one byte shorter", spoil: |_, file| resize(file, -1) },
    Fault { name: "file-longer", row: 12, what: "a file one byte longer", spoil: |_, file| resize(file, 1) },
    Fault { name: "file-replaced", row: 12, what: "other content of the same size", spoil: replaced },
    Fault { name: "folder-in-place", row: 12, what: "a folder in the place of a file", spoil: folder_in_place },
    Fault { name: "extra-files", row: 13, what: "autorun.inf, desktop.ini, a DLL and a shortcut added", spoil: extra_files },
    Fault { name: "extra-folder", row: 13, what: "an empty folder added", spoil: |root, _| fs::create_dir(root.join("Update")) },
    Fault { name: "file-of-2-gib", row: 20, what: "a file that grew to 2^31 bytes", spoil: |_, file| grow(file, 1 << 31) },
    Fault { name: "file-below-4-gib", row: 20, what: "a file that grew to 2^32 - 1 bytes", spoil: |_, file| grow(file, (1 << 32) - 1) },
    Fault { name: "file-of-4-gib", row: 20, what: "a file that grew to 2^32 bytes", spoil: |_, file| grow(file, 1 << 32) },
    Fault { name: "bytes-appended", row: 25, what: "a program appended to a signed file", spoil: appended },
    Fault { name: "bad-names", row: 17, what: "names that no release may have", spoil: bad_names },
    Fault { name: "names-equal-without-case", row: 17, what: "one name twice, in two cases", spoil: equal_without_case },
];

/// The fault of this name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

/// Makes the bad folder `bad`, which must not exist, of the good folder `good`.
pub fn spoil(fault: &Fault, good: &Path, bad: &Path, payload: &str) -> Result<(), DrillError> {
    make(good, bad, |root| {
        let file = root.join(payload);
        if !file.is_file() {
            return Err(unsuitable(format!("the folder has no {payload}")));
        }
        (fault.spoil)(root, &file).map_err(|error| match error.kind() {
            io::ErrorKind::Unsupported => unsuitable(NOT_HERE),
            _ => DrillError::io(&file, "spoil")(error),
        })
    })
}

/// Copies the folder `good` to `bad` and spoils the copy; what failed half-way
/// is removed.
pub fn make(
    good: &Path,
    bad: &Path,
    spoil: impl FnOnce(&Path) -> Result<(), DrillError>,
) -> Result<(), DrillError> {
    fs::create_dir(bad).map_err(DrillError::io(bad, "make the folder"))?;
    let done = copy(good, bad).map_err(DrillError::io(bad, "copy the release to"));
    done.and_then(|()| spoil(bad)).inspect_err(|_| {
        // The first error is the one that matters.
        let _ = fs::remove_dir_all(bad);
    })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target)?;
        } else {
            let odd = format!(
                "neither a file nor a folder: {}",
                crate::seal::names::escape_path(&entry.path())
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, odd));
        }
    }
    Ok(())
}

fn resize(file: &Path, by: i64) -> io::Result<()> {
    let length = fs::metadata(file)?.len().checked_add_signed(by);
    let length = length.ok_or(io::ErrorKind::InvalidInput)?;
    File::options().write(true).open(file)?.set_len(length)
}

/// The rest is a hole.
fn grow(file: &Path, length: u64) -> io::Result<()> {
    File::options().write(true).open(file)?.set_len(length)
}

fn appended(_: &Path, file: &Path) -> io::Result<()> {
    io::Write::write_all(&mut File::options().append(true).open(file)?, b"MZ appended")
}

fn replaced(_: &Path, file: &Path) -> io::Result<()> {
    let content = fs::read(file)?;
    fs::write(file, content.iter().map(|byte| !byte).collect::<Vec<u8>>())
}

fn folder_in_place(_: &Path, file: &Path) -> io::Result<()> {
    fs::remove_file(file)?;
    fs::create_dir(file)
}

fn extra_files(root: &Path, file: &Path) -> io::Result<()> {
    let beside = file.parent().unwrap_or(root);
    for (name, folder) in EXTRA_FILES.iter().zip([root, root, beside, beside]) {
        fs::write(folder.join(name), b"[autorun]\r\nopen=version.dll\r\n")?;
    }
    Ok(())
}

/// Why a folder of such names is not made.
pub const NOT_HERE: &str = "this system cannot make it; Linux can";

fn bad_names(root: &Path, _: &Path) -> io::Result<()> {
    // Windows would make other files of some of them, a stream, a device.
    if cfg!(windows) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    for name in BAD_NAMES {
        fs::write(root.join(name), b"")?;
    }
    fs::write(root.join("n".repeat(255)), b"")
}

fn equal_without_case(_: &Path, file: &Path) -> io::Result<()> {
    // To Windows it would be the file itself.
    if cfg!(windows) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let name =
        file.file_name().and_then(|name| name.to_str()).ok_or(io::ErrorKind::InvalidInput)?;
    let upper = name.to_ascii_uppercase();
    let other = if upper == name { name.to_ascii_lowercase() } else { upper };
    fs::write(file.with_file_name(other), b"other")
}
