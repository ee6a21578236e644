"""Standings: where each team is."""
