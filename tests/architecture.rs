//! Who may use whom, read off the source and off the dependency tree; and that no route is forgotten.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use matchmaking_core::api::miracle;
use matchmaking_core::api::route::{Listed, Surface};
use matchmaking_core::service::Foundation;
use matchmaking_core::store::{DatabaseUrl, open};
use matchmaking_server::config::Secret;
use matchmaking_server::http::Policy;
use matchmaking_server::{app, surfaces};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A source file: where it is from the root of the repository, and its code without comments.
struct Source {
    path: String,
    code: String,
}

impl Source {
    fn is_in(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || rest.starts_with(".rs"))
    }

    /// Everything that `use` declarations name, one path each, and every path in the code that begins with
    /// `crate::`.
    fn paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        let mut rest = self.code.as_str();
        while let Some(at) = rest.find("use ") {
            let begins = rest[..at].ends_with(|before: char| !before.is_alphanumeric() && before != '_');
            rest = &rest[at + 4..];
            if begins && let Some(end) = rest.find(';') {
                let tree: String = rest[..end].split_whitespace().collect::<Vec<_>>().join(" ");
                if !tree.starts_with('<') && tree.chars().all(is_of_use) {
                    expand("", &tree, &mut paths);
                }
            }
        }
        for (at, _) in self.code.match_indices("crate::") {
            let path = self.code[at..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'));
            paths.insert(path.collect::<String>().trim_end_matches(':').to_owned());
        }
        paths.remove("crate");
        paths
    }

    /// Whether a crate of this name is used: in a `use` declaration or before `::`.
    fn uses_crate(&self, name: &str) -> bool {
        let named = |path: &String| path == name || path.starts_with(&format!("{name}::"));
        self.paths().iter().any(named)
            || self.code.match_indices(&format!("{name}::")).any(|(at, _)| {
                !self.code[..at].ends_with(|before: char| before.is_alphanumeric() || "_:".contains(before))
            })
    }

    /// The parts of the own crate that are used.
    fn parts(&self) -> BTreeSet<String> {
        let parts = self.paths().into_iter().filter_map(|path| {
            let rest = path.strip_prefix("crate::")?;
            Some(rest.split("::").next().unwrap_or(rest).to_owned())
        });
        parts.filter(|part| part.starts_with(|first: char| first.is_lowercase())).collect()
    }
}

fn is_of_use(c: char) -> bool {
    c.is_alphanumeric() || "_:{},* ".contains(c)
}

/// Writes out `a::{b, c::{d}}` as `a::b` and `a::c::d`.
fn expand(prefix: &str, tree: &str, paths: &mut BTreeSet<String>) {
    let tree = tree.trim().trim_end_matches(',').trim();
    if let Some((head, body)) = tree.split_once('{') {
        let prefix = format!("{prefix}{}", head.trim());
        let body = body.strip_suffix('}').unwrap_or(body);
        let (mut depth, mut begin) = (0, 0);
        for (at, c) in body.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    expand(&prefix, &body[begin..at], paths);
                    begin = at + 1;
                }
                _ => {}
            }
        }
        expand(&prefix, &body[begin..], paths);
    } else if !tree.is_empty() {
        let name = tree.split(" as ").next().unwrap_or(tree);
        paths.insert(format!("{prefix}{name}"));
    }
}

/// Every source file of the repository.
fn sources() -> &'static [Source] {
    static SOURCES: OnceLock<Vec<Source>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let root = root();
        let mut sources = Vec::new();
        let mut folders: VecDeque<PathBuf> =
            ["matchmaking-core", "matchmaking-server", "examples", "benches", "tests"]
                .iter()
                .map(|member| root.join(member))
                .collect();
        while let Some(folder) = folders.pop_front() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    if path.file_name().is_some_and(|name| name != "target") {
                        folders.push_back(path);
                    }
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let code = std::fs::read_to_string(&path).unwrap();
                    let code = code.lines().map(|line| {
                        let is_comment = line.trim_start().starts_with("//");
                        if is_comment { "" } else { line.split(" // ").next().unwrap_or(line) }
                    });
                    let path = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                    sources.push(Source { path, code: code.collect::<Vec<_>>().join("\n") });
                }
            }
        }
        assert!(sources.len() > 50, "only {} files were found", sources.len());
        sources
    })
}

