"""Every HTML view and form of the site."""
