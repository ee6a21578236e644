"""Runs a stranger's SavedModel on features it may see, in a process that can reach nothing else."""