fn sources_in(folder: &str) -> Vec<&'static Source> {
    let sources: Vec<_> = sources().iter().filter(|source| source.is_in(folder)).collect();
    assert!(!sources.is_empty(), "nothing in {folder}");
    sources
}

#[test]
fn the_reader_of_use_declarations_reads() {
    let code =
        "pub(crate) use a::{b, c::{d, e as f},\n g::*,};\nlet x = crate::store::Stores::new();\nuse std::io;";
    let source = Source { path: "x.rs".to_owned(), code: format!("\n{code}") };
    let expected = ["a::b", "a::c::d", "a::c::e", "a::g::*", "crate::store::Stores::new", "std::io"];
    assert!(source.paths().iter().eq(expected), "{:?}", source.paths());
    assert!(source.uses_crate("a") && source.uses_crate("std") && !source.uses_crate("b"));
    assert_eq!(source.parts(), BTreeSet::from(["store".to_owned()]));
}

#[test]
fn unsafe_code_is_in_one_small_module() {
    let is_fence = |source: &&Source| source.path == "matchmaking-core/src/scoring/columnar/wide.rs";
    let names_it = |source: &Source| {
        let mut words = source.code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.any(|word| word == "unsafe" || word == "unsafe_code")
    };
    for source in sources()
        .iter()
        .filter(|source| source.path.split('.').next_back() == Some("rs") && !is_fence(source))
    {
        // A policy for browsers has the word inside a string.
        let is_policy = source.code.contains("'unsafe-inline'");
        let is_this = source.path == "tests/architecture.rs";
        assert!(
            is_policy || is_this || !names_it(source),
            "{} names what only one module may do",
            source.path
        );
    }
    assert!(sources().iter().filter(is_fence).all(|source| source.code.lines().count() < 250));
}

#[test]
fn sqlx_is_used_under_the_sql_store_only() {
    for source in sources() {
        // A benchmark asks both databases what the pool answers.
        let is_peers = source.path == "benches/peers.rs";
        let may = source.is_in("matchmaking-core/src/store/sql") || source.is_in("tests") || is_peers;
        assert!(may || !source.uses_crate("sqlx"), "{} uses sqlx", source.path);
    }
    assert!(sources_in("matchmaking-core/src/store/sql").iter().any(|source| source.uses_crate("sqlx")));
}

#[test]
fn the_core_knows_no_http_framework() {
    for source in sources_in("matchmaking-core/src") {
        for name in
            ["warp", "hyper", "hyper_util", "http", "tokio_tungstenite", "reqwest", "matchmaking_server"]
        {
            assert!(!source.uses_crate(name), "{} uses {name}", source.path);
        }
    }
    assert!(sources_in("matchmaking-server/src").iter().any(|source| source.uses_crate("warp")));
    for source in sources_in("matchmaking-server/src") {
        let is_port = source.is_in("matchmaking-server/src/ports");
        assert!(is_port || !source.uses_crate("reqwest"), "{} asks other servers", source.path);
    }
}

