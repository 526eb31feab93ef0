//! The loop of the bench. One thread looks at ports, writes the log and talks
//! to the person; each stick that is worked on has a thread of its own.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, Scope};

use super::board::{Board, Mood};
use super::judge::{Action, Known, judge};
use super::slot::{STEADY, Slot};
use super::work::{Claim, Message, prove, write};
use super::{Crew, Finished, Next, Station, words};
use crate::store::folder::Folder;
use crate::sys::disk::Disk;
use crate::verify::outcome::{Failure, Outcome};
use crate::write::confirm::Seen;
use crate::write::production::entry::{Ending, KeyEntry};
use crate::write::production::log::ProductionLog;
use crate::write::production::record;
use crate::write::result::{Ended, TargetResult};

struct Bench<'s, 'l, 'f, F: Folder> {
    station: &'s Station<'s>,
    log: &'l mut ProductionLog<'f, F>,
    board: Board,
    slots: Vec<Slot>,
    /// Numbers of pluggings-in that were there before or were dealt with: a stick
    /// that the system leaves out of one list, or tells other facts of, was not
    /// plugged in again by that.
    over: BTreeSet<u64>,
    /// Attempts that are being proved.
    claimed: Vec<u64>,
    /// The last attempt before this run.
    before: u64,
    stopping: bool,
    failed: u32,
    cards_missing: u32,
}

/// Runs until the order is complete, the person stops, or the log or the list
/// of disks fails.
pub fn run<F: Folder>(
    station: &Station<'_>,
    log: &mut ProductionLog<'_, F>,
    crew: &mut dyn Crew,
) -> Result<Finished, Failure> {
    let before = log.ledger().next_attempt() - 1;
    let there = list(station)?;
    let mut bench = Bench {
        station,
        log,
        board: Board::default(),
        slots: Vec::new(),
        over: there.iter().filter_map(|disk| disk.sequence).collect(),
        claimed: Vec::new(),
        before,
        stopping: false,
        failed: 0,
        cards_missing: 0,
    };
    // Nobody meant what was there before.
    for disk in there {
        let removable = disk.removable == Some(true);
        if removable {
            let text = "was there before: unplug it, and plug it in again";
            bench.board.set(&disk, Mood::Odd, text);
        }
        bench.slots.push(Slot::of(disk, true));
    }
    let (sender, messages) = channel();
    let ended = thread::scope(|scope| {
        // Its end is here, so that a thread that still asks gets no answer instead
        // of waiting for one.
        let messages = messages;
        let ended = bench.work(scope, &sender, &messages, crew);
        if ended.is_err() {
            // Threads end soon, and their keys do not mount.
            station.job.cancel.cancel();
        }
        ended
    });
    ended?;
    let complete = bench.progress()?.is_complete();
    Ok(Finished { complete, failed: bench.failed, cards_missing: bench.cards_missing })
}

fn list(station: &Station<'_>) -> Result<Vec<Disk>, Failure> {
    station
        .devices
        .list()
        .map_err(|error| Failure::new(Outcome::Io, error.to_string(), error.advice()))
}

impl<'s, F: Folder> Bench<'s, '_, '_, F> {
    fn progress(&self) -> Result<crate::write::production::ledger::Progress, Failure> {
        self.log.ledger().progress(&self.station.order).ok_or_else(|| {
            let what = format!("order {} is not in the log", self.station.order);
            Failure::new(Outcome::Usage, what, "Open it first.")
        })
    }

