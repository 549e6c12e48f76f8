"""The sample delivery as the files of an import, for an installation that has no data yet."""

import io
import zipfile
from importlib.resources import as_file, files
from typing import Any

import yaml

SAMPLE, MAPPING = "jinzhou-2026-10", "jinzhou-sample.yaml"


def sample_archive() -> tuple[str, io.BytesIO]:
    """Return the name and the content of one archive with all files of the sample."""
    content = io.BytesIO()
    with (
        as_file(files("data") / "samples" / SAMPLE) as folder,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    content.seek(0)
    return f"{SAMPLE}.zip", content


def sample_answers() -> dict[str, Any]:
    """Return the answers that the wizard's first step would have got, with the sample's own mapping."""
    mapping = yaml.safe_load((files("etl") / "mappings" / MAPPING).read_text(encoding="utf-8"))
    return {
        "wizard": True, "supplier": mapping["supplier"], "complete": False, "observed_on": None,
        "kept": None, "mapping_data": mapping,
    }  # fmt: skip
