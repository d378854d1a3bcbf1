//! Getting in: register, log in, log out, forgotten passwords.

use super::{
    lead_to, local_path, no_body, problem, render, render_as,
    views::{Choice, Field, ForgotPage, LogInCodePage, LoginPage, Message, RegisterPage},
};
use crate::{
    app::{
        identity::{self, Declarations, MINIMUM_AGE, PASSWORD_MIN, Registration, Stage, Viewer},
        seed,
    },
    error::Kind,
    web::{Result, Site, Web, site::device, tokens},
};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::StatusCode,
    post,
    web::{Data, Form, Query, ServiceConfig},
};
use serde::Deserialize;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(register_form)
        .service(register)
        .service(log_in_form)
        .service(log_in)
        .service(code_form)
        .service(enter_code)
        .service(log_out);
    config.service(forgot_form).service(forgot);
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

#[get("/register")]
async fn register_form(site: Site, viewer: Option<Viewer>, query: Query<Next>) -> Result<HttpResponse> {
    let next = query.into_inner().next.and_then(local_path);
    if viewer.is_some() {
        return Ok(no_body(next.as_deref().unwrap_or("/")));
    }
    render(
        &site,
        None,
        &RegisterPage {
            next,
            ..blank_registration()
        },
    )
}

#[derive(Deserialize)]
struct RegisterForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    time_zone: String,
    #[serde(default)]
    language: String,
    of_age: Option<String>,
    accept_terms: Option<String>,
    next: Option<String>,
}

#[post("/register")]
async fn register(web: Data<Web>, site: Site, Form(typed): Form<RegisterForm>) -> Result<HttpResponse> {
    let or = |value: &str, otherwise: &str| {
        if value.is_empty() {
            otherwise.to_owned()
        } else {
            value.to_owned()
        }
    };
    let registration = Registration {
        email: typed.email.clone(),
        password: typed.password.clone(),
        name: typed.name.clone(),
        declared: Declarations {
            of_age: typed.of_age.is_some(),
            accept_terms: typed.accept_terms.is_some(),
        },
        time_zone: or(&typed.time_zone, &site.tenant.time_zone),
        language: or(&typed.language, &site.frame.page.lang),
        address: site.client,
    };
    let registered = identity::register(&web.app, &site.scope, site.origin(), site.languages(), registration).await;
    let mut view = RegisterPage {
        name: Field::of(typed.name),
        email: Field::of(typed.email.clone()),
        time_zone: Field::of(typed.time_zone),
        language: Field::of(typed.language),
        of_age: Field::of(typed.of_age.unwrap_or_default()),
        accept_terms: Field::of(typed.accept_terms.unwrap_or_default()),
        next: typed.next.and_then(local_path),
        mailbox_url: site.frame.page.mailbox_url.clone(),
        ..blank_registration()
    };
    match registered {
        Ok(()) => {
            view.sent_to = Some(typed.email.trim().to_owned());
            render(&site, None, &view)
        }
        Err(error) => {
            let (name, message) = problem(error)?;
            let field = match name {
                "name" => &mut view.name,
                "password" => &mut view.password,
                "of_age" => &mut view.of_age,
                "accept_terms" => &mut view.accept_terms,
                "time_zone" => &mut view.time_zone,
                "language" => &mut view.language,
                _ => &mut view.email,
            };
            field.error = Some(message);
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, None, &view)
        }
    }
}

fn blank_registration() -> RegisterPage {
    RegisterPage {
        minimum_age: MINIMUM_AGE,
        password_min: PASSWORD_MIN,
        ..RegisterPage::default()
    }
}

#[get("/login")]
async fn log_in_form(web: Data<Web>, site: Site, viewer: Option<Viewer>, query: Query<Next>) -> Result<HttpResponse> {
    let next = query.into_inner().next.and_then(local_path);
    if viewer.is_some() {
        return Ok(no_body(next.as_deref().unwrap_or("/")));
    }
    let blank = blank_login(&web, &site);
    render(&site, None, &LoginPage { next, ..blank })
}

/// In development with the demo's people to choose from.
fn blank_login(web: &Web, site: &Site) -> LoginPage {
    if !web.app.config.development.enabled {
        return LoginPage::default();
    }
    let mut here = seed::logins(&web.app);
    here.retain(|login| login.tenant == site.tenant.slug);
    LoginPage {
        demo_password: here.first().map(|login| login.password.to_owned()),
        demo: here
            .into_iter()
            .map(|login| Choice {
                label: format!("{} ({})", login.name, login.role),
                value: login.email,
            })
            .collect(),
        ..LoginPage::default()
    }
}

#[derive(Deserialize)]
struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    next: Option<String>,
}

