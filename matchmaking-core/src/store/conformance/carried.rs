//! Cases about what messages carry, and about taking them back.

use serde_json::json;

use super::fixture::{
    ROUNDS, all, at, at_once, called, couple, nobody, pair, person, reserved, say, stored, text, two,
};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    model::{AccountStatus, FileRole, Message, MessageDetails, MessageKind},
    store::{
        AppendOutcome, AppendRefusal, DeliveryMark, NewMessage, NewUpload, OnStored, RECALL_MILLIS,
        RecallOutcome, Stores, Upload,
    },
};

async fn talk(stores: &Stores, one: AccountId, other: AccountId) -> StoreResult<ConversationId> {
    Ok(stores.conversations.open_direct(pair(one, other), at(1)).await?.id)
}

/// A picture that this account uploaded under this name.
async fn uploaded(stores: &Stores, account: AccountId, name: &str) -> StoreResult<MessageDetails> {
    let key = |form: &str| Some(format!("people/{account}-{name}.{form}.jpg"));
    let details = MessageDetails {
        media: key("full"),
        thumbnail: key("thumb"),
        width: Some(3),
        height: Some(2),
        ..MessageDetails::default()
    };
    let upload = Upload { kind: MessageKind::Image, details: details.clone() };
    stores.album.reserve_upload(NewUpload { account, upload, until: reserved() }).await?;
    Ok(details)
}

fn picture(place: ConversationId, sender: AccountId, details: &MessageDetails) -> NewMessage {
    NewMessage { kind: MessageKind::Image, details: details.clone(), ..text(place, sender, "") }
}

async fn send(stores: &Stores, new: NewMessage) -> StoreResult<AppendOutcome> {
    stores.messages.append_message(new, OnStored::nothing()).await
}

fn key(details: &MessageDetails) -> &str {
    details.media.as_deref().expect("a file")
}

/// What a message carries comes back as it was, wherever the message is read.
pub async fn what_a_message_carries_comes_back(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let place = talk(stores, ann, ben).await?;
    let extra = json!({"b": [1, null, {"ü": "\"缘\\\u{1}"}], "a": 1.5}).as_object().cloned();
    for details in [
        MessageDetails { extra, ..MessageDetails::default() },
        MessageDetails {
            width: Some(u32::MAX),
            height: Some(0),
            duration_secs: Some(15),
            ..MessageDetails::default()
        },
        MessageDetails::default(),
    ] {
        let new = NewMessage { details: details.clone(), ..text(place, ann, "x") };
        let sent = stored(send(stores, new).await?);
        assert_eq!((&sent.details, sent.recalled_at), (&details, None));
        assert_eq!(stores.messages.message(sent.id).await?, Some(sent.clone()));
        assert_eq!(stores.messages.messages_before(place, None, 1).await?, std::slice::from_ref(&sent));
        let listed = stores.conversations.conversations_of(ben, &[], 1).await?;
        assert_eq!(listed[0].last, Some(sent));
    }
    Ok(())
}

/// A file that is only linked to goes when the last message that links to it is taken back, or its owner is erased.
pub async fn a_linked_file_goes_with_the_messages_that_link_to_it(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let place = talk(stores, ann, ben).await?;
    let never = Millis(i64::MAX);
    let keys = ["rooms/1/a.jpg", "rooms/1/b.jpg"].map(|key| (key.to_owned(), FileRole::Message));
    stores.album.reserve_files(ann, &keys, never).await?;
    let is_gone = async |key: usize| stores.album.is_discarded(&keys[key].0, at(2_000)).await;
    let mut messages = Vec::new();
    for sender in [ann, ben] {
        let sent =
            stored(send(stores, NewMessage { kind: MessageKind::Image, ..text(place, sender, "x") }).await?);
        stores.album.link_file(&keys[0].0, place, sent.id).await?;
        stores.album.link_file(&keys[0].0, place, sent.id).await?;
        stores.album.link_file("rooms/1/unknown.jpg", place, sent.id).await?;
        messages.push((sender, sent.id));
    }
    for (sender, id) in messages {
        assert!(!is_gone(0).await?, "somebody links to it");
        let recalled = stores.messages.recall_message(id, sender, at(1_000)).await?;
        assert!(matches!(recalled, RecallOutcome::Recalled(_)), "{recalled:?}");
        // What was taken back links to nothing any more.
        stores.album.link_file(&keys[1].0, place, id).await?;
    }
    assert!(is_gone(0).await? && !is_gone(1).await?);
    assert!(!stores.album.is_discarded("rooms/1/unknown.jpg", at(2_000)).await?);
    stores.accounts.set_status(ann, AccountStatus::Deleted, at(1_500)).await?;
    assert!(is_gone(1).await?);
    Ok(())
}

