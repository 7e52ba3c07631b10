//! Cases about conversations with the assistant.

use super::fixture::{ROUNDS, all, at, at_once, group, nobody, nowhere, person, text, two};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId},
    model::{AccountStatus, ConversationKind, Message, MessageKind, Role},
    store::{AppendOutcome, GroupChange, NewQuestion, NewReply, OnStored, QuestionOutcome, Stores},
};

/// Who writes replies here, unless a case says otherwise.
const HOLDER: i64 = 7;

/// A dialogue without a name.
pub(super) async fn dialogue(stores: &Stores, account: AccountId) -> StoreResult<ConversationId> {
    let made = stores.dialogues.create_dialogue(account, "", at(1)).await?;
    Ok(made.expect("an active account").id)
}

/// A question whose right to be answered holds from `at(10)` to `at(20)`.
pub(super) fn question(dialogue: ConversationId, content: &str) -> NewQuestion {
    let content = content.to_owned();
    NewQuestion { dialogue, content, holder: HOLDER, expires_at: at(20), waited_for: None, at: at(10) }
}

/// Asks, and is stored.
pub(super) async fn asked(stores: &Stores, dialogue: ConversationId, content: &str) -> StoreResult<Message> {
    match stores.dialogues.ask(question(dialogue, content)).await? {
        QuestionOutcome::Stored(message) => Ok(*message),
        other => panic!("not stored: {other:?}"),
    }
}

/// What was said of a reply.
pub(super) fn said(dialogue: ConversationId, content: &str) -> NewReply {
    NewReply { dialogue, content: Some(content.to_owned()), holder: HOLDER, at: at(15) }
}

/// A reply that came to nothing.
fn nothing(dialogue: ConversationId) -> NewReply {
    NewReply { content: None, ..said(dialogue, "") }
}

/// The moment until which somebody else writes a reply.
fn answering(until: Millis) -> QuestionOutcome {
    QuestionOutcome::Answering { expires_at: until }
}

/// A dialogue is a conversation of its person alone, with the name that it was given, or with none.
pub async fn a_dialogue_is_kept_as_made(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    for name in ["", "缘分 '; --"] {
        let made = stores.dialogues.create_dialogue(ann, name, at(3)).await?.expect("it is made");
        assert_eq!((made.kind, made.name.as_str()), (ConversationKind::Assistant, name));
        assert_eq!((made.creator, made.created_at, made.last_seq), (Some(ann), at(3), 0));
        assert_eq!(stores.conversations.conversation(made.id).await?, Some(made.clone()));
        let members = stores.conversations.members(made.id).await?;
        let members: Vec<_> = members.iter().map(|member| (member.account, member.role)).collect();
        assert_eq!(members, [(ann, Role::Member)]);
    }
    assert_eq!(stores.dialogues.create_dialogue(nobody(), "", at(3)).await?, None);
    stores.accounts.set_status(ann, AccountStatus::Locked, at(4)).await?;
    assert_eq!(stores.dialogues.create_dialogue(ann, "", at(5)).await?, None);
    Ok(())
}

/// Lists are of one person, newest first, in parts.
pub async fn dialogues_come_newest_first(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.insert(0, dialogue(stores, ann).await?);
        dialogue(stores, ben).await?;
    }
    let list = async |skip, limit| {
        let found = stores.dialogues.dialogues(ann, skip, limit).await?;
        StoreResult::Ok(found.into_iter().map(|found| found.id).collect::<Vec<_>>())
    };
    // What is said in one does not move it.
    asked(stores, made[2], "x").await?;
    assert_eq!(list(0, 10).await?, made);
    assert_eq!(list(1, 1).await?, made[1..2]);
    assert_eq!(list(3, 10).await?, []);
    assert_eq!(list(usize::MAX, usize::MAX).await?, []);
    assert_eq!(stores.dialogues.dialogues(nobody(), 0, 10).await?, []);
    Ok(())
}

/// A new name replaces the former. What is no dialogue is neither renamed nor deleted.
pub async fn only_dialogues_are_renamed_and_deleted(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let (mine, walks) = (dialogue(stores, ann).await?, group(stores, ann, &[]).await?);
    let renamed = stores.dialogues.rename_dialogue(mine, "walks", at(8)).await?.expect("it is there");
    assert_eq!((renamed.name.as_str(), renamed.updated_at), ("walks", at(8)));
    assert_eq!(stores.conversations.conversation(mine).await?, Some(renamed));
    for other in [walks, nowhere()] {
        let before = stores.conversations.conversation(other).await?;
        assert_eq!(stores.dialogues.rename_dialogue(other, "x", at(8)).await?, None);
        assert!(!stores.dialogues.delete_dialogue(other).await?);
        assert_eq!(stores.dialogues.ask(question(other, "x")).await?, QuestionOutcome::Unknown);
        assert_eq!(stores.dialogues.end_reply(said(other, "x")).await?, None);
        assert_eq!(stores.conversations.conversation(other).await?, before);
        assert_eq!(all(stores, other).await?, []);
    }
    Ok(())
}

