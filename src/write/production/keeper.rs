//! Puts two lines of each key into the log: one before its first byte is written,
//! one at the moment it is finished, while others are still being written. So a
//! power cut loses the keys that were on their way and none that was done, and
//! what was on its way is known.
//!
//! The line comes first, the word to the person after it. A key whose first line
//! cannot be kept is not begun. Where a line cannot be
//! kept, the keys that are still being written are stopped: without a line none
//! of them would count. Nothing is left out: every later line is tried as well.
//! A key that is written and has no line is handed on as [`Ended::Unlogged`],
//! never as done.

use std::collections::BTreeMap;

use super::log::{ProductionError, ProductionLog};
use super::record::{self, Context};
use crate::store::folder::Folder;
use crate::verify::outcome::Failure;
use crate::write::cancel::Cancel;
use crate::write::event::{Begin, Event, Observer};
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
    /// Numbers of the attempts, by their number as targets.
    attempts: BTreeMap<usize, u64>,
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
        Self {
            log,
            context,
            next,
            cancel,
            fault: None,
            unlogged: Vec::new(),
            targets: Vec::new(),
            attempts: BTreeMap::new(),
        }
    }

    /// Keeps the line of one that is finished; false where it could not.
    fn keep(&mut self, result: &TargetResult, begun: Option<u64>) -> bool {
        let kept = self.log.wrote(record::written(result, self.context), begun);
        kept.map_err(|error| self.failed(error)).is_ok()
    }

    fn failed(&mut self, error: ProductionError) {
        self.cancel.cancel();
        self.fault.get_or_insert(error);
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
            Event::Finished { target, result } => {
                self.keep(result, self.attempts.get(target).copied())
            }
            Event::Refused { result } => self.keep(result, None),
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

    fn begins(&mut self, target: usize, begun: &TargetResult) -> Begin {
        match self.log.begins(record::begun(begun, self.context)) {
            Ok(line) => {
                self.attempts.insert(target, line.attempt);
                self.next.begins(target, begun)
            }
            Err(error) => {
                self.failed(error);
                Begin::Stop
            }
        }
    }
}

#[cfg(test)]
#[path = "keeper_tests.rs"]
mod tests;
