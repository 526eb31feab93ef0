//! The workbench of an exercise: a good release of the person's own, its image
//! and zip, and a twin of it by a publisher for exercises.
//!
//! What can be made of the release as it is, is made of it, so that it is
//! checked by the person's own trust. What needs keys that the person does not
//! have is made of the **twin**: the same release under the publisher `demo`,
//! signed by keys that exist for this run only. Every verdict about it says
//! DEMO, and no verifier takes it outside of a marked folder.

use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};

use super::seal_draft::Draft;
use super::{DrillError, Keys, seal_fields, seal_media, trust_anchor, unsuitable};
use crate::seal::digest::Digest;
use crate::seal::json;
use crate::seal::key::KeyId;
use crate::seal::layout::{SUMS, SealName, seal_name, trust_document};
use crate::seal::manifest::Manifest;
use crate::seal::names::{Identifier, Number, Position};
use crate::seal::trust::{Holder, ProductRule, Role};
use crate::sign::keyfile::SigningKey;
use crate::sign::trust_editing::first_document;
use crate::source;
use crate::store::Existing;
use crate::store::atomic::{parent_and_name, write_atomic};
use crate::store::folder::{Access, SystemFolder};
use crate::store::tree::{AtomicFolder, TemporaryTree};
use crate::text::Language;
use crate::verify::demo::MARKER;
use crate::verify::enrolment::{Enrolment, enrol};
use crate::verify::report::DEMO;
use crate::verify::rollback::Remembered;
use crate::verify::state::{self, StateRead};

/// Prefix of the folder in which a workbench keeps its copies.
pub const WORKBENCH: &str = ".mediaseal-drill-";
/// The release in the folder of an exercise with throwaway keys.
pub const RELEASE: &str = "release";
/// Its anchor.
pub const ANCHOR: &str = "exercise.anchor";
/// Its state.
pub const STATE: &str = "state";

/// Keys that exist as long as this value.
pub struct Throwaway {
    release: [SigningKey; 2],
    root: [SigningKey; 2],
    stranger: SigningKey,
}

impl Throwaway {
    fn new(release: &[KeyId], root: &[KeyId]) -> Result<Self, DrillError> {
        let key = |ids: &[KeyId], index: usize| SigningKey::throwaway(ids.get(index).copied());
        Ok(Self {
            release: [key(release, 0)?, key(release, 1)?],
            root: [key(root, 0)?, key(root, 1)?],
            stranger: SigningKey::throwaway(None)?,
        })
    }

    /// As the generators take them.
    pub fn keys(&self) -> Keys<'_> {
        let [first, second] = &self.release;
        let [third, fourth] = &self.root;
        Keys { release: [first, second], root: [third, fourth], stranger: &self.stranger }
    }
}

/// A twin of the release under the publisher of exercises.
struct Twin {
    keys: Throwaway,
    folder: PathBuf,
}

/// A good release and everything that exercises are made of.
pub struct Workbench {
    scratch: TemporaryTree<SystemFolder>,
    folder: PathBuf,
    manifest: Manifest,
    /// Keys with the ids of the release's own signers, for fixtures that spoil
    /// or move what they signed and sign nothing.
    stand_in: Throwaway,
    image: OnceCell<PathBuf>,
    zip: OnceCell<PathBuf>,
    twin: OnceCell<Twin>,
    /// Names in the scratch folder that were given out.
    used: Cell<u32>,
}

/// The value of a cell, made where it is empty.
fn made<T>(
    cell: &OnceCell<T>,
    make: impl FnOnce() -> Result<T, DrillError>,
) -> Result<&T, DrillError> {
    if cell.get().is_none() {
        let value = make()?;
        return Ok(cell.get_or_init(|| value));
    }
    cell.get().ok_or_else(|| unsuitable("nothing was made"))
}

