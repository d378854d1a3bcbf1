//! What becomes of a review: its answer, reports of it, and what the staff decide.

use crate::{
    calls::{Pair, Price},
    consoles::{actions, admin_of_lumen},
    support::{LUMEN, TestUser, VELVET},
};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};
use serde_json::{Value, json};
use tallyroom::domain::rating;

/// A call that was talked and reviewed by its buyer; the review's id.
async fn reviewed(pair: &Pair, stars: u8, text: &str) -> String {
    let mut talk = pair.live().await;
    let call = talk.call;
    talk.talk(10_000).await;
    talk.hang_up().await;
    let rating = json!({ "stars": stars, "text": text });
    pair.buyer
        .put(&format!("/api/v1/calls/{call}/rating"), rating)
        .await
        .expect(200);
    call.to_string()
}

async fn told(user: &TestUser) -> String {
    user.get("/notifications").await.expect(200).text
}

async fn profile(pair: &Pair) -> Value {
    let seller = pair.seller.renewed().await;
    let seller = seller.get("/api/v1/me").await.expect(200).json()["id"].clone();
    let path = format!("/api/v1/sellers/{}", seller.as_str().expect("an id"));
    pair.app.anonymous(LUMEN).get(&path).await.expect(200).json()
}

#[tokio::test]
async fn the_reviewed_person_answers_once_and_nobody_else_does() {
    let pair = Pair::new(Price::default()).await;
    let review = reviewed(&pair, 3, "Late, but good.").await;
    let news = told(&pair.seller).await;
    let id = news
        .split("href=\"/notifications/")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let opened = pair
        .seller
        .get(&format!("/notifications/{}", id.expect("told")))
        .await
        .expect(303);
    assert_eq!(opened.header("location"), format!("/reviews/{review}"));
    let path = format!("/api/v1/reviews/{review}/reply");
    let (eve, zoe) = (
        pair.app.bearer(LUMEN, "Eve").await,
        pair.app.bearer(VELVET, "Zoe").await,
    );
    let words = |text: &str| json!({ "text": text });
    eve.put(&path, words("Not mine")).await.expect(403);
    pair.buyer.put(&path, words("Not mine either")).await.expect(403);
    zoe.put(&path, words("Elsewhere")).await.expect(404);
    zoe.get(&format!("/reviews/{review}")).await.expect(404);
    for bad in ["", " \n ", "a\u{0}b", &"x".repeat(2_001)] {
        let refused = pair.seller.put(&path, words(bad)).await.expect(422).json();
        assert_eq!(refused["error"]["field"], "text", "{bad:.9?}");
    }
    assert_eq!(pair.app.database.count("reviews WHERE reply IS NOT NULL"), 0);

    pair.seller
        .put(&path, words(" Sorry for the <b>train</b>. "))
        .await
        .expect(200);
    let shown = &profile(&pair).await["reviews"][0];
    assert_eq!(shown["reply"]["text"], "Sorry for the <b>train</b>.");
    assert!(told(&pair.buyer).await.contains("Sol Seller replied to your review"));
    let page = pair
        .app
        .anonymous(LUMEN)
        .get(&format!("/reviews/{review}"))
        .await
        .expect(200)
        .text;
    assert!(page.contains("Sol Seller replied") && page.contains("&lt;b&gt;train"));
    assert!(!page.contains("Change your reply"));

    // One reply: another takes its place, for a time.
    pair.app.clock.advance(13 * 86_400_000);
    let form = format!("/reviews/{review}/reply");
    let seller = pair.seller.renewed().await;
    let own = seller.get(&format!("/reviews/{review}")).await.expect(200).text;
    assert!(own.contains("Change your reply") && own.contains("You can change it until"));
    seller.form(&form, &[("text", "")]).await.expect(422);
    seller
        .form(&form, &[("text", "Sorry. The next call is shorter.")])
        .await
        .expect(303);
    pair.app.clock.advance(15 * 86_400_000);
    let seller = pair.seller.renewed().await;
    let late = seller.put(&path, words("And another thing")).await.expect(409);
    assert_eq!(late.code(), "reply_over");
    seller.form(&form, &[("text", "And another thing")]).await.expect(409);
    let own = seller.get(&format!("/reviews/{review}")).await.expect(200).text;
    assert!(own.contains("The next call is shorter.") && !own.contains("Change your reply"));

    // Whoever is reviewed anew can answer anew.
    let buyer = pair.buyer.renewed().await;
    let rating = format!("/api/v1/calls/{review}/rating");
    buyer
        .put(&rating, json!({ "stars": 4, "text": "Kinder now." }))
        .await
        .expect(200);
    seller.put(&path, words("Thank you")).await.expect(200);
    assert_eq!(profile(&pair).await["reviews"][0]["reply"]["text"], "Thank you");
}

