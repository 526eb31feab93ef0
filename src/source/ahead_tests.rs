use std::io::Cursor;
use std::sync::mpsc;

use super::super::blocks::MAX_BYTES;
use super::*;

/// A file of `size` bytes that differs from path to path.
fn content(path: &str, size: u64) -> Vec<u8> {
    let seed = path.bytes().fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    (0..size).map(|at| seed.wrapping_add(at as u8)).collect()
}

/// The paths that were opened.
type Opened = Arc<Mutex<Vec<String>>>;

/// Opens files that have the size that stands behind the slash of their path,
/// and notes which.
fn opener() -> (impl FnMut(&str) -> io::Result<Cursor<Vec<u8>>> + Send, Opened) {
    let opened = Opened::default();
    let noted = Arc::clone(&opened);
    let open = move |path: &str| {
        noted.lock().unwrap().push(path.to_string());
        let size = path.rsplit_once('/').unwrap().1.parse().unwrap();
        Ok(Cursor::new(content(path, size)))
    };
    (open, opened)
}

impl Ahead {
    /// Waits until the thread has nothing more to do.
    pub(in crate::source) fn settle(&self) {
        while !self.thread.as_ref().unwrap().is_finished() && !self.common.lock().waits {
            std::thread::yield_now();
        }
    }

    fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        Some(self.take(path)?.as_ref().to_vec())
    }

    /// The next file, of those that the thread reads alone.
    fn next(&self, path: &str, size: u64) -> Option<Shared> {
        self.take_next(path, size, |_| -> io::Result<io::Empty> { panic!("not left to us") })
    }
}

/// More processors than threads: nothing is lent.
fn many() -> usize {
    3
}

#[test]
fn every_file_is_there_whole_and_once_in_whatever_order_it_is_asked_for() {
    let (open, _) = opener();
    let ahead = Ahead::start(open, many).unwrap();
    let sizes = [0, 1, 4096, 5, MAX_FILE_BYTES, 16_383, 700, MAX_FILE_BYTES];
    let files: Vec<(String, u64)> = (0..200)
        .map(|n| (format!("{n}/{}", sizes[n % sizes.len()]), sizes[n % sizes.len()]))
        .collect();
    files.iter().for_each(|(path, size)| ahead.offer(path, *size));
    ahead.complete();
    ahead.settle();
    for (path, size) in files.iter().rev() {
        assert_eq!(ahead.bytes(path), Some(content(path, *size)), "{path}");
        assert_eq!(ahead.bytes(path), None, "{path} again");
    }
}

#[test]
fn what_is_not_whole_or_not_small_is_left_to_who_asks() {
    let open = |path: &str| match path {
        "missing" => Err(io::ErrorKind::NotFound.into()),
        "shorter" => Ok(vec![1; 9]),
        "longer" => Ok(vec![1; 11]),
        "large" => Ok(vec![1; MAX_FILE_BYTES as usize + 1]),
        _ => Ok(vec![2; 10]),
    };
    let ahead = Ahead::start(move |path| open(path).map(Cursor::new), many).unwrap();
    let bad = ["missing", "shorter", "longer"];
    for path in bad {
        ahead.offer(path, 10);
        ahead.offer(&format!("after {path}"), 10);
    }
    ahead.offer("large", MAX_FILE_BYTES + 1);
    ahead.complete();
    ahead.settle();
    for path in bad {
        assert_eq!(ahead.bytes(path), None, "{path}");
        assert_eq!(ahead.bytes(&format!("after {path}")), Some(vec![2; 10]));
    }
    assert_eq!(ahead.bytes("large"), None);
    assert_eq!(ahead.bytes("never offered"), None);
}

#[test]
fn a_file_that_fails_in_the_middle_takes_nothing_of_its_neighbours() {
    struct Failing(u8);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => {
                    buffer[..3].fill(9);
                    Ok(3)
                }
                _ => Err(io::Error::other("bad sector")),
            }
        }
    }
    let open = |path: &str| -> io::Result<Box<dyn Read>> {
        Ok(match path {
            "bad" => Box::new(Failing(0)),
            _ => Box::new(Cursor::new(content(path, 6))),
        })
    };
    let ahead = Ahead::start(open, many).unwrap();
    ["a", "bad", "b"].iter().for_each(|path| ahead.offer(path, 6));
    ahead.complete();
    ahead.settle();
    assert_eq!(ahead.bytes("bad"), None);
    assert_eq!(ahead.bytes("a"), Some(content("a", 6)));
    assert_eq!(ahead.bytes("b"), Some(content("b", 6)));
}

