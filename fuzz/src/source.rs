//! The readers: whatever a zip or a file system claims, the listing is bounded
//! and the same twice, and a file gives no more bytes than there are.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::LazyLock;

use mediaseal::source::listing::{MAX_DEPTH, MAX_ENTRIES, MAX_PATH_BYTES, MAX_REMARKS};
use mediaseal::source::{EntryKind, Listing, Remark, Shape, Source, open, open_image};

use crate::scene::{IMAGE, PLAN, VOLUME_BYTES};
use crate::script::{Patch, image_patches};

/// Files whose content is read, and bytes of each.
const READ_FILES: usize = 24;
const READ_BYTES: u64 = 64 << 10;

/// A zip as it is: any bytes.
pub fn zip_source(bytes: &[u8]) {
    // Others would be taken for images, which `fat_source` makes better.
    if !bytes.starts_with(b"PK") {
        return;
    }
    let path = scratch().join("source.zip");
    fs::write(&path, bytes).expect("memory takes everything");
    let source = open(&path).expect("a file is a source");
    assert_eq!(source.shape(), Shape::Bundle);
    let listing = source.listing().expect("a file that is there can be read");
    judge(&*source, &listing, bytes.len() as u64, usize::MAX);
    let (mut raw, length) = source.raw().expect("a bundle has bytes");
    let mut all = Vec::new();
    raw.read_to_end(&mut all).expect("a file that is there can be read");
    assert!(all == bytes && length == Some(bytes.len() as u64));
}

/// Bytes of a piece of the image.
const PIECE: usize = 4096;

/// The pieces of the image that are not zero: all that a shorter length loses.
static USED: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let pieces = IMAGE.chunks(PIECE).enumerate();
    let used = pieces.filter(|(_, piece)| piece.iter().any(|byte| *byte != 0));
    used.map(|(number, _)| number).collect()
});

thread_local! {
    static SPOILED: RefCell<File> = RefCell::new({
        let path = scratch().join("source.img");
        fs::write(&path, &*IMAGE).expect("memory takes everything");
        File::options().read(true).write(true).open(path).expect("it was just written")
    });
}

/// A medium with patches.
pub fn fat_source(input: &[u8]) {
    let patches = image_patches(input, PLAN.geometry());
    SPOILED.with_borrow_mut(|file| {
        let mut length = VOLUME_BYTES;
        for patch in &patches {
            length = spoil(file, patch, length);
        }
        let source = open_image(file.try_clone().expect("a handle"), "source.img");
        let source = source.expect("a file is a source");
        let listing = source.listing().expect("a file that is there can be read");
        judge(&*source, &listing, length, MAX_DEPTH);
        if patches.is_empty() {
            assert!(listing.remarks.is_empty(), "{:?}", listing.remarks);
            let files = listing.entries.iter().filter(|entry| entry.is_file()).count();
            assert_eq!(files, PLAN.files().len());
        }
        restore(file, &patches);
    });
}

fn spoil(file: &mut File, patch: &Patch, length: u64) -> u64 {
    let within =
        |offset: u64, bytes: &[u8]| bytes.len().min(length.saturating_sub(offset) as usize);
    match patch {
        Patch::Write { offset, bytes } => put(file, *offset, &bytes[..within(*offset, bytes)]),
        Patch::Flip { offset, mask } => {
            let mut old = vec![0; within(*offset, mask)];
            file.seek(SeekFrom::Start(*offset)).expect("a file can be read");
            file.read_exact(&mut old).expect("within the file");
            old.iter_mut().zip(mask).for_each(|(old, bits)| *old ^= bits);
            put(file, *offset, &old);
        }
        Patch::Length { bytes, .. } => {
            file.set_len(*bytes).expect("memory takes everything");
            return *bytes;
        }
    }
    length
}

fn put(file: &mut File, offset: u64, bytes: &[u8]) {
    file.seek(SeekFrom::Start(offset)).expect("a file can be written");
    file.write_all(bytes).expect("memory takes everything");
}

/// Makes the file good again.
fn restore(file: &mut File, patches: &[Patch]) {
    let mut shortest = VOLUME_BYTES;
    for patch in patches {
        match patch {
            Patch::Write { offset, bytes } | Patch::Flip { offset, mask: bytes } => {
                let start = *offset as usize;
                put(file, *offset, &IMAGE[start..start + bytes.len()]);
            }
            Patch::Length { bytes, .. } => shortest = shortest.min(*bytes),
        }
    }
    file.set_len(VOLUME_BYTES).expect("memory takes everything");
    let lost = USED.iter().filter(|number| **number >= shortest as usize / PIECE);
    for number in lost {
        let start = number * PIECE;
        put(file, start as u64, &IMAGE[start..start + PIECE]);
    }
}

/// What every listing keeps, whatever it is a listing of.
fn judge(source: &dyn Source, listing: &Listing, length: u64, depth: usize) {
    assert!(listing.entries.len() <= MAX_ENTRIES);
    assert!(listing.remarks.len() <= MAX_REMARKS);
    assert!(listing.entries.iter().map(|entry| entry.path.len()).sum::<usize>() <= MAX_PATH_BYTES);
    assert!(listing.entries.windows(2).all(|two| two[0].path <= two[1].path));
    assert_eq!(source.listing().as_ref().ok(), Some(listing), "a second listing");
    for remark in &listing.remarks {
        assert!(!remark.to_string().chars().any(char::is_control), "{remark:?}");
    }
    let mut read = 0;
    for entry in &listing.entries {
        assert!(entry.path.split('/').count() <= depth.saturating_add(1), "{}", entry.path);
        if let Some((first, last)) = entry.sectors {
            assert!(first <= last && last < length.div_ceil(512), "{entry:?} in {length} bytes");
        }
        let EntryKind::File { size } = entry.kind else {
            continue;
        };
        let Ok(file) = source.open_file(&entry.path) else {
            continue;
        };
        read += 1;
        if read > READ_FILES {
            return;
        }
        let mut content = Vec::new();
        let result = file.take(READ_BYTES).read_to_end(&mut content);
        assert!(content.len() as u64 <= length, "{entry:?}");
        // A path that is listed twice is one of the two; that is remarked.
        if twice(listing, &entry.path) {
            let named = |remark: &Remark| matches!(remark, Remark::DoubleName { .. });
            assert!(listing.remarks.iter().any(named) || listing.remarks.len() == MAX_REMARKS);
            continue;
        }
        assert!(content.len() as u64 <= size, "{entry:?}");
        // What was read without an error is what was said.
        if result.is_ok() && size < READ_BYTES {
            assert!(content.len() as u64 == size || source.shape() == Shape::Bundle, "{entry:?}");
        }
    }
}

/// True where a path is listed more than once.
fn twice(listing: &Listing, path: &str) -> bool {
    listing.entries.iter().filter(|entry| entry.path == path).count() > 1
}

/// A folder in memory where the system has one, one for each process.
fn scratch() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    let base = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = base.join(format!("mediaseal-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder in memory");
    folder
}
