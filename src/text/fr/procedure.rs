//! French: the procedure on an instrument.

use super::entry;
use crate::text::table::{Dialogue, InstallFailures, InstallerExits, Procedure, Questions};

pub(in crate::text) const DIALOGUE: Dialogue = Dialogue {
    yes_no: "[O]ui   [N]on   [?] pourquoi   [Q]uitter",
    yes_words: "o oui",
    no_words: "n non",
    stop_words: "q quitter",
    number: "Tapez le numéro.   [?] pourquoi   [Q]uitter",
    line: "Tapez-le, puis Entrée.   [?] pourquoi   [Q]uitter",
    not_understood: "Ce n'est pas une des réponses.",
    press_enter: "Appuyez sur Entrée quand vous avez lu.",
};

pub(in crate::text) const QUESTIONS: Questions = Questions {
    instrument: entry(
        "Quel est cet instrument\u{a0}?",
        "La mise à jour ne vaut que pour certains instruments. La réponse est gardée\u{a0}; on ne la demande qu'une fois.",
    ),
    none_of_these: entry("Aucun de ceux-ci", ""),
    serial: entry(
        "Quel est son numéro de série\u{a0}? Tapez - pour ne pas le donner.",
        "Il figure dans le procès-verbal, pour le rapprocher de cet instrument.",
    ),
    serial_hint: entry("La dernière analyse l'appelle {hint}.", ""),
    software_hint: entry("À la dernière analyse, c'était {seen}.", ""),
    software: entry(
        "Quelle version de {software} est installée maintenant\u{a0}?",
        "La mise à jour vaut pour les versions {wanted}. La page d'accueil du logiciel montre la version.",
    ),
    mode: entry(
        "Dans quel mode cet instrument a-t-il démarré\u{a0}?",
        "Il a deux modes, chacun avec son Windows, et la mise à jour est nécessaire dans les deux.",
    ),
    run: entry(
        "Une analyse est-elle en cours sur cet instrument\u{a0}? ({detail})",
        "Une installation au milieu d'une analyse l'interromprait. On n'a pas pu le voir sans vous.",
    ),
    restart: entry(
        "Windows semble attendre un redémarrage ({detail}). Continuer sans\u{a0}?",
        "Après un redémarrage, l'installation réussit plus sûrement. Répondez non, redémarrez, recommencez.",
    ),
    other_installer: entry(
        "Une autre installation est-elle en cours sur cet ordinateur\u{a0}? ({detail})",
        "Deux installations en même temps s'arrêtent l'une l'autre.",
    ),
    space: entry(
        "Y a-t-il assez de place sur le disque\u{a0}? ({detail})",
        "La mise à jour est d'abord copiée, puis dépliée. La place libre n'a pas pu être lue.",
    ),
    remove: entry(
        "Pour retirer tout de même la mise à jour, tapez {word}.",
        "Sans la mise à jour, l'instrument peut de nouveau être attaqué. Personne ne doit la retirer par erreur.",
    ),
    no_place: entry("on ne sait pas où ce modèle garde ses analyses", ""),
    no_run: entry("aucune analyse n'a été trouvée", ""),
    too_many_runs: entry("il y a plus de fichiers qu'on n'en regarde", ""),
};

