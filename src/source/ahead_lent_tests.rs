//! The thread that reads ahead, lent for something else.

use std::collections::HashSet;
use std::io::Cursor;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::ThreadId;
use std::time::Duration;

use super::super::blocks::MAX_BYTES;
use super::*;

const SIZE: u64 = 4096;

fn path(n: usize) -> String {
    format!("{n:05}")
}

fn content(path: &str) -> Vec<u8> {
    path.bytes().cycle().take(SIZE as usize).collect()
}

/// Paths that were opened, by the thread or by who asks.
type Opened = Arc<Mutex<Vec<String>>>;

fn opener(opened: &Opened) -> impl FnMut(&str) -> io::Result<Cursor<Vec<u8>>> + Send + use<> {
    let opened = Arc::clone(opened);
    move |path| {
        opened.lock().unwrap().push(path.to_string());
        Ok(Cursor::new(content(path)))
    }
}

/// A thread that opens one file for each message, on a computer of two processors.
fn gated(opened: &Opened) -> (Ahead, Sender<()>) {
    let (let_go, gate) = mpsc::channel();
    let mut open = opener(opened);
    let open = move |path: &str| {
        gate.recv().unwrap();
        open(path)
    };
    (Ahead::start(open, || 2).unwrap(), let_go)
}

fn offer(ahead: &Ahead, count: usize) {
    (0..count).for_each(|n| ahead.offer(&path(n), SIZE));
    ahead.complete();
}

fn wait_for(opened: &Opened, count: usize) {
    while opened.lock().unwrap().len() < count {
        std::thread::yield_now();
    }
}

/// Work that tells which thread does it.
fn work() -> (Work<'static>, Receiver<ThreadId>) {
    let (done, who) = mpsc::channel();
    (Box::new(move || done.send(std::thread::current().id()).unwrap()), who)
}

#[test]
fn what_a_lent_thread_has_not_read_is_read_by_who_asks_and_nothing_twice() {
    for read in [0, 1, 5, 100] {
        let opened = Opened::default();
        let (ahead, let_go) = gated(&opened);
        offer(&ahead, 700);
        (0..read).for_each(|_| let_go.send(()).unwrap());
        wait_for(&opened, read);
        let (work, who) = work();
        assert!(ahead.lend(work).is_none());
        // It is at the next one already, or will not begin it.
        let _ = let_go.send(());
        assert_eq!(who.recv().unwrap(), ahead.thread.as_ref().unwrap().thread().id());
        let mut open = opener(&opened);
        for n in 0..700 {
            let path = path(n);
            let taken = ahead.take_next(&path, SIZE, &mut open).unwrap();
            assert_eq!(taken.as_ref(), content(&path), "{path}");
        }
        let mut all = opened.lock().unwrap().clone();
        all.sort();
        assert!(all.into_iter().eq((0..700).map(path)), "{read}");
    }
}

#[test]
fn files_in_memory_stay_bounded_when_who_asks_reads_them() {
    let opened = Opened::default();
    let ahead = Ahead::start(opener(&opened), || 2).unwrap();
    let (work, who) = work();
    assert!(ahead.lend(work).is_none());
    who.recv().unwrap();
    let count = 2 * MAX_BYTES / SIZE as usize;
    offer(&ahead, count);
    let mut open = opener(&opened);
    let mut held = Vec::new();
    let refused = (0..count).position(|n| {
        held.extend(ahead.take_next(&path(n), SIZE, &mut open));
        held.len() <= n
    });
    // Where somebody has all of it, one file is opened in the ordinary way.
    let refused = refused.unwrap();
    assert!((MAX_BYTES * 8 / 10..=MAX_BYTES).contains(&(refused * SIZE as usize)), "{refused}");
    assert_eq!(opened.lock().unwrap().len(), refused);
    held.clear();
    for n in refused + 1..count {
        assert_eq!(ahead.take_next(&path(n), SIZE, &mut open).unwrap().as_ref(), content(&path(n)));
    }
    assert_eq!(opened.lock().unwrap().len(), count - 1);
}

