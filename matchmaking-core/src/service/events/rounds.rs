//! The rounds of a speed-dating evening, and whom people pick there.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{EventError, Events};
use crate::{
    clock::Millis,
    ids::{AccountId, EventId},
    model::{AuditAction, Event, EventRefusal, EventState, Pair, Person, RegistrationStatus, TableDate},
    scoring::{
        Features, Matcher, Moment,
        pairing::{EveningPlan, PairingError, Round, Suited, schedule},
        requirements::meet_each_other,
    },
    service::{chat::OpenError, heavy::heavy, matchmaking::MatchmakingError, people::seeker},
    store::{CloseEventOutcome, EventView, PickOutcome, Slice},
};

/// The most rounds of an evening.
pub const ROUNDS_MAX: usize = 50;

/// How the rounds of an evening are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundPlan {
    /// How many at most, 1 to [`ROUNDS_MAX`], with those that were held.
    pub most: usize,
    /// How many tables there are, at least 1; one for every two people without it.
    pub tables: Option<usize>,
    /// How long each is, in minutes.
    pub minutes: i64,
    /// How long it takes to change tables, in minutes.
    pub pause: i64,
    /// When the first begins, or the first after those that were held, which it does not overlap: during the event.
    /// Without it, with the event, or when the last that was held has ended.
    pub starts_at: Option<Millis>,
    /// Whether rounds that have begun are drawn up anew, too, as if they had not been held.
    pub from_the_start: bool,
}

/// The rounds that were drawn up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evening {
    /// How many rounds there are.
    pub rounds: usize,
    /// How many pairs meet.
    pub dates: usize,
    /// How many people take part.
    pub people: usize,
}

/// A date of one's own.
#[derive(Debug, Clone, PartialEq)]
pub struct MyDate {
    /// When, and where.
    pub date: TableDate,
    /// With whom.
    pub partner: Person,
}

impl Events {
    /// Draws up the rounds of an event in place of those it had: among those who came, or, before anybody did, those
    /// who paid. Those meet who seek each other and see each other, and better pairs come first. Rounds that have begun
    /// stay as they are, and who met there does not meet again: so whoever comes late is taken in for the rest.
    pub async fn draw_rounds(&self, id: EventId, plan: RoundPlan) -> Result<Evening, EventError> {
        let event = self.stores.events.event(id).await?.ok_or(EventError::Unknown)?;
        match event.state {
            EventState::Cancelled => return Err(EventRefusal::Cancelled.into()),
            EventState::Draft => return Err(EventRefusal::NotBegun.into()),
            EventState::Public if event.closed_at.is_some() => return Err(EventRefusal::Over.into()),
            EventState::Public => {}
        }
        if plan.starts_at.is_some_and(|at| !(event.starts_at..=event.ends_at).contains(&at)) {
            return Err(EventError::RoundsElsewhere);
        }
        let now = self.clock.now();
        let mut dates = self.stores.rounds.dates(id).await?;
        dates.retain(|date| date.starts_at <= now && !plan.from_the_start);
        let held = by_rounds(&dates);
        let people = self.participants(&event).await?;
        let taking_part = people.len();
        let drawing = Drawing {
            hidden: self.hidden_pairs(&people).await?,
            people,
            today: event.details.date,
            moment: Moment::new(now, self.time_zone),
            matcher: Arc::clone(&self.matcher),
            rounds: plan.most.saturating_sub(held.len()),
            tables: plan.tables,
            held,
        };
        let before = dates.last().map_or(0, |last| last.round);
        let rounds = drawing.draw().await?;
        let begins = begins(&event, &plan, &dates, now);
        for (place, round) in rounds.iter().enumerate() {
            let starts_at = begins.plus(place as i64 * (plan.minutes + plan.pause) * 60_000);
            let ends_at = starts_at.plus(plan.minutes * 60_000);
            dates.extend(round.dates.iter().map(|date| TableDate {
                round: before + place as i64 + 1,
                table: date.table as i64,
                first: date.pair.low(),
                second: date.pair.high(),
                starts_at,
                ends_at,
            }));
        }
        let evening = Evening { rounds: by_rounds(&dates).len(), dates: dates.len(), people: taking_part };
        let detail = format!("{} rounds, {} dates", evening.rounds, evening.dates);
        let audit = self.audit(AuditAction::EventRounds, Some(id), detail);
        self.stores.rounds.set_dates(id, dates, audit).await?;
        Ok(evening)
    }