/// Which parts of the core each part may use.
#[test]
fn the_parts_of_the_core_use_only_what_they_may() {
    let values = ["ids", "clock", "error", "text"];
    let rules: [(&str, &[&str]); 11] = [
        ("ids", &[]),
        ("clock", &[]),
        ("error", &[]),
        ("text", &[]),
        ("model", &["model"]),
        ("scoring", &["scoring", "model"]),
        ("store", &["store", "model"]),
        ("realtime", &["realtime", "ports", "model"]),
        ("ports", &["ports", "model"]),
        ("service", &["service", "store", "realtime", "ports", "scoring", "model"]),
        ("api", &["api", "model", "service"]),
    ];
    for (part, may) in rules {
        let mut allowed: BTreeSet<&str> = may.iter().copied().collect();
        match part {
            "ids" | "clock" | "error" | "text" => {
                allowed.insert(part);
            }
            "scoring" => allowed.extend(["ids", "clock", "text"]),
            _ => allowed.extend(values),
        }
        for source in sources_in(&format!("matchmaking-core/src/{part}")) {
            for used in source.parts() {
                assert!(allowed.contains(used.as_str()), "{} uses {used}", source.path);
            }
        }
    }
    let known: BTreeSet<&str> = rules.iter().map(|(part, _)| *part).chain(["lib"]).collect();
    for source in sources_in("matchmaking-core/src") {
        let part = source.path["matchmaking-core/src/".len()..].split(['/', '.']).next().unwrap();
        assert!(known.contains(part), "there is no rule for {part}");
    }
    // Of the services, the API may know only how they fail: that is for one place to say.
    for source in sources_in("matchmaking-core/src/api") {
        let is_fault = source.path.contains("/api/fault.rs") || source.path.contains("/api/fault/");
        assert!(is_fault || !source.parts().contains("service"), "{} uses services", source.path);
    }
}

#[test]
fn the_services_know_no_word_of_http() {
    for source in sources_in("matchmaking-core/src/service") {
        for word in ["http", "statuscode", "status_code", "header", "cookie", "websocket", "miracleframe"] {
            // That of a token is none of a request.
            let code = source.code.replace("jsonwebtoken::Header", "").to_lowercase();
            assert!(!code.contains(word), "{} says {word}", source.path);
        }
    }
}

/// A surface never calls another surface; neither do their types.
#[test]
fn surfaces_do_not_know_each_other() {
    for (folder, prefixes) in [
        ("matchmaking-server/src/surfaces", ["crate::surfaces::", "super::super::"]),
        ("matchmaking-core/src/api", ["crate::api::", "super::super::"]),
    ] {
        let names: Vec<_> = Surface::ALL.iter().map(|surface| surface.name()).collect();
        for source in sources_in(folder) {
            let own = source.path[folder.len() + 1..].split(['/', '.']).next().unwrap();
            if !names.contains(&own) {
                continue;
            }
            for path in source.paths() {
                for other in names.iter().filter(|other| **other != own) {
                    let forbidden = prefixes.iter().any(|prefix| {
                        path.strip_prefix(prefix).is_some_and(|rest| rest.split("::").next() == Some(other))
                    });
                    assert!(!forbidden, "{} uses {path}", source.path);
                }
            }
        }
    }
    // The kit stands below the surfaces.
    for source in sources_in("matchmaking-server/src/http") {
        for part in source.parts() {
            assert!(["http", "config"].contains(&part.as_str()), "{} uses {part}", source.path);
        }
        assert!(!source.code.contains("matchmaking_core::service"), "{} uses services", source.path);
    }
}

#[test]
fn nothing_is_allowed_silently_or_left_to_do() {
    // Put together here, so that this file does not contain them.
    for word in ["#[al|low(", "#![al|low(", "to|do!(", "unimple|mented!(", "db|g!(", "Utc::n|ow("] {
        let word = word.replace('|', "");
        for source in sources() {
            let is_clock = word.starts_with("Utc") && source.path == "matchmaking-core/src/clock.rs";
            assert!(is_clock || !source.code.contains(&word), "{} contains {word}", source.path);
        }
    }
}

/// What cargo knows about the packages of this platform, without the network.
fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        let version = Command::new(rustc).arg("-vV").output().unwrap();
        let version = String::from_utf8(version.stdout).unwrap();
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let output = Command::new(cargo)
            .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host])
            .current_dir(root())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    })
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The packages that are built on this platform.
fn packages() -> Vec<&'static Value> {
    let built: BTreeSet<_> =
        list(&metadata()["resolve"], "nodes").iter().map(|node| text(node, "id")).collect();
    list(metadata(), "packages").iter().filter(|package| built.contains(text(package, "id"))).collect()
}

fn package(name: &str) -> &'static Value {
    packages().into_iter().find(|package| text(package, "name") == name).unwrap()
}

