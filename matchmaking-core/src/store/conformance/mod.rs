//! The conformance suite: what every store promises, as one case a function.
//!
//! A store is held to it by one line in a test: [`store_conformance!`](crate::store_conformance) takes the path
//! of a function that opens a fresh store, and becomes one named test a case. The function returns the stores
//! with a guard that keeps them alive, or `None` where there is nothing to test against.
//!
//! ```ignore
//! async fn fresh() -> Option<((), Stores)> {
//!     Some(((), open(&"memory:".parse().ok()?).await.ok()?))
//! }
//! matchmaking_core::store_conformance!(crate::fresh);
//! ```
//!
//! Cases read neither the machine's clock nor wait for time to pass.

pub mod accounts;
pub mod album;
pub mod carried;
pub mod codes;
pub mod conversations;
pub mod daily;
pub mod dialogues;
pub mod erasure;
pub mod excerpts;
mod fixture;
pub mod group_races;
pub mod groups;
pub mod invitations;
pub mod jobs;
pub mod likes;
pub mod lists;
pub mod logins;
pub mod matched;
pub mod matches;
pub mod messages;
pub mod names;
pub mod office;
pub mod pages;
pub mod people;
pub mod races;
pub mod receipts;
pub mod reviews;
pub mod rounds;
pub mod safety;
pub mod seat_races;
pub mod seats;
pub mod sessions;
pub mod upkeep;
pub mod visibility;
pub mod writers;

/// Declares the cases of each module: their list, and the macro that makes tests of them.
macro_rules! suite {
    (($d:tt) $($module:ident { $($case:ident)* })*) => {
        /// The names of all cases.
        pub const CASES: &[&str] = &[$($(concat!(stringify!($module), "::", stringify!($case)),)*)*];

        /// Becomes one test a case, for the store that the given function opens; see
        /// [`store::conformance`](crate::store::conformance).
        #[macro_export]
        macro_rules! store_conformance {
            ($d open:path) => {
                $(mod $module {
                    $(
                        #[::tokio::test(flavor = "multi_thread", worker_threads = 4)]
                        async fn $case() {
                            if let Some((_guard, stores)) = $d open().await {
                                let ended = $d crate::store::conformance::$module::$case(&stores).await;
                                stores.upkeep.close().await;
                                ended.unwrap();
                            }
                        }
                    )*
                })*
            };
        }
    };
}

