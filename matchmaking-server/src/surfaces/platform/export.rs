//! Everything of one's own, written part by part as the client takes it.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{ExportedDevice, ExportedInteraction, ExportedMessage, MateRequirements, MyProfile},
    },
    error::StoreError,
    ids::AccountId,
    model::{Language, SeenDevice},
    service::{Services, Slice, export::EXPORT_PART, pairs::MatchFilter},
};
use serde::Serialize;
use tokio::time::timeout;

use super::{SessionGate, language, matches, profile, registrations};
use crate::{
    config::limits::{DOWNLOAD_CHUNK, EXPORT_TIMEOUT, EXPORTS_AT_ONCE},
    http::{Ctx, Document, Gate as _, ReaderGone, Reply, around, document},
};

/// After how many seconds there may be room for an export again.
const ROOM_AFTER: u64 = 5;

/// The services, and whose exports are being written.
#[derive(Debug)]
pub(super) struct ExportDesk {
    services: Arc<Services>,
    being_written: Arc<Mutex<HashSet<AccountId>>>,
}

impl ExportDesk {
    pub(super) fn new(services: &Arc<Services>) -> Arc<Self> {
        Arc::new(Self { services: Arc::clone(services), being_written: Arc::default() })
    }
}

/// A place among the exports that are being written, free again when this is dropped.
#[derive(Debug)]
struct Place {
    account: AccountId,
    being_written: Arc<Mutex<HashSet<AccountId>>>,
}

