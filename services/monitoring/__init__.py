"""Monitoring: notices that something did not happen.

Reads     `case-events` (every fact of every case), `ledger-clock` (up to when those facts are complete), the ledger (only to fill
          a gap and to audit), `agreements/`.
Writes    `alerts`: `alert_raised`, `alert_escalated`, `alert_reminded` and `alert_closed`, with ids computed from what they are about.
          `radar_was_blind`, of no case, when it saw nothing for more than a minute.
Owns      the radar view (`WAAKVLAM_RADAR`): one row per case with its next due instant, the facts behind it, the alert rows, and the
          positions up to which `case-events` was read. Everything in it can be computed again from the ledger.
Promises  a batch and its positions are stored together or not at all; every open case has a next due instant or an open alert;
          an alert is delivered first and marked after, so it can come twice (with the same id) but never not;
          live rows are the rows of `waakvlam replay`, whatever the batches, restarts and repeats were; where it could not wait for
          the ledger's clock it tells more rather than less, and marks what it told early;
          it stops when the ledger that it asks is not the one that it read (docs/how-to/put-a-ledger-back.md);
          /heartbeat answers 200 only while every open case is watched and the auditor, at work, finds nothing to mend;
          and only then is the dead man's switch outside called, where there is one (`WAAKVLAM_HEARTBEAT_URL`).

Start reading in `watch.py` and `alert_book.py` (one case, pure), then `radar.py` (many cases, one transaction at a time).
"""
