use super::*;

fn flags(pairs: &[(&str, &str)]) -> Flags {
    use clap::{Command, FromArgMatches as _};
    let names = pairs.iter().flat_map(|(variable, value)| {
        [format!("--{}", variable.to_lowercase().replace('_', "-")), (*value).to_owned()]
    });
    let command = <Flags as clap::Args>::augment_args(Command::new("test"));
    let arguments = command.get_matches_from(std::iter::once("test".to_owned()).chain(names));
    Flags::from_arg_matches(&arguments).unwrap()
}

fn problems(pairs: &[(&str, &str)]) -> Vec<String> {
    Config::new(&flags(pairs), [], Purpose::Serve).err().map(|problems| problems.0).unwrap_or_default()
}

#[test]
fn the_defaults_need_nothing() {
    let config = Config::new(&flags(&[]), [], Purpose::Serve).unwrap();
    assert_eq!(config.bind_addr.to_string(), "127.0.0.1:8000");
    assert_eq!(config.database_url, "sqlite://./data/matchmaking.db");
    assert_eq!(config.public_base_url, "http://127.0.0.1:8000");
    assert_eq!(config.surfaces, SURFACES);
    assert!(config.policy.admin_token.is_none());
    assert!(matches!(config.policy.open_surfaces, OpenSurfaces::Loopback));
    assert_eq!(
        Config::new(&flags(&[("SURFACES", ""), ("ADMIN_TOKEN", "  ")]), [], Purpose::Serve).unwrap().surfaces,
        SURFACES
    );
}

#[test]
fn all_bad_values_are_told_at_once_with_name_value_and_accepted_form() {
    let bad = [
        ("BIND_ADDR", "nowhere"),
        ("DATABASE_URL", "mysql://x"),
        ("MEDIA_URL", "ftp://x"),
        ("PUBLIC_BASE_URL", "x"),
        ("MAX_CONNECTIONS", "0"),
        ("MAX_SOCKETS", "many"),
        ("SURFACES", "miracle,nope"),
        ("ALLOW_OPEN_SURFACES", "maybe"),
        ("SMS_URL", "smtp:x"),
        ("PAYMENT_GATEWAY", "gold"),
        ("ASSISTANT_URL", "x"),
        ("BUS_URL", "kafka:x"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("PHOTO_REVIEW", "never"),
        ("CONTACT_MASK", "yes"),
        ("RATE_LIMITS", "no"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
        ("CORS_ORIGINS", "example.com"),
        ("LOG_FORMAT", "xml"),
        ("SHUTDOWN_GRACE_SECS", "-1"),
    ];
    // A value that begins with a dash needs an equals sign on a command line; the reader sees it all the same.
    let (last, others) = bad.split_last().unwrap();
    let mut given = flags(others);
    given.shutdown_grace_secs = Some(last.1.to_owned());
    let told = Config::new(&given, ["DATABSE_URL".to_owned()], Purpose::Serve).err().unwrap().0;
    for (variable, value) in bad {
        let line = told.iter().find(|line| line.starts_with(variable));
        let line = line.unwrap_or_else(|| panic!("{variable} is missing in {told:#?}"));
        assert!(line.contains(value) && line.contains("takes"), "{line}");
    }
    assert_eq!(told.len(), bad.len() + 1, "{told:#?}");
}

#[test]
fn secrets_are_never_told() {
    let told = problems(&[
        ("JWT_SECRET", "hunter2"),
        ("DATA_KEY", "hunter2"),
        ("DATABASE_URL", "mysql://me:hunter2@host/x"),
        ("BUS_URL", "redis://me:hunter2@host"),
    ]);
    assert_eq!(told.len(), 4);
    assert!(!told.join("\n").contains("hunter2"), "{told:?}");
    let config = Config::new(
        &flags(&[("ADMIN_TOKEN", "hunter2"), ("OPEN_SURFACE_KEY", "hunter2")]),
        [],
        Purpose::Serve,
    );
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn open_surfaces_are_not_served_to_everyone_by_accident() {
    let told = problems(&[("BIND_ADDR", "0.0.0.0:8000")]);
    assert_eq!(told.len(), 1);
    for word in ["OPEN_SURFACE_KEY", "ALLOW_OPEN_SURFACES=true", "SURFACES", "miracle and assistant"] {
        assert!(told[0].contains(word), "{word} is missing in {}", told[0]);
    }
    for rescue in [("OPEN_SURFACE_KEY", "k"), ("ALLOW_OPEN_SURFACES", "true"), ("SURFACES", "platform,rooms")]
    {
        assert_eq!(problems(&[("BIND_ADDR", "0.0.0.0:8000"), rescue]), Vec::<String>::new());
    }
    assert_eq!(problems(&[("BIND_ADDR", "[::1]:0")]), Vec::<String>::new());
}

#[test]
fn a_bus_needs_shared_secrets() {
    assert_eq!(problems(&[("BUS_URL", "nats://bus:4222")]).len(), 2);
    let secret = "0123456789abcdef0123456789abcdef";
    let given = [("BUS_URL", "nats://bus:4222"), ("JWT_SECRET", secret), ("DATA_KEY", secret)];
    assert_eq!(problems(&given), Vec::<String>::new());
}

#[test]
fn who_could_reach_the_server_matters_to_serving_only() {
    let given = flags(&[("BIND_ADDR", "0.0.0.0:8000")]);
    assert!(Config::new(&given, [], Purpose::Serve).is_err());
    assert!(Config::new(&given, [], Purpose::Other).is_ok());
}
