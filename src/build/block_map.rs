//! The block map of an image (`.bmap` 2.0), for those who write keys with
//! `bmaptool`: it checks every range while it writes.
//!
//! The map follows the plan of the medium, never the holes of a file: a hole
//! means "zeros" here, and a used key has other bytes in that place. **No block
//! is left out**, not even those of free clusters: a check explains every byte
//! of a medium, so what a key held before would be a finding (M-232). What the
//! plan gives is where the ranges begin (structures, folders, each file, free
//! space), so that a bad range is told by what lies in it.

use std::fmt::Write as _;
use std::io;

use crate::medium::{HashSink, Plan, Sink};
use crate::seal::digest::Digest;

/// Bytes of a block, as `bmaptool` makes them. Volumes are whole MiB.
pub const BLOCK_BYTES: u64 = 4096;
/// In the place of the file's own checksum while that is computed.
const NO_CHECKSUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Takes the bytes of an image and hashes each range of the map.
pub struct BlockMap {
    /// Bytes of the image.
    bytes: u64,
    /// Where the ranges that are still to come end, the next one last.
    ends: Vec<u64>,
    /// First block, last block, SHA-256.
    ranges: Vec<(u64, u64, Digest)>,
    /// First byte of the range that is being hashed.
    start: u64,
    hash: HashSink,
}

impl BlockMap {
    /// The map of `plan`'s image, nothing hashed yet.
    pub fn new(plan: &Plan) -> Self {
        // A block that has two parts belongs to the range of the second one.
        let starts = plan.part_starts().into_iter().map(|start| start / BLOCK_BYTES * BLOCK_BYTES);
        let mut ends: Vec<u64> = starts.filter(|start| *start > 0).collect();
        ends.push(plan.bytes());
        ends.dedup();
        ends.reverse();
        Self { bytes: plan.bytes(), ends, ranges: Vec::new(), start: 0, hash: HashSink::default() }
    }

    /// Hands `count` bytes to the ranges that they belong to.
    fn split(
        &mut self,
        mut count: u64,
        mut take: impl FnMut(&mut HashSink, u64) -> io::Result<()>,
    ) -> io::Result<()> {
        while count > 0 {
            let end = *self.ends.last().ok_or_else(|| io::Error::other("more than the image"))?;
            let part = count.min(end - self.start - self.hash.length());
            take(&mut self.hash, part)?;
            count -= part;
            if self.start + self.hash.length() == end {
                let digest = Digest(std::mem::take(&mut self.hash).finish());
                let (first, last) = (self.start / BLOCK_BYTES, end / BLOCK_BYTES - 1);
                self.ranges.push((first, last, digest));
                self.start = end;
                self.ends.pop();
            }
        }
        Ok(())
    }

    /// The file, once the whole image was taken.
    pub fn finish(self) -> io::Result<String> {
        if !self.ends.is_empty() {
            return Err(io::Error::other("less than the image"));
        }
        let open = self.text(NO_CHECKSUM);
        Ok(self.text(&Digest::of(open.as_bytes()).to_string()))
    }

    fn text(&self, checksum: &str) -> String {
        let blocks = self.bytes / BLOCK_BYTES;
        let mut text = format!(
            "<?xml version=\"1.0\" ?>\n\
             <!-- Every block is mapped: free space of a sealed medium is zeros, and\n     \
             zeros are checked like everything else. -->\n\
             <bmap version=\"2.0\">\n    \
             <ImageSize> {} </ImageSize>\n    \
             <BlockSize> {BLOCK_BYTES} </BlockSize>\n    \
             <BlocksCount> {blocks} </BlocksCount>\n    \
             <MappedBlocksCount> {blocks} </MappedBlocksCount>\n    \
             <ChecksumType> sha256 </ChecksumType>\n    \
             <BmapFileChecksum> {checksum} </BmapFileChecksum>\n    \
             <BlockMap>\n",
            self.bytes
        );
        for (first, last, digest) in &self.ranges {
            let range = match first == last {
                true => first.to_string(),
                false => format!("{first}-{last}"),
            };
            // Writing to a String does not fail.
            let _ = writeln!(text, "        <Range chksum=\"{digest}\"> {range} </Range>");
        }
        text.push_str("    </BlockMap>\n</bmap>\n");
        text
    }
}

impl Sink for BlockMap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        self.split(bytes.len() as u64, |hash, part| {
            // `part` is at most what is left of `bytes`.
            let (now, later) = rest.split_at(part as usize);
            rest = later;
            hash.write(now)
        })
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        self.split(count, |hash, part| hash.zeros(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::medium::{FatTime, FileSpec, StreamSink, Tee, VolumeSpec};

    fn rendered() -> (Vec<u8>, BlockMap) {
        let volume = VolumeSpec {
            bytes: 35 << 20,
            label: "LAB".to_string(),
            issued: FatTime::new(2026, 11, 23, 12, 0, 0).unwrap(),
            identity: [7; 32],
        };
        let content = |name: &str, length| FileSpec::known(name, vec![0x5A; length]);
        let files = vec![content("A.BIN", 100_000), content("B.BIN", 3), content("C.BIN", 0)];
        let plan = Plan::new(&volume, files).unwrap();
        let mut sink = Tee(StreamSink(Vec::new()), BlockMap::new(&plan));
        let mut open = |_: usize, _: &FileSpec| -> io::Result<Box<dyn io::Read>> {
            Err(io::Error::other("all is known"))
        };
        plan.render(&mut sink, &mut open, &mut |_| ()).unwrap();
        (sink.0.0, sink.1)
    }

    #[test]
    fn every_block_is_mapped_once_and_hashed() {
        let (image, map) = rendered();
        assert!(map.ranges.len() >= 8, "{} ranges", map.ranges.len());
        let mut next = 0;
        for (first, last, digest) in &map.ranges {
            assert_eq!(*first, next);
            next = last + 1;
            let bytes = &image[(first * BLOCK_BYTES) as usize..(next * BLOCK_BYTES) as usize];
            assert_eq!(*digest, Digest::of(bytes));
        }
        assert_eq!(next * BLOCK_BYTES, image.len() as u64);
    }

    #[test]
    fn the_file_has_the_checksum_of_itself_without_it() {
        let text = rendered().1.finish().unwrap();
        let (_, rest) = text.split_once("<BmapFileChecksum> ").unwrap();
        let checksum = &rest[..64];
        let open = text.replace(checksum, NO_CHECKSUM);
        assert_eq!(Digest::of(open.as_bytes()).to_string(), checksum);
        assert!(text.contains("<MappedBlocksCount> 8960 </MappedBlocksCount>"), "{text}");
    }

    #[test]
    fn an_image_that_ends_early_or_goes_on_has_no_map() {
        let (_, mut map) = rendered();
        assert!(map.write(&[0]).is_err());
        let (_, whole) = rendered();
        let early = BlockMap { ends: vec![whole.bytes], ..whole };
        assert!(early.finish().is_err());
    }
}
