//! Small files, read before anybody asks for them.
//!
//! Opening and reading a file of a few KiB costs more than hashing it. While
//! one thread judges the seal, another reads the files that the listing finds,
//! so that whoever wants them next finds their bytes in memory.
//!
//! **It only saves time.** What is kept is what an ordinary reading gave, whole
//! and of the listed size. Everything else is not kept: a file that fails to
//! open, that changed its length, that is large, that nobody had time for.
//! Whoever asks for one of those opens it and meets the error in the ordinary
//! way. Bytes from here are hashed like any others. Nobody ever waits for this
//! thread but the one who ends it, for one small file at most.
//!
//! Defends against sources that are made to fill the memory: what is kept has a
//! bound, and is given out once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, Cursor, Read};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};

/// Files up to this size are read ahead: of larger ones the bytes cost more
/// than the opening, and those are hashed as they come.
const MAX_FILE_BYTES: u64 = 16 * 1024;

/// Files are kept side by side in blocks of this size. One allocation for each
/// file would make two threads wait for one another in the system's memory
/// management.
const BLOCK: usize = 256 * 1024;

/// Blocks that are kept at most: 4 MiB. Half as many are slower, twice as many
/// hardly faster: new memory costs as much as a file's reading, and blocks that
/// were given out are filled again.
const MAX_BLOCKS: usize = 16;

/// Reads files ahead on a thread of its own, which ends with this.
pub(super) struct Ahead {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// The bytes of one file.
pub(super) type Bytes = Cursor<Part>;

/// A part of a block. The block lives as long as one of its parts.
pub(super) struct Part {
    block: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl AsRef<[u8]> for Part {
    fn as_ref(&self) -> &[u8] {
        &self.block[self.range.clone()]
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something to do for the thread.
    work: Condvar,
}

#[derive(Default)]
struct State {
    /// Paths and sizes that were offered and not begun, oldest first.
    offered: VecDeque<(String, u64)>,
    /// What was read and not asked for so far.
    files: HashMap<String, Part>,
    /// What was asked for before it was there: its asker reads it.
    late: HashSet<String>,
    /// Nothing more will be offered.
    complete: bool,
    /// Nobody will ask any more.
    ended: bool,
    /// The thread waits for `work`.
    waits: bool,
}

impl Ahead {
    /// Starts the thread. `open` opens a file by its path. `None` where the
    /// system has no thread for us.
    pub fn start<R: Read>(
        open: impl FnMut(&str) -> io::Result<R> + Send + 'static,
    ) -> Option<Self> {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let thread =
            Builder::new().name("read ahead".to_string()).spawn(move || own.work(open)).ok()?;
        Some(Self { shared, thread: Some(thread) })
    }

    /// Takes in a file of the listing. One that is large is none of ours.
    pub fn offer(&self, path: &str, size: u64) {
        if size <= MAX_FILE_BYTES {
            let mut state = self.shared.lock();
            if !state.complete {
                state.offered.push_back((path.to_string(), size));
                self.shared.wake(state);
            }
        }
    }

    /// The listing is complete: a second one offers nothing new.
    pub fn complete(&self) {
        let mut state = self.shared.lock();
        state.complete = true;
        self.shared.wake(state);
    }

    /// The bytes of the file at `path`, if they were read; once. A file that
    /// was asked for will not be read ahead any more.
    pub fn take(&self, path: &str) -> Option<Bytes> {
        let mut state = self.shared.lock();
        let Some(part) = state.files.remove(path) else {
            state.late.insert(path.to_string());
            return None;
        };
        self.shared.wake(state);
        Some(Cursor::new(part))
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.ended = true;
        self.shared.wake(state);
        // A thread that panicked kept nothing more; nothing else depends on it.
        self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of the state and wakes the thread, if it waits.
    fn wake(&self, mut state: MutexGuard<'_, State>) {
        let waited = std::mem::take(&mut state.waits);
        drop(state);
        if waited {
            self.work.notify_one();
        }
    }

    /// What the thread does.
    fn work<R: Read>(&self, mut open: impl FnMut(&str) -> io::Result<R>) {
        let mut block = Filling::default();
        let mut blocks = Blocks::default();
        let mut state = self.lock();
        while !state.ended {
            let room = !block.files.is_empty() || blocks.take(&mut block.bytes);
            match state.offered.pop_front_if(|_| room) {
                Some((path, _)) if state.late.remove(&path) => {}
                Some((path, size)) if block.has_room(size) => {
                    drop(state);
                    block.read(path, size, &mut open);
                    state = self.lock();
                }
                Some(unread) => {
                    state.offered.push_front(unread);
                    blocks.given.push_back(state.keep(&mut block));
                }
                // Nobody asks before the listing is complete.
                None if state.complete && !block.files.is_empty() => {
                    blocks.given.push_back(state.keep(&mut block));
                }
                None if state.complete && state.offered.is_empty() => return,
                None => {
                    state.waits = true;
                    state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

impl State {
    /// Keeps the files of a block but for those that somebody asked for
    /// meanwhile.
    fn keep(&mut self, block: &mut Filling) -> Arc<Vec<u8>> {
        let Filling { bytes, files } = std::mem::take(block);
        let block = Arc::new(bytes);
        for (path, range) in files {
            if !self.late.remove(&path) {
                self.files.insert(path, Part { block: Arc::clone(&block), range });
            }
        }
        block
    }
}

/// The blocks that were made, to be filled again.
#[derive(Default)]
struct Blocks {
    /// Filled ones, oldest first.
    given: VecDeque<Arc<Vec<u8>>>,
}

impl Blocks {
    /// Puts an empty block into `place`, unless it has one; false where all are
    /// in use.
    fn take(&mut self, place: &mut Vec<u8>) -> bool {
        if place.capacity() > 0 {
            return true;
        }
        let done = self.given.iter().position(|block| Arc::strong_count(block) == 1);
        match done.and_then(|at| self.given.remove(at)).map(Arc::try_unwrap) {
            Some(Ok(mut block)) => {
                block.clear();
                *place = block;
            }
            _ if self.given.len() < MAX_BLOCKS => *place = Vec::with_capacity(BLOCK),
            _ => return false,
        }
        true
    }
}

/// A block that is being filled.
#[derive(Default)]
struct Filling {
    bytes: Vec<u8>,
    files: Vec<(String, Range<usize>)>,
}

impl Filling {
    /// True where a file of `size` bytes fits in, with one byte too many.
    fn has_room(&self, size: u64) -> bool {
        self.bytes.len() as u64 + size < BLOCK as u64
    }

    /// Reads the file at `path`, if it has `size` bytes.
    fn read<R: Read>(
        &mut self,
        path: String,
        size: u64,
        open: &mut impl FnMut(&str) -> io::Result<R>,
    ) {
        let start = self.bytes.len();
        // One byte too many is asked for: a file that grew shows.
        let read = open(&path).and_then(|file| file.take(size + 1).read_to_end(&mut self.bytes));
        match read {
            Ok(length) if length as u64 == size => {
                self.files.push((path, start..self.bytes.len()));
            }
            _ => self.bytes.truncate(start),
        }
    }
}

#[cfg(test)]
#[path = "ahead_tests.rs"]
mod tests;
