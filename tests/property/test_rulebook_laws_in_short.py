"""The laws of the rule book for a few fixed stories, one a test: a fault shows within milliseconds (see `make mutants`).

Seeds of which nothing special is known; that many stories and many more are drawn in test_rulebook_laws.py.
"""

from pathlib import Path
from runpy import run_path

import pytest

LAWS = run_path(str(Path(__file__).with_name("test_rulebook_laws.py")))
SEEDS = pytest.mark.parametrize("seed", range(25))


def law(name):
    """The law as a function of a seed."""
    return LAWS[name].hypothesis.inner_test


@SEEDS
def test_the_engine_and_the_letter_give_the_same_rows(seed):
    law("test_the_engine_and_the_letter_of_the_rule_book_give_the_same_rows")(seed)


@SEEDS
def test_followed_event_by_event_it_is_what_is_computed_from_nothing(seed):
    law("test_followed_event_by_event_it_is_at_every_instant_what_is_computed_from_nothing")(seed)


@SEEDS
def test_live_and_offline_tell_the_same_story(seed):
    law("test_live_and_offline_tell_the_same_story")(seed)
