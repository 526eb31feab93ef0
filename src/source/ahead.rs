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
//! thread to read but who ends it or has other work for it, for one small file at most.
//!
//! **Two processors** have enough to do with two threads; a third takes turns with
//! both. So this one is lent: whoever has work for it that cannot wait gets it, and
//! what it has not read is read by who asks, some files at once. Who ends it waits for
//! the end of that work as well.
//!
//! Defends against sources that are made to fill the memory: what is kept has a
//! bound ([`super::blocks`]), and is given out once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::blocks::{BLOCK, Blocks, Filling, SMALL_BLOCK};
use crate::medium::{Shared, Work};
use crate::sys::buffer::AlignedBuffer;
use crate::sys::processor::spawn_elsewhere;

/// Files up to this size are read ahead: of larger ones the bytes cost more
/// than the opening, and those are hashed as they come.
const MAX_FILE_BYTES: u64 = 16 * 1024;

/// Files that are worth waking the thread for, before the listing is complete.
const WORTH_WAKING: usize = 16;

/// Files that who asks reads at once, where the thread does other work: those of 4 KiB
/// that fill a small block.
const AT_ONCE: usize = SMALL_BLOCK / 4096;

/// Processors that the reading and who takes what is read have enough to do on.
const TWO: usize = 2;

/// Reads files ahead on a thread of its own, which ends with this.
pub(super) struct Ahead {
    common: Arc<Common>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Common {
    state: Mutex<State>,
    /// There is something to do for the thread.
    news: Condvar,
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
    /// What the thread is to do instead, from now on.
    work: Option<Work<'static>>,
    /// The thread takes no other work: it has gone, has some, or would be missed.
    unavailable: bool,
    /// Its blocks, once it does other work.
    left: Option<Blocks>,
    /// The thread waits for `news`.
    waits: bool,
}

impl Ahead {
    /// Starts the thread. `open` opens a file by its path; `processors` tells how many
    /// there are, which takes its time. `None` where the system has no thread for us.
    pub fn start<R: Read>(
        open: impl FnMut(&str) -> io::Result<R> + Send + 'static,
        processors: impl FnOnce() -> usize + Send + 'static,
    ) -> Option<Self> {
        let common = Arc::new(Common::default());
        let own = Leaves(Arc::clone(&common));
        // The listing, which offers files, would be in its way.
        let thread = spawn_elsewhere("read ahead", move || own.0.run(open, processors())).ok()?;
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
    /// other end, or both would read the same files. If the thread does other work, this
    /// reads in its place; `open` opens a file by its path, and asks nothing here.
    pub fn take_next<R: Read>(
        &self,
        path: &str,
        size: u64,
        open: impl FnMut(&str) -> io::Result<R>,
    ) -> Option<Shared> {
        let taken = self.answer(path, |state| state.overtaken |= size <= MAX_FILE_BYTES);
        taken.or_else(|| self.common.lock().read_next(path, open))
    }

    /// True while there is something to read for the thread, as far as it knows: one that
    /// waits is in nobody's way, and to wake it costs more than a new one.
    pub fn is_busy(&self) -> bool {
        !self.common.lock().waits
    }

    /// Gives the thread other work, which it begins once it is done with the file that it
    /// reads now; it reads no others. The work comes back where that cannot be, and
    /// where it is known that a processor is left for a thread of its own.
    pub fn lend(&self, work: Work<'static>) -> Option<Work<'static>> {
        let mut state = self.common.lock();
        if std::mem::replace(&mut state.unavailable, true) {
            return Some(work);
        }
        state.work = Some(work);
        self.common.wake(state);
        None
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
            self.news.notify_one();
        }
    }

    /// What the thread does.
    fn run<R: Read>(&self, mut open: impl FnMut(&str) -> io::Result<R>, processors: usize) {
        let mut block = Filling::default();
        let mut blocks = Blocks::default();
        let mut next = VecDeque::new();
        let mut state = self.lock();
        // It may have work already.
        state.unavailable |= processors > TWO;
        while !state.ended {
            if let Some(work) = state.work.take() {
                // Who asks from now on reads the rest.
                blocks.given.push_back(state.keep(&mut block));
                state.offered.extend(next);
                // They will be asked for in the order of a whole listing, which was
                // walked folder by folder.
                state.offered.make_contiguous().sort();
                state.left = Some(blocks);
                drop(state);
                return work();
            }
            if next.is_empty() {
                if state.overtaken && !block.files.is_empty() {
                    blocks.given.push_back(state.keep(&mut block));
                }
                state.hand_out(&mut next);
            }
            let is_first = blocks.given.is_empty();
            let length = if state.overtaken || is_first { SMALL_BLOCK } else { BLOCK };
            let mut room = !block.files.is_empty() || block.bytes.len() == length;
            if !room && !next.is_empty() {
                // New memory takes its time.
                drop(state);
                room = blocks.take(&mut block.bytes, length);
                state = self.lock();
                if state.ended || state.work.is_some() {
                    continue;
                }
            }
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
                None => {
                    state.waits = true;
                    state = self.news.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

/// However the thread ends, nobody waits for work that it will not do.
struct Leaves(Arc<Common>);

impl Drop for Leaves {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.unavailable = true;
        let work = state.work.take();
        drop(state);
        drop(work);
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

    /// Reads the next files, [`AT_ONCE`] or as many as fill a small block, and gives out
    /// the first of them; `None` unless the thread has left that to us, and it is the one
    /// at `path`. One that cannot be kept is the last: its asker is to meet the error
    /// before others are tried.
    fn read_next<R: Read>(
        &mut self,
        path: &str,
        mut open: impl FnMut(&str) -> io::Result<R>,
    ) -> Option<Shared> {
        let mut blocks = self.left.take()?;
        // Those before it were asked for, and read by who asked.
        while self
            .offered
            .front()
            .is_some_and(|(first, _)| first != path && self.late.remove(first))
        {
            self.offered.pop_front();
        }
        let is_next = self.offered.front().is_some_and(|(first, _)| first == path);
        let mut block = Filling::default();
        if is_next && blocks.take(&mut block.bytes, SMALL_BLOCK) {
            self.late.remove(path);
            for _ in 0..AT_ONCE {
                let next = self.offered.pop_front_if(|(_, size)| block.has_room(*size));
                let Some((path, size)) = next else { break };
                if !self.late.remove(&path) && !block.read(path, size, &mut open) {
                    break;
                }
            }
            blocks.given.push_back(self.keep(&mut block));
        }
        self.left = Some(blocks);
        self.files.remove(path)
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

#[cfg(test)]
#[path = "ahead_lent_tests.rs"]
mod lent_tests;
#[cfg(test)]
#[path = "ahead_tests.rs"]
mod tests;
