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
fn a_sink_that_can_wait_has_a_thread_only_if_it_is_far_behind() {
    use std::thread::{ThreadId, current};
    struct Where(Option<ThreadId>);
    impl Sink for Where {
        fn write(&mut self, _: &[u8]) -> io::Result<()> {
            self.0 = Some(current().id());
            Ok(())
        }
    }
    let behind = PATIENCE / PIECE / PRICE_OF_NEW;
    for (pieces, here) in [(behind, true), (behind + 1, false)] {
        std::thread::scope(|scope| {
            let mut fan = Fan::new();
            let patient = fan.add_patient(scope, Where(None));
            (0..pieces).for_each(|_| fan.write(&[1; PIECE]).unwrap());
            fan.close().unwrap();
            let place = patient.finish().unwrap().0.unwrap();
            assert_eq!(place == current().id(), here, "{pieces}");
        });
    }
}

#[test]
fn who_asks_for_the_end_early_waits_for_it_and_stops_nobody() {
    std::thread::scope(|scope| {
        let mut fan = Fan::new();
        let patient = fan.add_patient(scope, StreamSink(Vec::new()));
        let finished = scope.spawn(move || patient.finish());
        let all: Vec<u8> = (0..20).flat_map(|_| feed(&mut fan)).collect();
        assert!(all.len() > PATIENCE);
        fan.close().unwrap();
        assert!(finished.join().unwrap().unwrap().0 == all);
    });
}

#[test]
fn a_sink_that_panics_is_an_error_with_and_without_a_thread() {
    struct Panics;
    impl Sink for Panics {
        fn write(&mut self, _: &[u8]) -> io::Result<()> {
            panic!("no sink")
        }
    }
    for pieces in [1, PATIENCE / PIECE / PRICE_OF_NEW + 1] {
        std::thread::scope(|scope| {
            let mut fan = Fan::new();
            let patient = fan.add_patient(scope, Panics);
            let _ = (0..pieces).try_for_each(|_| fan.write(&[1; PIECE]));
            let _ = fan.close();
            assert!(patient.finish().is_err(), "{pieces}");
        });
    }
}

#[test]
fn a_sink_on_a_lent_thread_gets_the_same_bytes() {
    for is_lent in [true, false] {
        let (lent, threads) = std::sync::mpsc::channel();
        let mut lend = |work: Work<'static>| {
            if !is_lent {
                return Some(work);
            }
            lent.send(std::thread::spawn(work)).unwrap();
            None
        };
        std::thread::scope(|scope| {
            let mut fan = Fan::new();
            let hash = fan.add_on(scope, HashSink::default(), &mut lend);
            let stream = fan.add(scope, StreamSink(Vec::new()));
            let all: Vec<u8> = (0..10).flat_map(|_| feed(&mut fan)).collect();
            fan.close().unwrap();
            let bytes = stream.finish().unwrap().0;
            assert!(bytes == all);
            let mut expected = HashSink::default();
            expected.write(&bytes).unwrap();
            assert_eq!(hash.finish().unwrap().finish(), expected.finish());
        });
        drop(lent);
        assert_eq!(
            threads.iter().map(|thread| thread.join().unwrap()).count(),
            usize::from(is_lent)
        );
    }
}

#[test]
fn nobody_waits_for_a_lent_thread_that_does_not_do_its_work() {
    struct Panics;
    impl Sink for Panics {
        fn write(&mut self, _: &[u8]) -> io::Result<()> {
            panic!("no sink")
        }
    }
    let drops = |work: Work<'static>| {
        drop(work);
        None
    };
    let panics = |work: Work<'static>| {
        std::thread::spawn(work);
        None
    };
    let ways: [&mut dyn FnMut(Work<'static>) -> Option<Work<'static>>; 2] =
        [&mut { drops }, &mut { panics }];
    for lend in ways {
        std::thread::scope(|scope| {
            let mut fan = Fan::new();
            let worker = fan.add_on(scope, Panics, lend);
            assert!((0..1000).any(|_| fan.write(&[1; PIECE]).is_err()));
            drop(fan);
            assert!(worker.finish().is_err());
        });
    }
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