pub(in crate::text) const EXITS: InstallerExits = InstallerExits {
    done: entry(
        "L'installateur du fabricant dit\u{a0}: terminé.",
        "Voyez ci-dessous s'il faut redémarrer.",
    ),
    done_restart: entry(
        "L'installateur du fabricant dit\u{a0}: terminé, il faut redémarrer.",
        "Redémarrez l'ordinateur. Le travail n'est pas complet avant.",
    ),
    restarting: entry(
        "L'installateur du fabricant dit\u{a0}: terminé, et il redémarre déjà l'ordinateur.",
        "Laissez-le redémarrer, puis relancez ce programme pour voir ce qui reste à faire.",
    ),
    cancelled: entry(
        "L'installateur du fabricant a été annulé. Il n'a rien modifié.",
        "Recommencez quand vous êtes prêt.",
    ),
    failed: entry(
        "L'installateur du fabricant a échoué et repris ses modifications (1603).",
        "N'insistez pas. Redémarrez une fois, essayez une fois\u{a0}; puis appelez l'assistance avec le journal.",
    ),
    not_installed: entry(
        "La mise à jour n'est pas installée ici, dit l'installateur du fabricant (1605).",
        "Il n'y a rien à réparer ni à retirer. Voyez\u{a0}: mediaseal-verify status",
    ),
    busy: entry(
        "Une autre installation est en cours (1618). Rien n'a été modifié.",
        "Attendez qu'elle soit finie, puis recommencez.",
    ),
    cannot_open: entry(
        "L'installateur du fabricant n'a pas pu ouvrir le paquet (1619). Rien n'a été modifié.",
        "Recommencez une fois\u{a0}; puis appelez l'assistance avec le journal.",
    ),
    broken: entry(
        "L'installateur du fabricant ne sait pas lire le paquet (1620). Rien n'a été modifié.",
        "Le paquet est bien ce qui a été signé. Appelez l'assistance\u{a0}: il faut peut-être un autre Windows.",
    ),
    forbidden: entry(
        "Une stratégie de cet ordinateur interdit l'installation (1625). Rien n'a été modifié.",
        "Laissez la stratégie en l'état. Appelez l'assistance et le responsable de la sécurité.",
    ),
    other_version: entry(
        "Une autre version de la mise à jour est déjà installée (1638). Rien n'a été modifié.",
        "Voyez\u{a0}: mediaseal-verify status. Demandez à l'assistance quelle version il faut ici.",
    ),
    other: entry(
        "L'installateur du fabricant a fini avec le code {code}, que ce programme ne connaît pas.",
        "Appelez l'assistance avec le code et le journal.",
    ),
};

pub(in crate::text) const INSTALL_FAILURES: InstallFailures = InstallFailures {
    needs_windows: entry(
        "L'installateur du fabricant a besoin de Windows. Rien n'a été modifié.",
        "Lancez ceci sur l'instrument. Ici, vous pouvez contrôler et copier.",
    ),
    package_not_held: entry(
        "Le paquet {path} n'a pas pu être tenu ouvert\u{a0}: {detail}",
        "Rien n'a été installé. Fermez ce qui l'utilise, puis recommencez.",
    ),
    package_path: entry(
        "Le chemin {path} ne peut pas être donné à l'installateur du fabricant.",
        "Rien n'a été installé. Prenez une destination sans guillemets\u{a0}: --to DIR",
    ),
    not_started: entry(
        "L'installateur du fabricant n'a pas pu être lancé\u{a0}: {detail}",
        "Rien n'a été modifié. Appelez l'assistance.",
    ),
    journal_failed: entry(
        "Le procès-verbal n'a pas pu être écrit\u{a0}: {detail}",
        "Libérez de la place ou donnez le droit, puis recommencez.",
    ),
    records_broken: entry(
        "Les procès-verbaux de cet ordinateur sont endommagés\u{a0}: {detail}",
        "Gardez-les en l'état, et montrez-les au responsable de la sécurité.",
    ),
    records_newer: entry(
        "Les procès-verbaux de cet ordinateur ont été écrits par un programme plus récent\u{a0}: {detail}",
        "Lancez le programme le plus récent de cet ordinateur.",
    ),
    nothing_recorded: entry(
        "Aucune installation n'est notée ici.",
        "Installez d'abord\u{a0}: mediaseal-verify install SOURCE",
    ),
    copy_not_there: entry(
        "La copie {path} manque, ou n'est pas ce qui a été signé.",
        "Remettez la clé\u{a0}: mediaseal-verify install SOURCE",
    ),
    source_exchanged: entry(
        "La source n'est plus la livraison sur laquelle portaient les questions.",
        "Rien n'a été installé. N'utilisez pas cette clé\u{a0}; appelez l'assistance.",
    ),
    no_product_code: entry(
        "On ne sait pas ici quel programme serait retiré.",
        "Indiquez-le\u{a0}: --product-code {place}",
    ),
    remove_not_confirmed: entry(
        "Le retrait n'a pas été confirmé. Rien n'a été modifié.",
        "Tapez le mot au clavier, ou utilisez --yes.",
    ),
    state_missing: entry(
        "Cet ordinateur n'a pas été préparé\u{a0}: {detail}",
        "Préparez-le d'abord\u{a0}: mediaseal-verify setup",
    ),
    identity_not_stored: entry(
        "Le nom de cet instrument n'a pas pu être enregistré\u{a0}: {detail}",
        "Libérez de la place ou donnez le droit, puis recommencez.",
    ),
};

