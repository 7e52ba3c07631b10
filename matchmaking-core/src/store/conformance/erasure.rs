//! Cases about deleting an account.

use super::fixture::{
    ALL, all, at, change, create, decide, decision, done, group, marks, matched, named, pair, person, photo,
    reserved, say, terms, to_add, two,
};
use super::{
    codes::{SEND, send, show, spend},
    dialogues::{asked, dialogue, said},
    sessions::{open, session_on},
};
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::{
        AccountStatus, Action, FileRole, Identity, IdentityKind, Level, Membership, ReviewStatus, Role,
        Subject,
    },
    store::{
        AppendOutcome, GroupOutcome, GroupRefusal, InteractionOutcome, InviteCodeOutcome,
        LOGIN_FAILURES_TO_LOCK, LoginGate, NewAccount, NewDaily, NewInteraction, NewMatch, NewMember,
        NewReport, NewReview, NewVideo, OnStored, ReserveOutcome, ReviewFilter, SpendOutcome, Stores,
        SuperLikes,
    },
};

/// A deleted account stays deleted, and what it might still do does nothing.
pub async fn deletion_is_for_ever(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ben, &[]).await?;
    assert!(stores.accounts.set_status(ann, AccountStatus::Deleted, at(1)).await?);
    for status in [AccountStatus::Active, AccountStatus::Locked, AccountStatus::Deleted] {
        assert!(!stores.accounts.set_status(ann, status, at(2)).await?);
    }
    let account = stores.accounts.account(ann).await?.expect("its number remains");
    assert_eq!((account.status, account.created_at), (AccountStatus::Deleted, at(0)));
    assert!(!stores.people.replace_profile(ann, 1, &named("ann").profile, at(2)).await?);
    stores.people.touch(ann, at(9)).await?;
    assert_eq!(stores.people.person(ann).await?, None);
    let added = stores.conversations.add_member(to_add(walks, ben, ann)).await?;
    assert_eq!(added, GroupOutcome::Refused(GroupRefusal::UnknownAccount));
    Ok(())
}

/// Its names are free for others, and nothing of identities, password or profile is left.
pub async fn deletion_frees_the_names_and_forgets_the_profile(stores: &Stores) -> StoreResult<()> {
    let new = NewAccount { password_hash: Some("hash".to_owned()), ..named("ann") };
    let ann = create(stores, new).await?;
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(1)).await?;
    assert_eq!(stores.accounts.account_by_identity(IdentityKind::Username, "ann").await?, None);
    assert_eq!(stores.accounts.identities(ann).await?, []);
    assert!(stores.accounts.identities_of_kind(IdentityKind::Username, &[ann]).await?.is_empty());
    assert_eq!(stores.accounts.password_hash(ann).await?, None);
    assert_eq!(stores.accounts.account(ann).await?.map(|account| account.has_password), Some(false));
    assert_eq!(stores.people.profile(ann).await?, None);
    assert_eq!(stores.accounts.record(ann).await?, None);
    assert!(stores.people.profiles(&[ann]).await?.is_empty());
    assert_ne!(person(stores, "ann").await?, ann);
    Ok(())
}

/// What it decided and what was decided about it, its matches and its blocks are gone, from both sides.
pub async fn deletion_takes_decisions_matches_and_blocks(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    decide(stores, ann, ben, Action::Dislike).await?;
    decide(stores, cal, ann, Action::Dislike).await?;
    let view = matched(stores, ann, ben).await?;
    stores.matches.create_match(NewMatch { first: cal, second: ann, terms: terms(""), at: at(1) }).await?;
    stores.safety.block(ann, cal, at(1)).await?;
    stores.safety.block(ben, ann, at(1)).await?;

    stores.accounts.set_status(ann, AccountStatus::Deleted, at(2)).await?;
    assert_eq!(stores.matches.interaction(ann, ben).await?, None);
    assert_eq!(stores.matches.interaction(cal, ann).await?, None);
    for anyone in [ann, ben, cal] {
        assert_eq!(stores.matches.rejected(anyone).await?, []);
        assert_eq!(stores.matches.partners(anyone).await?, []);
        assert_eq!(stores.matches.matches_of(anyone).await?, []);
        assert_eq!(stores.safety.blocked_by(anyone, ALL).await?.items, []);
    }
    assert_eq!(stores.matches.match_view(view.id).await?, None);
    assert_eq!(stores.matches.match_between(pair(ann, ben)).await?, None);
    assert!(!stores.matches.end_match(view.id, ben, at(3)).await?);
    // A number is never given out twice.
    assert!(matched(stores, ben, cal).await?.id > view.id);
    Ok(())
}

