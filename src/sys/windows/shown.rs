//! What people know a volume by: its label, and the letters or folders that it is
//! mounted at. Shown only; nothing is decided by it.

use std::ffi::OsString;
use std::path::Path;
use std::ptr::null_mut;

use windows_sys::Win32::Storage::FileSystem as storage;

use super::wide;

/// Units of a label with its end mark: file systems allow 32 at most.
const LABEL_UNITS: usize = 64;
/// Units of all places together; a volume with more shows none.
const PLACES_UNITS: usize = 4096;

/// The label of the volume with this root, `\\?\Volume{...}\`, if it has one.
pub(crate) fn label(root: &Path) -> Option<OsString> {
    let root = wide::terminated(root)?;
    let mut label = [0; LABEL_UNITS];
    // SAFETY: the root ends with a zero; the label is as long as said; what is not
    // asked for is null.
    let done = unsafe {
        storage::GetVolumeInformationW(
            root.as_ptr(),
            label.as_mut_ptr(),
            LABEL_UNITS as u32,
            null_mut(),
            null_mut(),
            null_mut(),
            null_mut(),
            0,
        )
    };
    Some(wide::text(&label)).filter(|label| done != 0 && !label.is_empty())
}

/// Where the volume with this root is mounted: `E:\`, or folders.
pub(crate) fn places(root: &Path) -> Vec<OsString> {
    let Some(root) = wide::terminated(root) else { return Vec::new() };
    let mut places = vec![0; PLACES_UNITS];
    let mut length = 0;
    // SAFETY: the root ends with a zero; the places are as long as said; the
    // length is a local.
    let done = unsafe {
        storage::GetVolumePathNamesForVolumeNameW(
            root.as_ptr(),
            places.as_mut_ptr(),
            PLACES_UNITS as u32,
            &raw mut length,
        )
    };
    if done == 0 {
        return Vec::new();
    }
    // Each ends with a zero, and an empty one ends them all.
    let each = places.split(|unit| *unit == 0).take_while(|place| !place.is_empty());
    each.map(wide::text).collect()
}

#[cfg(test)]
mod tests {
    use super::super::volume;
    use super::*;

    #[test]
    fn the_systems_volume_is_mounted_where_its_root_is() {
        let root = volume::root(&std::env::temp_dir()).unwrap();
        let name = volume::lasting_name(&root).unwrap();
        let places = places(&name);
        assert!(places.iter().any(|place| Path::new(place) == root), "{places:?}");
        assert!(super::places(Path::new(r"\\?\Volume{no such}\")).is_empty());
        assert_eq!(label(Path::new(r"\\?\Volume{no such}\")), None);
    }
}
