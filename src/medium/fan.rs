//! Sinks that work at the same time, each on a thread of its own.
//!
//! Writing a medium and hashing it cost about the same, and reading and hashing
//! its files costs as much again: one after the other is three times as long as
//! side by side. The bytes are gathered in pieces and every sink gets the same
//! ones in the same order, so what a sink sees does not depend on the threads.
//! Memory is bounded: who hands bytes on waits for the slowest.
//!
//! Some sinks are urgent, others can wait. The hash of a whole medium goes from front
//! to back, with all of the free space at its end, where there is nothing else to do;
//! what can wait is done then, if it fits into memory until then.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{Scope, ScopedJoinHandle};

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

/// Hands everything to sinks on other threads. Errors come late, from a later
/// call or from [`Worker::finish`]; without that call the bytes are not
/// complete.
pub struct Fan {
    outlets: Vec<Sender<Piece>>,
    /// Ends when the sink is done that was the last to be added of those that can wait.
    last_patient: Option<mpsc::Receiver<()>>,
    gathered: Vec<u8>,
    /// Bytes in memory already that come behind those, as far as they lie side by side.
    run: Option<Shared>,
    /// Pieces on their way, oldest first, to be filled again.
    away: VecDeque<Arc<Vec<u8>>>,
}

/// A sink on its thread.
pub struct Worker<'scope, S>(ScopedJoinHandle<'scope, io::Result<S>>);

impl Fan {
    /// Nobody gets anything yet.
    pub fn new() -> Self {
        Self {
            outlets: Vec::new(),
            last_patient: None,
            gathered: Vec::with_capacity(PIECE),
            run: None,
            away: VecDeque::new(),
        }
    }

