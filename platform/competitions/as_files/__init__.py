"""A competition as files: competition.yaml, its Markdown pages and its data, read, written, compared and applied."""
