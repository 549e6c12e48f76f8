"""Readers, field mappings, checks, loaders, exports and jobs."""
