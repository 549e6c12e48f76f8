"""Vendored browser libraries: fetch and bundle them, or check that nothing differs.

``python -m maps.vendor check`` needs Python only and runs in the test suite.
``python -m maps.vendor refresh`` needs Node: it fetches the exact versions
with the ordinary npm client into a temporary folder, bundles the map
and the chart library with esbuild, copies the rest as published and rewrites the locks.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gis.errors import LandStockError

VENDOR = Path(__file__).parent / "static" / "vendor"
TESTS = Path(__file__).parent.parent / "tests" / "vendor"
LOCK = "vendor.lock.json"

PACKAGES = {
    "axe-core": "4.14.1",
    "echarts": "6.1.0",
    "esbuild": "0.28.2",
    "htmx.org": "2.0.11",
    "leaflet": "1.9.4",
    "ol": "10.11.0",
    "proj4": "2.22.0",
}
# Shipped name -> (folder, package, path inside the package); the map bundle is built.
COPIES = {
    "htmx.min.js": (VENDOR, "htmx.org", "dist/htmx.min.js"),
    "leaflet.js": (VENDOR, "leaflet", "dist/leaflet.js"),
    "leaflet.css": (VENDOR, "leaflet", "dist/leaflet.css"),
    "axe.min.js": (TESTS, "axe-core", "axe.min.js"),
}
MAP_BUNDLE, CHART_BUNDLE = "ol.js", "echarts.js"

# Charts of the statistics pages: bars, lines and pies as SVG, with what makes them readable without seeing them.
CHART_ENTRY = """
import {init, use} from 'echarts/core.js';
import {BarChart, LineChart, PieChart} from 'echarts/charts.js';
import {AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent} from 'echarts/components.js';
import {SVGRenderer} from 'echarts/renderers.js';
use([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent,
     SVGRenderer]);
export {init};
"""

# Only what the map page uses: canvas renderer, vector tiles, pictures of base maps, drawing for measuring.
# Of proj4 only transverse Mercator, which is what a Gauss-Kruger zone is.
ENTRY = """
export {default as Map} from 'ol/Map.js';
export {default as View} from 'ol/View.js';
export {default as MVT} from 'ol/format/MVT.js';
export {default as Feature} from 'ol/Feature.js';
export {default as TileGrid} from 'ol/tilegrid/TileGrid.js';
export {default as VectorTileLayer} from 'ol/layer/VectorTile.js';
export {default as VectorTileSource} from 'ol/source/VectorTile.js';
export {default as TileLayer} from 'ol/layer/Tile.js';
export {default as XYZ} from 'ol/source/XYZ.js';
export {default as VectorLayer} from 'ol/layer/Vector.js';
export {default as VectorSource} from 'ol/source/Vector.js';
export {default as Draw} from 'ol/interaction/Draw.js';
export {default as Projection} from 'ol/proj/Projection.js';
export {defaults as interactions} from 'ol/interaction/defaults.js';
export {Circle, Fill, Icon, Stroke, Style, Text} from 'ol/style.js';
export {fromLonLat, toLonLat, transform, transformExtent, addProjection, get as projection,
        getPointResolution, addCoordinateTransforms} from 'ol/proj.js';