/// The quoted words of a list in deny.toml.
fn listed_in_deny(section: &str, key: &str) -> BTreeSet<String> {
    let deny = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let (_, section) = deny.split_once(&format!("[{section}]")).unwrap();
    let (_, list) = section.split_once(&format!("{key} = [")).unwrap();
    let (list, _) = list.split_once("\n]").unwrap();
    let first_quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
    list.lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(first_quoted).collect()
}

/// Whether an expression such as `(MIT OR Apache-2.0) AND Unicode-3.0` can be met with these.
fn is_licensed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = expression.split_whitespace().peekable();
    let met = any_of(&mut words, allowed);
    assert!(words.next().is_none(), "{expression}");
    met
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed);
    }
    met
}

fn all_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = any_of(words, allowed);
        assert_eq!(words.next(), Some(")"));
        return met;
    }
    let mut licence = words.next().unwrap_or_default().to_owned();
    if words.next_if_eq(&"WITH").is_some() {
        licence = format!("{licence} WITH {}", words.next().unwrap_or_default());
    }
    allowed.contains(&licence)
}

#[test]
fn every_dependency_is_licensed_as_the_list_allows() {
    let allowed = listed_in_deny("licenses", "allow");
    assert!(allowed.contains("MIT") && allowed.contains("Apache-2.0"));
    assert!(is_licensed("(MIT OR GPL-3.0) AND Apache-2.0", &allowed));
    assert!(!is_licensed("MIT AND GPL-3.0", &allowed) && !is_licensed("", &allowed));
    assert!(packages().len() > 100);
    for package in packages() {
        let (name, licence) = (text(package, "name"), text(package, "license"));
        assert!(is_licensed(licence, &allowed), "{name} is licensed as {licence:?}");
    }
}

#[test]
fn no_banned_crate_is_a_dependency() {
    let mut banned = listed_in_deny("bans", "deny");
    assert!(banned.contains("openssl-sys") && banned.contains("rsa"));
    banned.extend(["openssl", "native-tls", "tokio-native-tls"].map(str::to_owned));
    for package in packages() {
        assert!(!banned.contains(text(package, "name")), "{} is a dependency", text(package, "name"));
        let source = text(package, "source");
        assert!(
            source.is_empty() || source.contains("crates.io-index"),
            "{} is from {source}",
            package["name"]
        );
    }
}

/// Everything that a package is built with, tests and build scripts left out.
fn built_into(name: &str) -> BTreeSet<&'static str> {
    let nodes: BTreeMap<_, _> =
        list(&metadata()["resolve"], "nodes").iter().map(|node| (text(node, "id"), node)).collect();
    let names: BTreeMap<_, _> =
        packages().into_iter().map(|package| (text(package, "id"), text(package, "name"))).collect();
    let mut found = BTreeSet::new();
    let mut open = vec![text(package(name), "id")];
    while let Some(id) = open.pop() {
        for dependency in list(nodes[id], "deps") {
            let is_normal = list(dependency, "dep_kinds").iter().any(|kind| kind["kind"].is_null());
            let id = text(dependency, "pkg");
            if is_normal && found.insert(id) {
                open.push(id);
            }
        }
    }
    found.into_iter().map(|id| names[id]).collect()
}

#[test]
fn the_core_is_built_without_an_http_framework() {
    let core = built_into("matchmaking-core");
    assert!(core.contains("serde"));
    for name in ["warp", "hyper", "hyper-util", "h2", "axum", "reqwest", "tungstenite", "matchmaking-server"]
    {
        assert!(!core.contains(name), "matchmaking-core depends on {name}");
    }
    let server = built_into("matchmaking-server");
    assert!(server.contains("warp") && server.contains("matchmaking-core"));
    for name in ["proptest", "tempfile"] {
        assert!(!server.contains(name), "matchmaking-server depends on {name}");
    }
}

