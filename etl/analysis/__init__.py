"""The analysis: facts read, judged by ``gis``, stored as one run, and told again."""
