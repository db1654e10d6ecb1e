# The gateway's image, for amd64 and arm64. `make image` builds it; `make image-root` lays the same file system out without
# a container engine. One program more by build argument: --build-arg WITH=chromium, tailscale, ngrok or signal.
ARG SWIFT=docker.io/library/swift:6.3-bookworm
ARG DEBIAN=docker.io/library/debian:bookworm-slim
ARG WITH=nothing
# Where the files of Image/files.txt come from, in a folder /files: the stage below, or an image that has them ready.
ARG FILES=build

FROM ${SWIFT} AS build
WORKDIR /source
# What the packages depend on comes first: they are fetched again only when the list changes.
COPY Packages/debian.txt Packages/debian.txt
COPY Scripts/prepare.sh Scripts/prepare.sh
RUN sh Scripts/prepare.sh
COPY . .
RUN OPENCLAW_VERSION=$(sed -n 's/.*static let text = "\(.*\)"/\1/p' Sources/App/Start/Version.swift) make release \
    && sh Image/stage.sh /files

FROM ${FILES} AS files

FROM ${DEBIAN} AS base
COPY Packages/debian.txt Image/packages.sh Image/install.sh Image/settle.sh /usr/local/lib/openclaw/image/
RUN sh /usr/local/lib/openclaw/image/install.sh run
COPY --from=files /files/ /
WORKDIR /app
# Starts as root, hands the volume to the user `openclaw` (1000) and becomes him; reaps processes; passes signals on.
ENTRYPOINT ["/usr/local/bin/openclaw-entrypoint"]
CMD ["node", "dist/index.js", "gateway", "--allow-unconfigured"]

FROM base AS with-nothing

FROM base AS with-chromium
RUN sh /usr/local/lib/openclaw/image/install.sh chromium

FROM base AS with-tailscale
COPY --from=docker.io/tailscale/tailscale:stable /usr/local/bin/tailscale /usr/local/bin/tailscaled /usr/local/bin/

FROM base AS with-ngrok
COPY --from=docker.io/ngrok/ngrok:3-debian /bin/ngrok /usr/local/bin/

# signal-cli is a Java program; its native library is for amd64. Wants 1 GB of memory beside the gateway's. Another version is
# given with its checksum.
FROM base AS with-signal
ARG SIGNAL_CLI=0.14.8
ARG SIGNAL_CLI_SHA256=ccd408e831eff7e41ebaaf309704840bb00d78a7869f35ad700dbae5b5a5bb65
ENV JAVA_HOME=/opt/java/openjdk
ENV PATH=/opt/java/openjdk/bin:/opt/signal-cli/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY --from=docker.io/library/eclipse-temurin:25-jre /opt/java/openjdk /opt/java/openjdk
ADD https://github.com/AsamK/signal-cli/releases/download/v${SIGNAL_CLI}/signal-cli-${SIGNAL_CLI}.tar.gz /tmp/
RUN echo "${SIGNAL_CLI_SHA256}  /tmp/signal-cli-${SIGNAL_CLI}.tar.gz" | sha256sum --check - \
    && mkdir /opt/signal-cli \
    && tar -xzf /tmp/signal-cli-${SIGNAL_CLI}.tar.gz -C /opt/signal-cli --strip-components=1 \
    && rm /tmp/signal-cli-${SIGNAL_CLI}.tar.gz \
    && signal-cli --version

FROM with-${WITH}
