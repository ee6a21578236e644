"""The scoring worker's look at what was sent, for organizers: signs of probing, and similar files."""
