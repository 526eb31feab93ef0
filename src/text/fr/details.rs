//! French: the words inside of findings.

use super::entry;
use crate::text::table::{
    ClaimLabels, DestinationFaults, Details, Differences, Doings, FolderFaults, Oddities, Remarks,
    SealFaults, SourceFaults, StagingFaults, StoreFaults, SystemAdvice,
};

const NOT_SIGNED: &str = "Ce n'est pas ce qui a été signé\u{a0}: ne l'utilisez pas.";
const ANOTHER_PORT: &str = "Essayez une fois un autre port ou une autre copie.";
const REAL_FOLDER: &str = "Indiquez le vrai dossier.";
const ANOTHER_FOLDER: &str =
    "Quelqu'un d'autre a pu le modifier. Prenez-en un autre\u{a0}; ne réparez pas celui-ci.";

pub(in crate::text) const ODDITIES: Oddities = Oddities {
    second_label: "seconde étiquette de volume, ou étiquette mal placée",
    strange_attributes: "entrée dont les attributs n'existent pas",
    stray_long_name: "morceau d'un nom long qui n'est à aucun fichier",
    no_dot_entries: "dossier sans ses entrées . et ..",
    empty_with_clusters: "fichier vide qui occupe des clusters",
    too_many_clusters: "plus de clusters que sa taille n'en demande",
    too_few_clusters: "moins de clusters que sa taille n'en demande",
    in_pieces: "en plusieurs morceaux",
    chain_leaves_volume: "chaîne qui sort du volume",
    chain_into_free_cluster: "chaîne qui continue dans un cluster libre",
    cluster_of_another: "cluster d'un autre fichier ou dossier, ou boucle",
    cluster_outside: "cluster hors du volume",
    ends_inside_fat: "le support finit au milieu de sa FAT",
    ends_inside_volume: "le support finit au milieu de son volume",
    leads_outside_volume: "le système de fichiers mène hors de son volume",
    another_end_record: "autre enregistrement de fin",
    comment: "commentaire",
    after_end_record: "octets après l'enregistrement de fin",
    several_disks: "enregistrement de fin de plusieurs disques",
    zip64_with_more: "enregistrement de fin zip64 trop long",
    zip64_missing: "enregistrement de fin zip64 absent",
    before_first_file: "octets avant le premier fichier ou avant le répertoire",
    entry_with_comment: "entrée avec un commentaire",
    entry_with_foreign_fields: "entrée avec des champs étrangers",
    no_directory_entry: "octets qui ne sont pas une entrée du répertoire",
    other_count: "enregistrement de fin qui compte d'autres entrées",
    encrypted: "chiffré",
    packed: "compressé",
    two_sizes: "rangé avec deux tailles",
    entry_for_folder: "entrée pour un dossier",
    entry_for_link: "entrée pour un lien symbolique",
    entry_for_special: "entrée pour autre chose qu'un fichier",
    sizes_after_data: "tailles après les données",
    no_header: "pas d'en-tête là où le répertoire le dit",
    header_disagrees: "en-tête en désaccord avec le répertoire",
    data_outside: "données hors du fichier",
    of_no_entry: "octets qui ne sont à aucune entrée",
    data_of_another: "données qui sont aussi à une autre entrée",
    one_name_twice: "un même nom deux fois",
    not_a_stored_file: "pas un fichier rangé tel quel",
    no_end_record: "aucun enregistrement de fin d'un zip",
    end_record_outside: "enregistrement de fin qui mène hors du fichier",
};

