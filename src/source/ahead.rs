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
use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::medium::Shared;
use crate::sys::buffer::AlignedBuffer;
use crate::sys::processor::spawn_elsewhere;

/// Files up to this size are read ahead: of larger ones the bytes cost more
/// than the opening, and those are hashed as they come.
const MAX_FILE_BYTES: u64 = 16 * 1024;

/// Files are kept side by side in blocks of this size, in a large page: to get memory
/// in small ones costs as much as to open a file, and one allocation for each
/// file would make two threads wait for one another.
const BLOCK: usize = 2 << 20;

/// The same for the first one, since most releases have few small files, and for who
/// is overtaken: what it read is soon wanted.
const SMALL_BLOCK: usize = 256 * 1024;

/// Bytes of all blocks at most. Who renders a medium hands their bytes
/// on as they lie and keeps them until they are written; blocks that nobody has
/// any more are filled again.
const MAX_BYTES: usize = 10 << 20;

/// Files that are worth waking the thread for, before the listing is complete.
const WORTH_WAKING: usize = 16;

/// Reads files ahead on a thread of its own, which ends with this.
pub(super) struct Ahead {
    common: Arc<Common>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Common {
    state: Mutex<State>,
    /// There is something to do for the thread.
    work: Condvar,
}

#[derive(Default)]
struct State {
    /// Paths and sizes that were offered and not begun, oldest first.
    offered: VecDeque<(String, u64)>,
    /// What was read and not asked for so far.
    files: HashMap<String, Shared>,
    /// What was asked for before it was there: its asker reads it.
    late: HashSet<String>,
    /// Nothing more will be offered.
    complete: bool,
    /// Who takes files in their order is no longer behind.
    overtaken: bool,
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
        let common = Arc::new(Common::default());
        let own = Arc::clone(&common);
        // The listing, which offers files, would be in its way.
        let thread = spawn_elsewhere("read ahead", move || own.work(open)).ok()?;
        Some(Self { common, thread: Some(thread) })
    }

    /// Takes in a file of the listing. One that is large is none of ours.
    pub fn offer(&self, path: &str, size: u64) {
        if size <= MAX_FILE_BYTES {
            let mut state = self.common.lock();
            if !state.complete {
                state.offered.push_back((path.to_string(), size));
                // Waking a thread costs as much as a file.
                if state.offered.len() >= WORTH_WAKING {
                    self.common.wake(state);
                }
            }
        }
    }

    /// The listing is complete: a second one offers nothing new.
    pub fn complete(&self) {
        let mut state = self.common.lock();
        state.complete = true;
        self.common.wake(state);
    }

    /// The bytes of the file at `path`, if they were read; once. A file that
    /// was asked for will not be read ahead any more.
    pub fn take(&self, path: &str) -> Option<Shared> {
        self.answer(path, |_| ())
    }

    /// The same for who takes all files in the listing's order, and here one of
    /// `size` bytes: once nobody is ahead any more, the thread goes on from the
    /// other end, or both would read the same files.
    pub fn take_next(&self, path: &str, size: u64) -> Option<Shared> {
        self.answer(path, |state| state.overtaken |= size <= MAX_FILE_BYTES)
    }

    fn answer(&self, path: &str, missed: impl FnOnce(&mut State)) -> Option<Shared> {
        let mut state = self.common.lock();
        let taken = state.files.remove(path);
        if taken.is_none() {
            state.late.insert(path.to_string());
            missed(&mut state);
        }
        // Blocks may have come free meanwhile.
        self.common.wake(state);
        taken
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        let mut state = self.common.lock();
        state.ended = true;
        self.common.wake(state);
        // A thread that panicked kept nothing more; nothing else depends on it.
        self.thread.take().map(JoinHandle::join);
    }
}

impl Common {
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
        let mut next = VecDeque::new();
        let mut state = self.lock();
        while !state.ended {
            if next.is_empty() {
                if state.overtaken && !block.files.is_empty() {
                    blocks.given.push_back(state.keep(&mut block));
                }
                state.hand_out(&mut next);
            }
            let is_first = blocks.given.is_empty();
            let length = if state.overtaken || is_first { SMALL_BLOCK } else { BLOCK };
            let room = !block.files.is_empty() || blocks.take(&mut block.bytes, length);
            match next.pop_front_if(|_| room) {
                Some((path, _)) if state.late.remove(&path) => {}
                Some((path, size)) if block.has_room(size) => {
                    drop(state);
                    block.read(path, size, &mut open);
                    state = self.lock();
                }
                Some(unread) => {
                    next.push_front(unread);
                    blocks.given.push_back(state.keep(&mut block));
                }
                // Nobody asks before the listing is complete.
                None if state.complete && !block.files.is_empty() => {
                    blocks.given.push_back(state.keep(&mut block));
                }
                None if state.complete && next.is_empty() => return,
                None => {
                    state.waits = true;
                    state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

impl State {
    /// Moves what is to be read next into `next`: the oldest file that was offered,
    /// or as many of the newest ones as fill a small block.
    fn hand_out(&mut self, next: &mut VecDeque<(String, u64)>) {
        if !self.overtaken {
            next.extend(self.offered.pop_front());
            return;
        }
        let mut bytes = 0;
        while let Some(file) =
            self.offered.pop_back_if(|(_, size)| bytes + *size < SMALL_BLOCK as u64)
        {
            bytes += file.1;
            next.push_front(file);
        }
    }

    /// Keeps the files of a block but for those that somebody asked for
    /// meanwhile.
    fn keep(&mut self, block: &mut Filling) -> Arc<AlignedBuffer> {
        let Filling { bytes, files, .. } = std::mem::take(block);
        let block = Arc::new(bytes);
        for (path, range) in files {
            if !self.late.remove(&path) {
                self.files.insert(path, Shared::new(Arc::clone(&block), range));
            }
        }
        block
    }
}

/// The blocks that were made, to be filled again.
#[derive(Default)]
struct Blocks {
    /// Filled ones, oldest first.
    given: VecDeque<Arc<AlignedBuffer>>,
}

impl Blocks {
    /// Puts an empty block of `length` bytes into `place`, unless it has one; false where
    /// all are in use.
    fn take(&mut self, place: &mut AlignedBuffer, length: usize) -> bool {
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
struct Filling {
    /// A block, or nothing where there is none.
    bytes: AlignedBuffer,
    /// Bytes of it that are filled.
    used: usize,
    files: Vec<(String, Range<usize>)>,
}

impl Filling {
    /// True where a file of `size` bytes fits in, with one byte too many.
    fn has_room(&self, size: u64) -> bool {
        self.used as u64 + size < self.bytes.len() as u64
    }

    /// Reads the file at `path`, if it has `size` bytes.
    fn read<R: Read>(
        &mut self,
        path: String,
        size: u64,
        open: &mut impl FnMut(&str) -> io::Result<R>,
    ) {
        // One byte too many is asked for: a file that grew shows.
        let Some(room) = self.bytes.get_mut(self.used..self.used + size as usize + 1) else {
            return;
        };
        if open(&path).and_then(|mut file| whole(&mut file, room)).is_ok_and(|whole| whole) {
            let end = self.used + size as usize;
            self.files.push((path, self.used..end));
            self.used = end;
        }
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

#[cfg(test)]
#[path = "ahead_tests.rs"]
mod tests;
