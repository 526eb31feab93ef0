//! French: the verifier's command line: help, and what went wrong outside of a check.

use super::entry;
use crate::text::table::{Failures, Help};

pub(in crate::text) const HELP: Help = Help {
    about: "Prouve qu'une clé, une image, un zip ou un dossier est bien ce qui a été signé",
    check: "Contrôler une clé, une image, un zip ou un dossier",
    check_example: "Exemple\u{a0}:\n  mediaseal-verify check /dev/sdb --record records",
    show: "Montrer ce qu'une livraison dit d'elle-même, sans verdict",
    show_example: "Exemple\u{a0}:\n  mediaseal-verify show release.zip",
    enrol: "Faire confiance à un éditeur, une fois, par le code de sa lettre",
    enrol_example: "Exemple\u{a0}:\n  mediaseal-verify enrol example-support.anchor --code \"8c1f 02aa ...\"",
    copy: "Contrôler, puis copier le contenu dans son propre dossier",
    copy_example: "Exemple\u{a0}:\n  mediaseal-verify copy /dev/sdb --to /srv/updates",
    source_argument: "Un périphérique, une image, un zip, un dossier ou un lecteur monté",
    anchor_option: "Se fier à cette chaîne pour ce contrôle",
    state_option: "Dossier de ce que ce vérificateur a enregistré",
    json_option: "Donner le rapport en JSON (schéma 1)",
    record_option: "Classer le rapport comme preuve dans ce dossier",
    level_option: "Échouer si ce niveau n'est pas atteint\u{a0}:\nwhole-medium, volume, bundle, files-only",
    volume_only_option: "Ne lire que le volume d'un périphérique",
    product_option: "Échouer si ce n'est pas ce produit",
    accept_older_option: "Accepter une livraison plus ancienne",
    language_option: "Langue des textes\u{a0}: en ou fr",
    learn_option: "Enregistrer les documents de confiance plus\nrécents que la source prouve",
    anchor_argument: "Le fichier d'ancre de l'éditeur",
    code_option: "Le code d'éditeur entier, 64 chiffres, en groupes ou non",
    recover_option: "Remplacer un état perdu ou abîmé",
    to_option: "Dossier existant pour celui de la livraison",
    exit_codes: "Codes de sortie\u{a0}:\n  0 BON ou fait   1 MAUVAIS   2 ligne de commande fausse   3 illisible\n  5 refusé par sécurité   6 confiance non établie (SANS ANCRE)\n  7 échec de l'installateur du fabricant   130 annulé",
    commands_heading: "Commandes\u{a0}",
    options_heading: "Options\u{a0}",
    arguments_heading: "Arguments\u{a0}",
    usage_heading: "Utilisation\u{a0}:",
    help_option: "Afficher cette aide",
    version_option: "Afficher la version",
};

pub(in crate::text) const FAILURES: Failures = Failures {
    anchor_unreadable: entry(
        "L'ancre {path} est illisible\u{a0}: {detail}",
        "Est-ce bien le fichier que l'éditeur vous a donné\u{a0}?",
    ),
    anchor_refused: entry(
        "L'ancre {path} est refusée\u{a0}: {detail}",
        "Redemandez l'ancre à l'éditeur, par une autre voie que la clé.",
    ),
    code_not_a_code: entry(
        "Le code n'a pas 64 chiffres hexadécimaux.",
        "Tapez les seize groupes du code d'éditeur.",
    ),
    code_not_in_anchor: entry(
        "Aucun document de confiance de {path} n'a ce code.",
        "Ne l'enregistrez pas. Comparez avec la lettre\u{a0}; si le code diffère, appelez l'éditeur.",
    ),
    enrol_from_removable: entry(
        "Ce programme a été lancé depuis un lecteur amovible ou un partage, où chacun a pu le mettre.",
        "Lancez celui qui est installé ici, ou laissez celui-ci s'installer\u{a0}: setup.",
    ),
    already_enrolled: entry(
        "Un éditeur est déjà enregistré ici\u{a0}: {publisher}.",
        "Rien n'a changé. Pour un autre éditeur, indiquez un autre dossier --state.",
    ),
    nothing_to_recover: entry(
        "Rien n'est perdu ici\u{a0}: il n'y a rien à rétablir.",
        "Utilisez enrol sans --recover.",
    ),
    recover_would_lower: entry(
        "L'ancre s'arrête au document {brought}\u{a0}; le document {known} était connu ici.",
        "Demandez à l'éditeur son ancre la plus récente.",
    ),
    state_folder_unsafe: entry(
        "Le dossier d'état {path} n'est pas sûr\u{a0}: {detail}.",
        "Il doit vous appartenir et n'être modifiable par personne d'autre. Il n'a pas été réparé.",
    ),
    state_unusable: entry(
        "L'état dans {path} est inutilisable\u{a0}: {detail}",
        "Rétablissez-le avec la lettre de l'éditeur\u{a0}: mediaseal-verify enrol --recover",
    ),
    state_unwritable: entry(
        "L'état dans {path} n'a pas pu être écrit\u{a0}: {detail}",
        "Rien n'est à moitié écrit. Libérez de la place ou donnez le droit, puis recommencez.",
    ),
    destination_refused: entry(
        "La destination {path} est refusée\u{a0}: {detail}",
        "Rien n'a été copié. Indiquez un vrai dossier, sans lien, où vous pouvez écrire.",
    ),
    destination_missing: entry(
        "Aucune destination n'est indiquée.",
        "Indiquez un dossier existant\u{a0}: --to DIR",
    ),
    staging_failed: entry(
        "La copie a échoué\u{a0}: {detail}",
        "Rien n'est resté. Libérez de la place ou donnez le droit, puis recommencez.",
    ),
    reread_differs: entry(
        "Ce qui a été écrit se relit autrement\u{a0}: {path}",
        "Rien n'est resté. Le disque faiblit\u{a0}: appelez l'assistance.",
    ),
    answer_unwritten: entry(
        "La réponse n'a pas pu être écrite ({detail}).",
        "Libérez de la place là où mène la sortie standard, puis recommencez.",
    ),
    record_failed: entry(
        "Le procès-verbal n'a pas pu être classé dans {path}\u{a0}: {detail}",
        "Le verdict ci-dessus tient. Libérez de la place ou donnez le droit, puis recommencez.",
    ),
    existing_differs: entry(
        "Un autre contenu se trouve déjà dans {path}.",
        "Rien n'a été écrasé. Demandez à l'assistance avant de retirer ce dossier.",
    ),
    demo_outside_demo: entry(
        "L'éditeur «\u{a0}demo\u{a0}» sert aux exercices et n'est pas accepté ici.",
        "Utilisez le dossier que mediaseal demo a fait.",
    ),
    usage: entry("La ligne de commande n'est pas comprise\u{a0}: {detail}", "Voir --help."),
    locked: entry(
        "Un autre mediaseal travaille sur {path}.",
        "Attendez qu'il ait fini, puis recommencez.",
    ),
};
