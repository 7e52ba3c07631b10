//! The platform: accounts by telephone, profiles, daily recommendations, likes, matches and messages.
//!
//! Every route is served at `/v1`. Every answer stands in an envelope (`code`, `message`, `data`, `timestamp`,
//! `request_id`) that the dialect writes; the response types here are what stands in `data`.

mod account;
mod auth;
mod conversations;
mod credentials;
mod events;
mod export;
pub mod frames;
mod funnel;
mod likes;
mod matches;
mod matching;
mod messages;
mod payments;
mod people;
mod photos;
mod profile;
mod safety;
mod socket;
mod uploads;
mod verification;

pub use super::page::{Order, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Page, PageRequest, Paged, Pagination, Sort};
pub use account::{
    ChangePassword, ChangePasswordRequest, DeleteAccount, DeleteAccountRequest, EndSession, Identities,
    ListSessions, SessionRequest, SessionView, Sessions, SetIdentities, SetIdentitiesRequest,
};
pub use auth::{
    LogIn, LogInRequest, LogOut, LoggedIn, LoggedInUser, NewUser, Refresh, RefreshRequest, Refreshed,
    Register, RegisterRequest, Registered, ResetPassword, ResetPasswordRequest, SendCode, SendCodeRequest,
    SentCode,
};
pub use conversations::{
    ConversationView, ConversationsRequest, ConversationsView, ListConversations, MarkRead, MarkReadRequest,
    MessagePreview, PreferencesRequest, PreferencesView, PresentUser, SetPreferences,
};
pub use credentials::DEVICE_TEXT_MAX;
pub use events::{
    Attendee, AttendeesView, CancelRegistration, CancelRequest, CancelledView, CheckIn, CheckInRequest,
    CheckInView, CheckedInView, DepositState, EventBrief, EventDetailView, EventItem, EventRequest,
    EventSorting, EventsRequest, GetCheckInCode, GetEvent, GetRounds, ListEvents, ListRegistrations,
    ListedParticipants, ListedPlace, ListedRequirements, MyRegistration, PaymentView, Pick, PickRequest,
    PickedView, Rate, RateRequest, RatedView, RegisterForEvent, RegisterForEventRequest, RegisteredEvent,
    RegisteredView, RegistrationStats, RegistrationsRequest, RegistrationsView, RoundView, RoundsView,
    StopWaiting, UserRegistration, WaitForSeat, WaitingView,
};
pub use export::{AccountExport, ExportAccount, ExportedDevice, ExportedInteraction, ExportedMessage};
pub use funnel::{CountView, FilterView, FunnelView, GetFunnel, RelaxationView};
pub use likes::{LikeView, LikedMe, LikedMeView, LikesRequest, ListLikedMe, ListLikes};
pub use matches::{
    ContactView, EndMatch, LastMessage, ListMatches, MatchRequest, MatchStats, MatchStatus, MatchView,
    MatchesRequest, MatchesView, UnlockContact, UnlockedView,
};
pub use matching::{
    BasicInfo, Beside, DAILY_PAGE_SIZE, DailyRequest, DailyView, GetDaily, Interact, InteractionRequest,
    InteractionView, LocationView, RecommendedView, TAGS_MAX, Undo, UndoneView, interaction_message,
};
pub use messages::{
    Before, CLIENT_MESSAGE_ID_MAX, Carried, EXTRA_BYTES_MAX, ListMessages, ListMessagesRequest, MessageView,
    MessagesView, NewMessage, RecallMessage, RecallRequest, SendMessage, SendMessageRequest, TEXT_CHARS_MAX,
    type_of,
};
pub use payments::{NOTICE_BYTES_MAX, NotifyPayment, PaidView, PayInSandbox, SandboxPage};
pub use people::{ScoredUser, UserBrief, UserCard, location, masked, nickname};
pub use photos::{
    AddPhoto, AddPhotoForm, AddedPhoto, CropData, FILM_BYTES_MAX, PICTURE_BYTES_MAX, RemovePhoto,
    RemovePhotoRequest, RemoveVideo, SetVideo,
};
pub use profile::{
    AlbumPhoto, Basic, CurrentPlace, EconomyShown, EducationShown, GetMateRequirements, GetProfile, GetUser,
    InterestShown, Introduction, Location, LocationRequirements, Marital, MateRequirements,
    MateRequirementsRequest, Membership, MyProfile, OccupationShown, PhotosShown, PlaceShown, PublicBasic,
    PublicLocation, PublicProfile, SetMateRequirements, Stats, UpdateBasic, UpdateBasicRequest,
    UpdatedProfile, VerificationShown, VideoShown,
};
pub use safety::{
    BlockUser, BlockedRequest, BlockedView, ListBlocked, REPORT_DETAIL_MAX, REPORT_REASON_MAX, ReportRequest,
    ReportUser, ReportedView, SetVisibility, UnblockUser, UserRequest, Visibility,
};
pub use socket::Socket;
pub use uploads::{SOUND_BYTES_MAX, UploadForm, UploadMedia, UploadedView};
pub use verification::{
    SubmitPapers, SubmitPapersRequest, SubmittedIdentity, SubmittedPapers, VerifyIdentity,
    VerifyIdentityRequest,
};

