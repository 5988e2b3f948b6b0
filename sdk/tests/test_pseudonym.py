"""Pseudonyms: the same for one person at every agency, whatever way the name is written, and nothing without the key."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waakvlam.pseudonym import normal_surname, pseudonym

KEY = b"only for tests: never a real key"
BORN = date(1991, 5, 17)


def of(surname: str, *, key: bytes = KEY, birth_date: date = BORN, initial: str = "S") -> str:
    return pseudonym(key, surname=surname, birth_date=birth_date, initial=initial)


def test_the_outcome_never_changes_for_agencies_depend_on_it() -> None:
    assert of("Voorbeeld") == "pn1-980718379b05677b9b50f0cd7fcc71a2"  # HMAC computed with openssl


@pytest.mark.parametrize(
    "written",
    [
        "van der Voorbeeld",
        "Van Der Voorbeeld",
        "VAN DER VOORBEELD",
        "Voorbeeld, van der",
        "Voorbeeld",
        "  van   der Voorbeeld ",
        "Vóórbeeld",
        "Voo\u0301rbeeld",
        "v.d. Voorbeeld",
    ],
)
def test_ways_of_writing_one_name_give_one_pseudonym(written) -> None:
    assert of(written) == of("van der Voorbeeld")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dijkstra-Test", "Dykstra Test"),
        ("IJzertest", "Yzertest"),
        ("\u0133zertest", "ijzertest"),
        ("d'Ancona Test", "D\u2019Ancona-Test"),
        ("Straße", "STRASSE"),
        ("Sørensen", "Sorensen"),
        ("bij de Test", "Test"),
    ],
)
def test_letters_that_systems_write_differently_make_no_difference(one, other) -> None:
    assert normal_surname(one) == normal_surname(other)


def test_a_name_of_nothing_but_prefixes_is_kept() -> None:
    assert normal_surname("Van") == "van"
    assert of("Van") != of("De")


def test_only_the_first_letter_of_the_first_name_counts() -> None:
    assert of("Voorbeeld", initial="S") == of("Voorbeeld", initial="sanne") == of("Voorbeeld", initial=" Š.")


@pytest.mark.parametrize(
    "other",
    [
        {"surname": "Anders"},
        {"birth_date": date(1991, 5, 18)},
        {"initial": "T"},
        {"key": b"x" * 32},
    ],
)
def test_another_person_or_another_key_gives_another_pseudonym(other) -> None:
    assert of(**({"surname": "Voorbeeld"} | other)) != of("Voorbeeld")


@given(st.text(min_size=1), st.dates(), st.text(min_size=1))
def test_it_is_opaque_and_short_whatever_the_name(surname, birth_date, initial) -> None:
    try:
        made = of(surname, birth_date=birth_date, initial=initial)
    except ValueError:
        assert not any(map(str.isalpha, surname)) or not any(map(str.isalpha, initial))
    else:
        assert len(made) == 36
        assert made.startswith("pn1-")


@pytest.mark.parametrize(
    "wrong", [{"key": b"short"}, {"surname": "---"}, {"surname": ""}, {"initial": "1"}, {"initial": ""}]
)
def test_what_gives_no_good_pseudonym_is_refused_without_repeating_it(wrong) -> None:
    with pytest.raises(ValueError) as caught:
        of(**({"surname": "Kanarie"} | wrong))

    assert "Kanarie" not in str(caught.value)
