"""Waakvlam: ledger."""
