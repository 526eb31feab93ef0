//! Exercises of trust and memory: a release with a state or an anchor around it
//! that was lost, torn, or put where it may not lie; and good ones, so that a
//! set does not teach to say FAIL.

use std::fs;
use std::path::Path;

use super::{Ask, Comes, Drill, Make, Output, Special, codes};
use crate::drill::exercise::{ANCHOR, Copied, RELEASE, STATE, Workbench};
use crate::drill::seal_draft::Draft;
use crate::drill::trust_state::{StateFault, spoil};
use crate::drill::{
    DrillError, folder, folder::NOT_HERE, seal, seal_fields, trust_anchor, trust_history,
    unsuitable,
};
use crate::seal::digest::Digest;
use crate::seal::json;
use crate::seal::layout::{MANIFEST, SUMS};
use crate::seal::names::{Number, Position};
use crate::seal::sums::Sums;
use crate::seal::timestamp::Timestamp;
use crate::sign::keyfile::SigningKey;

/// What was done, what comes of it, by which findings, in French.
type Row = (&'static str, Comes, &'static str, &'static str, Ask, Special);

const fn special(
    row: u8,
    english: &'static str,
    output: Output,
    make: fn(&Workbench, &Path) -> Result<(), DrillError>,
) -> Special {
    Special { row, english, output, make }
}

const OWN: Ask = Ask::Own(&[]);
const ANCHORED: Ask = Ask::Anchor(&[]);
const REMEMBERED: Ask = Ask::State(&[]);

#[rustfmt::skip] // One exercise after the other: it is read as a table.
static SPECIALS: [Row; 19] = [
    ("good-folder", Comes::Pass, "", "la bonne livraison", OWN,
        special(0, "the good release", Output::Folder, good_folder)),
    ("good-image", Comes::Pass, "", "la bonne livraison", OWN,
        special(0, "the good release", Output::Image, good_image)),
    ("good-zip", Comes::Pass, "", "la bonne livraison", OWN,
        special(0, "the good release", Output::Zip, good_zip)),
    ("mixed", Comes::Fail, "M-120 M-900", "le sceau d'une livraison sur les fichiers d'une autre", ANCHORED,
        special(7, "the seal of one release over the files of another", Output::Setting, mixed)),
    ("mixed-manifest", Comes::Fail, "M-107 M-900", "le manifeste d'une autre livraison", ANCHORED,
        special(7, "the manifest of another release", Output::Setting, mixed_manifest)),
    ("older-than-stored", Comes::Fail, "M-502 M-900", "une livraison plus ancienne que la dernière copiée", REMEMBERED,
        special(7, "older than the last one that was copied", Output::Setting, older)),
    ("older-and-accepted", Comes::Pass, "M-506 M-900", "de même, acceptée par option", Ask::State(&["--accept-older"]),
        special(7, "the same, accepted by option", Output::Setting, older)),
    ("same-number-other-release", Comes::Fail, "M-503 M-900", "une autre livraison avec le numéro de la dernière copiée", REMEMBERED,
        special(7, "another release with the number of the last one copied", Output::Setting, conflict)),
    ("other-product", Comes::Fail, "M-505", "un autre produit que celui demandé", Ask::Own(&["--product", "an-exercise"]),
        special(7, "another product than was asked for", Output::Folder, good_folder)),
    ("old-root-keys", Comes::Fail, "M-402 M-900", "des clés racines volées commencent une autre histoire", ANCHORED,
        special(8, "stolen root keys begin another history", Output::Setting, old_root_keys)),
    ("clock-before-issued", Comes::Pass, "M-510 M-900", "une livraison datée de 2098", ANCHORED,
        special(9, "a release that was issued in 2098", Output::Setting, issued_in_2098)),
    ("advice-passed", Comes::Pass, "M-511 M-900", "une livraison datée de 1990, à renouveler depuis 1991", ANCHORED,
        special(9, "a release of 1990, to be renewed since 1991", Output::Setting, issued_in_1990)),
    ("state-gone", Comes::Trust, "M-420 M-900", "le dossier d'état entier a disparu", REMEMBERED,
        special(10, "the whole state folder is gone", Output::Setting, alone)),
    ("no-anchor", Comes::Trust, "M-420 M-900", "aucune ancre", Ask::Within(&["--state", "{out}/nobody"]),
        special(26, "no anchor", Output::Setting, alone)),
    ("anchor-inside", Comes::Fail, "M-214 M-420 M-900", "l'ancre se trouve dans la livraison", Ask::Within(&["--anchor", "{out}/release/exercise.anchor", "--state", "{out}/nobody"]),
        special(26, "the anchor lies inside of the release", Output::Setting, anchor_inside)),
    ("state-inside", Comes::Fail, "M-214 M-215 M-420 M-900", "l'état se trouve dans la livraison", Ask::Within(&["--state", "{out}/release/state"]),
        special(26, "the state lies inside of the release", Output::Setting, state_inside)),
    ("state-writable-by-others", Comes::Refused, "M-424 M-900", "d'autres peuvent écrire dans le dossier d'état", REMEMBERED,
        special(32, "others can write in the state folder", Output::Setting, state_writable)),
    ("demo-release", Comes::Pass, "M-900", "une livraison de l'éditeur des exercices", ANCHORED,
        special(33, "a release of the publisher of exercises", Output::Setting, alone)),
    ("remembered", Comes::Pass, "M-507 M-900", "la livraison qui a été copiée ici", REMEMBERED,
        special(0, "the release that was copied here", Output::Setting, remembered)),
];

const STATES: [(StateFault, &str, &str); 12] = [
    (StateFault::TrustDeleted, "M-421 M-900", "la chaîne enregistrée a disparu"),
    (StateFault::FloorsDeleted, "M-421 M-900", "la mémoire des copies a disparu"),
    (StateFault::StoresDeleted, "M-421 M-900", "tout l'état a disparu, les procès-verbaux sont là"),
    (StateFault::OneFileDeleted, "M-421 M-900", "un des deux fichiers de la mémoire a disparu"),
    (StateFault::OneTrustFileDeleted, "M-421 M-900", "un des deux fichiers de la chaîne a disparu"),
    (StateFault::Torn, "M-421 M-900", "une coupure de courant a déchiré la mémoire"),
    (StateFault::BitFlipped, "M-421 M-900", "un bit de la mémoire est inversé"),
    (StateFault::OneFileOld, "M-421 M-900", "une sauvegarde a remis un ancien fichier"),
    (StateFault::NewerFiles, "M-422 M-900", "un programme plus récent a écrit les fichiers"),
    (StateFault::NewerFloors, "M-422 M-900", "un programme plus récent a écrit la mémoire"),
    (StateFault::NewerTrust, "M-422 M-900", "un programme plus récent a écrit la chaîne"),
    (StateFault::OtherPublisher, "M-423 M-900", "la mémoire est celle d'un autre éditeur"),
];

/// All of them.
pub(super) fn drills() -> Vec<Drill> {
    let mut drills = Vec::new();
    for (name, comes, findings, french, ask, special) in &SPECIALS {
        let make = Make::Special(special);
        let (name, findings) = (name.to_string(), codes(findings));
        drills.push(Drill { name, french, comes: *comes, findings, ask: *ask, make });
    }
    for (fault, findings, french) in STATES {
        drills.push(Drill {
            name: fault.name().to_string(),
            french,
            comes: Comes::Trust,
            findings: codes(findings),
            ask: REMEMBERED,
            make: Make::State(fault),
        });
    }
    drills
}

fn good_folder(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    folder::make(bench.folder(), out, |_| Ok(()))
}

fn good_image(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    crate::drill::medium::make(bench.image()?, out, |_| Ok(()))
}

fn good_zip(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    crate::drill::seal_media::bundle(bench.folder(), bench.manifest(), out)
}

/// The twin and its anchor alone.
fn alone(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| bench.put_twin(root))
}

