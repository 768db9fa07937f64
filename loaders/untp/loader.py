"""Credentials of UNTP 0.5 to 0.7, plain or enveloped in a JWT. See ``docs/how-to/chains.md``.

Read after the samples of uncefact/tests-untp 6614d68f (0.5.0, 0.6.0, 0.6.1), the schemas of uncefact/spec-untp af6cd474
(0.6.1) and the specification's pages of 0.7.0. Nothing is ever fetched: no context, key, status list or linked
credential.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from loaders.base import Progress, Report
from loaders.fields import Fields, Unread
from loaders.json_records import Damaged, records
from loaders.streams import Counted, opened, start_of, unpacked_size
from loaders.tracing.chain import Chain, chain
from loaders.untp.format import NAMES
from loaders.untp.occurrences import event_of
from loaders.untp.proof import NONE, Keys, Proof, Signed, check, compact, read_keys, taken_apart
from loaders.untp.subjects import anchor, attestation, day, facility, passport
from loaders.untp.things import Item, Things
from ontology.errors import FileFormatError, Reason, ValueProblem
from ontology.records import Common, PropertyProblem, Source, digest

LISTS = ("verifiableCredential", "credentials")
LOOKED_AT = 1_000
DEEPEST = 4
"""Envelopes within envelopes that are opened: a presentation, in a JWT, of a credential, in a JWT."""
LONGEST = 16 << 20
"""Characters of a file that is a JWT."""
EVENTS = "DigitalTraceabilityEvent"
_SAYS = {
    "DigitalFacilityRecord": facility,
    "DigitalProductPassport": passport,
    "DigitalConformityCredential": attestation,
    "DigitalIdentityAnchor": anchor,
}


@dataclass(frozen=True, slots=True)
class Held:
    """A credential as a file holds it, and the JWS around it."""

    given: Mapping[str, Any]
    signed: Signed | None = None


def credentials(file: Counted, start: bytes) -> Iterator[tuple[int, Held | ValueProblem]]:
    """Each credential of a file, out of its envelopes; what is none, with why. ``start`` is how the file begins.

    Raises:
        FileFormatError: neither JSON nor a JWT.
    """
    number = 0
    for value in _values(file, start):
        for one in _opened(value, None, DEEPEST):
            number += 1
            yield number, one


def _values(file: Counted, start: bytes) -> Iterator[Any]:
    if not start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"{", b"[")):
        data = file.read(LONGEST)
        text = data.decode("utf-8-sig", "replace")
        if not any(compact(line) for line in text.splitlines()):
            raise FileFormatError(f"{file.name} is neither JSON nor a JWT.", remedy="Give a credential of UNTP.")
        yield from (line for line in text.splitlines() if line.strip())
        return
    for _, value in records(file, LISTS, {}):
        yield value


def _opened(value: Any, signed: Signed | None, deep: int) -> Iterator[Held | ValueProblem]:
    if isinstance(value, Damaged):
        yield ValueProblem(Reason.NOT_UNDERSTOOD, value.text, detail=value.why)
        return
    token = compact(value) if isinstance(value, str) else ""
    if isinstance(value, Mapping) and "EnvelopedVerifiable" in str(value.get("type", "")):
        token = compact(str(value.get("id", "")))
    if token and deep:
        try:
            inner = taken_apart(token)
        except ValueProblem as problem:
            yield problem
            return
        payload = inner.payload
        for name in ("vc", "vp"):  # how version 1.1 of the data model wraps it
            payload = payload[name] if isinstance(payload.get(name), dict) else payload
        yield from _opened(payload, inner, deep - 1)
        return
    if not isinstance(value, Mapping):
        yield ValueProblem(Reason.NOT_UNDERSTOOD, str(value)[:40], detail="no credential")
        return
    within = value.get("verifiableCredential")
    if within and deep and "credentialSubject" not in value:
        for one in within if isinstance(within, list) else [within]:
            yield from _opened(one, None, deep - 1)
        return
    yield Held(value, signed)


def kind_of(given: Mapping[str, Any]) -> str:
    """Which credential it is; empty where it is none of UNTP's."""
    types = given.get("type", given.get("@type"))
    found = [one for one in NAMES if one in (types if isinstance(types, list) else [types])]
    return found[0] if found else ""


