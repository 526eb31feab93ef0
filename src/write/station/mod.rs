//! The bench: plug in, write, "unplug it, set the switch, plug it in again",
//! prove, card, next.
//!
//! Sticks are meant by being plugged in while the station runs; what was there
//! before is never written. All that must survive the evening is in the
//! production log ([`crate::write::production`]): a station that is started
//! again goes on where the log ends. Nothing leaves as good without a line in
//! it, so a log that cannot be written stops the station.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`board`] | what the person sees |
//! | [`judge`] | what a stick is that was just plugged in |
//! | `bench` | the loop |
//! | `slot`, `work` | a stick as the loop follows it; what is done with it on its own thread |
//! | `words` | what is said at a port |
//!
//! Generic over disks, clock, log and the person, so that a whole order runs in
//! memory, with sticks that fail, are pulled out, or all say the same serial.

use std::sync::Arc;

use super::carried::Carried;
use super::confirm::{Basis, RequireProtection};
use super::engine::Job;
use super::image::Image;
use super::production::entry::KeyEntry;
use super::production::record::Context;
use crate::sys::disk::Devices;
use crate::verify::decide::Held;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::rollback::History;

mod bench;
pub mod board;
pub mod judge;
mod slot;
mod words;
mod work;

pub use bench::run;
use board::Board;

/// What a station works with.
pub struct Station<'a> {
    /// The disks of this computer.
    pub devices: &'a dyn Devices,
    /// How keys are written; its cancel stops the station.
    pub job: Job,
    /// The station's own chain.
    pub held: Held,
    /// What was copied here of this product.
    pub history: History,
    /// What the keys carry.
    pub carried: &'a Carried,
    /// Its image.
    pub image: Arc<Image>,
    /// Whether a key must be write-protected.
    pub protection: RequireProtection,
    /// The order.
    pub order: String,
    /// What every line of the log has.
    pub context: Context,
    /// Keys that still wait for their proof from earlier are taken for lost and
    /// replaced.
    pub replace_lost: bool,
}

impl Station<'_> {
    /// What a key is proved by.
    fn basis<'a>(
        &'a self,
        history: &'a dyn Fn(&crate::seal::names::Identifier) -> History,
    ) -> Basis<'a> {
        Basis {
            held: &self.held,
            history,
            carried: self.carried,
            image: &self.image,
            protection: self.protection,
            clock: &*self.job.clock,
        }
    }
}

/// What the person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: look at the ports again.
    Look,
    /// Stop for today.
    Stop,
}

/// The person at the bench, the printer beside it, and the pace.
pub trait Crew {
    /// Shows the board, waits a moment, and says what the person wants.
    fn next(&mut self, board: &Board) -> Next;
    /// Makes the card of a proved key; what to say of it.
    fn card(&mut self, key: &KeyEntry, keys: u32) -> Result<String, Failure>;
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Every key of the order is proved.
    pub complete: bool,
    /// Attempts of this run that came to another end than a good one.
    pub failed: u32,
    /// Cards of this run that could not be made.
    pub cards_missing: u32,
}

impl Finished {
    /// How the program ends: done only where the order is complete and nothing
    /// went wrong in this run.
    pub fn outcome(&self) -> Outcome {
        match (self.failed + self.cards_missing, self.complete) {
            (0, true) => Outcome::Done,
            (0, false) => Outcome::Cancelled,
            _ => Outcome::SomeFailed,
        }
    }
}