/// The messages that others received remain, numbered as they were; the account is out of every group, its
/// direct conversations are closed, and its marks are gone.
pub async fn deletion_leaves_what_others_received(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let direct = stores.conversations.open_direct(pair(ann, ben), at(1)).await?.id;
    let walks = group(stores, ben, &[ann]).await?;
    for place in [direct, walks] {
        say(stores, place, ann, "from ann").await?;
        say(stores, place, ben, "from ben").await?;
        stores.messages.mark_read(place, ann, 2, at(6)).await?;
        stores.messages.mark_read(place, ben, 2, at(6)).await?;
    }
    let before = (all(stores, direct).await?, all(stores, walks).await?);

    stores.accounts.set_status(ann, AccountStatus::Deleted, at(7)).await?;
    assert_eq!((all(stores, direct).await?, all(stores, walks).await?), before);
    assert_eq!(stores.conversations.member(walks, ann).await?, None);
    let closed = stores.conversations.conversation(direct).await?.and_then(|kept| kept.closed_at);
    assert_eq!(closed, Some(at(7)));
    assert_eq!(stores.conversations.conversation(walks).await?.and_then(|kept| kept.closed_at), None);
    for place in [direct, walks] {
        let marks = marks(stores, place).await?;
        assert!(marks.iter().all(|mark| mark.account == ben) && marks.len() == 1, "{marks:?}");
    }
    let next =
        stores.messages.append_message(super::fixture::text(walks, ben, "on"), OnStored::nothing()).await?;
    assert!(matches!(next, AppendOutcome::Stored(message) if message.seq == 3));
    Ok(())
}

/// The groups of a deleted account pass on as if it had left each of them: those it alone owned have an heir, those
/// in which it was alone are ended.
pub async fn deletion_passes_groups_on(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let alone = group(stores, ann, &[]).await?;
    let owned = group(stores, ann, &[cal, ben]).await?;
    let shared = group(stores, ann, &[ben]).await?;
    let joined = group(stores, cal, &[ann, ben]).await?;
    let second = NewMember { role: Role::Owner, ..to_add(shared, ann, cal) };
    done(stores.conversations.add_member(second).await?);
    let admin =
        NewMember { role: Role::Admin, at: at(5), ..to_add(owned, ann, person(stores, "dan").await?) };
    done(stores.conversations.add_member(admin).await?);

    stores.accounts.set_status(ann, AccountStatus::Deleted, at(7)).await?;
    let roles = async |place| {
        let members = stores.conversations.members(place).await?;
        StoreResult::Ok(members.into_iter().map(|member| (member.account, member.role)).collect::<Vec<_>>())
    };
    assert_eq!(roles(alone).await?, []);
    assert_eq!(roles(owned).await?, [(ben, Role::Member), (cal, Role::Member), (admin.account, Role::Owner)]);
    assert_eq!(roles(shared).await?, [(ben, Role::Member), (cal, Role::Owner)]);
    assert_eq!(roles(joined).await?, [(cal, Role::Owner), (ben, Role::Member)]);
    assert_eq!(stores.conversations.groups_of(ann).await?, []);
    for (place, closed_at) in [(alone, Some(at(7))), (owned, None), (shared, None), (joined, None)] {
        let kept = stores.conversations.conversation(place).await?;
        assert_eq!(kept.and_then(|kept| kept.closed_at), closed_at);
    }
    // Any other status takes nobody out of anything.
    for status in [AccountStatus::Locked, AccountStatus::Deactivated] {
        stores.accounts.set_status(cal, status, at(8)).await?;
        assert_eq!(roles(joined).await?, [(cal, Role::Owner), (ben, Role::Member)]);
    }
    Ok(())
}

