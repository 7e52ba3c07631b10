//! Other people: whom the asker suits, and how to begin a conversation with them.

use std::{cmp::Reverse, collections::BTreeSet};

use super::{BuiltIn, Failure, texts};
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::{Language, Person, Profile, interests, labels},
    scoring::{Audience, Moment, Query},
    service::people::{audience_of, seeker, unless_refused},
    store::{MatchView, PersonRow},
    text::fold,
};

/// The most people who are named of each kind.
const NAMED_PEOPLE: usize = 3;

/// The most ice-breakers.
const ICE_BREAKERS: usize = 4;

impl BuiltIn {
    /// The best matches that the asker has, and the best people whom they have not met, with the reasons that are true
    /// of them now.
    pub(super) async fn matches(
        &self,
        asker: Option<AccountId>,
        language: Language,
    ) -> Result<String, Failure> {
        let Some(row) = self.asker(asker).await? else { return Ok(texts::nobody_asks(language).to_owned()) };
        if says_nothing(&row.person.profile) {
            return Ok(texts::no_profile(language).to_owned());
        }
        let audience = audience_of(&row.kinds);
        let me = seeker(row);
        let moment = self.people.moment();
        let mut had = self.stores.matches.matches_of(me.id).await?;
        had.sort_by_key(|view| Reverse((view.matched.score, view.matched.id)));
        had.truncate(NAMED_PEOPLE);
        let had =
            had.into_iter().filter_map(|view| Some((view.matched.partner_of(me.id)?, view.matched.score)));
        let had = self.lines(&me, had, moment, language).await?;
        let best = self.strangers(&me, audience).await?;
        let best = self.lines(&me, best, moment, language).await?;

        let mut told = Vec::new();
        if !had.is_empty() {
            told.push(language.pick("你已有的匹配里，最合适的是：", "Your best matches so far:").to_owned());
            told.extend(had);
        }
        if !best.is_empty() {
            let title =
                language.pick("还没有匹配过、与你最合适的是：", "The best you are not matched with yet:");
            told.push(title.to_owned());
            told.extend(best);
        }
        if told.is_empty() {
            let nobody = if audience == Audience::NONE {
                texts::in_no_pool(language)
            } else {
                texts::nobody_left(language)
            };
            return Ok(nobody.to_owned());
        }
        told.push(texts::no_probability(language).to_owned());
        Ok(told.join("\n"))
    }

    /// How to begin a conversation with a match: the one that the question names, else the newest.
    pub(super) async fn ice_breakers(
        &self,
        asker: Option<AccountId>,
        asked: &str,
        language: Language,
    ) -> Result<String, Failure> {
        let Some(row) = self.asker(asker).await? else {
            return Ok(open_questions(texts::ice_without_asker(language), language));
        };
        let me = row.person;
        let mut matches = self.stores.matches.matches_of(me.id).await?;
        matches.reverse();
        let Some((other, name)) = self.meant(&me, &matches, asked).await? else {
            return Ok(open_questions(texts::ice_without_match(language), language));
        };
        let name = shown(&name, language);
        let common = in_common(&me.profile, &other.profile, language);
        if common.is_empty() {
            let title = match language {
                Language::Zh => format!("在你和{name}的资料里，我还没有找到共同点。可以问开放的问题："),
                Language::En => {
                    format!("I find nothing in common in your profile and that of {name} yet. Ask openly:")
                }
            };
            return Ok(open_questions(&title, language));
        }
        let title = match language {
            Language::Zh => format!("和{name}可以从你们的共同点聊起："),
            Language::En => format!("With {name}, begin with what you share:"),
        };
        let lines = common.iter().take(ICE_BREAKERS).map(|line| format!("- {line}"));
        Ok([title].into_iter().chain(lines).collect::<Vec<_>>().join("\n"))
    }

    async fn asker(&self, asker: Option<AccountId>) -> StoreResult<Option<PersonRow>> {
        match asker {
            Some(asker) => self.stores.people.person(asker).await,
            None => Ok(None),
        }
    }

    /// The best people of these audiences who are neither matched with this one nor out of their sight, with scores.
    async fn strangers(&self, me: &Person, audience: Audience) -> Result<Vec<(AccountId, u8)>, Failure> {
        if audience == Audience::NONE {
            return Ok(Vec::new());
        }
        let partners = self.stores.matches.partners(me.id).await?;
        let rejected = self.stores.matches.rejected(me.id).await?;
        let hidden = self.stores.safety.hidden_from(me.id).await?;
        let left_out: BTreeSet<AccountId> = [partners, rejected, hidden].concat().into_iter().collect();
        let is_left_out = |id| left_out.contains(&id);
        self.people.filled().await;
        let query = Query::new(me, audience, NAMED_PEOPLE, self.people.moment()).excluding(&is_left_out);
        let ranked = self.matcher.top(&query)?;
        Ok(ranked.into_iter().map(|ranked| (ranked.id, ranked.score.percent())).collect())
    }

