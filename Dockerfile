# Two stages: the first builds a virtual environment from the locked versions,
# the second holds nothing but Python, that environment and an ordinary user.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /opt/hearthbook \
    && /opt/hearthbook/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY server ./server
COPY plugins ./plugins
RUN /opt/hearthbook/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    # Nothing else may install packages of these two names: one would hide the other.
    && /opt/hearthbook/bin/python -c "from importlib.metadata import packages_distributions as owners; \
        assert {*owners()['server'], *owners()['plugins']} == {'hearthbook'}, owners()"

FROM python:3.13-slim
RUN useradd --system --uid 5232 --create-home --home-dir /data hearthbook
COPY --from=build /opt/hearthbook /opt/hearthbook
ENV PATH="/opt/hearthbook/bin:$PATH" \
    HEARTHBOOK_DATA_DIR=/data \
    HEARTHBOOK_SERVER__HOST=0.0.0.0 \
    PYTHONUNBUFFERED=1
USER hearthbook
WORKDIR /data
VOLUME /data
EXPOSE 5232
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["hearthbook", "healthcheck"]
ENTRYPOINT ["hearthbook"]
CMD ["serve"]