export {register} from 'ol/proj/proj4.js';
export {getArea, getLength} from 'ol/sphere.js';
export {getCenter, containsCoordinate, buffer} from 'ol/extent.js';
export {unByKey} from 'ol/Observable.js';
import core from 'proj4/lib/core.js';
import defs from 'proj4/lib/defs.js';
import Proj from 'proj4/lib/Proj.js';
import transform4 from 'proj4/lib/transform.js';
import tmerc from 'proj4/lib/projections/tmerc.js';
import etmerc from 'proj4/lib/projections/etmerc.js';
const proj4 = Object.assign(core, {defaultDatum: 'WGS84', Proj, WGS84: new Proj('WGS84'), defs, transform: transform4});
proj4.Proj.projections.add(tmerc);
proj4.Proj.projections.add(etmerc);
// Zones that proj4 itself defines and this bundle can't compute.
for (const code of Object.keys(defs)) if (/^EPSG:(32[67]..|504[12])$/.test(code)) delete defs[code];
export {proj4};
"""
BUNDLES = {MAP_BUNDLE: ENTRY, CHART_BUNDLE: CHART_ENTRY}


class VendorFault(LandStockError):
    """A vendored file is missing, unknown or not the recorded one; or a tool to refresh them is missing."""

    code = "vendor"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check(folder: Path) -> list[str]:
    """Return what is wrong with a vendor folder, one sentence each; an empty list if nothing is."""
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    recorded: dict[str, str] = {name: entry["sha256"] for name, entry in lock["files"].items()}
    recorded |= lock["licences"]
    here = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {LOCK}
    wrong = [f"{name}: recorded in {LOCK}, not there" for name in sorted(recorded.keys() - here)]
    wrong += [f"{name}: there, without an entry in {LOCK}" for name in sorted(here - recorded.keys())]
    wrong += [
        f"{name}: differs from its recorded SHA-256"
        for name in sorted(here & recorded.keys())
        if sha256(folder / name) != recorded[name]
    ]
    for name, entry in sorted(lock["files"].items()):
        texts = [package["licence_file"] for package in entry["packages"]]
        wrong += [f"{name}: licence text {text} has no entry" for text in texts if text not in recorded]
    return wrong


def _npm(*arguments: str, cwd: Path) -> None:
    """Run npm or a program installed by it. The client's own settings decide where packages come from."""
    program = shutil.which(arguments[0]) or str(cwd / "node_modules" / ".bin" / arguments[0])
    try:
        subprocess.run([program, *arguments[1:]], cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise VendorFault(
            f"{arguments[0]} failed ({error}); refreshing needs Node.js with npm. Install it and repeat.",
            f"{arguments[0]} 执行失败（{error}）；更新第三方文件需要 Node.js 和 npm。请安装后重试。",
        ) from error


def _packages(work: Path, names: list[str]) -> Iterator[dict[str, str]]:
    """Yield name, version, integrity and licence of installed packages, with the text of the licence and the notice that goes with it."""
    locked: dict[str, Any] = json.loads((work / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name in names:
        folder = work / "node_modules" / name
        described = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        named = re.compile(r"licen[cs]e(\.(md|txt))?", re.IGNORECASE)
        texts = [path for path in sorted(folder.iterdir()) if named.fullmatch(path.name)]
        notices = [
            path for path in sorted(folder.iterdir()) if re.fullmatch(r"notice(\.(md|txt))?", path.name, re.I)
        ]
        if not texts:
            raise VendorFault(
                f"{name} {described['version']} carries no licence text; it can't be shipped.",
                f"{name} {described['version']} 未附许可文本，不能随软件分发。",
            )
        yield {
            "name": name,
            "version": described["version"],
            "integrity": locked[f"node_modules/{name}"]["integrity"],
            "licence": described["license"],
            "licence_file": f"licences/{name}.txt",
            "text": "\n".join(path.read_text(encoding="utf-8") for path in texts + notices),
        }


def _bundle(work: Path, target: Path, entry: str) -> list[str]:
    """Bundle a library from its entry; return the packages that are in it."""
    (work / "entry.js").write_text(entry, encoding="utf-8")
    _npm(
        "esbuild", "entry.js", "--bundle", "--minify", "--format=esm", "--target=chrome86",
        "--legal-comments=none", "--log-level=error", "--metafile=meta.json", f"--outfile={target}",
        cwd=work,
    )  # fmt: skip
    meta = json.loads((work / "meta.json").read_text(encoding="utf-8"))
    [output] = meta["outputs"].values()
    used = (path for path, part in output["inputs"].items() if part["bytesInOutput"])
    found = (re.match(r"node_modules/((?:@[^/]+/)?[^/]+)/", path) for path in used)
    return sorted({match[1] for match in found if match})


def refresh() -> None:
    """Fetch the libraries anew, write the shipped files, their licences and the locks.

    Raises
    ------
    VendorFault
        Node is missing, a package can't be fetched, or one has no licence text.
    """
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        wanted = {"name": "vendor", "private": True, "dependencies": PACKAGES}
        (work / "package.json").write_text(json.dumps(wanted), encoding="utf-8")
        _npm("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", cwd=work)
        for target in (VENDOR, TESTS):
            shutil.rmtree(target, ignore_errors=True)
            (target / "licences").mkdir(parents=True)
        contents = {VENDOR / name: _bundle(work, VENDOR / name, entry) for name, entry in BUNDLES.items()}
        for name, (target, package, path) in COPIES.items():
            shutil.copyfile(work / "node_modules" / package / path, target / name)
            contents[target / name] = [package]
        for target in (VENDOR, TESTS):
            files = {path.name: names for path, names in contents.items() if path.parent == target}
            _write_lock(work, target, files)


def _write_lock(work: Path, target: Path, files: dict[str, list[str]]) -> None:
    """Write the lock of one folder, and the licence texts beside it."""
    lock: dict[str, Any] = {"files": {}, "licences": {}}
    for name, packages in sorted(files.items()):
        entries = []
        for package in _packages(work, packages):
            text = target / package["licence_file"]
            text.write_text(package.pop("text"), encoding="utf-8")
            lock["licences"][package["licence_file"]] = sha256(text)
            entries.append(package)
        shipped = target / name
        lock["files"][name] = {
            "sha256": sha256(shipped), "bytes": shipped.stat().st_size, "packages": entries,
        }  # fmt: skip
    if BUNDLES.keys() & files.keys():
        lock["built_with"] = f"esbuild {PACKAGES['esbuild']} --bundle --minify --target=chrome86"
    lock["licences"] = dict(sorted(lock["licences"].items()))
    written = json.dumps(lock, indent=2, ensure_ascii=False) + "\n"
    (target / LOCK).write_text(written, encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run one of the two verbs; return the exit code (2: neither verb was given)."""
    if arguments not in (["check"], ["refresh"]):
        print("usage: python -m maps.vendor check|refresh", file=sys.stderr)
        return 2
    try:
        if arguments == ["refresh"]:
            refresh()
        # An installed program has no tests folder; a checkout has both.
        wrong = [line for folder in (VENDOR, TESTS) if folder.exists() for line in check(folder)]
    except LandStockError as error:
        print(f"Error: {error} [{error.code}]", file=sys.stderr)
        return error.exit_code
    print("\n".join(wrong) if wrong else "vendored files: all as recorded")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
