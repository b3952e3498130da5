FROM python:3.12.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /build

# The locks first: what they install stays in the cache until they change.
COPY requirements/runtime.lock requirements/build.lock requirements/
RUN python -m venv --without-pip /opt/o2c \
    && pip --python /opt/o2c/bin/python install --require-hashes --only-binary :all: -r requirements/runtime.lock \
    && python -m venv tools \
    && tools/bin/pip install --require-hashes --only-binary :all: -r requirements/build.lock

COPY pyproject.toml README.md LICENSE ./
COPY o2c o2c
RUN tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && pip --python /opt/o2c/bin/python install --no-deps --no-index dist/*.whl


FROM python:3.12.12-slim-bookworm
RUN useradd --uid 10001 --user-group --home-dir /var/lib/o2c --create-home --shell /usr/sbin/nologin o2c
COPY --from=build /opt/o2c /opt/o2c

# With a read-only root all that is written is the store, on a volume, and with several processes /tmp.
ENV PATH=/opt/o2c/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    O2C_STORE=/var/lib/o2c/store \
    O2C_HTTP_HOST=0.0.0.0
WORKDIR /var/lib/o2c
VOLUME /var/lib/o2c
USER 10001:10001
EXPOSE 9480

# Where an orchestrator probes /healthz and /readyz itself, it leaves this aside.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('O2C_HTTP_PORT', '9480')}/healthz\", timeout=3)"]

ENTRYPOINT ["o2c"]
CMD ["run"]
