"""Waakvlam: services/intake."""
