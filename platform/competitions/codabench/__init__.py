"""Codabench bundles (version 2) of contests that score a file, as competitions of this site. No program runs."""