#[post("/login")]
async fn log_in(
    web: Data<Web>,
    site: Site,
    request: HttpRequest,
    Form(typed): Form<LoginForm>,
) -> Result<HttpResponse> {
    let next = typed.next.and_then(local_path);
    let stage = identity::log_in(
        &web.app,
        &site.scope,
        site.origin(),
        &typed.email,
        typed.password,
        device(&request),
    )
    .await;
    match stage {
        Ok(Stage::In(signed)) => {
            let cookies = tokens::cookies(&web, &signed)?;
            Ok(lead_to(next.as_deref().unwrap_or("/"), cookies))
        }
        Ok(Stage::CodeNeeded(token)) => {
            let cookie = tokens::log_in_cookie(&web, Some(&token));
            Ok(lead_to(&code_path(next.as_deref()), [cookie]))
        }
        Err(error) if matches!(error.kind, Kind::SignInNeeded | Kind::Conflict { .. }) => {
            let view = LoginPage {
                email: Field::of(typed.email),
                error: Some(Message::new(error.public)),
                next,
                ..blank_login(&web, &site)
            };
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, None, &view)
        }
        Err(error) => Err(error.into()),
    }
}

/// Where a code is typed, and where to go from there.
fn code_path(next: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(next.map(|next| ("next", next)));
    match query.finish() {
        query if query.is_empty() => "/login/code".to_owned(),
        query => format!("/login/code?{query}"),
    }
}

#[get("/login/code")]
async fn code_form(
    site: Site,
    viewer: Option<Viewer>,
    request: HttpRequest,
    query: Query<Next>,
) -> Result<HttpResponse> {
    let next = query.into_inner().next.and_then(local_path);
    if viewer.is_some() {
        return Ok(no_body(next.as_deref().unwrap_or("/")));
    }
    if request.cookie(tokens::LOG_IN).is_none() {
        return Ok(no_body("/login"));
    }
    let view = LogInCodePage {
        next,
        ..LogInCodePage::default()
    };
    render(&site, None, &view)
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
    next: Option<String>,
}

#[post("/login/code")]
async fn enter_code(
    web: Data<Web>,
    site: Site,
    request: HttpRequest,
    Form(typed): Form<CodeForm>,
) -> Result<HttpResponse> {
    let next = typed.next.and_then(local_path);
    let token = request.cookie(tokens::LOG_IN);
    let token = token.as_ref().map_or("", |cookie| cookie.value());
    let (device, whence) = (device(&request), site.whence());
    match identity::enter_code(&web.app, &site.scope, token, &typed.code, device, whence).await {
        Ok(signed) => {
            let over = tokens::log_in_cookie(&web, None);
            let cookies = tokens::cookies(&web, &signed)?.into_iter().chain([over]);
            Ok(lead_to(next.as_deref().unwrap_or("/"), cookies))
        }
        Err(error) if matches!(error.kind, Kind::Conflict { .. }) => {
            let view = LoginPage {
                error: Some(Message::new(error.public)),
                next,
                ..blank_login(&web, &site)
            };
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, None, &view)
        }
        Err(error) => {
            let mut view = LogInCodePage {
                next,
                ..LogInCodePage::default()
            };
            view.code.error = Some(problem(error)?.1);
            render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, None, &view)
        }
    }
}

#[post("/logout")]
async fn log_out(web: Data<Web>, viewer: Option<Viewer>) -> Result<HttpResponse> {
    if let Some(viewer) = viewer {
        identity::log_out(&web.app, &viewer).await?;
    }
    Ok(lead_to("/", tokens::no_cookies(&web)))
}

#[get("/forgot")]
async fn forgot_form(site: Site, viewer: Option<Viewer>) -> Result<HttpResponse> {
    let email = Field::of(
        viewer
            .as_ref()
            .map(|viewer| viewer.user.email.clone())
            .unwrap_or_default(),
    );
    render(
        &site,
        viewer.as_ref(),
        &ForgotPage {
            email,
            ..ForgotPage::default()
        },
    )
}

#[derive(Deserialize)]
struct ForgotForm {
    #[serde(default)]
    email: String,
}

#[post("/forgot")]
async fn forgot(
    web: Data<Web>,
    site: Site,
    viewer: Option<Viewer>,
    Form(typed): Form<ForgotForm>,
) -> Result<HttpResponse> {
    let asked = identity::forgot(&web.app, &site.scope, site.origin(), &typed.email).await;
    let mut view = ForgotPage {
        email: Field::of(typed.email.clone()),
        mailbox_url: site.frame.page.mailbox_url.clone(),
        ..ForgotPage::default()
    };
    if let Err(error) = asked {
        view.email.error = Some(problem(error)?.1);
        return render_as(StatusCode::UNPROCESSABLE_ENTITY, &site, viewer.as_ref(), &view);
    }
    view.sent_to = Some(typed.email.trim().to_owned());
    render(&site, viewer.as_ref(), &view)
}
