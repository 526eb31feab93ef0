//! Sinks that work at the same time, on threads of their own as far as that helps.
//!
//! Writing a medium and hashing it cost about the same, and reading and hashing
//! its files costs as much again: one after the other is three times as long as
//! side by side. The bytes are gathered in pieces and every sink gets the same
//! ones in the same order, so what a sink sees does not depend on the threads.
//! Memory is bounded: who hands bytes on waits for the slowest.
//!
//! Some sinks are urgent, others can wait. The hash of a whole medium goes from front
//! to back, with all of the free space at its end, where there is nothing else to do;
//! what can wait is done then, by whoever asks for it, if it fits into memory until
//! then. A thread of its own would only be one more to share the processors; for the
//! same reason one that is urgent may have a thread that somebody lends.

use std::collections::VecDeque;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::Scope;

use super::queue::{Receiver, Sender, queue};
use super::sink::{PIECE, Shared, Sink};

/// Bytes that a sink may be behind: enough that a short stop of one does not
/// stop the others.
const DEPTH: usize = 4 * PIECE * PRICE_OF_NEW;
/// The same for one which can wait: 16 MiB of what lies in memory anyway, or a
/// quarter of that in new memory, which costs as much as part of the work.
const PATIENCE: usize = 16 << 20;
const PRICE_OF_NEW: usize = 4;
/// Bytes in memory already travel as they are from this length on; fewer are
/// gathered, since each piece costs its way to every sink.
const LONG_SHARE: usize = 64 * 1024;
/// Zeros of this length and more travel as a number.
const LONG_ZEROS: u64 = 64 * 1024;

/// What travels to a sink.
#[derive(Clone)]
enum Piece {
    Bytes(Arc<Vec<u8>>),
    Shared(Shared),
    Zeros(u64),
}

/// Hands everything to sinks that work elsewhere. Errors come late, from a later
/// call or from [`Worker::finish`]; without that call the bytes are not
/// complete.
pub struct Fan<'scope> {
    outlets: Vec<Outlet<'scope>>,
    gathered: Vec<u8>,
    /// Bytes in memory already that come behind those, as far as they lie side by side.
    run: Option<Shared>,
    /// Pieces on their way, oldest first, to be filled again.
    away: VecDeque<Arc<Vec<u8>>>,
}

/// The way to one sink.
struct Outlet<'scope> {
    pieces: Sender<Piece>,
    /// Gives a sink that can wait a thread of its own.
    begin: Option<Box<dyn FnOnce() + 'scope>>,
}

/// What a thread is to do.
pub type Work<'a> = Box<dyn FnOnce() + Send + 'a>;

/// A sink that works, or that will.
pub struct Worker<S>(Arc<Mutex<Place<S>>>);

enum Place<S> {
    /// Nobody works on it yet.
    Waits(S, Receiver<Piece>),
    /// A thread does, and tells when the sink is done.
    Thread(mpsc::Receiver<io::Result<S>>),
    /// Only while it goes from one of these to the other, and at the end.
    Gone,
}

impl<'scope> Fan<'scope> {
    /// Nobody gets anything yet.
    pub fn new() -> Self {
        Self {
            outlets: Vec::new(),
            gathered: Vec::with_capacity(PIECE),
            run: None,
            away: VecDeque::new(),
        }
    }