#[test]
fn memory_is_bounded_and_filled_again_as_it_is_given_out() {
    let (open, opened) = opener();
    let ahead = Ahead::start(open, many).unwrap();
    let count = 3 * MAX_BYTES / MAX_FILE_BYTES as usize;
    let path = |n: usize| format!("{n}/{MAX_FILE_BYTES}");
    (0..count).for_each(|n| ahead.offer(&path(n), MAX_FILE_BYTES));
    ahead.complete();
    ahead.settle();
    let first = opened.lock().unwrap().len();
    assert!(first > 0 && first <= MAX_BYTES / MAX_FILE_BYTES as usize, "{first}");
    for n in 0..count {
        assert_eq!(ahead.bytes(&path(n)), Some(content(&path(n), MAX_FILE_BYTES)), "{n}");
        ahead.settle();
    }
    assert_eq!(opened.lock().unwrap().len(), count);
}

#[test]
fn what_was_asked_for_before_is_not_read_any_more() {
    let (mut open, opened) = opener();
    let (let_go, gate) = mpsc::channel::<()>();
    let (begun, first) = mpsc::channel::<()>();
    let mut gate = Some((begun, gate));
    let ahead = Ahead::start(
        move |path: &str| {
            if let Some((begun, gate)) = gate.take() {
                begun.send(()).unwrap();
                gate.recv().unwrap();
            }
            open(path)
        },
        many,
    )
    .unwrap();
    ["a/5", "b/5", "c/5"].iter().for_each(|path| ahead.offer(path, 5));
    ahead.complete();
    first.recv().unwrap();
    // One is being read, one waits: neither is worth waiting for.
    assert_eq!(ahead.bytes("a/5"), None);
    assert_eq!(ahead.bytes("b/5"), None);
    let_go.send(()).unwrap();
    ahead.settle();
    assert_eq!(*opened.lock().unwrap(), ["a/5", "c/5"]);
    assert_eq!(ahead.bytes("a/5"), None);
    assert_eq!(ahead.bytes("c/5"), Some(content("c/5", 5)));
}

#[test]
fn a_second_listing_offers_nothing_and_the_end_comes_at_any_time() {
    let (open, opened) = opener();
    let ahead = Ahead::start(open, many).unwrap();
    ahead.offer("a/1", 1);
    ahead.complete();
    ahead.offer("b/1", 1);
    ahead.settle();
    assert_eq!(*opened.lock().unwrap(), ["a/1"]);
    // Before anything was offered, and while there is no room.
    drop(Ahead::start(opener().0, many));
    let full = Ahead::start(opener().0, many).unwrap();
    (0..9000).for_each(|n| full.offer(&format!("{n}/4096"), 4096));
    full.complete();
    full.settle();
    drop(full);
}

#[test]
fn an_opener_that_panics_leaves_everything_to_who_asks() {
    let ahead =
        Ahead::start(|_: &str| -> io::Result<io::Empty> { panic!("no opener") }, many).unwrap();
    ahead.offer("a", 1);
    ahead.complete();
    ahead.settle();
    assert_eq!(ahead.bytes("a"), None);
}

#[test]
fn who_is_overtaken_goes_on_from_the_other_end_and_nothing_is_read_twice() {
    let (mut open, opened) = opener();
    let (let_go, gate) = mpsc::channel::<()>();
    let ahead = Ahead::start(
        move |path: &str| {
            gate.recv().unwrap();
            open(path)
        },
        many,
    )
    .unwrap();
    let paths: Vec<String> = (0..300).map(|n| format!("{n:03}/4096")).collect();
    paths.iter().for_each(|path| ahead.offer(path, 4096));
    ahead.complete();
    // A large file and a question out of turn say nothing of who is ahead.
    assert!(ahead.next("large", MAX_FILE_BYTES + 1).is_none());
    assert!(ahead.take("299/4096").is_none());
    (0..3).for_each(|_| let_go.send(()).unwrap());
    while opened.lock().unwrap().len() < 3 {
        std::thread::yield_now();
    }
    assert!(!ahead.common.lock().overtaken);
    let asked: Vec<&String> =
        paths[..10].iter().filter(|path| ahead.next(path, 4096).is_none()).collect();
    assert!(asked.len() >= 7, "{asked:?}");
    (0..300).for_each(|_| let_go.send(()).unwrap());
    ahead.settle();
    let order = opened.lock().unwrap().clone();
    // Three or four from the front, then the last ones, as many as fill a block.
    let turn = order.iter().position(|path| path > &paths[200]).unwrap();
    assert!(turn <= 4, "{order:?}");
    assert_eq!(order[turn], paths[299 - (SMALL_BLOCK - 1) / 4096 + 1].as_str());
    assert_eq!(order.iter().collect::<HashSet<_>>().len(), order.len(), "one was read twice");
    for path in &paths[10..299] {
        assert_eq!(ahead.bytes(path), Some(content(path, 4096)), "{path}");
    }
}
