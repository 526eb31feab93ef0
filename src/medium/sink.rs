//! Where a rendered medium goes: a file, a stream, a hash, or two of them.
//!
//! A sink takes bytes strictly forward, so anything that can be written once
//! will do. Zeros come as a count: a fresh file keeps them as holes, a device
//! must write them (a hole on a used key would leave what was there).

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// Bytes handed on in one piece: large enough that a call costs nothing beside
/// its work, small enough to stay in a processor's second-level cache while
/// two hashes pass over it.
pub const PIECE: usize = 256 * 1024;

/// Zeros of this length and more become a hole, a multiple of any file
/// system's block; shorter ones are written among their neighbours.
const SMALLEST_HOLE: u64 = 64 * 1024;

/// Pieces of this length and more are written as they come.
const LARGE_WRITE: usize = 64 * 1024;

/// What zeros are copied from.
pub(super) static ZEROS: [u8; 16 * 1024] = [0; 16 * 1024];

/// Bytes that lie in memory already, in a block that lives as long as somebody
/// has a part of it.
#[derive(Clone)]
pub struct Shared {
    block: Arc<dyn AsRef<[u8]> + Send + Sync>,
    range: Range<usize>,
}

impl Shared {
    /// The bytes of `block` that lie in `range`; a range that lies outside of
    /// it has none.
    pub fn new(block: Arc<impl AsRef<[u8]> + Send + Sync + 'static>, range: Range<usize>) -> Self {
        let lies_in_it = (*block).as_ref().get(range.clone()).is_some();
        Self { block, range: if lies_in_it { range } else { 0..0 } }
    }

    /// Takes `next` in, where it is what follows in the same block.
    pub(super) fn extend(&mut self, next: &Self) -> bool {
        let same = std::ptr::addr_eq(Arc::as_ptr(&self.block), Arc::as_ptr(&next.block));
        let follows = same && self.range.end == next.range.start;
        if follows {
            self.range.end = next.range.end;
        }
        follows
    }
}

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &(*self.block).as_ref()[self.range.clone()]
    }
}

/// Takes the bytes of a medium or a bundle, front to back.
pub trait Sink {
    /// Takes the next bytes.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Takes the next bytes, and may keep them instead of a copy.
    fn share(&mut self, bytes: &Shared) -> io::Result<()> {
        self.write(bytes.as_ref())
    }

    /// Takes the next `count` bytes, all zero.
    fn zeros(&mut self, count: u64) -> io::Result<()> {
        in_pieces(count, |zeros| self.write(zeros))
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        (**self).write(bytes)
    }

    fn share(&mut self, bytes: &Shared) -> io::Result<()> {
        (**self).share(bytes)
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        (**self).zeros(count)
    }
}

/// Calls `each` with zeros, `count` in all.
pub(super) fn in_pieces(
    mut count: u64,
    mut each: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    while count > 0 {
        let length = count.min(ZEROS.len() as u64) as usize;
        each(&ZEROS[..length])?;
        count -= length as u64;
    }
    Ok(())
}

/// A fresh, empty file. Long zeros become holes; small writes are gathered.
/// Making the bytes durable is the caller's part.
pub struct FileSink {
    file: File,
    gathered: Vec<u8>,
    /// Length with everything taken so far.
    length: u64,
}

impl FileSink {
    /// Writes to `file` from its start. It must be empty: a hole keeps what
    /// was there.
    pub fn new(mut file: File) -> io::Result<Self> {
        if file.metadata()?.len() != 0 {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the file is not empty"));
        }
        file.seek(SeekFrom::Start(0))?;
        Ok(Self { file, gathered: Vec::with_capacity(PIECE), length: 0 })
    }

    /// Writes what is gathered and sets the length, so that a hole at the end
    /// counts. Must be called, or bytes are missing.
    pub fn finish(mut self) -> io::Result<File> {
        self.flush()?;
        self.file.set_len(self.length)?;
        Ok(self.file)
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.gathered.is_empty() {
            self.file.write_all(&self.gathered)?;
            self.gathered.clear();
        }
        Ok(())
    }
}

