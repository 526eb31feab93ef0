//! Reading what the medium holds. A re-read through the system's memory passes
//! even where the medium holds zeros, so it would prove nothing.

use std::fs::File;
use std::io::{self, Read};

use crate::sys::buffer::{ALIGNMENT, AlignedBuffer};

/// Bytes of one direct read: large enough to run at the medium's own speed.
const BLOCK_BYTES: usize = 1 << 20;

/// A file that is read past the system's memory, or after the system was told
/// to forget it.
#[derive(Debug)]
pub struct UncachedFile {
    file: File,
    /// Absent where the file is read plainly (Linux alone).
    block: Option<Block>,
}

#[derive(Debug)]
struct Block {
    memory: AlignedBuffer,
    /// What of it is still to be handed out.
    from: usize,
    until: usize,
    /// A read ended inside an aligned block: only the file's end does that.
    ended: bool,
}

impl UncachedFile {
    /// Reads the first block at once, so that a file system that takes the flag
    /// but not the read says so here (`InvalidInput`).
    pub(super) fn direct(mut file: File) -> io::Result<Self> {
        let memory = AlignedBuffer::new(BLOCK_BYTES);
        let mut block = Block { memory, from: 0, until: 0, ended: false };
        block.fill(&mut file)?;
        Ok(Self { file, block: Some(block) })
    }

    #[cfg(target_os = "linux")]
    pub(super) fn advised(file: File) -> Self {
        Self { file, block: None }
    }
}

impl Block {
    fn fill(&mut self, file: &mut File) -> io::Result<()> {
        let count = loop {
            match file.read(&mut self.memory) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.from = 0;
        self.until = count;
        self.ended = count % ALIGNMENT != 0 || count == 0;
        Ok(())
    }
}

impl Read for UncachedFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(block) = &mut self.block else {
            return self.file.read(into);
        };
        if block.from == block.until {
            if block.ended {
                return Ok(0);
            }
            block.fill(&mut self.file)?;
        }
        let count = into.len().min(block.until - block.from);
        into[..count].copy_from_slice(&block.memory[block.from..block.from + count]);
        block.from += count;
        Ok(count)
    }
}
