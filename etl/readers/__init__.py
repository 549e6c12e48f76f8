"""Read deliveries: archives, shapefiles, packages, workbooks, text tables."""
