"""What is signed, read as docs/FORMAT.md says: scalars, JSON, sums, signatures.

Everything here raises Refused for what breaks a rule, with the rule.
"""

import base64
import binascii
import hashlib
import json
import re
import unicodedata

import ed25519

MAX_NUMBER = 2147483647
MAX_FILES, MAX_DEPTH, MAX_PATH_BYTES = 10000, 8, 150
MAX_FILE_BYTES = 4294967295
MAX_SUMS_BYTES = MAX_MANIFEST_BYTES = 4194304
MAX_TRUST_BYTES, MAX_TRUST_DOCUMENTS, MAX_ROLE_KEYS = 65536, 64, 16
MAX_SIGNATURE_BYTES, MAX_SIGNATURE_FILES = 1024, 1024
MAX_ANCHOR_BYTES = 16777216
MIN_VOLUME_BYTES, MAX_VOLUME_BYTES, VOLUME_STEP = 36700160, 68719476736, 1048576

DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN", "CONOUT"}
DEVICES |= {name + digit for name in ("COM", "LPT") for digit in "0123456789"}
FORBIDDEN = [(0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F), (0x2028, 0x202E)]
FORBIDDEN += [(0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF0, 0xFFFB), (0xE0000, 0xE0FFF)]


class Refused(Exception):
    pass


def rule(holds, text):
    if not holds:
        raise Refused(text)


# --- scalars: each a function that returns the value or refuses it ----------------------


def pattern(expression, what):
    compiled = re.compile(expression)

    def check(value):
        rule(isinstance(value, str) and compiled.fullmatch(value), f"{value!r} is no {what}")
        return value

    return check


digest = pattern("[0-9a-f]{64}", "digest")
identifier = pattern("[a-z0-9-]{1,32}", "identifier")
version_text = pattern("[0-9A-Za-z.+-]{1,32}", "version")
label = pattern("[A-Z0-9_-]{1,11}", "label")
guid = pattern(r"\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}", "GUID")


def integer(low, high):
    def check(value):
        rule(type(value) is int and low <= value <= high, f"{value!r} is out of range")
        return value

    return check


number = integer(1, MAX_NUMBER)


def dotted(value):
    pattern(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){0,3}", "dotted version")(value)
    rule(all(int(part) <= MAX_NUMBER for part in value.split(".")), "a version's number")
    return value


def time(value):
    pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", "time")(value)
    year, month, day, hour, minute, second = map(int, re.findall("[0-9]+", value))
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    rule(1980 <= year <= 2107 and 1 <= month <= 12 and 1 <= day <= days[month - 1], "a day")
    rule(hour < 24 and minute < 60 and second < 60 and second % 2 == 0, "a time of day")
    return value


def text(value):
    rule(isinstance(value, str) and 1 <= len(value) <= 200, "a text's length")
    rule(value == value.strip(), "white space at a text's end")
    for character in value:
        point = ord(character)
        rule(unicodedata.category(character) not in ("Cc", "Cs"), "control character")
        rule(not any(low <= point <= high for low, high in FORBIDDEN), f"U+{point:04X}")
    return value


def component(name):
    rule(re.fullmatch("[A-Za-z0-9._-]+", name), f"{name!r} in a path")
    rule(name not in (".", "..") and not name.endswith("."), f"{name!r} in a path")
    rule(name.split(".")[0].upper() not in DEVICES, f"{name!r} is a device")


def path(value):
    rule(isinstance(value, str) and len(value.encode()) <= MAX_PATH_BYTES, "a path's length")
    parts = value.split("/")
    rule(len(parts) <= MAX_DEPTH, "a path's depth")
    for part in parts:
        component(part)
    return value


def windows_folder(value):
    rule(isinstance(value, str) and re.match(r"[A-Z]:\\", value), "a Windows folder")
    rule(len(value.encode()) <= 100, "a Windows folder's length")
    for part in value[3:].split("\\"):
        component(part)
    return value


def paths(values):
    """Rules for all paths of a release together."""
    files, spelt = set(values), {}
    rule(len(files) == len(values), "one path twice")
    for value in values:
        parts = value.split("/")
        for depth in range(1, len(parts) + 1):
            above = "/".join(parts[:depth])
            rule(spelt.setdefault(above.lower(), above) == above, f"{above!r} in two cases")
            rule(depth == len(parts) or above not in files, f"{above!r} is file and folder")


def public_key(value):
    """(id, point) of minisign's base64."""
    raw = base64_of(value, 56, 42)
    rule(raw[:2] == b"Ed" and ed25519.decode(raw[10:]) is not None, "a public key")
    return value


def key_of(value):
    raw = base64.b64decode(value)
    return raw[2:10], raw[10:]


