# nginx of Debian 12 with the module, as Debian's packages; docs/install.md
# describes how it is used.
#
#     docker build -t nginx-webhook .

FROM debian:12 AS build

ENV DEBIAN_FRONTEND=noninteractive
WORKDIR /src
COPY . .
RUN apt-get update \
    && tools/install-deps package \
    && make BUILD=/build deb


FROM debian:12-slim

# --build-arg CLUSTER=-pgsql: with the library for clusters on PostgreSQL, too
ARG CLUSTER=

COPY --from=build /build/deb/*.deb /debs/

# The packages' own nginx.conf wants root; ours does not.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y \
           --no-install-recommends ca-certificates curl \
           /debs/libnginx-mod-http-webhook_*.deb \
           ${CLUSTER:+/debs/libnginx-mod-http-webhook${CLUSTER}_*.deb} \
           /debs/nginx-webhook-tools_*.deb \
    && rm -rf /debs /var/lib/apt/lists/* /var/log/nginx/* \
              /etc/nginx/sites-enabled/* /etc/nginx/conf.d/* \
    && install -d -o www-data -g www-data -m 700 /var/lib/nginx/webhook

COPY conf/docker/nginx.conf conf/docker/store.conf /etc/nginx/
RUN mv /etc/nginx/store.conf /etc/nginx/conf.d/

USER www-data
VOLUME /var/lib/nginx/webhook
EXPOSE 8080

# Sends that are in progress come to their end.
STOPSIGNAL SIGQUIT

HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD curl -fsS -o /dev/null http://127.0.0.1:8089/health

CMD ["nginx", "-e", "stderr", "-g", "daemon off;"]
