"""How a submission is judged: a library that knows no site, no queue and no database."""