def base64_of(value, characters, count):
    rule(isinstance(value, str) and len(value) == characters, "length of base64")
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("base64") from None
    rule(len(raw) == count and base64.b64encode(raw).decode() == value, "spelling of base64")
    return raw


# --- JSON in one spelling -----------------------------------------------------------------


class Optional:
    def __init__(self, kind):
        self.kind = kind


class Map:
    """Any identifiers, sorted."""

    def __init__(self, kind):
        self.kind = kind


def shaped(kind, value):
    """`value` in the order of `kind`: a dict of fields, [item], Map, or a function."""
    if isinstance(kind, dict):
        rule(isinstance(value, dict), "an object")
        rule(not set(value) - set(kind), f"unknown fields {sorted(set(value) - set(kind))}")
        result = {}
        for name, inner in kind.items():
            if name in value:
                inner = inner.kind if isinstance(inner, Optional) else inner
                result[name] = shaped(inner, value[name])
            else:
                rule(isinstance(inner, Optional), f"{name} is missing")
        return result
    if isinstance(kind, Map):
        rule(isinstance(value, dict), "an object")
        keys = sorted(value, key=lambda key: key.encode("utf-8", "surrogatepass"))
        return {identifier(key): shaped(kind.kind, value[key]) for key in keys}
    if isinstance(kind, list):
        rule(isinstance(value, list), "a list")
        return [shaped(kind[0], item) for item in value]
    return kind(value)


def quoted(value):
    """Only the quotation mark, the backslash and U+0000 to U+001F are escaped."""
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    spelt = [short.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 else c) for c in value]
    return '"' + "".join(spelt) + '"'


def printed(value, indent=""):
    inner = indent + "  "
    if isinstance(value, dict):
        items = [f"{inner}{quoted(key)}: {printed(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(items) + f"\n{indent}}}" if items else "{}"
    if isinstance(value, list):
        items = [inner + printed(item, inner) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]" if items else "[]"
    return quoted(value) if isinstance(value, str) else str(value)


def once(pairs):
    rule(len({name for name, _ in pairs}) == len(pairs), "a double key")
    return dict(pairs)


def signed_json(raw, limit, kind):
    rule(len(raw) <= limit, "longer than allowed")
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=once)
        value = shaped(kind, value)
        again = (printed(value) + "\n").encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refused(f"JSON: {error}") from None
    rule(again == raw, "another spelling of the same JSON")
    return value


# --- SHA256SUMS and signature files -------------------------------------------------------


def sums_of(raw):
    """Path to digest."""
    rule(0 < len(raw) <= MAX_SUMS_BYTES, "the length of SHA256SUMS")
    rule(raw.endswith(b"\n"), "the end of SHA256SUMS")
    lines = {}
    for line in raw[:-1].split(b"\n"):
        found = re.fullmatch(rb"([0-9a-f]{64})  ([\x21-\x7e]+)", line)
        rule(found, "a line of SHA256SUMS")
        name = path(found[2].decode())
        rule(name == "SEAL/manifest.json" or name.split("/")[0].upper() != "SEAL", "SEAL in it")
        rule(name not in lines, "a double line")
        lines[name] = found[1].decode()
    names = list(lines)
    rule(names == sorted(names, key=str.encode) and "SEAL/manifest.json" in lines, "its order")
    rule(len(names) - 1 <= MAX_FILES, "too many files")
    paths(names)
    return lines


def key_id_text(raw):
    return f"{int.from_bytes(raw, 'little'):016X}"


class Signature:
    """A signature file in its one spelling."""

    def __init__(self, raw):
        rule(0 < len(raw) <= MAX_SIGNATURE_BYTES, "a signature file's length")
        lines = raw.split(b"\n")
        rule(len(lines) == 5 and lines[4] == b"", "four lines")
        rule(lines[0] == b"untrusted comment: signature from minisign secret key", "line 1")
        rule(re.fullmatch(rb"trusted comment: [\x20-\x7e]*", lines[2]), "line 3")
        rule(all(max(line, default=0) < 128 for line in lines), "not ASCII")
        blob = base64_of(lines[1].decode(), 100, 74)
        self.over_all = base64_of(lines[3].decode(), 88, 64)
        rule(blob[:2] == b"ED", "the algorithm")
        self.id, self.signature = blob[2:10], blob[10:]
        self.comment = lines[2][len(b"trusted comment: ") :].decode()

    def is_by(self, key, content):
        """`key` is minisign's base64."""
        identity, point = key_of(key)
        hashed = hashlib.blake2b(content).digest()
        covered = self.signature + self.comment.encode()
        return (
            identity == self.id
            and ed25519.verify(point, hashed, self.signature)
            and ed25519.verify(point, covered, self.over_all)
        )
