//! What lies at the start of a disk or partition, where nobody else says:
//! enough to show a label, and to know disks that belong to an array or a
//! volume group although nobody uses them now.
//!
//! What is read is a stranger's: every offset is fixed, nothing is followed.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes that are looked at: up to the label of an ISO 9660 volume.
const HEAD: usize = 64 * 1024;
/// The mark of a member of a Linux array, little endian.
const RAID_MARK: [u8; 4] = [0xFC, 0x4E, 0x2B, 0xA9];

/// The kind, as udev calls it, and the label.
pub(super) fn probe<F: Read + Seek>(file: &mut F) -> io::Result<(Option<String>, Option<Vec<u8>>)> {
    let bytes = file.seek(SeekFrom::End(0))?;
    if bytes < HEAD as u64 {
        return Ok((None, None));
    }
    let mut head = vec![0; HEAD];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut head)?;
    if is_raid(file, &head, bytes)? {
        return Ok((Some("linux_raid_member".to_string()), None));
    }
    let Some((kind, label)) = recognise(&head) else {
        return Ok((None, None));
    };
    Ok((Some(kind.to_string()), label.map(trimmed).filter(|label| !label.is_empty())))
}

fn trimmed(label: &[u8]) -> Vec<u8> {
    let end = label.iter().position(|byte| *byte == 0).unwrap_or(label.len());
    label[..end].trim_ascii_end().to_vec()
}

fn recognise(head: &[u8]) -> Option<(&'static str, Option<&[u8]>)> {
    let is = |at: usize, mark: &[u8]| &head[at..at + mark.len()] == mark;
    if [0, 512, 1024, 1536].into_iter().any(|at| is(at, b"LABELONE")) {
        return Some(("LVM2_member", None));
    }
    if is(0, b"LUKS\xBA\xBE") {
        return Some(("crypto_LUKS", None));
    }
    if is(4086, b"SWAPSPACE2") {
        return Some(("swap", None));
    }
    if is(1080, &[0x53, 0xEF]) {
        return Some(("ext4", Some(&head[1144..1160])));
    }
    if is(32769, b"CD001") {
        return Some(("iso9660", Some(&head[32808..32840])));
    }
    if !is(510, &[0x55, 0xAA]) {
        return None;
    }
    if is(82, b"FAT32   ") {
        Some(("vfat", Some(&head[71..82])))
    } else if is(54, b"FAT16   ") || is(54, b"FAT12   ") {
        Some(("vfat", Some(&head[43..54])))
    } else if is(3, b"EXFAT   ") {
        Some(("exfat", None))
    } else if is(3, b"NTFS    ") {
        Some(("ntfs", None))
    } else {
        None
    }
}

/// A superblock of `md`: version 1.1 at the start, 1.2 after 4 KiB, 1.0 and
/// 0.90 near the end (md.4).
fn is_raid<F: Read + Seek>(file: &mut F, head: &[u8], bytes: u64) -> io::Result<bool> {
    if head.starts_with(&RAID_MARK) || head[4096..].starts_with(&RAID_MARK) {
        return Ok(true);
    }
    let one = (bytes - 8192) & !4095;
    let old = (bytes & !0xFFFF) - 0x1_0000;
    for at in [one, old] {
        let mut mark = [0; 4];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut mark)?;
        if mark == RAID_MARK {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const BYTES: usize = 1 << 20;

    fn probed(marks: &[(usize, &[u8])]) -> (Option<String>, Option<Vec<u8>>) {
        let mut disk = vec![0; BYTES];
        for (at, mark) in marks {
            disk[*at..*at + mark.len()].copy_from_slice(mark);
        }
        probe(&mut Cursor::new(disk)).unwrap()
    }

    #[test]
    fn file_systems_are_known_with_their_labels() {
        let boot: (usize, &[u8]) = (510, &[0x55, 0xAA]);
        let vfat = |at, label, mark| probed(&[boot, (at, mark), (label, b"LAB KEY    ")]);
        let expected = (Some("vfat".to_string()), Some(b"LAB KEY".to_vec()));
        assert_eq!(vfat(82, 71, b"FAT32   "), expected);
        assert_eq!(vfat(54, 43, b"FAT16   "), expected);
        let ext = probed(&[(1080, &[0x53, 0xEF]), (1144, b"home\0old")]);
        assert_eq!(ext, (Some("ext4".to_string()), Some(b"home".to_vec())));
        assert_eq!(probed(&[boot, (3, b"NTFS    ")]), (Some("ntfs".to_string()), None));
        assert_eq!(probed(&[(82, b"FAT32   ")]), (None, None));
        assert_eq!(probed(&[]), (None, None));
    }

    #[test]
    fn members_of_arrays_and_groups_are_known_wherever_their_mark_stands() {
        for at in [0, 4096, BYTES - 8192, BYTES - 0x1_0000] {
            let (kind, _) = probed(&[(at, &RAID_MARK)]);
            assert_eq!(kind.as_deref(), Some("linux_raid_member"), "{at}");
        }
        assert_eq!(probed(&[(512, b"LABELONE")]).0.as_deref(), Some("LVM2_member"));
        assert_eq!(probed(&[(0, b"LUKS\xBA\xBE")]).0.as_deref(), Some("crypto_LUKS"));
        assert_eq!(probed(&[(4086, b"SWAPSPACE2")]).0.as_deref(), Some("swap"));
    }

    #[test]
    fn what_is_too_short_for_anything_is_nothing() {
        for length in [0, 512, HEAD - 1] {
            assert_eq!(probe(&mut Cursor::new(vec![0xFF; length])).unwrap(), (None, None));
        }
        probe(&mut Cursor::new(vec![0xFF; HEAD])).unwrap();
        probe(&mut Cursor::new(vec![0xFF; HEAD + 4095])).unwrap();
    }
}