/// A message is taken back by its sender, for two minutes, once; it keeps its place.
pub async fn a_message_is_taken_back_by_its_sender_for_a_while(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let place = talk(stores, ann, ben).await?;
    let sent = stored(send(stores, called("c", text(place, ann, "secret"))).await?);
    let later = say(stores, place, ben, "later").await?;
    let recall = |id, by, after| stores.messages.recall_message(id, by, sent.sent_at.plus(after));
    let unknown = MessageId::new(9_000_000_000).expect("a valid identifier");
    assert_eq!(recall(unknown, ann, 0).await?, RecallOutcome::Unknown);
    assert_eq!(recall(sent.id, ben, 0).await?, RecallOutcome::NotSender);
    assert_eq!(recall(sent.id, nobody(), 0).await?, RecallOutcome::NotSender);
    assert_eq!(recall(sent.id, ann, RECALL_MILLIS + 1).await?, RecallOutcome::TooLate);
    let gone = Message {
        content: String::new(),
        recalled_at: Some(sent.sent_at.plus(RECALL_MILLIS)),
        ..sent.clone()
    };
    assert_eq!(recall(sent.id, ann, RECALL_MILLIS).await?, RecallOutcome::Recalled(gone.clone()));
    assert_eq!(recall(sent.id, ann, RECALL_MILLIS * 9).await?, RecallOutcome::Already(gone.clone()));
    assert_eq!(all(stores, place).await?, [gone.clone(), later]);
    assert_eq!(stores.messages.message(sent.id).await?, Some(gone.clone()));
    // Sent again it is the same, and says nothing.
    let again = send(stores, called("c", text(place, ann, "secret"))).await?;
    assert_eq!(again, AppendOutcome::Duplicate(gone));
    Ok(())
}

/// A file is sent by whoever uploaded it to be sent, while it is there, and is kept from then on.
pub async fn files_are_sent_by_whoever_uploaded_them(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let (place, elsewhere) = (talk(stores, ann, ben).await?, talk(stores, ben, cal).await?);
    let file = uploaded(stores, ann, "a").await?;
    let upload = Some(Upload { kind: MessageKind::Image, details: file.clone() });
    assert_eq!(stores.album.upload(ann, key(&file), at(9)).await?, upload);
    assert_eq!(stores.album.upload(ben, key(&file), at(9)).await?, None);
    assert_eq!(stores.album.upload(ann, key(&file), reserved()).await?, None);
    assert_eq!(stores.album.upload(ann, "people/none.jpg", at(9)).await?, None);
    let refused = AppendOutcome::Refused(AppendRefusal::NoSuchFile);
    assert_eq!(send(stores, picture(elsewhere, ben, &file)).await?, refused);
    let late = NewMessage { at: reserved(), ..picture(place, ann, &file) };
    assert_eq!(send(stores, late).await?, refused);
    let unknown = MessageDetails { media: Some("people/none.jpg".to_owned()), ..MessageDetails::default() };
    assert_eq!(send(stores, picture(place, ann, &unknown)).await?, refused);
    assert!(!stores.album.was_sent_to(key(&file), ben).await?);
    let sent = stored(send(stores, picture(place, ann, &file)).await?);
    assert_eq!((&sent.details, sent.seq), (&file, 1));
    assert_eq!(all(stores, place).await?, [sent]);
    for form in file.files() {
        assert!(stores.album.was_sent_to(form, ben).await? && stores.album.was_sent_to(form, ann).await?);
        assert!(!stores.album.was_sent_to(form, cal).await?);
    }
    assert_eq!(stores.album.discarded_files(reserved(), 10).await?, Vec::<String>::new());
    let forever = at(9_000_000_000);
    assert_eq!(stores.album.upload(ann, key(&file), forever).await?, upload);
    stores.album.discard_files(&[key(&file).to_owned()], at(9)).await?;
    assert_eq!(stores.album.discarded_files(forever, 10).await?, Vec::<String>::new());
    // Whoever is out of sight sees nothing of it.
    stores.safety.block(ben, ann, at(5)).await?;
    assert!(!stores.album.was_sent_to(key(&file), ben).await?);
    stores.safety.unblock(ben, ann).await?;
    assert!(stores.album.was_sent_to(key(&file), ben).await?);
    Ok(())
}