#[test]
fn who_asks_out_of_turn_opens_one_file_and_finds_the_others_later() {
    let opened = Opened::default();
    let ahead = Ahead::start(opener(&opened), || 2).unwrap();
    let (work, who) = work();
    assert!(ahead.lend(work).is_none());
    who.recv().unwrap();
    offer(&ahead, 5);
    let mut open = opener(&opened);
    assert!(ahead.take_next("unknown", SIZE, &mut open).is_none());
    assert!(ahead.take_next(&path(1), SIZE, &mut open).is_none());
    assert!(ahead.take(&path(3)).is_none());
    assert!(opened.lock().unwrap().is_empty());
    for n in [0, 2, 4] {
        assert!(ahead.take_next(&path(n), SIZE, &mut open).is_some(), "{n}");
    }
    assert_eq!(*opened.lock().unwrap(), [path(0), path(2), path(4)]);
    assert!(ahead.take_next(&path(0), SIZE, &mut open).is_none(), "given out twice");
}

#[test]
fn what_is_not_whole_is_left_to_who_asks_here_too() {
    let ahead = Ahead::start(|_: &str| -> io::Result<io::Empty> { Ok(io::empty()) }, || 2).unwrap();
    let (work, who) = work();
    assert!(ahead.lend(work).is_none());
    who.recv().unwrap();
    offer(&ahead, 5);
    let open = |path: &str| match path {
        "00000" => Err(io::ErrorKind::NotFound.into()),
        "00001" => Ok(Cursor::new(vec![1; SIZE as usize - 1])),
        "00002" => Ok(Cursor::new(vec![1; SIZE as usize + 1])),
        path => Ok(Cursor::new(content(path))),
    };
    for n in 0..5 {
        let taken = ahead.take_next(&path(n), SIZE, open);
        let expected = (n >= 3).then(|| content(&path(n)));
        assert_eq!(taken.map(|taken| taken.as_ref().to_vec()), expected, "{n}");
    }
}

#[test]
fn work_comes_back_where_the_thread_is_wanted_or_has_some() {
    let refused = |ahead: &Ahead| ahead.lend(Box::new(|| panic!("done all the same"))).is_some();
    let opened = Opened::default();
    let busy = Ahead::start(opener(&opened), || 2).unwrap();
    let (first, who) = work();
    assert!(busy.lend(first).is_none());
    assert!(refused(&busy));
    who.recv().unwrap();
    assert!(refused(&busy));
    let wanted = Ahead::start(opener(&opened), || 3).unwrap();
    offer(&wanted, 1);
    wait_for(&opened, 1);
    assert!(refused(&wanted));
    assert_eq!(wanted.next_thread_reads(), Some(content(&path(0))));
}

impl Ahead {
    /// The first file, once the thread has nothing more to do.
    fn next_thread_reads(&self) -> Option<Vec<u8>> {
        while !self.common.lock().waits {
            std::thread::yield_now();
        }
        Some(self.take(&path(0))?.as_ref().to_vec())
    }
}

/// What became of work while its thread is still there to be joined: done by whom, or
/// dropped.
fn became(who: &Receiver<ThreadId>) -> Option<ThreadId> {
    match who.recv_timeout(Duration::from_secs(60)) {
        Ok(who) => Some(who),
        Err(RecvTimeoutError::Disconnected) => None,
        Err(RecvTimeoutError::Timeout) => panic!("neither done nor dropped"),
    }
}

#[test]
fn nobody_waits_for_work_that_a_thread_will_not_do() {
    // It panics in the file that it reads while the work comes.
    let (let_go, gate) = mpsc::channel::<()>();
    let (begun, reads) = mpsc::channel();
    let open = move |_: &str| -> io::Result<io::Empty> {
        begun.send(()).unwrap();
        gate.recv().unwrap();
        panic!("no opener")
    };
    let ahead = Ahead::start(open, || 2).unwrap();
    offer(&ahead, 1);
    reads.recv().unwrap();
    let (work, who) = work();
    assert!(ahead.lend(work).is_none());
    let_go.send(()).unwrap();
    assert_eq!(became(&who), None);
    // The end comes before the work, or behind it.
    for _ in 0..200 {
        let ahead = Ahead::start(opener(&Opened::default()), || 2).unwrap();
        assert!(ahead.lend(Box::new(|| ())).is_none());
        drop(ahead);
    }
}

#[test]
fn work_comes_back_from_a_thread_that_has_gone() {
    let no_opener = || Ahead::start(|_: &str| -> io::Result<io::Empty> { panic!("none") }, || 2);
    let no_count = || Ahead::start(opener(&Opened::default()), || panic!("no processors"));
    for ahead in [no_opener().unwrap(), no_count().unwrap()] {
        offer(&ahead, 1);
        while !ahead.thread.as_ref().unwrap().is_finished() {
            std::thread::yield_now();
        }
        assert!(ahead.lend(Box::new(|| ())).is_some());
    }
}

