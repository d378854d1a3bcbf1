//! A second factor: switched on by whoever wants one, asked for after the password, once for each code, and never gone
//! past by a link from a mail.

use crate::{
    consoles::{actions, admin_of_lumen, own_id},
    support::{Answer, Authenticator, LUMEN, PASSWORD, TestApp, TestUser, recovery_codes},
};
use diesel::connection::SimpleConnection as _;
use reqwest::Method;
use serde_json::json;

const MINUTE: i64 = 60_000;
const PAGE: &str = "/account/second-factor";

/// Sends one of the page's forms.
async fn send(user: &TestUser, action: &str, code: &str) -> Answer {
    user.form(PAGE, &[("action", action), ("code", code)]).await
}

/// What the right password gets a program.
async fn token(app: &TestApp, email: &str) -> String {
    let waits = app.anonymous(LUMEN).log_in(email, PASSWORD).await.expect(202);
    assert!(waits.cookie("session").is_none() && waits.cookie("refresh").is_none());
    waits.json()["token"].as_str().expect("a token").to_owned()
}

async fn enter(app: &TestApp, token: &str, code: &str) -> Answer {
    let body = json!({"token": token, "code": code});
    app.anonymous(LUMEN).post("/api/v1/session/code", body).await
}

/// The mails that told somebody of their second factor, oldest first.
fn told(app: &TestApp, user: &TestUser) -> Vec<String> {
    let letters = app.letters(&user.email);
    let news = letters.iter().filter(|letter| letter["letter"] == "second_factor");
    news.map(|letter| letter["news"].as_str().expect("news").to_owned())
        .collect()
}

#[tokio::test]
async fn after_the_password_a_page_asks_for_a_code() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let authenticator = Authenticator::switched_on(&app, &ada).await;
    assert_eq!(authenticator.recovery.len(), 10);
    let page = ada.get(PAGE).await.expect(200).text;
    assert!(
        !page.contains(authenticator.secret()),
        "it is shown while it is off only"
    );
    assert!(
        !authenticator.recovery.iter().any(|code| page.contains(code)),
        "they are shown once"
    );

    let browser = app.anonymous(LUMEN);
    browser.get("/login/code").await.expect(303);
    let form = [
        ("email", ada.email.as_str()),
        ("password", PASSWORD),
        ("next", "/wallet?a=b"),
    ];
    let asked = browser.form("/login", &form).await.expect(303);
    assert_eq!(asked.header("location"), "/login/code?next=%2Fwallet%3Fa%3Db");
    assert!(asked.cookie("session").is_none() && asked.cookie("refresh").is_none());
    browser.get("/login/code?next=%2Fwallet").await.expect(200);
    browser.get("/api/v1/me").await.expect(401);
    // What shows that the password was right is no session, wherever it is put.
    let waiting = asked.cookie("log_in").expect("a cookie");
    for cookie in [format!("session={waiting}"), format!("refresh={waiting}")] {
        let request = app.anonymous(LUMEN).request(Method::GET, "/account");
        let answer = Answer::of(request.header("cookie", cookie)).await.expect(303);
        assert!(answer.header("location").starts_with("/login"));
    }

    let wrong = browser.form("/login/code", &[("code", "000000")]).await.expect(422);
    assert!(wrong.cookie("session").is_none() && wrong.text.contains("That code isn"));
    let used = browser
        .form("/login/code", &[("code", &authenticator.code(&app))])
        .await
        .expect(422);
    assert!(used.cookie("session").is_none(), "it was good once, to switch on");
    let code = authenticator.next_code(&app);
    let form = [("code", code.as_str()), ("next", "/wallet?a=b")];
    let signed = browser.form("/login/code", &form).await.expect(303);
    assert_eq!(signed.header("location"), "/wallet?a=b");
    assert_eq!(signed.cookie("log_in").as_deref(), Some(""), "done");
    browser.get("/wallet").await.expect(200);

    // The token went with it, and the code, too.
    let thief = app.anonymous(LUMEN);
    let request = thief
        .request(Method::POST, "/login/code")
        .header("cookie", format!("log_in={waiting}"));
    let again = Answer::of(request.form(&[("code", &authenticator.next_code(&app))])).await;
    assert!(again.expect(422).text.contains("That took too long"));
    assert_eq!(told(&app, &ada), ["on"]);
}