/// Mocks and turned clocks are for tests: the server asks for neither, and they are no defaults.
#[test]
fn what_is_for_tests_is_not_built_into_the_server() {
    let asked = list(package("matchmaking-server"), "dependencies").iter();
    let asked: Vec<_> = asked.filter(|dependency| text(dependency, "name") == "matchmaking-core").collect();
    assert!(!asked.is_empty());
    for dependency in asked.iter().filter(|dependency| dependency["kind"].is_null()) {
        for feature in ["testing", "mocks"] {
            assert!(
                !list(dependency, "features").contains(&Value::from(feature)),
                "the server asks for {feature}"
            );
        }
    }
    let features = &package("matchmaking-core")["features"];
    let mut on = vec!["default"];
    let mut seen = BTreeSet::new();
    while let Some(feature) = on.pop() {
        if seen.insert(feature) {
            on.extend(list(features, feature).iter().filter_map(Value::as_str));
        }
    }
    assert!(
        !seen.contains("testing") && !seen.contains("mocks") && !seen.contains("dep:mockall"),
        "{seen:?}"
    );
}

/// A route as one line.
fn line(listed: &Listed) -> String {
    let paths: Vec<_> = listed.route.paths().collect();
    format!("{} {} {}", (listed.name)(), listed.route.method.as_str(), paths.join(" "))
}

#[tokio::test]
async fn every_route_has_a_handler_and_every_handler_a_route() {
    let stores = open(&"memory:".parse::<DatabaseUrl>().unwrap()).await.unwrap();
    let services = app::over(Foundation::over(stores)).await.unwrap();
    // With a token, so that the back office is there.
    let policy = Policy { admin_token: Some(Secret::new("token".to_owned())), ..Policy::default() };
    let site = app::site(&services, &Surface::ALL, policy);
    let mut mounted: Vec<_> = site.routes.iter().map(|mounted| line(&mounted.listed)).collect();
    let mut listed: Vec<_> = surfaces::all_routes().iter().map(line).collect();
    mounted.sort();
    listed.sort();
    assert_eq!(mounted, listed);
    let mut places: Vec<_> = surfaces::all_routes()
        .iter()
        .flat_map(|listed| listed.route.paths().map(|path| (listed.route.method, path)).collect::<Vec<_>>())
        .collect();
    let all = places.len();
    places.sort();
    places.dedup();
    assert_eq!(places.len(), all, "two routes want the same place");
    for surface in Surface::ALL {
        for mounted in surfaces::mounted(surface, &services) {
            assert_eq!(mounted.listed.route.surface, surface);
        }
    }
}

/// The routes of the surface's document, and those that its clients call beyond it.
#[test]
fn the_miracle_surface_has_the_routes_of_its_document() {
    let documented = [
        "GET /ws/base",
        "GET /ws/match",
        "GET /ws/message",
        "POST /ChatroomManager/get_chat_history",
        "POST /ChatroomManager/get_or_create_chatroom",
        "POST /ChatroomManager/save_chatroom_history",
        "POST /MatchManager/create_match",
        "POST /MatchManager/get_match_info",
        "POST /MatchManager/save_to_database",
        "POST /MatchManager/toggle_like",
        "POST /UserManagement/create_new_user",
        "POST /UserManagement/edit_summary",
        "POST /UserManagement/edit_target_gender",
        "POST /UserManagement/edit_user_age",
        "POST /UserManagement/get_user_info_with_user_id",
        "POST /UserManagement/save_to_database",
    ];
    let beyond = ["GET /", "POST /ChatroomManager/send_message", "POST /UserManagement/deactivate_user"];
    let routes = |which: bool| {
        let routes = miracle::ROUTES.iter().filter(move |listed| listed.route.documented == which);
        let mut routes: Vec<_> = routes
            .map(|listed| {
                format!("{} {}", listed.route.method.as_str(), listed.route.paths().next().unwrap())
            })
            .collect();
        routes.sort();
        routes
    };
    assert_eq!(routes(true), documented);
    assert_eq!(routes(false), beyond);
    // As all its clients expect, again below /api/v1; sockets at the root only.
    for listed in miracle::ROUTES {
        let paths: Vec<_> = listed.route.paths().collect();
        let own = listed.route.path;
        if own.starts_with("/ws/") {
            assert_eq!(paths, [own]);
        } else {
            assert_eq!(paths, [own.to_owned(), format!("/api/v1{}", own.trim_end_matches('/'))]);
        }
    }
}
