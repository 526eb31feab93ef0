//! French: what findings say, and the words inside of them.

use super::entry;
use crate::text::table::{Findings, Regions, SignatureReasons, UnpinnedReasons};

const NOT_USE: &str = "Ne l'utilisez pas. Laissez-la en l'état et appelez l'assistance.";
const DO_NOT_OPEN: &str = "Cela ne fait pas partie de la livraison. Ne l'ouvrez pas.";

pub(in crate::text) const FINDINGS: Findings = Findings {
    nothing_to_compare: entry(
        "Il n'y a aucun fichier ici\u{a0}: rien n'a pu être comparé.",
        "Avez-vous indiqué le bon lecteur, dossier ou fichier\u{a0}?",
    ),
    no_sums: entry("SEAL/SHA256SUMS est absent\u{a0}: il n'y a pas de sceau.", NOT_USE),
    empty_sums: entry("SEAL/SHA256SUMS est vide\u{a0}: il ne scelle rien.", NOT_USE),
    sums_refused: entry(
        "SEAL/SHA256SUMS est signé mais mal écrit ({detail}).",
        "Prévenez l'éditeur\u{a0}: mediaseal n'a pas produit cette livraison.",
    ),
    no_manifest: entry("SEAL/manifest.json est absent.", NOT_USE),
    manifest_refused: entry(
        "SEAL/manifest.json est scellé mais refusé ({detail}).",
        "Prévenez l'éditeur\u{a0}: mediaseal n'a pas produit cette livraison.",
    ),
    manifest_changed: entry(
        "Fichier modifié\u{a0}: SEAL/manifest.json\u{a0}: son SHA-256 n'est pas celui qui est signé.",
        NOT_USE,
    ),
    sums_and_manifest_differ: entry(
        "SHA256SUMS et manifest.json ne nomment pas les mêmes fichiers\u{a0}: {path}",
        "Prévenez l'éditeur\u{a0}: mediaseal n'a pas produit cette livraison.",
    ),
    other_publisher_in_manifest: entry(
        "Le manifeste nomme l'éditeur {found}\u{a0}; les documents de confiance sont de {expected}.",
        NOT_USE,
    ),
    seal_file_too_long: entry(
        "{path} dépasse les {limit} octets qu'un tel fichier peut avoir.",
        NOT_USE,
    ),
    not_rendered: entry(
        "Les fichiers scellés ne tiennent pas sur le volume que nomme le manifeste ({detail}).",
        "Prévenez l'éditeur\u{a0}: mediaseal n'a pas produit cette livraison.",
    ),
    file_changed: entry(
        "Fichier modifié\u{a0}: {path}{where}\u{a0}: son SHA-256 n'est pas celui qui est signé.",
        "Ce n'est pas ce qui a été signé. Ne l'ouvrez pas.",
    ),
    file_missing: entry("Fichier absent\u{a0}: {path}", "La livraison n'est pas complète."),
    file_size: entry(
        "Taille inexacte\u{a0}: {path}, {found} octets au lieu de {expected}.",
        "Ce n'est pas ce qui a été signé. Ne l'ouvrez pas.",
    ),
    not_a_file: entry(
        "{path} n'est pas un fichier ordinaire.",
        "Autre chose se trouve à la place d'un fichier scellé.",
    ),
    level_too_low: entry(
        "Ce contrôle atteint le niveau «\u{a0}{reached}\u{a0}»\u{a0}; «\u{a0}{required}\u{a0}» était exigé.",
        "Contrôlez le support lui-même, au niveau {required}.",
    ),
    unexpected_file: entry("Fichier inattendu\u{a0}: {path}, {size} octets{where}", DO_NOT_OPEN),
    unexpected_folder: entry("Dossier inattendu\u{a0}: {path}", DO_NOT_OPEN),
    not_a_plain_file: entry("Ni fichier ni dossier\u{a0}: {path}", DO_NOT_OPEN),
    name_not_allowed: entry("Nom qu'aucune livraison ne peut avoir\u{a0}: {path}", DO_NOT_OPEN),
    double_name: entry("Le nom {path} s'y trouve deux fois.", DO_NOT_OPEN),
    hidden_attribute: entry(
        "Attribut caché ou système\u{a0}: {path}",
        "Un fichier scellé n'en a pas. Quelqu'un a modifié ce support.",
    ),
    unexpected_stream: entry("Flux caché\u{a0}: {path}, {size} octets", DO_NOT_OPEN),
    structure_changed: entry(
        "Structure modifiée\u{a0}: {region}, octet {start} ({length} octets, secteur {sector})\u{a0}: attendu {expected}, trouvé {found}",
        "Le support n'est pas ce qui a été écrit.",
    ),
    deleted_entry: entry(
        "Entrée effacée dans le dossier {folder}\u{a0}: «\u{a0}{name}\u{a0}», secteur {sector}, octet {byte}",
        "Il y avait là quelque chose d'étranger à la livraison.",
    ),
    free_space_used: entry(
        "Données dans l'espace libre{where}, dès l'octet {start}\u{a0}: {found}",
        "Quelque chose est rangé là, qu'aucun dossier ne montre.",
    ),
    slack_used: entry(
        "Données après la fin de {path}\u{a0}: secteur {sector}, octet {start}\u{a0}: {found}",
        "Quelque chose est rangé là, qu'aucun dossier ne montre.",
    ),
    after_the_end: entry(
        "Données après la fin de la livraison\u{a0}: octet {start}\u{a0}: {found}",
        "Quelque chose d'étranger à la livraison est rangé là.",
    ),
    too_short: entry(
        "Cela finit à l'octet {found}\u{a0}; la livraison en a {expected}.",
        "La copie n'est pas complète. Refaites-la.",
    ),
    bundle_changed: entry(
        "Structure du zip modifiée\u{a0}: {region}, octet {start} ({length} octets)\u{a0}: attendu {expected}, trouvé {found}",
        "Ce zip n'est pas celui qui a été tiré de la livraison.",
    ),
    more_differences: entry("Et {count} autres différences, non énumérées.", ""),
    reader_remark: entry(
        "Illisible comme support d'une livraison\u{a0}: {detail}",
        "Le support est abîmé ou fait pour tromper.",
    ),
    listing_given_up: entry(
        "La liste des fichiers n'a pas de fin vraisemblable ({detail}).",
        "Le support est abîmé ou fait pour tromper.",
    ),
    no_signature: entry(
        "Personne n'a signé\u{a0}: aucune signature auprès de SEAL/SHA256SUMS.",
        NOT_USE,
    ),
    too_few_signers: entry(
        "{counted} des {needed} signatures exigées, de personnes habilitées à ce jour.",
        "Ne l'utilisez pas avant que l'éditeur ait signé entièrement.",
    ),
    signature_refused: entry(
        "Fichier de signature inexpliqué\u{a0}: {path}\u{a0}: {reason}.",
        "Une seule signature étrangère gâte le sceau.",
    ),
    signature_of_other_release: entry(
        "{path} a été faite pour une autre livraison\u{a0}: «\u{a0}{comment}\u{a0}»",
        "Des signatures ont été mêlées. Ne l'utilisez pas.",
    ),
    no_longer_counts: entry("La signature de {name} est valable mais ne compte plus.", ""),
    signature_missing: entry("{name} n'a pas signé.", ""),
    no_trust_document: entry(
        "SEAL/trust/1.json est absent\u{a0}: personne ne dit qui peut signer.",
        NOT_USE,
    ),
    fork: entry(
        "Le document de confiance {version} n'est pas celui qui est connu ici.",
        "Deux histoires pour un éditeur\u{a0}: appelez-le à un numéro déjà connu.",
    ),
    other_publisher: entry(
        "L'éditeur est {found}\u{a0}; ce vérificateur fait confiance à {expected}.",
        "Comparez le code de l'éditeur reçu par une autre voie.",
    ),
    trust_document_refused: entry(
        "Le document de confiance {version} est refusé\u{a0}: {detail}.",
        NOT_USE,
    ),
    trust_signature_refused: entry(
        "Signature inexpliquée d'un document de confiance\u{a0}: {path}\u{a0}: {reason}.",
        "Une seule signature étrangère gâte le sceau.",
    ),
    withdrawn: entry("L'éditeur a retiré cette livraison.", "Demandez-lui-en une plus récente."),
    trust_gap: entry("Le document de confiance {version} manque entre les autres.", NOT_USE),
    key_in_both_roles: entry(
        "La clé de {name} peut signer livraisons et documents de confiance.",
        "L'éditeur devrait séparer ces rôles.",
    ),
    older_trust_on_medium: entry(
        "Ce vérificateur connaît le document de confiance {known}\u{a0}; le support apporte le {brought}.",
        "",
    ),
    newer_trust_on_medium: entry(
        "Le support apporte le document de confiance {brought}\u{a0}; il suit le {known}, connu ici.",
        "",
    ),
    unpinned: entry(
        "SANS ANCRE\u{a0}: {reason}.",
        "Voir docs/OFFICER.md\u{a0}: enregistrez d'abord l'éditeur.",
    ),
    state_lost: entry(
        "Ce que ce vérificateur avait enregistré est perdu ou abîmé ({detail}).",
        "Rétablissez-le avec la lettre de l'éditeur\u{a0}: mediaseal-verify enrol --recover",
    ),
    state_newer: entry(
        "Ce qui est enregistré ici vient d'un programme plus récent.",
        "Utilisez le mediaseal-verify le plus récent de cet ordinateur.",
    ),
    state_of_other_publisher: entry(
        "Ce qui est enregistré ici est de l'éditeur {found}, non de {expected}.",
        "Indiquez le bon dossier d'état avec --state.",
    ),
    anchor_differs: entry(
        "Le document de confiance {version} de l'ancre ne suit pas ce qui est connu ici ({detail}).",
        "Comparez les deux avec la lettre\u{a0}; appelez l'éditeur à un numéro déjà connu.",
    ),
    state_unsafe: entry(
        "Le dossier d'état {path} n'est pas sûr\u{a0}: {detail}.",
        "Il doit vous appartenir et n'être modifiable par personne d'autre. Il n'a pas été réparé.",
    ),
    below_floor: entry(
        "La livraison {position} est plus ancienne que {floor}, la plus ancienne permise.",
        "Demandez la plus récente à l'éditeur.",
    ),
    older_than_stored: entry(
        "La livraison {position} est plus ancienne que {stored}, la dernière copiée ici.",
        "Si une plus ancienne est vraiment voulue\u{a0}: --accept-older",
    ),
    conflict: entry(
        "Une autre livraison de numéro {position} a été copiée ici.",
        "Deux livraisons d'un même numéro\u{a0}: appelez l'éditeur à un numéro déjà connu.",
    ),
    other_epoch: entry(
        "La livraison est de l'époque {found}\u{a0}; celle de l'éditeur est {expected}.",
        "Demandez la plus récente à l'éditeur.",
    ),
    other_product: entry(
        "C'est {found}\u{a0}; on attendait {expected}.",
        "Prenez la clé ou le fichier du bon produit.",
    ),
    older_accepted: entry(
        "La livraison {position} est plus ancienne que {stored}\u{a0}; acceptée par option.",
        "",
    ),
    rerun: entry("Cette livraison a déjà été copiée ici.", ""),
    rollback_not_checked: entry(
        "Rien n'est enregistré ici\u{a0}: une livraison plus ancienne passerait inaperçue.",
        "",
    ),
    clock_before_issued: entry(
        "L'horloge de cet ordinateur dit {clock}\u{a0}; la livraison est du {issued}.",
        "L'horloge est fausse. Rien n'en dépend ici.",
    ),
    advice_due: entry(
        "L'éditeur conseille de demander une livraison plus récente depuis le {date}.",
        "",
    ),
    not_kept: entry(
        "Le contrôle a été arrêté\u{a0}: cet ordinateur n'a pas pu garder de copie ({detail}).",
        "Rien n'est dit de la source. Voyez la destination, puis recommencez.",
    ),
    read_error: entry(
        "Lecture impossible\u{a0}: {place} ({detail}).",
        "Essayez une fois un autre port, puis tenez-la pour MAUVAISE.",
    ),
    source_error: entry("Ouverture ou lecture impossible\u{a0}: {detail}", ""),
    os_changes: entry(
        "Seules des modifications d'un système d'exploitation ont été trouvées.",
        "La clé a été branchée sans protection. Demandez-en une nouvelle.",
    ),
    os_change: entry("Modification d'un système d'exploitation\u{a0}: {detail}", ""),
    os_disk_signature: entry(
        "La signature du disque a changé, comme le fait Windows pour deux disques pareils.",
        "La clé a été branchée sans protection. Demandez-en une nouvelle.",
    ),
    own_drive_folder: entry(
        "Un dossier du système d'exploitation sur la clé\u{a0}: {path}",
        "La clé a été branchée sans protection. Demandez-en une nouvelle.",
    ),
    foreign_drive_folder: entry(
        "Un dossier du système d'exploitation, non examiné\u{a0}: {path}",
        "",
    ),
    zone_identifier: entry("Windows a noté d'où vient ce fichier\u{a0}: {path}", ""),
    not_administrator: entry(
        "Ce programme n'a pas ici les droits d'administrateur ({detail}).",
        "Ouvrez une session d'administrateur et relancez-le. Rien n'a été modifié.",
    ),
    wrong_instrument: entry(
        "Cette livraison n'est pas pour cet ordinateur\u{a0}: {found}. Elle est pour\u{a0}: {wanted}.",
        "Ne l'installez pas ici. Demandez à qui a envoyé la clé.",
    ),
    wrong_software: entry(
        "Cette livraison n'est pas pour {software} {found}. Elle est pour {wanted}.",
        "Ne l'installez pas ici. Demandez à l'assistance quelle mise à jour il faut.",
    ),
    run_in_progress: entry(
        "Une analyse est en cours sur cet instrument\u{a0}: {detail}",
        "Attendez la fin de l'analyse, puis recommencez. Rien n'a été modifié.",
    ),
    restart_pending: entry(
        "Windows attend un redémarrage\u{a0}: {detail}",
        "Redémarrez l'ordinateur, puis recommencez. Rien n'a été modifié.",
    ),
    other_installer: entry(
        "Une autre installation est en cours sur cet ordinateur ({detail}).",
        "Attendez qu'elle soit finie, puis recommencez. Rien n'a été modifié.",
    ),
    too_little_space: entry(
        "Trop peu de place sur le disque de {path}\u{a0}: {free} octets libres, il en faut {needed}.",
        "Libérez de la place, puis recommencez. Rien n'a été modifié.",
    ),
    unanswered: entry(
        "Personne n'a répondu\u{a0}: {question}",
        "Répondez au clavier, ou par {option}. Rien n'a été modifié.",
    ),
    no_package: entry(
        "Cette livraison n'a pas de paquet pour l'installateur du fabricant.",
        "On peut seulement la copier\u{a0}: mediaseal-verify copy",
    ),
    software_at_last_run: entry(
        "{software} était en version {version} à la dernière analyse ({folder}).",
        "",
    ),
    unfinished_run: entry(
        "Un dossier d'analyse n'a pas de marque de fin et ne change plus\u{a0}: {folder}",
        "",
    ),
    restart_pending_accepted: entry(
        "Windows attend un redémarrage, une personne l'a accepté\u{a0}: {detail}",
        "",
    ),
    fact_unread: entry(
        "Ceci n'a pas pu être lu, une personne ou une option l'a dit\u{a0}: {fact} ({detail})",
        "",
    ),
    policy_active: entry(
        "Une stratégie de restriction logicielle est en vigueur\u{a0}: {detail}",
        "",
    ),
    policy_forbids: entry(
        "La stratégie de restriction logicielle n'autorise pas les programmes dans {path}.",
        "Laissez la stratégie en l'état. Prenez un dossier qu'elle autorise\u{a0}: setup --dir",
    ),
    unusual_folder: entry(
        "Le programme est gardé dans un autre dossier que d'habitude\u{a0}: {path}",
        "",
    ),
    demo_publisher: entry(
        "DÉMO\u{a0}: l'éditeur «\u{a0}demo\u{a0}» sert aux exercices.",
        "Ne l'installez jamais sur un instrument.",
    ),
    write_protected: entry("L'appareil annonce une protection en écriture.", ""),
    not_write_protected: entry(
        "L'appareil n'annonce pas de protection en écriture.",
        "Mettez son interrupteur avant de la brancher ailleurs.",
    ),
    protection_unknown: entry("La protection en écriture n'a pas pu être demandée.", ""),
};

