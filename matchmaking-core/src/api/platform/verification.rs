//! Who somebody is, and papers.

use std::fmt;

use serde::Serialize;

use super::post;
use crate::{
    api::{
        route::{Endpoint, Route},
        wire::{Decode, Input, Node, Problem, Refused},
    },
    ids::ReviewId,
    model::{Claim, id_card},
};

/// The most bytes of a request with pictures in it.
const PAPERS_BODY_MAX: usize = 32 << 20;

/// The most characters of a real name.
const NAME_CHARS_MAX: usize = 50;

/// The most pictures of one kind of papers.
const IMAGES_MAX: usize = 9;

/// Hands in who one is.
#[derive(Debug)]
pub struct VerifyIdentity;

impl Endpoint for VerifyIdentity {
    const ROUTE: Route = post("/auth/identity-verify", "提交实名认证")
        .documented()
        .json_body(PAPERS_BODY_MAX)
        .success("实名认证信息已提交");
    type Request = VerifyIdentityRequest;
    type Response = SubmittedIdentity;
}

/// Who one is. A picture is `base64://…`, a `data:` URL, or the URL of a photo of one's own on this server.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::VerifyIdentityRequest))]
pub struct VerifyIdentityRequest {
    /// The real name.
    pub real_name: String,
    /// The number of the identity card: 18 characters with a real date of birth.
    pub id_card_number: String,
    /// The card's front.
    pub id_card_front: String,
    /// The card's back.
    pub id_card_back: String,
    /// The face.
    pub face_photo: String,
}

impl fmt::Debug for VerifyIdentityRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyIdentityRequest").finish_non_exhaustive()
    }
}

impl Decode for VerifyIdentityRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let real_name = body.required_not_null("real_name", real_name);
        let number = body.required_not_null("id_card_number", number);
        let front = body.required_not_null("id_card_front", picture);
        let back = body.required_not_null("id_card_back", picture);
        let face = body.required_not_null("face_photo", picture);
        Ok(Self {
            real_name: real_name?,
            id_card_number: number?,
            id_card_front: front?,
            id_card_back: back?,
            face_photo: face?,
        })
    }
}

fn real_name(node: Node<'_>) -> Result<String, Refused> {
    let name = node.text_of(1..=NAME_CHARS_MAX)?;
    let problem = Problem::Reason { chinese: "姓名格式不正确", english: "is no name" };
    node.check(crate::model::account::is_username(&name), problem)?;
    Ok(name.trim().to_owned())
}

fn number(node: Node<'_>) -> Result<String, Refused> {
    let number = node.text(id_card::LENGTH)?;
    let problem = Problem::Reason {
        chinese: "身份证号格式不正确",
        english: "is no number of an identity card",
    };
    node.check(id_card::parse(&number).is_some(), problem)?;
    Ok(number.to_ascii_uppercase())
}

fn picture(node: Node<'_>) -> Result<String, Refused> {
    node.text(PAPERS_BODY_MAX)
}

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::SubmittedIdentity))]
pub struct SubmittedIdentity {
    /// Its number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub verify_id: ReviewId,
    /// `PENDING`: a reviewer has yet to decide.
    pub status: &'static str,
    /// How long it takes.
    pub estimated_time: &'static str,
    /// What to tell the person.
    pub tips: &'static str,
}

/// Hands in papers that show an education, an income, a house or a car.
#[derive(Debug)]
pub struct SubmitPapers;

impl Endpoint for SubmitPapers {
    const ROUTE: Route =
        post("/profile/verifications", "提交学历、收入、房产或车辆认证").json_body(PAPERS_BODY_MAX);
    type Request = SubmitPapersRequest;
    type Response = SubmittedPapers;
}

/// Papers.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::SubmitPapersRequest))]
pub struct SubmitPapersRequest {
    /// What they show: `education`, `income`, `house` or `car`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: Claim,
    /// One to nine pictures, each as those of an identity.
    pub images: Vec<String>,
}

impl fmt::Debug for SubmitPapersRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmitPapersRequest").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Decode for SubmitPapersRequest {
    fn decode(input: &Input) -> Result<Self, Refused> {
        let body = input.body()?;
        let kind = body.required_not_null("kind", |node| node.one_of(Claim::WORDS, Claim::from_word));
        let images = body.required_not_null("images", |node| {
            let images = node.list(IMAGES_MAX, picture)?;
            node.check(!images.is_empty(), Problem::TooFew(1))?;
            Ok(images)
        });
        Ok(Self { kind: kind?, images: images? })
    }
}

/// Papers that were handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::SubmittedPapers))]
pub struct SubmittedPapers {
    /// Their number.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub verify_id: ReviewId,
    /// What they show.
    pub kind: &'static str,
    /// `PENDING`.
    pub status: &'static str,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::wire::FieldError;

    fn wrong<T: Decode>(body: Value) -> Vec<String> {
        let read = Input::strict().with_json(body).decode::<T>();
        read.err().unwrap_or_default().iter().map(FieldError::field).collect()
    }

    #[test]
    fn every_wrong_field_is_told() {
        let good = json!({
            "real_name": "佘秋婧", "id_card_number": "31010119950101123x", "id_card_front": "base64://",
            "id_card_back": "base64://", "face_photo": "base64://",
        });
        assert!(wrong::<VerifyIdentityRequest>(good.clone()).is_empty());
        let request = Input::strict().with_json(good).decode::<VerifyIdentityRequest>().unwrap();
        assert_eq!(request.id_card_number, "31010119950101123X");
        assert!(!format!("{request:?}").contains('婧'));
        let bad = json!({"real_name": " ", "id_card_number": "310101199513011234", "id_card_front": 1});
        let fields = ["real_name", "id_card_number", "id_card_front", "id_card_back", "face_photo"];
        assert_eq!(wrong::<VerifyIdentityRequest>(bad), fields);
        let papers = json!({"kind": "boat", "images": []});
        assert_eq!(wrong::<SubmitPapersRequest>(papers), ["kind", "images"]);
        assert!(wrong::<SubmitPapersRequest>(json!({"kind": "car", "images": ["x"]})).is_empty());
    }
}