#[tokio::test]
async fn a_program_signs_in_in_two_steps() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let authenticator = Authenticator::switched_on(&app, &ada).await;
    app.anonymous(LUMEN)
        .log_in(&ada.email, "wrong wrong wrong")
        .await
        .expect(401);
    let first = token(&app, &ada.email).await;
    assert_eq!(
        enter(&app, &first, "12345").await.expect(422).json()["error"]["field"],
        "code"
    );
    let code = authenticator.next_code(&app);
    let session = enter(&app, &first, &code).await.expect(200).json();
    let program = TestUser::with_token(LUMEN, app.address, session["access_token"].as_str().expect("a token"));
    program.get("/api/v1/me").await.expect(200);
    assert_eq!(
        enter(&app, &first, &authenticator.next_code(&app))
            .await
            .expect(409)
            .code(),
        "log_in_over"
    );

    let second = token(&app, &ada.email).await;
    enter(&app, &second, &code).await.expect(422);
    app.clock.advance(10 * MINUTE);
    let late = enter(&app, &second, &authenticator.code(&app)).await.expect(409);
    assert_eq!(late.code(), "log_in_over");
    // Out everywhere is out of what waits, too.
    let third = token(&app, &ada.email).await;
    ada.form("/account", &[("action", "log_out_everywhere")])
        .await
        .expect(303);
    let over = enter(&app, &third, &authenticator.next_code(&app)).await.expect(409);
    assert_eq!(over.code(), "log_in_over");
}

#[tokio::test]
async fn a_recovery_code_gets_in_once() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let authenticator = Authenticator::switched_on(&app, &ada).await;
    let typed = authenticator.recovery[0].to_uppercase().replace('-', " ");
    let first = token(&app, &ada.email).await;
    enter(&app, &first, &typed).await.expect(200);
    let second = token(&app, &ada.email).await;
    enter(&app, &second, &authenticator.recovery[0]).await.expect(422);
    assert_eq!(told(&app, &ada), ["on", "code_used"]);
    assert!(ada.get(PAGE).await.expect(200).text.contains("9 codes are left"));

    // Another person's don't fit, and new ones take the place of the old.
    let bob = app.user(LUMEN, "Bob").await;
    let others = Authenticator::switched_on(&app, &bob).await;
    enter(&app, &second, &others.recovery[0]).await.expect(422);
    send(&ada, "renew", "000000").await.expect(422);
    let renewed = send(&ada, "renew", &authenticator.next_code(&app)).await.expect(200);
    let fresh = recovery_codes(&renewed.text);
    assert_eq!(fresh.len(), 10);
    enter(&app, &second, &authenticator.recovery[1]).await.expect(422);
    enter(&app, &second, &fresh[0]).await.expect(200);
    assert_eq!(told(&app, &ada), ["on", "code_used", "codes_renewed", "code_used"]);
}

#[tokio::test]
async fn codes_are_guessed_five_times_in_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let authenticator = Authenticator::switched_on(&app, &ada).await;
    let bob = app.user(LUMEN, "Bob").await;
    let others = Authenticator::switched_on(&app, &bob).await;
    let mut waits = token(&app, &ada.email).await;
    // Wherever they are typed they count together.
    for guess in ["000001", "000002", "00000-00000"] {
        enter(&app, &waits, guess).await.expect(422);
    }
    ada.post("/api/v1/session/step-up", json!({"code": "000003"}))
        .await
        .expect(422);
    send(&ada, "switch_off", "000004").await.expect(422);
    let good = authenticator.next_code(&app);
    let paused = enter(&app, &waits, &good).await.expect(429);
    assert_eq!(paused.header("retry-after"), "871");
    ada.post("/api/v1/session/step-up", json!({"code": authenticator.recovery[0]}))
        .await
        .expect(429);
    let other = token(&app, &bob.email).await;
    enter(&app, &other, &others.next_code(&app)).await.expect(200);

    app.clock.advance(15 * MINUTE);
    waits = token(&app, &ada.email).await;
    enter(&app, &waits, &authenticator.next_code(&app)).await.expect(200);
}

