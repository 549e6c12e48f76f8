"""The files of the benchmark: a city of parcels and parks, and two deliveries of them.

Parcels tile blocks without overlap, with wavy edges; one in fifty has a hole
in it. Where the bench of the shared folder is beside the checkout, its city
is taken, so that figures can be compared with those of the other programs.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyogrio
import shapely

TOP = Path(__file__).resolve().parents[2]
MAKER = TOP.parent / "shared" / "bench" / "make_city.py"
USES = np.array(["工业用地", "仓储用地", "商服用地", "城镇住宅用地", "科研用地", "公用设施用地"])
WAYS = np.array(["挂牌出让", "拍卖出让", "协议出让", "划拨", "租赁"])
NAMES = np.array(list("锦辽渤凌华盛宏鑫瑞恒安泰兴隆天海北方远东金龙"))
EAST_M, NORTH_M, SIDE_M, ROW = 560_000.0, 4_520_000.0, 60.0, 50  # ROW: parcels along the side of a park


def city_of(folder: Path, count: int) -> Path:
    """Return a folder with parcels.shp and parks.shp; made when they are not there."""
    if not (folder / "parcels.shp").exists():
        if MAKER.exists():
            command = [sys.executable, str(MAKER), str(count), str(folder), "--years", "2", "--xlsx-max", "0"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            _make(folder, count)
    return folder


def _make(folder: Path, count: int) -> None:
    rng = np.random.default_rng(7)
    number = np.arange(count)
    park, inside = number // (ROW * ROW), number % (ROW * ROW)
    across = int(np.ceil(np.sqrt(park[-1] + 1)))
    step = SIDE_M * (ROW + 5)
    west = EAST_M + (park % across) * step + (inside % ROW) * SIDE_M
    south = NORTH_M + (park // across) * step + (inside // ROW) * SIDE_M
    shapes = shapely.segmentize(shapely.box(west, south, west + SIDE_M, south + SIDE_M), 16)
    shapes = shapely.transform(shapes, _wavy)
    holed = number % 50 == 0
    middle = shapely.box(west + 20, south + 20, west + 30, south + 30)
    shapes[holed] = shapely.difference(shapes[holed], middle[holed])
    code = np.char.add("2107", np.char.zfill(park.astype(str), 6))
    columns = {
        "DKBH": np.char.add(np.char.add(code, "GB"), np.char.zfill((inside + 1).astype(str), 5)),
        "DKMC": np.char.add(np.char.add("第", (inside + 1).astype(str)), "号地块"),
        "YQBH": code,
        "QLR": np.char.add(np.char.add("锦州", _pairs(rng, count)), "新材料有限公司"),
        "TDYT": USES[rng.integers(0, len(USES), count)],
        "GDFS": WAYS[rng.integers(0, len(WAYS), count)],
        "PZMJ": (shapely.area(shapes) * rng.uniform(0.97, 1.03, count)).round(2),
    }
    _write(folder / "parcels.shp", shapes, columns)
    first = np.flatnonzero(inside == 0)
    x, y = west[first], south[first]
    boundary = shapely.box(x - 30, y - 30, x + SIDE_M * ROW + 30, y + SIDE_M * ROW + 30)
    _write(folder / "parks.shp", boundary, {"YQBH": code[first], "YQMC": _pairs(rng, len(first)),
                                            "JB": np.full(len(first), "省级")})  # fmt: skip


def _wavy(
    xy: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return (xy + 3 * np.column_stack([np.sin(xy[:, 1] / 17), np.cos(xy[:, 0] / 19)])).round(3)


def _pairs(rng: np.random.Generator, count: int) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    return np.char.add(NAMES[rng.integers(0, len(NAMES), count)], NAMES[rng.integers(0, len(NAMES), count)])


def _write(path: Path, shapes: object, columns: dict[str, object]) -> None:
    fields = [
        np.asarray(values, dtype=None if name == "PZMJ" else object) for name, values in columns.items()
    ]
    pyogrio.raw.write(path, shapely.to_wkb(shapes), fields, list(columns), driver="ESRI Shapefile",
                      geometry_type="Polygon", crs="EPSG:4549", encoding="GBK")  # fmt: skip


def deliveries(city: Path, folder: Path) -> tuple[Path, Path]:
    """Make two deliveries of the parcels.

    In the first, one row in a hundred declares another area than it is drawn
    with (in the city itself nearly all do, which no register does). In the
    second, every tenth row has another holder.
    """
    first, second = folder / "first", folder / "second"
    for target in (first, second):
        target.mkdir()
        for path in (*city.glob("parcels.*"), *city.glob("parks.*")):
            if path.suffix not in (".parquet", ".dbf") or path.name == "parks.dbf":
                shutil.copy(path, target)
    raw = np.fromfile(city / "parcels.dbf", dtype=np.uint8)
    count = int(raw[4:8].view("<u4")[0])
    header, width = (int(raw[a : a + 2].view("<u2")[0]) for a in (8, 10))
    records = raw[header : header + count * width].reshape(count, width)
    area = shapely.area(
        shapely.from_wkb(pyogrio.raw.read(city / "parcels.shp", columns=[], encoding="gbk")[2])
    )
    start, size = _field(raw, b"PZMJ")
    texts = np.char.rjust(np.char.mod("%.2f", area), size).astype(f"S{size}")
    true = np.arange(count) % 100 != 0
    records[true, start : start + size] = texts.view(np.uint8).reshape(count, size)[true]
    raw.tofile(first / "parcels.dbf")
    start, _ = _field(raw, b"QLR")
    records[::10, start : start + 2] = np.frombuffer("新".encode("gbk"), dtype=np.uint8)
    raw.tofile(second / "parcels.dbf")
    return first, second


def _field(raw: "np.ndarray[tuple[int], np.dtype[np.uint8]]", name: bytes) -> tuple[int, int]:
    """Return where a field begins in a record, and its width."""
    start, place = 1, 32
    while raw[place : place + 11].tobytes().rstrip(b"\x00") != name:
        start, place = start + int(raw[place + 16]), place + 32
    return start, int(raw[place + 16])