/// Its photos, its film and what it handed in are gone, and every file of them is discarded; those of others are not.
pub async fn deletion_takes_photos_films_and_papers(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut keys = Vec::new();
    for owner in [ann, ben] {
        let new = photo(stores, owner, "a").await?;
        let [film, paper, unused] = ["film", "paper", "unused"].map(|name| format!("x/{owner}-{name}"));
        let reserve = [(film.clone(), FileRole::Video), (paper.clone(), FileRole::Paper)];
        stores.album.reserve_files(owner, &reserve, reserved()).await?;
        stores.album.reserve_files(owner, &[(unused.clone(), FileRole::Paper)], reserved()).await?;
        keys.push(vec![new.files.full.clone(), new.files.thumbnail.clone(), new.files.blurred.clone()]);
        stores.album.add_photo(new).await?;
        let (status, at) = (ReviewStatus::Pending, at(2));
        let video =
            NewVideo { account: owner, file: film.clone(), cover: None, duration_secs: None, status, at };
        stores.album.set_video(video).await?;
        let subject = Subject::Identity { sealed: "sealed".to_owned(), images: vec![paper.clone()] };
        stores.reviews.submit_review(NewReview { account: owner, subject, at }).await?;
        if let Some(keys) = keys.last_mut() {
            keys.extend([film, paper, unused]);
            keys.sort();
        }
    }
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(7)).await?;
    assert!(stores.album.photos(&[ann]).await?.is_empty());
    assert_eq!(stores.album.video(ann).await?, None);
    assert_eq!(stores.reviews.submissions(ann).await?, []);
    let left = stores.reviews.reviews(ReviewFilter::default(), ALL).await?;
    assert!(left.total == 3 && left.items.iter().all(|review| review.account == ben));
    let mut discarded = stores.album.discarded_files(at(7), 10).await?;
    discarded.sort();
    assert_eq!(discarded, keys[0]);
    for key in &keys[0] {
        assert_eq!(stores.album.file(key, at(7)).await?, None);
    }
    stores.album.forget_files(&keys[0], at(7)).await?;
    assert!(stores.album.discarded_files(at(7), 10).await?.is_empty());
    assert_eq!(stores.album.photos(&[ben]).await?.len(), 1);
    Ok(())
}

/// Nothing is left of its sessions and devices, of its invite code and inviter, and of itself as the inviter of others.
/// What is counted of its telephone stays.
pub async fn deletion_forgets_sessions_and_invitations(stores: &Stores) -> StoreResult<()> {
    let phone = Identity::new(IdentityKind::Phone, "13800138000");
    let identities = vec![phone.clone()];
    let ann = create(stores, NewAccount { identities: identities.clone(), ..named("ann") }).await?;
    let (ben, cal) = (person(stores, "ben").await?, person(stores, "cal").await?);
    for (account, code) in [(ann, "ANN"), (ben, "BEN")] {
        stores.invitations.invite_code(account, code).await?;
    }
    assert!(stores.invitations.link_inviter(ann, "BEN").await?);
    assert!(stores.invitations.link_inviter(cal, "ANN").await?);
    let session = open(stores, ann, "family", 1).await?;
    let theirs = open(stores, ben, "other", 1).await?;
    stores.sessions.open_session(session_on(ann, "second", "phone", 1)).await?;
    assert_eq!(stores.logins.reserve_code(send(SEND)).await?, ReserveOutcome::Reserved);
    for _ in 0..LOGIN_FAILURES_TO_LOCK {
        stores.logins.record_login(&phone.folded, false, at(1)).await?;
    }

    stores.accounts.set_status(ann, AccountStatus::Deleted, at(2)).await?;
    assert_eq!(stores.sessions.sessions(ann, at(2)).await?, []);
    assert_eq!(stores.sessions.devices(ann).await?, []);
    let access = stores.sessions.access(ann, session).await?.expect("its number remains");
    assert!(!access.has_session && access.account.status == AccountStatus::Deleted);
    assert!(stores.sessions.access(ben, theirs).await?.is_some_and(|access| access.has_session));
    // Whoever registers with the telephone again goes on where it was.
    assert_ne!(stores.logins.login_gate(&phone.folded, at(2)).await?, LoginGate::Open);
    assert_eq!(spend(stores, show(SEND)).await?, SpendOutcome::Spent);
    for anyone in [ann, cal] {
        assert_eq!(stores.invitations.inviter(anyone).await?, None);
    }
    assert_eq!(stores.invitations.invite_code(ann, "NEW").await?, InviteCodeOutcome::Unknown);
    let taken = stores.invitations.invite_code(cal, "ANN").await?;
    assert_eq!(taken, InviteCodeOutcome::Code("ANN".to_owned()), "the code is free again");
    let again = create(stores, NewAccount { identities, ..named("ann") }).await?;
    assert_ne!(again, ann, "the telephone is free");
    assert!(matches!(stores.logins.reserve_code(send(SEND)).await?, ReserveOutcome::TooSoon { .. }));
    Ok(())
}