    /// Adds a sink. All of them before the first byte.
    pub fn add<S: Sink + Send + 'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        sink: S,
    ) -> Worker<S> {
        self.urgent(sink, |work| spawn(scope, work))
    }

    /// The same on the thread of `lend`, which begins the work without waiting for us,
    /// drops it, or gives it back: else who puts in waits for ever.
    pub fn add_on<S: Sink + Send + 'static>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        sink: S,
        lend: &mut dyn FnMut(Work<'static>) -> Option<Work<'static>>,
    ) -> Worker<S> {
        self.urgent(sink, |work| _ = lend(work).map(|work| spawn(scope, work)))
    }

    fn urgent<'w, S: Sink + Send + 'w>(
        &mut self,
        sink: S,
        begin: impl FnOnce(Work<'w>),
    ) -> Worker<S> {
        let (pieces, receiver) = queue(DEPTH);
        self.outlets.push(Outlet { pieces, begin: None });
        Worker(Arc::new(Mutex::new(Place::Waits(sink, receiver).begun(begin))))
    }

    /// Adds a sink that can wait: it begins when it is far behind, on a thread of its own,
    /// or else on that of who asks for its end.
    pub fn add_patient<S: Sink + Send + 'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        sink: S,
    ) -> Worker<S> {
        let (pieces, receiver) = queue(PATIENCE);
        let worker = Worker(Arc::new(Mutex::new(Place::Waits(sink, receiver))));
        let place = Arc::clone(&worker.0);
        let begin = move || {
            let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
            *place = std::mem::replace(&mut *place, Place::Gone).begun(|work| spawn(scope, work));
        };
        self.outlets.push(Outlet { pieces, begin: Some(Box::new(begin)) });
        worker
    }

    /// Hands on what is gathered and tells the sinks that this was all.
    pub fn close(mut self) -> io::Result<()> {
        self.end_run()?;
        self.hand_on()
    }

    /// Hands on the bytes that lie side by side, or gathers them.
    fn end_run(&mut self) -> io::Result<()> {
        match self.run.take() {
            Some(run) if run.as_ref().len() >= LONG_SHARE => {
                self.hand_on()?;
                self.send(&Piece::Shared(run))
            }
            Some(run) => self.gather(run.as_ref()),
            None => Ok(()),
        }
    }

    fn gather(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = PIECE - self.gathered.len();
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.gathered.extend_from_slice(now);
            if self.gathered.len() == PIECE {
                self.hand_on()?;
            }
            bytes = later;
        }
        Ok(())
    }

    fn hand_on(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let next = self.empty_piece();
        let piece = Arc::new(std::mem::replace(&mut self.gathered, next));
        self.send(&Piece::Bytes(Arc::clone(&piece)))?;
        self.away.push_back(piece);
        Ok(())
    }

    /// A piece that every sink is done with, or a new one.
    fn empty_piece(&mut self) -> Vec<u8> {
        let done = self.away.pop_front_if(|piece| Arc::strong_count(piece) == 1);
        match done.map(Arc::try_unwrap) {
            Some(Ok(mut piece)) => {
                piece.clear();
                piece
            }
            _ => Vec::with_capacity(PIECE),
        }
    }

    fn send(&mut self, piece: &Piece) -> io::Result<()> {
        let weight = piece.weight();
        for outlet in &mut self.outlets {
            if let Some(begin) = outlet.begin.take_if(|_| outlet.pieces.is_full()) {
                begin();
            }
            if !outlet.pieces.send(piece.clone(), weight) {
                // The sink gave up; its own error is the worker's result.
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        Ok(())
    }
}

impl Piece {
    /// What it counts in a queue.
    fn weight(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.capacity() * PRICE_OF_NEW,
            Self::Shared(bytes) => bytes.as_ref().len(),
            Self::Zeros(_) => 0,
        }
    }
}

impl Default for Fan<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl Sink for Fan<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.end_run()?;
        self.gather(bytes)
    }

    fn share(&mut self, bytes: &Shared) -> io::Result<()> {
        if self.run.as_mut().is_some_and(|run| run.extend(bytes)) {
            return Ok(());
        }
        self.end_run()?;
        self.run = Some(bytes.clone());
        Ok(())
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        if count < LONG_ZEROS {
            return super::sink::in_pieces(count, |zeros| self.write(zeros));
        }
        self.end_run()?;
        self.hand_on()?;
        self.send(&Piece::Zeros(count))
    }
}

impl<S: Sink + Send> Place<S> {
    /// The same on the thread that `begin` finds for it.
    fn begun<'w>(self, begin: impl FnOnce(Work<'w>)) -> Self
    where
        S: 'w,
    {
        match self {
            Self::Waits(sink, pieces) => {
                let (sender, end) = mpsc::sync_channel(1);
                // Nobody may want to know any more.
                begin(Box::new(move || _ = sender.send(guarded(sink, &pieces))));
                Self::Thread(end)
            }
            other => other,
        }
    }
}

fn spawn<'scope>(scope: &'scope Scope<'scope, '_>, work: Work<'scope>) {
    scope.spawn(work);
}

fn ended_early() -> io::Error {
    io::Error::other("a thread ended early")
}

impl<S: Sink> Worker<S> {
    /// Waits until the sink has taken everything, or sees to it. The [`Fan`] must have
    /// been closed or dropped before.
    pub fn finish(self) -> io::Result<S> {
        let place = {
            // Not held while it works: who puts in may ask for a thread meanwhile.
            let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *place, Place::Gone)
        };
        match place {
            Place::Waits(sink, pieces) => guarded(sink, &pieces),
            Place::Thread(end) => end.recv().unwrap_or_else(|_| Err(ended_early())),
            Place::Gone => Err(ended_early()),
        }
    }
}

/// A sink that panics is an error wherever it works.
fn guarded<S: Sink>(sink: S, pieces: &Receiver<Piece>) -> io::Result<S> {
    let worked = panic::catch_unwind(AssertUnwindSafe(|| work(sink, pieces)));
    worked.unwrap_or_else(|_| Err(ended_early()))
}

fn work<S: Sink>(mut sink: S, pieces: &Receiver<Piece>) -> io::Result<S> {
    while let Some(piece) = pieces.receive() {
        match piece {
            Piece::Bytes(bytes) => sink.write(&bytes)?,
            Piece::Shared(bytes) => sink.write(bytes.as_ref())?,
            Piece::Zeros(count) => sink.zeros(count)?,
        }
    }
    Ok(sink)
}

#[cfg(test)]
#[path = "fan_tests.rs"]
mod tests;
