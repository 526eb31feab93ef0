//! Image and zip of any release folder, however bad its seal: the renderer is
//! the good one, so that what a check finds is the seal's fault alone.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{DrillError, files_of, unsuitable};
use crate::medium::{BundlePlan, FileSink, FileSpec, Plan, VolumeSpec, release};
use crate::seal::digest::Digest;
use crate::seal::layout::SUMS;
use crate::seal::manifest::Manifest;
use crate::store::Existing;
use crate::store::atomic::AtomicFile;
use crate::store::folder::Access;

/// Writes the image `out` of `folder`, on the volume that `volume_of` names.
pub fn image(folder: &Path, volume_of: &Manifest, out: &Path) -> Result<(), DrillError> {
    let listing = files_of(folder)?;
    let code = match listing.get(SUMS) {
        Some(path) => digest(path)?.1,
        // Without a seal there is no identity; any will do.
        None => Digest::of(b""),
    };
    let volume: VolumeSpec = release::volume(volume_of, &code);
    let plan = Plan::new(&volume, specs(&listing)?).map_err(unsuitable)?;
    written(out, |sink| {
        plan.render(sink, &mut |_, file| open(folder, file), &mut |_| ()).map_err(unsuitable)?;
        Ok(())
    })
}

/// Writes the zip `out` of `folder`, with the times that `times_of` names.
pub fn bundle(folder: &Path, times_of: &Manifest, out: &Path) -> Result<(), DrillError> {
    let listing = files_of(folder)?;
    let plan = BundlePlan::new(release::issued(times_of), specs(&listing)?).map_err(unsuitable)?;
    let mut open = |_: usize, file: &FileSpec| open(folder, file);
    let checksums = plan.checksums(&mut open, &mut |_| ()).map_err(unsuitable)?;
    written(out, |sink| {
        plan.render(sink, &mut open, &checksums, &mut |_| ()).map_err(unsuitable)?;
        Ok(())
    })
}

fn written(
    out: &Path,
    render: impl FnOnce(&mut FileSink) -> Result<(), DrillError>,
) -> Result<(), DrillError> {
    let file = AtomicFile::create_at(out, Access::Everyone, Existing::Refuse)?;
    let failed = || DrillError::io(out, "write");
    let mut sink = FileSink::new(file.duplicate()?).map_err(failed())?;
    render(&mut sink)?;
    sink.finish().map_err(failed())?;
    Ok(file.commit()?)
}

fn open(folder: &Path, file: &FileSpec) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(File::open(folder.join(&file.path))?))
}

/// Every file by its hash. The order and the placing of the seal's files follow
/// from their names.
fn specs(listing: &BTreeMap<String, PathBuf>) -> Result<Vec<FileSpec>, DrillError> {
    let spec = |(name, path): (&String, &PathBuf)| {
        let (bytes, digest) = digest(path)?;
        Ok(FileSpec::hashed(name.clone(), bytes, digest.0))
    };
    listing.iter().map(spec).collect()
}

fn digest(path: &Path) -> Result<(u64, Digest), DrillError> {
    crate::build::intake::digest(path, &mut |_| ()).map_err(unsuitable)
}
