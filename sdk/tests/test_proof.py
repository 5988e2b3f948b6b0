"""Proofs are those of RFC 9162 and c2sp.org: the reference implementation made the vectors, and every change is noticed."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waakvlam import merkle
from waakvlam.errors import NotProven
from waakvlam.merkle import EMPTY_ROOT, Frontier, full_root, leaf_hash
from waakvlam.notes import WITNESS, Checkpoint, Note, PrivateKey, PublicKey, trusted, with_lines
from waakvlam.proof import Growth, Inclusion, verify_growth, verify_inclusion

VECTORS = json.loads((Path(__file__).parent / "tlog-vectors.json").read_text("utf-8"))
ENTRIES = [f"entry {number}".encode() for number in range(len(VECTORS["roots"]) - 1)]
LEAVES = [leaf_hash(one) for one in ENTRIES]
ROOTS = [base64.b64decode(one) for one in VECTORS["roots"]]
LOG = PrivateKey.read(VECTORS["log_private"])
WITNESS_KEY = PrivateKey.read(VECTORS["witness_private"])


def subtree(height: int, number: int) -> bytes:
    return full_root(LEAVES[number << height : (number + 1) << height])


def told(paths: list[str]) -> list[bytes]:
    return [base64.b64decode(one) for one in paths]


def test_roots_are_those_of_the_reference() -> None:
    frontier = Frontier()
    found = [frontier.root()]
    for leaf in LEAVES:
        frontier.push(leaf)
        found.append(frontier.root())

    assert found == ROOTS
    assert [Frontier.at(size, subtree).root() for size in range(len(ROOTS))] == ROOTS


def test_proofs_of_inclusion_are_those_of_the_reference_and_hold() -> None:
    for name, path in VECTORS["inclusion"].items():
        index, size = map(int, name.split(" of "))

        assert merkle.inclusion_path(index, size, subtree) == told(path), name
        assert merkle.root_by_inclusion(LEAVES[index], index=index, size=size, path=told(path)) == ROOTS[size], name


def test_proofs_of_consistency_are_those_of_the_reference_and_hold() -> None:
    for name, path in VECTORS["consistency"].items():
        old, new = map(int, name.split(" to "))

        assert merkle.consistency_path(old, new, subtree) == told(path), name
        assert merkle.is_consistent(old, ROOTS[old], new, ROOTS[new], told(path)), name


def test_a_proof_of_inclusion_proves_nothing_else() -> None:
    for name, path in VECTORS["inclusion"].items():
        _proves_one_place_only(*map(int, name.split(" of ")), told(path))


def _proves_one_place_only(index: int, size: int, path: list[bytes]) -> None:
    for other in range(size + 1):
        if other != index:
            assert merkle.root_by_inclusion(LEAVES[index], index=other, size=size, path=path) != ROOTS[size]
    for wrong in ([*path, bytes(32)], path[:-1], [bytes(32), *path[1:]], path[1:]):
        if wrong != path:
            assert merkle.root_by_inclusion(LEAVES[index], index=index, size=size, path=wrong) != ROOTS[size]


def test_a_proof_of_consistency_proves_nothing_else() -> None:
    for name, path in VECTORS["consistency"].items():
        _proves_one_growth_only(*map(int, name.split(" to ")), told(path))


def _proves_one_growth_only(old: int, new: int, path: list[bytes]) -> None:
    changed = bytes(32)
    wrong_paths = [one for one in ([*path, changed], path[:-1], path[1:], [changed, *path[1:]]) if one != path]

    assert not merkle.is_consistent(old, changed, new, ROOTS[new], path)
    assert not merkle.is_consistent(old, ROOTS[old], new, changed, path)
    assert not [one for one in wrong_paths if merkle.is_consistent(old, ROOTS[old], new, ROOTS[new], one)]


def test_an_empty_tree_is_the_beginning_of_every_tree_and_nothing_begins_after_its_end() -> None:
    assert merkle.is_consistent(0, EMPTY_ROOT, 5, ROOTS[5], [])
    assert not merkle.is_consistent(0, ROOTS[1], 5, ROOTS[5], [])
    assert not merkle.is_consistent(0, EMPTY_ROOT, 5, ROOTS[5], [bytes(32)])
    assert not merkle.is_consistent(6, ROOTS[6], 5, ROOTS[5], [])


@given(st.integers(1, 700), st.data())
def test_every_place_of_a_tree_of_any_size_is_proven(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(number.to_bytes(2, "big")) for number in range(size)]
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))

    def subtrees(height: int, number: int) -> bytes:
        return full_root(leaves[number << height : (number + 1) << height])

    root, before = (Frontier.at(one, subtrees).root() for one in (size, old))
    path = merkle.inclusion_path(index, size, subtrees)

    assert merkle.root_by_inclusion(leaves[index], index=index, size=size, path=path) == root
    assert merkle.is_consistent(old, before, size, root, merkle.consistency_path(old, size, subtrees))


def test_keys_and_signatures_are_those_of_the_reference() -> None:
    note = Note.read(VECTORS["signed"])
    stamp = int.from_bytes(note.signatures[1][2][:8], "big")

    assert LOG.text() == VECTORS["log_private"]
    assert str(LOG.public()) == VECTORS["log_public"]
    assert str(WITNESS_KEY.public(WITNESS)) == VECTORS["witness_public"]
    assert PublicKey.read(VECTORS["witness_public"]) == WITNESS_KEY.public(WITNESS)
    assert note.text + "\n" + LOG.signature(note.text) + WITNESS_KEY.cosignature(note.text, stamp) == VECTORS["signed"]
    assert str(note) == VECTORS["signed"]
    assert set(note.signers([LOG.public(), WITNESS_KEY.public(WITNESS)])) == {LOG.public(), WITNESS_KEY.public(WITNESS)}
    assert note.checkpoint == Checkpoint("waakvlam.example/ledger", len(ENTRIES), ROOTS[-1], "2026-11-26")
    assert note.checkpoint.text() == note.text


def test_a_private_key_is_shown_nowhere() -> None:
    assert "BwcH" not in repr(LOG)
    with pytest.raises(NotProven) as caught:
        PrivateKey.read(VECTORS["log_private"][:-3])
    assert "BwcH" not in str(caught.value)


def test_a_changed_checkpoint_is_believed_by_nobody() -> None:
    for at in range(len(VECTORS["signed"].encode())):
        _is_not_believed_when_changed(at)


def _is_not_believed_when_changed(at: int) -> None:
    changed = bytearray(VECTORS["signed"].encode())
    changed[at] ^= 1

    try:
        text = changed.decode()
        found = trusted(text, [LOG.public()])
    except (NotProven, UnicodeDecodeError):
        return
    # What is left is a change below our own signature: the witness's line.
    assert text.split("\n\n")[0] == VECTORS["signed"].split("\n\n")[0]
    assert found == Note.read(VECTORS["signed"]).checkpoint
    assert not _has_witness(text)


def _has_witness(text: str) -> bool:
    try:
        return bool(list(Note.read(text).signers([WITNESS_KEY.public(WITNESS)])))
    except NotProven:
        return False


def test_a_checkpoint_needs_a_key_of_its_own_log() -> None:
    text = VECTORS["signed"]
    other = PrivateKey.make(LOG.name, bytes([8] * 32))

    for keys in ([], [WITNESS_KEY.public(WITNESS)], [other.public()]):
        with pytest.raises(NotProven, match="Geen van de sleutels"):
            trusted(text, keys)
    assert trusted(text, [other.public(), LOG.public()]).size == len(ENTRIES)


def test_witnesses_may_sign_under_it_in_any_order() -> None:
    own = LOG.signature(Note.read(VECTORS["signed"]).text)
    bare = Note.read(VECTORS["signed"]).text + "\n" + own
    second = PrivateKey.make("witness.example/two", bytes([1] * 32))
    lines = [second.cosignature(Note.read(bare).text, 1_700_000_000), WITNESS_KEY.cosignature(Note.read(bare).text, 1)]
    whole = with_lines(with_lines(bare, lines), lines)

    assert whole.count("\n— ") == 3
    assert set(Note.read(whole).signers([second.public(WITNESS), LOG.public()])) == {
        second.public(WITNESS),
        LOG.public(),
    }


def _checkpoint(size: int) -> str:
    text = Checkpoint(LOG.name, size, ROOTS[size], "2026-11-26").text()
    return f"{text}\n{LOG.signature(text)}"


def _proof(index: int, size: int) -> str:
    return Inclusion(index, tuple(merkle.inclusion_path(index, size, subtree)), _checkpoint(size)).text()


def test_a_proof_of_inclusion_is_checked_with_nothing_but_the_record_and_the_public_key() -> None:
    proof = _proof(4, 9)

    assert proof.startswith("c2sp.org/tlog-proof@v1\nindex 4\n")
    assert verify_inclusion(ENTRIES[4], proof, [LOG.public()]).day == "2026-11-26"
    assert Inclusion.read(proof.replace("\nindex", "\nextra YWJj\nindex", 1)) == Inclusion.read(proof)
    with pytest.raises(NotProven, match="niet de vastlegging"):
        verify_inclusion(ENTRIES[5], proof, [LOG.public()])
    with pytest.raises(NotProven, match="niet de vastlegging"):
        verify_inclusion(ENTRIES[4], proof.replace("index 4", "index 5"), [LOG.public()])


@given(st.data())
def test_a_proof_with_any_bit_flipped_proves_nothing(data: st.DataObject) -> None:
    proof = bytearray(_proof(4, 9).encode())
    at = data.draw(st.integers(0, len(proof) - 1))
    proof[at] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises((NotProven, UnicodeDecodeError)):
        verify_inclusion(ENTRIES[4], proof.decode(), [LOG.public()])


@pytest.mark.parametrize("text", ["", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\n\nx", "c2sp.org/tlog-proof@v1\nindex 04\n\nx", "c2sp.org/tlog-proof@v1\nindex ²\n\nx", "c2sp.org/tlog-proof@v1\nindex 4\nnothing\n\nx"])  # fmt: skip
def test_what_is_no_proof_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotProven):
        Inclusion.read(text)


def _growth(old: int, new: int) -> str:
    return Growth(old, tuple(merkle.consistency_path(old, new, subtree) if old else ()), _checkpoint(new)).text()


def test_a_ledger_that_only_grew_is_seen_to_have_only_grown() -> None:
    seen = verify_growth(_growth(0, 3), None, [LOG.public()])
    for size in (3, 7, 13):
        seen = verify_growth(_growth(seen.size, size), seen, [LOG.public()])

    assert seen.size == 13


def test_a_ledger_that_was_rewritten_is_seen_to_be_rewritten() -> None:
    rewritten = Checkpoint(LOG.name, 7, bytes(32), "2026-11-25")

    with pytest.raises(NotProven, match="geen voortzetting"):
        verify_growth(_growth(7, 13), rewritten, [LOG.public()])
    with pytest.raises(NotProven, match="begint bij 7"):
        verify_growth(_growth(7, 13), Checkpoint(LOG.name, 6, ROOTS[6]), [LOG.public()])
    with pytest.raises(NotProven, match="geen controlepunt"):
        Growth.read("old 7")


@pytest.mark.parametrize("text", ["", "a+b", "a b+00000000+AQ==", VECTORS["log_public"].replace("+", "+0", 1), VECTORS["log_public"] + "A", VECTORS["log_private"]])  # fmt: skip
def test_what_is_no_public_key_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotProven):
        PublicKey.read(text)


@pytest.mark.parametrize("text", ["", "a\n", "a\n1\nAA==\n", "a\n01\n" + VECTORS["roots"][1] + "\n", "a\n1\n" + VECTORS["roots"][1], "a\n1\n" + VECTORS["roots"][1] + "\n\n"])  # fmt: skip
def test_what_is_no_checkpoint_is_said_to_be_none(text: str) -> None:
    with pytest.raises(NotProven):
        Checkpoint.read(text)


def test_a_name_that_would_break_a_note_makes_no_key() -> None:
    for name in ("", "two words", "a+b"):
        with pytest.raises(NotProven):
            PrivateKey.make(name, bytes(32))
