"""A second renderer of image and zip, written from docs/FORMAT.md alone.

    second_renderer.py RELEASE IMAGE ZIP

RELEASE is a folder with a whole release. Exits 0 if IMAGE and ZIP are, to the last
byte, what docs/FORMAT.md says; else it names the first byte that is not.
"""

import hashlib
import json
import os
import struct
import sys
import zlib

MIB = 1 << 20
SECTOR = 512
PARTITION = 2048
PLAIN = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def read_release(root):
    files = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                files[os.path.relpath(path, root).replace(os.sep, "/")] = file.read()
    return files


def canonical(path):
    return (not (path == "SEAL" or path.startswith("SEAL/")), path.encode())


def parent(path):
    return path.rpartition("/")[0]


def name_of(path):
    return path.rpartition("/")[2]


# --- names ---------------------------------------------------------------------------


def padded(stem, extension):
    return stem.encode().ljust(8) + extension.encode().ljust(3)


def plain_name(name):
    stem, dot, extension = name.partition(".")
    fits = 1 <= len(stem) <= 8 and len(extension) <= 3 and bool(dot) == bool(extension)
    return padded(stem, extension) if fits and set(stem + extension) <= PLAIN else None


def alias(name, counters):
    stem, _, extension = name.upper().lstrip(".").rpartition(".")
    if not stem:
        stem, extension = extension, ""
    stem, extension = stem.replace(".", "")[:8], extension[:3]
    for digits in range(1, 7):
        counter = (stem[: 7 - digits], digits, extension)
        number = counters.get(counter, 10 ** (digits - 1))
        if number < 10**digits:
            counters[counter] = number + 1
            return padded(f"{counter[0]}~{number}", extension)
    raise ValueError("a folder is full")


def checksum(short):
    total = 0
    for byte in short:
        total = ((total >> 1 | total << 7) + byte) & 0xFF
    return total


def long_entries(name, short):
    parts = [name[at : at + 13] for at in range(0, len(name), 13)]
    entries = b""
    for index in reversed(range(len(parts))):
        units = [ord(character) for character in parts[index]]
        units = (units + [0])[:13]
        units += [0xFFFF] * (13 - len(units))
        text = struct.pack("<13H", *units)
        number = index + 1 + (0x40 if index == len(parts) - 1 else 0)
        entries += bytes([number]) + text[:10] + bytes([0x0F, 0, checksum(short)])
        entries += text[10:22] + bytes(2) + text[22:]
    return entries


# --- the medium ----------------------------------------------------------------------


