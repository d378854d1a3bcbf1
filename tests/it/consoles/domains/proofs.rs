//! How proofs come and go by themselves.

use super::*;

#[tokio::test]
async fn a_record_is_found_without_anybody_looking_and_ever_more_slowly() {
    let (app, dns) = started().await;
    let founded = founded(&app).await;
    run_jobs(&app).await;
    let claim = claimed(&founded.admin, DOMAIN).await;
    for (minutes, asked) in [(1, 1), (1, 1), (1, 2), (3, 2), (1, 3)] {
        app.clock.advance(minutes * MINUTE);
        run_jobs(&app).await;
        assert_eq!(dns.asked(), asked);
    }
    record(&dns, &claim);
    app.clock.advance(8 * MINUTE);
    run_jobs(&app).await;
    let admin = app.anonymous(&founded.host);
    admin
        .log_in("ada@harbour.example", crate::support::PASSWORD)
        .await
        .expect(200);
    assert_eq!(shown(&admin, DOMAIN).await["state"], "proven");
    let asked = dns.asked();
    app.clock.advance(6_000);
    app.anonymous(DOMAIN).get("/").await.expect(200);
    // Once a day from now on.
    for _ in 0..4 {
        app.clock.advance(6 * HOUR);
        run_jobs(&app).await;
    }
    assert_eq!(dns.asked(), asked + 1);
}

#[tokio::test]
async fn a_proof_is_lost_after_days_and_comes_back_with_its_record() {
    let (app, dns) = started().await;
    let founded = founded(&app).await;
    let claim = proven(&app, &dns, &founded).await;
    choose(&founded.admin, Some(DOMAIN)).await;
    let name = claim["record"]["name"].as_str().expect("a name");
    let days = async |days: i64| {
        for _ in 0..days * 4 {
            app.clock.advance(6 * HOUR);
            run_jobs(&app).await;
        }
    };
    // A resolver that is away for days says nothing about the record.
    dns.mood(Mood::Failing);
    days(6).await;
    app.anonymous(DOMAIN).get("/").await.expect(200);
    dns.mood(Mood::Well);
    dns.put(name, &[]);
    days(2).await;
    app.anonymous(DOMAIN).get("/").await.expect(200);
    let mail = "ada@harbour.example";
    assert!(app.letters(mail).iter().all(|sent| sent["letter"] != "domain_lost"));
    days(3).await;
    app.clock.advance(6_000);
    app.anonymous(DOMAIN).get("/").await.expect(404);
    assert!(!may_have_certificate(&app, DOMAIN).await);

    let admin = app.anonymous(&founded.host);
    admin.log_in(mail, crate::support::PASSWORD).await.expect(200);
    let list = admin.get("/api/v1/admin/domains").await.expect(200).json();
    assert_eq!(list["address"], founded.host, "links name the subdomain again");
    assert_eq!(item(&list, DOMAIN)["state"], "lost");
    let told: Vec<_> = app
        .letters(mail)
        .into_iter()
        .filter(|sent| sent["letter"] == "domain_lost")
        .collect();
    assert_eq!(told.len(), 1);
    let sent = app.mails_to(mail);
    let lost = sent.iter().filter(|sent| sent.subject.starts_with(DOMAIN));
    assert_eq!(lost.count(), 1, "{sent:?}");
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[0], "domain.lost");

    record(&dns, &claim);
    days(1).await;
    app.clock.advance(6_000);
    app.anonymous(DOMAIN).get("/").await.expect(200);
    assert_eq!(
        app.letters(mail)
            .iter()
            .filter(|sent| sent["letter"] == "domain_lost")
            .count(),
        1
    );
}

#[tokio::test]
async fn suspended_tenants_keep_their_domain_and_erased_ones_dont() {
    let (app, dns) = started().await;
    let founded = founded(&app).await;
    proven(&app, &dns, &founded).await;
    let path = format!("/api/platform/tenants/{}", founded.id);
    let owner = &founded.owner.browser;
    owner
        .post(&format!("{path}/suspend"), json!({"reason": "because"}))
        .await
        .expect(200);
    app.anonymous(DOMAIN).get("/").await.expect(503);
    assert!(may_have_certificate(&app, DOMAIN).await);
    owner.post(&format!("{path}/restore"), json!({})).await.expect(200);
    owner
        .post(&format!("{path}/delete"), json!({"confirm_slug": "harbour"}))
        .await
        .expect(200);
    assert!(may_have_certificate(&app, DOMAIN).await);
    app.clock.advance(31 * DAY);
    for _ in 0..2 {
        run_jobs(&app).await;
        app.clock.advance(6_000);
    }
    app.anonymous(DOMAIN).get("/").await.expect(404);
    assert!(!may_have_certificate(&app, DOMAIN).await);
    assert!(!may_have_certificate(&app, &founded.host).await);
}
