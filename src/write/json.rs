//! Disks, events and results as JSON, one line each, for other programs.
//!
//! Texts of devices are escaped as on screen; a missing fact is `null`.

use serde_json::{Value, json};

use super::eligible::WhyNot;
use super::event::{Event, Progress};
use super::result::{Ended, Moved, TargetResult};
use super::show::text;
use crate::seal::names::{escape, escape_path};
use crate::sys::disk::{Disk, Ejected, Protection, Usage};

fn path(path: &std::path::Path) -> String {
    escape_path(path)
}

/// A disk's facts, and why it may not be written.
pub fn disk(disk: &Disk, reasons: &[WhyNot]) -> Value {
    let mut value = identity(disk);
    let mounted = disk.usage.iter().flatten().filter_map(|usage| match usage {
        Usage::Mounted(place) => Some(path(place)),
        _ => None,
    });
    let volumes = disk.volumes.iter().map(|volume| {
        json!({
            "name": escape_path(volume.name.as_ref()),
            "kind": volume.kind.as_deref().map(escape),
            "label": text(volume.label.as_deref()),
        })
    });
    let reasons = reasons.iter().map(|why| json!({"word": why.word(), "text": why.to_string()}));
    value["sector_bytes"] = json!(disk.sector_bytes);
    value["removable"] = json!(disk.removable);
    value["mounted"] = match disk.usage {
        None => Value::Null,
        Some(_) => mounted.collect(),
    };
    value["volumes"] = volumes.collect();
    value["protection"] = protection(&disk.protection);
    value["why_not"] = reasons.collect();
    value["eligible"] = json!(value["why_not"] == json!([]));
    value
}

/// The facts that tell a disk from others.
pub fn identity(disk: &Disk) -> Value {
    let usb = disk.usb.map(|usb| {
        json!({"vendor": format!("{:04x}", usb.vendor), "product": format!("{:04x}", usb.product)})
    });
    json!({
        "device": path(&disk.node),
        "bus": disk.bus.word(),
        "port": disk.port.as_deref().map(escape),
        "vendor": text(disk.vendor.as_deref()),
        "model": text(disk.model.as_deref()),
        "serial": text(disk.serial.as_deref()),
        "usb": usb,
        "bytes": disk.bytes,
    })
}

/// The three facts; `null` is "not told".
pub fn protection(protection: &Protection) -> Value {
    json!({
        "reported": protection.reported,
        "forced": protection.forced,
        "answered": protection.answered,
    })
}

fn moved(moved: &Moved) -> Value {
    json!({
        "bytes": moved.bytes,
        "seconds": moved.time.as_secs_f64(),
        "bytes_per_second": moved.rate(),
    })
}

/// The words for why it may not be written.
fn why_not(result: &TargetResult) -> Vec<&'static str> {
    match &result.ended {
        Ended::Refused(reasons) => reasons.iter().map(WhyNot::word).collect(),
        _ => Vec::new(),
    }
}

/// What became of a target.
pub fn result(result: &TargetResult) -> Value {
    json!({
        "disk": identity(&result.disk),
        "result": result.ended.word(),
        "detail": result.ended.detail(),
        "fault": result.fault().map(|fault| fault.word()),
        "why_not": why_not(result),
        "first_bad_offset": result.first_bad_offset(),
        "phase": result.phase.word(),
        "level": result.extent.word(),
        "image_sha256": result.image.to_string(),
        "image_bytes": result.image_bytes,
        "started": result.started.as_ref().map(ToString::to_string),
        "finished": result.finished.as_ref().map(ToString::to_string),
        "written": moved(&result.written),
        "read": moved(&result.read),
        "protection": protection(&result.protection),
        "does_not_mount": result.head_cleared,
        "marks_left": result.marks_left,
        "ejected": result.ejected.map(|ejected| ejected == Ejected::Done),
    })
}

fn progress(value: &mut Value, progress: &Progress) {
    value["done"] = json!(progress.done);
    value["all"] = json!(progress.all);
    value["bytes_per_second"] = json!(progress.rate);
    value["seconds_left"] = json!(progress.left.map(|left| left.as_secs()));
}

/// An event.
pub fn event(event: &Event<'_>) -> Value {
    match event {
        Event::Phase { target, phase } => {
            json!({"event": "phase", "target": target, "phase": phase.word()})
        }
        Event::Progress { target, phase, progress: so_far } => {
            let mut value = json!({"event": "progress", "target": target, "phase": phase.word()});
            progress(&mut value, so_far);
            value
        }
        Event::Overall(so_far) => {
            let mut value = json!({"event": "overall"});
            progress(&mut value, so_far);
            value
        }
        Event::Stalled { target, since } => {
            json!({"event": "stalled", "target": target, "seconds": since.as_secs()})
        }
        Event::Refused { result: ended } => {
            let mut value = result(ended);
            value["event"] = json!("refused");
            value
        }
        Event::Finished { target, result: ended } => {
            let mut value = result(ended);
            value["event"] = json!("finished");
            value["target"] = json!(target);
            value
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::fake::stick;
    use crate::write::eligible::{Policy, reasons};

    #[test]
    fn a_device_of_windows_has_its_own_name() {
        let mut stick = stick("1-2", "9F12", 64 << 20);
        stick.node = r"\\.\PhysicalDrive1".into();
        assert_eq!(disk(&stick, &[])["device"], json!(r"\\.\PhysicalDrive1"));
    }

    #[test]
    fn a_disk_says_everything_and_what_is_not_told_is_null() {
        let mut stick = stick("1-2", "\u{1b}9F12", 64 << 20);
        let value = disk(&stick, &[]);
        assert_eq!(value["eligible"], json!(true));
        assert_eq!(value["usb"]["vendor"], json!("0951"));
        assert_eq!(value["protection"]["reported"], json!(false));
        assert_eq!(value["protection"]["answered"], Value::Null);
        assert_eq!(value["mounted"], json!([]));
        assert!(!value["serial"].as_str().unwrap().contains('\u{1b}'));
        stick.usage = None;
        let value = disk(&stick, &reasons(&stick, &Policy::for_list()));
        assert_eq!(value["eligible"], json!(false));
        assert_eq!(value["mounted"], Value::Null);
        assert_eq!(value["why_not"][0]["word"], json!("usage-unknown"));
    }
}
