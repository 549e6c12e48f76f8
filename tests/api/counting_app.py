"""The application with one more answer: how many parcels of each park whoever asks may see.

It goes the way of every request (session, actor, connection of the pool) and is quick enough to be asked very often.
Run as a program it serves on the port that it is given.
"""

import sys

import uvicorn
from sqlalchemy import text

from api.deps import ConnectionDep
from api.main import create_app

PATH = "/api/v1/parcels/counted"


def counted(connection: ConnectionDep) -> dict[str, int]:
    """Return the number of parcels by park."""
    asked = text("SELECT park_code, count(*) AS n FROM parcel WHERE park_code IS NOT NULL GROUP BY park_code")
    return {row.park_code: row.n for row in connection.execute(asked)}


def serve(port: int) -> None:
    """Serve until the process is ended."""
    app = create_app()
    app.add_api_route(PATH, counted)
    app.router.routes.insert(
        0, app.router.routes.pop()
    )  # before the one that takes the word for a parcel's code
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