pub(in crate::text) const REMARKS: Remarks = Remarks {
    not_text: "nom qui n'est pas du texte\u{a0}: {path}",
    double_name: "un même nom deux fois\u{a0}: {other} et {path}",
    trimmed_name: "nom qui finit par un point ou une espace\u{a0}: «\u{a0}{path}\u{a0}»",
    marked: "attribut {marks}\u{a0}: {path}",
    marked_hidden: "caché",
    marked_system: "système",
    marked_read_only: "lecture seule",
    deleted_entry: "entrée effacée dans {folder}\u{a0}: «\u{a0}{name}\u{a0}», secteur {sector}, octet {byte}",
    odd_entry: "{what}, dans {folder}, secteur {sector}, octet {byte}",
    labels: "l'étiquette est «\u{a0}{root}\u{a0}» dans le dossier racine et «\u{a0}{boot}\u{a0}» dans le secteur de démarrage",
    no_root_label: "pas d'étiquette dans le dossier racine, «\u{a0}{boot}\u{a0}» dans le secteur de démarrage",
    chain: "{what}\u{a0}: {folder}",
    sizes: "le volume a plusieurs tailles\u{a0}: {sizes}",
    no_volume: "pas un volume des nôtres\u{a0}: tailles annoncées {sizes}",
    no_volume_in: "pas un volume des nôtres\u{a0}: {length} octets, tailles annoncées {sizes}",
    two_readers: "deux lecteurs ne voient pas la même chose dans {folder}",
    zip_entry: "{what}\u{a0}: {path}",
    zip_record: "{what}, à l'octet {start}",
    other_file_system: "sur un autre système de fichiers\u{a0}: {path}",
    stream: "flux caché\u{a0}: {folder}{name}, {size} octets",
    unread: "contenu illisible\u{a0}: {folder} ({detail})",
    given_up: "abandon\u{a0}: {limit}",
    too_many_entries: "plus de {count} entrées",
    more_remarks: "{count} autres remarques",
    too_deep: "plus de {limit} dossiers l'un dans l'autre\u{a0}: {path}",
    folder_too_full: "trop d'entrées dans {folder}",
    directory_too_long: "un répertoire de {bytes} octets, {entries} entrées",
    in_circles: "le système de fichiers tourne en rond",
    too_many_signatures: "plus de {limit} fichiers de signature",
};

pub(in crate::text) const SOURCE_FAULTS: SourceFaults = SourceFaults {
    not_found: entry("{place} n'existe pas", "Vérifiez le nom, et que la clé est branchée."),
    device_denied: entry(
        "le système ne permet pas de lire {place}",
        "Lire un appareil demande un administrateur (sous Linux\u{a0}: root, avec sudo).",
    ),
    denied: entry(
        "le système ne permet pas de lire {place}",
        "Voyez qui peut le lire, ou lancez le programme en administrateur.",
    ),
    busy: entry(
        "{place} est occupé",
        "Fermez les programmes qui s'en servent, puis relancez la commande.",
    ),
    link_to_folder: entry(
        "{place} est un lien symbolique vers un dossier",
        "Indiquez le dossier lui-même.",
    ),
    not_a_source: entry(
        "{place} n'est rien dont on lise une livraison",
        "Indiquez un dossier, un zip, une image ou un appareil.",
    ),
    malformed: entry("{place}\u{a0}: {what}", NOT_SIGNED),
    too_long: entry("{place} a plus de {limit} octets", NOT_SIGNED),
    given_up: entry("{place}\u{a0}: abandon, le système de fichiers tourne en rond", NOT_SIGNED),
    opening: entry("ouverture de {place}\u{a0}: {error}", ANOTHER_PORT),
    reading: entry("lecture de {place}\u{a0}: {error}", ANOTHER_PORT),
    looking_at: entry("examen de {place}\u{a0}: {error}", ANOTHER_PORT),
    asking_size: entry("demande de la taille de {place}\u{a0}: {error}", ANOTHER_PORT),
};

