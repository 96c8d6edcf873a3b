"""``python -m plantroom``."""

from plantroom.main import app

app()
