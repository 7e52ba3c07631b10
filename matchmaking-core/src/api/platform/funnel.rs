//! Why there are few recommendations.

use serde::Serialize;

use super::get;
use crate::{
    api::route::{Endpoint, Route},
    model::{
        Language,
        funnel::{Filter, Relaxation},
        labels,
    },
};

/// What becomes of everybody on the way to one's list, roughly.
#[derive(Debug)]
pub struct GetFunnel;

impl Endpoint for GetFunnel {
    const ROUTE: Route = get("/matching/funnel", "获取推荐漏斗");
    type Request = ();
    type Response = FunnelView;
}

/// About how many people there are, fall to each filter, and are left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::FunnelView))]
pub struct FunnelView {
    /// How many people there are.
    pub people: CountView,
    /// How many fall to each filter, in this order.
    pub filters: Vec<FilterView>,
    /// How many are left.
    pub left: CountView,
    /// What one could ask less for to be recommended the most people more; null if that is hardly anybody.
    pub relaxation: Option<RelaxationView>,
}

/// About how many people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::CountView))]
pub struct CountView {
    /// Rounded to tens; null for fewer than ten.
    pub about: Option<usize>,
    /// The same in words.
    pub text: String,
}

impl CountView {
    /// This many people; `None` for fewer than ten.
    #[must_use]
    pub fn of(about: Option<usize>, language: Language) -> Self {
        let text = about.map_or_else(
            || language.pick("不到10人", "fewer than 10").to_owned(),
            |about| match language {
                Language::Zh => format!("约{about}人"),
                Language::En => format!("about {about}"),
            },
        );
        Self { about, text }
    }
}

/// How many people a filter leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::FilterView))]
pub struct FilterView {
    /// `paused`, `gender`, `their_gender`, `age`, `their_age` or `left_out`.
    pub code: &'static str,
    /// What is said of them.
    pub text: &'static str,
    /// How many.
    pub fall: CountView,
}

impl FilterView {
    /// A filter that leaves out so many.
    #[must_use]
    pub fn of(filter: Filter, fall: Option<usize>, language: Language) -> Self {
        let text = labels::filter(filter, language);
        Self { code: filter.code(), text, fall: CountView::of(fall, language) }
    }
}

/// What could be asked less for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::RelaxationView))]
pub struct RelaxationView {
    /// `any_gender`, `younger` or `older`.
    pub code: &'static str,
    /// What one could do.
    pub text: &'static str,
    /// How many people it would bring.
    pub gain: CountView,
}

impl RelaxationView {
    /// A relaxation that would bring so many.
    #[must_use]
    pub fn of(relaxation: Relaxation, gain: usize, language: Language) -> Self {
        let text = labels::relaxation(relaxation, language);
        Self { code: relaxation.code(), text, gain: CountView::of(Some(gain), language) }
    }
}