impl Place {
    /// One place a person, so that nobody takes those of others by reading slowly.
    fn take(being_written: &Arc<Mutex<HashSet<AccountId>>>, account: AccountId) -> Option<Self> {
        let mut taken = being_written.lock().unwrap_or_else(PoisonError::into_inner);
        (taken.len() < EXPORTS_AT_ONCE && taken.insert(account))
            .then(|| Self { account, being_written: Arc::clone(being_written) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.being_written.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.account);
    }
}

pub(super) async fn export(desk: Arc<ExportDesk>, ctx: Ctx) -> Result<Reply, Fault> {
    let asked = ctx.asked;
    let services = Arc::clone(&desk.services);
    let me = SessionGate::new(&services).admit(&asked).await?.account;
    let place = Place::take(&desk.being_written, me).ok_or(Fault::RateLimited { retry_after: ROOM_AFTER })?;
    let language = language(&asked);
    let person = Person {
        profile: profile::mine(&services, me, language, asked.now()).await?,
        requirements: services.profiles.requirements(me).await?.into(),
        devices: services.auth.devices(me).await?,
    };
    let (document, reply) = document("application/json");
    let (before, after) = around(&asked);
    let writing = async move {
        let writer = Writer { document, buffer: before };
        match timeout(EXPORT_TIMEOUT, write(&services, me, language, person, writer, &after)).await {
            Ok(Ok(()) | Err(Stop::Gone(ReaderGone))) => {}
            // The client sees that its export breaks off.
            Ok(Err(Stop::Failed(fault))) => tracing::error!(cause = %fault, "an export breaks off"),
            Err(_) => tracing::warn!("an export takes too long and breaks off"),
        }
        drop(place);
    };
    asked.spawn(writing);
    Ok(reply)
}

/// What there is one of, or little.
struct Person {
    profile: MyProfile,
    requirements: MateRequirements,
    devices: Vec<SeenDevice>,
}

/// Why an export is not written to its end.
enum Stop {
    /// Nobody reads it.
    Gone(ReaderGone),
    /// Something failed.
    Failed(Fault),
}

impl From<ReaderGone> for Stop {
    fn from(gone: ReaderGone) -> Self {
        Self::Gone(gone)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(Fault::internal(error))
    }
}

/// Writes the fields of an [`AccountExport`](matchmaking_core::api::platform::AccountExport) in their order.
async fn write(
    services: &Services,
    me: AccountId,
    language: Language,
    person: Person,
    mut writer: Writer,
    after: &[u8],
) -> Result<(), Stop> {
    writer.text("{\"profile\":");
    writer.value(&person.profile).await?;
    writer.text(",\"mate_requirements\":");
    writer.value(&person.requirements).await?;

    writer.text(",\"interactions\":[");
    let mut list = List::default();
    let mut from = None;
    loop {
        let part = services.exports.decisions(me, from).await?;
        for decision in part.items {
            list.item(&mut writer, &ExportedInteraction::from(decision)).await?;
        }
        from = part.next;
        if from.is_none() {
            break;
        }
    }

    writer.text("],\"matches\":[");
    let mut list = List::default();
    let mut slice = Slice { newest_first: false, skip: 0, limit: EXPORT_PART };
    loop {
        let part = matches::part(services, me, MatchFilter::All, slice, language).await?;
        for matched in &part.items {
            list.item(&mut writer, matched).await?;
        }
        slice.skip += EXPORT_PART;
        if slice.skip >= part.total {
            break;
        }
    }

    writer.text("],\"messages\":[");
    write_messages(services, me, &mut writer).await?;
    writer.text("],\"registrations\":[");
    let mut list = List::default();
    let mut slice = Slice { newest_first: false, skip: 0, limit: EXPORT_PART };
    loop {
        let part = services.events.registrations_of(me, None, slice).await.map_err(Fault::from)?;
        for registration in part.items {
            list.item(&mut writer, &registrations::mine(registration)).await?;
        }
        slice.skip += EXPORT_PART;
        if slice.skip >= part.total {
            break;
        }
    }
    writer.text("],\"devices\":[");
    let mut list = List::default();
    for device in person.devices {
        list.item(&mut writer, &ExportedDevice::from(device)).await?;
    }
    writer.text("]}");
    writer.buffer.extend_from_slice(after);
    writer.end().await
}

async fn write_messages(services: &Services, me: AccountId, writer: &mut Writer) -> Result<(), Stop> {
    let mut list = List::default();
    let mut from = None;
    loop {
        let part = services.exports.threads(me, from).await?;
        for thread in &part.items {
            let mut after = 0;
            loop {
                let part = services.exports.messages(thread, after).await?;
                for message in &part.items {
                    let content = services.media.content(message).into_owned();
                    let shown = ExportedMessage::of(message, content, message.sender == me);
                    list.item(writer, &shown).await?;
                }
                let Some(next) = part.next else { break };
                after = next;
            }
        }
        from = part.next;
        if from.is_none() {
            return Ok(());
        }
    }
}

/// What is written and not sent yet, at most a chunk and one value.
struct Writer {
    document: Document,
    buffer: Vec<u8>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        self.buffer.extend_from_slice(text.as_bytes());
    }

    async fn value(&mut self, value: &(impl Serialize + Sync)) -> Result<(), Stop> {
        serde_json::to_writer(&mut self.buffer, value)?;
        if self.buffer.len() >= DOWNLOAD_CHUNK {
            self.document.send(Bytes::from(std::mem::take(&mut self.buffer))).await?;
        }
        Ok(())
    }

    async fn end(self) -> Result<(), Stop> {
        self.document.send(Bytes::from(self.buffer)).await?;
        Ok(self.document.end().await?)
    }
}

/// The commas of a list.
#[derive(Default)]
struct List {
    has_items: bool,
}

impl List {
    async fn item(&mut self, writer: &mut Writer, item: &(impl Serialize + Sync)) -> Result<(), Stop> {
        if std::mem::replace(&mut self.has_items, true) {
            writer.text(",");
        }
        writer.value(item).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_has_one_export_at_a_time_and_all_together_a_few() {
        let being_written = Arc::default();
        let place = |id| Place::take(&being_written, AccountId::new(id).unwrap());
        let mine = place(1).unwrap();
        assert!(place(1).is_none());
        let others: Vec<_> = (2..).take(EXPORTS_AT_ONCE - 1).map(|id| place(id).unwrap()).collect();
        assert!(place(99).is_none());
        drop(mine);
        let _next = place(99).unwrap();
        assert!(place(1).is_none());
        drop(others);
        assert!(place(1).is_some());
    }
}