pub(in crate::text) const PROCEDURE: Procedure = Procedure {
    install: "Installation",
    repair: "Réparation",
    remove: "Retrait",
    record_of: "{action}, procès-verbal {number}",
    id: "Procès-verbal",
    clock: "Horloge",
    computer: "Ordinateur",
    instrument: "Instrument",
    serial: "N° de série",
    mode: "Mode",
    signed_in: "Session de",
    release: "Livraison",
    release_code: "Code livraison",
    product_code: "Code produit",
    signers: "Signée par",
    files: "SHA-256",
    findings: "Constats",
    answers: "Réponses",
    command: "Commande",
    log: "Journal",
    log_says: "Il dit",
    log_unread: "le journal n'a pas pu être lu\u{a0}: {detail}",
    exit_code: "Code de fin",
    result: "Résultat",
    restart: "Redémarrage",
    restart_seen: "Redémarré",
    chain: "Chaîne",
    not_known: "pas connu",
    not_given: "pas donné",
    none: "aucun",
    by_person: "dit au clavier",
    by_option: "donné par une option",
    by_stored: "enregistré avant",
    by_computer: "lu sur l'ordinateur",
    restart_none: "pas nécessaire",
    restart_recommended: "recommandé",
    restart_required: "EXIGÉ\u{a0}: le travail n'est pas complet avant",
    restart_was_seen: "oui, ce programme l'a vu",
    restart_not_seen: "pas encore vu",
    refused: "refusé\u{a0}; rien n'a été modifié",
    begun_only: "commencé\u{a0}; la fin n'est pas notée",
    chain_note: "Chaque ligne du procès-verbal porte le SHA-256 de la précédente. Cela montre les accidents. Cela n'arrête pas un administrateur.",
    wizard_opens: "L'installateur du fabricant s'ouvre maintenant. Suivez-le jusqu'au bout, puis revenez ici.",
    quiet_runs: "L'installateur du fabricant tourne sans fenêtre. Le fabricant ne décrit que la fenêtre.",
    restart_never: "Ce programme ne redémarre jamais l'ordinateur.",
    remove_warning: "Retirer la mise à jour expose de nouveau l'instrument. Tentez d'abord de résoudre la panne.",
    remove_word: "RETIRER",
    record_filed: "Procès-verbal\u{a0}: {path}",
    before: "Avant toute modification",
    status_nothing: "Rien n'a été installé ici avec ce programme.",
    status_chain: "{count} lignes, aucune ne manque entre elles",
    status_chain_broken: "{count} lignes sont lisibles\u{a0}; la suite est endommagée ou plus récente",
    status_installed: "installé\u{a0}: {name} {version}",
    status_not_installed: "pas parmi les programmes installés",
    status_unread: "lecture impossible\u{a0}: {detail}",
    to_do: "À faire",
    to_do_restart_required: "Redémarrez l'ordinateur. Le travail n'est pas complet avant.",
    to_do_restart_recommended: "Redémarrez l'ordinateur dès que possible.",
    to_do_other_mode: "Démarrez l'instrument en mode {mode} et installez-y aussi.",
    to_do_unfinished: "Une action a été coupée. Relancez la même action.",
    to_do_failed: "La dernière action n'a pas réussi. Voyez son résultat ci-dessus.",
    to_do_records: "Les procès-verbaux ne sont pas complets. Gardez-les, et montrez-les au responsable de la sécurité.",
    to_do_nothing: "Rien.",
    restart_line: "Redémarrage\u{a0}: {restart}",
    log_line: "Le journal dit\u{a0}: {line}",
};
