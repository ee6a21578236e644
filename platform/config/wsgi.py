"""The web server's entry: gunicorn loads `config.wsgi:application` with `platform/` on its path."""

import os

from django.core.wsgi import get_wsgi_application

from config.preload import preload_pages
from config.shared_counts import share_counts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# All of it here, for with --preload this is done once, before gunicorn forks.
share_counts()

application = get_wsgi_application()
preload_pages()
