"""Settings, engine, models, migrations, SQL, rule packs and the sample delivery."""