/// Another release of the twin: other documents, one sequence later.
fn other(bench: &Workbench) -> Result<Draft, DrillError> {
    let (good, keys) = bench.twin_release()?;
    let mut draft = Draft::read(good)?;
    let sums = Sums::parse(draft.bytes(SUMS)?).map_err(unsuitable)?;
    let payload = bench.payload();
    let mut lines = sums.lines().to_vec();
    let content = b"Another release.\r\n";
    let mut manifest = draft.manifest()?;
    for line in lines.iter_mut().filter(|line| line.0 == payload) {
        line.1 = Digest::of(content);
    }
    for file in manifest.files.iter_mut().filter(|file| file.path == payload) {
        file.size = content.len() as u64;
    }
    manifest.sequence = seal_fields::after(manifest.sequence);
    let bytes = json::print(&manifest)?;
    for line in lines.iter_mut().filter(|line| line.0 == MANIFEST) {
        line.1 = Digest::of(&bytes);
    }
    draft.put(payload, *content);
    draft.put(MANIFEST, bytes);
    draft.put(SUMS, Sums::new(lines).map_err(unsuitable)?.print());
    let comment = draft.comment()?;
    draft.sign_again(&keys, &comment)?;
    Ok(draft)
}

fn mixed(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        let files = bench.scratch_folder()?;
        other(bench)?.write(&files)?;
        seal::mixed(bench.twin_release()?.0, &files, &root.join(RELEASE))
    })
}

