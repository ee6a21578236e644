"""Competitions: their pages, data files and hidden solutions."""