#[test]
fn a_thread_that_has_work_before_it_knows_the_processors_takes_no_other() {
    let (let_go, gate) = mpsc::channel();
    let ahead = Ahead::start(opener(&Opened::default()), move || gate.recv().unwrap()).unwrap();
    let (first, who) = work();
    assert!(ahead.lend(first).is_none());
    let_go.send(2).unwrap();
    assert!(became(&who).is_some());
    assert!(ahead.lend(Box::new(|| ())).is_some());
}

#[test]
fn the_bound_is_one_for_what_was_read_before_and_behind() {
    let opened = Opened::default();
    let ahead = Ahead::start(opener(&opened), || 2).unwrap();
    let count = 2 * MAX_BYTES / SIZE as usize;
    offer(&ahead, count);
    while !ahead.common.lock().waits {
        std::thread::yield_now();
    }
    let before = opened.lock().unwrap().len();
    let mut open = opener(&opened);
    let mut held: Vec<Shared> = (0..before).filter_map(|n| ahead.take(&path(n))).collect();
    assert_eq!(held.len(), before);
    let (work, who) = work();
    assert!(ahead.lend(work).is_none());
    became(&who);
    held.extend((before..count).map_while(|n| ahead.take_next(&path(n), SIZE, &mut open)));
    assert!(held.len() * SIZE as usize <= MAX_BYTES, "{before} and {}", held.len() - before);
}

#[test]
fn who_meets_an_error_meets_it_before_other_files_are_tried() {
    let opened = Opened::default();
    for is_empty in [false, true] {
        let ahead = Ahead::start(opener(&opened), || 2).unwrap();
        let (work, who) = work();
        assert!(ahead.lend(work).is_none());
        became(&who);
        (0..1000).for_each(|n| ahead.offer(&path(n), if is_empty { 0 } else { SIZE }));
        ahead.complete();
        let mut opens = 0;
        let open = |_: &str| {
            opens += 1;
            if is_empty { Ok(io::empty()) } else { Err(io::ErrorKind::NotFound.into()) }
        };
        assert_eq!(ahead.take_next(&path(0), SIZE, open).is_some(), is_empty);
        assert_eq!(opens, if is_empty { AT_ONCE } else { 1 });
    }
}

#[test]
fn a_walk_folder_by_folder_is_read_in_the_order_of_the_listing() {
    let opened = Opened::default();
    let (ahead, let_go) = gated(&opened);
    let walked: Vec<String> = ["a/", "a-1/", "a.x/", "b/"]
        .iter()
        .flat_map(|folder| (0..30).map(move |n| format!("{folder}{n:02}")))
        .collect();
    walked.iter().for_each(|path| ahead.offer(path, SIZE));
    ahead.complete();
    (0..3).for_each(|_| let_go.send(()).unwrap());
    wait_for(&opened, 3);
    let (work, who) = work();
    assert!(ahead.lend(work).is_none());
    let _ = let_go.send(());
    became(&who);
    let mut asked = walked;
    asked.sort();
    assert!(asked[0].starts_with("a-1/"));
    let mut open = opener(&opened);
    for path in &asked {
        let taken = ahead.take_next(path, SIZE, &mut open);
        assert_eq!(taken.expect(path).as_ref(), content(path));
    }
    assert_eq!(opened.lock().unwrap().len(), asked.len());
}

#[test]
fn a_thread_that_waits_for_files_or_for_room_takes_work() {
    for count in [0, 1, 2 * MAX_BYTES / SIZE as usize] {
        let opened = Opened::default();
        let ahead = Ahead::start(opener(&opened), || 2).unwrap();
        offer(&ahead, count);
        while !ahead.common.lock().waits {
            std::thread::yield_now();
        }
        let (work, who) = work();
        assert!(ahead.lend(work).is_none());
        who.recv().unwrap();
        let mut open = opener(&opened);
        for n in 0..count {
            assert!(ahead.take_next(&path(n), SIZE, &mut open).is_some(), "{n} of {count}");
        }
        let all: HashSet<String> = opened.lock().unwrap().iter().cloned().collect();
        assert_eq!((all.len(), opened.lock().unwrap().len()), (count, count));
    }
}
