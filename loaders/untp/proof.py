"""Whether a credential was signed by the key of its issuer: JWS (W3C, Securing Verifiable Credentials using JOSE).

The key is in the identifier (did:key) or in a file that the reader gives: nothing is ever fetched. A signature that is
wrong is a reject; one that cannot be checked is told as such, and is no worse than none.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ontology.errors import FileFormatError, Reason, ValueProblem

ALGORITHMS = ("EdDSA", "ES256", "ES384", "ES512")
_CODECS = {b"\xed\x01": "Ed25519", b"\x80\x24": "P-256", b"\x81\x24": "P-384", b"\x82\x24": "P-521"}
"""How the key of a did:key begins (multicodec, as varint), to its curve."""
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LONGEST = 300
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_DATA = re.compile(r"data:application/(?:vc|vp|vc-ld)\+(?:ld\+json\+)?jwt[,;](?:base64,)?\s*", re.IGNORECASE)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a credential's signature, in words of a few."""

    checked: bool
    how: str

    def __str__(self) -> str:
        return f"{'checked' if self.checked else 'not checked'}: {self.how}"


NONE = Proof(False, "no signature in the file")


@dataclass(frozen=True, slots=True)
class Signed:
    """A JWS taken apart, and still to be checked."""

    token: str
    header: Json
    payload: Json


def compact(text: str) -> str:
    """The compact JWS that a text is or, as a data URL, holds; empty where it is none."""
    found = _DATA.match(text)
    token = text[found.end() :].strip() if found else text.strip()
    return token if _COMPACT.fullmatch(token) else ""


def taken_apart(token: str) -> Signed:
    """A compact JWS, unchecked.

    Raises:
        ValueProblem: it is none, or holds no JSON.
    """
    try:
        header, payload = (orjson.loads(_bytes(part)) for part in token.split(".")[:2])
    except (ValueError, binascii.Error) as error:
        raise ValueProblem(Reason.NOT_UNDERSTOOD, token[:40], detail="a JWT that holds no JSON") from error
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise ValueProblem(Reason.NOT_UNDERSTOOD, token[:40], detail="a JWT that holds no credential")
    return Signed(token, header, payload)


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def check(signed: Signed, issuer: str, keys: Keys) -> Proof:
    """Check a signature by the issuer's key, where that is known.

    Raises:
        ValueProblem: the signature is not that of the key.
    """
    from jwt import InvalidTokenError, PyJWS
    from jwt.exceptions import PyJWTError

    algorithm, kid = str(signed.header.get("alg", "")), str(signed.header.get("kid", ""))
    if algorithm not in ALGORITHMS:
        return Proof(False, f"algorithm {algorithm or 'not said'}")
    signer = kid.partition("#")[0] if kid.startswith("did:") else issuer
    found = keys.of(kid, signer)
    if found is None:
        return Proof(False, f"no key of {signer or kid or 'its issuer'}")
    if issuer and signer != issuer:
        return Proof(False, f"signed by {signer}, and not by its issuer")
    try:
        PyJWS().decode(signed.token, found.key, algorithms=[algorithm])
    except (InvalidTokenError, PyJWTError, ValueError, TypeError) as error:
        raise ValueProblem(Reason.PROOF_FAILED, signer or kid) from error
    return Proof(True, f"{algorithm}, {found.whence}")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, of whom, and where it was found."""

    key: Any
    id: str
    controller: str
    whence: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Public keys that a reader gave."""

    given: tuple[Key, ...] = ()

    def of(self, kid: str, signer: str) -> Key | None:
        """The key that a signature names: of a did:key the one in it, else one that was given; None where unknown."""
        if signer.startswith("did:key:"):
            return key_in(signer)
        for one in self.given:
            if kid and one.id in (kid, kid.partition("#")[2]) and (not one.controller or one.controller == signer):
                return one
        alone = [one for one in self.given if one.controller and one.controller == signer]
        return alone[0] if len(alone) == 1 and not kid.partition("#")[2] else None


def key_in(did: str) -> Key | None:
    """The key that a did:key is; None where it is of a kind that is not known."""
    found = _multibase(did.removeprefix("did:key:"))
    return None if found is None else Key(found, did, did, "did:key")


def _multibase(text: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    if not text.startswith("z") or len(text) > _LONGEST or set(text[1:]) - set(_BASE58):
        return None
    number = 0
    for sign in text[1:]:
        number = number * 58 + _BASE58.index(sign)
    whole = number.to_bytes((number.bit_length() + 7) // 8, "big")
    curve, key = _CODECS.get(whole[:2]), whole[2:]
    curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    try:
        if curve == "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(key)
        return ec.EllipticCurvePublicKey.from_encoded_point(curves[curve], key) if curve in curves else None
    except ValueError:
        return None


def read_keys(path: Path) -> Keys:
    """The keys of a file: a JWK, a JWKS, a DID document, or a list of them.

    Raises:
        FileFormatError: it holds no key that can be read.
    """
    try:
        given = json.loads(path.read_text("utf-8"))
        found = tuple(_keys(given, ""))
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{path.name} is not JSON.", remedy="Give a JWKS or a DID document.") from error
    if not found:
        raise FileFormatError(f"{path.name} holds no public key.", remedy="Give a JWKS or a DID document.")
    return Keys(found)


def _keys(given: Any, controller: str) -> Iterator[Key]:
    if isinstance(given, list):
        for one in given:
            yield from _keys(one, controller)
    elif isinstance(given, dict):
        if "kty" in given:
            yield from _jwk(given, str(given.get("kid", "")), controller)
        yield from _keys(given.get("keys"), controller)
        owner = str(given.get("id", "")) if "verificationMethod" in given else controller
        for one in given.get("verificationMethod") or ():
            if not isinstance(one, dict):
                continue
            id_, of = str(one.get("id", "")), str(one.get("controller") or owner)
            id_ = of + id_ if id_.startswith("#") else id_
            if isinstance(one.get("publicKeyJwk"), dict):
                yield from _jwk(one["publicKeyJwk"], id_, of)
            elif (key := _multibase(str(one.get("publicKeyMultibase", "")))) is not None:
                yield Key(key, id_, of, "key file")


def _jwk(jwk: dict[str, Any], id_: str, controller: str) -> Iterator[Key]:
    from jwt import PyJWK
    from jwt.exceptions import PyJWTError

    if jwk.get("kty") not in ("OKP", "EC"):  # a shared secret proves nothing
        return
    public = {name: value for name, value in jwk.items() if name != "d"}
    try:
        key = PyJWK(public).key
    except (PyJWTError, ValueError, KeyError, TypeError):
        return
    did, mark, _ = id_.partition("#")
    yield Key(key, id_, controller or (did if mark else ""), "key file")
