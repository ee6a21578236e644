"""The workers' side: claim, grade, record, sweep, seed."""
