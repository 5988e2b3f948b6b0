"""Who somebody of the staff is: an opaque id of which capitals do not count. The one rule by which such ids are compared.

Systems and people write an id as they please: `MDW-7` at the desk of a colleague is `mdw-7` at the login. What an event says stays as it
was told; whoever keeps an id to ask by, or holds two against each other, does it by what stands here.
"""


def known_as(person: str) -> str:
    """Return an id of a person as it is kept and compared."""
    return person.casefold()


def is_same(one: str | None, other: str | None) -> bool:
    """Tell whether two ids are of one person; nobody is the same as nobody."""
    return one is not None and other is not None and known_as(one) == known_as(other)
