"""From a line of the timeline to the form that corrects it: for each event the ways that are open now."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from services.board.doing.addresses import address
from services.board.doing.on_mistakes import CORRECT, WITHDRAW
from services.board.doing.scene import Scene
from services.board.language import say


@dataclass(frozen=True)
class Mends:
    """The ways to correct what was told in a case, as it stands for somebody who may."""

    scene: Scene

    def __call__(self, event_id: str) -> Sequence[tuple[str, str]]:
        """Return for an event the words and addresses of the forms that take it; none for what cannot be corrected."""
        ways = []
        if event_id in self._correctable:
            ways.append((say("Verbeteren"), address(self.scene.case, CORRECT.id, event_id)))
        if event_id in self._withdrawable:
            ways.append((say("Intrekken"), address(self.scene.case, WITHDRAW.id, event_id)))
        return ways

    @cached_property
    def _correctable(self) -> frozenset[str]:
        return frozenset(one.id for one in CORRECT.subjects(self.scene))

    @cached_property
    def _withdrawable(self) -> frozenset[str]:
        return frozenset(one.id for one in WITHDRAW.subjects(self.scene))
