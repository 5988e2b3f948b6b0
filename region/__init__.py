"""Waakvlam: region."""
