// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "ledger_phase"))]
    pub struct LedgerPhase;
}

diesel::table! {
    audit_log (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        actor_name -> Text,
        action -> Text,
        subject -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    blocks (tenant_id, blocker_id, blocked_id) {
        tenant_id -> Uuid,
        blocker_id -> Uuid,
        blocked_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    booking_events (tenant_id, booking_id, seq) {
        tenant_id -> Uuid,
        booking_id -> Uuid,
        seq -> Int4,
        at -> Timestamptz,
        event -> Jsonb,
    }
}

diesel::table! {
    booking_looks (tenant_id, booking_id, start, nth) {
        tenant_id -> Uuid,
        booking_id -> Uuid,
        start -> Timestamptz,
        nth -> Int4,
        buyer_here -> Bool,
        seller_here -> Bool,
    }
}

diesel::table! {
    bookings (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        service_id -> Uuid,
        service_title -> Text,
        currency -> Text,
        call_terms -> Jsonb,
        booking -> Jsonb,
        starts_at -> Nullable<Timestamptz>,
        ordered_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        due_at -> Nullable<Timestamptz>,
        reminded_of -> Nullable<Timestamptz>,
        warned -> Bool,
        extra_minor -> Int8,
        extra_commission_minor -> Int8,
        extra_tax_minor -> Int8,
        brief -> Text,
        delivered -> Text,
    }
}

diesel::table! {
    busy_times (tenant_id, seller_id, starts_at) {
        tenant_id -> Uuid,
        seller_id -> Uuid,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
    }
}

diesel::table! {
    calendar_feeds (tenant_id, person_id) {
        tenant_id -> Uuid,
        person_id -> Uuid,
        token_hash -> Bytea,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    calendar_imports (tenant_id, seller_id) {
        tenant_id -> Uuid,
        seller_id -> Uuid,
        address -> Bytea,
        host -> Text,
        set_at -> Timestamptz,
        due_at -> Nullable<Timestamptz>,
        read_at -> Nullable<Timestamptz>,
        failing_since -> Nullable<Timestamptz>,
        trouble -> Nullable<Text>,
        left_out -> Int4,
    }
}

diesel::table! {
    call_events (tenant_id, call_id, seq) {
        tenant_id -> Uuid,
        call_id -> Uuid,
        seq -> Int4,
        at -> Timestamptz,
        event -> Jsonb,
    }
}

diesel::table! {
    call_extensions (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        call_id -> Uuid,
        minutes -> Int4,
        price -> Jsonb,
        currency -> Text,
        state -> Text,
        asked_at -> Timestamptz,
        since -> Timestamptz,
        agreed_at -> Nullable<Timestamptz>,
        from_s -> Nullable<Int8>,
    }
}

diesel::table! {
    call_feedback (tenant_id, call_id, person_id) {
        tenant_id -> Uuid,
        call_id -> Uuid,
        person_id -> Uuid,
        good -> Bool,
        faults -> Array<Text>,
        body -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    call_guests (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        call_id -> Uuid,
        role -> Text,
        languages -> Array<Nullable<Text>>,
        invited_by -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        link_hash -> Bytea,
        user_id -> Nullable<Uuid>,
        came_at -> Nullable<Timestamptz>,
        admitted_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        leg_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    call_quality (tenant_id, call_id, role) {
        tenant_id -> Uuid,
        call_id -> Uuid,
        role -> Text,
        good_s -> Int4,
        fair_s -> Int4,
        poor_s -> Int4,
        worst -> Int2,
        sound_only_s -> Int4,
    }
}

diesel::table! {
    call_snapshots (tenant_id, seller_id) {
        tenant_id -> Uuid,
        seller_id -> Uuid,
        call_id -> Uuid,
        hash -> Text,
        body -> Bytea,
        at -> Timestamptz,
    }
}

diesel::table! {
    call_legs (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        call_id -> Uuid,
        payer_id -> Uuid,
        payee_id -> Uuid,
        revenue_id -> Uuid,
    }
}

diesel::table! {
    calls (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        service_id -> Uuid,
        service_title -> Text,
        currency -> Text,
        terms -> Jsonb,
        opening_minor -> Int8,
        rang_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
        live_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
        billable_ms -> Int8,
        charged_minor -> Int8,
        commission_minor -> Int8,
        tax_minor -> Int8,
        booking_id -> Nullable<Uuid>,
        buyer_chat_mails -> Int2,
        seller_chat_mails -> Int2,
        parent_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    categories (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        slug -> Text,
        names -> Jsonb,
        policy -> Jsonb,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        video -> Bool,
    }
}

diesel::table! {
    chargeback_shares (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        chargeback_id -> Uuid,
        call_id -> Nullable<Uuid>,
        booking_id -> Nullable<Uuid>,
        seller_id -> Uuid,
        gross_minor -> Int8,
        commission_minor -> Int8,
        tax_minor -> Int8,
        held_earnings_minor -> Int8,
        held_payable_minor -> Int8,
    }
}

diesel::table! {
    chargebacks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        account_id -> Nullable<Uuid>,
        reference -> Text,
        charge -> Text,
        top_up_id -> Nullable<Uuid>,
        buyer_id -> Nullable<Uuid>,
        amount_minor -> Int8,
        currency -> Text,
        reason -> Text,
        stage -> Text,
        wallet_minor -> Int8,
        evidence -> Jsonb,
        opened_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    co_sellers (tenant_id, seller_id, co_seller_id) {
        tenant_id -> Uuid,
        seller_id -> Uuid,
        co_seller_id -> Uuid,
        bp -> Int4,
    }
}

diesel::table! {
    conversations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        last_at -> Timestamptz,
        buyer_read_to -> Nullable<Timestamptz>,
        buyer_read_at -> Nullable<Timestamptz>,
        seller_read_to -> Nullable<Timestamptz>,
        seller_read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    declarations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        kind -> Text,
        version -> Text,
        address -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    earning_shares (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        call_id -> Nullable<Uuid>,
        booking_id -> Nullable<Uuid>,
        seller_id -> Uuid,
        sharer_id -> Uuid,
        kind -> Text,
        bp -> Int4,
        step -> Int4,
        amount_minor -> Int8,
        at -> Timestamptz,
    }
}

diesel::table! {
    invoice_numbers (only_one) {
        only_one -> Bool,
        last -> Int8,
    }
}

diesel::table! {
    gateway_accounts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        provider -> Text,
        mode -> Text,
        sealed_keys -> Nullable<Binary>,
        shown -> Jsonb,
        currencies -> Array<Text>,
        place -> Int4,
        enabled -> Bool,
        checked_at -> Nullable<Timestamptz>,
        trouble -> Nullable<Text>,
        created_at -> Timestamptz,
        removed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    gateway_differences (tenant_id, top_up_id) {
        tenant_id -> Uuid,
        top_up_id -> Uuid,
        account_id -> Uuid,
        ours -> Text,
        theirs -> Text,
        found_at -> Timestamptz,
        cleared_at -> Nullable<Timestamptz>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    gateway_inbox (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        account_id -> Uuid,
        dedup_key -> Text,
        received_at -> Timestamptz,
        headers -> Jsonb,
        body -> Binary,
        state -> Text,
        told -> Text,
        repeats -> Int4,
    }
}

diesel::table! {
    identity_rules (tenant_id) {
        tenant_id -> Uuid,
        before_selling -> Bool,
        before_buying -> Bool,
    }
}

diesel::table! {
    identity_checks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        state -> Text,
        reason -> Text,
        sent_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    identity_pictures (tenant_id, check_id, kind) {
        tenant_id -> Uuid,
        check_id -> Uuid,
        kind -> Text,
        sealed -> Bytea,
    }
}

diesel::table! {
    jobs (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        payload -> Jsonb,
        state -> Text,
        attempts -> Int4,
        run_at -> Timestamptz,
        leased_until -> Nullable<Timestamptz>,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    dispute_rules (tenant_id) {
        tenant_id -> Uuid,
        window_days -> Int4,
        hold_sellers -> Bool,
    }
}

diesel::table! {
    disputes (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        call_id -> Nullable<Uuid>,
        booking_id -> Nullable<Uuid>,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        currency -> Text,
        asked_minor -> Int8,
        held_earnings_minor -> Int8,
        held_payable_minor -> Int8,
        state -> Text,
        reason -> Text,
        answer -> Text,
        answer_by -> Timestamptz,
        refunded_minor -> Nullable<Int8>,
        decided_by -> Nullable<Text>,
        decision -> Text,
        evidence -> Jsonb,
        opened_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    domains (tenant_id, domain) {
        tenant_id -> Uuid,
        domain -> Text,
        token -> Text,
        state -> Text,
        canonical -> Bool,
        since -> Timestamptz,
        failing_since -> Nullable<Timestamptz>,
        checks -> Int4,
        checked_at -> Nullable<Timestamptz>,
        found -> Nullable<Text>,
        next_check_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    exports (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        asked_by -> Uuid,
        state -> Text,
        tables_done -> Int4,
        tables -> Int4,
        rows -> Int8,
        bytes -> Int8,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    ledger_accounts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        owner_id -> Nullable<Uuid>,
        currency -> Text,
        balance_minor -> Int8,
        held_minor -> Int8,
        created_at -> Timestamptz,
        order_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::LedgerPhase;

    ledger_transfers (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        phase -> LedgerPhase,
        kind -> Text,
        debit_id -> Uuid,
        credit_id -> Uuid,
        amount_minor -> Int8,
        hold_id -> Nullable<Uuid>,
        leg_id -> Nullable<Uuid>,
        block_no -> Nullable<Int4>,
        at -> Timestamptz,
    }
}

diesel::table! {
    look_files (tenant_id, hash) {
        tenant_id -> Uuid,
        hash -> Text,
        media_type -> Text,
        body -> Bytea,
        at -> Timestamptz,
    }
}

diesel::table! {
    look_versions (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        by_id -> Nullable<Uuid>,
        look -> Nullable<Jsonb>,
        files -> Array<Text>,
    }
}

diesel::table! {
    mail_tokens (tenant_id, token_hash) {
        tenant_id -> Uuid,
        token_hash -> Bytea,
        user_id -> Uuid,
        purpose -> Text,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    message_file_parts (tenant_id, file_id, nth) {
        tenant_id -> Uuid,
        file_id -> Uuid,
        nth -> Int2,
        body -> Bytea,
    }
}

diesel::table! {
    message_files (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        sender_id -> Uuid,
        name -> Text,
        media_type -> Text,
        bytes -> Int4,
        at -> Timestamptz,
        preview -> Nullable<Bytea>,
        width -> Nullable<Int4>,
        height -> Nullable<Int4>,
    }
}

diesel::table! {
    messages (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        conversation_id -> Uuid,
        call_id -> Nullable<Uuid>,
        sender_id -> Nullable<Uuid>,
        kind -> Text,
        body -> Text,
        at -> Timestamptz,
        service_id -> Nullable<Uuid>,
        without_buyer -> Bool,
    }
}

diesel::table! {
    people_in_calls (tenant_id, user_id) {
        tenant_id -> Uuid,
        user_id -> Uuid,
        call_id -> Uuid,
    }
}

diesel::table! {
    plans (id) {
        id -> Uuid,
        name -> Text,
        price_minor -> Int8,
        currency -> Text,
        interval_months -> Int4,
        limits -> Jsonb,
        offered -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    platform_audit_log (id) {
        id -> Uuid,
        at -> Timestamptz,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        actor_name -> Text,
        action -> Text,
        subject -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    platform_sessions (token_hash) {
        token_hash -> Bytea,
        staff_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    platform_staff (id) {
        id -> Uuid,
        email -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Text,
        totp_secret -> Nullable<Bytea>,
        totp_step -> Int8,
        enrolled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        wrong_codes -> Int4,
        wrong_code_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    private_room_tries (tenant_id, room_id, who) {
        tenant_id -> Uuid,
        room_id -> Uuid,
        who -> Bytea,
        kind -> Text,
        failures -> Int4,
        last_at -> Timestamptz,
        until -> Timestamptz,
        locked -> Bool,
    }
}

diesel::table! {
    private_room_users (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        room_id -> Uuid,
        name -> Text,
        name_key -> Text,
        password_hash -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    private_room_visits (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        room_id -> Uuid,
        token_hash -> Bytea,
        name -> Text,
        user_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        seen_at -> Timestamptz,
        admitted_at -> Nullable<Timestamptz>,
        refused_at -> Nullable<Timestamptz>,
        call_id -> Nullable<Uuid>,
        network -> Nullable<Bytea>,
    }
}

diesel::table! {
    private_rooms (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        host_id -> Uuid,
        service_id -> Uuid,
        free -> Bool,
        slug -> Text,
        title -> Text,
        opens_by -> Text,
        password_hash -> Nullable<Text>,
        call_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    person_reports (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        reporter_id -> Uuid,
        reported_id -> Uuid,
        fault -> Text,
        body -> Text,
        at -> Timestamptz,
        note -> Text,
        closed_at -> Nullable<Timestamptz>,
        closed_reason -> Nullable<Text>,
    }
}

diesel::table! {
    recording_consents (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        recording_id -> Uuid,
        person_id -> Uuid,
        answer -> Text,
        text_version -> Text,
        text -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    recording_parts (tenant_id, take_id, peer_id) {
        tenant_id -> Uuid,
        recording_id -> Uuid,
        take_id -> Uuid,
        peer_id -> Uuid,
        person_id -> Uuid,
        from_ms -> Int8,
        until_ms -> Nullable<Int8>,
        bytes -> Int8,
    }
}

diesel::table! {
    recordings (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        call_id -> Uuid,
        asked_by -> Nullable<Uuid>,
        state -> Text,
        asked_at -> Timestamptz,
        began_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        ending -> Nullable<Text>,
        progress -> Int2,
        bytes -> Int8,
        length_ms -> Int8,
        retained_until -> Nullable<Timestamptz>,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    recovery_codes (tenant_id, user_id, code_hash) {
        tenant_id -> Uuid,
        user_id -> Uuid,
        code_hash -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    refunds (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        call_id -> Nullable<Uuid>,
        booking_id -> Nullable<Uuid>,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        currency -> Text,
        amount_minor -> Int8,
        commission_minor -> Int8,
        seconds -> Int8,
        given_by -> Text,
        dispute_id -> Nullable<Uuid>,
        reason -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    review_reports (tenant_id, call_id, author, reporter_id) {
        tenant_id -> Uuid,
        call_id -> Uuid,
        author -> Text,
        reporter_id -> Uuid,
        fault -> Text,
        body -> Text,
        at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    reviews (tenant_id, call_id, author) {
        tenant_id -> Uuid,
        call_id -> Uuid,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        stars -> Int2,
        body -> Text,
        at -> Timestamptz,
        author -> Text,
        hidden_at -> Nullable<Timestamptz>,
        hidden_reason -> Nullable<Text>,
        reply -> Nullable<Text>,
        replied_at -> Nullable<Timestamptz>,
        open_reports -> Int4,
    }
}

diesel::table! {
    saved_methods (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        account_id -> Nullable<Uuid>,
        sealed_token -> Nullable<Binary>,
        label -> Text,
        consent_version -> Int4,
        consent_words -> Text,
        consented_at -> Timestamptz,
        created_at -> Timestamptz,
        removed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    second_factors (tenant_id, user_id) {
        tenant_id -> Uuid,
        user_id -> Uuid,
        secret -> Bytea,
        step -> Int8,
        switched_on_at -> Nullable<Timestamptz>,
        wrong_codes -> Int4,
        wrong_code_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    seller_photos (tenant_id, user_id) {
        tenant_id -> Uuid,
        user_id -> Uuid,
        hash -> Text,
        media_type -> Text,
        body -> Bytea,
        at -> Timestamptz,
    }
}

diesel::table! {
    sellers (tenant_id, user_id) {
        tenant_id -> Uuid,
        user_id -> Uuid,
        headline -> Text,
        about -> Text,
        languages -> Array<Nullable<Text>>,
        photo_url -> Nullable<Text>,
        available_until -> Nullable<Timestamptz>,
        rating_sum -> Int8,
        rating_count -> Int8,
        created_at -> Timestamptz,
        charges -> Jsonb,
    }
}

diesel::table! {
    services (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        seller_id -> Uuid,
        title -> Text,
        description -> Text,
        rate_minor -> Int8,
        policy -> Jsonb,
        video_enabled -> Bool,
        published -> Bool,
        created_at -> Timestamptz,
        withheld -> Bool,
        category_id -> Nullable<Uuid>,
        booking -> Nullable<Jsonb>,
        fixed -> Nullable<Jsonb>,
        addons -> Jsonb,
    }
}

diesel::table! {
    sessions (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        refresh_hash -> Bytea,
        previous_hash -> Nullable<Bytea>,
        rotated_at -> Timestamptz,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        device -> Text,
        stepped_up_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    snapshot_consents (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        person_id -> Uuid,
        given -> Bool,
        text_version -> Text,
        text -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    staff (tenant_id, user_id) {
        tenant_id -> Uuid,
        user_id -> Uuid,
        role -> Text,
        permissions -> Array<Nullable<Text>>,
        created_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    studio_managers (tenant_id, user_id) {
        tenant_id -> Uuid,
        user_id -> Uuid,
        studio_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    studio_sellers (tenant_id, seller_id) {
        tenant_id -> Uuid,
        seller_id -> Uuid,
        studio_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    studio_shares (tenant_id, studio_id) {
        tenant_id -> Uuid,
        studio_id -> Uuid,
        manager_id -> Uuid,
        bp -> Int4,
    }
}

diesel::table! {
    studios (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    subscription_notices (tenant_id, ends_at, days_before) {
        tenant_id -> Uuid,
        ends_at -> Timestamptz,
        days_before -> Int4,
        sent_at -> Timestamptz,
    }
}

diesel::table! {
    subscription_payments (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        plan_id -> Uuid,
        plan_name -> Text,
        interval_months -> Int4,
        gateway -> Text,
        gateway_reference -> Nullable<Text>,
        pay_url -> Nullable<Text>,
        amount_minor -> Int8,
        currency -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    subscription_settings (only_one) {
        only_one -> Bool,
        on_since -> Nullable<Timestamptz>,
        grace_days -> Int4,
        days_before -> Array<Nullable<Int4>>,
        mail_subject -> Text,
        mail_body -> Text,
        issuer -> Text,
    }
}

diesel::table! {
    subscriptions (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        plan_id -> Uuid,
        amount_minor -> Int8,
        currency -> Text,
        starts_at -> Timestamptz,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
        plan_name -> Text,
        interval_months -> Int4,
        invoice_no -> Int8,
        issuer -> Text,
        customer -> Text,
    }
}

diesel::table! {
    tenant_hosts (tenant_id, host) {
        tenant_id -> Uuid,
        host -> Text,
    }
}

diesel::table! {
    tenant_words (tenant_id, language, key) {
        tenant_id -> Uuid,
        language -> Text,
        key -> Text,
        value -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    tenants (id) {
        id -> Uuid,
        slug -> Text,
        name -> Text,
        theme -> Text,
        currency -> Text,
        time_zone -> Text,
        language -> Text,
        hidden -> Bool,
        policy -> Jsonb,
        min_rate_minor -> Int8,
        max_rate_minor -> Int8,
        created_at -> Timestamptz,
        state -> Text,
        suspended_at -> Nullable<Timestamptz>,
        suspended_reason -> Nullable<Text>,
        delete_at -> Nullable<Timestamptz>,
        vertical -> Text,
        brand -> Nullable<Jsonb>,
        subscription_free -> Bool,
        subscription_due_since -> Nullable<Timestamptz>,
        erased_at -> Nullable<Timestamptz>,
        look_revision -> Int8,
        quotas -> Jsonb,
        reply_to -> Nullable<Text>,
        money_mode -> Text,
        live_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    test_gateway_methods (tenant_id, token) {
        tenant_id -> Uuid,
        token -> Text,
        next -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    test_gateway_payments (tenant_id, reference) {
        tenant_id -> Uuid,
        reference -> Text,
        idempotency_key -> Text,
        amount_minor -> Int8,
        currency -> Text,
        return_url -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        silent_until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        merchant -> Nullable<Text>,
        keeps -> Nullable<Text>,
        token -> Nullable<Text>,
        holds -> Bool,
        captured_minor -> Nullable<Int8>,
        captured_by -> Nullable<Text>,
    }
}

diesel::table! {
    timetables (tenant_id, seller_id) {
        tenant_id -> Uuid,
        seller_id -> Uuid,
        zone -> Text,
        weekly -> Jsonb,
        exceptions -> Jsonb,
        before_min -> Int4,
        after_min -> Int4,
        notice_min -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    tips (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        buyer_id -> Uuid,
        seller_id -> Uuid,
        call_id -> Nullable<Uuid>,
        amount_minor -> Int8,
        commission_minor -> Int8,
        currency -> Text,
        given_at -> Timestamptz,
        gift -> Nullable<Text>,
    }
}

diesel::table! {
    top_ups (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        gateway -> Text,
        gateway_reference -> Nullable<Text>,
        pay_url -> Nullable<Text>,
        amount_minor -> Int8,
        currency -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        booking_id -> Nullable<Uuid>,
        account_id -> Nullable<Uuid>,
        pay_fields -> Nullable<Jsonb>,
        charge -> Nullable<Text>,
        consent_version -> Nullable<Int4>,
        consent_words -> Nullable<Text>,
        method_id -> Nullable<Uuid>,
        extension_id -> Nullable<Uuid>,
        holds -> Bool,
        held_until -> Nullable<Timestamptz>,
        take_minor -> Nullable<Int8>,
    }
}

diesel::table! {
    users (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        verified_at -> Nullable<Timestamptz>,
        time_zone -> Text,
        language -> Text,
        do_not_disturb -> Bool,
        auto_reject -> Bool,
        created_at -> Timestamptz,
        suspended_at -> Nullable<Timestamptz>,
        suspended_reason -> Nullable<Text>,
        is_guest -> Bool,
    }
}

diesel::table! {
    visits (tenant_id, link_hash) {
        tenant_id -> Uuid,
        link_hash -> Bytea,
        staff_id -> Uuid,
        staff_name -> Text,
        link_until -> Timestamptz,
        session_hash -> Nullable<Bytea>,
        session_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    watches (tenant_id, watcher_id, seller_id) {
        tenant_id -> Uuid,
        watcher_id -> Uuid,
        seller_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::joinable!(audit_log -> tenants (tenant_id));
diesel::joinable!(categories -> tenants (tenant_id));
diesel::joinable!(domains -> tenants (tenant_id));
diesel::joinable!(earning_shares -> tenants (tenant_id));
diesel::joinable!(jobs -> tenants (tenant_id));
diesel::joinable!(ledger_accounts -> tenants (tenant_id));
diesel::joinable!(look_files -> tenants (tenant_id));
diesel::joinable!(look_versions -> tenants (tenant_id));
diesel::joinable!(platform_sessions -> platform_staff (staff_id));
diesel::joinable!(studios -> tenants (tenant_id));
diesel::joinable!(subscription_notices -> tenants (tenant_id));
diesel::joinable!(subscriptions -> tenants (tenant_id));
diesel::joinable!(tenant_hosts -> tenants (tenant_id));
diesel::joinable!(tenant_words -> tenants (tenant_id));
diesel::joinable!(test_gateway_payments -> tenants (tenant_id));
diesel::joinable!(users -> tenants (tenant_id));
diesel::joinable!(visits -> tenants (tenant_id));

diesel::allow_tables_to_appear_in_same_query!(
    audit_log,
    blocks,
    booking_events,
    booking_looks,
    bookings,
    busy_times,
    calendar_feeds,
    calendar_imports,
    call_events,
    call_extensions,
    call_feedback,
    call_guests,
    call_legs,
    call_quality,
    call_snapshots,
    calls,
    categories,
    chargeback_shares,
    chargebacks,
    co_sellers,
    conversations,
    declarations,
    dispute_rules,
    disputes,
    domains,
    earning_shares,
    gateway_accounts,
    gateway_differences,
    gateway_inbox,
    invoice_numbers,
    jobs,
    ledger_accounts,
    ledger_transfers,
    look_files,
    look_versions,
    mail_tokens,
    message_file_parts,
    message_files,
    messages,
    people_in_calls,
    person_reports,
    plans,
    platform_audit_log,
    platform_sessions,
    platform_staff,
    private_room_tries,
    private_room_users,
    private_room_visits,
    private_rooms,
    recording_consents,
    recording_parts,
    recordings,
    recovery_codes,
    refunds,
    review_reports,
    reviews,
    saved_methods,
    second_factors,
    seller_photos,
    sellers,
    services,
    sessions,
    snapshot_consents,
    staff,
    studio_managers,
    studio_sellers,
    studio_shares,
    studios,
    subscription_notices,
    subscription_payments,
    subscription_settings,
    subscriptions,
    tenant_hosts,
    tenant_words,
    tenants,
    test_gateway_methods,
    test_gateway_payments,
    timetables,
    tips,
    top_ups,
    users,
    visits,
    watches,
);