    /// Adds a sink. All of them before the first byte.
    pub fn add<'scope, S: Sink + Send + 'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        sink: S,
    ) -> Worker<'scope, S> {
        let (sender, receiver) = queue(DEPTH);
        self.outlets.push(sender);
        Worker(scope.spawn(move || work(sink, &receiver)))
    }

    /// Adds a sink that can wait: it begins when it is far behind, or when all bytes
    /// are on their way and the one that was added before it is done. So those that wait
    /// take one processor from the others and not each one.
    pub fn add_patient<'scope, S: Sink + Send + 'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        sink: S,
    ) -> Worker<'scope, S> {
        let (sender, receiver) = queue(PATIENCE);
        let (done, is_done) = mpsc::sync_channel::<()>(0);
        let before = self.last_patient.replace(is_done);
        self.outlets.push(sender);
        Worker(scope.spawn(move || {
            if !receiver.wait_for_need() {
                // Nothing is ever sent: the other end goes when its sink is done.
                let _ = before.map(|before| before.recv());
            }
            let worked = work(sink, &receiver);
            drop(done);
            worked
        }))
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

    fn send(&self, piece: &Piece) -> io::Result<()> {
        // The sink gave up; its own error is the worker's result.
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let weight = piece.weight();
        let mut outlets = self.outlets.iter();
        outlets.try_for_each(|outlet| {
            outlet.send(piece.clone(), weight).then_some(()).ok_or_else(gone)
        })
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

impl Default for Fan {
    fn default() -> Self {
        Self::new()
    }
}

impl Sink for Fan {
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

impl<S> Worker<'_, S> {
    /// Waits until the sink has taken everything. The [`Fan`] must have been
    /// closed or dropped before.
    pub fn finish(self) -> io::Result<S> {
        self.0.join().unwrap_or_else(|_| Err(io::Error::other("a thread ended early")))
    }
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
mod tests {
    use super::super::sink::{HashSink, StreamSink};
    use super::*;

    /// Feeds pieces of many sizes to `fan`; returns what they were.
    fn feed(fan: &mut Fan) -> Vec<u8> {
        let mut all = Vec::new();
        for (round, length) in [1, 511, 70_000, 3, 700_000, 0, 262_144].into_iter().enumerate() {
            let piece: Vec<u8> = (0..length).map(|n| (n + round) as u8 | 1).collect();
            fan.write(&piece).unwrap();
            all.extend(piece);
            let zeros = [5, 0, 200_000, 65_536, 65_535, 40_000, 3_000_000][round];
            fan.zeros(zeros).unwrap();
            all.resize(all.len() + zeros as usize, 0);
        }
        all
    }

    #[test]
    fn every_sink_gets_the_same_bytes_in_order() {
        std::thread::scope(|scope| {
            let mut fan = Fan::new();
            let stream = fan.add(scope, StreamSink(Vec::new()));
            let hash = fan.add(scope, HashSink::default());
            let mut all = feed(&mut fan);
            all.extend(feed(&mut fan));
            fan.close().unwrap();
            assert!(stream.finish().unwrap().0 == all);
            assert_eq!(hash.finish().unwrap().length(), all.len() as u64);
        });
    }

    #[test]
    fn a_sink_that_waits_gets_the_same_bytes_too_however_many() {
        for rounds in [0, 1, 40] {
            std::thread::scope(|scope| {
                let mut fan = Fan::new();
                let hash = fan.add(scope, HashSink::default());
                let patient = fan.add_patient(scope, StreamSink(Vec::new()));
                let all: Vec<u8> = (0..rounds).flat_map(|_| feed(&mut fan)).collect();
                fan.close().unwrap();
                // Forty rounds are more than it may be behind.
                assert!(rounds < 40 || all.len() > 2 * PATIENCE);
                assert!(patient.finish().unwrap().0 == all);
                assert_eq!(hash.finish().unwrap().length(), all.len() as u64);
            });
        }
    }

    #[test]
    fn what_lies_in_memory_arrives_like_any_other_bytes() {
        let block: Arc<Vec<u8>> = Arc::new((0..PIECE).map(|at| (at / 7) as u8 | 1).collect());
        let other = Arc::new(vec![9; 100_000]);
        let parts = [0..4096, 4096..8192, 8192..200_000, 200_000..200_001, 5..6, 6..PIECE];
        std::thread::scope(|scope| {
            let mut fan = Fan::new();
            let stream = fan.add(scope, StreamSink(Vec::new()));
            let patient = fan.add_patient(scope, StreamSink(Vec::new()));
            let mut all = Vec::new();
            for round in 0..100 {
                for part in parts.clone() {
                    all.extend(&block[part.clone()]);
                    fan.share(&Shared::new(Arc::clone(&block), part)).unwrap();
                }
                match round % 4 {
                    0 => fan.write(b"between").unwrap(),
                    1 => fan.zeros(100).unwrap(),
                    2 => fan.zeros(LONG_ZEROS).unwrap(),
                    _ => fan.share(&Shared::new(Arc::clone(&other), 0..100_000)).unwrap(),
                }
                match round % 4 {
                    0 => all.extend(b"between"),
                    1 => all.extend([0; 100]),
                    2 => all.resize(all.len() + LONG_ZEROS as usize, 0),
                    _ => all.extend(&*other),
                }
            }
            fan.close().unwrap();
            assert!(stream.finish().unwrap().0 == all);
            assert!(patient.finish().unwrap().0 == all);
        });
        assert_eq!((Arc::strong_count(&block), Arc::strong_count(&other)), (1, 1));
    }

    #[test]
    fn a_sink_that_can_wait_does() {
        struct Told(std::sync::mpsc::Sender<()>);
        impl Sink for Told {
            fn write(&mut self, _: &[u8]) -> io::Result<()> {
                self.0.send(()).map_err(io::Error::other)
            }
        }
        std::thread::scope(|scope| {
            let (sender, told) = std::sync::mpsc::channel();
            let mut fan = Fan::new();
            let patient = fan.add_patient(scope, Told(sender));
            for _ in 0..PATIENCE / PIECE / PRICE_OF_NEW {
                fan.write(&[1; PIECE]).unwrap();
            }
            // As many as it may be behind: it can not have begun, since nobody
            // told it to.
            assert!(told.try_recv().is_err());
            fan.write(&[1; PIECE]).unwrap();
            told.recv().unwrap();
            fan.close().unwrap();
            patient.finish().unwrap();
            assert_eq!(told.iter().count(), PATIENCE / PIECE / PRICE_OF_NEW);
        });
    }

    #[test]
    fn nothing_is_nothing() {
        std::thread::scope(|scope| {
            let mut fan = Fan::default();
            let hash = fan.add(scope, HashSink::default());
            fan.close().unwrap();
            assert_eq!(hash.finish().unwrap().length(), 0);
        });
    }

    struct Full;

    impl Sink for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<()> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn a_sink_that_fails_stops_the_others_and_says_why() {
        std::thread::scope(|scope| {
            let mut fan = Fan::new();
            let full = fan.add(scope, Full);
            let hash = fan.add(scope, HashSink::default());
            let stopped = (0..1000).any(|_| fan.write(&[1; PIECE]).is_err());
            assert!(stopped, "1,000 pieces were taken by nobody");
            drop(fan);
            let error = full.finish().err().map(|error| error.kind());
            assert_eq!(error, Some(io::ErrorKind::StorageFull));
            assert!(hash.finish().is_ok());
        });
    }

    #[test]
    fn pieces_are_filled_again_so_that_memory_stays_bounded() {
        std::thread::scope(|scope| {
            let mut fan = Fan::new();
            let hash = fan.add(scope, HashSink::default());
            for _ in 0..200 {
                fan.write(&[1; PIECE]).unwrap();
                // One in the sink's hands, DEPTH waiting, one just made, and
                // those that came back and wait for their turn.
                assert!(fan.away.len() <= DEPTH / PIECE / PRICE_OF_NEW + 3, "{}", fan.away.len());
            }
            fan.close().unwrap();
            assert_eq!(hash.finish().unwrap().length(), 200 * PIECE as u64);
        });
    }
}
