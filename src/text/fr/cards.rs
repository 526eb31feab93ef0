//! French: the card that goes with a key.

use crate::text::table::Cards;

pub(in crate::text) const CARDS: Cards = Cards {
    title: "Fiche d'une clé",
    demo: "DÉMO\u{a0}: faite pour un exercice, jamais pour un instrument.",
    release: "Livraison",
    applies_to: "Seulement pour",
    number: "Clé",
    number_in_order: "{ordinal} sur {keys}, commande {order}",
    number_alone: "{ordinal}",
    recipient: "Destinataire",
    stick: "Support",
    serial: "N° de série",
    no_serial: "aucun",
    proved: "Prouvée le",
    by_clock: "{time} (horloge de l'ordinateur qui l'a faite)",
    unknown: "inconnu",
    protection: "Protection",
    protection_seen: "vue\u{a0}: le périphérique l'annonce",
    protection_not_seen: "NON vue\u{a0}: cette clé peut être modifiée",
    protection_unknown: "inconnue\u{a0}: le périphérique n'a rien dit",
    protection_forced: "l'ordinateur qui l'a faite l'impose à toutes les clés",
    level: "Examiné",
    code: "Code de livraison",
    image: "SHA-256 de l'image",
    image_bytes: "{bytes} octets",
    signers: "Signataires",
    signers_needed: "{counted}\u{a0}; {needed} sont exigés",
    key_id: "identifiant de clé {id}",
    payload: "SHA-256 du contenu",
    reference: "Référence",
    reference_published: "le même SHA-256 est publié dans {source}",
    reference_typed: "comparé à un SHA-256 saisi par celui qui a construit ({source})",
    reference_none: "aucune\u{a0}: personne à l'extérieur ne dit ce que doit être le contenu",
    compare: "Avant de lire quoi que ce soit sur la clé\u{a0}: contrôlez-la avec un \
              mediaseal-verify que vous aviez déjà, et comparez le code de livraison affiché avec \
              cette fiche, groupe par groupe.",
    other_road: "Le code d'éditeur et le code de l'outil ne sont pas sur cette fiche. Ils arrivent \
                 par une autre voie\u{a0}: la lettre, l'avis publié, un numéro de téléphone connu \
                 auparavant. Celui qui peut échanger la clé peut aussi échanger cette fiche.",
    protection_proves_nothing: "La protection en écriture évite qu'une clé change par accident. \
                                Elle ne prouve pas d'où vient la clé.",
    found: "Si le contrôle dit autre chose que BON\u{a0}: n'utilisez pas la clé, laissez-la en \
            l'état et appelez le numéro que vous aviez déjà.",
    tools: "La même chose avec les outils des autres",
    tools_where: "Sous Linux, dans le dossier racine de la clé montée, après\u{a0}: export LC_ALL=C",
    tool_signer: "Signé par {name}",
    tool_code: "Le code de livraison",
    tool_files: "Chaque fichier est celui qui a été signé",
    tool_windows: "Sous Windows, le contenu",
    tool_nothing_else: "Il n'y a rien d'autre",
    tool_image: "L'image entière, où sdX est le périphérique de la clé",
    must_be: "doit être",
    must_end_ok: "chaque ligne doit finir par OK",
    must_verify: "doit dire que la signature et le commentaire sont vérifiés",
    must_explain: "ne doit nommer que SEAL/SHA256SUMS, ses .minisig et les fichiers de SEAL/trust",
};
