//! Puts the line of each key into the log at the moment it is finished, while
//! others are still being written: a power cut loses the keys that were on their
//! way, and none that was done.
//!
//! The line comes first, the word to the person after it. Where a line cannot be
//! kept, the keys that are still being written are stopped: without a line none
//! of them would count. Nothing is left out: every later line is tried as well.
//! A key that is written and has no line is handed on as [`Ended::Unlogged`],
//! never as done.

use super::log::{ProductionError, ProductionLog};
use super::record::{self, Context};
use crate::store::folder::Folder;
use crate::verify::outcome::Failure;
use crate::write::cancel::Cancel;
use crate::write::event::{Event, Observer};
use crate::write::result::{Ended, TargetResult};
use crate::write::show;

/// An [`Observer`] between the engine and whoever shows what happens.
pub struct Keeper<'a, 'log, 'folder, F: Folder> {
    log: &'log mut ProductionLog<'folder, F>,
    context: &'a Context,
    next: &'a mut dyn Observer,
    cancel: Cancel,
    /// The first line that could not be kept, and why.
    fault: Option<ProductionError>,
    /// Keys that are written and have no line, by their place.
    unlogged: Vec<String>,
    /// The same, by their number as targets.
    targets: Vec<usize>,
}

impl<'a, 'log, 'folder, F: Folder> Keeper<'a, 'log, 'folder, F> {
    /// Keeps lines with `context` in `log` and hands every event on to `next`.
    /// `cancel` is that of the job whose events these are.
    pub fn new(
        log: &'log mut ProductionLog<'folder, F>,
        context: &'a Context,
        next: &'a mut dyn Observer,
        cancel: Cancel,
    ) -> Self {
        Self { log, context, next, cancel, fault: None, unlogged: Vec::new(), targets: Vec::new() }
    }

    /// Keeps one line; false where it could not.
    fn keep(&mut self, result: &TargetResult) -> bool {
        let kept = self.log.wrote(record::written(result, self.context)).map_err(|error| {
            self.cancel.cancel();
            self.fault.get_or_insert(error);
        });
        kept.is_ok()
    }

    /// Says the same of the engine's `results` as was handed on: what is written
    /// and has no line is not done.
    pub fn correct(&self, results: &mut [TargetResult]) {
        for target in &self.targets {
            if let Some(result) = results.get_mut(*target) {
                result.ended = Ended::Unlogged;
            }
        }
    }

    /// An error if a line could not be kept: it names the keys that look done
    /// and are none.
    pub fn close(self) -> Result<(), Failure> {
        let Some(error) = self.fault else { return Ok(()) };
        let failure = Failure::from(error);
        if self.unlogged.is_empty() {
            return Err(failure);
        }
        let what = format!(
            "{}; written, but without a line in the log, so no key: {}",
            failure.what,
            self.unlogged.join(", ")
        );
        Err(Failure { what, ..failure })
    }
}

impl<F: Folder> Observer for Keeper<'_, '_, '_, F> {
    fn event(&mut self, event: &Event<'_>) {
        let kept = match event {
            Event::Finished { result, .. } | Event::Refused { result } => self.keep(result),
            _ => true,
        };
        if let Event::Finished { target, result } = event
            && !kept
            && result.is_done()
        {
            self.unlogged.push(show::place(&result.disk));
            self.targets.push(*target);
            let result = TargetResult { ended: Ended::Unlogged, ..(*result).clone() };
            self.next.event(&Event::Finished { target: *target, result: &result });
            return;
        }
        self.next.event(event);
    }
}

#[cfg(test)]
#[path = "keeper_tests.rs"]
mod tests;
