//! Drives an action over every place where it can be stopped.

use std::io::ErrorKind;

use super::{Fault, FaultyDisk, FaultyFolder};

/// Stops `act` by a power cut before each of its operations and after the last
/// one, lets every possible rest reach the medium, and hands the disk of the
/// next start to `judge` with whether `act` had said "done", and a description.
/// `prepare` makes the state before, which is durable. Returns how many cuts
/// were judged: print it, and hold it against zero.
pub fn every_power_cut(
    prepare: impl Fn(&FaultyFolder),
    act: impl Fn(&FaultyFolder) -> bool,
    judge: impl Fn(&FaultyFolder, bool, &str),
) -> usize {
    let ready = || {
        let disk = FaultyDisk::new();
        prepare(&disk.root());
        disk.settle();
        disk
    };
    let calm = ready();
    calm.set_fault(Fault::None);
    act(&calm.root());
    let steps = calm.steps();
    let mut judged = 0;
    for at in 0..=steps.len() {
        let disk = ready();
        disk.set_fault(Fault::PowerCut { at });
        let done = act(&disk.root());
        let before = steps.get(at).map_or("the end".to_string(), ToString::to_string);
        for survival in disk.survivals() {
            let label = format!("cut {at} (before {before}), {survival:?}");
            judge(&disk.after_power_cut(survival).root(), done, &label);
            judged += 1;
        }
    }
    judged
}

/// Lets each operation of `act` fail once, lets the disk become full at each,
/// and refuses everything; hands the disk as it is to `judge`, freed of the
/// fault. Returns how many errors were judged.
pub fn every_error(
    prepare: impl Fn(&FaultyFolder),
    act: impl Fn(&FaultyFolder) -> bool,
    judge: impl Fn(&FaultyFolder, bool, &str),
) -> usize {
    let ready = || {
        let disk = FaultyDisk::new();
        prepare(&disk.root());
        disk.settle();
        disk
    };
    let calm = ready();
    calm.set_fault(Fault::None);
    act(&calm.root());
    let steps = calm.steps();
    let each = (0..steps.len()).flat_map(|at| {
        let kind = ErrorKind::Other;
        [Fault::Once { at, kind }, Fault::Full { at }]
    });
    let refusals = [ErrorKind::ReadOnlyFilesystem, ErrorKind::PermissionDenied];
    let mut judged = 0;
    for fault in each.chain(refusals.map(|kind| Fault::Refused { kind })) {
        let disk = ready();
        disk.set_fault(fault);
        let done = act(&disk.root());
        let at = match fault {
            Fault::Once { at, .. } | Fault::Full { at } => steps.get(at),
            _ => None,
        };
        disk.set_fault(Fault::None);
        let step = at.map_or("everything".to_string(), ToString::to_string);
        judge(&disk.root(), done, &format!("{fault:?} at {step}"));
        judged += 1;
    }
    judged
}
