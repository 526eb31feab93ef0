//! The digest of every file of a plan, taken from the bytes of the medium itself.
//!
//! A sink like any other: it takes the medium front to back, knows from the plan
//! which bytes are a file's, and compares each file with what was sealed. What
//! it answers for are the bytes that every other sink of the same pass got, not
//! those of a reading of its own. So it may run beside the writing and the
//! hash of the whole, or behind them, whenever a processor has time.
//!
//! Invariant: there is no [`Rendered`] but from [`FileDigests::rendered`], which
//! has seen every byte of the medium and every file as sealed.

use std::io;

use sha2::{Digest, Sha256};

use super::plan::Plan;
use super::render::{Rendered, RenderedFile, Streamed};
use super::render_error::RenderError;
use super::segment::{Part, Segment};
use super::sink::{Sink, in_pieces};
use super::tree::Content;

/// Takes the bytes of a medium and has the digest of each file.
pub struct FileDigests<'plan> {
    plan: &'plan Plan,
    segments: std::vec::IntoIter<Segment>,
    /// What the next bytes belong to, and how many of it are to come.
    current: Option<(Part, u64)>,
    /// Bytes taken, all in all.
    taken: u64,
    sha256: Sha256,
    crc32: crc32fast::Hasher,
    /// Of the files that have passed, in the plan's order.
    files: Vec<RenderedFile>,
    /// The first file that is not as sealed.
    changed: Option<usize>,
}

impl<'plan> FileDigests<'plan> {
    /// Of a medium of `plan`, of which no byte was taken so far.
    pub fn new(plan: &'plan Plan) -> Self {
        let mut digests = Self {
            plan,
            segments: plan.segments().into_iter(),
            current: None,
            taken: 0,
            sha256: Sha256::new(),
            crc32: crc32fast::Hasher::new(),
            files: Vec::with_capacity(plan.files().len()),
            changed: None,
        };
        digests.next_segment();
        digests
    }

    /// Goes to the next segment. Files without a byte have none and are done
    /// when the one behind them begins, or at the end.
    fn next_segment(&mut self) {
        self.current = self.segments.next().map(|segment| (segment.part, segment.length));
        let next = match self.current {
            Some((Part::File(index), _)) => index,
            Some(_) => return,
            None => self.plan.files().len(),
        };
        while self.files.len() < next {
            self.file_end();
        }
    }

    /// The bytes of the next file have all passed.
    fn file_end(&mut self) {
        let sha256: [u8; 32] = self.sha256.finalize_reset().into();
        let crc32 = std::mem::take(&mut self.crc32).finalize();
        let index = self.files.len();
        let sealed = self.plan.files().get(index).map(|file| &file.content);
        // Bytes that the plan itself holds are those of the seal, and need no
        // digest to be compared with.
        if let Some(Content::Hashed(expected)) = sealed
            && *expected != sha256
        {
            self.changed.get_or_insert(index);
        }
        self.files.push(RenderedFile { crc32, sha256 });
    }

    /// The next `count` bytes belong to the current segment.
    fn advance(&mut self, count: u64) {
        self.taken += count;
        let Some((part, left)) = &mut self.current else { return };
        *left -= count;
        if *left == 0 {
            if matches!(part, Part::File(_)) {
                self.file_end();
            }
            self.next_segment();
        }
    }

    /// Why the bytes that were taken so far are none of a medium, if a file of
    /// them is not as sealed.
    pub fn refusal(&self) -> Option<RenderError> {
        let file = self.plan.files().get(self.changed?)?;
        Some(RenderError::Hash { path: file.path.clone() })
    }

    /// What rendering found out, after the whole medium has passed.
    ///
    /// Errors: a file is not as sealed, or bytes are missing.
    pub fn rendered(self, streamed: Streamed) -> Result<Rendered, RenderError> {
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        let complete = self.current.is_none() && self.files.len() == self.plan.files().len();
        if !complete || self.taken != streamed.bytes || self.taken != self.plan.bytes() {
            let source = io::Error::new(io::ErrorKind::UnexpectedEof, "the medium is not complete");
            return Err(RenderError::Write { offset: self.taken, source });
        }
        Ok(Rendered { files: self.files, bytes: self.taken })
    }
}

