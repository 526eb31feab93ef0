//! The version of the software that is updated, as far as the last run tells.
//!
//! Where the software is installed, and under which name, is not published. But a
//! run's `RunParameters.xml` names the version that made it: so it is the version
//! *at the last run*, and may be older than what is installed now. Reads a
//! bounded part of one file and takes a tag out of it; this is no XML parser, and
//! two different values are none.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::seal::names::DottedVersion;

/// Names of the file, as instruments write it.
const NAMES: [&str; 2] = ["RunParameters.xml", "runParameters.xml"];
/// The version of Local Run Manager.
const VERSION_TAG: &str = "LocalRunManagerVersion";
/// The instrument's own name.
const INSTRUMENT_TAG: &str = "InstrumentID";
/// Bytes that are read; such files have some ten thousand.
const MAX_BYTES: u64 = 4 << 20;
/// Bytes of a value.
const MAX_VALUE: usize = 64;

/// What the last run says.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LastRun {
    /// The folder that says it.
    pub folder: PathBuf,
    /// The software's version, four numbers.
    pub version: Option<DottedVersion>,
    /// What the instrument calls itself there; raw.
    pub instrument: Option<String>,
}

/// Reads the newest run's file, in the first of its folders that has one.
pub fn last_run(folders: &[PathBuf]) -> Option<LastRun> {
    folders.iter().find_map(|folder| {
        let text = NAMES.iter().find_map(|name| read(&folder.join(name)))?;
        let version = value(&text, VERSION_TAG);
        Some(LastRun {
            folder: folder.clone(),
            version: version.and_then(|text| DottedVersion::parse(&text).ok()),
            instrument: value(&text, INSTRUMENT_TAG),
        })
    })
}

fn read(path: &Path) -> Option<String> {
    if !std::fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The one value of a tag without attributes.
fn value(text: &str, tag: &str) -> Option<String> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let mut found: Option<&str> = None;
    for rest in text.split(&open).skip(1) {
        let value = rest.split_once(&close)?.0.trim();
        let plain = !value.is_empty() && value.len() <= MAX_VALUE && !value.contains('<');
        if !plain || found.is_some_and(|before| before != value) {
            return None;
        }
        found = Some(value);
    }
    found.map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_or_none() {
        let tag = |text: &str| value(text, "V");
        assert_eq!(tag("<a><V>2.4.0.2385</V></a>").as_deref(), Some("2.4.0.2385"));
        assert_eq!(tag("<V> 1.3 </V><V>1.3</V>").as_deref(), Some("1.3"));
        for none in ["", "<V></V>", "<V>1</V><V>2</V>", "<V>1", "<V><b>1</b></V>", "<Vx>1</Vx>"] {
            assert_eq!(tag(none), None, "{none}");
        }
        assert_eq!(tag(&format!("<V>{}</V>", "1".repeat(65))), None);
    }

    #[test]
    fn the_newest_run_says_which_version_made_it() {
        let place = tempfile::tempdir().unwrap();
        let folder = |name: &str, text: &str| {
            let folder = place.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            if !text.is_empty() {
                std::fs::write(folder.join("RunParameters.xml"), text).unwrap();
            }
            folder
        };
        let empty = folder("empty", "");
        let text = "<R><InstrumentID>NDX1_RUO</InstrumentID>\r\n  \
                    <LocalRunManagerVersion>2.4.0.2385</LocalRunManagerVersion></R>";
        let full = folder("full", text);
        let run = last_run(&[empty.clone(), full.clone()]).unwrap();
        assert_eq!(run.folder, full);
        assert_eq!(run.version, DottedVersion::parse("2.4.0.2385").ok());
        assert_eq!(run.instrument.as_deref(), Some("NDX1_RUO"));
        assert_eq!(last_run(&[empty]), None);
        let odd = folder("odd", "<LocalRunManagerVersion>2.4-beta</LocalRunManagerVersion>");
        assert_eq!(last_run(&[odd]).unwrap().version, None);
    }
}
