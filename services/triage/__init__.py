"""Waakvlam: services/triage."""
