"""The stored run of the sample and one of its parcels."""

import pytest

RUN = "SELECT run_id FROM analysis_run WHERE as_of = '2026-11-01' ORDER BY run_id LIMIT 1"
PARCEL = """
SELECT p.entity_id, p.parcel_code, p.holder, p.park_code, v.verdict, p.drawn_area_m2,
       ST_X(ST_PointOnSurface(p.geom)) AS lon, ST_Y(ST_PointOnSurface(p.geom)) AS lat
FROM idle_verdict v JOIN parcel p USING (version_id)
WHERE v.run_id = (SELECT run_id FROM analysis_run WHERE as_of = '2026-11-01' ORDER BY run_id LIMIT 1)
  AND v.verdict = 'MAY_BE_IDLE' AND p.holder IS NOT NULL AND p.drawn_area_m2 > 8000
ORDER BY p.parcel_code LIMIT 1
"""


@pytest.fixture
def run_id(connection, sample_database):
    return connection.exec_driver_sql(RUN).scalar_one()


@pytest.fixture
def parcel(connection, sample_database):
    return connection.exec_driver_sql(PARCEL).mappings().one()
