//! The server binary.

fn main() -> std::process::ExitCode {
    matchmaking_server::cli::main()
}
