"""Merkle trees over SHA-256 as RFC 6962 and RFC 9162 (section 2.1) have them: roots, and proofs of inclusion and consistency.

A tree of `size` entries is seen through `Subtrees`: a function that returns the hash of the full subtree of 2**height
entries that begins at entry number * 2**height. So nothing here knows where entries or hashes are kept.

    frontier = Frontier()
    for entry in entries: frontier.push(leaf_hash(entry))
    frontier.root()                                         # in memory of the order of log2(size)
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
PATH_MAX = 63

Subtrees = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def full_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root above 2**n hashes that stand side by side."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


class Frontier:
    """The right edge of a growing tree: the full subtrees that it consists of, the largest first."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self.edge = list(edge)

    @classmethod
    def at(cls, size: int, subtrees: Subtrees) -> "Frontier":
        """Return the edge of a tree of this size."""
        edge, start = [], 0
        for height in reversed(range(size.bit_length())):
            if size >> height & 1:
                edge.append(subtrees(height, start >> height))
                start += 1 << height
        return cls(size, edge)

    def push(self, leaf: bytes) -> None:
        """Take the next leaf's hash."""
        at, ended = self.size, leaf
        while at & 1:
            ended = node_hash(self.edge.pop(), ended)
            at >>= 1
        self.edge.append(ended)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self.edge:
            return EMPTY_ROOT
        found = self.edge[-1]
        for one in reversed(self.edge[:-1]):
            found = node_hash(one, found)
        return found


def inclusion_path(index: int, size: int, subtrees: Subtrees) -> list[bytes]:
    """Return the hashes that prove entry `index` (from 0) in a tree of `size`, from the leaf's neighbour upwards."""
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range(middle, end, subtrees))
            end = middle
        else:
            path.append(_range(start, middle, subtrees))
            start = middle
    return path[::-1]


def consistency_path(old: int, new: int, subtrees: Subtrees) -> list[bytes]:
    """Return the hashes that prove a tree of `new` entries to begin with the tree of `old` (0 < old <= new)."""
    path: list[bytes] = []
    start, end, is_known = 0, new, True
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range(middle, end, subtrees))
            end = middle
        else:
            path.append(_range(start, middle, subtrees))
            start, is_known = middle, False
    if not is_known:
        path.append(_range(start, end, subtrees))
    return path[::-1]


def root_by_inclusion(leaf: bytes, *, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to; None when it cannot be one for this index and size."""
    if not 0 <= index < size or len(path) > PATH_MAX:
        return None
    at, last, found = index, size - 1, leaf
    for one in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether a consistency proof holds: the tree of `new` entries begins with that of `old`, nothing changed."""
    if not 0 <= old <= new or len(path) > PATH_MAX:
        return False
    if old in (0, new):
        return not path and old_root == (EMPTY_ROOT if old == 0 else new_root)
    hashes = list(path) if old & (old - 1) else [old_root, *path]
    if not hashes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = hashes[0]
    for one in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, one)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(length: int) -> int:
    """Return the greatest power of two below a length of two or more."""
    return 1 << (length - 1).bit_length() - 1


def _range(start: int, end: int, subtrees: Subtrees) -> bytes:
    """Return the hash over the entries from `start` to before `end`; `start` lies where a subtree of that length may."""
    length = end - start
    if length & (length - 1) == 0:
        height = length.bit_length() - 1
        return subtrees(height, start >> height)
    middle = start + _split(length)
    return node_hash(_range(start, middle, subtrees), _range(middle, end, subtrees))
