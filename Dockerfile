# The bot as an image: docker build -t memnn-bot .
# PYTHON is the tag of the base image; TORCH another torch, in pip's words (see tools/setup.py), for
# example a wheel beside this file: --build-arg TORCH=./torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl
ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS build
ARG TORCH=""
WORKDIR /build
COPY . .
# The environment as everywhere else; then the package itself instead of a link to these files, and
# without what only building, testing or drawing structure needs.
RUN python tools/setup.py /opt/memnn \
 && /opt/memnn/bin/python -m pip install --quiet --no-cache-dir --no-deps --force-reinstall . \
 && /opt/memnn/bin/python -m pip uninstall --quiet --yes uv setuptools \
 && sh deploy/slim.sh /opt/memnn

FROM python:${PYTHON}
# Each is the mount point of a volume, which takes over whose it is.
RUN groupadd --gid 10001 memnn \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin memnn \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data /key /secrets \
 && install --directory --owner=10001 --group=10001 --mode=0755 /acl
COPY --from=build /opt/memnn /opt/memnn
ENV PATH=/opt/memnn/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp \
    DATA_DIR=/data \
    MEMORY_KEY_FILE=/key/memory.key
WORKDIR /data
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["python", "-c", "from http.client import HTTPConnection; from os import environ as of; c = HTTPConnection(of.get('WEB_HOST') or '127.0.0.1', int(of.get('WEB_PORT') or 8080), timeout=5); c.request('GET', '/ready'); raise SystemExit(c.getresponse().status != 200)"]
CMD ["memnn-bot", "run"]