    fn work<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        sender: &Sender<Message>,
        messages: &Receiver<Message>,
        crew: &mut dyn Crew,
    ) -> Result<(), Failure>
    where
        's: 'scope,
    {
        loop {
            while let Ok(message) = messages.try_recv() {
                self.take(message, crew)?;
            }
            self.look(scope, sender)?;
            let progress = self.progress()?;
            self.board.busy = self.slots.iter().filter(|slot| slot.busy).count();
            let code = &self.station.carried.facts.release_code;
            self.board.head(&self.station.order, &progress, code);
            let ended = progress.is_complete() || self.stopping;
            if ended && self.board.busy == 0 {
                // What is shown last is how it ended.
                crew.next(&self.board);
                return Ok(());
            }
            let stop =
                crew.next(&self.board) == Next::Stop || self.station.job.cancel.is_cancelled();
            if stop && !self.stopping {
                self.stopping = true;
                self.station.job.cancel.cancel();
            }
        }
    }

    /// Looks at the ports, and begins with what is new and steady.
    fn look<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, '_>,
        sender: &Sender<Message>,
    ) -> Result<(), Failure>
    where
        's: 'scope,
    {
        let disks = list(self.station)?;
        for slot in &mut self.slots {
            let there = disks.iter().any(|disk| disk.same_as(&slot.disk));
            slot.missing = if there { 0 } else { slot.missing.saturating_add(1) };
        }
        self.slots.retain(|slot| slot.busy || !slot.is_gone());
        for disk in disks {
            let known = self.slots.iter().position(|slot| slot.disk.same_as(&disk));
            let at = known.unwrap_or_else(|| {
                let settled = match disk.sequence {
                    Some(number) => self.over.contains(&number),
                    None => self.slots.iter().any(|slot| slot.settled && slot.may_be(&disk)),
                };
                self.slots.push(Slot::of(disk.clone(), settled));
                self.slots.len() - 1
            });
            let slot = &mut self.slots[at];
            if slot.settled || slot.busy || self.stopping {
                continue;
            }
            slot.looks += 1;
            if slot.looks >= STEADY {
                slot.looks = 0;
                self.begin(at, disk, scope, sender)?;
            }
        }
        Ok(())
    }

    fn begin<'scope>(
        &mut self,
        at: usize,
        disk: Disk,
        scope: &'scope Scope<'scope, '_>,
        sender: &Sender<Message>,
    ) -> Result<(), Failure>
    where
        's: 'scope,
    {
        let station = self.station;
        let progress = self.progress()?;
        // A key that has its number is counted with the proved ones.
        let counts = |slot: &&Slot| slot.busy && !slot.numbered;
        let busy = self.slots.iter().filter(counts).count() as u32;
        let ledger = self.log.ledger();
        let waiting = ledger.waiting(Some(&station.order)).into_iter().filter(|key| {
            let counts = !station.replace_lost || key.attempt > self.before;
            counts && !self.claimed.contains(&key.attempt)
        });
        let wanted = progress.proved + busy + (waiting.count() as u32) < progress.keys;
        let known = Known {
            ledger,
            order: &station.order,
            policy: &station.job.policy,
            claimed: &self.claimed,
            wanted,
        };
        let sender = sender.clone();
        match judge(station.devices, &disk, &station.image, &known) {
            Action::Write => {
                self.board.set(&disk, Mood::Working, "will be written");
                self.slots[at].busy = true;
                scope.spawn(move || write(station, disk, &sender));
            }
            Action::Prove { written_as, ordinal } => {
                self.board.set(&disk, Mood::Working, "is read again");
                (self.slots[at].busy, self.slots[at].numbered) = (true, ordinal.is_some());
                self.claimed.extend(written_as);
                let claim = Claim { written_as, ordinal };
                scope.spawn(move || prove(station, disk, claim, &sender));
            }
            Action::HasOrdinal(ordinal) => {
                let text = format!("is key {ordinal} already: take it out");
                self.board.set(&disk, Mood::Proved, text);
                self.slots[at].settled = true;
            }
            Action::Enough => {
                self.board.set(&disk, Mood::Odd, "the order has enough keys: take it out");
                self.slots[at].settled = true;
            }
            // Asked again: it may be unmounted in a moment.
            Action::Not(why) => self.board.set(&disk, Mood::Odd, why),
        }
        Ok(())
    }

    fn take(&mut self, message: Message, crew: &mut dyn Crew) -> Result<(), Failure> {
        match message {
            Message::Writing(disk, phase, progress) => {
                let text = words::writing(phase, &progress);
                self.board.set(&disk, Mood::Working, text);
            }
            Message::Reading(disk, done, all) => {
                let percent = done * 100 / all.max(1);
                self.board.set(&disk, Mood::Working, format!("is read again {percent:>3} %"));
            }
            Message::Begins(begun, answer) => {
                let line = self.log.begins(record::begun(&begun, &self.station.context))?;
                self.claimed.push(line.attempt);
                // Its thread waits for it.
                let _ = answer.send(line.attempt);
            }
            Message::Wrote(result, begun) => self.wrote(&result, begun)?,
            Message::Seen(seen, claim) => self.seen(&seen, claim, crew)?,
        }
        Ok(())
    }

    /// Where the stick still is after its thread let it go, nothing is done
    /// with it before it was unplugged.
    fn settle(&mut self, disk: &Disk) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.busy && slot.disk.same_as(disk))
        {
            (slot.busy, slot.settled) = (false, true);
            self.over.extend(disk.sequence);
        }
    }

    fn wrote(&mut self, result: &TargetResult, begun: Option<u64>) -> Result<(), Failure> {
        self.settle(&result.disk);
        self.claimed.retain(|attempt| Some(*attempt) != begun);
        self.log.wrote(record::written(result, &self.station.context), begun)?;
        let (mood, text) = words::written(&result.ended, self.station.protection);
        if !matches!(result.ended, Ended::Done | Ended::Cancelled) {
            self.failed += 1;
        }
        self.board.set(&result.disk, mood, text);
        Ok(())
    }

    fn seen(&mut self, seen: &Seen, claim: Claim, crew: &mut dyn Crew) -> Result<(), Failure> {
        let Claim { written_as, ordinal } = claim;
        self.settle(&seen.disk);
        self.claimed.retain(|attempt| Some(*attempt) != written_as);
        let mut entry = record::confirmed(seen, written_as, &self.station.context);
        if seen.ending == Ending::Proved {
            let (ledger, order) = (self.log.ledger(), Some(self.station.order.as_str()));
            let ordinal = ordinal.unwrap_or_else(|| ledger.next_ordinal(order));
            entry.ordinal = Some(ordinal);
            entry.recipient = ledger.recipient(order, ordinal).map(String::from);
        } else {
            self.failed += u32::from(seen.ending != Ending::Cancelled);
        }
        let entry = self.log.confirmed(entry)?;
        let (mood, text) = match seen.ending {
            Ending::Proved => (Mood::Proved, self.card(&entry, crew)?),
            _ => words::not_proved(seen),
        };
        self.board.set(&seen.disk, mood, text);
        Ok(())
    }

    /// The card of a key that the log has as proved.
    fn card(&mut self, entry: &KeyEntry, crew: &mut dyn Crew) -> Result<String, Failure> {
        let keys = self.progress()?.keys;
        let card = match crew.card(entry, keys) {
            Ok(said) => said,
            Err(failure) => {
                self.cards_missing += 1;
                format!("NO CARD: {}", failure.what)
            }
        };
        Ok(words::proved(entry, &card))
    }
}
