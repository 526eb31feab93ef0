//! From disks that a person named to their lines in the log: what `write` and
//! the writing again that `confirm` offers have in common.
//!
//! Each disk is judged, what will be erased is shown, a person types what cannot
//! be typed without looking, the engine writes, and every key has its line in
//! the log the moment it is finished. A disk that is refused has one, too.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;
use mediaseal::store::Folder;
use mediaseal::sys::disk::{Devices, Disk};
use mediaseal::sys::interrupt;
use mediaseal::sys::storage::{DeviceNumber, storage_of};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::verify::state;
use mediaseal::write::cancel::Cancel;
use mediaseal::write::clock::SystemClock;
use mediaseal::write::eligible::{DEFAULT_CEILING, LoopDevices, Policy, reasons};
use mediaseal::write::engine::{self, Eject, Job, PATIENCE};
use mediaseal::write::estimate::estimate;
use mediaseal::write::event::{Event, Observer as _};
use mediaseal::write::production::keeper::Keeper;
use mediaseal::write::production::log::ProductionLog;
use mediaseal::write::production::record::Context;
use mediaseal::write::result::{Ended, Extent, TargetResult, outcome};
use mediaseal::write::show;

use crate::bench::Ready;
use crate::{screen, write_view};

/// Longest answer that is read, bytes.
const MAX_ANSWER_BYTES: u64 = 1024;

/// Who says yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// A person, who types it.
    Typed,
    /// `--yes`, which only named disks can have.
    Given,
}

/// What is written, and how.
pub struct Work<'a> {
    /// The disks of this computer.
    pub devices: &'a dyn Devices,
    /// The release.
    pub ready: &'a Ready,
    /// What disks are judged by.
    pub policy: Policy,
    /// How much of each.
    pub extent: Extent,
    /// Whether keys are ejected.
    pub eject: Eject,
    /// Who says yes.
    pub consent: Consent,
    /// Events for programs.
    pub json: bool,
}

/// What disks are judged by: nothing of ours is a key.
pub fn policy(
    matches: &ArgMatches,
    loops: LoopDevices,
    source: &Path,
    image: u64,
    ceiling: Option<u64>,
) -> Policy {
    let state: PathBuf = matches.get_one("state").cloned().unwrap_or_else(state::default_folder);
    // Where it is not known what a path lies on, it lies on no whole disk of
    // its own; what is mounted is refused in any case.
    let disks = |path: &Path| storage_of(path).map(|storage| storage.disks).unwrap_or_default();
    let ours: Vec<DeviceNumber> =
        [source, &state].into_iter().flat_map(disks).map(|disk| disk.number).collect();
    Policy { needed: Some(image), ceiling: ceiling.unwrap_or(DEFAULT_CEILING), loops, ours }
}

impl Work<'_> {
    /// Judges, asks, writes, and keeps the lines.
    pub fn run<F: Folder>(
        self,
        named: &[Disk],
        production: &mut ProductionLog<'_, F>,
        context: &Context,
    ) -> Result<Outcome, Failure> {
        let job = self.job();
        let (chosen, refused) = judged(named, &job);
        let mut view = write_view::View::new(self.json);
        let mut keeper = Keeper::new(production, context, &mut view, job.cancel.clone());
        for result in &refused {
            keeper.event(&Event::Refused { result });
        }
        keeper.close()?;
        let refused = refused.into_iter().map(|result| result.ended);
        if chosen.is_empty() {
            let ends: Vec<Ended> = refused.collect();
            view.close()?;
            write_view::summary(&ends, outcome(&ends), self.json)?;
            screen::talk("Nothing was written.");
            return Ok(outcome(&ends));
        }
        self.present(&chosen);
        if self.consent == Consent::Typed {
            typed(&chosen)?;
        }
        interrupt::set_on_interrupt(job.cancel.flag()).map_err(|error| {
            Failure::new(Outcome::Io, format!("cannot listen for Ctrl-C: {error}"), "")
        })?;
        view.begin(&chosen);
        let mut keeper = Keeper::new(production, context, &mut view, job.cancel.clone());
        let mut results = engine::write(self.devices, &chosen, &job, &mut keeper);
        keeper.correct(&mut results);
        let kept = keeper.close();
        let shown = view.close();
        let ends: Vec<Ended> =
            results.into_iter().map(|result| result.ended).chain(refused).collect();
        let worked = outcome(&ends);
        // A key without a line is none: the last event has the exit code of that.
        let outcome = kept.as_ref().err().map_or(worked, |failure: &Failure| failure.outcome);
        write_view::summary(&ends, outcome, self.json)?;
        kept?;
        shown?;
        Ok(outcome)
    }

    fn job(&self) -> Job {
        Job {
            image: Arc::clone(&self.ready.image),
            extent: self.extent,
            policy: self.policy.clone(),
            eject: self.eject,
            patience: PATIENCE,
            clock: Arc::new(SystemClock::start()),
            cancel: Cancel::new(),
        }
    }

    /// What will happen, to which keys, and how long it will take.
    fn present(&self, chosen: &[Disk]) {
        let manifest = &self.ready.carried.manifest;
        screen::talk(&format!("\n  Image       {} bytes", self.ready.image.bytes));
        screen::talk(&format!("  SHA-256     {}", self.ready.image.sha256));
        screen::talk(&format!("  Label       {}", manifest.volume.label.as_str()));
        screen::talk("  Will be erased and written:");
        for disk in chosen {
            screen::talk(&format!("    {}", show::line(disk)));
            let labels = disk.volumes.iter();
            for label in labels.filter_map(|volume| show::text(volume.label.as_deref())) {
                screen::talk(&format!("                 now on it: \"{label}\""));
            }
        }
        if self.extent == Extent::VolumeOnly {
            screen::talk("  Only the front of each key is written (--volume-only): what is behind");
            screen::talk("  the image stays, and a check of the whole medium will not pass.");
        }
        let time = show::time(estimate(chosen, self.ready.image.bytes, self.extent));
        screen::talk(&format!("  Time        about {time}, with reading back"));
    }
}

