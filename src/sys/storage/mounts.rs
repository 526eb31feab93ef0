//! The table of mounts, `/proc/self/mountinfo` (proc_pid_mountinfo(5)).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use super::DeviceNumber;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    pub(super) id: u64,
    /// The file system's device; some (btrfs) have numbers of their own.
    pub(crate) device: Option<DeviceNumber>,
    pub(crate) mount_point: PathBuf,
    pub(super) file_system: String,
    pub(crate) source: String,
}

/// File systems with other computers or a host behind them.
const NETWORK: [&str; 21] = [
    "9p",
    "afs",
    "autofs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "drvfs",
    "glusterfs",
    "gfs2",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
];
/// Programs that serve a local disk. Every other `fuse` may be a share (sshfs,
/// the desktop's gvfs, cloud drives) and is taken for one: that can refuse
/// where it need not, and never accepts where it must not.
const LOCAL_FUSE: [&str; 5] =
    ["fuse.exfat", "fuse.fuse-overlayfs", "fuse.lxcfs", "fuse.ntfs", "fuse.ntfs-3g"];

pub(super) fn is_network(file_system: &str) -> bool {
    let fuse = file_system == "fuse" || file_system.starts_with("fuse.");
    let fuse = fuse && !LOCAL_FUSE.contains(&file_system);
    NETWORK.contains(&file_system) || fuse
}

/// Reads the table; a line that is not understood is left out, and a path that
/// lies on it is then not known.
pub(crate) fn parse(table: &[u8]) -> Vec<Mount> {
    table.split(|byte| *byte == b'\n').filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let id = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    // The parent comes before, the root between.
    let device = device(fields.nth(1)?);
    let mount_point = unescape(fields.nth(1)?);
    // Optional fields end with a lone hyphen.
    fields.by_ref().find(|field| *field == b"-")?;
    let file_system = String::from_utf8_lossy(&unescape(fields.next()?)).into_owned();
    let source = String::from_utf8_lossy(&unescape(fields.next()?)).into_owned();
    Some(Mount {
        id,
        device,
        mount_point: PathBuf::from(OsString::from_vec(mount_point)),
        file_system,
        source,
    })
}

/// Two numbers with a colon between them.
fn device(field: &[u8]) -> Option<DeviceNumber> {
    let (major, minor) = std::str::from_utf8(field).ok()?.split_once(':')?;
    Some(DeviceNumber { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

/// Turns `\040` and its like back into the byte.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        let octal = match after {
            [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] if first == b'\\' => {
                Some((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'))
            }
            _ => None,
        };
        bytes.push(octal.unwrap_or(first));
        rest = &after[if octal.is_some() { 3 } else { 0 }..];
    }
    bytes
}

/// The mount that `path` (absolute, without links) lies on: by the kernel's
/// number where it is known, else the longest mount point above the path, the
/// later one of two at the same place.
pub(super) fn of_path<'a>(mounts: &'a [Mount], path: &Path, id: Option<u64>) -> Option<&'a Mount> {
    let by_id = id.and_then(|id| mounts.iter().find(|mount| mount.id == id));
    by_id.or_else(|| {
        mounts
            .iter()
            .filter(|mount| path.starts_with(&mount.mount_point))
            .max_by_key(|mount| mount.mount_point.components().count())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"\
27 1 253:0 / / rw,relatime shared:1 - ext4 /dev/root rw
22 27 0:21 / /proc rw,relatime - proc proc rw
40 27 8:17 / /media/ada/LRM\\040PATCH rw,nosuid shared:5 master:2 - vfat /dev/sdb1 rw
41 27 0:50 / /mnt/share rw - cifs //server/a\\134b rw,vers=3.0
broken line
42 27 8:33 / /mnt/share/deep rw - ext4 /dev/sdc1 rw
43 27 8:49 / /mnt/share/deep rw - ext4 /dev/sdd1 rw
44 27 0:51 / /home/ada/x rw - fuse.sshfs ada@host: rw
";

    fn source(path: &str, id: Option<u64>) -> String {
        let mounts = parse(TABLE);
        of_path(&mounts, Path::new(path), id).unwrap().source.clone()
    }

    #[test]
    fn longest_mount_point_wins_and_the_later_of_two() {
        assert_eq!(source("/etc/passwd", None), "/dev/root");
        assert_eq!(source("/media/ada/LRM PATCH/SEAL", None), "/dev/sdb1");
        assert_eq!(source("/mnt/share/x", None), "//server/a\\b");
        assert_eq!(source("/mnt/share/deeper", None), "//server/a\\b");
        assert_eq!(source("/mnt/share/deep/x", None), "/dev/sdd1");
        assert_eq!(source("/mnt/share/deep/x", Some(42)), "/dev/sdc1");
        assert_eq!(source("/mnt/share/deep/x", Some(4711)), "/dev/sdd1");
    }

    #[test]
    fn broken_lines_are_left_out() {
        assert_eq!(parse(TABLE).len(), 7);
        assert_eq!(parse(TABLE)[2].device, Some(DeviceNumber { major: 8, minor: 17 }));
        assert!(parse(b"").is_empty());
        assert!(parse(b"1 2 3:4 / /x rw - ext4").is_empty());
        assert!(parse(&[0xff, b' ', 0xff, b'\n']).is_empty());
        assert!(of_path(&[], Path::new("/"), Some(1)).is_none());
    }

    #[test]
    fn escapes_are_octal_only() {
        assert_eq!(unescape(b"a\\040b\\\\"), b"a b\\\\");
        assert_eq!(unescape(b"\\777\\04"), b"\\777\\04");
    }

    #[test]
    fn shares_are_known_by_their_type() {
        for name in ["nfs4", "cifs", "smb3", "9p", "afs", "fuse.sshfs", "fuse.gvfsd-fuse", "fuse"] {
            assert!(is_network(name), "{name}");
        }
        for name in ["ext4", "vfat", "tmpfs", "overlay", "fuseblk", "fusectl", "btrfs"] {
            assert!(!is_network(name), "{name}");
        }
    }
}
