"""The REST API under /api/v1/: what the pages do, for programs. It shares the domain's rules with them, and no code."""