/// Those that may be written, and what is said of the others.
fn judged(named: &[Disk], job: &Job) -> (Vec<Disk>, Vec<TargetResult>) {
    let (mut chosen, mut refused) = (Vec::new(), Vec::new());
    for disk in named {
        match reasons(disk, &job.policy) {
            reasons if reasons.is_empty() => chosen.push(disk.clone()),
            reasons => refused.push(engine::refused(disk, reasons, job)),
        }
    }
    (chosen, refused)
}

/// Asks a person to type what cannot be typed without looking.
fn typed(chosen: &[Disk]) -> Result<(), Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let what = "there is no terminal to confirm at";
        return Err(Failure::new(Outcome::Usage, what, "With --serial or --port, use --yes."));
    }
    let phrase = phrase(chosen);
    let plural = if chosen.len() == 1 { "this key" } else { "these keys" };
    let mut err = std::io::stderr();
    // Nobody to tell if it cannot be written; then nobody types the phrase.
    let _ = write!(err, "\n  To erase {plural}, type  {phrase}  : ").and_then(|()| err.flush());
    let mut answer = String::new();
    let read = input.lock().take(MAX_ANSWER_BYTES).read_line(&mut answer);
    if read.is_ok() && answer.trim() == phrase {
        return Ok(());
    }
    let what = "nothing was written: that is not what was to be typed";
    Err(Failure::new(Outcome::Cancelled, what, ""))
}

/// The count, and the end of the first key's serial number; where that cannot
/// be typed, its port or the system's name of it. Never the count alone.
fn phrase(chosen: &[Disk]) -> String {
    let first = chosen.first();
    let tail = first.and_then(show::tail).map(|tail| tail.trim_start_matches('.').to_string());
    // What a stick says of itself may not be typeable.
    let tail = tail.filter(|tail| tail.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let typeable =
        |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let port = || first.and_then(|disk| disk.port.clone()).filter(typeable);
    let name = || first.map(|disk| disk.name.clone()).filter(typeable);
    let what = tail.filter(typeable).or_else(port).or_else(name);
    format!("{} {}", chosen.len(), what.unwrap_or_else(|| "erase".to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mediaseal::sys::disk::fake::stick;

    #[test]
    fn what_is_to_be_typed_can_be_typed_and_is_never_the_count_alone() {
        let mut disk = stick("1-2", "0019E06B9F12", 64 << 20);
        let phrase_of = |disk: &Disk| phrase(std::slice::from_ref(disk));
        assert_eq!(phrase_of(&disk), "1 9F12");
        for serial in [None, Some(""), Some("...."), Some("X&calc;"), Some("\u{e9}\u{e9}")] {
            disk.serial = serial.map(|serial| serial.as_bytes().to_vec());
            disk.port = Some("1-2".to_string());
            assert_eq!(phrase_of(&disk), "1 1-2", "{serial:?}");
            disk.port = None;
            assert_eq!(phrase_of(&disk), format!("1 {}", disk.name), "{serial:?}");
            assert!(!disk.name.is_empty());
        }
        disk.name = String::new();
        assert_eq!(phrase_of(&disk), "1 erase");
    }
}