use super::route::{Auth, Listed, Route, Surface};

/// Where the routes are mounted.
const MOUNTS: &[&str] = &["/v1"];

/// Every route of the surface.
pub const ROUTES: &[Listed] = &[
    Listed::of::<SendCode>(),
    Listed::of::<Register>(),
    Listed::of::<LogIn>(),
    Listed::of::<Refresh>(),
    Listed::of::<ResetPassword>(),
    Listed::of::<LogOut>(),
    Listed::of::<ChangePassword>(),
    Listed::of::<ListSessions>(),
    Listed::of::<EndSession>(),
    Listed::of::<SetIdentities>(),
    Listed::of::<ExportAccount>(),
    Listed::of::<DeleteAccount>(),
    Listed::of::<VerifyIdentity>(),
    Listed::of::<GetProfile>(),
    Listed::of::<UpdateBasic>(),
    Listed::of::<GetMateRequirements>(),
    Listed::of::<SetMateRequirements>(),
    Listed::of::<AddPhoto>(),
    Listed::of::<RemovePhoto>(),
    Listed::of::<SetVideo>(),
    Listed::of::<RemoveVideo>(),
    Listed::of::<SubmitPapers>(),
    Listed::of::<GetUser>(),
    Listed::of::<GetDaily>(),
    Listed::of::<GetFunnel>(),
    Listed::of::<Interact>(),
    Listed::of::<Undo>(),
    Listed::of::<ListLikes>(),
    Listed::of::<ListLikedMe>(),
    Listed::of::<ListMatches>(),
    Listed::of::<EndMatch>(),
    Listed::of::<UnlockContact>(),
    Listed::of::<ListConversations>(),
    Listed::of::<ListMessages>(),
    Listed::of::<SendMessage>(),
    Listed::of::<UploadMedia>(),
    Listed::of::<MarkRead>(),
    Listed::of::<SetPreferences>(),
    Listed::of::<RecallMessage>(),
    Listed::of::<Socket>(),
    Listed::of::<SetVisibility>(),
    Listed::of::<ListBlocked>(),
    Listed::of::<BlockUser>(),
    Listed::of::<UnblockUser>(),
    Listed::of::<ReportUser>(),
    Listed::of::<ListEvents>(),
    Listed::of::<ListRegistrations>(),
    Listed::of::<GetEvent>(),
    Listed::of::<RegisterForEvent>(),
    Listed::of::<WaitForSeat>(),
    Listed::of::<StopWaiting>(),
    Listed::of::<GetRounds>(),
    Listed::of::<Pick>(),
    Listed::of::<CancelRegistration>(),
    Listed::of::<CheckIn>(),
    Listed::of::<Rate>(),
    Listed::of::<GetCheckInCode>(),
    Listed::of::<NotifyPayment>(),
    Listed::of::<SandboxPage>(),
    Listed::of::<PayInSandbox>(),
];

/// A route of the surface that only the holder of a token may call.
const fn guarded(route: Route) -> Route {
    route.mounted_at(MOUNTS).auth(Auth::Bearer)
}

/// A route that reads.
const fn get(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::get(Surface::Platform, path, summary))
}

/// A route that does something.
const fn post(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::post(Surface::Platform, path, summary))
}

/// A route that replaces something.
const fn put(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::put(Surface::Platform, path, summary))
}

/// A route that removes something.
const fn delete(path: &'static str, summary: &'static str) -> Route {
    guarded(Route::delete(Surface::Platform, path, summary))
}
