//! Exercises of the seal: what was signed, by whom, for what.
//!
//! `OWN` are made of the person's release and need none of its keys; `TWIN`
//! need the keys of every signer, so they are of the publisher `demo`.

use super::{Ask, Comes, Drill, Make, Output, codes};
use crate::drill::seal::{Fixture, fixture};
use crate::drill::{DrillError, unsuitable};

type Row = (&'static str, &'static str, &'static str);

#[rustfmt::skip] // One line an exercise: it is read as a table.
const OWN: [Row; 12] = [
    ("empty-sums", "M-103", "SHA256SUMS est vide"),
    ("no-sums", "M-102", "pas de SHA256SUMS"),
    ("no-manifest", "M-105", "pas de manifeste"),
    ("no-signatures", "M-301", "aucune signature"),
    ("rogue-signature", "M-303", "la signature d'un inconnu à côté d'assez de bonnes"),
    ("broken-signature", "M-303", "un fichier abîmé à côté d'assez de bonnes signatures"),
    ("rogue-trust-signature", "M-405", "la signature d'un inconnu sur un document de confiance"),
    ("trust-signature-on-release", "M-303", "la signature d'un document de confiance à côté de SHA256SUMS"),
    ("release-signature-on-trust", "M-405", "la signature d'une livraison à côté d'un document de confiance"),
    ("deceiving-names", "M-217", "des noms de fichiers auxquels un terminal ou une page obéirait"),
    ("counterfeit", "M-402", "le nom du même éditeur, les clés d'un autre"),
    ("counterfeit-publisher", "M-403", "un autre éditeur, cohérent en lui-même"),
];

/// Those of `OWN` that are made as an image and a zip, too.
const AS_MEDIA: [(&str, &str, &str); 6] = [
    ("no-sums", "M-102", "M-102"),
    ("no-signatures", "M-301", "M-301"),
    ("rogue-signature", "M-303", "M-303"),
    ("trust-signature-on-release", "M-303", "M-303"),
    ("counterfeit", "M-402", "M-402"),
    ("counterfeit-publisher", "M-403", "M-403"),
];

#[rustfmt::skip]
const TWIN: [Row; 85] = [
    ("empty-sums-signed", "M-103 M-900", "SHA256SUMS est vide, et signé"),
    ("empty-signature", "M-302 M-303 M-900", "un fichier de signature sans un octet"),
    ("empty-signatures", "M-302 M-303 M-900", "aucun fichier de signature n'a d'octet"),
    ("threshold-zero", "M-404 M-900", "personne ne doit signer les livraisons"),
    ("root-threshold-zero", "M-404 M-900", "personne ne doit signer les documents de confiance"),
    ("threshold-above-keys", "M-404 M-900", "plus de signatures demandées qu'il n'y a de clés"),
    ("key-twice-in-role", "M-404 M-900", "une clé compte pour deux"),
    ("two-keys-one-id", "M-404 M-900", "deux clés répondent au même identifiant"),
    ("one-key-signs-twice", "M-302 M-303 M-410 M-900", "deux fichiers, une clé"),
    ("signer-left-the-role", "M-302 M-305 M-410 M-900", "un signataire n'a plus le droit de signer"),
    ("key-on-the-medium-only", "M-302 M-303 M-404 M-900", "un signataire que seul le support connaît"),
    ("legacy", "M-302 M-303 M-900", "une signature de l'ancien algorithme"),
    ("legacy-trust", "M-405 M-900", "de même sur un document de confiance"),
    ("malleable-s", "M-302 M-303 M-900", "la même signature sous un autre nombre"),
    ("malleable-s-trust", "M-405 M-900", "de même sur un document de confiance"),
    ("small-order-key", "M-404 M-900", "une clé qui signe tout"),
    ("longer-blob", "M-302 M-303 M-900", "plus d'octets dans le base64"),
    ("bytes-after-base64", "M-302 M-303 M-900", "des octets derrière le base64"),
    ("bytes-after-base64-trust", "M-405 M-900", "de même sur un document de confiance"),
    ("base64-padded-twice", "M-302 M-303 M-900", "la même signature en un autre base64"),
    ("base64-padded-twice-trust", "M-405 M-900", "de même sur un document de confiance"),
    ("cr-lf", "M-302 M-303 M-900", "des fins de ligne comme sous Windows"),
    ("cr-lf-trust", "M-405 M-900", "de même sur un document de confiance"),
    ("fifth-line", "M-302 M-303 M-900", "une ligne de plus"),
    ("fifth-line-trust", "M-405 M-900", "de même sur un document de confiance"),
    ("untrusted-comment", "M-302 M-303 M-900", "un autre commentaire non signé"),
    ("untrusted-comment-trust", "M-405 M-900", "de même sur un document de confiance"),
    ("trusted-comment", "M-302 M-303 M-900", "un commentaire signé sans sa propre signature"),
    ("trusted-comment-trust", "M-405 M-900", "de même sur un document de confiance"),
    ("comment-publisher", "M-304 M-900", "signé pour un autre éditeur"),
    ("comment-product", "M-304 M-900", "signé pour un autre produit"),
    ("comment-version", "M-304 M-900", "signé pour une autre version"),
    ("comment-epoch", "M-304 M-900", "signé pour une autre époque"),
    ("comment-sequence", "M-304 M-900", "signé pour un autre numéro"),
    ("comment-of-trust", "M-304 M-900", "le commentaire d'un document de confiance"),
    ("root-signs-release", "M-303 M-900", "un détenteur racine signe la livraison"),
    ("release-comment-on-trust", "M-405 M-900", "la signature d'un détenteur racine avec le commentaire d'une livraison"),
    ("below-floor", "M-410 M-501 M-900", "un document de confiance dit cette livraison trop ancienne"),
    ("sequence-past-the-end", "M-106 M-900", "un numéro de 2^31"),
    ("sequence-zero", "M-106 M-900", "le numéro 0"),
    ("sequence-wraps", "M-106 M-900", "un numéro de 2^32 + 1"),
    ("epoch-past-the-end", "M-106 M-900", "une époque de 2^31"),
    ("trust-floor-past-the-end", "M-404 M-900", "un plancher de 2^31 dans un document de confiance"),
    ("other-epoch", "M-504 M-900", "une époque qu'aucun document de confiance ne nomme"),
    ("floor-above-sequence", "M-106 M-900", "un plancher au-dessus de la livraison elle-même"),
    ("floor-lowered", "M-404 M-900", "un document de confiance abaisse un plancher"),
    ("product-dropped", "M-404 M-900", "un document de confiance oublie un produit"),
    ("withdrawn-dropped", "M-404 M-900", "un document de confiance oublie un retrait"),
    ("version-gap", "M-407 M-900", "un document de confiance manque entre deux"),
    ("version-in-name", "M-404 M-900", "un document de confiance sous un autre numéro"),
    ("signed-by-old-side", "M-404 M-900", "les nouvelles racines n'ont pas signé"),
    ("signed-by-new-side", "M-404 M-900", "les anciennes racines n'ont pas signé"),
    ("wrong-previous", "M-404 M-900", "un document de confiance en suit un autre"),
    ("fork", "M-402 M-900", "un autre document avec le numéro du plus récent"),
    ("json-double-key", "M-106 M-900", "une clé JSON en double dans le manifeste"),
    ("json-unknown-field", "M-106 M-900", "un champ que personne ne connaît"),
    ("json-depth", "M-106 M-900", "des tableaux sans fin"),
    ("json-beyond-numbers", "M-106 M-900", "le nombre 1e999"),
    ("json-minus-zero", "M-106 M-900", "le nombre -0"),
    ("json-fraction", "M-106 M-900", "le nombre 1.0"),
    ("json-byte-order-mark", "M-106 M-900", "une marque d'ordre des octets"),
    ("json-trailing-byte", "M-106 M-900", "un octet derrière la fin"),
    ("json-second-document", "M-106 M-900", "un second document derrière le premier"),
    ("json-escaped-letter", "M-106 M-900", "une lettre écrite en échappement"),
    ("json-one-line", "M-106 M-900", "sans espaces"),
    ("json-cr-lf", "M-106 M-900", "des fins de ligne comme sous Windows"),
    ("trust-json-double-key", "M-404 M-900", "une clé JSON en double dans un document de confiance"),
    ("trust-json-unknown-field", "M-404 M-900", "de même\u{a0}: un champ que personne ne connaît"),
    ("trust-json-depth", "M-404 M-900", "de même\u{a0}: des tableaux sans fin"),
    ("trust-json-beyond-numbers", "M-404 M-900", "de même\u{a0}: le nombre 1e999"),
    ("trust-json-minus-zero", "M-404 M-900", "de même\u{a0}: le nombre -0"),
    ("trust-json-fraction", "M-404 M-900", "de même\u{a0}: le nombre 1.0"),
    ("trust-json-byte-order-mark", "M-404 M-900", "de même\u{a0}: une marque d'ordre des octets"),
    ("trust-json-trailing-byte", "M-404 M-900", "de même\u{a0}: un octet derrière la fin"),
    ("trust-json-second-document", "M-404 M-900", "de même\u{a0}: un second document derrière le premier"),
    ("trust-json-escaped-letter", "M-404 M-900", "de même\u{a0}: une lettre écrite en échappement"),
    ("trust-json-one-line", "M-404 M-900", "de même\u{a0}: sans espaces"),
    ("trust-json-cr-lf", "M-404 M-900", "de même\u{a0}: des fins de ligne comme sous Windows"),
    ("title-escape", "M-106 M-900", "une séquence de terminal dans le titre"),
    ("title-right-to-left", "M-106 M-900", "une marque de droite à gauche dans le titre"),
    ("title-new-line", "M-106 M-900", "un saut de ligne dans le titre"),
    ("title-zero-byte", "M-106 M-900", "un octet nul dans le titre"),
    ("path-escape", "M-106 M-900", "une séquence de terminal dans un chemin"),
    ("deceiving-comment", "M-302 M-303 M-900", "une séquence de terminal dans le commentaire d'une signature"),
    ("empty-key", "M-101 M-900", "rien du tout"),
];

/// All of them.
pub(super) fn drills() -> Result<Vec<Drill>, DrillError> {
    let mut drills = Vec::new();
    let found = |name: &str| -> Result<&'static Fixture, DrillError> {
        fixture(name).ok_or_else(|| unsuitable(format!("no fixture is called {name}")))
    };
    let mut push = |name: String, findings, french, ask, make| {
        let (comes, findings) = (Comes::Fail, codes(findings));
        drills.push(Drill { name, french, comes, findings, ask, make });
    };
    for (name, findings, french) in OWN {
        let make = Make::Seal(found(name)?, Output::Folder);
        push(format!("folder-{name}"), findings, french, Ask::Own(&[]), make);
        for (_, image, zip) in AS_MEDIA.iter().filter(|(media, ..)| *media == name) {
            let as_image = Make::Seal(found(name)?, Output::Image);
            push(format!("image-{name}"), image, french, Ask::Own(&[]), as_image);
            let as_zip = Make::Seal(found(name)?, Output::Zip);
            push(format!("zip-{name}"), zip, french, Ask::Own(&[]), as_zip);
        }
    }
    for (name, findings, french) in TWIN {
        push(name.to_string(), findings, french, Ask::Anchor(&[]), Make::Twin(found(name)?));
    }
    Ok(drills)
}
