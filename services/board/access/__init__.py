"""Who is let in, to what, and what is kept of it: login, sessions, scope, emergency access, and the look log.

All of it stands in a database of its own (`WAAKVLAM_LOOKS`), which is not thrown away with the view.
"""
