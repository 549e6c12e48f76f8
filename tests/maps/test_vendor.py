"""The vendored browser files are the recorded ones, and say where they are from."""

import json
import re
import shutil

import pytest

from maps import vendor


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped folder that a test may damage."""
    return shutil.copytree(vendor.VENDOR, tmp_path / "vendor")


@pytest.mark.parametrize("folder", [vendor.VENDOR, vendor.TESTS])
def test_the_shipped_files_are_the_recorded_ones(folder):
    assert vendor.check(folder) == []


def test_a_changed_byte_is_found(copy):
    with (copy / "ol.js").open("ab") as file:
        file.write(b" ")
    assert vendor.check(copy) == ["ol.js: differs from its recorded SHA-256"]


def test_a_file_without_an_entry_is_found(copy):
    (copy / "more.js").write_text("", encoding="utf-8")
    assert vendor.check(copy) == [f"more.js: there, without an entry in {vendor.LOCK}"]


def test_a_missing_licence_text_is_found(copy):
    (copy / "licences" / "ol.txt").unlink()
    assert vendor.check(copy) == [f"licences/ol.txt: recorded in {vendor.LOCK}, not there"]


@pytest.mark.parametrize("folder", [vendor.VENDOR, vendor.TESTS])
def test_every_file_names_version_integrity_and_licence(folder):
    lock = json.loads((folder / vendor.LOCK).read_text(encoding="utf-8"))
    for entry in lock["files"].values():
        assert entry["packages"]
        for package in entry["packages"]:
            assert package["version"][0].isdigit()
            assert package["integrity"].startswith("sha512-")
            assert package["licence"]
    # A pinned version is the shipped one.
    shipped = {p["name"]: p["version"] for e in lock["files"].values() for p in e["packages"]}
    for name, version in shipped.items():
        assert vendor.PACKAGES.get(name, version) == version


@pytest.mark.parametrize("folder", [vendor.VENDOR, vendor.TESTS])
def test_the_lock_names_no_host(folder):
    assert "://" not in (folder / vendor.LOCK).read_text(encoding="utf-8")


def test_the_bundle_needs_no_webgl_and_asks_no_other_host():
    bundle = (vendor.VENDOR / "ol.js").read_text(encoding="utf-8")
    assert "webgl" not in bundle.lower()
    assert "epsg.io" not in bundle
    assert not re.search(
        r"\beval\(|\bnew Function\b|[^\w.]Function\(", bundle
    )  # the page's policy forbids them


def test_wrong_usage_ends_2(capsys):
    assert vendor.main(["tidy"]) == 2
    assert "usage" in capsys.readouterr().err
