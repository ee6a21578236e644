"""People: participants, organizers, staff."""