fn mixed_manifest(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        let files = bench.scratch_folder()?;
        other(bench)?.write(&files)?;
        seal::mixed_manifest(bench.twin_release()?.0, &files, &root.join(RELEASE))
    })
}

/// Two releases that were copied: the one before the twin, and `last`.
fn history(last: Copied) -> [Copied; 2] {
    let first = Position { sequence: Number::ONE, ..last.position };
    [Copied { position: first, code: Digest::of(b"the first release") }, last]
}

fn with_memory(
    bench: &Workbench,
    out: &Path,
    last: impl FnOnce(&Workbench) -> Result<Copied, DrillError>,
) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        bench.put_twin(root)?;
        bench.put_state(root, STATE, &history(last(bench)?))
    })
}

/// The twin itself was copied last.
fn same(bench: &Workbench) -> Result<Copied, DrillError> {
    Ok(Copied { position: bench.manifest().position(), code: bench.twin_code()? })
}

fn remembered(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    with_memory(bench, out, same)
}

fn older(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    with_memory(bench, out, |bench| {
        let position = bench.manifest().position();
        let position = Position { sequence: seal_fields::after(position.sequence), ..position };
        Ok(Copied { position, code: Digest::of(b"a newer release") })
    })
}

fn conflict(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    with_memory(bench, out, |bench| {
        Ok(Copied { position: bench.manifest().position(), code: Digest::of(b"another release") })
    })
}

/// A state in which the twin was copied, spoiled.
pub(super) fn spoiled_state(
    fault: StateFault,
    bench: &Workbench,
    out: &Path,
) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        bench.put_twin(root)?;
        bench.put_state(root, "whole", &history(same(bench)?))?;
        let whole = root.join("whole");
        spoil(&whole, fault, &root.join(STATE))?;
        fs::remove_dir_all(&whole).map_err(DrillError::io(&whole, "remove"))
    })
}

/// The anchor has a document 2 with another root holder; the keys of document 1
/// sign another document 2.
fn old_root_keys(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        let (good, keys) = bench.twin_release()?;
        let new_root = SigningKey::throwaway(None)?;
        let mut held = Draft::read(good)?;
        let mut document = trust_history::next(&held)?;
        let role = &mut document.roles.root;
        role.threshold = 1;
        role.keys.truncate(1);
        for holder in &mut role.keys {
            holder.public_key = new_root.public();
        }
        let bytes = json::print(&document)?;
        held.put_trust(document.version, &bytes, &[keys.root[0], keys.root[1], &new_root])?;
        let (anchor, _) = trust_anchor::anchor_of(&held)?;
        let path = root.join(ANCHOR);
        fs::write(&path, anchor).map_err(DrillError::io(&path, "write"))?;
        let mut bad = Draft::read(good)?;
        trust_history::old_root_keys(&mut bad, &keys)?;
        bad.write(&root.join(RELEASE))
    })
}

fn issued(bench: &Workbench, out: &Path, dates: [&str; 2]) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        let (good, keys) = bench.twin_release()?;
        let mut draft = Draft::read(good)?;
        let date = |text: &str| Timestamp::parse(text).ok_or_else(|| unsuitable("no date"));
        let [from, until] = [date(dates[0])?, date(dates[1])?];
        seal_fields::changed(&mut draft, &keys, |manifest| {
            (manifest.issued, manifest.advise_after) = (from, until);
        })?;
        draft.write(&root.join(RELEASE))
    })
}

fn issued_in_2098(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    issued(bench, out, ["2098-11-23T10:00:00Z", "2099-11-23T10:00:00Z"])
}

fn issued_in_1990(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    issued(bench, out, ["1990-11-23T10:00:00Z", "1991-11-23T10:00:00Z"])
}

fn anchor_inside(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        bench.put_twin(root)?;
        let target = root.join(RELEASE).join(ANCHOR);
        let path = root.join(ANCHOR);
        fs::rename(&path, &target).map_err(DrillError::io(&path, "move"))
    })
}

fn state_inside(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        bench.put_twin(root)?;
        bench.put_state(root, &format!("{RELEASE}/{STATE}"), &history(same(bench)?))
    })
}

fn state_writable(bench: &Workbench, out: &Path) -> Result<(), DrillError> {
    bench.setting(out, |bench, root| {
        bench.put_twin(root)?;
        bench.put_state(root, STATE, &history(same(bench)?))?;
        let state = root.join(STATE);
        open_to_others(&state).map_err(|error| match error.kind() {
            std::io::ErrorKind::Unsupported => unsuitable(NOT_HERE),
            _ => DrillError::io(&state, "open to others")(error),
        })
    })
}

#[cfg(unix)]
fn open_to_others(state: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(state, fs::Permissions::from_mode(0o777))
}

/// Access lists of Windows are not changed by an exercise.
#[cfg(not(unix))]
fn open_to_others(_: &Path) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
