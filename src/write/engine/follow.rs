//! The targets of one run: a thread for each that writes, and the caller's own
//! thread, which hears of all of them, tells the observer, and gives up those
//! that nothing comes back from.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::halt::Reporter;
use super::key::{self, Order, Written};
use super::rate::Rate;
use super::{Eject, Job, begun, open, work};
use crate::sys::disk::{Devices, Disk, Target};
use crate::write::cancel::Cancel;
use crate::write::clock::Clock;
use crate::write::event::{Begin, Event, Observer, Phase};
use crate::write::result::{Ended, Fault, TargetResult};

/// How often the caller hears of progress.
const TICK: Duration = Duration::from_millis(250);
/// Silence of a target that is worth a word.
const STALL: Duration = Duration::from_secs(30);
/// Between two looks of our own no more than [`TICK`] passes, and what the observer
/// takes. After this long it was this program that did not go on: it was stopped
/// (Ctrl-Z), or its terminal was.
const LAPSE: Duration = Duration::from_secs(10);

/// See [`super::write`].
pub(super) fn run(
    devices: &dyn Devices,
    chosen: &[Disk],
    job: &Job,
    observer: &mut dyn Observer,
) -> Vec<TargetResult> {
    let (sender, messages) = channel();
    let mut run = Run { job, observer, targets: Vec::new(), overall: Rate::default() };
    let opened: Vec<_> = chosen.iter().map(|disk| run.open(devices, disk)).collect();
    for (index, target) in opened.into_iter().enumerate() {
        match target {
            Ok((target, bytes)) => run.begin(index, target, bytes, sender.clone()),
            Err(ended) => run.finish(index, Written::without_word(ended, Phase::Open)),
        }
    }
    drop(sender);
    run.follow(&messages);
    run.targets.into_iter().map(|target| target.result).collect()
}

/// What a target's thread says.
enum Message {
    Phase(Phase),
    Wrote { bytes: u64, at: u64, time: Duration },
    Read { bytes: u64, at: u64, time: Duration },
    Finished(Written),
}

/// A target, as the caller's thread sees it.
struct Following {
    result: TargetResult,
    /// Bytes to be written and read.
    all: u64,
    at: u64,
    rate: Rate,
    /// When it said something last, and when that was remarked upon.
    heard: Duration,
    remarked: Duration,
    abandoned: Cancel,
    finished: bool,
}

struct Run<'a> {
    job: &'a Job,
    observer: &'a mut dyn Observer,
    targets: Vec<Following>,
    overall: Rate,
}