pub(in crate::text) const REGIONS: Regions = Regions {
    boot_code: "code de démarrage",
    disk_signature: "signature du disque",
    partition_table: "table des partitions",
    gap: "espace avant la partition",
    boot_sector: "secteur de démarrage",
    fs_info: "secteur FSInfo",
    backup_boot_sector: "copie du secteur de démarrage",
    reserved: "secteurs réservés",
    first_fat: "première FAT",
    second_fat: "deuxième FAT",
    folder: "dossier {path}",
    seal_file: "{path}",
    local_header: "en-tête de {path}",
    central_directory: "répertoire central",
    end_record: "enregistrement de fin",
};

pub(in crate::text) const SIGNATURES: SignatureReasons = SignatureReasons {
    empty: "le fichier est vide",
    format: "ce n'est pas une signature minisign bien écrite",
    algorithm: "elle n'est pas de l'algorithme ED (faite avec -l)",
    key_id: "le numéro de clé n'est pas celui de son nom",
    unknown_key: "aucune clé de ce numéro ne peut signer ceci",
    content: "ce n'est pas une signature de ce fichier par cette clé",
    comment: "son commentaire de confiance a été modifié",
    other_document: "son commentaire de confiance nomme un autre document",
    too_long: "trop long pour une signature",
};

pub(in crate::text) const UNPINNED: UnpinnedReasons = UnpinnedReasons {
    no_anchor: "ce vérificateur ne fait encore confiance à aucun éditeur",
    anchor_inside_source: "l'ancre se trouve dans ce qui est à contrôler",
    anchor_on_source_device: "l'ancre est sur le même appareil ou partage que ce qui est à contrôler",
    state_inside_source: "le dossier d'état se trouve dans ce qui est à contrôler",
    state_on_source_device: "le dossier d'état est sur le même appareil ou partage que ce qui est à contrôler",
    started_from_source: "ce programme a été lancé depuis ce qui est à contrôler",
    started_from_removable: "ce programme a été lancé depuis un lecteur amovible ou un partage",
};
