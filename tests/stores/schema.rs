//! Both databases have the same tables, and understand every statement.

use matchmaking_core::store::{
    open,
    sql::{migrations, statements},
};
use sqlx::{
    ConnectOptions, Executor, PgConnection, Row, SqlSafeStr, SqliteConnection, sqlite::SqliteConnectOptions,
};

use crate::support::postgres::Database;

async fn sqlite() -> (tempfile::TempDir, SqliteConnection) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    open(&format!("sqlite://{}", file.display()).parse().unwrap()).await.unwrap().upkeep.close().await;
    let connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    (folder, connection)
}

async fn postgres() -> Option<(PgConnection, Database)> {
    let database = Database::make().await?;
    open(&database.url()).await.unwrap().upkeep.close().await;
    let connection = database.options().connect().await.unwrap();
    Some((connection, database))
}

#[tokio::test]
async fn sqlite_understands_every_statement() {
    let (_folder, mut connection) = sqlite().await;
    for statement in statements().into_iter().filter(|statement| !statement.postgres_only) {
        let prepared = (&mut connection).prepare(statement.text.into_sql_str()).await;
        prepared.unwrap_or_else(|error| panic!("{}::{}: {error}", statement.file, statement.name));
    }
}

#[tokio::test]
async fn postgres_understands_every_statement() {
    let Some((mut connection, _database)) = postgres().await else { return };
    for statement in statements() {
        let prepared = (&mut connection).prepare(statement.text.into_sql_str()).await;
        prepared.unwrap_or_else(|error| panic!("{}::{}: {error}", statement.file, statement.name));
    }
}

/// What looks through everything there is: what the back office lists and counts.
const WHOLE_LISTS: [(&str, &str); 6] = [
    ("office", "FIND"),
    ("office", "FIND_COUNT"),
    ("office", "AUDIT"),
    ("office", "AUDIT_COUNT"),
    ("reports", "REPORTS"),
    ("reports", "REPORTS_COUNT"),
];

/// What is looked for has an index: nothing that people wait for reads a whole table.
#[tokio::test]
async fn no_statement_scans_a_table() {
    let (_folder, mut connection) = sqlite().await;
    for statement in statements().into_iter().filter(|statement| !statement.postgres_only) {
        let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.text));
        for row in sqlx::query(explain).fetch_all(&mut connection).await.unwrap() {
            let step: String = row.get("detail");
            // A scan of a table that the statement does not name is that of foreign keys, which SQLite plans for
            // rows that are missing at the end of a transaction, and never runs.
            let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
            let scans = scanned.is_some_and(|table| {
                !["j", "jsonb_each", "CONSTANT", "counted", "halved", "unseen", "exchanges", "shown"]
                    .contains(&table)
                    && statement.text.contains(table)
                    && !WHOLE_LISTS.contains(&(statement.file, statement.name))
            });
            assert!(!scans, "{}::{}: {step}", statement.file, statement.name);
        }
    }
}

/// SQLite looks at the value of a parameter that stands alone behind `LIMIT`, and so prepares the statement anew whenever
/// it is bound: that costs more than most queries.
#[test]
fn no_statement_is_prepared_for_each_use() {
    for statement in statements() {
        assert!(!statement.text.contains("LIMIT $"), "{}::{}", statement.file, statement.name);
    }
}

#[test]
fn both_databases_have_the_same_migrations() {
    let [sqlite, postgres] = migrations();
    assert_eq!(sqlite, postgres);
}

/// Table, column, whether it is a number, whether it may be missing.
type Column = (String, String, bool, bool);

#[tokio::test]
async fn both_databases_have_the_same_columns() {
    let (_folder, mut connection) = sqlite().await;
    let rows = sqlx::query(
        "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0 FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '_sqlx%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut in_sqlite: Vec<Column> = rows
        .iter()
        .map(|row| (row.get(0), row.get(1), ["INTEGER", "BIGINT"].contains(&row.get(2)), row.get(3)))
        .collect();
    in_sqlite.sort();
    assert!(in_sqlite.iter().any(|column| column.0 == "messages" && column.1 == "seq" && column.2));

    let Some((mut connection, _database)) = postgres().await else { return };
    let rows = sqlx::query(
        "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT), data_type = 'bigint', is_nullable = 'YES'
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut in_postgres: Vec<Column> =
        rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect();
    in_postgres.sort();
    assert_eq!(in_sqlite, in_postgres);
}
