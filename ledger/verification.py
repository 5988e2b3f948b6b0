"""Verification: the chain of each case derived anew from the stored bytes, and compared with what is kept beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ledger import record
from ledger.model import Finding
from waakvlam.errors import Unreadable


@dataclass(slots=True)
class Chain:
    """The chain of one case as it is derived, record by record."""

    case: str
    version: int = 0
    digest: bytes = record.NOTHING_BEFORE
    recorded_at: int = 0

    def follow(self, body: bytes, *, version: int, position: int | None = None) -> Iterator[Finding]:
        """Take the next stored record; yield what is wrong with it."""
        if version != self.version + 1:
            yield self._finding(version, position, f"version {self.version + 1} is missing")
        try:
            found = record.decode(body)
        except Unreadable:
            yield self._finding(version, position, "the bytes are not a record")
        else:
            if (found.case, found.version) != (self.case, version):
                yield self._finding(version, position, "the record belongs to another place")
            if found.previous != self.digest:
                yield self._finding(version, position, "the record before it is not the one it was written after")
            if found.recorded_at < self.recorded_at:
                yield self._finding(version, position, "time goes back")
            self.recorded_at = max(self.recorded_at, found.recorded_at)
        self.version = version
        self.digest = record.digest(body)

    def ends(self, *, version: int, digest: bytes) -> Iterator[Finding]:
        """Compare the end of the chain with the case's head; yield what is wrong."""
        if (self.version, self.digest) != (version, digest):
            yield self._finding(version, None, "the chain does not end at the case's head")

    def _finding(self, version: int, position: int | None, reason: str) -> Finding:
        return Finding(case=self.case, version=version, position=position, reason=reason)


@dataclass(slots=True)
class Whole:
    """All chains at once, fed in order of position."""

    chains: dict[str, Chain] = field(default_factory=dict)
    position: int = 0

    def follow(self, case: str, version: int, position: int, body: bytes) -> Iterator[Finding]:
        """Take the next record of the ledger; yield what is wrong with it."""
        if position != self.position + 1:
            yield Finding(case=None, version=None, position=self.position + 1, reason="positions are missing")
        self.position = position
        chain = self.chains.setdefault(case, Chain(case))
        yield from chain.follow(body, version=version, position=position)

    def ends(self, position: int, heads: Iterable[tuple[str, int, bytes]]) -> Iterator[Finding]:
        """Compare with the ledger's last position and all heads; yield what is wrong."""
        if self.position != position:
            yield Finding(case=None, version=None, position=position, reason="the newest positions are missing")
        for case, version, digest in heads:
            yield from self.chains.pop(case, Chain(case)).ends(version=version, digest=digest)
        for chain in self.chains.values():
            yield Finding(case=chain.case, version=chain.version, position=None, reason="the case has no head")