#[tokio::test]
async fn no_link_of_a_mail_goes_past_it() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let authenticator = Authenticator::switched_on(&app, &ada).await;
    let before = token(&app, &ada.email).await;
    let browser = app.anonymous(LUMEN);
    browser
        .post("/api/v1/password/forgot", json!({"email": ada.email}))
        .await
        .expect(202);
    let link = app.mailed_token(&ada.email, "reset");
    let form = [("token", link.as_str()), ("password", "another good password")];
    let chosen = browser.form("/reset", &form).await.expect(200);
    assert!(chosen.cookie("session").is_none());
    browser.get("/api/v1/me").await.expect(401);
    let over = enter(&app, &before, &authenticator.next_code(&app)).await.expect(409);
    assert_eq!(over.code(), "log_in_over", "the old password is worth nothing any more");
    let asked = browser.log_in(&ada.email, "another good password").await.expect(202);
    let token = asked.json()["token"].as_str().expect("a token").to_owned();
    enter(&app, &token, &authenticator.next_code(&app)).await.expect(200);
}

#[tokio::test]
async fn it_is_switched_on_and_off_with_a_code() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let step_up = ada.post("/api/v1/session/step-up", json!({"code": "123456"})).await;
    assert_eq!(step_up.expect(409).code(), "second_factor_needed");
    assert!(
        send(&ada, "renew", "123456")
            .await
            .expect(409)
            .text
            .contains("Your second factor is off")
    );
    let authenticator = Authenticator::offered(&ada).await;
    assert_eq!(
        Authenticator::offered(&ada).await.secret(),
        authenticator.secret(),
        "two tabs"
    );
    send(&ada, "switch_on", "000000").await.expect(422);
    // What the server's key of another day sealed is offered anew.
    let sealed = "UPDATE second_factors SET secret = '\\x00'";
    app.database.superuser().batch_execute(sealed).expect("sealed");
    let authenticator = Authenticator::offered(&ada).await;
    app.anonymous(LUMEN).log_in(&ada.email, PASSWORD).await.expect(200);
    // Nothing can be done with what is only offered.
    let code = authenticator.next_code(&app);
    send(&ada, "renew", &code).await.expect(409);
    send(&ada, "switch_on", &code).await.expect(200);
    send(&ada, "switch_on", &authenticator.next_code(&app))
        .await
        .expect(409);
    assert!(ada.get("/account").await.expect(200).text.contains("It is on"));

    app.anonymous(LUMEN).log_in(&ada.email, PASSWORD).await.expect(202);
    send(&ada, "switch_off", &code).await.expect(422);
    send(&ada, "switch_off", &authenticator.next_code(&app))
        .await
        .expect(303);
    app.anonymous(LUMEN).log_in(&ada.email, PASSWORD).await.expect(200);
    assert_ne!(
        Authenticator::offered(&ada).await.secret(),
        authenticator.secret(),
        "another"
    );
    assert_eq!(told(&app, &ada), ["on", "off"]);
}