impl Sink for FileSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() >= LARGE_WRITE {
            self.flush()?;
            self.file.write_all(bytes)?;
        } else {
            if self.gathered.len() + bytes.len() > PIECE {
                self.flush()?;
            }
            self.gathered.extend_from_slice(bytes);
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        if count < SMALLEST_HOLE {
            return in_pieces(count, |zeros| self.write(zeros));
        }
        self.flush()?;
        self.length += count;
        self.file.seek(SeekFrom::Start(self.length))?;
        Ok(())
    }
}

/// Any writer; zeros are written out.
pub struct StreamSink<W: Write>(pub W);

impl<W: Write> Sink for StreamSink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}

/// SHA-256 and length of everything taken.
#[derive(Default)]
pub struct HashSink {
    hash: Sha256,
    length: u64,
}

impl HashSink {
    /// The SHA-256 of all bytes.
    pub fn finish(self) -> [u8; 32] {
        self.hash.finalize().into()
    }

    /// Bytes taken so far.
    pub fn length(&self) -> u64 {
        self.length
    }
}

impl Sink for HashSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }
}

/// Hands everything to two sinks.
pub struct Tee<A: Sink, B: Sink>(pub A, pub B);

impl<A: Sink, B: Sink> Sink for Tee<A, B> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write(bytes)?;
        self.1.write(bytes)
    }

    fn share(&mut self, bytes: &Shared) -> io::Result<()> {
        self.0.share(bytes)?;
        self.1.share(bytes)
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        self.0.zeros(count)?;
        self.1.zeros(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// Feeds the same bytes in pieces of many sizes, with short and long zeros.
    fn feed(sink: &mut dyn Sink) -> Vec<u8> {
        let mut all = Vec::new();
        for (round, length) in [1, 511, 512, 70_000, 3, 300_000, 0, 9].into_iter().enumerate() {
            let piece: Vec<u8> = (0..length).map(|n| (n + round) as u8 | 1).collect();
            sink.write(&piece).unwrap();
            all.extend(piece);
            let zeros = [5, 0, 100, 200_000, 65_536, 65_535, 40_000, 1_000_000][round];
            sink.zeros(zeros).unwrap();
            all.resize(all.len() + zeros as usize, 0);
        }
        all
    }

    #[test]
    fn file_with_holes_reads_back_as_what_was_written() {
        let mut sink = FileSink::new(tempfile::tempfile().unwrap()).unwrap();
        let all = feed(&mut sink);
        let mut file = sink.finish().unwrap();
        let mut found = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut found).unwrap();
        assert!(found == all);
    }

    #[test]
    fn file_that_holds_something_is_refused() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"old").unwrap();
        assert!(FileSink::new(file).is_err());
    }

    #[test]
    fn a_part_is_of_its_block_and_grows_only_by_what_follows_there() {
        let block = Arc::new(b"0123456789".to_vec());
        let part = |range| Shared::new(Arc::clone(&block), range);
        let mut run = part(2..4);
        assert!(!run.extend(&part(2..4)) && !run.extend(&part(5..6)));
        let equal = Arc::new(block.to_vec());
        assert!(!run.extend(&Shared::new(equal, 4..6)), "another block");
        assert!(run.extend(&part(4..4)) && run.extend(&part(4..7)));
        assert_eq!(run.as_ref(), b"23456");
        #[expect(clippy::reversed_empty_ranges, reason = "that is the case")]
        let ranges = [8..11, 11..12, 7..3];
        ranges.into_iter().for_each(|range| assert!(part(range).as_ref().is_empty()));
    }

    #[test]
    fn tee_gives_both_sinks_the_same() {
        let mut sink = Tee(HashSink::default(), StreamSink(Vec::new()));
        let all = feed(&mut sink);
        let expected: [u8; 32] = Sha256::digest(&all).into();
        assert_eq!(sink.0.length(), all.len() as u64);
        assert_eq!(sink.0.finish(), expected);
        assert!(sink.1.0 == all);
    }
}
