"""Submissions: what was sent, its life, and its evaluations."""
