"""Teams: who takes part in which competition."""
