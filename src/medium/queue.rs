//! A queue from one thread to another that holds so many bytes.
//!
//! What waits in it is memory that somebody holds, so bytes are counted and not
//! pieces, of which some are large and some small.
//!
//! Waking a thread costs as much as hashing a small file, so only who waits is woken,
//! and for something worth it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What anything weighs at least: numbers are held as well.
const LEAST: usize = 1024;

/// Times that who takes looks again before it sleeps, some tenths of a millisecond in
/// all. Pieces come in quick succession, and a thread that is woken may find itself
/// behind another one, on the processor of who woke it.
const LOOKS: u32 = 200;

/// Puts in. The queue ends when this is dropped.
pub(super) struct Sender<T>(Arc<Queue<T>>);

/// Takes out. Nothing can be put in any more when this is dropped.
pub(super) struct Receiver<T>(Arc<Queue<T>>);

struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    /// Bytes from which on nothing more is taken in.
    most: usize,
}

struct State<T> {
    waiting: VecDeque<(T, usize)>,
    bytes: usize,
    /// Who takes waits for the next thing.
    taker_waits: bool,
    /// Who puts in waits for room.
    sender_waits: bool,
    /// Nothing more comes.
    closed: bool,
    /// Nobody takes any more.
    abandoned: bool,
}

/// A queue of `most` bytes and one thing more.
pub(super) fn queue<T>(most: usize) -> (Sender<T>, Receiver<T>) {
    let state = State {
        waiting: VecDeque::new(),
        bytes: 0,
        taker_waits: false,
        sender_waits: false,
        closed: false,
        abandoned: false,
    };
    let queue = Arc::new(Queue { state: Mutex::new(state), changed: Condvar::new(), most });
    (Sender(Arc::clone(&queue)), Receiver(queue))
}

impl<T> Queue<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<T>>) -> MutexGuard<'a, State<T>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of the state and wakes the other end, which is the only one that can
    /// wait for us.
    fn wake(&self, state: MutexGuard<'_, State<T>>) {
        drop(state);
        self.changed.notify_one();
    }
}

impl<T> Sender<T> {
    /// Puts in what holds `bytes` of memory, once there is room; false if nobody
    /// takes it any more.
    pub fn send(&self, thing: T, bytes: usize) -> bool {
        let mut state = self.0.lock();
        while state.bytes >= self.0.most && !state.abandoned {
            state.sender_waits = true;
            state = self.0.wait(state);
        }
        state.sender_waits = false;
        if state.abandoned {
            return false;
        }
        let bytes = bytes.max(LEAST);
        state.waiting.push_back((thing, bytes));
        state.bytes += bytes;
        if std::mem::take(&mut state.taker_waits) {
            self.0.wake(state);
        }
        true
    }

    /// True where putting in has to wait until something is taken.
    pub fn is_full(&self) -> bool {
        self.0.lock().bytes >= self.0.most
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.closed = true;
        self.0.wake(state);
    }
}

impl<T> Receiver<T> {
    /// The oldest; waits for one. `None` at the end.
    pub fn receive(&self) -> Option<T> {
        let mut state = self.0.lock();
        let mut looks = 0;
        loop {
            if let Some((thing, bytes)) = state.waiting.pop_front() {
                state.bytes -= bytes;
                // Half of it is room for many pieces.
                if state.sender_waits && state.bytes <= self.0.most / 2 {
                    state.sender_waits = false;
                    self.0.wake(state);
                }
                return Some(thing);
            }
            if state.closed {
                return None;
            }
            if looks < LOOKS {
                looks += 1;
                drop(state);
                std::thread::yield_now();
                state = self.0.lock();
            } else {
                state.taker_waits = true;
                state = self.0.wait(state);
            }
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.abandoned = true;
        // What nobody will take is given back at once.
        state.waiting.clear();
        self.0.wake(state);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn everything_arrives_in_order_and_then_the_end() {
        let (sender, receiver) = queue(10 * LEAST);
        let sent = thread::spawn(move || (0..1000).all(|n| sender.send(n, n % 5000)));
        let received: Vec<usize> = std::iter::from_fn(|| receiver.receive()).collect();
        assert!(received.into_iter().eq(0..1000));
        assert!(sent.join().unwrap());
        assert_eq!(receiver.receive(), None);
    }

    #[test]
    fn what_waits_is_bounded() {
        let (sender, receiver) = queue(4 * LEAST);
        let held = Arc::clone(&receiver.0);
        let sent = thread::spawn(move || (0..100).all(|_| sender.send((), 2 * LEAST)));
        let mut most = 0;
        while receiver.receive().is_some() {
            most = most.max(held.lock().bytes);
        }
        assert!(sent.join().unwrap());
        assert!(most <= 6 * LEAST, "{most}");
    }

    #[test]
    fn a_full_queue_says_so_until_something_is_taken() {
        let (sender, receiver) = queue(2 * LEAST);
        assert!(!sender.is_full());
        assert!(sender.send(1, LEAST) && !sender.is_full());
        assert!(sender.send(2, LEAST) && sender.is_full());
        assert_eq!(receiver.receive(), Some(1));
        assert!(!sender.is_full());
    }

    #[test]
    fn who_waits_for_room_gets_it_at_half() {
        let (sender, receiver) = queue(4 * LEAST);
        let held = Arc::clone(&receiver.0);
        let sent = thread::spawn(move || (0..5).all(|n| sender.send(n, LEAST)));
        while !held.lock().sender_waits {
            thread::yield_now();
        }
        assert_eq!(receiver.receive(), Some(0));
        // Three of four are waiting still: it is not woken for one, though it may
        // wake by itself and put its next one in.
        let state = held.lock();
        assert!(state.sender_waits || state.waiting.len() == 4);
        drop(state);
        assert_eq!(receiver.receive(), Some(1));
        assert!(!held.lock().sender_waits);
        assert!(std::iter::from_fn(|| receiver.receive()).eq(2..5));
        assert!(sent.join().unwrap());
    }

    #[test]
    fn nobody_waits_for_who_does_not_take() {
        let (sender, receiver) = queue(LEAST);
        assert!(sender.send((), LEAST));
        let dropped = thread::spawn(move || drop(receiver));
        // Either it is seen at once or after a wait.
        assert!(!sender.send((), LEAST) || !sender.send((), LEAST));
        dropped.join().unwrap();
    }
}
