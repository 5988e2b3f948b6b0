"""Triage: what is this report, how urgent is it, and whose turn is it.

Reads     `case-events`; for a report, an assessment, acute danger, a correction or a withdrawal also the case's history in the ledger.
Writes    `agency.triage`: `report_classified` and `case_routed`, with ids computed from the event that they answer.
Owns      the positions up to which `case-events` was read (`WAAKVLAM_TRIAGE`), and nothing else: no state to lose.
Promises  the answer to an event is computed from the case as it was recorded up to that event, so a repeat gives the same bytes under
          the same id and counts once; positions are stored after delivery. A code that we do not know takes the more careful branch.
          A routing is advice to people; it decides nothing about a family.

Start reading in `rules.py` (pure); the region's own choices stand in `agreements/triage.yaml`.
"""
