"""Downloads with the filter of the page that offers them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from api.deps import AskedDep, ConnectionDep, VisitorDep
from api.errors import wants_page
from api.exporting import MEDIA, PurposeNeeded, exported
from api.pages import unframed

router = APIRouter(prefix="/export", tags=["exports"])
What = Annotated[str, InPath(pattern=r"^[a-z-]{1,40}$", description="What to export, e.g. idle-list")]

Purpose = Annotated[str, Query(max_length=200, description="What a large export is for; goes on record")]


@router.get("/{what}.{form}", response_class=Response)
def download(
    what: What,
    form: Literal["xlsx", "csv", "geojson", "gpkg"],
    request: Request,
    asked: AskedDep,
    connection: ConnectionDep,
    visitor: VisitorDep,
    purpose: Purpose = "",
) -> Response:
    """Return a file with exactly the rows of the list that has the same filter."""
    try:
        content = exported(connection, what, form, asked, visitor.lang, purpose)
    except PurposeNeeded as error:
        if not wants_page(request):
            raise
        sent = [(name, value) for name, value in request.query_params.multi_items() if name != "purpose"]
        words = error.text(visitor.language)
        return unframed(request, "purpose.html", visitor, request.url.path, 403, error=words, sent=sent)
    name = f"{what}_{asked.as_of:%Y%m%d}{'_CGCS2000' if form in ('geojson', 'gpkg') else ''}.{form}"
    return Response(
        content,
        media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
