//! Putting handlers on endpoints.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use matchmaking_core::api::fault::Fault;
use matchmaking_core::api::route::{Endpoint, Listed};
use serde::Serialize;

use super::memory::Memory;
use super::reply::Reply;
use super::request::{Asked, Ctx};

/// A boxed future of an answer.
pub(super) type Answering = Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send>>;

/// An endpoint with its handler.
#[derive(Clone)]
pub struct Mounted {
    /// The endpoint's line in its surface's table.
    pub listed: Listed,
    pub(super) handler: Arc<dyn Fn(Ctx) -> Answering + Send + Sync>,
}

impl std::fmt::Debug for Mounted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Mounted").field(&self.listed).finish()
    }
}

/// A decoded request, whom it is from, and what else was asked.
#[derive(Debug)]
pub struct Call<T, W = ()> {
    /// The request.
    pub request: T,
    /// Whom it is from, as the gate found; `()` without one.
    pub who: W,
    /// What else was asked.
    pub asked: Arc<Asked>,
}

/// Something to be called with `In` that answers with `Out` or a fault: any `async fn(In) -> Result<Out,
/// Fault>`.
pub trait Handle<In, Out>: Send + Sync + 'static {
    /// The future of its answer.
    type Answering: Future<Output = Result<Out, Fault>> + Send + 'static;
    /// Calls it.
    fn handle(&self, input: In) -> Self::Answering;
}

impl<F, Fut, In, Out> Handle<In, Out> for F
where
    F: Fn(In) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Out, Fault>> + Send + 'static,
{
    type Answering = Fut;

    fn handle(&self, input: In) -> Fut {
        self(input)
    }
}

/// Finds out whom a request is from, before its body is looked at.
pub trait Gate: Send + Sync + 'static {
    /// Whom it may be from.
    type Who: Send + 'static;
    /// Lets the request pass, or says why not.
    fn admit(&self, asked: &Asked) -> impl Future<Output = Result<Self::Who, Fault>> + Send;
}

/// The gate that lets everyone pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoGate;

impl Gate for NoGate {
    type Who = ();

    async fn admit(&self, _: &Asked) -> Result<(), Fault> {
        Ok(())
    }
}

/// Gives a handler its state: turns `async fn(Arc<App>, In)` into `async fn(In)`.
pub fn with<A, In, F, Fut>(state: &Arc<A>, handler: F) -> impl Fn(In) -> Fut + Send + Sync + 'static
where
    A: Send + Sync + 'static,
    F: Fn(Arc<A>, In) -> Fut + Send + Sync + 'static,
{
    let state = Arc::clone(state);
    move |input| handler(Arc::clone(&state), input)
}

/// Puts a handler on an endpoint: the request is decoded, the answer written as JSON in the route's dialect.
pub fn mount<E: Endpoint>(handler: impl Handle<Call<E::Request>, E::Response>) -> Mounted {
    mount_behind::<E, NoGate>(NoGate, handler)
}

/// The same behind a gate, which is asked before the body is read into memory or decoded.
pub fn mount_behind<E: Endpoint, G: Gate>(
    gate: G,
    handler: impl Handle<Call<E::Request, G::Who>, E::Response>,
) -> Mounted {
    let inner = Arc::new((gate, handler));
    mounted::<E>(Arc::new(move |mut ctx: Ctx| {
        let inner = Arc::clone(&inner);
        Box::pin(async move {
            let (gate, handler) = &*inner;
            let who = admitted(gate, &mut ctx).await?;
            let asked = Arc::clone(&ctx.asked);
            let response = handled::<E, G>(handler, ctx, who).await?;
            answer(&asked, &response)
        })
    }))
}

