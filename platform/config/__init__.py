"""The site's settings, addresses and processes."""
