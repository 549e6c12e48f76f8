"""Entry points: HTTP routers and the ``landstock`` command."""
