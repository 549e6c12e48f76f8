"""What the tests of deliveries ask the database, and the small deliveries that several of them make."""

from shapely import box
from sqlalchemy import text

from data.session import engine


def rows(sql, **params):
    """Return the rows that a statement gives."""
    with engine().connect() as connection:
        return connection.execute(text(sql), params).all()


def parcel_file(folder, **holders):
    """Write parcels A, B, … side by side, with their holders."""
    folder.mkdir(exist_ok=True)
    lines = [
        f'{code},{holder},S1,"{box(121 + (ord(code) - 65) / 100, 41, 121.005 + (ord(code) - 65) / 100, 41.005).wkt}"\n'
        for code, holder in holders.items()
    ]
    (folder / "parcel.csv").write_text(
        "parcel_code,holder,park_code,geom\n" + "".join(lines), encoding="utf-8"
    )
    return folder
