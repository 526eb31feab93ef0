//! French: causes inside of failures.

use crate::text::table::{Asked, Facts, IoFaults, PlanFaults, SlotFaults, UsageFaults};

pub(in crate::text) const IO_FAULTS: IoFaults = IoFaults {
    system: "le système dit «\u{a0}{error}\u{a0}»",
    not_a_file: "ce n'est pas un fichier ordinaire",
    not_one_name: "ce n'est pas le nom d'un seul fichier ou dossier",
    too_many_entries: "le dossier a trop d'entrées",
    no_durable_writing: "ce système n'offre pas d'écriture durable",
    broken_answer: "la réponse du système est abîmée",
    too_many_keys: "le registre y a trop de clés",
    nobody_signed_in: "personne n'a ouvert de session sur ce bureau",
    no_process: "le système n'a pas nommé de processus",
    needs_windows: "l'installateur du fabricant a besoin de Windows",
    no_exit_code: "il a fini sans code",
    program_too_long: "il est plus long que ce programme",
};

pub(in crate::text) const FACTS: Facts = Facts {
    unsupported: "on ne le demande pas à ce système",
    not_a_number: "{name} n'est pas un nombre",
    no_session_manager: "la clé du gestionnaire de sessions n'est pas là",
    no_folder: "aucun dossier du chemin n'existe",
    no_product_code: "ce n'est pas un code produit",
    not_administrator: "ce compte n'est pas administrateur, ou Windows n'a pas été sollicité",
    servicing_waits: "la maintenance des composants attend un redémarrage",
    update_waits: "Windows Update attend un redémarrage",
    files_wait: "des fichiers seront échangés au prochain démarrage",
    policy: "DefaultLevel {level}, TransparentEnabled {enforcement}, {count} règles de chemin",
    no_copy: "elle manque",
    no_line: "la ligne qui vient d'être écrite a disparu",
    anchor_too_long: "elle a plus de {limit} octets",
};

pub(in crate::text) const SLOT_FAULTS: SlotFaults = SlotFaults {
    not_a_file: "{file}\u{a0}: pas un fichier",
    too_long: "{file}\u{a0}: plus long qu'aucun état",
    no_first_line: "{file}\u{a0}: pas de première ligne",
    not_ours: "{file}\u{a0}: pas un fichier des nôtres",
    no_generation: "{file}\u{a0}: pas de génération",
    other_bytes: "{file}\u{a0}: les octets ne correspondent pas à leur SHA-256",
    other_slot: "{file}\u{a0}: une génération de l'autre fichier",
    missing: "{file} manque",
    no_sequence: "{file}\u{a0}: les générations {odd} et {even} ne se suivent pas",
    trust_changed: "la chaîne ne se relit pas",
    floors_changed: "les planchers ne se relisent pas",
    gone: "il a disparu",
};

pub(in crate::text) const PLAN_FAULTS: PlanFaults = PlanFaults {
    volume_size: "un volume de {bytes} octets ne peut pas être fait",
    label: "«\u{a0}{label}\u{a0}» n'est pas un nom de volume",
    path: "«\u{a0}{path}\u{a0}»\u{a0}: {fault}",
    too_many_files: "{files} fichiers\u{a0}; un volume en a au plus {limit}",
    file_too_large: "«\u{a0}{path}\u{a0}» a {bytes} octets, trop pour FAT32",
    content_size: "«\u{a0}{path}\u{a0}» a {found} octets au lieu de {said}",
    empty_hash: "«\u{a0}{path}\u{a0}» est vide, et son SHA-256 n'est pas celui du vide",
    folder_full: "il faudrait {slots} entrées au dossier «\u{a0}/{path}\u{a0}», FAT32 en permet {limit}",
    volume_full: "le volume est plein\u{a0}: il faut {needed} octets, {available} sont libres",
};

pub(in crate::text) const USAGE_FAULTS: UsageFaults = UsageFaults {
    unknown_argument: "«\u{a0}{argument}\u{a0}» n'est pas connu ici",
    unknown_command: "il n'y a pas de commande «\u{a0}{argument}\u{a0}»",
    missing: "il manque {argument}",
    no_command: "aucune commande n'est nommée\u{a0}; il y a {valid}",
    no_value: "{argument} demande une valeur",
    other_value: "«\u{a0}{value}\u{a0}» n'est pas une valeur de {argument}",
    other_value_of: "«\u{a0}{value}\u{a0}» n'est pas une valeur de {argument}, qui prend {valid}",
    too_many_values: "«\u{a0}{value}\u{a0}» est une valeur de trop pour {argument}",
    conflict: "{argument} ne va pas avec {other}",
    twice: "{argument} figure plus d'une fois",
    not_text: "une partie n'est pas du texte",
    other: "le lecteur de lignes de commande dit «\u{a0}{said}\u{a0}»",
};

pub(in crate::text) const ASKED: Asked = Asked {
    instrument: "quel instrument",
    serial: "numéro de série",
    software: "version de son logiciel",
    mode: "mode de démarrage",
    run: "une analyse en cours",
    restart: "continuer sans redémarrage",
    other_installer: "une autre installation en cours",
    space: "assez de place",
    confirmed: "confirmé par",
    yes: "oui",
    no: "non",
    line: "{question}\u{a0}: {answer} ({by})",
};
