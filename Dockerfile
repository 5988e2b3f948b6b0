# One image for all of Waakvlam: services, commands, and the jobs of the chart. How to build it: docs/how-to/install.md.
# Nothing is taken that is not pinned with its hash; what this recipe yields is proven by `make image-proof`.

# Give a digest (…@sha256:…) to fix the base too.
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS build
# The instant that files get: two builds of one commit are alike.
ARG SOURCE_DATE_EPOCH=0
ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_LINK_MODE=copy
WORKDIR /build
COPY requirements-setup.txt requirements.txt ./
RUN python -m venv /opt/tools
RUN /opt/tools/bin/python -m pip install --quiet --require-hashes --requirement requirements-setup.txt
RUN python -m venv --without-pip /opt/waakvlam
RUN /opt/tools/bin/uv pip install --quiet --python /opt/waakvlam/bin/python --require-hashes --only-binary :all: --requirement requirements.txt
COPY . .
RUN /opt/tools/bin/python -m hatchling build --target wheel --directory /build/wheels
RUN cd sdk && /opt/tools/bin/python -m hatchling build --target wheel --directory /build/wheels
RUN /opt/tools/bin/uv pip install --quiet --python /opt/waakvlam/bin/python --no-deps --offline wheels/waakvlam-*.whl wheels/waakvlam_platform-*.whl
RUN cp -r agreements /opt/waakvlam/agreements
# What an installer writes about itself, and when, is no part of the product.
RUN find /opt/waakvlam -name uv_cache.json -delete -o -name direct_url.json -delete
RUN find /opt/waakvlam -name RECORD -exec sed -i -e '/uv_cache.json/d' -e '/direct_url.json/d' {} +
# Compiled now, for nothing can be written later; by content and not by time, so that it is the same each time.
RUN /opt/waakvlam/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/waakvlam/lib
RUN find /opt/waakvlam -exec touch --no-dereference --date=@${SOURCE_DATE_EPOCH} {} +

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Waakvlam" \
      org.opencontainers.image.description="The pilot light that notices when a family is forgotten" \
      org.opencontainers.image.licenses="EUPL-1.2" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/waakvlam /opt/waakvlam
ENV PATH=/opt/waakvlam/bin:/usr/local/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp WAAKVLAM_AGREEMENTS=/opt/waakvlam/agreements
WORKDIR /tmp
# A number, so that Kubernetes can see that it is not root. Nobody needs a shell or a home.
USER 10001:10001
HEALTHCHECK NONE
CMD ["waakvlam", "--help"]
