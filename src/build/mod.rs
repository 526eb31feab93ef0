//! Recipes and the assembly of a release.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`recipe`], [`reading`] | a recipe in TOML, and how it is read |
//! | [`fields`], [`mistake`] | fields with their lines; every mistake names file, line and field |
//! | [`instruments`], [`built_in`] | what stands in the folder `templates/` |
//! | [`template`], [`values`] | texts with places to fill in, and what goes there |
//! | [`msi`] | names, version and codes of a Windows Installer package |
//! | [`payload`], [`intake`] | the files of a release, read once and hashed on the way |
//! | [`settings`] | what the command line adds to a recipe |
//! | [`assemble`] | from all of that to manifest and `SHA256SUMS` |
//! | [`folder`], [`compare`] | a release folder that appears whole; one made again and compared |
//! | [`pack`], [`image`], [`block_map`] | image, its block map, and bundle of a signed release |
//! | [`piece_digests`] | a digest of each piece of an image, for whoever hands it on |
//! | [`error`] | why nothing was built |
//!
//! Same inputs, same bytes: nothing here asks a clock, a locale or the order of
//! a folder.

pub mod assemble;
pub mod block_map;
#[path = "../../templates/index.rs"]
pub mod built_in;
pub mod compare;
pub mod error;
pub mod fields;
pub mod folder;
pub mod image;
pub mod instruments;
pub mod intake;
pub mod mistake;
pub mod msi;
pub mod pack;
pub mod payload;
pub mod piece_digests;
pub mod reading;
pub mod recipe;
pub mod settings;
pub mod template;
pub mod values;

#[cfg(test)]
pub(crate) mod testing;
