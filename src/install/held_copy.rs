//! The copy on the instrument, held while the vendor's installer works.
//!
//! Defends against a package that is exchanged between its judgement and the
//! installer's start: every folder of the way and the package itself are open
//! before anything is judged, and stay so until the installer has ended. No link
//! is followed on the way. The manifest that names the package is not judged yet;
//! whoever judges the copy compares the name with the sealed one.

use std::path::{Path, PathBuf};

use crate::seal::layout::MANIFEST;
use crate::seal::limits::MAX_MANIFEST_BYTES;
use crate::seal::manifest::Manifest;
use crate::seal::names::escape_path;
use crate::source::Source as _;
use crate::source::folder::FolderSource;
use crate::verify::detail::Detail;
use crate::verify::outcome::{Failure, Outcome};
use crate::verify::session::failure;

use super::failures::not_there;
use super::installer::HeldPackage;
use super::staging::Destination;
use super::world::World;

/// What is held while the installer works: every folder of the way, and the
/// package.
pub(super) struct Ready {
    _way: Destination,
    pub held: Box<dyn HeldPackage>,
    pub package: PathBuf,
}

/// Opens the way to the copy without following a link, and the package for
/// reading alone. The manifest that names the package is not judged yet.
pub(super) fn hold(copy: &Path, world: &World<'_>) -> Result<(Ready, String), Failure> {
    let language = world.language;
    let gone = |detail: String| not_there(copy, &detail, language);
    if !copy.is_dir() {
        return Err(gone(Detail::fact(|facts| facts.no_copy, &[]).words(language).to_string()));
    }
    let way = Destination::open(copy).map_err(|fault| gone(fault.words(language)))?;
    let source = FolderSource::open(copy).map_err(|error| gone(error.words(language)))?;
    let bytes = source.read(MANIFEST, MAX_MANIFEST_BYTES).map_err(|e| gone(e.words(language)))?;
    let manifest = Manifest::parse(&bytes).map_err(|error| gone(error.words(language)))?;
    let path = manifest.payload.path;
    let package = path.split('/').fold(copy.to_path_buf(), |at, part| at.join(part));
    let held = world.installer.hold(&package).map_err(|error| {
        let entry = language.table().install_failures.package_not_held;
        let values = [
            ("path", escape_path(&package)),
            ("detail", Detail::failed(&error).words(language).to_string()),
        ];
        failure(Outcome::Io, entry, &values)
    })?;
    Ok((Ready { _way: way, held, package }, path))
}
