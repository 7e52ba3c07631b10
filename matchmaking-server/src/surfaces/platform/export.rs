//! Everything of one's own, written part by part as the client takes it.

use std::sync::Arc;

use bytes::Bytes;
use matchmaking_core::{
    api::{
        fault::Fault,
        platform::{ExportedDevice, ExportedInteraction, ExportedMessage, MateRequirements, MyProfile},
    },
    error::StoreError,
    ids::AccountId,
    model::{Language, SeenDevice},
    service::{Services, Slice, auth::Caller, export::EXPORT_PART, pairs::MatchFilter},
};
use serde::Serialize;
use tokio::time::timeout;

use super::{language, matches, places::Desk, profile, registrations};
use crate::{
    config::limits::{DOWNLOAD_CHUNK, EXPORT_TIMEOUT},
    http::{Ctx, Document, ReaderGone, Reply, around, document},
};

pub(super) async fn export(desk: Arc<Desk>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let (Caller { account: me, .. }, place) = desk.admit(&mut ctx).await?;
    let (asked, services) = (ctx.asked, Arc::clone(&desk.services));
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
