"""An independent checker, made from docs/FORMAT.md alone.

    check.py ANCHOR SOURCE...

For each SOURCE one line: PASS or NOT, the source, the reason. A SOURCE is a release
folder, a zip, or FOLDER=IMAGE: the image must be what that folder renders to, byte by
byte. Nothing is stored, so of rollback only what the chain says is asked.
"""

import hashlib
import os
import re
import stat
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "format")]

import second_renderer
import signed
from signed import Map, Optional, Refused, Signature, number, rule

ROLE = {"threshold": signed.integer(1, 16), "keys": [{"name": signed.identifier, "public_key": signed.public_key}]}
TRUST = {
    "format": signed.integer(1, 1),
    "publisher": signed.identifier,
    "version": signed.integer(1, signed.MAX_TRUST_DOCUMENTS),
    "previous": Optional(signed.digest),
    "roles": {"root": ROLE, "release": ROLE},
    "products": Map({"epoch": number, "floor": number}),
    "withdrawn": [signed.digest],
}
ANCHOR = {
    "format": signed.integer(1, 1),
    "code": signed.digest,
    "documents": [{"document": str, "signatures": [str]}],
}
BILINGUAL = {"en": signed.text, "fr": signed.text}


def one_of(*words):
    return signed.pattern("|".join(words), "word of these")


RESTART = one_of("none", "recommended", "required")
MANIFEST = {
    "format": signed.integer(1, 1),
    "publisher": signed.identifier,
    "product": signed.identifier,
    "version": signed.version_text,
    "epoch": number,
    "sequence": number,
    "floor": number,
    "title": BILINGUAL,
    "issued": signed.time,
    "advise_after": signed.time,
    "applies_to": [
        {
            "instrument": signed.text,
            "software": signed.text,
            "versions": {"from": signed.dotted, "to": signed.dotted},
        }
    ],
    "payload": {
        "path": signed.path,
        "kind": one_of("msi", "files"),
        "product_code": Optional(signed.guid),
        "upgrade_code": Optional(signed.guid),
        "product_name": Optional(signed.text),
        "product_version": Optional(signed.dotted),
        "reference_hashes": [
            {"sha256": signed.digest, "origin": one_of("published", "typed-in"), "source": signed.text}
        ],
    },
    "install": {
        "destination": signed.windows_folder,
        "restart": {"install": RESTART, "repair": RESTART, "remove": RESTART},
    },
    "volume": {
        "label": signed.label,
        "bytes": signed.integer(signed.MIN_VOLUME_BYTES, signed.MAX_VOLUME_BYTES),
    },
    "files": [
        {
            "path": signed.path,
            "size": signed.integer(0, signed.MAX_FILE_BYTES),
            "role": one_of("payload", "tool", "document"),
        }
    ],
}


def sha256(raw):
    return hashlib.sha256(raw).hexdigest()


# --- trust --------------------------------------------------------------------------------


def trust_document(raw):
    document = signed.signed_json(raw, signed.MAX_TRUST_BYTES, TRUST)
    rule(("previous" in document) == (document["version"] > 1), "previous")
    for role in document["roles"].values():
        keys = role["keys"]
        points = {signed.key_of(key["public_key"])[1] for key in keys}
        names = {key["name"] for key in keys}
        rule(len(keys) <= signed.MAX_ROLE_KEYS, "too many keys in a role")
        rule(len(points) == len(names) == len(keys), "a key or a name twice in a role")
        rule(role["threshold"] <= len(keys), "a threshold that cannot be met")
    withdrawn = document["withdrawn"]
    rule(withdrawn == sorted(set(withdrawn)), "the order of withdrawn")
    return document


def keys_of(document, role):
    return [key["public_key"] for key in document["roles"][role]["keys"]]


class Chain:
    """Accepted documents; each with its bytes."""

    def __init__(self):
        self.links = []

    def next(self, raw):
        """Every rule of a next document but its signatures."""
        document = trust_document(raw)
        rule(document["version"] == len(self.links) + 1, "a gap in the chain")
        if self.links:
            last, last_raw = self.links[-1]
            rule(document["publisher"] == last["publisher"], "another publisher")
            rule(document["previous"] == sha256(last_raw), "previous is another document")
        points = {}
        for known, _ in self.links + [(document, raw)]:
            for key in keys_of(known, "root") + keys_of(known, "release"):
                identity, point = signed.key_of(key)
                rule(points.setdefault(identity, point) == point, "two keys with one id")
        return document

    def anchor(self, raw):
        self.links.append((self.next(raw), raw))

    def prove(self, raw, signatures):
        document = self.next(raw)
        last = self.links[-1][0]
        for judge in (last, document):
            role = judge["roles"]["root"]
            wanted = trust_comment(document)
            by = {
                signed.key_of(key)[1]
                for key in keys_of(judge, "root")
                for file in signatures
                if file.comment == wanted and file.is_by(key, raw)
            }
            rule(len(by) >= role["threshold"], "too few root signatures")
        for product, before in last["products"].items():
            rule(product in document["products"], "a product is dropped")
            after = document["products"][product]
            rule(after["epoch"] >= before["epoch"], "an epoch is lowered")
            same = after["epoch"] == before["epoch"]
            rule(not same or after["floor"] >= before["floor"], "a floor is lowered")
        rule(set(last["withdrawn"]) <= set(document["withdrawn"]), "a withdrawal is dropped")
        self.links.append((document, raw))