/// A file goes with the last message that carries it.
pub async fn files_go_with_their_last_message(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let place = talk(stores, ann, ben).await?;
    let file = uploaded(stores, ann, "a").await?;
    let first = stored(send(stores, picture(place, ann, &file)).await?);
    let second = stored(send(stores, picture(place, ann, &file)).await?);
    let recall = |message: &Message| stores.messages.recall_message(message.id, ann, at(6));
    recall(&first).await?;
    assert!(stores.album.was_sent_to(key(&file), ben).await?);
    recall(&second).await?;
    assert!(!stores.album.was_sent_to(key(&file), ben).await?);
    let mut gone = stores.album.discarded_files(at(6), 10).await?;
    gone.sort();
    let mut files: Vec<String> = file.files().cloned().collect();
    files.sort();
    assert_eq!(gone, files);
    stores.album.forget_files(&gone, at(6)).await?;
    let refused = AppendOutcome::Refused(AppendRefusal::NoSuchFile);
    assert_eq!(send(stores, picture(place, ann, &file)).await?, refused);
    Ok(())
}

/// Many marks move together; those that would go back, beyond the end or to a stranger stay.
pub async fn many_are_marked_at_once(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let cal = person(stores, "cal").await?;
    let (one, other) = (talk(stores, ann, ben).await?, talk(stores, ann, cal).await?);
    for place in [one, other] {
        for text in ["1", "2", "3"] {
            say(stores, place, ann, text).await?;
        }
    }
    let mark = |conversation, account, seq| DeliveryMark { conversation, account, seq };
    let marks = [mark(other, cal, 3), mark(one, ben, 2), mark(one, cal, 1), mark(one, ann, 4)];
    let moved = stores.messages.mark_all_delivered(&marks).await?;
    assert_eq!(moved, [mark(one, ben, 2), mark(other, cal, 3)]);
    assert_eq!(stores.messages.mark_all_delivered(&[mark(one, ben, 1), mark(one, ben, 2)]).await?, []);
    assert_eq!(stores.messages.mark_all_delivered(&[]).await?, []);
    let member = stores.conversations.member(one, ben).await?.expect("a member");
    assert_eq!((member.delivered_seq, member.read_seq), (2, 0));
    Ok(())
}

/// Of many who take a message back at once one does.
pub async fn one_recall_at_once_takes_it_back(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let place = talk(stores, ann, ben).await?;
        let sent = say(stores, place, ann, "x").await?;
        let jobs = (0..4).map(|n| {
            let (messages, id) = (stores.messages.clone(), sent.id);
            async move { messages.recall_message(id, ann, at(6 + n)).await }
        });
        let outcomes = at_once(jobs).await?;
        let done = outcomes.iter().filter(|outcome| matches!(outcome, RecallOutcome::Recalled(_))).count();
        let again = outcomes.iter().filter(|outcome| matches!(outcome, RecallOutcome::Already(_))).count();
        assert_eq!((done, again), (1, 3), "{outcomes:?}");
    }
    Ok(())
}

/// A file that is sent again while the message that carries it is taken back is either kept or refused.
pub async fn a_file_is_sent_and_taken_back_at_once(stores: &Stores) -> StoreResult<()> {
    for round in 0..ROUNDS {
        let (ann, ben) = couple(stores, round).await?;
        let place = talk(stores, ann, ben).await?;
        let file = uploaded(stores, ann, "a").await?;
        let first = stored(send(stores, picture(place, ann, &file)).await?);
        let (messages, new) = (stores.messages.clone(), picture(place, ann, &file));
        let sending = tokio::spawn(async move { messages.append_message(new, OnStored::nothing()).await });
        stores.messages.recall_message(first.id, ann, at(5)).await?;
        let outcome = sending.await.expect("no panic")?;
        let is_kept = stores.album.was_sent_to(key(&file), ben).await?;
        let is_gone = !stores.album.discarded_files(at(5), 10).await?.is_empty();
        let is_stored = matches!(outcome, AppendOutcome::Stored(_));
        assert_eq!((is_kept, is_gone), (is_stored, !is_stored), "{outcome:?}");
        let gone = stores.album.discarded_files(at(5), 10).await?;
        stores.album.forget_files(&gone, at(5)).await?;
    }
    Ok(())
}