class UntpLoader:
    """Facilities, products, checks, identities and events, with who issued them and what is known of its signature."""

    name = "untp"
    version = "1"

    def source(self, path: Path, options: Mapping[str, str]) -> Source:
        """One credential is a series of its own, whose editions are its dates of validity; several are their issuer's.

        Raises:
            FileFormatError: no credential of UNTP in it.
        """
        with opened(path) as file:
            found = [
                one.given
                for _, one in islice(credentials(file, start_of(path, 64)), LOOKED_AT)
                if isinstance(one, Held)
            ]
        found = [one for one in found if kind_of(one)]
        if not found:
            raise FileFormatError(
                f"{path.name} holds no credential of UNTP.", remedy=f"Its type is one of {', '.join(NAMES)}."
            )
        issuers = {issuer_of(one) for one in found}
        id_, name = next(iter(issuers)) if len(issuers) == 1 else ("", path.stem)
        starts = sorted(str(one.get("validFrom") or one.get("issuanceDate") or "") for one in found)
        # Samples of several kinds bear one id: the kind belongs to it.
        alone = str(found[0].get("id", "")) if len(found) == 1 else ""
        title = str(found[0].get("name") or "") if len(found) == 1 else ""
        return Source(
            series=f"untp-{digest(kind_of(found[0]), alone)}" if alone else f"untp-{digest(id_)}" if id_ else "untp",
            edition=options.get("edition") or starts[-1],
            title=(title or f"{kind_of(found[0])} of {name or id_}")[:300],
            publisher=options.get("publisher") or name or id_ or path.stem,
            url=alone if alone.startswith("https://") else "",
            licence=options.get("licence", ""),
            published=day(starts[-1]),
        )

    def read(
        self,
        path: Path,
        source: Source,  # noqa: ARG002
        options: Mapping[str, str],
        secret: bytes,  # noqa: ARG002
        report: Report,
        progress: Progress,
    ) -> Iterator[Item]:
        """Yield what each credential says, all of it or nothing, then the chain that its events show.

        Raises:
            FileFormatError: the file, or that of the keys, cannot be read.
        """
        keys = read_keys(Path(options["keys"])) if options.get("keys") else Keys()
        size = unpacked_size(path)
        with chain(report) as events, opened(path) as file:
            reading = _Reading(report, keys, events)
            for place, held in credentials(file, start_of(path, 64)):
                report.rows_in += 1
                yield from reading.one(place, held)
                progress(file.done, size)
            yield from events.read()
            reading.unread.tell(report)
        report.accepted = report.rows_in - report.rejected


def issuer_of(given: Mapping[str, Any]) -> tuple[str, str]:
    """(id, name) of who issued a credential."""
    said = given.get("issuer")
    if isinstance(said, Mapping):
        return str(said.get("id", "")), " ".join(str(said.get("name", "")).split())
    return str(said or ""), ""


@dataclass(slots=True)
class _Reading:
    report: Report
    keys: Keys
    events: Chain
    unread: Unread = field(default_factory=Unread)

    def one(self, place: int, held: Held | ValueProblem) -> list[Item]:
        """What a credential says; nothing where it is rejected, and then nothing that was said before is taken back."""
        try:
            if isinstance(held, ValueProblem):
                raise held
            return self._says(place, held)
        except (ValueProblem, RecursionError) as error:
            problem = (
                error
                if isinstance(error, ValueProblem)
                else ValueProblem(Reason.NOT_UNDERSTOOD, "", detail="nested too deeply")
            )
            self.report.reject("", place, getattr(problem, "name", ""), problem)
            self.report.keep("", place, "", ())
            return []

    def _says(self, place: int, held: Held) -> list[Item]:
        kind = kind_of(held.given)
        if not kind:
            types = str(held.given.get("type", ""))
            raise PropertyProblem("type", Reason.NOT_UNDERSTOOD, types[:80], one_of=", ".join(NAMES))
        whole = Fields(held.given)
        whole.leave("type", "@context", "id", "name", "description", "renderMethod", "credentialSchema")
        proof = self._proof(held, whole)
        things = Things(self.report, place, self._common(whole, proof), str(proof), whole.inner("issuer"))
        whole.leave("issuer")
        subjects = whole.each("credentialSubject")
        if not subjects:
            raise PropertyProblem("credentialSubject", Reason.MISSING, "", column="credentialSubject")
        found = []
        for number, subject in enumerate(subjects):
            subject.leave("type")
            if kind == EVENTS:
                found.append(event_of(things, subject, str(held.given.get("id", place)), number))
            else:
                _SAYS[kind](things, subject)
        self.events.common = Common(cites=things.common.cites)
        for event in found:
            try:
                self.events.lay_by(event, digest(event.body()))
            except ValueProblem as problem:  # another has its id
                self.report.leave_out("", place, "credentialSubject", problem)
        self.unread.note(whole)
        return things.items

    def _proof(self, held: Held, whole: Fields) -> Proof:
        if held.signed is not None:
            proof = check(held.signed, issuer_of(held.given)[0], self.keys)
        elif (told := whole.inner("proof")) or whole.text("proof"):
            proof = Proof(False, f"proof of kind {told.text('cryptosuite', 'type') or 'not said'}")
        else:
            proof = NONE
        whole.leave("proof")
        self.report.notes["proof_checked" if proof.checked else "proof_not_checked"] += 1
        if whole.each("credentialStatus"):
            self.report.notes["status_not_checked"] += 1
        whole.leave("credentialStatus")
        return proof

    def _common(self, whole: Fields, proof: Proof) -> Common:
        start = day(whole.text("validFrom", "issuanceDate"))
        until = whole.text("validUntil", "expirationDate")
        last = day(until) if not until.startswith("9999") else None
        end = last + timedelta(days=1) if last else None
        if start and end and start >= end:
            raise PropertyProblem("validUntil", Reason.PERIOD_REVERSED, until)
        id_, name = issuer_of(whole.given)
        said = ", ".join(filter(None, (name, id_, str(whole.given.get("id", ""))[:200])))
        return Common(valid_from=start, valid_to=end, cites=f"{said} (signature {proof})"[:500])
