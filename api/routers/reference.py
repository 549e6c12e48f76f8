"""The description of the interface, made from the code; no script is needed to read it."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.errors import seen_by
from api.visitor import visitor
from maps.viewer import render

router = APIRouter(include_in_schema=False)
METHODS = ("get", "post", "put", "patch", "delete")


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_type(part) for part in schema["anyOf"] if part.get("type") != "null")
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))} …"
    return str(schema.get("format") or schema.get("type") or "text")


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations of an OpenAPI document, by path."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "tag": (operation.get("tags") or ["other"])[0],
            "id": operation["operationId"],
            "text": operation.get("description", operation.get("summary", "")),
            "parameters": [
                {
                    "name": p["name"],
                    "place": p["in"],
                    "required": p.get("required", False),
                    "type": _type(p.get("schema", {})),
                    "text": p.get("description", ""),
                }
                for p in operation.get("parameters", [])
            ],
            "answers": list(operation.get("responses", {})),
        }
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


@router.get("/api/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Return the reference of every operation."""
    document, here = request.app.openapi(), visitor(request)
    found = operations(document)
    return HTMLResponse(
        render(
            "reference.html",
            lang=here.lang,
            unit=here.unit,
            visitor=here,
            path=request.url.path,
            frame=None,
            links=None,
            current="",
            operations=found,
            **seen_by(request),
            description=document["info"]["description"],
            tags=sorted({o["tag"] for o in found}),
        )
    )
