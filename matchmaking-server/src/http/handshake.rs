//! Before a socket is open: whether the request asks for one, and whether there is a place for it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderMap;
use http::header::{self, HeaderName};
use http::request::Parts;
use matchmaking_core::api::fault::Fault;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many sockets are open, in all and by address.
#[derive(Debug)]
pub(super) struct SocketSlots {
    all: Arc<Semaphore>,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    per_address: usize,
}

/// A socket's place, given back when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    _of_all: OwnedSemaphorePermit,
    by_address: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl SocketSlots {
    pub(super) fn new(all: usize, per_address: usize) -> Self {
        let all = Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS)));
        Self { all, by_address: Arc::default(), per_address }
    }

    pub(super) fn take(&self, address: IpAddr) -> Option<Slot> {
        let of_all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let mut counts = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_insert(0);
        if *count >= self.per_address {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Slot { _of_all: of_all, by_address: Arc::clone(&self.by_address), address })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut counts = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            // An address that left must not stay in memory.
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// Whether the request is a WebSocket handshake; any other is told that one is required.
pub(super) fn check_handshake(parts: &Parts) -> Result<(), Fault> {
    let headers = &parts.headers;
    let good = parts.method == http::Method::GET
        && lists(headers, &header::CONNECTION, "upgrade")
        && lists(headers, &header::UPGRADE, "websocket")
        && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13")
        && headers.contains_key(header::SEC_WEBSOCKET_KEY);
    if good { Ok(()) } else { Err(Fault::UpgradeRequired) }
}

fn lists(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|word| word.trim().eq_ignore_ascii_case(wanted))
}
