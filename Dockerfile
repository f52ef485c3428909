# One image for all five services, `usher migrate` and the other commands: `docker build -t usher .`
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY usher usher
COPY shared shared
COPY services services
COPY devkit devkit
# Extras by build argument: `--build-arg EXTRAS=whisper,anthropic`.
ARG EXTRAS=
RUN python -m venv /opt/usher \
 && /opt/usher/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".[${EXTRAS}]"

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/usher usher
COPY --from=build /opt/usher /opt/usher
ENV PATH=/opt/usher/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER usher
WORKDIR /var/lib/usher
ENTRYPOINT ["usher"]
CMD ["--help"]
