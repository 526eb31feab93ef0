//! French: copies.

use super::entry;
use crate::text::table::CopyFailures;

pub(in crate::text) const COPY_FAILURES: CopyFailures = CopyFailures {
    existing_foreign: entry(
        "Les mêmes fichiers se trouvent déjà à destination, mais {path} appartient à un autre utilisateur (numéro {owner}), qui peut le modifier.",
        "Rien n'a été copié. Demandez qui l'a fait\u{a0}; déplacez-le, puis copiez de nouveau.",
    ),
};
