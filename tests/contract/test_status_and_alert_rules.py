"""`waakvlam status` calls wrong what the alert rules call wrong, at the same limit, in words that lead to the same runbook."""

import re
from math import prod

import pytest
from typer.main import get_command

from cli.main import app
from cli.wrong import DOWN, NOT_HERE, SIGNS, UNREACHABLE, Kind, Sign
from tests.contract.alert_rules import RUNBOOKS, alerts

COMPARED = {Kind.OVER: ">", Kind.AGE: ">", Kind.UNDER: "<", Kind.LEFT: "<", Kind.IS: "=="}
LIMIT = re.compile(r"(==|[<>])=? *([\d.]+(?: *\* *[\d.]+)*)")
COMMAND = re.compile(r"`waakvlam ([a-z][a-z-]*)")


def limits(expression):
    return {(sign, prod(map(float, numbers.split("*")))) for sign, numbers in LIMIT.findall(expression)}


def agrees(sign):
    expression = alerts()[sign.alert]["expr"]
    chosen = all(f'{name}="{value}"' in expression for name, value in sign.only)
    is_age = ("time()" in expression) == (sign.kind in (Kind.AGE, Kind.LEFT))
    return sign.metric in expression and chosen and is_age and (COMPARED[sign.kind], sign.limit) in limits(expression)


@pytest.mark.parametrize("sign", SIGNS, ids=lambda sign: f"{sign.alert}-{sign.metric}")
def test_what_status_calls_wrong_is_what_its_alert_rule_calls_wrong(sign):
    assert agrees(sign), alerts()[sign.alert]["expr"]


def test_another_limit_metric_or_direction_is_found():
    good = next(one for one in SIGNS if one.alert == "WaakvlamReaderSlow")
    changes = ({"limit": 299}, {"metric": "waakvlam_watch_lag_records"}, {"kind": Kind.UNDER}, {"kind": Kind.AGE})

    def changed(change):
        return Sign(**{name: getattr(good, name) for name in Sign.__slots__} | change)

    assert agrees(good)
    assert [agrees(changed(change)) for change in changes] == [False] * 4


def test_every_alert_is_a_sign_or_says_why_it_is_none():
    known = {one.alert for one in SIGNS} | {DOWN[0]} | set(NOT_HERE)

    assert known == set(alerts())
    assert known >= UNREACHABLE
    assert all(NOT_HERE.values())


def test_every_next_step_is_a_command_that_exists_and_every_sign_has_a_runbook():
    commands = get_command(app).commands
    for sign in SIGNS:
        assert set(COMMAND.findall(sign.step)) <= set(commands), sign.step
        assert (RUNBOOKS / f"{sign.alert}.md").is_file()
