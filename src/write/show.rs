//! Disks in words: for lists, questions and progress. What comes from a stick
//! is escaped here, once.

use std::time::Duration;

use crate::seal::names::escape;
use crate::sys::disk::Disk;

/// Characters of a serial number that people compare.
const TAIL: usize = 4;
/// A device's own texts are cut on screen after so many characters; JSON has
/// all of them.
const MAX_TEXT: usize = 28;

/// A device's text, escaped and without space around it; `None` if it is empty.
pub fn text(bytes: Option<&[u8]>) -> Option<String> {
    let text = String::from_utf8_lossy(bytes?);
    let text = text.trim();
    (!text.is_empty()).then(|| escape(text))
}

/// `...9F12`: the end of the serial number, as it is on cards and in questions.
pub fn tail(disk: &Disk) -> Option<String> {
    let serial = text(disk.serial.as_deref())?;
    let skip = serial.chars().count().saturating_sub(TAIL);
    let tail: String = serial.chars().skip(skip).collect();
    Some(if skip > 0 { format!("...{tail}") } else { tail })
}

/// `port 1-2`, or the system's name where there is no port.
pub fn place(disk: &Disk) -> String {
    match &disk.port {
        Some(port) => format!("port {}", escape(port)),
        None => escape(&disk.name),
    }
}

/// Maker and model in one, cut.
pub fn make(disk: &Disk) -> String {
    let parts = [text(disk.vendor.as_deref()), text(disk.model.as_deref())];
    let make = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let make: String = make.chars().take(MAX_TEXT).collect();
    if make.is_empty() { "unknown make".to_string() } else { make }
}

/// `3.8 GB`.
pub fn size(bytes: Option<u64>) -> String {
    match bytes {
        None => "unknown size".to_string(),
        Some(bytes @ 0..1_000_000_000) => format!("{:.1} MB", bytes as f64 / 1e6),
        Some(bytes) => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// `18 MB/s`.
pub fn rate(bytes: u64) -> String {
    match bytes {
        0..10_000_000 => format!("{:.1} MB/s", bytes as f64 / 1e6),
        _ => format!("{:.0} MB/s", bytes as f64 / 1e6),
    }
}

/// `12 s`, `3 min`, `2 h 5 min`: rounded up, so that nobody waits longer.
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let minutes = seconds.div_ceil(60);
    match seconds {
        0..90 => format!("{seconds} s"),
        90..5400 => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

/// One disk in a line of a question: place, serial, make, size.
pub fn line(disk: &Disk) -> String {
    let serial = tail(disk).unwrap_or_else(|| "no serial".to_string());
    format!("{:<12} {:<10} {:<28} {}", place(disk), serial, make(disk), size(disk.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::disk::fake::stick;

    #[test]
    fn a_disk_fits_a_line_and_acts_on_no_terminal() {
        let mut disk = stick("1-2.4.4.4", "\u{1b}[2J0019E06B9F12", 3_800_000_000);
        let line = line(&disk);
        assert!(line.chars().count() <= 78, "{line}");
        assert!(line.contains("...9F12") && line.contains("3.8 GB"));
        disk.vendor = Some(b"Evil\x1b]0;x\x07".to_vec());
        disk.model = Some("\u{202e}".repeat(50).into_bytes());
        assert!(!make(&disk).contains(['\u{1b}', '\u{202e}', '\u{7}']));
        assert!(make(&disk).chars().count() <= MAX_TEXT);
    }

    #[test]
    fn what_is_not_told_has_words() {
        let mut disk = stick("1-2", "", 0);
        (disk.vendor, disk.model, disk.bytes, disk.port) = (None, Some(b"  ".to_vec()), None, None);
        assert_eq!(tail(&disk), None);
        assert_eq!(make(&disk), "unknown make");
        assert_eq!(size(disk.bytes), "unknown size");
        assert_eq!(place(&disk), disk.name);
        assert_eq!(tail(&stick("1", "AB1", 0)).as_deref(), Some("AB1"));
        assert_eq!(tail(&stick("1", "\u{e9}\u{e8}12345", 0)).as_deref(), Some("...2345"));
    }

    #[test]
    fn times_are_rounded_up() {
        let seconds = |seconds| time(Duration::from_secs(seconds));
        assert_eq!(time(Duration::from_millis(100)), "1 s");
        assert_eq!([seconds(0), seconds(89), seconds(90)], ["0 s", "89 s", "2 min"]);
        assert_eq!([seconds(5399), seconds(7500)], ["90 min", "2 h 5 min"]);
        assert_eq!([rate(1_500_000), rate(18_200_000)], ["1.5 MB/s", "18 MB/s"]);
    }
}