    /// One's own dates at an event, with those whom one may see.
    pub async fn dates_of(
        &self,
        account: AccountId,
        id: EventId,
    ) -> Result<(EventView, Vec<MyDate>), EventError> {
        let view = self.stores.events.event_view(id, Some(account), self.clock.now()).await?;
        let view = view.filter(|view| view.event.state != EventState::Draft).ok_or(EventError::Unknown)?;
        if !view.is_registered {
            return Err(EventRefusal::NoSeat.into());
        }
        let dates = self.stores.rounds.dates_of(id, account).await?;
        let hidden = self.stores.safety.hidden_from(account).await?;
        let partners: Vec<_> = dates.iter().filter_map(|date| date.partner_of(account)).collect();
        let people = self.stores.people.people_among(&partners).await?;
        let mine = dates.into_iter().filter_map(|date| {
            let partner =
                date.partner_of(account).filter(|partner| hidden.binary_search(partner).is_err())?;
            let row = people.iter().find(|row| row.person.id == partner)?;
            Some(MyDate { date, partner: row.person.clone() })
        });
        Ok((view, mine.collect()))
    }

    /// Keeps whom somebody picks, in place of whom they picked; returns how many of them take part.
    pub async fn pick(
        &self,
        account: AccountId,
        id: EventId,
        picks: &[AccountId],
    ) -> Result<usize, EventError> {
        let event = self.stores.events.event(id).await?;
        event.filter(|event| event.state != EventState::Draft).ok_or(EventError::Unknown)?;
        match self.stores.rounds.set_picks(id, account, picks, self.clock.now()).await? {
            PickOutcome::Kept(kept) => Ok(kept),
            PickOutcome::NotNow => Err(EventRefusal::NotPickTime.into()),
            PickOutcome::NoSeat => Err(EventRefusal::NoSeat.into()),
        }
    }

    /// Closes an event: those who picked each other have a match now; returns how many pairs did.
    pub async fn close(&self, id: EventId) -> Result<usize, EventError> {
        let audit = self.audit(AuditAction::EventClosed, Some(id), String::new());
        let change = self.stores.seats.close_event(id, audit, self.now()).await?;
        let change = change.ok_or(EventError::Unknown)?;
        self.tell_offers(&change);
        match change.outcome {
            CloseEventOutcome::Closed => self.match_picks(id).await,
            CloseEventOutcome::NotBegun => Err(EventRefusal::NotBegun.into()),
        }
    }

    /// Makes matches of the mutual picks of an event. Pairs that have one keep it, so that this may be done again.
    pub(in crate::service) async fn match_picks(&self, id: EventId) -> Result<usize, EventError> {
        let mut matched = 0;
        for pair in self.stores.rounds.mutual_picks(id).await? {
            let (one, other) = (pair.low(), pair.high());
            let rows = self.stores.people.people_among(&[one, other]).await?;
            let [first, second] = &rows[..] else { continue };
            let terms = self.likes.terms(&first.person, &second.person);
            let (first, second) = (first.person.id, second.person.id);
            let made = match self.matchmaking.create(first, second, terms).await {
                Ok(made) => made,
                // They have hidden from each other since.
                Err(MatchmakingError::NoSuchPair | MatchmakingError::Scoring(_)) => continue,
                Err(MatchmakingError::Store(error)) => return Err(error.into()),
            };
            match self.chat.open_match(made.id, first, second).await {
                Ok(_) | Err(OpenError::NoSuchMatch) => matched += 1,
                Err(OpenError::Store(error)) => return Err(error.into()),
            }
        }
        Ok(matched)
    }

