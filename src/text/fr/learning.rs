//! French: chains that come alone.

use super::entry;
use crate::text::table::{LearnFailures, Learning};

pub(in crate::text) const LEARNING: Learning = Learning {
    learn: "Enregistrer les documents de confiance d'une source, et rien d'autre",
    learn_example: "Exemple\u{a0}:\n  mediaseal-verify learn example-support.anchor\n  mediaseal-verify learn /dev/sdb\n\nSeul ce que l'éditeur approuvé ici a signé est enregistré. Le contenu n'est\npas lu, et aucun verdict n'est donné.",
    learn_argument: "Un fichier d'ancre, une clé, une image, un zip, un dossier",
    replace_option: "Se fier à une autre histoire, après une divergence",
    stored: "Enregistré\u{a0}: le document de confiance {version} de {publisher} est le plus récent connu ici.",
    nothing_new: "Rien de nouveau\u{a0}: le document de confiance {version} de {publisher} est le plus récent connu ici.",
    kept_prefix: "Ce qui le précède est bon et a été gardé.",
    not_stored: "Rien n'en a été enregistré.",
    withdrawn: "Retirées depuis\u{a0}: {count}",
    floors: "{product}\u{a0}: époque {epoch}, rien de plus ancien que {epoch}.{floor}",
    replaced: "La chaîne approuvée jusqu'ici est gardée dans {path}",
};

pub(in crate::text) const LEARN_FAILURES: LearnFailures = LearnFailures {
    not_enrolled: entry(
        "Ce vérificateur ne fait encore confiance à aucun éditeur\u{a0}: il ne peut rien apprendre.",
        "Enregistrez d'abord l'éditeur par le code de sa lettre\u{a0}: mediaseal-verify enrol",
    ),
    pinned_to_source: entry(
        "L'état ne peut rien apprendre de cette source\u{a0}: {reason}.",
        "Gardez l'état sur cet ordinateur, pas sur ce qui est contrôlé.",
    ),
    recover_fork: entry(
        "Le document de confiance {version} de l'ancre n'est pas celui qui était connu ici\u{a0}: une divergence.",
        "Appelez l'éditeur à un numéro que vous aviez déjà. Seulement si sa chaîne a vraiment recommencé\u{a0}: enrol --replace.",
    ),
    nothing_to_replace: entry(
        "Il n'y a pas ici d'autre histoire que cette chaîne pourrait remplacer.",
        "Rien n'a changé. Pour des documents de confiance plus récents\u{a0}: mediaseal-verify learn.",
    ),
    not_the_owner: entry(
        "L'état dans {path} appartient à quelqu'un d'autre\u{a0}: il n'est ni rétabli ni remplacé.",
        "L'état d'un ordinateur appartient à son administrateur\u{a0}: lancez la commande en root, ou avec élévation.",
    ),
};
