//! Cases about what the back office asks and changes.

use super::fixture::{ALL, ROUNDS, at, at_once, change, create, named, nobody, odd_texts, person, two};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ReportId},
    model::{AccountStatus, AuditAction, Identity, IdentityKind, Level, Membership, Profile},
    store::{
        NewAccount, NewAudit, NewReport, REPORTS_COUNTED_FOR, REPORTS_PER_DAY_MAX, ReportDecision,
        ReportOutcome, Slice, Sliced, Stores,
    },
};

/// A membership is as it was given last, and each giving is in the record.
pub async fn a_membership_replaces_the_former(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let silver = Membership { level: Level::Silver, expires_at: Some(Millis(i64::MAX)) };
    let diamond = Membership { level: Level::Diamond, expires_at: None };
    for given in [silver, diamond, silver] {
        assert!(stores.memberships.set_membership(ann, given, change(ann)).await?);
        assert_eq!(stores.memberships.membership(ann).await?, given);
    }
    assert!(stores.memberships.set_membership(ben, diamond, change(ben)).await?);
    let mut given = stores.memberships.memberships(&[ben, nobody(), ann]).await?;
    given.sort_unstable_by_key(|(id, _)| *id);
    assert_eq!(given, [(ann, silver), (ben, diamond)]);
    assert_eq!(stores.office.audit(ALL).await?.total, 4);
    Ok(())
}

/// Who was given none has none, and neither the unknown nor the deleted get any.
pub async fn everyone_else_has_no_membership(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    stores.accounts.set_status(ben, AccountStatus::Deleted, at(1)).await?;
    let gold = Membership { level: Level::Gold, expires_at: None };
    for none in [ben, nobody()] {
        assert!(!stores.memberships.set_membership(none, gold, change(ann)).await?);
        assert_eq!(stores.memberships.membership(none).await?, Membership::default());
    }
    assert_eq!(stores.memberships.membership(ann).await?, Membership::default());
    assert_eq!(stores.memberships.memberships(&[ann, ben]).await?, []);
    assert_eq!(stores.office.audit(ALL).await?.total, 0);
    stores.accounts.set_status(ann, AccountStatus::Locked, at(1)).await?;
    assert!(stores.memberships.set_membership(ann, gold, change(ann)).await?);
    Ok(())
}

async fn known_as(stores: &Stores, identity: Identity, nickname: &str) -> StoreResult<AccountId> {
    let profile = Profile {
        nickname: Some(nickname.to_owned()),
        introduction: Some("\"nickname\":\"Zoe".to_owned()),
        ..Profile::default()
    };
    create(stores, NewAccount { identities: vec![identity], profile, ..named("-") }).await
}

/// Accounts are found by their number, by a part of an identity however written, and by how a nickname begins; all of
/// them by nothing, from either end. The deleted are not.
pub async fn accounts_are_found_by_what_they_are_called(stores: &Stores) -> StoreResult<()> {
    let phone = Identity::new(IdentityKind::Phone, "13800138000");
    let lin = known_as(stores, phone, "秋秋 \"Lin\"").await?;
    let wu = known_as(stores, Identity::new(IdentityKind::Username, "Wu_Wei"), "Autumn").await?;
    let gone = known_as(stores, Identity::new(IdentityKind::Email, "a@b.cn"), "Autumn").await?;
    stores.accounts.set_status(gone, AccountStatus::Deleted, at(1)).await?;
    let find = async |text: &str| stores.office.find_accounts(text, ALL).await.map(|found| found.items);
    assert_eq!(find("").await?, [lin, wu]);
    for (text, found) in [
        ("0013", Some(lin)),
        ("13800138000", Some(lin)),
        ("ＷＵ_ｗ", Some(wu)),
        ("秋", Some(lin)),
        ("秋秋 \"lin", Some(lin)),
        ("aUTU", Some(wu)),
        ("utumn", None),
        ("Zoe", None),
        ("b.cn", None),
        ("introduction", None),
    ] {
        assert_eq!(find(text).await?, Vec::from_iter(found), "{text}");
    }
    assert!(find(&wu.get().to_string()).await?.contains(&wu));
    let part = Slice { newest_first: true, skip: 1, limit: 1 };
    assert_eq!(stores.office.find_accounts("", part).await?, Sliced { total: 2, items: vec![lin] });
    Ok(())
}

