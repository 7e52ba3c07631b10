//! What leaves people out of somebody's list, and what could be asked less for.

/// By how many years a [`Relaxation`] moves a bound of the age window.
pub const RELAXED_YEARS: u8 = 5;

/// Declares an enum with the codes by which its values are told.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$each])* $variant,)+ }

        impl $name {
            /// Every one, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The word by which it is told.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }
    };
}

coded! {
    /// What leaves people out, in the order in which it is asked.
    Filter {
        /// They do not want to be in anyone's list.
        Paused = "paused",
        /// They are of a gender that is not sought.
        Gender = "gender",
        /// They do not seek the asker's gender.
        TheirGender = "their_gender",
        /// They are of an age that is not looked for, or under 18, or of an unknown one where a window was set.
        Age = "age",
        /// They do not look for the asker's age.
        TheirAge = "their_age",
        /// The question leaves them out.
        LeftOut = "left_out",
    }
}

coded! {
    /// A requirement of the asker's own that could ask for less.
    Relaxation {
        /// To seek anyone.
        AnyGender = "any_gender",
        /// To look for people up to [`RELAXED_YEARS`] younger than now.
        Younger = "younger",
        /// To look for people up to [`RELAXED_YEARS`] older than now.
        Older = "older",
    }
}
