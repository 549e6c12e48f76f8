"""In whose name a route changes something."""

from typing import Annotated

from fastapi import Depends

from data.identity import actor


def writer() -> str:
    """Return the name that a change goes on record with; who may change what was decided before the route."""
    return actor().name


WriterDep = Annotated[str, Depends(writer)]
