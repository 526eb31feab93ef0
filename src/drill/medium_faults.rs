//! Bad images by name: files, data where none may be, the boot area, names
//! (rows 12 to 14 and 17 of docs/THREATS.md); and the list of all bad images.

use super::medium::{FILE, FOLDER, HIDDEN, Image, LABEL, Slot, entry, make, named, short_name};
use super::{DrillError, medium_chains as chains, medium_windows as windows, unsuitable};
use crate::medium::fat::{
    BOOT_CODE, MBR_PARTITION_TABLE, PARTITION_LBA, ROOT_CLUSTER, SECTOR, SECTOR_BYTES,
};
use crate::seal::layout::SUMS;
use std::path::Path;

/// What does the spoiling. `payload` is the path of a file of the release.
pub type Spoil = fn(&mut Image, payload: &str) -> Result<(), DrillError>;

/// One bad image.
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

/// Every bad image.
#[rustfmt::skip] // One line a fault: it is read as a table.
pub const FAULTS: [Fault; 41] = [
    Fault { name: "bit-in-payload", row: 11, what: "one bit of a file flipped", spoil: |image, path| bit(image, path, 5_000) },
    Fault { name: "bit-in-seal", row: 11, what: "one bit of SHA256SUMS flipped", spoil: |image, _| bit(image, SUMS, 3) },
    Fault { name: "bit-in-structure", row: 11, what: "one bit of a FAT flipped", spoil: |image, _| image.flip(image.fat_offset(0, ROOT_CLUSTER), 3) },
    Fault { name: "file-missing", row: 12, what: "a file taken out without a trace", spoil: missing },
    Fault { name: "file-truncated", row: 12, what: "a file one byte shorter", spoil: |image, path| resize(image, path, -1) },
    Fault { name: "file-longer", row: 12, what: "a file one byte longer", spoil: |image, path| resize(image, path, 1) },
    Fault { name: "file-replaced", row: 12, what: "other content of the same size", spoil: replaced },
    Fault { name: "folder-in-place", row: 12, what: "a folder in the place of a file", spoil: folder_in_place },
    Fault { name: "extra-files", row: 13, what: "autorun.inf, desktop.ini, a DLL and a shortcut added", spoil: extra_files },
    Fault { name: "extra-folder", row: 13, what: "an empty folder added", spoil: |image, _| image.add_folder("", "Update").map(|_| ()) },
    Fault { name: "hidden-attribute", row: 13, what: "a file hidden", spoil: hidden },
    Fault { name: "second-label", row: 13, what: "a second volume label", spoil: second_label },
    Fault { name: "deleted-entry", row: 14, what: "a file added and deleted again", spoil: deleted },
    Fault { name: "slack", row: 14, what: "data behind a file, in its last cluster", spoil: slack },
    Fault { name: "free-cluster", row: 14, what: "data in a cluster that nothing has", spoil: free_cluster },
    Fault { name: "gap", row: 14, what: "data before the partition", spoil: |image, _| image.put(100 * SECTOR, MARK) },
    Fault { name: "after-the-end", row: 14, what: "data behind the image", spoil: |image, _| image.put(image.geometry().bytes(), MARK) },
    Fault { name: "boot-code", row: 14, what: "code in the MBR", spoil: |image, _| image.put(0, &[0xEB, 0xFE]) },
    Fault { name: "boot-sector-code", row: 14, what: "code in the boot sector", spoil: |image, _| image.put(PARTITION_LBA * SECTOR + BOOT_CODE as u64, &[0xEB, 0xFE]) },
    Fault { name: "second-partition", row: 14, what: "a second partition in the MBR", spoil: second_partition },
    Fault { name: "stale-gpt", row: 14, what: "an old GPT at its two places", spoil: stale_gpt },
    Fault { name: "os-changes", row: 15, what: "mounted writable by Windows", spoil: |image, _| windows::mounted(image).map(|_| ()) },
    Fault { name: "os-changes-and-a-dll", row: 15, what: "the same, and a DLL in System Volume Information", spoil: |image, _| windows::and_a_dll(image) },
    Fault { name: "os-changes-and-a-cluster-tail", row: 15, what: "the same, and data behind WPSettings.dat", spoil: |image, _| windows::and_a_cluster_tail(image) },
    Fault { name: "os-changes-and-unequal-fats", row: 15, what: "the same, and FATs that differ", spoil: |image, _| windows::and_unequal_fats(image) },
    Fault { name: "os-changes-and-a-longer-file", row: 15, what: "the same, and a WPSettings.dat of 13 bytes", spoil: |image, _| windows::and_a_longer_file(image) },
    Fault { name: "cluster-loop", row: 16, what: "a file whose clusters go in a circle", spoil: chains::loop_in_file },
    Fault { name: "endless-root", row: 16, what: "a root folder that never ends", spoil: |image, _| chains::endless_root(image) },
    Fault { name: "full-root", row: 16, what: "a root folder over all free clusters", spoil: |image, _| chains::full_root(image) },
    Fault { name: "cross-linked", row: 16, what: "two files with one chain", spoil: chains::cross_linked },
    Fault { name: "unequal-fats", row: 16, what: "two FATs that differ", spoil: |image, _| chains::unequal_fats(image) },
    Fault { name: "entry-past-the-end", row: 16, what: "a file in a cluster that is not there", spoil: chains::past_the_end },
    Fault { name: "root-at-zero", row: 16, what: "a boot sector whose root is cluster 0", spoil: |image, _| image.put(PARTITION_LBA * SECTOR + 0x2C, &[0; 4]) },
    Fault { name: "sector-size-4096", row: 16, what: "a boot sector that says 4096", spoil: |image, _| image.put(PARTITION_LBA * SECTOR + 0x0B, &4096_u16.to_le_bytes()) },
    Fault { name: "absurd-sectors", row: 16, what: "FFFFFFFF sectors in every place that counts them", spoil: |image, _| chains::absurd_sectors(image) },
    Fault { name: "long-name-checksum", row: 16, what: "a long name of another file", spoil: chains::long_name_checksum },
    Fault { name: "endless-tail", row: 20, what: "4 GiB of zeros behind the image", spoil: |image, _| image.resize(4 << 30) },
    Fault { name: "cut-off", row: 21, what: "an image that ends in the middle", spoil: |image, _| image.resize(-(image.geometry().bytes() as i64 / 2)) },
    Fault { name: "bad-names", row: 17, what: "names that no release may have", spoil: bad_names },
    Fault { name: "names-equal-without-case", row: 17, what: "one name twice, in two cases", spoil: equal_without_case },
    Fault { name: "short-name-only", row: 17, what: "an 8.3 name with a tilde", spoil: |image, _| image.append("", &[entry(b"A~1     TXT", FILE, 0, 0)]).map(|_| ()) },
];

