# The application without a database: docker-compose.yml brings one.
FROM python:3.11-slim-bookworm AS build
WORKDIR /source
COPY requirements.lock requirements-installer.lock ./
RUN python -m venv /opt/landstock \
    && pip install --no-cache-dir --require-hashes -r requirements-installer.lock \
    && uv pip install --no-cache --python /opt/landstock/bin/python --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY api api
COPY gis gis
COPY etl etl
COPY maps maps
COPY data data
RUN uv build --wheel --out-dir /dist . \
    && uv pip install --no-cache --no-deps --python /opt/landstock/bin/python /dist/*.whl

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/landstock --create-home landstock
COPY --from=build /opt/landstock /opt/landstock
ENV PATH=/opt/landstock/bin:$PATH PYTHONSAFEPATH=1 LANDSTOCK_HOME=/var/lib/landstock
USER landstock
WORKDIR /var/lib/landstock
EXPOSE 8000
CMD ["landstock", "serve", "--host", "0.0.0.0", "--port", "8000"]