pub(in crate::text) const SEAL_FAULTS: SealFaults = SealFaults {
    malformed: "le lecteur de JSON dit «\u{a0}{said}\u{a0}»",
    too_long: "plus de {limit} octets",
    other_spelling: "pas dans son unique écriture (octet {at})",
    format: "format {found}\u{a0}; ce programme lit le {known}",
    path: "{path}\u{a0}: {fault}",
    name_empty: "vide, absolu, ou avec une partie vide",
    name_too_long: "plus de {limit} octets",
    name_too_deep: "plus de {limit} niveaux",
    name_character: "le caractère «\u{a0}{character}\u{a0}» n'est pas permis",
    name_relative: "«\u{a0}.\u{a0}» et «\u{a0}..\u{a0}» ne sont pas permis",
    name_trailing_dot: "un point final n'est pas permis",
    name_device: "un nom d'appareil de Windows",
    name_case_twin: "égal à {other} sans la casse",
    name_file_and_folder: "à la fois fichier et dossier\u{a0}: {other}",
    name_too_many: "plus de {limit} fichiers",
    sums_empty: "il est vide",
    sums_line: "la ligne {line} n'est pas dans son unique écriture",
    sums_order: "la ligne {line} est double ou n'est pas à sa place",
    sums_sealed: "{path} ne doit pas y figurer",
    sums_no_manifest: "{path} n'y figure pas",
    manifest_floor: "le plancher est au-dessus du numéro de la livraison",
    manifest_dates: "advise_after est avant issued",
    manifest_applies_to: "applies_to est vide",
    manifest_volume: "volume.bytes n'est pas un nombre entier de Mio, de 35 Mio à 64 Gio",
    manifest_not_sorted: "les fichiers ne sont pas triés",
    manifest_in_seal: "{path}\u{a0}: se trouve dans le dossier du sceau",
    manifest_upper_case: "{path}\u{a0}: son dossier n'est pas en majuscules",
    manifest_file_too_long: "{path}\u{a0}: a plus de 4\u{202f}294\u{202f}967\u{202f}295 octets",
    manifest_role: "{path}\u{a0}: son rôle n'est pas celui de son dossier",
    manifest_no_payload: "payload.path n'est pas un fichier non vide sous PAYLOAD/",
    manifest_one_package: "un paquet Windows Installer doit être le seul fichier de PAYLOAD/",
    manifest_product_code: "payload.product_code manque",
    trust_version: "la version {version} n'est pas de 1 à {limit}",
    trust_previous: "«\u{a0}previous\u{a0}» doit figurer dès la version 2, et là seulement",
    trust_threshold: "le seuil du rôle {role} n'est pas de 1 au nombre de ses clés",
    trust_too_many_keys: "le rôle {role} a plus de {limit} clés",
    trust_twice: "le rôle {role} a deux fois la clé ou le nom de {name}",
    trust_shared_id: "deux clés différentes ont le numéro {id}",
    trust_withdrawn: "les codes retirés ne sont pas triés, ou l'un est double",
    chain_empty: "il n'y a pas de document de confiance",
    chain_gap: "la version {found} au lieu de la {expected}, qui doit suivre",
    chain_previous: "il ne suit pas le document d'avant",
    chain_publisher: "il est d'un autre éditeur, {name}",
    chain_threshold: "{counted} des {needed} clés racines du document {of} l'ont signé",
    chain_lowered: "il abaisse l'époque ou le plancher de {product}",
    chain_product_dropped: "il ne nomme plus {product}",
    chain_withdrawn_dropped: "il ne retire plus {code}",
    chain_code: "son code est {code}, non celui qu'on attendait",
    anchor_too_many: "plus de documents ou de signatures qu'une chaîne n'en peut avoir",
    anchor_no_such_code: "aucun document de confiance n'y a ce code",
};

pub(in crate::text) const FOLDER_FAULTS: FolderFaults = FolderFaults {
    missing: entry(
        "{path} n'existe pas",
        "Enregistrez d'abord un éditeur, ou indiquez le bon dossier.",
    ),
    link: entry("{path} est un lien", REAL_FOLDER),
    not_a_folder: entry("{path} n'est pas un dossier", REAL_FOLDER),
    owner: entry("{path} est à un autre utilisateur (numéro {owner})", ANOTHER_FOLDER),
    writable: entry("d'autres peuvent écrire dans {path} (mode {bits})", ANOTHER_FOLDER),
    other_owner: entry("{path} est à un autre compte ({owner})", ANOTHER_FOLDER),
    writable_by: entry("d'autres peuvent écrire dans {path} ({who})", ANOTHER_FOLDER),
    unknown_rule: entry("{path} a une règle d'accès d'un genre inconnu", ANOTHER_FOLDER),
    unread: entry("examen impossible de {path}\u{a0}: {error}", ""),
    unsupported: entry(
        "ce système ne dit pas qui peut écrire dans un dossier",
        "Utilisez un programme fait pour ce système.",
    ),
};

pub(in crate::text) const DETAILS: Details = Details {
    changed_while_read: "cela a changé pendant la lecture",
    changed_meanwhile: "il a changé entre-temps\u{a0}: {why}",
    not_a_file: "pas un fichier",
    size_unknown: "l'appareil ne dit pas sa taille et ne finit pas",
    another_document: "un autre document",
    trust_store_missing: "la confiance enregistrée manque",
    floors_missing: "les planchers enregistrés manquent",
    sector: "secteur {at}",
    byte: "octet {at}",
    volume_in_use: "volume en service",
    fat_flags: "entrée 1 de la FAT\u{a0}: {found}",
    fs_info: "FSInfo\u{a0}: {free}, {next}",
    access_dates: "dates d'accès\u{a0}: {entries}",
    added_file: "{name}\u{a0}: {content}",
};

