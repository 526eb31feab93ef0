//! A queue from one thread to another that holds so many bytes.
//!
//! What waits in it is memory that somebody holds, so bytes are counted and not
//! pieces, of which some are large and some small. Who takes may be told to wait
//! until there is need.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What anything weighs at least: numbers are held as well.
const LEAST: usize = 1024;

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
    /// It was full: who takes is to begin.
    urgent: bool,
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
        urgent: false,
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
}

impl<T> Sender<T> {
    /// Puts in what holds `bytes` of memory, once there is room; false if nobody
    /// takes it any more.
    pub fn send(&self, thing: T, bytes: usize) -> bool {
        let mut state = self.0.lock();
        while state.bytes >= self.0.most && !state.abandoned {
            if !state.urgent {
                state.urgent = true;
                self.0.changed.notify_one();
            }
            state = self.0.wait(state);
        }
        if state.abandoned {
            return false;
        }
        let bytes = bytes.max(LEAST);
        state.waiting.push_back((thing, bytes));
        state.bytes += bytes;
        drop(state);
        self.0.changed.notify_one();
        true
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_one();
    }
}

impl<T> Receiver<T> {
    /// The oldest; waits for one. `None` at the end.
    pub fn receive(&self) -> Option<T> {
        let mut state = self.0.lock();
        loop {
            if let Some((thing, bytes)) = state.waiting.pop_front() {
                let was_full = state.bytes >= self.0.most;
                state.bytes -= bytes;
                drop(state);
                if was_full {
                    self.0.changed.notify_one();
                }
                return Some(thing);
            }
            if state.closed {
                return None;
            }
            state = self.0.wait(state);
        }
    }

    /// Waits until the queue was full, or has its end; true if it was full.
    pub fn wait_for_need(&self) -> bool {
        let mut state = self.0.lock();
        while !state.urgent && !state.closed {
            state = self.0.wait(state);
        }
        state.urgent
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.abandoned = true;
        // What nobody will take is given back at once.
        state.waiting.clear();
        drop(state);
        self.0.changed.notify_one();
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
    fn who_waits_for_need_is_woken_by_a_full_queue_or_by_the_end() {
        let (sender, receiver) = queue(2 * LEAST);
        let waits = thread::spawn(move || (receiver.wait_for_need(), receiver));
        let sent = thread::spawn(move || (0..3).all(|n| sender.send(n, LEAST)));
        let (needed, receiver) = waits.join().unwrap();
        assert!(needed);
        assert!(std::iter::from_fn(|| receiver.receive()).eq(0..3));
        assert!(sent.join().unwrap());
        let (sender, receiver) = queue::<()>(2 * LEAST);
        drop(sender);
        assert!(!receiver.wait_for_need());
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
