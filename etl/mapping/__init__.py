"""From delivered columns to canonical ones: names, types, units, codes."""
