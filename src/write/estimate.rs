//! How long it will take, before anything is known of the sticks themselves.
//!
//! A guess by the bus, on the careful side: what a person wants to know is
//! minutes or hours. While keys are written the measured rate takes its place.

use std::collections::BTreeMap;
use std::time::Duration;

use super::engine;
use super::result::Extent;
use crate::sys::disk::{Bus, Disk};

/// Bytes a second that a disk is guessed to take and to give.
struct Guess {
    write: u64,
    read: u64,
}

const MB: u64 = 1_000_000;
/// What all devices of one USB bus share.
const USB_2_BUS: u64 = 35 * MB;
const USB_3_BUS: u64 = 350 * MB;
/// Megabits of USB 3 and later.
const USB_3_MEGABITS: u32 = 5000;

fn guess(disk: &Disk) -> Guess {
    match (disk.bus, disk.usb_megabits) {
        (Bus::Loop, _) => Guess { write: 400 * MB, read: 800 * MB },
        (_, Some(USB_3_MEGABITS..)) => Guess { write: 15 * MB, read: 80 * MB },
        (_, Some(480..)) => Guess { write: 6 * MB, read: 20 * MB },
        (_, Some(_)) => Guess { write: MB, read: MB },
        _ => Guess { write: 8 * MB, read: 20 * MB },
    }
}

/// The time until all of `disks` have the image of `image` bytes.
pub fn estimate(disks: &[Disk], image: u64, extent: Extent) -> Duration {
    let mut slowest = 0;
    // For each bus what would pass over it, and what it passes in a second.
    let mut buses: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for disk in disks {
        let half = engine::work(image, disk.bytes.unwrap_or(0), extent) / 2;
        let guess = guess(disk);
        slowest = slowest.max(half / guess.write + half / guess.read);
        let bus = disk.port.as_deref().and_then(|port| port.split_once('-'));
        if let Some((bus, _)) = bus.filter(|_| disk.bus == Bus::Usb) {
            let fast = disk.usb_megabits.is_some_and(|speed| speed >= USB_3_MEGABITS);
            let passes = if fast { USB_3_BUS } else { USB_2_BUS };
            let all = buses.entry(bus).or_insert((0, passes));
            all.0 += 2 * half;
            all.1 = all.1.min(passes);
        }
    }
    let crowded = buses.values().map(|(bytes, passes)| bytes / passes).max().unwrap_or(0);
    Duration::from_secs(slowest.max(crowded) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::fake::stick;

    fn seconds(disks: &[Disk]) -> u64 {
        estimate(disks, 64 << 20, Extent::WholeMedium).as_secs()
    }

    #[test]
    fn one_stick_takes_its_own_time_and_many_share_their_bus() {
        let one = stick("1-1", "A", 4_000_000_000);
        let alone = seconds(std::slice::from_ref(&one));
        assert!((4_000 / 7..4_000 / 4).contains(&alone), "{alone}");
        let many: Vec<Disk> =
            (1..=20).map(|port| stick(&format!("1-{port}"), "A", 4_000_000_000)).collect();
        assert!(seconds(&many) > 3 * alone);
        let two = [one.clone(), stick("2-1", "B", 4_000_000_000)];
        assert_eq!(seconds(&two), alone);
    }

    #[test]
    fn a_faster_bus_and_a_smaller_extent_take_less() {
        let mut disk = stick("1-1", "A", 4_000_000_000);
        let slow = seconds(std::slice::from_ref(&disk));
        disk.usb_megabits = Some(5000);
        assert!(seconds(std::slice::from_ref(&disk)) < slow / 2);
        assert!(estimate(&[disk], 64 << 20, Extent::VolumeOnly).as_secs() < 20);
        assert!(seconds(&[]) <= 1);
    }
}
