//! The Platform surface: parse, call a service, render.

mod account;
mod auth;
mod conversations;
mod dialect;
mod events;
mod export;
mod gate;
mod likes;
mod matches;
mod matching;
mod messages;
mod payments;
mod photos;
mod pictures;
mod places;
mod profile;
mod registrations;
mod render;
mod safety;
mod socket;
mod uploads;
mod verification;

use std::sync::Arc;

use matchmaking_core::{
    api::{
        platform::{self as api, Order, PageRequest},
        route::Endpoint,
    },
    model::Language,
    service::{Services, Slice, auth::Caller},
    store::StoreState,
};

use crate::config::limits::{EXPORTS_AT_ONCE, PAPERS_AT_ONCE, PAPERS_AT_ONCE_EACH, UPLOADS_AT_ONCE_EACH};
use crate::http::{
    Asked, Call, Handle, Memory, Mounted, mount, mount_behind, mount_remembered, raw,
    socket as mounted_socket, with,
};

use places::{Desk, Places};

pub use dialect::Platform;
pub use gate::{GuestGate, SessionGate};

/// The surface's routes with their handlers.
#[must_use]
pub fn routes(services: &Arc<Services>) -> Vec<Mounted> {
    let papers = Desk::new(services, Places::new(PAPERS_AT_ONCE, PAPERS_AT_ONCE_EACH));
    // The room for the bytes of uploads bounds all of them together.
    let uploads = Desk::new(services, Places::new(usize::MAX, UPLOADS_AT_ONCE_EACH));
    let exports = Desk::new(services, Places::new(EXPORTS_AT_ONCE, 1));
    let (profiles, talks) = (memory_of_profiles(services), memory_of_talks(services));
    let mut routes = vec![
        mount::<api::SendCode>(with(services, auth::send_code)),
        mount::<api::Register>(with(services, auth::register)),
        mount::<api::LogIn>(with(services, auth::log_in)),
        mount::<api::Refresh>(with(services, auth::refresh)),
        mount::<api::ResetPassword>(with(services, auth::reset_password)),
        behind::<api::LogOut>(services, with(services, auth::log_out)),
        behind::<api::ChangePassword>(services, with(services, account::change_password)),
        behind::<api::ListSessions>(services, with(services, account::sessions)),
        behind::<api::EndSession>(services, with(services, account::end_session)),
        behind::<api::SetIdentities>(services, with(services, account::set_identities)),
        raw::<api::ExportAccount>(with(&exports, export::export)),
        behind::<api::DeleteAccount>(services, with(services, account::delete)),
        raw::<api::VerifyIdentity>(with(&papers, verification::verify_identity)),
        remembered::<api::GetProfile, _>(services, &profiles, |_| true, with(services, profile::own)),
        behind::<api::UpdateBasic>(services, with(services, profile::update)),
        behind::<api::GetMateRequirements>(services, with(services, profile::requirements)),
        behind::<api::SetMateRequirements>(services, with(services, profile::set_requirements)),
        raw::<api::AddPhoto>(with(&uploads, photos::add)),
        behind::<api::RemovePhoto>(services, with(services, photos::remove)),
        raw::<api::SetVideo>(with(&uploads, photos::set_video)),
        behind::<api::RemoveVideo>(services, with(services, photos::remove_video)),
        raw::<api::SubmitPapers>(with(&papers, verification::submit_papers)),
        behind::<api::GetUser>(services, with(services, profile::of_another)),
        // That there is nobody is not stored, and may change before the store does.
        remembered::<api::GetDaily, _>(
            services,
            &profiles,
            |list| !list.items.is_empty(),
            with(services, matching::daily),
        ),
        behind::<api::GetFunnel>(services, with(services, matching::funnel)),
        behind::<api::Interact>(services, with(services, matching::interact)),
        behind::<api::Undo>(services, with(services, matching::undo)),
        behind::<api::ListLikes>(services, with(services, likes::mine)),
        behind::<api::ListLikedMe>(services, with(services, likes::of_me)),
        remembered::<api::ListMatches, _>(services, &talks, |_| true, with(services, matches::list)),
        behind::<api::EndMatch>(services, with(services, matches::end)),
        behind::<api::UnlockContact>(services, with(services, matches::unlock_contact)),
        remembered::<api::ListConversations, _>(
            services,
            &talks,
            |_| true,
            with(services, conversations::list),
        ),
        behind::<api::ListMessages>(services, with(services, messages::list)),
        behind::<api::SendMessage>(services, with(services, messages::send)),
        raw::<api::UploadMedia>(with(&uploads, uploads::upload)),
        behind::<api::MarkRead>(services, with(services, conversations::mark_read)),
        behind::<api::SetPreferences>(services, with(services, conversations::set_preferences)),
        behind::<api::RecallMessage>(services, with(services, messages::recall)),
        mounted_socket::<api::Socket>(with(services, socket::open)),
        behind::<api::SetVisibility>(services, with(services, safety::set_visibility)),
        behind::<api::ListBlocked>(services, with(services, safety::blocked)),
        behind::<api::BlockUser>(services, with(services, safety::block)),
        behind::<api::UnblockUser>(services, with(services, safety::unblock)),
        behind::<api::ReportUser>(services, with(services, safety::report)),
        for_guests::<api::ListEvents>(services, with(services, events::list)),
        behind::<api::ListRegistrations>(services, with(services, registrations::list)),
        for_guests::<api::GetEvent>(services, with(services, events::show)),
        behind::<api::RegisterForEvent>(services, with(services, registrations::register)),
        behind::<api::WaitForSeat>(services, with(services, events::wait)),
        behind::<api::StopWaiting>(services, with(services, events::stop_waiting)),
        behind::<api::GetRounds>(services, with(services, events::rounds)),
        behind::<api::Pick>(services, with(services, events::pick)),
        behind::<api::CancelRegistration>(services, with(services, registrations::cancel)),
        behind::<api::CheckIn>(services, with(services, registrations::check_in)),
        behind::<api::Rate>(services, with(services, registrations::rate)),
        raw::<api::GetCheckInCode>(with(services, registrations::qr_code)),
        raw::<api::NotifyPayment>(with(services, payments::notify)),
    ];
    // Nobody plays a payer where real money is paid.
    if services.ports.sandbox.is_some() {
        routes.push(raw::<api::SandboxPage>(with(services, payments::page)));
        routes.push(raw::<api::PayInSandbox>(with(services, payments::pay)));
    }
    routes
}

