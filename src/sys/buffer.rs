//! Memory of fixed length that is aligned: for direct access to disks, and in large
//! pages for what is used a lot.

use std::ops::{Deref, DerefMut};

/// Alignment of memory that every disk of today accepts for direct access, in bytes.
pub const ALIGNMENT: usize = 4096;

/// Zeroed bytes whose first one is aligned to [`ALIGNMENT`].
#[derive(Debug, Default)]
pub struct AlignedBuffer {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

/// Bytes of a large page of today's processors.
#[cfg(all(target_os = "linux", feature = "builder"))]
const LARGE_PAGE: usize = 2 << 20;

impl AlignedBuffer {
    /// `length` zeros.
    pub fn new(length: usize) -> Self {
        Self::aligned(length, ALIGNMENT)
    }

    /// `length` zeros in large pages where the system has them for the asking. What is
    /// set aside for their alignment is not used.
    pub fn in_large_pages(length: usize) -> Self {
        #[cfg(all(target_os = "linux", feature = "builder"))]
        {
            let mut buffer = Self::aligned(length, LARGE_PAGE);
            // It is faster with them, and right without.
            let _ = super::disk::prefer_large_pages(&mut buffer);
            // The system finds and clears a page at the first touch. If it touches one
            // itself, in a call that reads, no other thread gets new memory meanwhile.
            // (No chunk is empty.)
            buffer.chunks_mut(LARGE_PAGE).for_each(|page| *std::hint::black_box(&mut page[0]) = 0);
            buffer
        }
        #[cfg(not(all(target_os = "linux", feature = "builder")))]
        Self::new(length)
    }

    fn aligned(length: usize, alignment: usize) -> Self {
        let memory = vec![0; length + alignment];
        // The offset is below the alignment, or, where the allocator cannot say,
        // usize::MAX: then the start is as it comes and the system refuses it.
        let start = match memory.as_ptr().align_offset(alignment) {
            offset if offset < alignment => offset,
            _ => 0,
        };
        Self { memory, start, length }
    }
}

impl Deref for AlignedBuffer {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }
}

impl AsRef<[u8]> for AlignedBuffer {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl DerefMut for AlignedBuffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_aligned_zero_and_as_long_as_asked() {
        for length in [0, 1, 512, 4096, 1 << 20] {
            let mut buffer = AlignedBuffer::new(length);
            assert_eq!(buffer.len(), length);
            assert_eq!(buffer.as_ptr() as usize % ALIGNMENT, 0);
            assert!(buffer.iter().all(|byte| *byte == 0));
            buffer.fill(7);
            assert_eq!(buffer.iter().filter(|byte| **byte == 7).count(), length);
        }
        for length in [0, 512, 2 << 20, 3 << 20] {
            let mut buffer = AlignedBuffer::in_large_pages(length);
            assert_eq!(buffer.len(), length);
            let large = cfg!(all(target_os = "linux", feature = "builder"));
            let alignment = if large { 2 << 20 } else { ALIGNMENT };
            assert_eq!(buffer.as_ptr() as usize % alignment, 0);
            assert!(buffer.iter().all(|byte| *byte == 0));
            buffer.fill(7);
            assert_eq!(buffer.iter().filter(|byte| **byte == 7).count(), length);
        }
    }
}
