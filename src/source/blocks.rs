//! Memory for small files that are read whole, side by side.
//!
//! Defends against sources that are made to fill the memory: blocks have a bound in
//! all, and what has another length than was said is not kept.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use crate::sys::buffer::AlignedBuffer;

/// Files are kept side by side in blocks of this size, in a large page: to get memory
/// in small ones costs as much as to open a file, and one allocation for each
/// file would make two threads wait for one another.
pub(super) const BLOCK: usize = 2 << 20;

/// The same for the first one, since most releases have few small files, and where
/// what is read is wanted soon.
pub(super) const SMALL_BLOCK: usize = 256 * 1024;

/// Bytes of all blocks at most. Who renders a medium hands their bytes
/// on as they lie and keeps them until they are written; blocks that nobody has
/// any more are filled again.
pub(super) const MAX_BYTES: usize = 10 << 20;

/// The blocks that were made, to be filled again.
#[derive(Default)]
pub(super) struct Blocks {
    /// Filled ones, oldest first.
    pub given: VecDeque<Arc<AlignedBuffer>>,
}

impl Blocks {
    /// Puts an empty block of `length` bytes into `place`, unless it has one; false where
    /// all are in use.
    pub fn take(&mut self, place: &mut AlignedBuffer, length: usize) -> bool {
        if place.len() == length {
            return true;
        }
        *place = AlignedBuffer::default();
        let is_free = |block: &Arc<AlignedBuffer>| Arc::strong_count(block) == 1;
        let done = self.given.iter().position(|block| is_free(block) && block.len() == length);
        if let Some(Ok(block)) = done.and_then(|at| self.given.remove(at)).map(Arc::try_unwrap) {
            *place = block;
            return true;
        }
        let bytes = |given: &VecDeque<Arc<AlignedBuffer>>| -> usize {
            given.iter().map(|block| block.len()).sum()
        };
        if bytes(&self.given) + length > MAX_BYTES {
            // Those of the other length make room.
            self.given.retain(|block| !is_free(block));
        }
        if bytes(&self.given) + length > MAX_BYTES {
            return false;
        }
        *place = match length == BLOCK {
            true => AlignedBuffer::in_large_pages(length),
            false => AlignedBuffer::new(length),
        };
        true
    }
}

/// A block that is being filled.
#[derive(Default)]
pub(super) struct Filling {
    /// A block, or nothing where there is none.
    pub bytes: AlignedBuffer,
    /// Bytes of it that are filled.
    used: usize,
    /// Paths, and where their bytes lie.
    pub files: Vec<(String, Range<usize>)>,
}

impl Filling {
    /// True where a file of `size` bytes fits in, with one byte too many.
    pub fn has_room(&self, size: u64) -> bool {
        self.used as u64 + size < self.bytes.len() as u64
    }

    /// Reads the file at `path`, if it has `size` bytes; true where it was kept.
    pub fn read<R: Read>(
        &mut self,
        path: String,
        size: u64,
        open: &mut impl FnMut(&str) -> io::Result<R>,
    ) -> bool {
        // One byte too many is asked for: a file that grew shows.
        let Some(room) = self.bytes.get_mut(self.used..self.used + size as usize + 1) else {
            return false;
        };
        let whole =
            open(&path).and_then(|mut file| whole(&mut file, room)).is_ok_and(|whole| whole);
        if whole {
            let end = self.used + size as usize;
            self.files.push((path, self.used..end));
            self.used = end;
        }
        whole
    }
}

/// Fills `room` but for its last byte, which must stay empty: true where `file` has just
/// as many bytes. A reading that leaves a byte free which there was room for has come
/// to the end of the file, as long as it is an ordinary one; so there is none more
/// to see that nothing follows.
fn whole(file: &mut impl Read, room: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    loop {
        match file.read(&mut room[filled..]) {
            Ok(0) => return Ok(filled + 1 == room.len()),
            Ok(length) => filled += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        if filled + 1 >= room.len() {
            return Ok(filled + 1 == room.len());
        }
    }
}
