"""The pages of the board, a module for each kind; `services.board.web` has the one list of them.

A module has a function `routes(site)` that returns its `Route`s; each names what it is in `services.board.rights`.
"""
