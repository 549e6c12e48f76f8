"""Tile grids, styles, viewer pages, the single-file hand-out and vendored browser files."""
