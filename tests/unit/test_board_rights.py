"""Who may do what at the board: the table is whole, scope is by municipality or by task, and no route escapes it."""

import pytest
from fastapi import FastAPI

from services.board.pages import routes
from services.board.rights import EVERYWHERE, OPEN, TABLE, Action, Grant, Person, Role, Whose, grant, may

HERE = Whose(municipality="0014", people=frozenset({"mdw-1"}))
CASES = {
    Action.SEE_ALERTS,
    Action.FIND_CASE,
    Action.SEE_CASE,
    Action.TAKE_CASE_OUT,
    Action.ACKNOWLEDGE,
    Action.HAND_OVER_ALERT,
    Action.ACCEPT_STALL,
    Action.RECORD_MOMENT,
    Action.RECORD_CONTACT,
    Action.REPORT_BACK,
    Action.ESCALATE,
    Action.CORRECT_EVENT,
    Action.JUDGE_LINK,
    Action.RATE_ALERT,
}


def person(*roles, at=("0014",), named="mdw-1"):
    return Person(id=named, roles=frozenset(roles), municipalities=frozenset(at))


def test_the_table_has_an_answer_for_every_pair():
    assert set(TABLE) == {(role, action) for role in Role for action in Action if action not in OPEN}


@pytest.mark.parametrize("role", [Role.POLICY_OFFICER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_has_no_task_with_families_does_nothing_that_shows_one(role):
    assert {TABLE[role, action] for action in CASES} == {Grant.NO}


@pytest.mark.parametrize("action", sorted(CASES))
def test_nobody_does_anything_to_a_case_outside_of_their_scope(action):
    assert not any(may(person(role, at=(), named="mdw-2"), action, HERE) for role in Role)


def test_a_monitor_works_in_their_municipalities_and_a_worker_at_their_tasks():
    assert may(person(Role.MONITOR, named="mdw-2"), Action.SEE_CASE, HERE)
    assert not may(person(Role.MONITOR, at=("1966",)), Action.SEE_CASE, HERE)
    assert may(person(Role.WORKER, at=()), Action.SEE_CASE, HERE)
    assert not may(person(Role.WORKER, named="mdw-2"), Action.SEE_CASE, HERE)
    assert may(person(Role.MONITOR, at=EVERYWHERE), Action.SEE_CASE, HERE)


def test_whoever_has_two_roles_may_what_one_of_them_may():
    both = person(Role.POLICY_OFFICER, Role.WORKER, at=())

    assert may(both, Action.SEE_REGION)
    assert may(both, Action.SEE_CASE, HERE)
    assert grant(both, Action.SEE_CASE) is Grant.OWN


def test_nobody_is_nobody():
    assert not any(may(None, action) for action in Action if action not in OPEN)
    assert not any(may(person(), action) for action in Action if action not in OPEN)
    assert all(may(None, action) for action in OPEN)


def test_a_route_without_an_action_cannot_be_mounted():
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/achterdeur", lambda: "open")

    with pytest.raises(routes.Unguarded, match="/achterdeur"):
        routes.mount(app, None, [])


def test_the_pages_that_a_framework_brings_along_cannot_be_mounted_either():
    with pytest.raises(routes.Unguarded, match=r"/openapi\.json"):
        routes.mount(FastAPI(), None, [])
