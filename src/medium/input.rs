//! Bounded sequential reading of a medium.
//!
//! Defends against readers that never end, hand out little at a time, fail in
//! the middle, or claim more than they were given room for: the bound ends
//! them all.

use std::io::{self, Read};

use super::sink::PIECE;

/// The medium, read in pieces of [`PIECE`] that begin at its multiples.
pub(super) struct Input<'a> {
    reader: &'a mut dyn Read,
    progress: &'a mut dyn FnMut(u64),
    /// Bytes that may be read in all.
    bound: u64,
    /// Bytes read so far.
    pub read: u64,
    buffer: Vec<u8>,
    filled: usize,
    taken: usize,
    ended: bool,
    /// Why reading failed, at byte `read`.
    pub error: Option<io::Error>,
}

impl<'a> Input<'a> {
    pub fn new(reader: &'a mut dyn Read, bound: u64, progress: &'a mut dyn FnMut(u64)) -> Self {
        Self {
            reader,
            progress,
            bound,
            read: 0,
            buffer: vec![0; PIECE],
            filled: 0,
            taken: 0,
            ended: false,
            error: None,
        }
    }

    /// The next bytes, at most `most`; empty at the end, the bound, or the
    /// first error.
    pub fn next(&mut self, most: u64) -> &[u8] {
        if self.taken == self.filled && !self.ended {
            self.refill();
        }
        let available = self.filled - self.taken;
        let length = most.min(available as u64) as usize;
        let bytes = &self.buffer[self.taken..self.taken + length];
        self.taken += length;
        bytes
    }

    /// Fills the buffer, unless the medium ends or fails first.
    fn refill(&mut self) {
        self.taken = 0;
        self.filled = 0;
        let room = (self.bound - self.read).min(PIECE as u64) as usize;
        while self.filled < room {
            match self.reader.read(&mut self.buffer[self.filled..room]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                // A reader that claims more than its room is broken.
                Ok(length) => self.filled = (self.filled + length).min(room),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error);
                    self.ended = true;
                    break;
                }
            }
        }
        self.read += self.filled as u64;
        self.ended |= self.read == self.bound;
        (self.progress)(self.read);
    }
}