    /// Who takes part in the rounds of an event, by their number.
    async fn participants(&self, event: &Event) -> Result<Vec<Person>, EventError> {
        let everyone = Slice { newest_first: false, skip: 0, limit: event.details.capacity };
        let at = self.clock.now();
        let mut ids: Vec<AccountId> = Vec::new();
        for status in [RegistrationStatus::CheckedIn, RegistrationStatus::Completed, RegistrationStatus::Paid]
        {
            // Whoever paid and did not come would leave somebody alone at a table.
            if status == RegistrationStatus::Paid && !ids.is_empty() {
                break;
            }
            let found = self.stores.events.registrations_for(event.id, Some(status), at, everyone).await?;
            ids.extend(found.items.iter().map(|one| one.account));
        }
        let rows = self.stores.people.people_among(&ids).await?;
        let mut people: Vec<Person> = rows.into_iter().map(seeker).collect();
        people.sort_unstable_by_key(|person| person.id);
        Ok(people)
    }

    /// The pairs among these people who may not see each other, ascending.
    async fn hidden_pairs(&self, people: &[Person]) -> Result<Vec<Pair>, EventError> {
        let mut hidden = Vec::new();
        for one in people {
            let from_one = self.stores.safety.hidden_from(one.id).await?;
            hidden.extend(from_one.into_iter().filter_map(|other| Pair::new(one.id, other)));
        }
        hidden.sort_unstable();
        hidden.dedup();
        Ok(hidden)
    }
}

/// When the first of the rounds begins that are drawn up now, after these.
fn begins(event: &Event, plan: &RoundPlan, held: &[TableDate], now: Millis) -> Millis {
    match held.iter().map(|date| date.ends_at).max() {
        None => plan.starts_at.unwrap_or(event.starts_at),
        Some(ended) => {
            plan.starts_at.map_or_else(|| now.max(ended.plus(plan.pause * 60_000)), |at| at.max(ended))
        }
    }
}

/// Who met, by rounds.
fn by_rounds(dates: &[TableDate]) -> Vec<Vec<Pair>> {
    dates
        .chunk_by(|one, other| one.round == other.round)
        .map(|round| round.iter().filter_map(|date| Pair::new(date.first, date.second)).collect())
        .collect()
}

/// What rounds are drawn up from.
struct Drawing {
    people: Vec<Person>,
    /// Who may not see each other, ascending.
    hidden: Vec<Pair>,
    /// The day on which ages are counted.
    today: NaiveDate,
    moment: Moment,
    matcher: Arc<dyn Matcher>,
    rounds: usize,
    tables: Option<usize>,
    held: Vec<Vec<Pair>>,
}

impl Drawing {
    /// Draws the rounds up off the threads that serve: with hundreds of people it takes a while.
    async fn draw(self) -> Result<Vec<Round>, EventError> {
        let drawn = heavy(move || self.drawn()).await;
        drawn.map_err(|_| EventError::Rounds(None))?.map_err(|error| EventError::Rounds(Some(error)))
    }

    fn drawn(&self) -> Result<Vec<Round>, PairingError> {
        let features: Vec<Option<Features>> =
            self.people.iter().map(|one| Features::read(one).ok()).collect();
        let mut pairs = Vec::new();
        for (place, one) in self.people.iter().enumerate() {
            for (other_place, other) in self.people.iter().enumerate().skip(place + 1) {
                let Some(pair) = Pair::new(one.id, other.id) else { continue };
                let suit = match (&features[place], &features[other_place]) {
                    (Some(one), Some(other)) => meet_each_other(one, other, self.today),
                    _ => false,
                };
                if suit && self.hidden.binary_search(&pair).is_err() {
                    // What cannot be scored comes last, and may meet all the same.
                    let scored = self.matcher.score(one, other, self.moment).unwrap_or_default();
                    pairs.push(Suited { pair, score: scored.score });
                }
            }
        }
        let people: Vec<AccountId> = self.people.iter().map(|one| one.id).collect();
        schedule(&EveningPlan {
            people: &people,
            pairs: &pairs,
            rounds: Some(self.rounds),
            tables: self.tables,
            held: &self.held,
        })
    }
}