/// After a deletion nothing is found, and nothing can be said.
pub async fn a_deleted_dialogue_leaves_nothing(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let (gone, kept) = (dialogue(stores, ann).await?, dialogue(stores, ann).await?);
    for place in [gone, kept] {
        asked(stores, place, "hello?").await?;
        stores.messages.mark_read(place, ann, 1, at(11)).await?;
    }
    assert!(stores.dialogues.delete_dialogue(gone).await?);
    assert!(!stores.dialogues.delete_dialogue(gone).await?);
    assert_eq!(stores.conversations.conversation(gone).await?, None);
    assert_eq!(stores.conversations.members(gone).await?, []);
    assert_eq!(all(stores, gone).await?, []);
    assert_eq!(stores.dialogues.end_reply(said(gone, "too late")).await?, None);
    assert_eq!(stores.dialogues.ask(question(gone, "x")).await?, QuestionOutcome::Unknown);
    assert_eq!(all(stores, kept).await?.len(), 1);
    assert_eq!(stores.dialogues.dialogues(ann, 0, 10).await?.len(), 1);
    Ok(())
}

/// What is asked and what is answered are messages of one dialogue, in their order.
pub async fn questions_and_replies_are_numbered_together(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mine = dialogue(stores, ann).await?;
    let mut expected = Vec::new();
    for round in 0..2 {
        let question = asked(stores, mine, &format!("问 {round}")).await?;
        let reply = stores.dialogues.end_reply(said(mine, &format!("答 {round}"))).await?.expect("stored");
        expected.extend([question, reply]);
    }
    assert_eq!(all(stores, mine).await?, expected);
    let told: Vec<_> = expected.iter().map(|it| (it.seq, it.kind, it.content.as_str())).collect();
    let (text, reply) = (MessageKind::Text, MessageKind::Assistant);
    assert_eq!(told, [(1, text, "问 0"), (2, reply, "答 0"), (3, text, "问 1"), (4, reply, "答 1")]);
    assert!(expected.iter().all(|message| message.sender == ann && message.conversation == mine));
    assert_eq!((expected[0].sent_at, expected[1].sent_at), (at(10), at(15)));
    let kept = stores.conversations.conversation(mine).await?.expect("it is there");
    assert_eq!(kept.last_seq, 4);
    Ok(())
}

/// While a reply is being written nothing else is asked there; elsewhere it is.
pub async fn one_reply_at_a_time(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let (one, other) = (dialogue(stores, ann).await?, dialogue(stores, ann).await?);
    asked(stores, one, "first").await?;
    let again = stores.dialogues.ask(question(one, "second")).await?;
    assert_eq!(again, answering(at(20)));
    asked(stores, other, "elsewhere").await?;
    assert_eq!(all(stores, one).await?.len(), 1);
    // A reply that comes to nothing gives the right back, too.
    assert_eq!(stores.dialogues.end_reply(nothing(one)).await?, None);
    assert_eq!(asked(stores, one, "second").await?.seq, 2);
    Ok(())
}

/// A right ends with its time, unless its holder renews it; then somebody else may have it.
pub async fn a_right_holds_while_it_is_renewed(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let (mine, other) = (dialogue(stores, ann).await?, dialogue(stores, ann).await?);
    asked(stores, mine, "first").await?;
    asked(stores, other, "first").await?;
    stores.dialogues.renew_replies(HOLDER + 1, &[mine, other], at(90)).await?;
    stores.dialogues.renew_replies(HOLDER, &[mine, nowhere()], at(30)).await?;
    stores.dialogues.renew_replies(HOLDER, &[], at(90)).await?;
    let later = |place, moment| NewQuestion {
        holder: HOLDER + 1,
        at: moment,
        expires_at: at(50),
        ..question(place, "second")
    };
    assert_eq!(stores.dialogues.ask(later(mine, at(29))).await?, answering(at(30)));
    assert!(matches!(stores.dialogues.ask(later(other, at(20))).await?, QuestionOutcome::Stored(_)));
    // Only who waited for just this one may go on when it has run out.
    let waited =
        |moment, waited_for| NewQuestion { waited_for: Some(at(waited_for)), ..later(mine, at(moment)) };
    assert_eq!(stores.dialogues.ask(waited(29, 30)).await?, answering(at(30)));
    assert_eq!(stores.dialogues.ask(waited(30, 20)).await?, answering(at(30)));
    assert_eq!(stores.dialogues.ask(waited(20, 20)).await?, answering(at(30)));
    assert!(matches!(stores.dialogues.ask(later(mine, at(30))).await?, QuestionOutcome::Stored(_)));
    // Who had it before takes nothing away by renewing or ending.
    stores.dialogues.renew_replies(HOLDER, &[mine], at(90)).await?;
    stores.dialogues.end_reply(nothing(mine)).await?;
    assert_eq!(stores.dialogues.ask(later(mine, at(40))).await?, answering(at(50)));
    Ok(())
}

