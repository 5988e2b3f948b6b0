"""Waakvlam: services."""
