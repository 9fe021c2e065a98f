# One image a service: docker build --target service --build-arg SERVICE=events .   (the portal: --target web, SERVICE=web; registrations: --target registrations)
ARG PYTHON=python:3.11-slim-bookworm
ARG NODE=node:22-bookworm-slim

# --- What browsers get: fetched with npm, copied by deploy/assets.py; neither is in the final image.
FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM ${PYTHON} AS assets
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package-lock.json ./
COPY deploy/__init__.py deploy/assets.py deploy/
RUN python -m deploy.assets --copy

# --- What the one service needs, locked.
FROM ${PYTHON} AS environment
ARG SERVICE
WORKDIR /app
COPY requirements/${SERVICE}.txt requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

# --- What runs: no compiler, no package manager's cache, no root.
FROM ${PYTHON} AS service
ARG SERVICE
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin doithoai \
    && install --directory --owner=doithoai --group=doithoai /data
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    DATA_DIR=/data \
    SERVICE=${SERVICE}
WORKDIR /app
COPY --from=environment /venv /venv
COPY services/__init__.py services/__init__.py
COPY shared shared
COPY services/${SERVICE} services/${SERVICE}
USER 10001:10001
EXPOSE 8000
# docker-compose.yml names the role and asks after its health; alone, a container answers HTTP.
CMD ["sh", "-c", "exec python -m services.${SERVICE} api"]

FROM service AS registrations
COPY --from=assets /app/services/registrations/vendor services/registrations/vendor

FROM service AS web
COPY --from=assets /app/services/web/static/vendor services/web/static/vendor