/// More bytes than the plan has.
fn too_many() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the medium is longer than its plan")
}

impl Sink for FileDigests<'_> {
    fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let (part, left) = self.current.ok_or_else(too_many)?;
            let (now, later) = bytes.split_at(left.min(bytes.len() as u64) as usize);
            if matches!(part, Part::File(_)) {
                self.sha256.update(now);
                self.crc32.update(now);
            }
            self.advance(now.len() as u64);
            bytes = later;
        }
        Ok(())
    }

    fn zeros(&mut self, mut count: u64) -> io::Result<()> {
        while count > 0 {
            let (part, left) = self.current.ok_or_else(too_many)?;
            let now = left.min(count);
            match part {
                Part::File(_) => in_pieces(now, |zeros| self.write(zeros))?,
                _ => self.advance(now),
            }
            count -= now;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::sink::StreamSink;
    use super::super::testing::{image, open, sample};
    use super::*;

    fn streamed(plan: &Plan) -> Streamed {
        plan.stream(&mut StreamSink(io::sink()), &mut open, &mut |_| ()).unwrap()
    }

    #[test]
    fn bytes_say_the_same_however_they_are_cut() {
        let plan = sample();
        let image = image(&plan);
        let expected = plan.render(&mut StreamSink(io::sink()), &mut open, &mut |_| ()).unwrap();
        assert!(expected.files.len() > 3);
        for length in [100_003, 512, 1 << 20, image.len()] {
            let mut digests = FileDigests::new(&plan);
            image.chunks(length).for_each(|piece| digests.write(piece).unwrap());
            assert_eq!(digests.rendered(streamed(&plan)).unwrap(), expected, "{length}");
        }
    }

    #[test]
    fn zeros_are_bytes_wherever_they_lie() {
        let plan = sample();
        let image = image(&plan);
        let mut digests = FileDigests::new(&plan);
        // Every run of zeros as a number, those within files too.
        let mut runs = 0;
        for run in image.chunk_by(|one, other| (*one == 0) == (*other == 0)) {
            if run[0] == 0 {
                runs += 1;
                digests.zeros(run.len() as u64).unwrap();
            } else {
                digests.write(run).unwrap();
            }
        }
        assert!(runs > 100, "{runs} runs of zeros");
        assert!(digests.rendered(streamed(&plan)).is_ok());
    }

    #[test]
    fn a_changed_byte_of_any_file_is_named_and_the_first_of_several() {
        let plan = sample();
        let image = image(&plan);
        let mut tried = Vec::new();
        for (index, file) in plan.files().iter().enumerate().rev() {
            let (Some(sectors), Content::Hashed(_)) = (plan.file_sectors(index), &file.content)
            else {
                continue;
            };
            tried.push(sectors.first as usize * 512);
            let mut changed = image.clone();
            tried.iter().for_each(|at| changed[*at] ^= 1);
            let mut digests = FileDigests::new(&plan);
            digests.write(&changed).unwrap();
            let Err(RenderError::Hash { path }) = digests.rendered(streamed(&plan)) else {
                panic!("{} was taken", file.path);
            };
            assert_eq!(path, file.path);
        }
        assert!(tried.len() > 1, "{tried:?}");
    }

    #[test]
    fn a_medium_that_is_not_whole_or_too_long_is_none() {
        let plan = sample();
        let image = image(&plan);
        for short in [0, 1, image.len() / 2, image.len() - 1] {
            let mut digests = FileDigests::new(&plan);
            digests.write(&image[..short]).unwrap();
            let refused = digests.rendered(streamed(&plan));
            assert!(matches!(refused, Err(RenderError::Write { .. })), "{short}: {refused:?}");
        }
        let mut digests = FileDigests::new(&plan);
        digests.write(&image).unwrap();
        assert!(digests.write(&[0]).is_err());
        assert!(digests.zeros(1).is_err());
        assert!(digests.rendered(streamed(&plan)).is_ok());
    }
}
