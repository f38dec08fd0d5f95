# Sockyard in one image: the server with the page in it, and no toolchain.
#
#   docker build -t sockyard .
#   docker run --rm -p 127.0.0.1:7410:7410 sockyard
#
# then open the address that it prints. Under any other address or port than that one, tell it so:
#
#   docker run --rm -p 127.0.0.1:8080:7410 -e SOCKYARD_PUBLIC_URL=http://127.0.0.1:8080 sockyard
#
# The sockets that sessions make are the container's own: programs that are to reach them run in the same container
# or share its network (`--network host` on Linux, or `--network container:NAME`).

FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /src
# The image's own toolchain: rust-toolchain.toml also asks for parts that only development needs.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN rustup target add wasm32-unknown-unknown \
    && apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
COPY . .
RUN cargo xtask web && cargo build --locked --release --package sockyard

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /var/lib/sockyard --shell /usr/sbin/nologin sockyard \
    && install --directory --owner sockyard --group sockyard --mode 0700 /var/lib/sockyard
COPY --from=build /src/target/release/sockyard /usr/local/bin/sockyard
COPY --from=build /src/LICENSE-MIT /src/LICENSE-APACHE /usr/share/doc/sockyard/
USER sockyard
ENV SOCKYARD_DATA_DIR=/var/lib/sockyard
VOLUME /var/lib/sockyard
EXPOSE 7410
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["sockyard", "health", "--url", "http://127.0.0.1:7410"]
ENTRYPOINT ["sockyard"]
CMD ["serve", "--listen", "0.0.0.0:7410"]
