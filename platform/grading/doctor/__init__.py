"""What is wrong with this site, and what to do: `manage.py doctor`."""