suite! { ($)
    accounts {
        a_made_account_is_found
        nothing_is_made_when_an_identity_is_taken
        the_first_taken_identity_is_named
        names_are_unique_within_their_kind_as_folded
        two_identities_of_one_kind_are_a_defect
        an_account_needs_neither_identity_nor_password
        what_is_unknown_is_not_found
        identities_come_by_kind
        identities_of_a_kind_leave_out_those_without
        a_status_tells_whether_it_changed
        texts_and_moments_come_back_as_they_were
        one_of_many_gets_an_identity
        crossing_identities_end_in_whole_accounts
    }
    names {
        accounts_are_found_together
        a_new_name_replaces_the_old_one
        a_taken_name_changes_nothing
        only_accounts_that_are_there_get_names
        one_of_two_gets_a_name
        two_who_swap_names_keep_one_each
        a_password_is_replaced_while_it_is_the_expected_one
        names_are_given_together_or_not_at_all
        a_first_password_comes_with_names
    }
    codes {
        a_code_is_spent_once
        a_code_ends_with_its_time
        a_new_code_replaces_the_former
        codes_are_of_their_phone_and_purpose
        codes_come_at_intervals
        codes_are_counted_by_the_day
        wrong_tries_burn_a_code_for_the_day
        tries_without_a_code_are_not_counted
        what_could_not_be_sent_does_not_count
        one_code_at_once_is_spent_once
        one_of_many_sends_at_once
        tries_at_once_are_all_counted
    }
    logins {
        failures_lock_a_login_for_a_while
        failures_count_for_a_while
        a_right_login_forgets_failures
        a_locked_login_counts_nothing
        failures_at_once_are_all_counted
        old_phones_are_forgotten
    }
    sessions {
        a_session_is_what_it_was_opened_as
        only_active_accounts_have_sessions
        a_device_is_new_once
        sessions_and_devices_are_bounded
        a_token_is_spent_for_the_next
        a_lost_answer_is_repeated_for_a_moment
        a_spent_token_ends_its_session
        a_session_ends_with_its_time
        a_session_is_ended_by_its_own
        any_status_but_active_ends_sessions
        a_password_ends_sessions_but_the_one_kept
        a_password_is_set_in_place_of_the_expected_one
        one_token_at_once_has_one_successor
        one_of_two_passwords_at_once_is_set
        a_lock_and_a_login_at_once_leave_no_session
    }
    invitations {
        an_account_keeps_its_code
        a_code_belongs_to_one_account
        an_inviter_is_linked_once
        one_code_at_once_is_one_account_s
    }
    erasure {
        deletion_is_for_ever
        deletion_frees_the_names_and_forgets_the_profile
        deletion_takes_decisions_matches_and_blocks
        deletion_leaves_what_others_received
        deletion_passes_groups_on
        deletion_forgets_sessions_and_invitations
        deletion_takes_lists_memberships_and_reports
        deletion_takes_photos_films_and_papers
        deletion_takes_conversations_with_the_assistant
    }
    album {
        a_photo_comes_back_with_its_status
        an_album_is_full_at_its_bound
        one_photo_is_primary
        nobody_has_an_album
        files_belong_to_something_or_are_discarded
        unused_files_are_discarded
        a_profile_has_one_film
        one_of_many_gets_the_last_place
        a_profile_counts_what_came_of_it
    }
    reviews {
        what_is_handed_in_comes_back
        one_of_a_kind_waits
        a_later_decision_replaces
        reviews_come_in_pages
        one_of_many_is_taken
        deciding_at_once_ends_in_one_decision
    }
    pages {
        a_page_has_what_its_parts_have
    }
    people {
        a_whole_profile_comes_back
        profiles_leave_out_unknown_people
        a_stale_version_replaces_nothing
        one_of_many_replaces_a_version
        activity_never_goes_back
        only_active_people_take_part
        active_people_are_found_together
        people_come_in_pages
    }
    safety {
        a_block_is_new_once
        nobody_blocks_themselves_or_nobody
        blocks_come_in_parts
        blocks_are_bounded
        a_relation_is_known_from_both_sides
        what_hides_two_is_known_from_both_sides
    }
    matches {
        two_likes_make_one_match
        only_likes_make_matches
        a_later_decision_replaces_an_earlier_one
        a_match_outlives_the_decision
        decisions_about_nobody_are_not_visible
        rejection_counts_both_ways
        a_pair_is_matched_once
        a_like_after_a_match_makes_none
        a_match_says_what_came_of_it
        matches_come_oldest_first
        matches_come_in_parts
        matches_are_counted
        matches_with_some_are_found
        decisions_come_in_parts
        partners_are_all_there_ever_were
        a_like_flips
        a_match_ends_once_and_by_its_own
        terms_come_back_as_they_were
    }
    likes {
        super_likes_are_counted_by_the_day
        a_super_like_that_stands_takes_none
        both_say_yes_is_told
        a_like_that_stands_keeps_its_moment
        decisions_come_in_pages
        the_last_no_is_taken_back
        likes_come_in_parts
        who_likes_is_new_once
        hidden_people_are_not_listed
        a_contact_is_asked_for_by_the_two_of_a_match
        super_likes_at_once_are_no_more_than_there_are
        two_who_take_back_at_once_take_back_two
        who_likes_is_new_to_one_of_two
    }
    daily {
        a_list_is_kept_in_its_order
        the_latest_list_of_a_day_counts
        a_list_shows_whom_one_may_see
        a_list_tells_what_was_decided
        who_is_left_out_of_a_list
        lists_of_earlier_days_are_forgotten
        only_those_who_take_part_have_lists
        one_of_two_draws_at_once
        who_is_shown_is_counted
        nobody_is_shown_uncounted
        many_lists_are_kept_as_each_would_be
        a_place_is_never_taken_back
    }
    dialogues {
        a_dialogue_is_kept_as_made
        dialogues_come_newest_first
        only_dialogues_are_renamed_and_deleted
        a_deleted_dialogue_leaves_nothing
        questions_and_replies_are_numbered_together
        one_reply_at_a_time
        a_right_holds_while_it_is_renewed
        what_was_said_is_stored_though_the_right_ran_out
        nobody_asks_who_takes_no_part
        no_other_list_has_dialogues
        one_of_two_asks_at_once
        a_question_and_a_deletion_at_once_leave_nothing
    }
    office {
        a_membership_replaces_the_former
        everyone_else_has_no_membership
        accounts_are_found_by_what_they_are_called
        signs_of_patterns_are_signs
        the_record_goes_on
        a_report_is_kept_once
        reports_are_made_by_and_about_people
        reports_are_limited
        a_report_is_decided_once
        reports_come_in_parts
        one_of_two_decides_a_report
    }
    visibility {
        every_combination_agrees_with_the_rule
        a_block_hides_and_unblocking_restores
        a_status_hides_and_restores
        an_ended_match_hides_for_good
    }
    conversations {
        a_pair_has_one_direct_conversation
        conversations_with_nobody_are_a_defect
        a_group_is_kept_as_made
        adding_tells_what_came_of_it
        only_groups_lose_members
        members_come_as_they_joined
        one_who_comes_back_has_read_what_they_had
        unknown_conversations_have_nothing
    }
    groups {
        what_is_refused_has_its_reason
        members_add_whom_they_see
        owners_give_roles_and_remove
        the_eldest_inherits
        the_lower_number_inherits_of_two_who_joined_at_once
        a_second_owner_leaves_nothing_to_inherit
        an_ended_group_is_closed_and_empty
        a_change_is_of_what_was_named
        the_creator_stays
        who_left_is_a_stranger
    }
    lists {
        groups_come_oldest_first
        conversations_come_by_activity
        a_summary_counts_what_others_said_since
        what_hidden_people_wrote_is_left_out
        direct_conversations_are_listed_while_the_two_see_each_other
        what_ended_is_not_listed
        some_conversations_are_summarised
        conversations_are_walked_through
    }
    messages {
        messages_are_counted_from_one
        every_kind_and_text_comes_back
        each_refusal_has_its_reason
        a_repeat_is_the_first_message
        a_repeat_is_recognised_before_refusals
        names_belong_to_sender_and_conversation
        what_is_stored_is_told_of_once
        pages_go_back_from_the_newest
        pages_go_on_from_a_number
        extreme_numbers_are_numbers
        identifiers_are_unique_and_grow
    }
    carried {
        a_linked_file_goes_with_the_messages_that_link_to_it
        what_a_message_carries_comes_back
        a_message_is_taken_back_by_its_sender_for_a_while
        files_are_sent_by_whoever_uploaded_them
        files_go_with_their_last_message
        many_are_marked_at_once
        one_recall_at_once_takes_it_back
        a_file_is_sent_and_taken_back_at_once
    }
    matched {
        matched_conversations_come_pinned_first_then_by_activity
        conversations_of_deleted_people_are_kept
        the_number_of_matched_conversations_is_kept_through_races
        only_those_of_matches_in_sight_are_listed
        unread_is_counted_as_it_comes
        contacts_are_locked_until_both_ask
        reading_and_writing_at_once_keep_the_count
    }
    excerpts {
        pages_leave_out_hidden_people
        counts_leave_out_hidden_people
        a_message_is_found_by_its_identifier
        what_comes_before_an_identifier_is_known
        days_count_when_both_wrote
        days_are_counted_when_many_write_at_once
    }
    receipts {
        reading_goes_forward_only
        reading_stops_at_the_last_message
        what_is_read_was_delivered
        delivery_does_not_read
        strangers_mark_nothing
        marks_come_by_account_then_number
        marks_are_told_up_to_the_first_beyond
    }
    races {
        two_likes_at_once_make_one_match
        two_matches_at_once_are_one
        two_openings_at_once_are_one
        a_like_and_a_block_at_once_leave_no_visible_match
        reading_at_once_is_monotone
        toggles_at_once_all_count
        adding_at_once_adds_once
        a_caller_who_leaves_has_done_all_or_nothing
    }
    group_races {
        two_owners_who_leave_at_once_leave_one_heir
        nobody_joins_a_group_that_ended
        nothing_is_stored_of_one_who_left
        a_deletion_and_a_leaving_at_once_leave_an_owner
        nobody_adds_one_who_is_being_deleted
        many_who_come_and_go_at_once_leave_one_group
    }
    writers {
        many_senders_are_numbered_without_gaps
        many_conversations_are_numbered_apart
        one_name_at_once_is_one_message
        each_message_at_once_has_its_own_outcome
        nothing_is_stored_after_the_end_of_a_match
        nothing_is_stored_after_a_deactivation
        a_sender_who_leaves_neither_loses_nor_doubles
    }
    seats {
        an_event_comes_back
        events_are_found
        a_seat_is_held_and_paid
        a_late_payment_goes_back
        a_wrong_amount_goes_back
        quotas_bound_their_gender
        a_seat_is_given_back
        a_freed_seat_is_offered
        an_offer_goes_on
        a_moved_event_ends_what_is_held
        who_came_is_settled
        a_cancelled_event_gives_everything_back
        an_event_is_changed
        attendees_are_seen
        deletion_takes_words_and_leaves_numbers
    }
    seat_races {
        no_more_get_a_seat_than_there_are
        one_person_gets_one_seat
        a_payment_meets_the_end_of_its_seat
        a_freed_seat_goes_to_one
        one_payment_counts_once
    }
    jobs {
        a_job_is_done_once
        a_lost_job_is_done_by_another
        a_job_asked_for_meanwhile_is_done_again
        jobs_at_once_are_each_one_s
    }
    rounds {
        rounds_are_kept
        picks_are_mutual
    }
    upkeep {
        an_open_store_answers
        a_closed_store_is_unavailable
        closing_finishes_what_was_taken
    }
}

