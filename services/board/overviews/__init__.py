"""Overviews: what a team, a region, an agency and those who govern see. Counts, tables and pictures; each a pure function.

`counting` keeps numbers while events are folded, so a page reads some hundreds of small rows whatever the region's size.
A page is a `Sheet`: the same tables are shown, drawn and downloaded.
"""
