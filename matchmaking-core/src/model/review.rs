//! What people hand in, and what a reviewer says of it.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Millis,
    ids::{AccountId, PhotoId, ReviewId},
};

/// Declares an enum with the number that stores keep and the word that APIs know.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal, $word:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The words of all values.
            pub const WORDS: &[&str] = &[$($word),+];

            /// The word by which APIs know it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value with this word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }

            /// The number that stores keep.
            #[must_use]
            pub const fn code(self) -> i64 {
                match self { $(Self::$variant => $number),+ }
            }

            /// The value that a store keeps as this number.
            #[must_use]
            pub const fn from_code(code: i64) -> Option<Self> {
                match code { $($number => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

numbered! {
    /// What kind of thing is reviewed.
    ReviewKind {
        /// Who somebody is.
        Identity = 1, "identity";
        /// A picture of the album.
        Photo = 2, "photo";
        /// The film of the profile.
        Video = 3, "video";
        /// Something that somebody says of themselves, with papers that show it.
        Verification = 4, "verification";
    }
}

numbered! {
    /// How far a review is.
    ReviewStatus {
        /// Nobody has decided yet.
        Pending = 1, "pending";
        /// It was found good.
        Passed = 2, "passed";
        /// It was not.
        Rejected = 3, "rejected";
    }
}

numbered! {
    /// What papers show.
    Claim {
        /// The education.
        Education = 1, "education";
        /// The income.
        Income = 2, "income";
        /// The house.
        House = 3, "house";
        /// The car.
        Car = 4, "car";
    }
}

/// What is reviewed. Files are named by their keys in the media store.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    /// Who somebody is.
    Identity {
        /// Real name and number, encrypted; only the service that was given the key can read it.
        sealed: String,
        /// Pictures of the card's front, its back, and the person's face.
        images: Vec<String>,
    },
    /// A picture of the album.
    Photo {
        /// The picture's key.
        file: String,
    },
    /// The film of the profile.
    Video {
        /// The film's key.
        file: String,
    },
    /// Papers.
    Verification {
        /// What they show.
        claim: Claim,
        /// Pictures of them.
        images: Vec<String>,
    },
}

impl Subject {
    /// What kind of thing it is.
    #[must_use]
    pub const fn kind(&self) -> ReviewKind {
        match self {
            Self::Identity { .. } => ReviewKind::Identity,
            Self::Photo { .. } => ReviewKind::Photo,
            Self::Video { .. } => ReviewKind::Video,
            Self::Verification { .. } => ReviewKind::Verification,
        }
    }

    /// What papers show, of papers.
    #[must_use]
    pub const fn claim(&self) -> Option<Claim> {
        match self {
            Self::Verification { claim, .. } => Some(*claim),
            Self::Identity { .. } | Self::Photo { .. } | Self::Video { .. } => None,
        }
    }

    /// The keys of the files that belong to it.
    #[must_use]
    pub fn files(&self) -> &[String] {
        match self {
            Self::Identity { images, .. } | Self::Verification { images, .. } => images,
            Self::Photo { file } | Self::Video { file } => std::slice::from_ref(file),
        }
    }
}

impl std::fmt::Debug for Subject {
    // Who has a file's key is one step from the file, and what is sealed is nobody's business.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

impl Serialize for Claim {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for Claim {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::from_word(&word).ok_or_else(|| serde::de::Error::custom("no claim"))
    }
}

/// Something that was handed in, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its number.
    pub id: ReviewId,
    /// Who handed it in.
    pub account: AccountId,
    /// What.
    pub subject: Subject,
    /// How far it is.
    pub status: ReviewStatus,
    /// Why it was decided so, in the reviewer's words.
    pub reason: Option<String>,
    /// When it was handed in.
    pub submitted_at: Millis,
    /// When it was decided last.
    pub decided_at: Option<Millis>,
}

numbered! {
    /// What a photo is meant as.
    PhotoKind {
        /// The face beside the name.
        Avatar = 1, "avatar";
        /// A picture of life.
        Life = 2, "life";
    }
}

/// A picture of somebody's album.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// Its number.
    pub id: PhotoId,
    /// Whose it is.
    pub account: AccountId,
    /// What it is meant as.
    pub kind: PhotoKind,
    /// Whether it is the one that stands for its person. Of those who have photos, one is.
    pub is_primary: bool,
    /// How far its review is. Others are shown passed ones only.
    pub status: ReviewStatus,
    /// The keys of its forms.
    pub files: PhotoFiles,
    /// When it was added.
    pub created_at: Millis,
}

/// The keys of a photo's forms in the media store. None can be told from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFiles {
    /// The picture.
    pub full: String,
    /// The small one.
    pub thumbnail: String,
    /// The small one in which nobody is recognised.
    pub blurred: String,
}

/// The film of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Video {
    /// Whose it is.
    pub account: AccountId,
    /// The film's key.
    pub file: String,
    /// The key of the picture that stands for it.
    pub cover: Option<String>,
    /// How long it is, in whole seconds, where the film tells.
    pub duration_secs: Option<u32>,
    /// How often others began to watch it.
    pub views: i64,
    /// How far its review is.
    pub status: ReviewStatus,
    /// When it was added.
    pub created_at: Millis,
}

numbered! {
    /// What a kept file is, which decides who may see it.
    FileRole {
        /// A photo or its thumbnail: for everyone who may see its person, once it has passed.
        Photo = 1, "photo";
        /// A photo in which nobody is recognised: likewise.
        Blurred = 2, "blurred";
        /// A profile's film or its cover: likewise.
        Video = 3, "video";
        /// Papers: for reviewers only.
        Paper = 4, "paper";
        /// What was uploaded to be sent: for whoever is in a conversation that it was sent to.
        Message = 5, "message";
    }
}

/// What is known of a kept file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptFile {
    /// Whose it is.
    pub account: AccountId,
    /// What it is.
    pub role: FileRole,
    /// How far its review is; `None` for a file that has not been handed in yet.
    pub status: Option<ReviewStatus>,
}