impl Workbench {
    /// Takes the release at `release`, a folder, zip, image or device, to a
    /// workbench beside `out`, which goes away with this value.
    pub fn new(release: &Path, out: &Path) -> Result<Self, DrillError> {
        let (parent, _) = parent_and_name(out)?;
        let scratch = TemporaryTree::create(&parent, WORKBENCH, Access::Owner)?;
        let folder = scratch.folder().path().join("good");
        take(release, &folder)?;
        let draft = Draft::read(&folder)?;
        let manifest = draft.manifest()?;
        let newest = draft.newest()?.version;
        let ids = |of: fn(SealName, u32) -> Option<KeyId>| -> Vec<_> {
            draft.names().iter().filter_map(|name| of(seal_name(name)?, newest)).collect()
        };
        let stand_in = Throwaway::new(
            &ids(|name, _| match name {
                SealName::SumsSignature(id) => Some(id),
                _ => None,
            }),
            &ids(|name, newest| match name {
                SealName::TrustSignature(version, id) if version == newest => Some(id),
                _ => None,
            }),
        )?;
        let (image, zip, twin) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let used = Cell::new(0);
        Ok(Self { scratch, folder, manifest, stand_in, image, zip, twin, used })
    }

    fn scratch(&self, name: &str) -> PathBuf {
        self.scratch.folder().path().join(name)
    }

    /// A path for a folder that goes away with the workbench.
    pub fn scratch_folder(&self) -> Result<PathBuf, DrillError> {
        let used = self.used.get();
        self.used.set(used + 1);
        Ok(self.scratch(&format!("folder-{used}")))
    }

    /// The good release as a folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What it is.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The path of its payload.
    pub fn payload(&self) -> &str {
        &self.manifest.payload.path
    }

    /// Keys that sign nothing that counts.
    pub fn stand_in(&self) -> Keys<'_> {
        self.stand_in.keys()
    }

    /// Its image.
    pub fn image(&self) -> Result<&Path, DrillError> {
        let path = made(&self.image, || {
            let path = self.scratch("good.img");
            seal_media::image(&self.folder, &self.manifest, &path)?;
            Ok(path)
        })?;
        Ok(path)
    }

    /// Its zip.
    pub fn zip(&self) -> Result<&Path, DrillError> {
        let path = made(&self.zip, || {
            let path = self.scratch("good.zip");
            seal_media::bundle(&self.folder, &self.manifest, &path)?;
            Ok(path)
        })?;
        Ok(path)
    }

    fn twin(&self) -> Result<&Twin, DrillError> {
        made(&self.twin, || {
            let keys = Throwaway::new(&[], &[])?;
            let folder = self.scratch("twin");
            twin(&self.folder, &keys.keys(), &folder)?;
            Ok(Twin { keys, folder })
        })
    }

    /// The folder of the twin, and the keys that signed it.
    pub fn twin_release(&self) -> Result<(&Path, Keys<'_>), DrillError> {
        let twin = self.twin()?;
        Ok((&twin.folder, twin.keys.keys()))
    }

    /// Makes the folder `out`, marked as an exercise's, with the twin's anchor
    /// and whatever `fill` puts there; whole or not at all.
    pub fn setting(
        &self,
        out: &Path,
        fill: impl FnOnce(&Self, &Path) -> Result<(), DrillError>,
    ) -> Result<(), DrillError> {
        let folder = AtomicFolder::create_at(out, Access::Everyone, Existing::Refuse)?;
        let root = folder.folder().path().to_path_buf();
        folder.write_file(MARKER, b"")?;
        let (anchor, _) = trust_anchor::anchor_of(&Draft::read(&self.twin()?.folder)?)?;
        folder.write_file(ANCHOR, &anchor)?;
        fill(self, &root)?;
        Ok(folder.commit()?)
    }

    /// Puts the good twin into a setting.
    pub fn put_twin(&self, root: &Path) -> Result<(), DrillError> {
        Draft::read(&self.twin()?.folder)?.write(&root.join(RELEASE))
    }

    /// Makes a state in the folder `name` of a setting: the twin's publisher is
    /// enrolled, and these releases of its product were copied, one after the
    /// other.
    pub fn put_state(&self, root: &Path, name: &str, copied: &[Copied]) -> Result<(), DrillError> {
        let draft = Draft::read(&self.twin()?.folder)?;
        let code = Digest::of(draft.bytes(&trust_document(1))?);
        let folder = root.join(name);
        let anchor = root.join(ANCHOR);
        enrol(&folder, &anchor, &code.to_string(), Enrolment::First, Language::English)
            .map_err(unsuitable)?;
        for copied in copied {
            let StateRead::Ready(mut state) = state::read(&folder) else {
                return Err(unsuitable("the state cannot be read"));
            };
            let held = state.hold().map_err(unsuitable)?;
            let remembered = Remembered {
                position: copied.position,
                release_code: copied.code,
                floor: Position { epoch: copied.position.epoch, sequence: Number::ONE },
            };
            state.remember(&held, &self.manifest.product, |_| remembered).map_err(unsuitable)?;
        }
        Ok(())
    }

    /// The code of the twin.
    pub fn twin_code(&self) -> Result<Digest, DrillError> {
        let draft = Draft::read(&self.twin()?.folder)?;
        Ok(Digest::of(draft.bytes(SUMS)?))
    }
}

