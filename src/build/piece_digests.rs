//! A digest of each piece of an image, taken while it is rendered, for whoever
//! hands the image on piece by piece: what was rendered is told from what a disk
//! gave back later, before it goes anywhere.
//!
//! BLAKE3, because SHA-256 of a whole stream is slower than a disk of today takes
//! bytes (docs/BENCHES.md). It stays inside one run of one program: what people
//! compare, what is logged and what stands on cards is the SHA-256 of the image,
//! taken from the same bytes in the same pass.

use std::io::{self, Read};

use crate::medium::Sink;

/// Bytes of a piece; the last one of an image may be shorter.
pub const PIECE_BYTES: usize = 1 << 20;

/// Bytes of a digest.
const DIGEST_BYTES: usize = blake3::OUT_LEN;

/// The digests, in order: 32 bytes for each MiB, 2 MiB for the largest volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PieceDigests(Vec<[u8; DIGEST_BYTES]>);

impl PieceDigests {
    /// How many pieces the image has.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// True where `bytes` are piece `index`, from 0. There is none behind the end.
    pub fn is(&self, index: usize, bytes: &[u8]) -> bool {
        self.0.get(index).is_some_and(|digest| digest == blake3::hash(bytes).as_bytes())
    }

    /// Those of everything that `reader` gives.
    pub fn of(reader: &mut dyn Read) -> io::Result<Self> {
        let (mut hash, mut buffer) = (PieceHash::default(), vec![0; PIECE_BYTES]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(hash.finish()),
                Ok(count) => hash.write(&buffer[..count])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Takes the bytes of an image.
#[derive(Debug, Default)]
pub struct PieceHash {
    done: Vec<[u8; DIGEST_BYTES]>,
    hash: blake3::Hasher,
    /// Bytes of the piece that is being hashed.
    length: usize,
    /// The digest of a piece of zeros, once it was asked for.
    of_zeros: Option<[u8; DIGEST_BYTES]>,
}

impl PieceHash {
    /// The digests, once the whole image was taken.
    pub fn finish(mut self) -> PieceDigests {
        if self.length > 0 {
            self.end();
        }
        PieceDigests(self.done)
    }

    fn end(&mut self) {
        self.done.push(*self.hash.finalize().as_bytes());
        self.hash.reset();
        self.length = 0;
    }
}

impl Sink for PieceHash {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE_BYTES - self.length));
            self.hash.update(now);
            self.length += now.len();
            if self.length == PIECE_BYTES {
                self.end();
            }
            bytes = later;
        }
        Ok(())
    }

    fn zeros(&mut self, mut count: u64) -> io::Result<()> {
        const ZEROS: [u8; 16 * 1024] = [0; 16 * 1024];
        while count > 0 {
            // Most of a volume is free space: it is hashed once.
            if self.length == 0 && count >= PIECE_BYTES as u64 {
                let digest = self
                    .of_zeros
                    .get_or_insert_with(|| *blake3::hash(&vec![0; PIECE_BYTES]).as_bytes());
                self.done.push(*digest);
                count -= PIECE_BYTES as u64;
                continue;
            }
            let room = (PIECE_BYTES - self.length).min(ZEROS.len());
            let part = count.min(room as u64) as usize;
            self.write(&ZEROS[..part])?;
            count -= part as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes and runs of zeros that cross the ends of pieces.
    fn fed() -> (PieceDigests, Vec<u8>) {
        let (mut hash, mut all) = (PieceHash::default(), Vec::new());
        for (round, zeros) in [0, 5, 3_000_000, 70_000, 2_097_152, 1].into_iter().enumerate() {
            let bytes: Vec<u8> = (0..300_001).map(|at| (at + round) as u8 | 1).collect();
            hash.write(&bytes).unwrap();
            hash.zeros(zeros as u64).unwrap();
            all.extend(bytes);
            all.resize(all.len() + zeros, 0);
        }
        (hash.finish(), all)
    }

    #[test]
    fn digests_are_those_of_the_pieces_whichever_way_the_bytes_come() {
        let (digests, all) = fed();
        assert_eq!(digests.count(), all.len().div_ceil(PIECE_BYTES));
        for (index, piece) in all.chunks(PIECE_BYTES).enumerate() {
            assert!(digests.is(index, piece), "piece {index}");
        }
        assert_eq!(PieceDigests::of(&mut &all[..]).unwrap(), digests);
        assert_eq!(PieceDigests::of(&mut &b""[..]).unwrap().count(), 0);
    }

    #[test]
    fn another_byte_another_place_another_length_or_no_piece_at_all_is_none() {
        let (digests, mut all) = fed();
        let last = digests.count() - 1;
        assert!(!digests.is(1, &all[..PIECE_BYTES]), "piece 0 in another place");
        let tail = &all[last * PIECE_BYTES..];
        assert!(digests.is(last, tail));
        assert!(!digests.is(last, &tail[..tail.len() - 1]));
        assert!(!digests.is(last + 1, &[]) && !digests.is(last + 1, tail));
        all[5] ^= 0x10;
        assert!(!digests.is(0, &all[..PIECE_BYTES]));
    }
}
