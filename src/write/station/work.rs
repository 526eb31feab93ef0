//! What is done with one stick on a thread of its own, and what that thread says.

use std::sync::mpsc::{Sender, SyncSender, sync_channel};

use super::Station;
use crate::seal::names::Identifier;
use crate::sys::disk::Disk;
use crate::write::confirm::{self, Seen};
use crate::write::engine;
use crate::write::event::{Begin, Event, Observer, Phase, Progress};
use crate::write::result::TargetResult;

/// What the threads say.
pub(super) enum Message {
    /// The first byte comes next; the number of the attempt is waited for, and none
    /// means that it must not come.
    Begins(Box<TargetResult>, SyncSender<u64>),
    Writing(Disk, Phase, Progress),
    /// With the number of the attempt, if it came as far as its first byte.
    Wrote(Box<TargetResult>, Option<u64>),
    Reading(Disk, u64, u64),
    Seen(Box<Seen>, Claim),
}

/// Which key a stick is taken for that is read again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    /// The attempt that wrote it.
    pub(super) written_as: Option<u64>,
    /// The number that it has already.
    pub(super) ordinal: Option<u32>,
}

/// Hands on how far a key is, and waits for its line in the log before it begins.
struct Relay<'a> {
    disk: &'a Disk,
    sender: &'a Sender<Message>,
    attempt: Option<u64>,
}

impl Observer for Relay<'_> {
    fn event(&mut self, event: &Event<'_>) {
        if let Event::Progress { phase, progress, .. } = event {
            // Nobody listens any more only where the station failed.
            let _ = self.sender.send(Message::Writing(self.disk.clone(), *phase, *progress));
        }
    }

    fn begins(&mut self, _: usize, begun: &TargetResult) -> Begin {
        let (answer, waiting) = sync_channel(1);
        let asked = self.sender.send(Message::Begins(Box::new(begun.clone()), answer));
        // A station that failed drops the question, and with it the other end.
        self.attempt = asked.ok().and_then(|()| waiting.recv().ok());
        if self.attempt.is_some() { Begin::Go } else { Begin::Stop }
    }
}

/// Writes it.
pub(super) fn write(station: &Station<'_>, disk: Disk, sender: &Sender<Message>) {
    let mut relay = Relay { disk: &disk, sender, attempt: None };
    let results =
        engine::write(station.devices, std::slice::from_ref(&disk), &station.job, &mut relay);
    for result in results {
        let _ = sender.send(Message::Wrote(Box::new(result), relay.attempt));
    }
}

/// Reads it again.
pub(super) fn prove(station: &Station<'_>, disk: Disk, claim: Claim, sender: &Sender<Message>) {
    let history = |_: &Identifier| station.history;
    let mut last = 0;
    let seen = confirm::look(station.devices, &disk, &station.basis(&history), &mut |done, all| {
        // A message for each percent, not for each piece.
        let percent = done * 100 / all.max(1);
        if percent != last {
            last = percent;
            let _ = sender.send(Message::Reading(disk.clone(), done, all));
        }
    });
    let _ = sender.send(Message::Seen(Box::new(seen), claim));
}