#[tokio::test]
async fn there_is_nothing_to_answer_or_report_before_a_review() {
    let pair = Pair::new(Price::default()).await;
    let mut talk = pair.live().await;
    let call = talk.call;
    talk.talk(4_000).await;
    for (method, body) in [
        ("reply", json!({"text": "Thanks"})),
        ("reports", json!({"fault": "insult"})),
    ] {
        let path = format!("/api/v1/reviews/{call}/{method}");
        let answer = if method == "reply" {
            pair.seller.put(&path, body).await
        } else {
            pair.seller.post(&path, body).await
        };
        answer.expect(404);
    }
    talk.hang_up().await;
    // What a seller says of a buyer is nobody's to read.
    let rating = format!("/api/v1/calls/{call}/rating");
    pair.seller.put(&rating, json!({ "stars": 1 })).await.expect(200);
    pair.buyer.get(&format!("/api/v1/reviews/{call}")).await.expect(404);
}

#[tokio::test]
async fn anybody_signed_in_reports_once_and_the_staff_decide() {
    let pair = Pair::new(Price::default()).await;
    let review = reviewed(&pair, 1, "Buy at my shop instead").await;
    let other = reviewed(&pair, 5, "Lovely").await;
    let path = format!("/api/v1/reviews/{review}/reports");
    let eve = pair.app.bearer(LUMEN, "Eve").await;
    pair.app
        .anonymous(LUMEN)
        .post(&path, json!({"fault": "advert"}))
        .await
        .expect(401);
    let own = pair.buyer.post(&path, json!({"fault": "advert"})).await.expect(409);
    assert_eq!(own.code(), "own_review");
    for (bad, field) in [
        (json!({"fault": "other"}), "text"),
        (json!({"fault": "advert", "text": "x".repeat(1_001)}), "text"),
        (json!({"fault": "advert", "text": "a\u{0}"}), "text"),
    ] {
        let refused = eve.post(&path, bad).await.expect(422).json();
        assert_eq!(refused["error"]["field"], field);
    }
    eve.post(&path, json!({"fault": "because"})).await.expect(400);
    let form = format!("/reviews/{review}/report");
    let page = eve.form(&form, &[("words", "Hm")]).await.expect(422).text;
    assert!(page.contains("Choose what is wrong."));
    assert_eq!(pair.app.database.count("review_reports"), 0);

    eve.form(&form, &[("fault", "advert"), ("words", "Their own shop")])
        .await
        .expect(303);
    let again = eve.post(&path, json!({"fault": "insult"})).await.expect(409);
    assert_eq!(again.code(), "already_reported");
    pair.seller.post(&path, json!({"fault": "made_up"})).await.expect(204);
    let page = eve.get(&format!("/reviews/{review}")).await.expect(200).text;
    assert!(page.contains("You have reported this review."));

    let admin = admin_of_lumen(&pair.app).await;
    let list = async || admin.get("/api/v1/admin/reviews").await.expect(200).json();
    let listed = list().await;
    let first = &listed["items"][0];
    assert_eq!(
        (first["id"].as_str(), &first["open_reports"]),
        (Some(&*review), &json!(2)),
        "before the newer one"
    );
    let by_eve = first["reports"]
        .as_array()
        .expect("reports")
        .iter()
        .find(|one| one["from"]["name"] == "Eve");
    assert_eq!(by_eve.expect("Eve's")["text"], "Their own shop");

    assert_eq!(
        profile(&pair).await["rating"],
        json!({"average_tenths": 30, "count": 2})
    );
    let act = |of: &str, what: &str| format!("/api/v1/admin/reviews/{of}/{what}");
    let nothing = admin.post(&act(&other, "keep"), json!({})).await.expect(409);
    assert_eq!(nothing.code(), "not_reported");
    admin.post(&act(&review, "keep"), json!({})).await.expect(204);
    assert_eq!(
        list().await["items"][0]["id"].as_str(),
        Some(&*other),
        "nothing is open"
    );
    assert!(told(&eve).await.contains("It stays"));

    // Hidden, it is for its two people only, says why, and doesn't count.
    admin
        .post(&act(&review, "hide"), json!({"reason": "An advert"}))
        .await
        .expect(204);
    assert_eq!(
        profile(&pair).await["rating"],
        json!({"average_tenths": 50, "count": 1})
    );
    assert!(told(&pair.buyer).await.contains("Your review was hidden: An advert"));
    let one = format!("/api/v1/reviews/{review}");
    eve.get(&one).await.expect(404);
    eve.post(&path, json!({"fault": "insult"})).await.expect(404);
    pair.app
        .anonymous(LUMEN)
        .get(&format!("/reviews/{review}"))
        .await
        .expect(404);
    for part in [&pair.buyer, &pair.seller] {
        assert_eq!(part.get(&one).await.expect(200).json()["hidden"], "An advert");
    }
    let refused = pair
        .seller
        .put(&format!("{one}/reply"), json!({"text": "So there"}))
        .await
        .expect(409);
    assert_eq!(refused.code(), "review_hidden");
    // Written anew while it is hidden, it still doesn't count; shown again, it counts as it is now.
    let rating = format!("/api/v1/calls/{review}/rating");
    pair.buyer
        .put(&rating, json!({"stars": 2, "text": "Fine"}))
        .await
        .expect(200);
    assert_eq!(profile(&pair).await["rating"]["count"], 1);
    admin.post(&act(&review, "show"), json!({})).await.expect(204);
    assert_eq!(
        profile(&pair).await["rating"],
        json!({"average_tenths": 35, "count": 2})
    );
    let log = admin.get("/api/v1/admin/audit").await.expect(200).json();
    let done = actions(&log);
    assert_eq!(
        done[..3],
        ["review.shown", "review.hidden", "review.kept"],
        "newest first"
    );
}