/// What databases take for a sign of a pattern is looked for as it is.
pub async fn signs_of_patterns_are_signs(stores: &Stores) -> StoreResult<()> {
    let odd = person(stores, "100%_!\\'").await?;
    person(stores, "100 and more").await?;
    for text in ["%", "_", "!", "\\", "'", "0%_!\\'"] {
        let found = stores.office.find_accounts(text, ALL).await?;
        assert_eq!(found.items, [odd], "{text}");
    }
    for text in odd_texts() {
        stores.office.find_accounts(&text, ALL).await?;
    }
    Ok(())
}

/// The record comes back as it was written, from either end.
pub async fn the_record_goes_on(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mut written = Vec::new();
    for (n, detail) in odd_texts().into_iter().enumerate() {
        let account = (n % 2 == 0).then_some(ann);
        let thing = (n % 3 == 0).then_some(n as i64);
        let new = NewAudit { action: AuditAction::ReportDecided, account, thing, detail, at: at(n as i64) };
        let id = stores.office.record_audit(new.clone()).await?;
        written.push((id, new.account, new.thing, new.detail, new.at));
    }
    let kept = stores.office.audit(ALL).await?;
    assert!(kept.items.iter().all(|entry| entry.action == AuditAction::ReportDecided));
    let kept = kept.map(|entry| (entry.id, entry.account, entry.thing, entry.detail, entry.at));
    assert_eq!(kept, Sliced { total: written.len(), items: written.clone() });
    let part = stores.office.audit(Slice { newest_first: true, skip: 1, limit: 2 }).await?;
    let part = part.map(|entry| entry.id);
    let from_the_end: Vec<_> = written.iter().rev().skip(1).take(2).map(|entry| entry.0).collect();
    assert_eq!(part, Sliced { total: written.len(), items: from_the_end });
    Ok(())
}

fn report(reporter: AccountId, target: AccountId, detail: &str) -> NewReport {
    NewReport { reporter, target, reason: "spam".to_owned(), detail: detail.to_owned(), at: at(1) }
}

async fn made(stores: &Stores, new: NewReport) -> StoreResult<ReportId> {
    match stores.reports.report(new).await? {
        ReportOutcome::Made(id) => Ok(id),
        other => panic!("not made: {other:?}"),
    }
}

/// A report comes back as it was made. Saying the same again while it is open makes no other.
pub async fn a_report_is_kept_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    for odd in odd_texts() {
        let new = NewReport { reason: odd.clone(), ..report(ann, ben, &odd) };
        let id = made(stores, new.clone()).await?;
        let kept = stores.reports.report_by_id(id).await?.expect("it is kept");
        assert_eq!((kept.reporter, kept.target, kept.at), (ann, ben, at(1)));
        assert_eq!((kept.reason, kept.detail), (odd.clone(), odd));
        assert_eq!((kept.decision, kept.decided_at), (None, None));
        assert_eq!(stores.reports.report(new).await?, ReportOutcome::Repeated(id));
    }
    let id = made(stores, report(ann, ben, "again")).await?;
    stores.reports.decide_report(id, "warned", change(ben)).await?;
    assert_ne!(made(stores, report(ann, ben, "again")).await?, id);
    made(stores, report(ben, ann, "again")).await?;
    Ok(())
}

/// Reports need two different people who are there, hidden from each other or not.
pub async fn reports_are_made_by_and_about_people(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    for (reporter, target) in [(ann, ann), (ann, nobody()), (nobody(), ann)] {
        assert_eq!(stores.reports.report(report(reporter, target, "")).await?, ReportOutcome::Unknown);
    }
    stores.safety.block(ann, ben, at(1)).await?;
    stores.accounts.set_status(ben, AccountStatus::Locked, at(1)).await?;
    made(stores, report(ann, ben, "")).await?;
    stores.accounts.set_status(ben, AccountStatus::Deleted, at(2)).await?;
    assert_eq!(stores.reports.report(report(ann, ben, "")).await?, ReportOutcome::Unknown);
    Ok(())
}

