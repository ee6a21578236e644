"""The launch check: a rehearsal on the real path, and a look at everything else that must be in place."""
