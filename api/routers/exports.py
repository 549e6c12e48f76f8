"""Downloads with the filter of the page that offers them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from fastapi import Path as InPath

from api.deps import AskedDep, ConnectionDep, VisitorDep
from api.exporting import MEDIA, exported

router = APIRouter(prefix="/export", tags=["exports"])
What = Annotated[str, InPath(pattern=r"^[a-z-]{1,40}$", description="What to export, e.g. idle-list")]


@router.get("/{what}.{form}", response_class=Response)
def download(
    what: What,
    form: Literal["xlsx", "csv", "geojson", "gpkg"],
    asked: AskedDep,
    connection: ConnectionDep,
    visitor: VisitorDep,
) -> Response:
    """Return a file with exactly the rows of the list that has the same filter."""
    content = exported(connection, what, form, asked, visitor.lang)
    name = f"{what}_{asked.as_of:%Y%m%d}{'_CGCS2000' if form in ('geojson', 'gpkg') else ''}.{form}"
    return Response(
        content,
        media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
