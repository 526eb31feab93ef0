//! `mediaseal devices`: every disk, and why it is no key.

use clap::{Arg, ArgAction, ArgMatches, Command};
use mediaseal::seal::names::{escape, escape_path};
use mediaseal::sys::disk::{Devices as _, Disk, ListError, Loops, Protection, SystemDevices};
use mediaseal::verify::outcome::{Failure, Outcome};
use mediaseal::write::eligible::{LoopDevices, Policy, WhyNot, reasons};
use mediaseal::write::{json, show};

use crate::screen;

const EXAMPLE: &str = "\
Example:
  mediaseal devices
  mediaseal devices --json

Nothing is written. What may be written, and every reason why not:
docs/WRITING.md.";

/// The definition.
pub fn command() -> Command {
    Command::new("devices")
        .about("Lists the disks, and says which may be keys")
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print the list for programs"),
        )
        .arg(loop_option())
        .after_help(EXAMPLE)
}

/// `--loop`: files that serve as disks, for tests (docs/WRITING.md).
pub fn loop_option() -> Arg {
    Arg::new("loop")
        .long("loop")
        .action(ArgAction::SetTrue)
        .hide(true)
        .help("For tests: take loop devices for keys")
}

/// The disks that `--loop` asks for, and what they are judged by.
pub fn loops(matches: &ArgMatches) -> (SystemDevices, LoopDevices) {
    match matches.get_flag("loop") {
        true => (SystemDevices::new(Loops::Show), LoopDevices::Allow),
        false => (SystemDevices::new(Loops::Hide), LoopDevices::Refuse),
    }
}

/// A list that could not be made.
pub fn unlisted(error: &ListError) -> Failure {
    Failure::new(Outcome::Io, error.to_string(), error.advice())
}

/// Lists.
pub fn run(matches: &ArgMatches) -> Result<Outcome, Failure> {
    let (devices, loops) = loops(matches);
    let policy = Policy { loops, ..Policy::for_list() };
    let disks = devices.list().map_err(|error| unlisted(&error))?;
    let judged: Vec<(Disk, Vec<WhyNot>)> = disks
        .into_iter()
        .map(|disk| {
            let reasons = reasons(&disk, &policy);
            (disk, reasons)
        })
        .collect();
    if matches.get_flag("json") {
        let list: serde_json::Value =
            judged.iter().map(|(disk, reasons)| json::disk(disk, reasons)).collect();
        let list = serde_json::json!({"disks": list});
        screen::data(&format!("{list:#}"))?;
        return Ok(Outcome::Done);
    }
    for (disk, reasons) in &judged {
        screen::data(&lines(disk, reasons).join("\n"))?;
    }
    let eligible = judged.iter().filter(|(_, reasons)| reasons.is_empty()).count();
    screen::talk(&format!("\n  Disks: {}. That may be keys: {eligible}.", judged.len()));
    Ok(Outcome::Done)
}

/// A disk in a few lines.
fn lines(disk: &Disk, reasons: &[WhyNot]) -> Vec<String> {
    let mut lines = vec![show::line(disk)];
    let mut add = |text: String| lines.push(format!("    {text}"));
    let mut facts = vec![escape_path(&disk.node), disk.bus.word().to_string()];
    if let Some(usb) = disk.usb {
        facts.push(format!("{:04x}:{:04x}", usb.vendor, usb.product));
    }
    if let Some(serial) = show::text(disk.serial.as_deref()) {
        facts.push(format!("serial {serial}"));
    }
    add(facts.join("  "));
    for volume in &disk.volumes {
        let kind = volume.kind.as_deref().map_or("unknown".to_string(), escape);
        let label = show::text(volume.label.as_deref());
        let label = label.map(|label| format!(" \"{label}\"")).unwrap_or_default();
        add(format!("{}: {kind}{label}", escape_path(volume.name.as_ref())));
    }
    add(format!("write protection: {}", protection(&disk.protection)));
    match reasons {
        [] => add("may be a key".to_string()),
        reasons => {
            for reason in reasons {
                add(format!("no key: {reason}"));
            }
        }
    }
    lines
}

/// The three facts, one after the other.
fn protection(protection: &Protection) -> String {
    let reported = match protection.reported {
        Some(true) => "reported",
        Some(false) => "not reported",
        None => "unknown",
    };
    let forced = match protection.forced {
        Some(true) => ", forced by this computer",
        Some(false) => ", not forced by this computer",
        None => "",
    };
    let answered = match protection.answered {
        Some(true) => ", asked and answered",
        Some(false) => ", the device did not answer",
        None => "",
    };
    format!("{reported}{forced}{answered}")
}
