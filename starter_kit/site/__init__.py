"""The commands that talk to a site, by its API: signing in, competitions, files, submissions."""
