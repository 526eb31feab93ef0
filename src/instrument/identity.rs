//! Which instrument this is: asked once, kept in the state folder.
//!
//! Nobody signed it, and it opens nothing: a release that is not for the stored
//! model is refused, and an option or a person can say another model, which goes
//! into the record. A file that cannot be read is as good as none: it is asked
//! again.

use crate::store::Doing;
use std::ffi::OsStr;

use serde::{Deserialize, Serialize};

use crate::seal::json;
use crate::seal::names::Text;
use crate::store::atomic::write_atomic;
use crate::store::folder::{Access, Folder};
use crate::store::{Existing, StoreError, read_bounded};

/// The format that this program reads and writes.
const FORMAT: u32 = 1;
/// The file's name.
const FILE: &str = "instrument.json";
/// Bytes of the file.
const MAX_BYTES: usize = 4 << 10;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdentityFile {
    format: u32,
    model: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<Text>,
}

/// Model and serial number, as a person gave them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The model, as it stands in a manifest's `applies_to`.
    pub model: Text,
    /// The serial number, if it was given.
    pub serial: Option<Text>,
}

/// What is stored in the state folder.
pub fn read<F: Folder>(state: &F) -> Option<Identity> {
    let bytes = read_bounded(state, OsStr::new(FILE), MAX_BYTES).ok()??;
    let file: IdentityFile = json::parse(&bytes, MAX_BYTES).ok()?;
    (file.format == FORMAT).then_some(Identity { model: file.model, serial: file.serial })
}

/// Stores it, in one step.
pub fn write<F: Folder>(state: &F, identity: &Identity) -> Result<(), StoreError> {
    let file = IdentityFile {
        format: FORMAT,
        model: identity.model.clone(),
        serial: identity.serial.clone(),
    };
    let failed = StoreError::io(Doing::Write, state.path().join(FILE));
    let bytes = json::print(&file).map_err(|error| failed(std::io::Error::other(error)))?;
    write_atomic(state, OsStr::new(FILE), &bytes, Access::Everyone, Existing::Replace)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::faulty::{FaultyDisk, every_power_cut};

    fn identity(model: &str, serial: Option<&str>) -> Identity {
        let text = |text: &str| Text::parse(text).unwrap();
        Identity { model: text(model), serial: serial.map(text) }
    }

    #[test]
    fn written_and_read_again() {
        let folder = FaultyDisk::new().root();
        assert_eq!(read(&folder), None);
        for one in [identity("MiSeq", None), identity("NextSeq 550Dx", Some("NDX1"))] {
            write(&folder, &one).unwrap();
            assert_eq!(read(&folder), Some(one));
        }
    }

    #[test]
    fn every_power_cut_leaves_the_old_one_or_the_new_one() {
        let (old, new) = (identity("MiSeq", None), identity("MiSeqDx", Some("M1")));
        let cuts = every_power_cut(
            |root| write(root, &old).unwrap(),
            |root| write(root, &new).is_ok(),
            |root, done, cut| {
                let found = read(root).unwrap_or_else(|| panic!("{cut}: nothing is left"));
                assert!(found == new || (found == old && !done), "{cut}: {found:?}");
                write(root, &new).unwrap();
                assert_eq!(read(root).as_ref(), Some(&new), "{cut}");
            },
        );
        println!("identity: {cuts} cuts");
        assert!(cuts > 20);
    }
}
