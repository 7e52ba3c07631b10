//! What is missing in a profile.

use super::{BuiltIn, Failure, texts};
use crate::{
    ids::AccountId,
    model::{
        Language,
        completion::{self, PARTS},
    },
    service::profiles::ProfileError,
};

/// The most parts that are named one by one.
const NAMED_PARTS: usize = 8;

impl BuiltIn {
    /// What the asker's profile lacks, the weightiest first; what counts at all, when nobody is known to ask.
    pub(super) async fn profile(
        &self,
        asker: Option<AccountId>,
        language: Language,
    ) -> Result<String, Failure> {
        let Some(asker) = asker else { return Ok(what_counts(language)) };
        let view = match self.profiles.own(asker).await {
            Ok(view) => view,
            Err(ProfileError::Unknown) => return Ok(what_counts(language)),
            Err(error) => return Err(error.into()),
        };
        let missing = completion::missing(&view.profile, view.proofs);
        let rate = view.completion_rate;
        if missing.is_empty() {
            return Ok(match language {
                Language::Zh => format!("你的资料完整度是 {rate}%，什么都不缺。"),
                Language::En => format!("Your profile is {rate}% complete: nothing is missing."),
            });
        }
        let title = match language {
            Language::Zh => {
                format!("你的资料完整度是 {rate}%。还缺下面这些，括号里是补上后增加的百分点：")
            }
            Language::En => format!(
                "Your profile is {rate}% complete. This is missing; in brackets is what each adds, in percent:"
            ),
        };
        let named = missing.iter().take(NAMED_PARTS).map(|(part, percent)| match language {
            Language::Zh => format!("- {}（{percent}）", texts::part(part, language)),
            Language::En => format!("- {} ({percent})", texts::part(part, language)),
        });
        let mut lines: Vec<String> = [title].into_iter().chain(named).collect();
        if let left @ 1.. = missing.len().saturating_sub(NAMED_PARTS) {
            lines.push(match language {
                Language::Zh => format!("另外还有 {left} 项较小的。"),
                Language::En => format!("And {left} smaller ones."),
            });
        }
        lines.push(texts::profile_advice(language).to_owned());
        Ok(lines.join("\n"))
    }
}

/// All parts of a profile.
fn what_counts(language: Language) -> String {
    let parts: Vec<&str> = PARTS.iter().map(|(part, ..)| texts::part(part, language)).collect();
    let parts = parts.join(language.pick("、", ", "));
    match language {
        Language::Zh => format!(
            "在这里我不知道你是谁，所以看不到你的资料。一份完整的资料有：{parts}。\n{}",
            texts::profile_advice(language)
        ),
        Language::En => format!(
            "I do not know who you are here, so I cannot see your profile. A complete one has: {parts}.\n{}",
            texts::profile_advice(language)
        ),
    }
}
