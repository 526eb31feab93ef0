"""Ed25519, verification only, as strict as docs/FORMAT.md wants it.

RFC 8032, section 5.1, with S below the order, canonical points, no key and no R
of small order, and the equation without the cofactor. For judging a verifier,
not for use: it is slow and takes no care of time.
"""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
NEUTRAL = (0, 1, 1, 0)


def recover(y, sign):
    """The x of a point, or None where there is none."""
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P:
        return None
    return x if x & 1 == sign else P - x


def add(a, b):
    """Extended coordinates, RFC 8032, 5.1.4."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, e + f
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(number, point):
    result = NEUTRAL
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def decode(encoded):
    """A point in its one encoding and not of small order, or None."""
    number = int.from_bytes(encoded, "little")
    y, sign = number % 2**255, number >> 255
    if len(encoded) != 32 or y >= P:
        return None
    x = recover(y, sign)
    if x is None:
        return None
    point = (x, y, 1, x * y % P)
    return None if equal(multiply(8, point), NEUTRAL) else point


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = recover(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def verify(key, message, signature):
    """True where `signature` (64 bytes) over `message` is by `key` (32 bytes)."""
    point, commitment = decode(key), decode(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or point is None or commitment is None or number >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    challenge = int.from_bytes(digest, "little") % ORDER
    return equal(multiply(number, BASE), add(commitment, multiply(challenge, point)))
