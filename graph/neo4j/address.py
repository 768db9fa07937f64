"""Where a Neo4j database is, who opens it, and what the server's refusals mean to the user."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from neo4j import exceptions as failures

from ontology.errors import InputError, KedjaError, StoreBusyError, StoreError

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
_FORM = "Give neo4j://host:7687?database=neo4j, and the user and password in KEDJA_NEO4J_USER and KEDJA_NEO4J_PASSWORD."


@dataclass(frozen=True, slots=True)
class Address:
    """``uri`` goes to the driver; ``database`` is always named; the password is never shown."""

    uri: str
    database: str = "neo4j"
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Address({self.url!r}, user={self.user!r})"

    @staticmethod
    def read(url: str, user: str = "", password: str = "") -> Address:
        """An address from ``neo4j://host:port?database=name``, or ``neo4j://host:port/name``.

        Raises:
            InputError: another form; a user or a password in the URL, where logs and process lists would show it.
        """
        parts = urlsplit(url)
        given = parse_qs(parts.query, keep_blank_values=True)
        if (named := parts.path.strip("/")) and "/" not in named and not given:
            given = {"database": [named]}
            parts = parts._replace(path="")
        if parts.scheme not in SCHEMES or not parts.hostname or parts.path.strip("/") or set(given) - {"database"}:
            raise InputError(f"{_without_secret(url)} is not the address of a Neo4j server.", remedy=_FORM)
        if parts.username or parts.password:
            raise InputError("A user or password does not belong in the address.", remedy=_FORM)
        database = given.get("database", ["neo4j"])[0] or "neo4j"
        return Address(f"{parts.scheme}://{parts.netloc}", database, user, password)

    @property
    def url(self) -> str:
        return f"{self.uri}?database={self.database}"

    @property
    def auth(self) -> tuple[str, str] | None:
        return (self.user, self.password) if self.user else None

    def problem(self, error: Exception) -> KedjaError:
        """Our error for one of the driver's, with the remedy."""
        code = getattr(error, "code", "") or ""
        if isinstance(error, failures.AuthError) and not isinstance(error, failures.Forbidden):
            return StoreError(
                f"The Neo4j server {self.uri} refuses the user and password.",
                remedy="Set KEDJA_NEO4J_USER and KEDJA_NEO4J_PASSWORD.",
            )
        if isinstance(error, failures.Forbidden) or "ReadOnly" in code or "AccessMode" in code:
            return StoreError(
                f"The Neo4j database {self.database} at {self.uri} does not let this user write.",
                remedy="Name a user that may, in KEDJA_NEO4J_USER.",
            )
        if "DatabaseNotFound" in code:
            return StoreError(f"The server {self.uri} has no database {self.database}.", remedy="Name one it has.")
        if isinstance(error, (failures.ServiceUnavailable, failures.SessionExpired)):
            return StoreError(
                f"The Neo4j server {self.uri} cannot be reached.",
                remedy="Start it, or check host, port and network.",
            )
        if "TransactionTimedOut" in code or "TransactionTimedOutClientConfiguration" in code:
            return StoreBusyError(f"The Neo4j server {self.uri} did not finish in time.", remedy="Ask for less.")
        if "OutOfMemory" in code:
            return StoreBusyError(
                f"The Neo4j server {self.uri} has too little memory for this.",
                remedy="Ask for less, or raise its server.memory.heap.max_size.",
            )
        message = (getattr(error, "message", "") or str(error)).splitlines()[0]
        return StoreError(f"Neo4j at {self.uri} could not do it: {message}", remedy="The server's own log says more.")


def _without_secret(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