/// Whoever lost the right while they wrote has said it all the same.
pub async fn what_was_said_is_stored_though_the_right_ran_out(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mine = dialogue(stores, ann).await?;
    asked(stores, mine, "first").await?;
    let next = NewQuestion { holder: HOLDER + 1, at: at(20), expires_at: at(40), ..question(mine, "second") };
    stores.dialogues.ask(next.clone()).await?;
    assert_eq!(stores.dialogues.end_reply(said(mine, "late")).await?.map(|message| message.seq), Some(3));
    assert_eq!(stores.dialogues.ask(next).await?, answering(at(40)));
    Ok(())
}

/// People who take no part ask nothing; what is being said to them is stored.
pub async fn nobody_asks_who_takes_no_part(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mine = dialogue(stores, ann).await?;
    asked(stores, mine, "first").await?;
    stores.accounts.set_status(ann, AccountStatus::Deactivated, at(11)).await?;
    assert!(stores.dialogues.end_reply(said(mine, "an answer")).await?.is_some());
    assert_eq!(stores.dialogues.ask(question(mine, "second")).await?, QuestionOutcome::Unknown);
    stores.accounts.set_status(ann, AccountStatus::Active, at(12)).await?;
    assert_eq!(asked(stores, mine, "second").await?.seq, 3);
    Ok(())
}

/// Dialogues are in no list of conversations or groups, and are no group to be changed or joined.
pub async fn no_other_list_has_dialogues(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let mine = dialogue(stores, ann).await?;
    asked(stores, mine, "first").await?;
    assert_eq!(stores.conversations.conversations_of(ann, &[], 10).await?, []);
    assert_eq!(stores.conversations.groups_of(ann).await?, []);
    let change = GroupChange { name: Some("x".to_owned()), ..GroupChange::default() };
    stores.conversations.update_group(mine, ann, Role::Member, change, at(12)).await?;
    stores.conversations.end_group(mine, ann, at(12)).await?;
    stores.conversations.remove_member(mine, ann, ann, at(12)).await?;
    let kept = stores.conversations.conversation(mine).await?.expect("it is there");
    assert_eq!((kept.name.as_str(), kept.closed_at), ("", None));
    assert_eq!(stores.conversations.members(mine).await?.len(), 1);
    let stranger = person(stores, "ben").await?;
    let refused = stores.messages.append_message(text(mine, stranger, "x"), OnStored::nothing()).await?;
    assert!(matches!(refused, AppendOutcome::Refused(_)));
    Ok(())
}

/// Of many who ask in one dialogue at the same moment one is answered.
pub async fn one_of_two_asks_at_once(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let ann = person(stores, &format!("ann{round}")).await?;
        let mine = dialogue(stores, ann).await?;
        let asks = (0..4).map(|holder| {
            let (stores, new) = (stores.clone(), NewQuestion { holder, ..question(mine, "x") });
            async move { stores.dialogues.ask(new).await }
        });
        let outcomes = at_once(asks).await?;
        let stored = outcomes.iter().filter(|it| matches!(it, QuestionOutcome::Stored(_))).count();
        let refused = outcomes.iter().filter(|it| **it == answering(at(20))).count();
        assert_eq!((stored, refused), (1, 3), "{outcomes:?}");
        assert_eq!(all(stores, mine).await?.len(), 1);
    }
    Ok(())
}

/// Whatever is asked or said while a dialogue is deleted, nothing of it is left.
pub async fn a_question_and_a_deletion_at_once_leave_nothing(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let ann = person(stores, &format!("ann{round}")).await?;
        let (one, other) = (dialogue(stores, ann).await?, dialogue(stores, ann).await?);
        asked(stores, other, "first").await?;
        let asks = (0..4).map(|step| {
            let stores = stores.clone();
            async move {
                match step {
                    0 => stores.dialogues.ask(question(one, "x")).await.map(|_| ()),
                    1 => stores.dialogues.end_reply(said(other, "x")).await.map(|_| ()),
                    2 => stores.dialogues.delete_dialogue(one).await.map(|_| ()),
                    _ => stores.dialogues.delete_dialogue(other).await.map(|_| ()),
                }
            }
        });
        at_once(asks).await?;
        for place in [one, other] {
            assert_eq!(stores.conversations.conversation(place).await?, None);
            assert_eq!(all(stores, place).await?, []);
        }
    }
    Ok(())
}
