//! The walks with curl that the documentation shows, run as they stand there.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Remote, must};

/// Runs the one `sh` block of a page (its path from the root of the repository) against a server, whose address it
/// finds in `$BASE`, as `bash -euo pipefail` does: nothing counts but that every step succeeds.
///
/// More names that it finds are given as pairs.
///
/// A machine without bash or curl is told so and passes, unless the tests must not leave anything out.
pub(crate) async fn walk(page: &str, server: &Remote, more: &[(&str, &OsStr)]) {
    for program in ["bash", "curl"] {
        let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            assert!(
                std::env::var_os("TEST_POSTGRES_REQUIRED").is_none(),
                "there is no {program} to walk through {page} with"
            );
            eprintln!("NOT RUN: there is no {program} to walk through {page} with");
            return;
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
    let script = block(&std::fs::read_to_string(path).unwrap(), "sh").to_owned();
    let folder = tempfile::tempdir().unwrap();
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &script])
        .current_dir(folder.path())
        .env("BASE", server.url(""))
        .env("NO_PROXY", "*")
        .envs(more.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    let walking = tokio::task::spawn_blocking(move || bash.output().unwrap());
    let walked = must("the end of a walk", walking).await.unwrap();
    assert!(
        walked.status.success(),
        "{page}: {}\n{}\n{}",
        walked.status,
        String::from_utf8_lossy(&walked.stdout),
        String::from_utf8_lossy(&walked.stderr)
    );
}

/// What stands in the only block of this language of a page.
fn block<'a>(page: &'a str, language: &str) -> &'a str {
    let fence = format!("\n```{language}\n");
    let mut blocks = page.split(&fence).skip(1);
    let block = blocks.next().and_then(|rest| rest.split_once("\n```")).expect("a closed block").0;
    assert!(blocks.next().is_none(), "there are several blocks of {language}");
    block
}

#[test]
fn the_block_of_a_page_is_found() {
    assert_eq!(block("a\n```json\n{}\n```\n\n```sh\ncurl x\ny\n```\nrest\n```json\n```", "sh"), "curl x\ny");
}
