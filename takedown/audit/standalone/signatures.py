"""Signatures of OpenSSH's Ed25519 keys, with nothing but whole numbers."""

import base64
import hashlib
from typing import Optional, Tuple

# Ed25519 as in RFC 8032, 5.1.7: slow and plain, which is what a reader wants of it.
P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ORDER = 2**252 + 27742317777372353535851937790883648493
Point = Tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    h, i, j, k = f - e, d - c, d + c, f + e
    return h * i % P, j * k % P, i * j % P, h * k % P


def times(s: int, a: Point) -> Point:
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = add(q, a)
        a, s = add(a, a), s >> 1
    return q


def x_of(y: int, sign: int) -> Optional[int]:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def point(data: bytes) -> Optional[Point]:
    y = int.from_bytes(data, "little")
    x = x_of(y & ((1 << 255) - 1), y >> 255)
    y &= (1 << 255) - 1
    return None if x is None else (x, y, 1, x * y % P)


def ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    a, r = point(public), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    base_y = 4 * pow(5, P - 2, P) % P
    base_x = x_of(base_y, 0) or 0
    left, right = times(s, (base_x, base_y, 1, base_x * base_y % P)), add(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def text(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def signed(key: str, signature: str, message: str, namespace: str) -> bool:
    """Whether `ssh-keygen -Y sign -n NAMESPACE` with this key made the signature (PROTOCOL.sshsig)."""
    blob = base64.b64decode(key)
    digest = hashlib.sha512(message.encode()).digest()
    data = b"SSHSIG" + text(namespace.encode()) + text(b"") + text(b"sha512") + text(digest)
    return blob[:19] == text(b"ssh-ed25519") + b"\0\0\0\x20" and ed25519(blob[19:], data, bytes.fromhex(signature))


def fingerprint(key: str) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode().rstrip("=")
