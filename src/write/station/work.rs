//! What is done with one stick on a thread of its own, and what that thread says.

use std::sync::mpsc::Sender;

use super::Station;
use crate::seal::names::Identifier;
use crate::sys::disk::Disk;
use crate::write::confirm::{self, Seen};
use crate::write::engine;
use crate::write::event::{Event, Observer, Phase, Progress};
use crate::write::result::TargetResult;

/// What the threads say.
pub(super) enum Message {
    Writing(Disk, Phase, Progress),
    Wrote(Box<TargetResult>),
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

/// Hands on how far a key is.
struct Relay<'a> {
    disk: &'a Disk,
    sender: &'a Sender<Message>,
}

impl Observer for Relay<'_> {
    fn event(&mut self, event: &Event<'_>) {
        if let Event::Progress { phase, progress, .. } = event {
            // Nobody listens any more only where the station failed.
            let _ = self.sender.send(Message::Writing(self.disk.clone(), *phase, *progress));
        }
    }
}

/// Writes it.
pub(super) fn write(station: &Station<'_>, disk: Disk, sender: &Sender<Message>) {
    let mut relay = Relay { disk: &disk, sender };
    let results =
        engine::write(station.devices, std::slice::from_ref(&disk), &station.job, &mut relay);
    for result in results {
        let _ = sender.send(Message::Wrote(Box::new(result)));
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