#[cfg(test)]
mod tests {
    use super::CASES;

    #[test]
    fn every_case_is_listed() {
        let sources = [
            include_str!("accounts.rs"),
            include_str!("album.rs"),
            include_str!("carried.rs"),
            include_str!("codes.rs"),
            include_str!("conversations.rs"),
            include_str!("daily.rs"),
            include_str!("dialogues.rs"),
            include_str!("erasure.rs"),
            include_str!("excerpts.rs"),
            include_str!("group_races.rs"),
            include_str!("groups.rs"),
            include_str!("invitations.rs"),
            include_str!("likes.rs"),
            include_str!("lists.rs"),
            include_str!("logins.rs"),
            include_str!("matched.rs"),
            include_str!("matches.rs"),
            include_str!("messages.rs"),
            include_str!("names.rs"),
            include_str!("office.rs"),
            include_str!("pages.rs"),
            include_str!("people.rs"),
            include_str!("races.rs"),
            include_str!("receipts.rs"),
            include_str!("reviews.rs"),
            include_str!("safety.rs"),
            include_str!("sessions.rs"),
            include_str!("jobs.rs"),
            include_str!("rounds.rs"),
            include_str!("seat_races.rs"),
            include_str!("seats.rs"),
            include_str!("upkeep.rs"),
            include_str!("visibility.rs"),
            include_str!("writers.rs"),
        ];
        let written =
            sources.iter().flat_map(|source| source.lines()).filter(|line| line.starts_with("pub async fn "));
        assert_eq!(written.count(), CASES.len());
    }

    async fn fresh() -> Option<((), crate::store::Stores)> {
        let url = "memory:".parse().unwrap();
        Some(((), crate::store::open(&url).await.unwrap()))
    }

    // The store in memory is held to the suite here too, so that the crate tests itself.
    store_conformance!(super::fresh);
}
