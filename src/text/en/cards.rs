//! English: the card that goes with a key.

use crate::text::table::Cards;

pub(in crate::text) const CARDS: Cards = Cards {
    title: "Card of a key",
    demo: "DEMO: made for an exercise, never for an instrument.",
    release: "Release",
    applies_to: "Only for",
    number: "Key",
    number_in_order: "{ordinal} of {keys}, order {order}",
    number_alone: "{ordinal}",
    recipient: "Recipient",
    stick: "Stick",
    serial: "Serial number",
    no_serial: "none",
    proved: "Proved",
    by_clock: "{time} (clock of the computer that made it)",
    unknown: "unknown",
    protection: "Write protection",
    protection_seen: "seen: the device reports it",
    protection_not_seen: "NOT seen: this key can be changed",
    protection_unknown: "not known: the device did not say",
    protection_forced: "the computer that made it forces it on every key",
    level: "Looked at",
    code: "Release code",
    image: "SHA-256 of the image",
    image_bytes: "{bytes} bytes",
    signers: "Signers",
    signers_needed: "{counted}; {needed} are needed",
    key_id: "key id {id}",
    payload: "SHA-256 of the payload",
    reference: "Reference",
    reference_published: "the same SHA-256 is published in {source}",
    reference_typed: "compared with a SHA-256 that the builder typed in ({source})",
    reference_none: "none: nobody outside says what the payload must be",
    compare: "Before anything is read on the key: check it with a mediaseal-verify that you had \
              already, and compare the release code on its screen with this card, group by group.",
    other_road: "The publisher code and the tool code are not on this card. They come by another \
                 road: the letter, the advisory, a telephone number that you knew before. Whoever \
                 can exchange the key can exchange this card as well.",
    protection_proves_nothing: "Write protection keeps a key from being changed by accident. It \
                                does not prove where the key comes from.",
    found: "If the check says anything but PASS: do not use the key, keep it as it is, and call \
            the number that you already had.",
    tools: "The same with other people's tools",
    tools_where: "On Linux, in the top folder of the mounted key, after: export LC_ALL=C",
    tool_signer: "Signed by {name}",
    tool_code: "The release code",
    tool_files: "Every file is the signed one",
    tool_windows: "On Windows, the payload",
    tool_nothing_else: "Nothing else is there",
    tool_image: "The whole image, where sdX is the device of the key",
    must_be: "must be",
    must_end_ok: "every line must end in OK",
    must_verify: "must say that signature and comment are verified",
    must_explain: "must name SEAL/SHA256SUMS, its .minisig files and files below SEAL/trust only",
};