def trust_comment(document):
    return f"mediaseal trust {document['publisher']} {document['version']}"


def anchored(raw):
    value = signed.signed_json(raw, signed.MAX_ANCHOR_BYTES, ANCHOR)
    chain = Chain()
    rule(1 <= len(value["documents"]) <= signed.MAX_TRUST_DOCUMENTS, "documents of the anchor")
    for entry in value["documents"]:
        chain.anchor(entry["document"].encode())
    rule(sha256(chain.links[-1][1]) == value["code"], "the anchor's code")
    return chain


# --- the seal -----------------------------------------------------------------------------

NAME = re.compile(
    r"SEAL/(?:manifest\.json|SHA256SUMS(?:\.([0-9A-F]{16})\.minisig)?"
    r"|trust/([1-9][0-9]?)\.json(?:\.([0-9A-F]{16})\.minisig)?)"
)


def seal_names(files):
    """Signature files of SHA256SUMS by id; documents; their signature files."""
    release, documents, trust = {}, {}, {}
    for name in files:
        if name.split("/")[0] != "SEAL":
            continue
        found = NAME.fullmatch(name)
        rule(found, f"{name} below SEAL")
        release_id, version, trust_id = found.groups()
        if release_id:
            release[release_id] = files[name]
        elif version:
            rule(int(version) <= signed.MAX_TRUST_DOCUMENTS, f"{name} below SEAL")
            place = trust.setdefault(int(version), {})
            if trust_id:
                place[trust_id] = files[name]
            else:
                documents[int(version)] = files[name]
    count = len(release) + sum(map(len, trust.values()))
    rule(count <= signed.MAX_SIGNATURE_FILES, "too many signature files")
    rule(all(version in documents for version in trust), "signatures of no document")
    return release, documents, trust


def parsed(signatures):
    result = {}
    for name, raw in signatures.items():
        result[name] = Signature(raw)
        rule(signed.key_id_text(result[name].id) == name, "the id in a signature file's name")
    return result


def chain_of(held, documents, trust):
    rule(1 in documents, "no trust document 1")
    rule(sorted(documents) == list(range(1, len(documents) + 1)), "a gap in the medium's chain")
    for version in sorted(documents):
        if version <= len(held.links):
            rule(held.links[version - 1][1] == documents[version], "a fork, or another publisher")
        else:
            files = parsed(trust.get(version, {}))
            held.prove(documents[version], files.values())
    for version, files in trust.items():
        document, raw = held.links[version - 1]
        keys = keys_of(document, "root")
        if version > 1:
            keys += keys_of(held.links[version - 2][0], "root")
        explained([keys], parsed(files), raw, trust_comment(document))
    return held


def explained(roles, files, raw, comment=None):
    """The distinct points that made `files`; every file must be one's."""
    points = []
    for name, file in files.items():
        by = {signed.key_of(key)[1] for keys in roles for key in keys if file.is_by(key, raw)}
        rule(by, f"a signature by nobody who may: {name}")
        rule(comment is None or file.comment == comment, f"another comment: {name}")
        points.append(by.pop())
    rule(len(set(points)) == len(points), "two files of one key")
    return points


def manifest_of(raw):
    manifest = signed.signed_json(raw, signed.MAX_MANIFEST_BYTES, MANIFEST)
    rule(manifest["floor"] <= manifest["sequence"], "a floor above the sequence")
    rule(manifest["advise_after"] >= manifest["issued"], "advise_after before issued")
    rule(manifest["applies_to"], "applies to nothing")
    rule(manifest["volume"]["bytes"] % signed.VOLUME_STEP == 0, "the volume's step")
    names = [file["path"] for file in manifest["files"]]
    rule(names == sorted(set(names), key=str.encode), "the order of files")
    rule(len(names) <= signed.MAX_FILES, "too many files")
    signed.paths(names)
    for file in manifest["files"]:
        first, below = file["path"].split("/")[0], "/" in file["path"]
        rule(first.upper() != "SEAL", "SEAL in files")
        rule(first in ("PAYLOAD", "TOOLS") or first.upper() not in ("PAYLOAD", "TOOLS"), "case")
        role = {"PAYLOAD": "payload", "TOOLS": "tool"}.get(first if below else "", "document")
        rule(file["role"] == role, "a role")
    payload = manifest["payload"]
    carried = [file for file in manifest["files"] if file["role"] == "payload"]
    main = [file for file in carried if file["path"] == payload["path"]]
    rule(main and main[0]["size"] > 0, "the payload")
    if payload["kind"] == "msi":
        rule(len(carried) == 1 and "product_code" in payload, "the MSI")
    return manifest


