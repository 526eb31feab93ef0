//! French: setting up, and the guided way.

use super::entry;
use crate::text::table::{
    Guide, GuideQuestions, InstallHelp, Setup, SetupFailures, SetupQuestions,
};

pub(in crate::text) const SETUP: Setup = Setup {
    program_copied: "Ce programme a été copié dans {path}",
    program_there: "Ce programme s'y trouve déjà\u{a0}: {path}",
    tool_code: "Code d'outil de ce programme, à comparer avec la lettre\u{a0}:",
    certutil: "Le même, tel que certutil -hashfile l'affiche, sur Windows ancien et récent\u{a0}:",
    compare_tool_code: "La lettre ne doit pas être arrivée avec la clé.",
    publisher_is: "Code d'éditeur de {publisher}, document de confiance {version}\u{a0}:",
    line_of_code: "Ligne {number} sur 4\u{a0}:   {code}",
    enrolled_before: "L'éditeur est déjà enregistré ici\u{a0}: {publisher}, document de confiance {version}",
    ready: "Cet ordinateur est prêt.",
    start_there: "Désormais, lancez le programme d'ici, et non celui de la clé\u{a0}: {path}",
};

pub(in crate::text) const SETUP_QUESTIONS: SetupQuestions = SetupQuestions {
    tool_code_same: entry(
        "La lettre montre-t-elle le même code d'outil\u{a0}?",
        "Qui peut échanger la clé peut y échanger ce programme. Seule la lettre le dit.",
    ),
    replace_program: entry(
        "Une autre version de ce programme s'y trouve. La remplacer par celle-ci\u{a0}?",
        "Seulement si le code d'outil de celle-ci est le plus récent, celui que montre la lettre.",
    ),
    which_document: entry(
        "Quel document de confiance la lettre nomme-t-elle\u{a0}? Il y en a {count}.",
        "La lettre montre un numéro à côté du code d'éditeur. Tapez ce numéro.",
    ),
    line_same: entry(
        "La lettre montre-t-elle la même ligne\u{a0}?",
        "Quatre groupes à la fois\u{a0}: un seul chiffre différent, et c'est le code d'un autre.",
    ),
};

pub(in crate::text) const SETUP_FAILURES: SetupFailures = SetupFailures {
    not_administrator: entry(
        "La préparation demande les droits d'administrateur ({detail}).",
        "Ouvrez une session d'administrateur et relancez-le. Rien n'a été modifié.",
    ),
    program_folder_unsafe: entry(
        "Le dossier du programme {path} n'est pas sûr\u{a0}: {detail}.",
        "Il n'a pas été réparé\u{a0}: on a pu y mettre quelque chose. Appelez le responsable de la sécurité.",
    ),
    program_unread: entry(
        "Le fichier de ce programme est illisible\u{a0}: {detail}",
        "Copiez le programme seul dans un dossier neuf et vide, et lancez-le là.",
    ),
    program_not_copied: entry(
        "Ce programme n'a pas pu être copié dans {path}\u{a0}: {detail}",
        "Rien n'est à moitié écrit. Libérez de la place ou donnez le droit, puis recommencez.",
    ),
    program_differs: entry(
        "Une autre version de ce programme se trouve dans {path}.",
        "Rien n'a été remplacé. Comparez d'abord les codes d'outil\u{a0}; puis --replace-program.",
    ),
    tool_code_differs: entry(
        "Le code d'outil n'est pas celui de la lettre\u{a0}: ce programme n'est pas sûr.",
        "Ne faites plus rien avec la clé. Appelez le numéro d'assistance que vous aviez déjà.",
    ),
    no_anchor: entry(
        "Il n'y a ici aucune ancre d'un éditeur.",
        "Mettez la clé, ou indiquez l'ancre que l'éditeur vous a donnée\u{a0}: --anchor FILE",
    ),
    anchors_many: entry(
        "Il y a plusieurs ancres à côté de ce programme.",
        "Indiquez celle que l'éditeur vous a donnée\u{a0}: --anchor FILE",
    ),
    code_not_given: entry(
        "Personne n'a comparé le code d'éditeur.",
        "Comparez-le au clavier, ou donnez-le\u{a0}: --code \"8c1f 02aa ...\"",
    ),
    code_differs: entry(
        "Le code d'éditeur n'est pas celui de la lettre. Personne n'a été enregistré.",
        "Ne faites plus rien avec la clé. Appelez le numéro d'assistance que vous aviez déjà.",
    ),
    enrolled_by_other_code: entry(
        "{publisher} est enregistré ici, et le code donné n'est celui d'aucun des {count} documents de confiance détenus.",
        "Comparez code et numéro avec la lettre. Si elle nomme un document plus récent, ajoutez-le d'abord\u{a0}: mediaseal-verify learn CLÉ. Sinon, appelez l'assistance à un numéro que vous aviez déjà. Rien n'a été modifié.",
    ),
    relaunch_failed: entry(
        "Ce programme n'a pas pu être relancé avec les droits d'administrateur\u{a0}: {detail}",
        "Ouvrez une session d'administrateur et relancez-le. Rien n'a été modifié.",
    ),
};

