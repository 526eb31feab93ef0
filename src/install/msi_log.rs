//! The log of the vendor's installer: which lines say that something failed.
//!
//! Windows writes UTF-16LE with a byte-order mark; other implementations write
//! bytes of ASCII. Both are read, as much as a log of this kind can have, and
//! what cannot be read as text becomes a replacement character. A log is
//! evidence and no judge: nothing is decided by it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// Bytes that are read, from the log's end: the failing action stands there.
const MAX_BYTES: u64 = 16 << 20;
/// Lines that are quoted.
const MAX_LINES: usize = 8;
/// Characters of a quoted line.
const MAX_CHARACTERS: usize = 300;
/// What the installer writes behind the action that failed, in every language.
const FAILED: &str = "return value 3";

/// The last lines of the log that say "return value 3"; raw.
pub fn failing_lines(path: &Path) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut mark = [0; 2];
    let wide = file.read(&mut mark)? == 2 && mark == [0xFF, 0xFE];
    // An even offset keeps the two bytes of a character together.
    let start = length.saturating_sub(MAX_BYTES) & !1;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(lines(&text(&bytes, wide)))
}

fn text(bytes: &[u8], wide: bool) -> String {
    match wide {
        true => {
            let pairs = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            let units: Vec<u16> = pairs.filter(|unit| *unit != 0xFEFF).collect();
            String::from_utf16_lossy(&units)
        }
        false => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn lines(text: &str) -> Vec<String> {
    let failing = |line: &&str| line.to_ascii_lowercase().contains(FAILED);
    let mut found: Vec<String> = text
        .lines()
        .filter(failing)
        .map(|line| line.trim().chars().take(MAX_CHARACTERS).collect())
        .collect();
    found.drain(..found.len().saturating_sub(MAX_LINES));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "=== Verbose logging started\r\nAction ended 10:00:01: InstallFiles. Return \
                       value 1.\r\nAction ended 10:00:02: Fail. Return value 3.\r\nAction ended \
                       10:00:03: INSTALL. Return value 3.\r\n";

    fn read(bytes: &[u8]) -> Vec<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        failing_lines(file.path()).unwrap()
    }

    fn wide(text: &str) -> Vec<u8> {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn both_kinds_of_logs_say_the_same() {
        let expected = [
            "Action ended 10:00:02: Fail. Return value 3.",
            "Action ended 10:00:03: INSTALL. Return value 3.",
        ];
        assert_eq!(read(LOG.as_bytes()), expected);
        assert_eq!(read(&wide(LOG)), expected);
        let mut torn = wide(LOG);
        torn.push(b'x');
        assert_eq!(read(&torn), expected);
    }

    #[test]
    fn logs_without_an_error_empty_or_endless_are_read() {
        assert!(read(b"").is_empty());
        assert!(read(b"\xFF").is_empty());
        assert!(read(&wide("Return value 1.")).is_empty());
        let many = "x Return value 3.\n".repeat(100);
        assert_eq!(read(many.as_bytes()).len(), MAX_LINES);
        let long = "x".repeat(10_000) + " return value 3";
        assert_eq!(read(long.as_bytes())[0].chars().count(), MAX_CHARACTERS);
        assert!(failing_lines(Path::new("/nowhere")).is_err());
    }

    #[test]
    fn of_a_log_that_is_too_long_the_end_counts() {
        let mut bytes = vec![b'.'; MAX_BYTES as usize + 5];
        bytes.extend(b"\nreturn value 3\n");
        assert_eq!(read(&bytes), ["return value 3"]);
    }
}
