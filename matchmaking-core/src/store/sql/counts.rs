//! How many conversations a person's list has: a number that is kept beside the rows, because it is told with every
//! page.
//!
//! It counts the direct conversations with those whom the person is matched with and may see, and those that are kept
//! though the other one has deleted the account, as far as the other one decides that: not their own status, which is looked at when the number is read. So whatever changes the number of
//! one side about a pair holds the lock of the other one's account, and no two changes miss each other: making and
//! ending a match, opening a conversation, blocking and unblocking lock both accounts, a status its own.
//!
//! Each statement adds to the numbers of those in whose list something is at that moment. It runs after what brings a
//! conversation into lists, and before what takes it out of them.

use super::sql;

/// Whether the pair of the conversation `c` has a match that has not ended, and nobody has blocked.
macro_rules! stands {
    () => {
        "EXISTS (SELECT 1 FROM matches x
                WHERE x.low_id = c.low_id AND x.high_id = c.high_id AND x.ended_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = c.low_id AND b.target_id = c.high_id)
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = c.high_id AND b.target_id = c.low_id)"
    };
}

/// In the order of the accounts, so that two who do it at once wait in a line.
macro_rules! added {
    () => {
        " ORDER BY 1 ON CONFLICT (account_id) DO UPDATE SET listed = conversation_counts.listed + excluded.listed"
    };
}

sql! {
    COUNT_PAIR = concat!(
        "INSERT INTO conversation_counts (account_id, listed)
        SELECT v.id, CAST($3 AS BIGINT) FROM conversations c
        JOIN accounts v ON v.id IN (c.low_id, c.high_id)
        JOIN accounts o ON o.id = CASE WHEN v.id = c.low_id THEN c.high_id ELSE c.low_id END
        WHERE c.low_id = $1 AND c.high_id = $2 AND (o.status = 1 AND ",
        stands!(),
        " OR o.status = 4 AND c.kept_since IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = c.low_id AND b.target_id = c.high_id)
            AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = c.high_id AND b.target_id = c.low_id))",
        added!()
    );
    COUNT_PARTNERS = concat!(
        "INSERT INTO conversation_counts (account_id, listed)
        SELECT CASE WHEN c.low_id = o.id THEN c.high_id ELSE c.low_id END, CAST($2 AS BIGINT)
        FROM accounts o
        JOIN members me ON me.account_id = o.id
        JOIN conversations c ON c.id = me.conversation_id AND c.kind = 1
        WHERE o.id = $1 AND o.status = 1 AND ",
        stands!(),
        added!()
    );
    COUNT_KEPT = concat!(
        "INSERT INTO conversation_counts (account_id, listed)
        SELECT CASE WHEN c.low_id = me.account_id THEN c.high_id ELSE c.low_id END, 1
        FROM members me
        JOIN conversations c ON c.id = me.conversation_id AND c.kind = 1
        WHERE me.account_id = $1 AND c.kept_since IS NOT NULL",
        added!()
    );
    ERASE_COUNT = "DELETE FROM conversation_counts WHERE account_id = $1";
}

/// Adds to the numbers of the two of a pair, in a transaction that has locked their accounts.
macro_rules! count_pair {
    ($tx:ident, $pair:expr, $more:expr) => {{
        let more: i64 = $more;
        ::sqlx::query($crate::store::sql::counts::COUNT_PAIR)
            .bind($pair.low().get())
            .bind($pair.high().get())
            .bind(more)
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(super) use count_pair;

/// Adds to the numbers of everyone in whose list this person is, in a transaction that has locked the person's account.
macro_rules! count_partners {
    ($tx:ident, $account:expr, $more:expr) => {{
        let more: i64 = $more;
        ::sqlx::query($crate::store::sql::counts::COUNT_PARTNERS)
            .bind($account.get())
            .bind(more)
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(super) use count_partners;
