//! Files and folders of a test that changed when the test says.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::SystemTime;

/// Gives the file or folder at `path` the time of its last change. Windows opens a
/// folder only for whoever says that it may be one.
pub(super) fn changed_at(path: &Path, then: SystemTime) {
    let mut options = OpenOptions::new();
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt as _;
        use windows_sys::Win32::Storage::FileSystem as win32;
        options.access_mode(win32::FILE_WRITE_ATTRIBUTES);
        options.custom_flags(win32::FILE_FLAG_BACKUP_SEMANTICS);
    }
    #[cfg(not(windows))]
    options.read(true);
    options.open(path).unwrap().set_modified(then).unwrap();
}
