//! Exercises of bytes, files and names: folders, images and zips of the
//! person's own release. They need no key.

use super::{Ask, Comes, Drill, Make, codes};
use crate::drill::{DrillError, bundle_faults, folder, medium_faults, unsuitable};

type Row = (&'static str, &'static str, &'static str);

#[rustfmt::skip] // One line an exercise: it is read as a table.
const FOLDERS: [Row; 13] = [
    ("file-missing", "M-119", "un fichier supprimé"),
    ("file-truncated", "M-120", "un fichier plus court d'un octet"),
    ("file-longer", "M-120", "un fichier plus long d'un octet"),
    ("file-replaced", "M-118", "un autre contenu de la même taille"),
    ("folder-in-place", "M-121", "un dossier à la place d'un fichier"),
    ("extra-files", "M-214", "autorun.inf, desktop.ini, une DLL et un raccourci ajoutés"),
    ("extra-folder", "M-215", "un dossier vide ajouté"),
    ("file-of-2-gib", "M-120", "un fichier grossi jusqu'à 2^31 octets"),
    ("file-below-4-gib", "M-120", "un fichier grossi jusqu'à 2^32 - 1 octets"),
    ("file-of-4-gib", "M-120", "un fichier grossi jusqu'à 2^32 octets"),
    ("bytes-appended", "M-120", "un programme ajouté à la fin d'un fichier signé"),
    ("bad-names", "M-217", "des noms qu'aucune livraison ne peut avoir"),
    ("names-equal-without-case", "M-214 M-218", "un nom en double, à la casse près"),
];

#[rustfmt::skip]
const IMAGES: [Row; 41] = [
    ("bit-in-payload", "M-118", "un bit d'un fichier inversé"),
    ("bit-in-seal", "M-302 M-303", "un bit de SHA256SUMS inversé"),
    ("bit-in-structure", "M-230", "un bit d'une FAT inversé"),
    ("file-missing", "M-118 M-119 M-230", "un fichier retiré sans trace"),
    ("file-truncated", "M-120 M-230", "un fichier plus court d'un octet"),
    ("file-longer", "M-120 M-230", "un fichier plus long d'un octet"),
    ("file-replaced", "M-118", "un autre contenu de la même taille"),
    ("folder-in-place", "M-121 M-215 M-217 M-218 M-219 M-230 M-237 M-238", "un dossier à la place d'un fichier"),
    ("extra-files", "M-214 M-230 M-232", "autorun.inf, desktop.ini, une DLL et un raccourci ajoutés"),
    ("extra-folder", "M-215 M-230 M-232", "un dossier vide ajouté"),
    ("hidden-attribute", "M-219 M-230", "un fichier caché"),
    ("second-label", "M-230 M-238", "un second nom de volume"),
    ("deleted-entry", "M-230 M-231", "un fichier ajouté puis supprimé"),
    ("slack", "M-233", "des données derrière un fichier, dans son dernier cluster"),
    ("free-cluster", "M-232", "des données dans un cluster libre"),
    ("gap", "M-230", "des données avant la partition"),
    ("after-the-end", "M-234 M-238", "des données derrière l'image"),
    ("boot-code", "M-230", "du code dans le MBR"),
    ("boot-sector-code", "M-230", "du code dans le secteur d'amorçage"),
    ("second-partition", "M-230", "une seconde partition dans le MBR"),
    ("stale-gpt", "M-230 M-232", "une ancienne table GPT à ses deux places"),
    ("os-changes", "M-701 M-702 M-703", "branchée en écriture sous Windows"),
    ("os-changes-and-a-dll", "M-217 M-219 M-230 M-232", "de même, et une DLL dans System Volume Information"),
    ("os-changes-and-a-cluster-tail", "M-217 M-219 M-230 M-232", "de même, et des données derrière WPSettings.dat"),
    ("os-changes-and-unequal-fats", "M-217 M-219 M-230 M-232", "de même, et deux FAT différentes"),
    ("os-changes-and-a-longer-file", "M-217 M-219 M-230 M-232", "de même, et un WPSettings.dat de 13 octets"),
    ("cluster-loop", "M-230 M-238", "un fichier dont les clusters tournent en rond"),
    ("endless-root", "M-230 M-231 M-238", "un dossier racine sans fin"),
    ("full-root", "M-230 M-231 M-232 M-239", "un dossier racine sur tous les clusters libres"),
    ("cross-linked", "M-214 M-230 M-238", "deux fichiers pour une seule chaîne"),
    ("unequal-fats", "M-230", "deux FAT différentes"),
    ("entry-past-the-end", "M-230 M-238", "un fichier dans un cluster qui n'existe pas"),
    ("root-at-zero", "M-230", "un secteur d'amorçage dont la racine est le cluster 0"),
    ("sector-size-4096", "M-230", "un secteur d'amorçage qui dit 4096"),
    ("absurd-sectors", "M-101 M-238", "FFFFFFFF secteurs partout où on les compte"),
    ("long-name-checksum", "M-119 M-217 M-230 M-238", "le nom long d'un autre fichier"),
    ("endless-tail", "M-234 M-238", "4 Gio de zéros derrière l'image"),
    ("cut-off", "M-101 M-238", "une image qui s'arrête au milieu"),
    ("bad-names", "M-217 M-230 M-232", "des noms qu'aucune livraison ne peut avoir"),
    ("names-equal-without-case", "M-214 M-218 M-230", "un nom en double, à la casse près"),
    ("short-name-only", "M-217 M-230", "un nom 8.3 avec un tilde"),
];

#[rustfmt::skip]
const ZIPS: [Row; 26] = [
    ("bit-in-payload", "M-118", "un bit d'un fichier inversé"),
    ("file-missing", "M-119 M-235 M-236", "un fichier omis"),
    ("file-truncated", "M-118 M-120 M-235 M-236", "un fichier plus court d'un octet"),
    ("file-longer", "M-118 M-120 M-234 M-236", "un fichier plus long d'un octet"),
    ("file-replaced", "M-118", "un autre contenu de la même taille"),
    ("folder-in-place", "M-121 M-235 M-236 M-238", "un dossier à la place d'un fichier"),
    ("extra-file", "M-214 M-234 M-236", "un fichier de plus"),
    ("parent-path", "M-217 M-234 M-236", "un nom qui sort du dossier"),
    ("parent-path-windows", "M-217 M-234 M-236", "de même, écrit comme sous Windows"),
    ("absolute-path", "M-217 M-234 M-236", "un nom qui commence à la racine"),
    ("drive-path", "M-217 M-234 M-236", "un nom qui commence par un lecteur"),
    ("link", "M-216 M-234 M-236 M-238", "un lien symbolique"),
    ("double-name", "M-120 M-218 M-234 M-236 M-238", "un nom en double, avec deux contenus"),
    ("double-name-without-case", "M-214 M-218 M-234 M-236", "un nom en double, à la casse près"),
    ("two-directories", "M-234 M-238", "un second répertoire avec un autre contenu"),
    ("other-local-name", "M-236 M-238", "un en-tête dont le nom n'est pas celui du répertoire"),
    ("other-local-size", "M-236 M-238", "un en-tête dont la taille n'est pas celle du répertoire"),
    ("bomb", "M-118 M-120 M-234 M-236 M-238", "un fichier qui se déploie en 256 Mio de zéros"),
    ("encrypted", "M-236 M-238", "un fichier qui se dit chiffré"),
    ("zip64-sizes-lie", "M-118 M-120 M-234 M-236 M-238", "un champ zip64 de 2^62 octets"),
    ("zip64-counts-lie", "M-101 M-238", "une fin zip64 de 2^63 entrées"),
    ("bytes-before", "M-118 M-234 M-236 M-238", "un programme devant le premier fichier"),
    ("bytes-between", "M-118 M-234 M-236 M-238", "des octets entre deux fichiers"),
    ("bytes-behind", "M-234 M-238", "des octets derrière la fin"),
    ("bytes-appended", "M-118 M-120 M-234 M-236", "un programme ajouté à la fin d'un fichier signé"),
    ("comment", "M-234 M-236 M-238", "un commentaire"),
];

/// All of them.
pub(super) fn drills() -> Result<Vec<Drill>, DrillError> {
    let mut drills = Vec::new();
    let missing = |name: &str| unsuitable(format!("no fault is called {name}"));
    let mut push = |kind: &str, (name, findings, french): Row, make| {
        drills.push(Drill {
            name: format!("{kind}-{name}"),
            french,
            comes: Comes::Fail,
            findings: codes(findings),
            ask: Ask::Own(&[]),
            make,
        });
    };
    for row in FOLDERS {
        push("folder", row, Make::Folder(folder::fault(row.0).ok_or_else(|| missing(row.0))?));
    }
    for row in IMAGES {
        let fault = medium_faults::fault(row.0).ok_or_else(|| missing(row.0))?;
        push("image", row, Make::Image(fault));
    }
    for row in ZIPS {
        push("zip", row, Make::Zip(bundle_faults::fault(row.0).ok_or_else(|| missing(row.0))?));
    }
    Ok(drills)
}
