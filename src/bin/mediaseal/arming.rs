//! Waits for the keys that are plugged in from now on.

use std::thread::sleep;
use std::time::Duration;

use mediaseal::sys::disk::{Devices, Disk};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::write::arm::{Arm, Look, Replug};
use mediaseal::write::choose::Choice;
use mediaseal::write::eligible::Policy;
use mediaseal::write::show;

use crate::{devices, screen};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// The next `count` disks that appear and may be written; more is an error.
pub fn wait(list: &dyn Devices, count: usize, policy: &Policy) -> Result<Vec<Disk>, Failure> {
    let mut arm = Arm::start(list).map_err(|error| devices::unlisted(&error))?;
    let plural = if count == 1 { "key" } else { "keys" };
    screen::talk(&format!("\n  Armed. Plug in {count} {plural} now (Ctrl-C to stop)."));
    let mut told: Option<Look> = None;
    loop {
        let look = arm.look(list, policy).map_err(|error| devices::unlisted(&error))?;
        if told.as_ref().is_none_or(|told| differs(told, &look)) {
            tell(&look, count);
            told = Some(look.clone());
        }
        if look.eligible.len() > count {
            let what = format!("{} keys appeared, {count} were expected", look.eligible.len());
            let next = "Nothing was written. Unplug what is too many and begin again.";
            return Err(Failure::new(Outcome::Refused, what, next));
        }
        if look.eligible.len() == count && look.steady {
            return Ok(look.eligible);
        }
        sleep(PAUSE);
    }
}

/// The disk that was named, once it was seen to be taken out and is back.
pub fn replugged(list: &dyn Devices, choice: Choice) -> Result<Disk, Failure> {
    let mut replug = Replug::of(choice);
    screen::talk("  Unplug it now (Ctrl-C to stop).");
    let mut told = false;
    loop {
        let back = replug.look(list).map_err(|error| devices::unlisted(&error))?;
        if let Some(disk) = back {
            return Ok(disk);
        }
        if replug.is_gone() && !told {
            screen::talk("  It is out. Set its switch, and plug it in again.");
            told = true;
        }
        sleep(PAUSE);
    }
}

fn differs(one: &Look, other: &Look) -> bool {
    one.eligible != other.eligible || one.others != other.others
}

fn tell(look: &Look, count: usize) {
    for disk in &look.eligible {
        screen::talk(&format!("  seen        {}", show::line(disk)));
    }
    for (disk, reasons) in &look.others {
        screen::talk(&format!("  not a key   {}", show::line(disk)));
        reasons.iter().for_each(|reason| screen::talk(&format!("              {reason}")));
    }
    if !look.eligible.is_empty() || !look.others.is_empty() {
        screen::talk(&format!("  {} of {count}", look.eligible.len()));
    }
}
