//! A file that has no name, or none that others can open: what is in it stays
//! what was written to it, and it is gone with the last handle.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// Names that are tried where a name is needed for a moment.
#[cfg(not(target_os = "linux"))]
const ATTEMPTS: u32 = 100;

/// Where large temporary files belong: `TMPDIR`, else a folder on a disk rather
/// than in memory.
pub fn default_folder() -> PathBuf {
    let disk = Path::new("/var/tmp");
    match std::env::var_os("TMPDIR") {
        None if cfg!(unix) && disk.is_dir() => disk.to_path_buf(),
        _ => std::env::temp_dir(),
    }
}

/// Makes an empty file in `folder` that can be read and written by this handle
/// and its clones alone.
#[cfg(target_os = "linux")]
pub fn private_file(folder: &Path) -> io::Result<File> {
    use rustix::fs::{AtFlags, CWD, Mode, OFlags};
    let owner = Mode::RUSR | Mode::WUSR;
    let unnamed = OFlags::TMPFILE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC;
    match rustix::fs::open(folder, unnamed, owner) {
        Ok(file) => return Ok(file.into()),
        // File systems that cannot do that say one of these.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::ISDIR) => {}
        Err(error) => return Err(error.into()),
    }
    let name = format!(".mediaseal-image-{:08x}", std::process::id());
    let path = folder.join(name);
    let new = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let file = rustix::fs::open(&path, new, owner)?;
    rustix::fs::unlinkat(CWD, &path, AtFlags::empty())?;
    Ok(file.into())
}

/// Makes an empty file in `folder` that can be read and written by this handle
/// and its clones alone: nobody else may open it, and it is deleted with the
/// last handle.
#[cfg(windows)]
pub fn private_file(folder: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    /// `GENERIC_READ | GENERIC_WRITE | DELETE` (winnt.h).
    const ACCESS: u32 = 0x8000_0000 | 0x4000_0000 | 0x0001_0000;
    /// `FILE_FLAG_DELETE_ON_CLOSE` (winbase.h).
    const DELETE_ON_CLOSE: u32 = 0x0400_0000;
    for attempt in 0..ATTEMPTS {
        let name = format!("mediaseal-image-{:08x}-{attempt}", std::process::id());
        let mut options = File::options();
        options.create_new(true).write(true).access_mode(ACCESS).share_mode(0);
        match options.custom_flags(DELETE_ON_CLOSE).open(folder.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => return other,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Other systems have no such file here.
#[cfg(not(any(target_os = "linux", windows)))]
pub fn private_file(_: &Path) -> io::Result<File> {
    let _ = ATTEMPTS;
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read as _, Seek as _, Write as _};

    use super::*;

    #[test]
    fn the_file_has_no_name_and_keeps_what_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = private_file(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        file.write_all(b"image").unwrap();
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "image");
        assert!(private_file(&folder.path().join("none")).is_err());
    }
}
