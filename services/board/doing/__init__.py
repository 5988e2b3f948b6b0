"""What people do at the board: one table of actions, one form for all of them, one way to the door.

`table.ACTIONS` names every action. An `Action` (`action.py`) says which event it becomes, to what it can be done now,
what its form asks and what cannot be; all of that is a function of a `Scene`, a case as it stands. `form.py` reads what
was filled in, `door.py` asks beforehand what intake will ask, and the desk sends it.
"""