def geometry(volume):
    limits = [(272 * MIB - 1, 1), (8 << 30, 8), (16 << 30, 16), (32 << 30, 32), (64 << 30, 64)]
    cluster = next(sectors for limit, sectors in limits if volume <= limit)
    total = volume // SECTOR - PARTITION
    data = PARTITION
    while True:
        clusters = (total - data) // cluster
        fat = -(-(clusters + 2) * 4 // SECTOR)
        if 32 + 2 * fat <= data:
            return cluster, total, data, clusters, fat, data - 2 * fat
        data += 2048


def identity(four):
    return four if any(four) else b"\1\0\0\0"


def render_image(files, manifest, code, date, time):
    volume = manifest["volume"]["bytes"]
    label = manifest["volume"]["label"].encode().ljust(11)
    cluster, total, data, clusters, fat_sectors, reserved = geometry(volume)
    cluster_bytes = cluster * SECTOR
    paths = sorted(files, key=canonical)
    above = {parent(path) for path in paths}
    for path in list(above):
        while path:
            path = parent(path)
            above.add(path)
    folders = [""] + sorted(above - {""}, key=canonical)

    entries = {folder: [] for folder in folders}
    short, slots = {}, {}
    for path in sorted(paths + folders[1:], key=canonical):
        entries[parent(path)].append(path)
    for folder in folders:
        counters = {}
        slots[folder] = 2 if folder else 1
        for path in entries[folder]:
            name = name_of(path)
            short[path] = plain_name(name) or alias(name, counters)
            slots[folder] += 1 if plain_name(name) else 1 + -(-len(name) // 13)

    first, table, following = {}, [0x0FFFFFF8, 0x0FFFFFFF], 2
    sizes = [(folder, (slots[folder] + (0 if folder else 8)) * 32) for folder in folders]
    sizes += [(path, len(files[path])) for path in paths]
    for path, size in sizes:
        count = -(-size // cluster_bytes)
        first[path] = following if count else 0
        if count:
            table += range(following + 1, following + count)
            table.append(0x0FFFFFFF)
        following += count

    image = bytearray(volume)

    def put(at, content):
        image[at : at + len(content)] = content

    put(0x1B8, identity(code[4:8]))
    put(0x1BE, bytes.fromhex("00FEFFFF0CFEFFFF") + struct.pack("<II", PARTITION, total))
    put(0x1FE, b"\x55\xaa")
    free = clusters - (following - 2)
    for copy in (0, 6):
        start = (PARTITION + copy) * SECTOR
        put(start, bytes.fromhex("EB5890") + b"MSDOS5.0" + struct.pack("<HB", SECTOR, cluster))
        put(start + 0x0E, struct.pack("<HB", reserved, 2))
        put(start + 0x15, b"\xf8")
        put(start + 0x18, struct.pack("<HHIII", 63, 255, PARTITION, total, fat_sectors))
        put(start + 0x2C, struct.pack("<IHH", 2, 1, 6))
        put(start + 0x40, b"\x80\0\x29" + identity(code[:4]) + label + b"FAT32   ")
        put(start + 0x1FE, b"\x55\xaa")
        start += SECTOR
        put(start, b"RRaA")
        put(start + 484, b"rrAa" + struct.pack("<II", free, following if free else 0xFFFFFFFF))
        put(start + 510, b"\x55\xaa")
    for copy in (0, 1):
        at = (PARTITION + reserved + copy * fat_sectors) * SECTOR
        put(at, struct.pack(f"<{len(table)}I", *table))

    def place(path):
        return (PARTITION + data) * SECTOR + (first[path] - 2) * cluster_bytes

    def entry(name, attribute, at, size):
        head = name + bytes([attribute, 0, 0]) + struct.pack("<HHH", time, date, date)
        return head + struct.pack("<HHHHI", at >> 16, time, date, at & 0xFFFF, size)

    for folder in folders:
        if folder:
            up = first[parent(folder)] if parent(folder) else 0
            content = entry(b".".ljust(11), 0x10, first[folder], 0)
            content += entry(b"..".ljust(11), 0x10, up, 0)
        else:
            content = entry(label, 0x08, 0, 0)
        for path in entries[folder]:
            if not plain_name(name_of(path)):
                content += long_entries(name_of(path), short[path])
            kind, size = (0x20, len(files[path])) if path in files else (0x10, 0)
            content += entry(short[path], kind, first[path], size)
        put(place(folder), content)
    for path in paths:
        if files[path]:
            put(place(path), files[path])
    return image


# --- the bundle ----------------------------------------------------------------------


def render_zip(files, date, time):
    """For values below 0xFFFFFFFF, so without 64-bit fields."""
    body, directory = b"", b""
    for path in sorted(files, key=canonical):
        content, name = files[path], path.encode()
        common = struct.pack("<HHHHH", 10, 0, 0, time, date)
        common += struct.pack("<III", zlib.crc32(content), len(content), len(content))
        common += struct.pack("<HH", len(name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 45) + common
        directory += struct.pack("<HHHII", 0, 0, 0, 0x20, len(body)) + name
        body += b"PK\3\4" + common + name + content
    count = len(files)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return body + directory + end


def compare(what, path, expected):
    """Piece by piece: a medium is large."""
    expected, at = memoryview(expected), 0
    with open(path, "rb") as file:
        while piece := file.read(MIB):
            wanted = expected[at : at + len(piece)]
            if piece != wanted:
                pairs = enumerate(zip(piece, wanted))
                at += next((index for index, (a, b) in pairs if a != b), len(wanted))
                break
            at += len(piece)
        else:
            if at == len(expected):
                print(f"{what}: {at} bytes, the same")
                return True
    print(f"{what}: first difference at byte {at}")
    return False


def fat_time(issued):
    year, month, day = map(int, issued[:10].split("-"))
    hour, minute, second = map(int, issued[11:19].split(":"))
    date = (year - 1980) * 512 + month * 32 + day
    return date, hour * 2048 + minute * 32 + second // 2


def main():
    release, image, bundle = sys.argv[1:]
    files = read_release(release)
    sums = files["SEAL/SHA256SUMS"]
    for line in sums.decode().splitlines():
        digest, path = line.split("  ", 1)
        if hashlib.sha256(files[path]).hexdigest() != digest:
            sys.exit(f"{path} is not what is sealed")
    manifest = json.loads(files["SEAL/manifest.json"])
    date, time = fat_time(manifest["issued"])
    code = hashlib.sha256(sums).digest()
    same = compare("image", image, render_image(files, manifest, code, date, time))
    same &= compare("zip", bundle, render_zip(files, date, time))
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