pub(in crate::text) const DOINGS: Doings = Doings {
    create_folder: "création impossible du dossier {path}\u{a0}: {error}",
    create: "création impossible de {path}\u{a0}: {error}",
    flush_folder: "le dossier {path} n'a pas pu être confié au disque\u{a0}: {error}",
    flush: "{path} n'a pas pu être confié au disque\u{a0}: {error}",
    give_name: "{path} n'a pas pu recevoir son nom\u{a0}: {error}",
    list: "énumération impossible de {path}\u{a0}: {error}",
    lock: "{path} n'a pas pu être réservé\u{a0}: {error}",
    look_at: "examen impossible de {path}\u{a0}: {error}",
    open_again: "réouverture impossible de {path}\u{a0}: {error}",
    open_folder: "ouverture impossible du dossier {path}\u{a0}: {error}",
    open: "ouverture impossible de {path}\u{a0}: {error}",
    put_back: "{path} n'a pas pu être remis\u{a0}: {error}",
    read_back: "relecture impossible de {path}\u{a0}: {error}",
    remove: "suppression impossible de {path}\u{a0}: {error}",
    replace: "remplacement impossible de {path}\u{a0}: {error}",
    write_record: "le procès-verbal n'a pas pu être écrit dans {path}\u{a0}: {error}",
    write: "écriture impossible de {path}\u{a0}: {error}",
    cut: "{path} n'a pas pu être raccourci\u{a0}: {error}",
    read: "lecture impossible de {path}\u{a0}: {error}",
    set_aside: "une ligne coupée de {path} n'a pas pu être mise de côté\u{a0}: {error}",
};

const OTHER_NAME: &str = "Prenez un autre nom.";
const CALL_SUPPORT: &str =
    "N'utilisez pas cette clé. Gardez-la telle quelle et appelez l'assistance.";
const RECOVER: &str = "Rétablissez l'état\u{a0}: voir enrol --recover.";

pub(in crate::text) const STORE_FAULTS: StoreFaults = StoreFaults {
    exists: entry("{path} existe déjà", "Prenez un autre nom, ou --force pour le remplacer."),
    other_kind: entry("{path} existe déjà et est d'un autre genre", OTHER_NAME),
    no_name: entry("«\u{a0}{path}\u{a0}» ne nomme aucun fichier", OTHER_NAME),
    long_name: entry("le nom {path} est trop long", "Prenez un nom plus court."),
    too_deep: entry(
        "{path} a trop de niveaux de dossiers",
        "Regardez dans ce dossier\u{a0}: rien de nous n'est si profond.",
    ),
    vanished: entry(
        "{path} a disparu pendant l'écriture",
        "Autre chose travaille dans ce dossier. Arrêtez-le, puis recommencez.",
    ),
    too_long: entry("{path} a plus de {limit} octets", RECOVER),
    lock_busy: entry(
        "un autre programme travaille dans {path}",
        "Attendez la fin de l'autre programme mediaseal, puis recommencez.",
    ),
    newer: entry(
        "un programme plus récent a enregistré l'état, au format {format}",
        "Utilisez le programme plus récent.",
    ),
    torn: entry("l'état enregistré est coupé\u{a0}: {what}", RECOVER),
    unexpected: entry("l'état enregistré n'est pas celui qu'on attendait", RECOVER),
    moved: entry(
        "l'état est passé entre-temps de la génération {expected} à la {found}",
        "Recommencez.",
    ),
    body_too_long: entry("l'état ferait {bytes} octets", "Retirez les documents devenus inutiles."),
    log_broken: entry(
        "{path}\u{a0}: la ligne {line} ne suit pas celle d'avant",
        "Gardez le journal tel quel et montrez-le au responsable de la sécurité.",
    ),
    log_too_long: entry(
        "{path} serait trop long",
        "Rangez le journal aux archives\u{a0}; un nouveau commence de lui-même.",
    ),
    log_entry: entry(
        "l'entrée n'est pas de celles qu'un journal peut tenir",
        "Signalez-le\u{a0}: le programme a fait une entrée qu'il ne doit pas faire.",
    ),
    log_unusable: entry("{path} est resté à moitié écrit", "Relancez le programme."),
    journal_newer: entry(
        "la ligne {line} vient d'un programme plus récent",
        "Utilisez le programme plus récent.",
    ),
};