/// Nobody makes more than so many in a day; the limit passes as the first ones become old.
pub async fn reports_are_limited(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    for n in 0..REPORTS_PER_DAY_MAX as i64 {
        made(stores, NewReport { at: at(n), ..report(ann, ben, &n.to_string()) }).await?;
    }
    let full = at(REPORTS_COUNTED_FOR);
    let next = |moment| NewReport { at: moment, ..report(ann, ben, "more") };
    let refused = stores.reports.report(next(full.plus(-1))).await?;
    assert_eq!(refused, ReportOutcome::TooMany { until: full });
    let repeated = stores.reports.report(NewReport { at: at(30), ..report(ann, ben, "3") }).await?;
    assert!(matches!(repeated, ReportOutcome::Repeated(_)), "what is repeated does not count");
    made(stores, next(full)).await?;
    let refused = stores.reports.report(NewReport { detail: "yet more".to_owned(), ..next(full) }).await?;
    assert_eq!(refused, ReportOutcome::TooMany { until: full.plus(1) });
    made(stores, report(ben, ann, "others have their own")).await?;
    Ok(())
}

/// A report is decided once; that is in the record.
pub async fn a_report_is_decided_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let id = made(stores, report(ann, ben, "")).await?;
    let decided = stores.reports.decide_report(id, "locked", change(ben)).await?;
    let ReportDecision::Decided(kept) = decided else { panic!("{decided:?}") };
    assert_eq!((kept.decision.as_deref(), kept.decided_at), (Some("locked"), Some(at(9))));
    assert_eq!(stores.reports.report_by_id(id).await?, Some(kept.clone()));
    let again = stores.reports.decide_report(id, "dismissed", change(ben)).await?;
    assert_eq!(again, ReportDecision::Already(kept));
    let unknown = ReportId::new(9_000_000).expect("a valid identifier");
    assert_eq!(stores.reports.decide_report(unknown, "", change(ben)).await?, ReportDecision::Unknown);
    assert_eq!(stores.reports.report_by_id(unknown).await?, None);
    let record = stores.office.audit(ALL).await?;
    assert_eq!(record.map(|entry| entry.account), Sliced { total: 1, items: vec![Some(ben)] });
    Ok(())
}

/// Reports are listed all together, or the open and the decided by themselves.
pub async fn reports_come_in_parts(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut ids = Vec::new();
    for n in 0..4 {
        ids.push(made(stores, report(ann, ben, &n.to_string())).await?);
    }
    for id in [ids[1], ids[3]] {
        stores.reports.decide_report(id, "", change(ben)).await?;
    }
    let listed = async |open, slice| {
        stores.reports.reports(open, slice).await.map(|found| found.map(|report| report.id))
    };
    assert_eq!(listed(None, ALL).await?, Sliced { total: 4, items: ids.clone() });
    assert_eq!(listed(Some(true), ALL).await?, Sliced { total: 2, items: vec![ids[0], ids[2]] });
    assert_eq!(listed(Some(false), Slice::newest(1)).await?, Sliced { total: 2, items: vec![ids[3]] });
    Ok(())
}

/// Of several who decide at the same moment one does.
pub async fn one_of_two_decides_a_report(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    for round in 0..ROUNDS.min(REPORTS_PER_DAY_MAX) {
        let id = made(stores, report(ann, ben, &round.to_string())).await?;
        let decided = at_once(["a", "b", "c"].map(|decision| {
            let reports = stores.reports.clone();
            async move { reports.decide_report(id, decision, change(ben)).await }
        }))
        .await?;
        let won = decided.iter().filter(|one| matches!(one, ReportDecision::Decided(_)));
        assert_eq!(won.count(), 1, "{decided:?}");
        assert_eq!(stores.office.audit(ALL).await?.total, round + 1);
    }
    Ok(())
}