def check(files, anchor):
    """The order of docs/FORMAT.md. Returns the manifest of what passes."""
    release, documents, trust = seal_names(files)
    chain = chain_of(anchored(anchor), documents, trust)
    rule("SEAL/SHA256SUMS" in files, "no SHA256SUMS")
    raw = files["SEAL/SHA256SUMS"]
    holders = [keys_of(document, "release") for document, _ in chain.links]
    signatures = parsed(release)
    points = explained(holders, signatures, raw)
    newest = chain.links[-1][0]
    counting = {signed.key_of(key)[1] for key in keys_of(newest, "release")} & set(points)
    rule(len(counting) >= newest["roles"]["release"]["threshold"], "too few signers")
    sums = signed.sums_of(raw)
    rule("SEAL/manifest.json" in files, "no manifest")
    rule(sha256(files["SEAL/manifest.json"]) == sums["SEAL/manifest.json"], "another manifest")
    manifest = manifest_of(files["SEAL/manifest.json"])
    sizes = {file["path"]: file["size"] for file in manifest["files"]}
    rule(set(sizes) == set(sums) - {"SEAL/manifest.json"}, "files and SHA256SUMS differ")
    rule(manifest["publisher"] == newest["publisher"], "another publisher's manifest")
    fields = [manifest[name] for name in ("publisher", "product", "version")]
    comment = " ".join(["mediaseal release", *fields, f"{manifest['epoch']}.{manifest['sequence']}"])
    rule(all(file.comment == comment for file in signatures.values()), "signed for another")
    named = newest["products"].get(manifest["product"], {"epoch": 1, "floor": 1})
    rule(manifest["epoch"] == named["epoch"], "another epoch")
    rule(manifest["sequence"] >= named["floor"], "below the floor")
    rule(not any(sha256(raw) in document["withdrawn"] for document, _ in chain.links), "withdrawn")
    sealed = {name for name in files if name.split("/")[0] != "SEAL"}
    rule(sealed == set(sizes), f"not the sealed files: {sorted(sealed ^ set(sizes))}")
    for name in sealed:
        rule(len(files[name]) == sizes[name] and sha256(files[name]) == sums[name], name)
    return manifest


# --- sources ------------------------------------------------------------------------------


def folder(root):
    files, folders = {}, set()
    for above, names, plain in os.walk(root):
        for name in names + plain:
            full = os.path.join(above, name)
            kind = os.lstat(full).st_mode
            inner = os.path.relpath(full, root)
            if stat.S_ISDIR(kind):
                folders.add(inner)
                continue
            rule(stat.S_ISREG(kind), f"{inner!r} is no file")
            with open(full, "rb") as file:
                files[inner] = file.read()
    needed = {name.rsplit("/", depth)[0] for name in files for depth in range(1, name.count("/") + 1)}
    rule(folders == needed, f"folders above no file: {sorted(folders - needed)}")
    return files


def bundle(name):
    """A claim: what the zip must be follows from it, and is compared."""
    try:
        with zipfile.ZipFile(name) as archive:
            entries = archive.infolist()
            rule(all(entry.compress_type == 0 for entry in entries), "a packed file")
            names = [entry.filename for entry in entries]
            rule(len(set(names)) == len(names), "a file twice")
            rule(sum(entry.file_size for entry in entries) <= os.path.getsize(name), "sizes")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise Refused(f"zip: {error}") from None


def rendered(manifest, files):
    date, time = second_renderer.fat_time(manifest["issued"])
    code = hashlib.sha256(files["SEAL/SHA256SUMS"]).digest()
    return files, manifest, code, date, time


def judge(source, anchor):
    root, _, image = source.partition("=")
    with open(anchor, "rb") as file:
        anchor = file.read()
    if os.path.isdir(root):
        files = folder(root)
        manifest = check(files, anchor)
        if image:
            made = second_renderer.render_image(*rendered(manifest, files))
            with open(image, "rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            rule(sha256(made) == found, "the image is not what the release renders to")
        return
    files = bundle(root)
    manifest = check(files, anchor)
    _, _, _, date, time = rendered(manifest, files)
    with open(root, "rb") as file:
        rule(second_renderer.render_zip(files, date, time) == file.read(), "another zip")


def main():
    anchor, *sources = sys.argv[1:]
    for source in sources:
        try:
            judge(source, anchor)
            print(f"PASS {source}")
        except Refused as reason:
            print(f"NOT {source}: {reason}")


main()