impl Run<'_> {
    /// Opens one target; its place in the results is made in any case.
    fn open(
        &mut self,
        devices: &dyn Devices,
        disk: &Disk,
    ) -> Result<(Box<dyn Target>, u64), Ended> {
        let index = self.targets.len();
        self.observer.event(&Event::Phase { target: index, phase: Phase::Open });
        let opened = match self.job.cancel.is_cancelled() {
            true => Err(Ended::Cancelled),
            false => open(devices, disk, self.job),
        };
        let protection = match &opened {
            Ok((_, now)) => now.protection,
            Err(_) => disk.protection,
        };
        let now = self.job.clock.elapsed();
        self.targets.push(Following {
            result: begun(disk, protection, self.job),
            all: 0,
            at: 0,
            rate: Rate::default(),
            heard: now,
            remarked: now,
            abandoned: Cancel::new(),
            finished: false,
        });
        opened.map(|(target, _)| {
            let bytes = target.bytes();
            (target, bytes)
        })
    }

    fn begin(
        &mut self,
        index: usize,
        mut target: Box<dyn Target>,
        bytes: u64,
        sender: Sender<(usize, Message)>,
    ) {
        if self.observer.begins(index, &self.targets[index].result) == Begin::Stop {
            drop(target);
            return self.finish(index, Written::without_word(Ended::Cancelled, Phase::Open));
        }
        let following = &mut self.targets[index];
        following.all = work(self.job.image.bytes, bytes, self.job.extent);
        let mut reporter = Channel {
            index,
            sender,
            cancel: self.job.cancel.clone(),
            abandoned: following.abandoned.clone(),
            clock: Arc::clone(&self.job.clock),
        };
        let (image, extent) = (Arc::clone(&self.job.image), self.job.extent);
        let eject = self.job.eject == Eject::Yes;
        // Not a scoped thread: one whose stick never answers is left behind.
        thread::spawn(move || {
            let order = Order { image: &image, extent, eject };
            let written = key::write(&mut *target, order, &mut reporter);
            // Let go before it is said that it is done.
            drop(target);
            reporter.say(Message::Finished(written));
        });
    }

    /// Listens until every target is finished or given up.
    fn follow(&mut self, messages: &Receiver<(usize, Message)>) {
        let mut told = self.job.clock.elapsed();
        let mut looked = told;
        while self.targets.iter().any(|target| !target.finished) {
            match messages.recv_timeout(TICK) {
                Ok((index, message)) => self.take(index, message),
                Err(RecvTimeoutError::Timeout) => {}
                // Every thread has ended, and some without a last word.
                Err(RecvTimeoutError::Disconnected) => {
                    self.give_up(|_| true);
                    break;
                }
            }
            let now = self.job.clock.elapsed();
            let since = now.saturating_sub(looked);
            looked = now;
            if since >= LAPSE {
                self.forgive(since, now);
            }
            if now.saturating_sub(told) >= TICK {
                // What a target said while the observer was slow is not silence.
                while let Ok((index, message)) = messages.try_recv() {
                    self.take(index, message);
                }
                let now = self.job.clock.elapsed();
                told = now;
                self.tell(now);
            }
        }
    }

    /// What nobody could hear is nobody's silence: patience goes on from where it
    /// was before the lapse.
    fn forgive(&mut self, lapse: Duration, now: Duration) {
        for target in &mut self.targets {
            target.heard = (target.heard + lapse).min(now);
            target.remarked = (target.remarked + lapse).min(now);
        }
    }

    fn take(&mut self, index: usize, message: Message) {
        let now = self.job.clock.elapsed();
        let Some(target) = self.targets.get_mut(index).filter(|target| !target.finished) else {
            return;
        };
        (target.heard, target.remarked) = (now, now);
        match message {
            Message::Phase(phase) => {
                target.result.phase = phase;
                self.observer.event(&Event::Phase { target: index, phase });
            }
            Message::Wrote { bytes, at, time } => {
                target.at = at;
                target.result.written.bytes += bytes;
                target.result.written.time += time;
            }
            Message::Read { bytes, at, time } => {
                target.at = at;
                target.result.read.bytes += bytes;
                target.result.read.time += time;
            }
            Message::Finished(written) => self.finish(index, written),
        }
    }

    fn finish(&mut self, index: usize, written: Written) {
        let target = &mut self.targets[index];
        target.finished = true;
        target.result.ended = written.ended;
        target.result.head_cleared = written.head_cleared;
        target.result.marks_left = written.marks_left;
        target.result.ejected = written.ejected;
        target.result.finished = self.job.clock.now();
        self.observer.event(&Event::Finished { target: index, result: &target.result });
    }

    /// Progress of each and all, and what is odd.
    fn tell(&mut self, now: Duration) {
        let (mut done, mut all) = (0, 0);
        for (index, target) in self.targets.iter_mut().enumerate() {
            let moved = target.result.written.bytes + target.result.read.bytes;
            // One that is finished has nothing left.
            done += moved;
            all += if target.finished { moved } else { target.all };
            if target.finished {
                continue;
            }
            target.rate.sample(now, moved);
            let progress = target.rate.progress(target.all);
            let phase = target.result.phase;
            self.observer.event(&Event::Progress { target: index, phase, progress });
            if now.saturating_sub(target.remarked) >= STALL {
                target.remarked = now;
                let since = now.saturating_sub(target.heard);
                self.observer.event(&Event::Stalled { target: index, since });
            }
        }
        self.overall.sample(now, done);
        let mut progress = self.overall.progress(all);
        // All are done when the slowest is.
        let waiting = self.targets.iter().filter(|target| !target.finished);
        progress.left = waiting.map(|target| target.rate.progress(target.all).left).max().flatten();
        self.observer.event(&Event::Overall(progress));
        let patience = self.job.patience;
        self.give_up(|target| now.saturating_sub(target.heard) >= patience);
    }

    /// Goes on without the targets that nothing comes back from. Their threads
    /// stop at their next step, if there is one.
    fn give_up(&mut self, which: impl Fn(&Following) -> bool) {
        for index in 0..self.targets.len() {
            let target = &self.targets[index];
            if !target.finished && which(target) {
                target.abandoned.cancel();
                let ended = Ended::Failed(Fault::Hangs { offset: target.at });
                let reached = target.result.phase;
                self.finish(index, Written::without_word(ended, reached));
            }
        }
    }
}

/// A target's thread, as its work sees it.
struct Channel {
    index: usize,
    sender: Sender<(usize, Message)>,
    cancel: Cancel,
    abandoned: Cancel,
    clock: Arc<dyn Clock>,
}

impl Channel {
    fn say(&self, message: Message) {
        // Nobody listens to one that was given up.
        let _ = self.sender.send((self.index, message));
    }
}

impl Reporter for Channel {
    fn phase(&mut self, phase: Phase) {
        self.say(Message::Phase(phase));
    }
    fn wrote(&mut self, bytes: u64, at: u64, time: Duration) {
        self.say(Message::Wrote { bytes, at, time });
    }
    fn read(&mut self, bytes: u64, at: u64, time: Duration) {
        self.say(Message::Read { bytes, at, time });
    }
    fn stop(&self) -> bool {
        self.cancel.is_cancelled() || self.abandoned.is_cancelled()
    }
    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}
