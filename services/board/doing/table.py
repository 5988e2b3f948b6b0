"""The table of all that people do at the board, by the word that stands in the address."""

from collections.abc import Mapping

from services.board.doing import on_alerts, on_family, on_ladders, on_links, on_mistakes, on_stalls
from services.board.doing.action import Action

ACTIONS: Mapping[str, Action] = {
    one.id: one
    for module in (on_family, on_alerts, on_stalls, on_ladders, on_mistakes, on_links)
    for one in module.ACTIONS
}