/// What is written where nothing may be.
const MARK: &[u8] = b"hidden data";

/// Names that no release may have.
pub const BAD_NAMES: [&str; 9] = [
    "..\\evil.exe",
    "C:x",
    "a:b",
    "CON.msi",
    "COM\u{b9}",
    "dot.",
    "space ",
    "\u{e9}t\u{e9}.txt",
    "LPT1",
];

/// The fault of this name.
pub fn fault(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

/// Makes the bad image `bad` of the good image `good`.
pub fn spoil(fault: &Fault, good: &Path, bad: &Path, payload: &str) -> Result<(), DrillError> {
    make(good, bad, |image| (fault.spoil)(image, payload))
}

/// Flips a bit of the byte at `at` of a file, or of its last one.
fn bit(image: &mut Image, path: &str, at: u32) -> Result<(), DrillError> {
    let found = image.find(path)?;
    let last = found.size.checked_sub(1).ok_or_else(|| unsuitable("an empty file"))?;
    image.flip(image.cluster(found.cluster) + u64::from(at.min(last)), 2)
}

/// Closes the gap in the folder, empties the clusters.
fn missing(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let found = image.find(path)?;
    let cluster_bytes = image.geometry().cluster_bytes();
    let end = found.entry.next_multiple_of(cluster_bytes);
    let bytes = image.bytes(found.first, (end - found.first) as usize)?;
    let (_, after) = bytes.split_at((found.entry - found.first) as usize + 32);
    let mut moved = after.to_vec();
    moved.resize(bytes.len(), 0);
    image.put(found.first, &moved)?;
    for cluster in image.chain(found.cluster)? {
        image.put(image.cluster(cluster), &vec![0; cluster_bytes as usize])?;
        image.set_fat(cluster, 0)?;
    }
    Ok(())
}

fn resize(image: &mut Image, path: &str, by: i32) -> Result<(), DrillError> {
    let found = image.find(path)?;
    let size = found.size.checked_add_signed(by).ok_or_else(|| unsuitable("an empty file"))?;
    image.put(found.entry + 28, &size.to_le_bytes())
}

fn replaced(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let found = image.find(path)?;
    let at = image.cluster(found.cluster);
    let content = image.bytes(at, found.size as usize)?;
    image.put(at, &content.iter().map(|byte| !byte).collect::<Vec<u8>>())
}

fn folder_in_place(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let found = image.find(path)?;
    image.put(found.entry + 11, &[FOLDER])?;
    image.put(found.entry + 28, &[0; 4])
}

/// The files of `extra-files`.
pub const EXTRA_FILES: [&str; 4] = ["autorun.inf", "desktop.ini", "version.dll", "Update.lnk"];

fn extra_files(image: &mut Image, payload: &str) -> Result<(), DrillError> {
    let beside = payload.rsplit_once('/').map_or("", |(folder, _)| folder);
    for (name, folder) in EXTRA_FILES.iter().zip(["", "", beside, beside]) {
        image.add_file(folder, name, b"[autorun]\r\nopen=version.dll\r\n")?;
    }
    Ok(())
}

fn hidden(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let found = image.find(path)?;
    image.put(found.entry + 11, &[FILE | HIDDEN])
}

fn second_label(image: &mut Image, _: &str) -> Result<(), DrillError> {
    image.append("", &[entry(b"GOOD KEY   ", LABEL, 0, 0)]).map(|_| ())
}

fn deleted(image: &mut Image, _: &str) -> Result<(), DrillError> {
    let mut slot = entry(&short_name("SECRET.TXT"), FILE, 0, 0);
    slot[0] = 0xE5;
    image.append("", &[slot]).map(|_| ())
}

fn slack(image: &mut Image, path: &str) -> Result<(), DrillError> {
    let found = image.find(path)?;
    let end = image.cluster(found.cluster) + u64::from(found.size);
    if end.is_multiple_of(image.geometry().cluster_bytes()) {
        return Err(unsuitable(format!("{path} fills its last cluster")));
    }
    image.put(end, b"!")
}

fn free_cluster(image: &mut Image, _: &str) -> Result<(), DrillError> {
    // Far from everything: nobody would meet it by chance.
    let last = image.geometry().clusters() + ROOT_CLUSTER - 1;
    match image.fat(last)? {
        0 => image.put(image.cluster(last - 1), MARK),
        _ => Err(unsuitable("the volume is full")),
    }
}

fn second_partition(image: &mut Image, _: &str) -> Result<(), DrillError> {
    let mut second = [0; 16];
    second[4] = 0x07;
    second[8] = 64;
    second[12] = 64;
    image.put(MBR_PARTITION_TABLE as u64 + 16, &second)
}

fn stale_gpt(image: &mut Image, _: &str) -> Result<(), DrillError> {
    let mut header = [0; SECTOR_BYTES];
    header[..8].copy_from_slice(b"EFI PART");
    image.put(SECTOR, &header)?;
    image.put(2 * SECTOR, &[0xA2, 0xA0, 0xD0, 0xEB])?;
    image.put(image.geometry().bytes() - SECTOR, &header)
}

fn bad_names(image: &mut Image, _: &str) -> Result<(), DrillError> {
    for name in BAD_NAMES {
        image.add_file("", name, b"")?;
    }
    image.add_file("", &"n".repeat(255), b"").map(|_| ())
}

fn equal_without_case(image: &mut Image, payload: &str) -> Result<(), DrillError> {
    let (folder, name) = payload.rsplit_once('/').unwrap_or(("", payload));
    let other: String =
        name.chars()
            .map(|c| {
                if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
            })
            .collect();
    let units: Vec<u16> = other.encode_utf16().collect();
    let slots: Vec<Slot> = named(&units, b"DRILL~1    ", FILE, 0, 0);
    image.append(folder, &slots).map(|_| ())
}