#[tokio::test]
async fn what_staff_do_about_theirs_is_written_down_and_mailed_in_their_language() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let email = "ada@lumen.example";
    admin.patch("/api/v1/me", json!({"language": "de"})).await.expect(200);
    let authenticator = Authenticator::switched_on(&app, &admin).await;
    let waits = token(&app, email).await;
    enter(&app, &waits, &authenticator.recovery[3]).await.expect(200);
    send(&admin, "renew", &authenticator.next_code(&app)).await.expect(200);
    send(&admin, "switch_off", &authenticator.next_code(&app))
        .await
        .expect(303);
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let written = actions(&log);
    assert_eq!(
        written[..4],
        ["factor.off", "factor.codes_renewed", "factor.code_used", "factor.on"],
        "{written:?}"
    );
    while app.jobs.run_due().await.expect("the database") > 0 {}
    let mails = app.mails_to(email);
    let mut subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    // Those of the same moment come in any order.
    subjects.sort_unstable();
    assert_eq!(
        subjects,
        [
            "Ein Notfallcode von Ihnen wurde bei LUMEN benutzt",
            "Einladung von LUMEN",
            "Ihr zweiter Faktor bei LUMEN ist ausgeschaltet",
            "Ihr zweiter Faktor bei LUMEN ist eingeschaltet",
            "Sie haben neue Notfallcodes bei LUMEN",
        ]
    );
    let text = mails.iter().find(|mail| mail.subject.contains("ausgeschaltet"));
    assert!(text.is_some_and(|mail| mail.text.contains("/account")), "{text:?}");
}

#[tokio::test]
async fn staff_let_somebody_in_again_who_can_show_no_code() {
    let app = TestApp::start().await;
    let admin = admin_of_lumen(&app).await;
    let bob = app.user(LUMEN, "Bob").await;
    let reset = |id: &str| format!("/api/v1/admin/users/{id}/reset-factor");
    let reason = json!({"reason": "Lost the phone, showed a passport"});
    let bobs = reset(&own_id(&bob).await);
    // Whoever could reset it with no more than a session could take over whoever moves money.
    let unproven = admin.post(&bobs, reason.clone()).await.expect(409);
    assert_eq!(unproven.code(), "second_factor_needed");
    Authenticator::switched_on(&app, &admin).await;
    assert_eq!(admin.post(&bobs, reason.clone()).await.expect(409).code(), "factor_off");
    let lost = Authenticator::switched_on(&app, &bob).await;
    let waits = token(&app, &bob.email).await;
    admin.post(&bobs, json!({"reason": " "})).await.expect(422);
    let user = bobs.trim_end_matches("/reset-factor");
    assert_eq!(admin.get(user).await.expect(200).json()["second_factor"], true);
    admin.post(&bobs, reason.clone()).await.expect(204);
    assert_eq!(admin.get(user).await.expect(200).json()["second_factor"], false);
    bob.get("/api/v1/me").await.expect(401);
    let over = enter(&app, &waits, &lost.next_code(&app)).await.expect(409);
    assert_eq!(over.code(), "log_in_over");
    bob.log_in(&bob.email, PASSWORD).await.expect(200);
    assert_eq!(told(&app, &bob), ["on", "reset"]);
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    assert_eq!(actions(&log)[0], "factor.reset");

    // Nobody resets their own, or that of somebody who may more.
    let own = reset(&own_id(&admin).await);
    assert_eq!(admin.post(&own, reason.clone()).await.expect(409).code(), "own_account");
    let standing = "INSERT INTO staff (tenant_id, user_id, role, permissions, created_at, accepted_at)
        SELECT tenant_id, id, 'staff', ARRAY['users'], now(), now() FROM users WHERE email = 'bob@example.org'";
    app.database.superuser().batch_execute(standing).expect("a standing");
    Authenticator::switched_on(&app, &bob).await;
    bob.post(&own, reason).await.expect(403);
}

#[tokio::test]
async fn a_code_that_is_sent_five_times_at_once_is_good_once() {
    let app = TestApp::start().await;
    let ada = app.user(LUMEN, "Ada").await;
    let authenticator = Authenticator::switched_on(&app, &ada).await;
    for code in [authenticator.next_code(&app), authenticator.recovery[0].clone()] {
        let mut tokens = Vec::new();
        for _ in 0..5 {
            tokens.push(token(&app, &ada.email).await);
        }
        let answers = tokens.iter().map(|token| enter(&app, token, &code));
        let mut seen: Vec<u16> = futures::future::join_all(answers)
            .await
            .iter()
            .map(|answer| answer.status.as_u16())
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, [200, 422, 422, 422, 422], "{code}");
    }
}