pub(in crate::text) const GUIDE: Guide = Guide {
    welcome: "Ce programme vous conduit pas à pas dans une mise à jour signée.",
    how: "Tapez la lettre ou le numéro devant la réponse, puis Entrée. Rien n'est modifié avant votre accord.",
    step: "Étape {number} sur 5   {title}",
    step_setup: "Préparer cet ordinateur",
    step_check: "Contrôler la clé",
    step_questions: "Questions sur cet instrument",
    step_install: "Copier et installer",
    step_result: "Résultat",
    setup_done_before: "C'est déjà fait.",
    windows_asks: "Windows demande maintenant si ce programme peut faire des modifications. Répondez oui. La suite est dans une nouvelle fenêtre.",
    source_drive: "Lecteur {path}",
    source_other: "Ailleurs",
    reading: "Lecture. Veuillez attendre.",
    fail_heading: "Que faire maintenant",
    fail_key: "1. Ne faites plus rien avec la clé. Retirez-la et gardez-la en l'état.",
    fail_network: "2. Si le responsable de la sécurité est d'accord, débranchez le câble réseau de cet ordinateur.",
    fail_call: "3. Appelez l'assistance à un numéro que vous aviez déjà, jamais à celui de la clé. Lisez-lui les codes ci-dessus.",
    not_usable: "Rien n'a été installé. Rien n'a été modifié sur cet instrument.",
    stopped: "Arrêté. Rien d'autre ne sera modifié.",
    failed: "Cela n'a pas marché\u{a0}:",
    close: "Vous pouvez fermer cette fenêtre.",
};

pub(in crate::text) const GUIDE_QUESTIONS: GuideQuestions = GuideQuestions {
    source: entry(
        "Où est la mise à jour\u{a0}?",
        "Mettez d'abord la clé. Les clés sont montrées comme lecteurs\u{a0}; un zip ou un dossier à côté de ce programme aussi.",
    ),
    path: entry(
        "Tapez le lecteur, le zip ou le dossier, par exemple E:\\",
        "Windows le montre dans l'Explorateur, dans la ligne du haut.",
    ),
    card_same: entry(
        "La fiche montre-t-elle le même code de livraison\u{a0}?",
        "La fiche n'est pas arrivée dans la clé. Elle dit donc si c'est bien la mise à jour voulue.",
    ),
    install_now: entry(
        "Installer maintenant cette mise à jour sur cet instrument\u{a0}?",
        "Quelques questions d'abord. Puis l'installateur du fabricant s'ouvre, et vous le suivez.",
    ),
};

pub(in crate::text) const INSTALL_HELP: InstallHelp = InstallHelp {
    setup: "Préparer cet ordinateur\u{a0}: programme, code d'outil, éditeur",
    setup_example: "Exemple\u{a0}:\n  mediaseal-verify setup --anchor example-support.anchor",
    install: "Contrôler, copier, et lancer l'installateur du fabricant",
    install_example: "Exemple\u{a0}:\n  mediaseal-verify install E:\\ --instrument MiSeq --no-run-in-progress\n\nCe qui n'est pas connu est demandé. Sans terminal, c'est un refus (5), sauf si\nune option y répond. Il faut Windows et les droits d'administrateur.",
    repair: "Réparer depuis la copie, par l'installateur du fabricant",
    repair_example: "Exemple\u{a0}:\n  mediaseal-verify repair",
    remove: "Retirer la mise à jour, par l'installateur du fabricant",
    remove_example: "Exemple\u{a0}:\n  mediaseal-verify remove\n\nRetirer la mise à jour expose de nouveau l'instrument.",
    status: "Montrer les procès-verbaux et ce qui reste à faire",
    status_example: "Exemple\u{a0}:\n  mediaseal-verify status --json",
    dir_option: "Garder le programme dans ce dossier",
    setup_state_option: "Garder l'état dans ce dossier",
    setup_anchor_option: "L'ancre que l'éditeur vous a donnée",
    setup_code_option: "Le code d'éditeur entier de la lettre",
    tool_code_option: "Le code d'outil entier de la lettre",
    replace_program_option: "Remplacer une autre version du programme",
    source_option: "Une clé, un zip ou un dossier de l'éditeur",
    to_option: "Dossier pour la copie, au lieu de l'habituel",
    json_option: "Donner le résultat en JSON (schéma 1)",
    instrument_option: "Quel est cet instrument",
    serial_option: "Son numéro de série, pour le procès-verbal",
    software_option: "Version du logiciel installée maintenant",
    mode_option: "Mode dans lequel il a démarré\u{a0}: dx ou ruo",
    no_run_option: "Aucune analyse en cours, si cela ne se voit pas",
    despite_restart_option: "Continuer bien que Windows attende un redémarrage",
    no_other_installer_option: "Rien d'autre n'est en cours d'installation",
    enough_space_option: "Il y a assez de place, si cela ne se lit pas",
    unattended_option: "Sans fenêtre (/qn)\u{a0}; non décrit par le fabricant",
    product_option: "De ce produit",
    product_code_option: "Code produit du programme, {...}",
    yes_option: "Retirer sans mot à taper",
    guided: "Lancé sans commande sur un terminal, il conduit à travers tout.",
};
