//! A release as a medium: which volume, which files. Called by the verifier
//! and by the builder, so that both plan the same bytes.

use super::plan::{VolumeSpec, identity_number};
use super::time::FatTime;
use super::tree::FileSpec;
use crate::seal::digest::Digest;
use crate::seal::layout::MANIFEST;
use crate::seal::manifest::Manifest;
use crate::seal::sums::Sums;

/// The time of every entry: the release's `issued`. A `Timestamp` has FAT's
/// range and FAT's even seconds, so nothing is lost or refused.
pub fn issued(manifest: &Manifest) -> FatTime {
    let (year, month, day, hour, minute, second) = manifest.issued.fields();
    FatTime {
        date: (year - 1980) << 9 | u16::from(month) << 5 | u16::from(day),
        time: u16::from(hour) << 11 | u16::from(minute) << 5 | u16::from(second / 2),
    }
}

/// The volume that the manifest names. `release_code` is the SHA-256 of
/// `SHA256SUMS`, from which serial and disk signature follow.
pub fn volume(manifest: &Manifest, release_code: &Digest) -> VolumeSpec {
    VolumeSpec {
        bytes: manifest.volume.bytes,
        label: manifest.volume.label.to_string(),
        issued: issued(manifest),
        identity: release_code.0,
    }
}

/// The serial of the volume that carries the release, as the number that tools
/// print: [`super::BootArea::serial`].
pub fn volume_serial(release_code: &Digest) -> u32 {
    identity_number(&release_code.0, 0)
}

/// Every file of the medium: the seal's as found, the others by their hash.
/// A file of the manifest that `sums` does not name has no place; the seal's
/// rules leave none.
pub fn files(manifest: &Manifest, sums: &Sums, seal: Vec<FileSpec>) -> Vec<FileSpec> {
    let mut files = seal;
    files.reserve(manifest.files.len());
    // Both are sorted and name the same files: the next line is the one, and
    // only where it is not it is searched for.
    let mut lines = sums.lines().iter().filter(|(path, _)| path != MANIFEST);
    for file in manifest.files.iter().filter(|file| file.path != MANIFEST) {
        let next = lines.next().filter(|(path, _)| *path == file.path);
        if let Some(digest) = next.map(|line| line.1).or_else(|| sums.digest(&file.path)) {
            files.push(FileSpec::hashed(file.path.clone(), file.size, digest.0));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_serial_is_the_first_four_bytes_of_the_release_code_and_never_zero() {
        let mut code = Digest([0; 32]);
        assert_eq!(volume_serial(&code), 1);
        code.0[..5].copy_from_slice(&[1, 2, 3, 4, 5]);
        assert_eq!(volume_serial(&code), 0x0403_0201);
    }
}
