# Shortcuts; `just --list` shows them.

# Serve on 127.0.0.1:8000 with SQLite under ./data.
serve:
    cargo run --release

# The README's tests.
test:
    cargo test --workspace

# Everything that must hold.
ci:
    .ci/run

# Every benchmark; each prints ratios within its own run.
bench:
    cargo build --release --bin matchmaking-server
    cargo bench -p matchmaking-benches
