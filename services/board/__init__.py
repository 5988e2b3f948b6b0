"""The board: what staff of Veilig Thuis see, and what they do from here (`doing`), each deed an event through intake.

Reads    `case-events` (its lists), `receipts.board` (what became of its own events), the ledger (the page of a case).
Writes   what people do (`doing/table.py`), as events on `agency.board`; never straight into the ledger.
Owns     its view (`WAAKVLAM_BOARD`), which is filled again from the ledger when it is empty.
         And its outbox beside it, sealed: what was told and has no receipt yet cannot be read again from anywhere.
Promises a list never shows half a history; a click counts once, and is shown as done only when the ledger has it; every
         page says up to when it is true, and "nothing new" never looks like "no connection"; nothing about a person
         stands in an address, a title or a log; no page asks anything of another server.
"""