/// A release that a state remembers.
#[derive(Clone, Copy, Debug)]
pub struct Copied {
    /// Its place in the product's history.
    pub position: Position,
    /// Its release code.
    pub code: Digest,
}

/// Copies every file of a source to the new folder `to`.
fn take(release: &Path, to: &Path) -> Result<(), DrillError> {
    let source = source::open(release).map_err(unsuitable)?;
    let listing = source.listing().map_err(unsuitable)?;
    if let Some(remark) = listing.remarks.first() {
        return Err(unsuitable(remark.to_string()));
    }
    let folder = AtomicFolder::create_at(to, Access::Everyone, Existing::Refuse)?;
    let mut files = 0;
    for entry in listing.entries.iter().filter(|entry| entry.is_file()) {
        let mut reader = source.open_file(&entry.path).map_err(unsuitable)?;
        let mut file = folder.create_file(&entry.path)?;
        std::io::copy(&mut reader, &mut file).map_err(DrillError::io(release, "read"))?;
        files += 1;
    }
    match files {
        0 => Err(unsuitable("there is no file in it")),
        _ => Ok(folder.commit()?),
    }
}

/// The release again under the publisher `demo`, by `keys` alone: two root
/// holders and two signers, of whom both must sign.
fn twin(good: &Path, keys: &Keys<'_>, out: &Path) -> Result<(), DrillError> {
    let mut draft = Draft::read(good)?;
    for name in draft.names() {
        let of_trust = matches!(
            seal_name(&name),
            Some(SealName::TrustDocument(_) | SealName::TrustSignature(..))
        );
        if of_trust {
            draft.remove(&name)?;
        }
    }
    let publisher = Identifier::parse(DEMO).map_err(unsuitable)?;
    let holder = |name: &str, key: &SigningKey| -> Result<Holder, DrillError> {
        let name = Identifier::parse(name).map_err(unsuitable)?;
        Ok(Holder { name, public_key: key.public() })
    };
    let role = |names: [&str; 2], keys: [&SigningKey; 2]| -> Result<Role, DrillError> {
        let keys = vec![holder(names[0], keys[0])?, holder(names[1], keys[1])?];
        Ok(Role { threshold: 2, keys })
    };
    let root = role(["exercise-root-1", "exercise-root-2"], keys.root)?;
    let release = role(["exercise-signer-1", "exercise-signer-2"], keys.release)?;
    let mut document = first_document(publisher.clone(), root, release);
    let manifest = draft.manifest()?;
    if manifest.epoch != Number::ONE {
        let rule = ProductRule { epoch: manifest.epoch, floor: Number::ONE };
        document.products.insert(manifest.product.clone(), rule);
    }
    let bytes = json::print(&document)?;
    // Its publisher is asked when it is signed, so it must be there first.
    draft.put(trust_document(1), bytes.clone());
    draft.put_trust(1, &bytes, &keys.root)?;
    match manifest.publisher == publisher {
        // A release of the demo already: signed again by the new keys.
        true => {
            let comment = draft.comment()?;
            draft.sign_again(keys, &comment)?;
        }
        false => seal_fields::changed(&mut draft, keys, |manifest| manifest.publisher = publisher)?,
    }
    draft.write(out)
}

/// Says beside an output that it is one.
pub fn write_notice(out: &Path, text: &str) -> Result<(), DrillError> {
    let (folder, name) = parent_and_name(out)?;
    let mut notice = name;
    notice.push(".EXERCISE.TXT");
    Ok(write_atomic(&folder, &notice, text.as_bytes(), Access::Everyone, Existing::Replace)?)
}
