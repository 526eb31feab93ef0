//! What is on a disk: from udev's database, or, where there is none, by a look
//! at the disk itself.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::super::facts::{Bus, Volume};
use super::{Roots, probe};
use crate::sys::storage::DeviceNumber;

/// Bytes of one entry of udev's database; a larger one is not read.
const MAX_ENTRY_BYTES: u64 = 64 * 1024;

/// Of the disk and each of its partitions; only what was recognised.
pub(super) fn of(
    roots: &Roots,
    name: &str,
    whole: DeviceNumber,
    bus: Bus,
    folder: &Path,
    parts: &[(PathBuf, DeviceNumber)],
) -> Vec<Volume> {
    // Reading wakes a disk up: only those that a key may be on are looked at.
    let may_look = matches!(bus, Bus::Usb | Bus::Card | Bus::Loop);
    let mut all = vec![(name.to_string(), whole)];
    for (part, number) in parts {
        let part = part.strip_prefix(folder).unwrap_or(part);
        all.push((part.to_string_lossy().replace('!', "/"), *number));
    }
    let volume = |(name, number): (String, DeviceNumber)| {
        let (kind, label) = match from_udev(roots, number) {
            Some(told) => told,
            None if may_look => look(&roots.dev.join(&name))?,
            None => return None,
        };
        (kind.is_some() || label.is_some()).then_some(Volume { name, kind, label })
    };
    all.into_iter().filter_map(volume).collect()
}

type Told = (Option<String>, Option<Vec<u8>>);

/// `None` where udev has no entry.
fn from_udev(roots: &Roots, number: DeviceNumber) -> Option<Told> {
    let path = roots.udev.join(format!("b{number}"));
    let metadata = fs::metadata(&path).ok()?;
    let text = (metadata.len() <= MAX_ENTRY_BYTES).then(|| fs::read(&path).ok())??;
    let field = |name: &str| {
        let prefix = format!("E:{name}=");
        let lines = text.split(|byte| *byte == b'\n');
        let mut found = lines.filter_map(|line| line.strip_prefix(prefix.as_bytes()));
        found.next().filter(|value| !value.is_empty()).map(<[u8]>::to_vec)
    };
    let kind = field("ID_FS_TYPE").and_then(|kind| String::from_utf8(kind).ok());
    Some((kind, field("ID_FS_LABEL_ENC").map(|label| unescape(&label))))
}

/// Turns udev's `\x20` back into the byte.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let byte = match rest {
            [b'\\', b'x', a, b, ..] => {
                let digits = [*a, *b];
                let digits = std::str::from_utf8(&digits).unwrap_or_default();
                u8::from_str_radix(digits, 16).ok()
            }
            _ => None,
        };
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &rest[4..] } else { after };
    }
    bytes
}

/// Looks at the disk; `None` where it cannot be read.
fn look(node: &Path) -> Option<Told> {
    // No wait for a medium in an empty drive, and no new terminal or the like.
    let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut file = fs::File::options().read(true).custom_flags(flags).open(node).ok()?;
    probe::probe(&mut file).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn udev_entries_are_read_and_unescaped() {
        let place = tempfile::tempdir().unwrap();
        let roots = Roots { udev: place.path().to_path_buf(), ..Roots::system() };
        let entry = "S:disk/by-id/x\nE:ID_FS_TYPE=vfat\nE:ID_FS_LABEL_ENC=LRM\\x20PATCH\n";
        fs::write(place.path().join("b8:17"), entry).unwrap();
        fs::write(place.path().join("b8:16"), "E:ID_BUS=usb\nE:ID_FS_TYPE=\n").unwrap();
        let told = |minor| from_udev(&roots, DeviceNumber { major: 8, minor });
        assert_eq!(told(17), Some((Some("vfat".to_string()), Some(b"LRM PATCH".to_vec()))));
        assert_eq!(told(16), Some((None, None)));
        assert_eq!(told(18), None);
        assert_eq!(unescape(b"a\\x2"), b"a\\x2");
        assert_eq!(unescape(b"\\xzz\\x1b"), b"\\xzz\x1b");
    }
}