/// A handler for guests, and for whoever has the token of a session.
fn for_guests<E: Endpoint>(
    services: &Arc<Services>,
    handler: impl Handle<Call<E::Request, Option<Caller>>, E::Response>,
) -> Mounted {
    mount_behind::<E, GuestGate>(GuestGate::new(services), handler)
}

/// A handler for whoever has the token of a session.
fn behind<E: Endpoint>(
    services: &Arc<Services>,
    handler: impl Handle<Call<E::Request, Caller>, E::Response>,
) -> Mounted {
    mount_behind::<E, SessionGate>(SessionGate::new(services), handler)
}

/// A handler that only reads, for whoever has the token of a session. Its answers are given again while nothing changes.
fn remembered<E: Endpoint, S: PartialEq + Send + Sync + 'static>(
    services: &Arc<Services>,
    memory: &Arc<Memory<S>>,
    lasts: fn(&E::Response) -> bool,
    handler: impl Handle<Call<E::Request, Caller>, E::Response>,
) -> Mounted {
    let whose = |caller: &Caller| caller.account.get();
    mount_remembered::<E, _, _>(SessionGate::new(services), memory, whose, lasts, handler)
}

/// Answers that are made of profiles and what people think of each other. What is written in conversations is nothing to
/// them.
fn memory_of_profiles(services: &Arc<Services>) -> Arc<Memory<(StoreState, i64)>> {
    let store = Arc::clone(&services.stores.upkeep);
    Arc::new(Memory::new(move |asked| Some((store.state_but_talk()?, minute(asked)))))
}

/// Answers that are made of conversations, too, and of who is connected.
fn memory_of_talks(services: &Arc<Services>) -> Arc<Memory<(StoreState, u64, i64)>> {
    let (store, hub) = (Arc::clone(&services.stores.upkeep), Arc::clone(&services.hub));
    Arc::new(Memory::new(move |asked| Some((store.state()?, hub.changes(), minute(asked)))))
}

/// Ages, days, the ends of memberships and of links to pictures depend on the time: what an answer says of them is of the
/// minute in which it is given.
fn minute(asked: &Asked) -> i64 {
    asked.now().0.div_euclid(60_000)
}

/// The language in which a client is answered.
fn language(asked: &Asked) -> Language {
    if asked.prefers_english() { Language::En } else { Language::Zh }
}

/// A page as a part of a list.
fn slice(page: PageRequest, order: Order) -> Slice {
    Slice { newest_first: order == Order::Descending, skip: page.skipped(), limit: page.size }
}