#[tokio::test]
async fn nobody_reports_all_day() {
    let pair = Pair::new(Price::default()).await;
    let review = reviewed(&pair, 5, "Lovely").await;
    let eve = pair.app.bearer(LUMEN, "Eve").await;
    let id = eve.get("/api/v1/me").await.json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    // As if she had reported twenty others.
    let many = format!(
        "INSERT INTO calls SELECT (jsonb_populate_record(c, jsonb_build_object('id', md5(n::text)))).*
             FROM calls c CROSS JOIN generate_series(1, 20) n;
         INSERT INTO reviews SELECT (jsonb_populate_record(r, jsonb_build_object('call_id', md5(n::text)))).*
             FROM reviews r CROSS JOIN generate_series(1, 20) n;
         INSERT INTO review_reports (tenant_id, call_id, author, reporter_id, fault, body, at)
             SELECT tenant_id, call_id, 'buyer', '{id}', 'insult', '', at FROM reviews WHERE call_id <> '{review}'"
    );
    pair.app.database.superuser().batch_execute(&many).expect("reported");
    let path = format!("/api/v1/reviews/{review}/reports");
    let refused = eve.post(&path, json!({"fault": "insult"})).await.expect(409);
    assert_eq!(refused.code(), "too_many_reports");
    pair.app.clock.advance(86_400_001);
    eve.renewed()
        .await
        .post(&path, json!({"fault": "insult"}))
        .await
        .expect(204);
}

#[derive(QueryableByName)]
struct Score {
    #[diesel(sql_type = BigInt)]
    stars: i64,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    score: i64,
}

#[tokio::test]
async fn lists_are_sorted_by_a_score_that_few_votes_hardly_move() {
    let pair = Pair::new(Price::default()).await;
    let mut sold = Vec::new();
    for (name, stars, votes) in [
        ("One Five", 5, 1),
        ("Fifty Good", 245, 50),
        ("One One", 1, 1),
        ("New", 0, 0),
    ] {
        let user = pair.app.bearer(LUMEN, name).await;
        let (id, _) = super::start_selling(&user, name, 100).await;
        let given = format!("UPDATE sellers SET rating_sum = {stars}, rating_count = {votes} WHERE user_id = '{id}'");
        pair.app.database.superuser().batch_execute(&given).expect("given");
        sold.push(name);
    }
    let listed = pair
        .app
        .anonymous(LUMEN)
        .get("/api/v1/sellers")
        .await
        .expect(200)
        .json();
    let names: Vec<&str> = listed["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    let place = |name: &str| names.iter().position(|one| *one == name).expect("listed");
    assert!(place("Fifty Good") < place("One Five"), "{names:?}");
    assert!(
        place("One Five") < place("New") && place("New") < place("One One"),
        "{names:?}"
    );
    let rows: Vec<Score> = sql_query("SELECT rating_sum AS stars, rating_count AS count, score FROM seller_search")
        .load(&mut pair.app.database.superuser())
        .expect("rows");
    assert_eq!(rows.len(), sold.len() + 1);
    for row in rows {
        assert_eq!(row.score, rating::score(row.stars, row.count));
    }
}