/// The same for an endpoint that only reads: an answer is given again, to the account that `whose` names, while the state
/// that the memory knows of lasts, if it is one that `lasts`.
pub fn mount_remembered<E: Endpoint, G: Gate, S: PartialEq + Send + Sync + 'static>(
    gate: G,
    memory: &Arc<Memory<S>>,
    whose: fn(&G::Who) -> i64,
    lasts: fn(&E::Response) -> bool,
    handler: impl Handle<Call<E::Request, G::Who>, E::Response>,
) -> Mounted {
    let inner = Arc::new((gate, Arc::clone(memory), handler));
    mounted::<E>(Arc::new(move |mut ctx: Ctx| {
        let inner = Arc::clone(&inner);
        Box::pin(async move {
            let (gate, memory, handler) = &*inner;
            let who = admitted(gate, &mut ctx).await?;
            let asked = Arc::clone(&ctx.asked);
            let inquiry = memory.inquiry(whose(&who), &asked);
            if let Some(data) = inquiry.as_ref().and_then(|inquiry| memory.recall(inquiry)) {
                ctx.body.drain().await;
                return Ok(with_around(&asked, &data));
            }
            let response = handled::<E, G>(handler, ctx, who).await?;
            let data = Bytes::from(serde_json::to_vec(&response).map_err(Fault::internal)?);
            let reply = with_around(&asked, &data);
            if let Some(inquiry) = inquiry.filter(|_| lasts(&response)) {
                memory.remember(inquiry, data);
            }
            Ok(reply)
        })
    }))
}

async fn admitted<G: Gate>(gate: &G, ctx: &mut Ctx) -> Result<G::Who, Fault> {
    let admitted = gate.admit(&ctx.asked).await;
    if admitted.is_err() {
        ctx.body.drain().await;
    }
    admitted
}

async fn handled<E: Endpoint, G: Gate>(
    handler: &impl Handle<Call<E::Request, G::Who>, E::Response>,
    mut ctx: Ctx,
    who: G::Who,
) -> Result<E::Response, Fault> {
    let request = ctx.input().await?.decode::<E::Request>()?;
    handler.handle(Call { request, who, asked: ctx.asked }).await
}

/// An answer as JSON in the dialect of what was asked, for handlers that write it themselves.
pub fn answer(asked: &Asked, response: &impl Serialize) -> Result<Reply, Fault> {
    let mut out = Vec::with_capacity(256);
    asked.dialect.before(asked, &mut out);
    serde_json::to_writer(&mut out, response).map_err(Fault::internal)?;
    asked.dialect.after(asked, &mut out);
    Ok(Reply::json_bytes(http::StatusCode::OK, out))
}

/// The same with data that are written already.
fn with_around(asked: &Asked, data: &[u8]) -> Reply {
    let mut out = Vec::with_capacity(data.len() + 256);
    asked.dialect.before(asked, &mut out);
    out.extend_from_slice(data);
    asked.dialect.after(asked, &mut out);
    Reply::json_bytes(http::StatusCode::OK, out)
}

/// What stands before and after the data of a success in the dialect of what was asked, for handlers that write it piece
/// by piece.
#[must_use]
pub fn around(asked: &Asked) -> (Vec<u8>, Vec<u8>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    asked.dialect.before(asked, &mut before);
    asked.dialect.after(asked, &mut after);
    (before, after)
}

/// Puts a handler on an endpoint that reads the request and writes the answer itself: uploads, event streams,
/// pictures, answers with a status of their own. Nothing has been read of the body.
pub fn raw<E: Endpoint>(handler: impl Handle<Ctx, Reply>) -> Mounted {
    mounted::<E>(Arc::new(move |ctx| Box::pin(handler.handle(ctx))))
}

/// Puts a handler on a socket's endpoint. The handshake has been checked when it is called; it finds out whom
/// the request is from, and then hands a session to [`Ctx::upgrade`].
pub fn socket<E: Endpoint>(handler: impl Handle<Ctx, Reply>) -> Mounted {
    raw::<E>(handler)
}

fn mounted<E: Endpoint>(handler: Arc<dyn Fn(Ctx) -> Answering + Send + Sync>) -> Mounted {
    Mounted { listed: Listed::of::<E>(), handler }
}
