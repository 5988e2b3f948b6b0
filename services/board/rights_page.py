"""`python -m services.board.rights_page`: the page of rights (docs/reference/rights-on-the-board.md), from the table."""

import sys
from collections.abc import Iterator
from typing import Final

from services.board.pages.frame import ROLE_WORDS
from services.board.rights import OPEN, TABLE, Action, Grant, Role

ANSWERS: Final = {Grant.YES: "yes", Grant.OWN: "own", Grant.NO: ""}
HEAD: Final = """# Rights on the board

Made by `make docs` from the table in `services/board/rights.py`; do not write here. Every route of the board names one of
these actions, and `tests/unit/test_board_forbidden_pairs.py` asks each of them of the mounted board as each role, in scope
and out of it.

- **yes**: this role may do it. **own**: to cases in their own scope, and lists show those alone. Empty: no.
- The scope of a worker is the cases on their desk: one of whose open alerts they took up, or was handed to them by a colleague.
  It ends when that alert ends, or when it is handed on.
- Whoever opens the board begins where their work is: who may not see alerts is led to the first page that is theirs.
- The scope of every other role is by the municipality of the family: those that the provider of identities names for them.
- Who may look at cases may open one outside of their scope for two hours by emergency access: with a reason, told on the page
  of the case, and judged by a team manager or an auditor who did not ask for it.
"""


def lines() -> Iterator[str]:
    """Yield the page line by line."""
    yield from HEAD.splitlines()
    yield ""
    yield "| action | " + " | ".join(f"`{role}`" for role in Role) + " |"
    yield "| --- |" + " --- |" * len(Role)
    for action in Action:
        answers = ["yes" if action in OPEN else ANSWERS[TABLE[role, action]] for role in Role]
        yield f"| `{action}` | " + " | ".join(answers) + " |"
    yield ""
    yield f"{' and '.join(f'`{one}`' for one in sorted(OPEN))} need no login: the pages of logging in, and what machines ask."
    yield ""
    yield "| role | on the screen |"
    yield "| --- | --- |"
    yield from (f"| `{role}` | {word} |" for role, word in ROLE_WORDS.items())


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