pub(in crate::text) const SYSTEM_ADVICE: SystemAdvice = SystemAdvice {
    full: "Libérez de la place sur le disque, puis recommencez.",
    read_only: "Le disque est en lecture seule. Prenez un autre endroit.",
    no_permission: "Utilisez un compte qui peut y écrire.",
    not_found: "Créez d'abord le dossier, ou corrigez le chemin.",
    unsupported: "Prenez un autre système de fichiers, ou un autre système.",
    other: "Recommencez. Si cela se répète, le disque est peut-être en panne.",
};

pub(in crate::text) const DESTINATION_FAULTS: DestinationFaults = DestinationFaults {
    link: entry(
        "{path} (partie {component} du chemin) est un lien",
        "Indiquez le vrai dossier. Si personne n'a fait ce lien, demandez pourquoi il est là.",
    ),
    not_a_folder: entry(
        "{path} n'est pas un dossier",
        "Indiquez un dossier, par son chemin entier.",
    ),
    missing: entry("{path} n'existe pas", "Créez d'abord le dossier, ou corrigez le chemin."),
    path: entry(
        "«\u{a0}{path}\u{a0}» n'est pas le chemin d'un dossier",
        "Indiquez un dossier, par son chemin entier.",
    ),
    read_only: entry(
        "{path} est sur un disque en lecture seule",
        "Le disque est en lecture seule. Prenez un autre endroit.",
    ),
    no_permission: entry(
        "ce compte ne peut pas travailler dans {path}",
        "Utilisez un compte qui peut y écrire.",
    ),
    inside_source: entry(
        "elle se trouve dans la source, ou sur son appareil",
        "Prenez un autre endroit.",
    ),
};

pub(in crate::text) const STAGING_FAULTS: StagingFaults = StagingFaults {
    name: entry("le nom «\u{a0}{path}\u{a0}»\u{a0}: {fault}", CALL_SUPPORT),
    exchanged: entry(
        "{path} a été échangé contre un autre dossier pendant la copie",
        "Quelqu'un ou quelque chose travaille dans ce dossier. Trouvez quoi avant de recommencer.",
    ),
    exists: entry(
        "{path} existe déjà et diffère en {count} endroits{first}",
        "Mettez l'autre dossier ailleurs, ou demandez qui l'a modifié.",
    ),
    foreign_owner: entry(
        "{path} existe déjà et est à un autre utilisateur (numéro {owner})",
        "Demandez qui l'a fait. Mettez-le ailleurs, puis recopiez\u{a0}: la copie sera à vous.",
    ),
    longer: entry("{path} est plus long que les {declared} octets annoncés", CALL_SUPPORT),
    shorter: entry("{path} a fini à l'octet {received} sur {declared}", CALL_SUPPORT),
    contents: entry("{path} n'est pas le fichier signé", CALL_SUPPORT),
    set: entry("{path} n'a pas été copié, ou n'est pas parmi les fichiers signés", CALL_SUPPORT),
    read_back: entry(
        "le disque n'a pas rendu ce qui a été écrit, en {count} endroits{first}",
        "Le disque de cet ordinateur est peut-être en panne. Faites-le vérifier.",
    ),
};

pub(in crate::text) const DIFFERENCES: Differences = Differences {
    missing: "{path} manque",
    extra: "{path} ne devrait pas être là",
    kind: "{path} est d'un autre genre",
    length: "{path} a une autre longueur",
    contents: "{path} a un autre contenu",
};

pub(in crate::text) const CLAIMS: ClaimLabels = ClaimLabels {
    manifest: "manifeste",
    title: "titre",
    publisher: "éditeur",
    product: "produit",
    version: "version",
    release: "livraison",
    position: "{position} (plancher {floor})",
    issued: "établie le",
    advise_after: "à renouveler",
    applies_to: "pour",
    file: "fichier",
    release_code: "code",
    signature: "signature",
    trust: "confiance",
    files: "fichiers",
    remark: "remarque",
};