/// Of daily lists, super-likes, contacts, memberships and reports of a deleted account nothing is left, by it or about
/// it; the record of changes keeps its number and no words.
pub async fn deletion_takes_lists_memberships_and_reports(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let list = |account, entries: &[AccountId]| NewDaily {
        account,
        day: at(0),
        draw: 0,
        entries: entries.iter().map(|id| (*id, 50)).collect(),
        counted_since: at(0),
        at: at(1),
    };
    stores.daily.keep_daily(list(ann, &[ben, cal])).await?;
    stores.daily.keep_daily(list(ben, &[ann, cal])).await?;
    let super_likes = Some(SuperLikes { day: at(0), most: 9 });
    for (actor, target) in [(ann, ben), (ben, ann)] {
        let new = NewInteraction { super_likes, ..decision(actor, target, Action::SuperLike) };
        stores.matches.record_interaction(new).await?;
    }
    let made = stores.matches.match_between(pair(ann, ben)).await?.expect("a match").matched.id;
    for by in [ann, ben] {
        assert!(stores.matches.ask_contact(made, by, at(2)).await?);
    }
    let gold = Membership { level: Level::Gold, expires_at: None };
    for account in [ann, ben] {
        stores.memberships.set_membership(account, gold, change(account)).await?;
    }
    for (reporter, target) in [(ann, ben), (ben, ann), (ben, cal)] {
        let (reason, detail) = ("spam".to_owned(), "words".to_owned());
        stores.reports.report(NewReport { reporter, target, reason, detail, at: at(3) }).await?;
    }

    stores.accounts.set_status(ann, AccountStatus::Deleted, at(4)).await?;
    assert_eq!(stores.daily.daily(ann, at(0)).await?, None);
    assert_eq!(stores.daily.left_out(ann, at(0)).await?, []);
    assert_eq!(stores.daily.left_out(ben, at(0)).await?, [cal]);
    assert_eq!(stores.matches.likes_of(ben, ALL).await?.total, 0);
    assert_eq!(stores.matches.see_likers(ben).await?, 0);
    assert_eq!(stores.matches.contact_requests(&[made]).await?, []);
    assert_eq!(stores.memberships.memberships(&[ann, ben]).await?, [(ben, gold)]);
    let reports = stores.reports.reports(None, ALL).await?.items;
    assert_eq!(reports.iter().map(|report| report.target).collect::<Vec<_>>(), [cal]);
    let record = stores.office.audit(ALL).await?.items;
    let record: Vec<_> = record.iter().map(|entry| (entry.account, entry.detail.as_str())).collect();
    assert_eq!(record, [(Some(ann), ""), (Some(ben), "words")]);
    // What the super-like for a deleted person took is free again.
    let left = NewInteraction {
        super_likes: Some(SuperLikes { day: at(0), most: 1 }),
        ..decision(ben, cal, Action::SuperLike)
    };
    let recorded = stores.matches.record_interaction(left).await?;
    assert!(matches!(recorded, InteractionOutcome::Recorded { .. }));
    Ok(())
}

/// Its conversations with the assistant are gone with everything that was said, also while a reply is being written;
/// other people's stay.
pub async fn deletion_takes_conversations_with_the_assistant(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let (hers, his) = (dialogue(stores, ann).await?, dialogue(stores, ben).await?);
    for place in [hers, his] {
        asked(stores, place, "hello?").await?;
    }
    let later = dialogue(stores, ann).await?;
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(7)).await?;
    for gone in [hers, later] {
        assert_eq!(stores.conversations.conversation(gone).await?, None);
        assert_eq!(all(stores, gone).await?, []);
        assert_eq!(stores.conversations.members(gone).await?, []);
    }
    assert_eq!(stores.dialogues.dialogues(ann, 0, 10).await?, []);
    assert_eq!(stores.dialogues.end_reply(said(hers, "too late")).await?, None);
    assert_eq!(all(stores, his).await?.len(), 1);
    assert_eq!(stores.dialogues.end_reply(said(his, "hello")).await?.map(|message| message.seq), Some(2));
    Ok(())
}