    /// A line for each of these people: name, score, reasons. Who takes no part any more is left out.
    async fn lines(
        &self,
        me: &Person,
        people: impl IntoIterator<Item = (AccountId, u8)>,
        moment: Moment,
        language: Language,
    ) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        for (id, score) in people {
            let Some(other) = self.stores.people.person(id).await? else { continue };
            let name = self.people.name(id).await?;
            let (name, place) = (shown(&name, language), lines.len() + 1);
            let reasons = self.matcher.reasons(me, &other.person, moment, language);
            let Some(reasons) = unless_refused(id, reasons)? else { continue };
            let (reasons, _) = reasons.as_texts(language);
            lines.push(match language {
                Language::Zh => format!("{place}. {name}，{score} 分：{reasons}"),
                Language::En => format!("{place}. {name}, {score} of 100: {reasons}"),
            });
        }
        Ok(lines)
    }

    /// The partner whose name is in the question, else that of the first of these matches, with their name.
    async fn meant(
        &self,
        me: &Person,
        matches: &[MatchView],
        asked: &str,
    ) -> StoreResult<Option<(Person, String)>> {
        let partners: Vec<AccountId> =
            matches.iter().filter_map(|view| view.matched.partner_of(me.id)).collect();
        let mut rows = self.stores.people.people_among(&partners).await?;
        let place = |id: AccountId| partners.iter().position(|partner| *partner == id);
        rows.sort_by_key(|row| place(row.person.id));
        let asked = fold(asked);
        let nickname = |row: &PersonRow| row.person.profile.nickname.as_deref().map(fold).unwrap_or_default();
        let is_named = |row: &PersonRow| {
            let nickname = nickname(row);
            !nickname.trim().is_empty() && asked.contains(nickname.trim())
        };
        let place = rows.iter().position(is_named).unwrap_or(0);
        if place >= rows.len() {
            return Ok(None);
        }
        let person = rows.swap_remove(place).person;
        let name = self.people.name(person.id).await?;
        Ok(Some((person, name)))
    }
}

/// The name of somebody, in one line; what is said of those who have none.
fn shown(name: &str, language: Language) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        language.pick("一位没有填昵称的人", "somebody without a nickname").to_owned()
    } else {
        name
    }
}

/// Whether a profile tells nothing but names.
fn says_nothing(profile: &Profile) -> bool {
    let Profile { nickname, avatar_url, contact_phone, .. } = profile.clone();
    *profile == Profile { nickname, avatar_url, contact_phone, ..Profile::default() }
}

/// Ways to begin from what both say of themselves.
fn in_common(me: &Profile, other: &Profile, language: Language) -> Vec<String> {
    let key = |name: &String| fold(interests::canonical(name));
    let theirs: BTreeSet<String> = other.interests.iter().map(key).collect();
    let mut lines: Vec<String> = Vec::new();
    let mut said = BTreeSet::new();
    for name in me.interests.iter().filter(|name| theirs.contains(&key(name)) && said.insert(key(name))) {
        lines.push(texts::shared_interest(name, language));
    }
    if let Some(city) = same(me.current.city.as_ref(), other.current.city.as_ref()) {
        lines.push(match language {
            Language::Zh => format!("你们都在{city}：可以问「周末你最喜欢去{city}的哪里？」"),
            Language::En => {
                format!("You both live in {city}: \"Where in {city} do you like to go on weekends?\"")
            }
        });
    }
    if let Some(town) = same(me.hometown.city.as_ref(), other.hometown.city.as_ref()) {
        lines.push(match language {
            Language::Zh => format!("你们都来自{town}：可以问「家乡的哪样吃的你最想念？」"),
            Language::En => format!("You both come from {town}: \"Which dish from home do you miss most?\""),
        });
    }
    if let Some(school) = same(me.education.school.as_ref(), other.education.school.as_ref()) {
        lines.push(match language {
            Language::Zh => format!("你们都在{school}读过书：可以聊聊校园里的回忆"),
            Language::En => format!("You both studied at {school}: share a memory of it"),
        });
    }
    if let Some(kind) = me.occupation.kind.filter(|kind| other.occupation.kind == Some(*kind)) {
        let field = labels::occupation(kind, language);
        lines.push(match language {
            Language::Zh => format!("你们都在{field}领域工作：可以问「当初为什么选了这一行？」"),
            Language::En => format!("You work in the same field, {field}: \"What brought you into it?\""),
        });
    }
    lines
}

/// A text that both have, however they wrote it.
fn same<'a>(one: Option<&'a String>, other: Option<&String>) -> Option<&'a str> {
    let (one, other) = (one?.trim(), other?.trim());
    (!one.is_empty() && fold(one) == fold(other)).then_some(one)
}

/// Questions that fit everyone, under a title.
fn open_questions(title: &str, language: Language) -> String {
    let questions = texts::open_questions(language).into_iter().map(|question| format!("- {question}"));
    [title.to_owned()].into_iter().chain(questions).collect::<Vec<_>>().join("\n")
}
