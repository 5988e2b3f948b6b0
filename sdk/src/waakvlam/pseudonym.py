"""Pseudonyms for persons, made at the agency: Waakvlam never learns a name, a birth date or a BSN.

Two agencies that hold the same key and know the same person compute the same pseudonym, so the ledger can see that two
reports are about one family. What an agency must know before it uses them:

- A pseudonym is still personal data. It belongs in the `person` fields of messages and nowhere else: never in a file
  number, a log or an address.
- All safety lies in the key. Names and birth dates can be guessed by the million, so whoever has the key can find out
  who a pseudonym is. Keep the key where passwords are kept, give it to no supplier, and make it with
  `secrets.token_bytes(32)`. It is the region's key, handed to each agency outside Waakvlam.
- Another key gives other pseudonyms: after a change of key old and new reports of a family no longer find each other.
- A misspelt name or birth date gives another pseudonym, and the family is not recognised. Take what the Basisregistratie
  Personen says. Writing that varies (capitals, accents, "van der", ij and y, hyphens) makes no difference.
- Two persons can have the same pseudonym: twins whose names begin with the same letter. So it helps to find a case, and
  is never proof of who somebody is.
"""

import hmac
import unicodedata
from datetime import date
from hashlib import sha256

KEY_BYTES_MIN = 32
_VERSION = b"waakvlam-pseudonym-1"
_OTHER_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
# Prefixes stand before, behind or in another field than the name, depending on the system that it comes from.
_PREFIXES = frozenset(
    # as `_letters` writes them (bij is by); one a line would be sixty lines
    "aan af al auf by d da dal dalla das de degli del della den der des di do don dos du een el i im in l la las le les "  # noqa: SIM905
    "lo los met o of onder op over s t te ten ter tot uit unter van vd vom von voor vor zu zum zur".split()
)


def pseudonym(key: bytes, *, surname: str, birth_date: date, initial: str) -> str:
    """Return the pseudonym of a person: the surname at birth, the birth date and the first letter of the first name.

    Raises ValueError when the key is shorter than 32 bytes, or when surname or initial hold no letter. The message never
    holds what was given.
    """
    if len(key) < KEY_BYTES_MIN:
        raise ValueError(f"De sleutel is te kort: neem er een van {KEY_BYTES_MIN} bytes of meer.")
    parts = (normal_surname(surname), birth_date.isoformat(), _letters(initial)[:1])
    if not all(parts):
        raise ValueError("De achternaam en de eerste letter van de voornaam moeten een letter bevatten.")
    # The length before each part: so no two sets of parts run together into the same text.
    told = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return f"pn1-{hmac.new(key, _VERSION + told, sha256).hexdigest()[:32]}"


def normal_surname(surname: str) -> str:
    """Return a surname without what varies in writing: capitals, accents, prefixes, ij or y, spaces and hyphens."""
    words = [_letters(word) for word in surname.replace("-", " ").replace("'", " ").replace("\u2019", " ").split()]
    telling = [word for word in words if word and word not in _PREFIXES]
    return "".join(telling or words)


def _letters(text: str) -> str:
    """Return the letters of a text, small and without accents."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_OTHER_LETTERS)
    return "".join(one for one in plain if one.isalpha()).replace("ij", "y")
