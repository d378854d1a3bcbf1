//! Errors as answers: JSON for programs, a page for people. The only place that knows both errors and HTTP.

use super::{
    pages::{
        self,
        views::{ErrorPage, Message, UnknownHostPage},
    },
    site::{Platform, Site},
    theme::ThemeError,
    trace,
};
use crate::{
    app::identity::Viewer,
    error::{Error, Kind},
};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::{JsonPayloadError, PathError, QueryPayloadError, UrlencodedError},
    http::{StatusCode, header},
    middleware::Next,
};
use serde::Serialize;
use std::{borrow::Cow, fmt};
use utoipa::ToSchema;

/// An error on its way out of a handler.
#[derive(Debug)]
pub struct WebError(pub Error);

/// What handlers return.
pub type Result<T> = std::result::Result<T, WebError>;

impl<E: Into<Error>> From<E> for WebError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl From<ThemeError> for Error {
    fn from(error: ThemeError) -> Self {
        Self::internal(error)
    }
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The bare answer; [`present`] dresses it, since here nobody knows who asked.
impl ResponseError for WebError {
    fn status_code(&self) -> StatusCode {
        match self.0.kind {
            Kind::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::SignInNeeded => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict { .. } => StatusCode::CONFLICT,
            Kind::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Kind::Closed | Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Every error of the JSON API.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What went wrong.
    pub error: ProblemDetail,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDetail {
    /// Stable, for programs.
    pub code: &'static str,
    /// For people.
    pub message: Cow<'static, str>,
    /// The field of the request it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// Quote it when asking for help; the log has it too.
    pub reference: String,
}

/// Marks a request whose host no tenant has.
pub(super) struct UnknownHost(pub String);

/// What is told of an error, whichever form it takes.
struct Telling {
    status: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    field: Option<&'static str>,
    retry_s: Option<u32>,
}

impl Telling {
    fn of(error: &actix_web::Error, status: StatusCode) -> Self {
        if let Some(WebError(error)) = error.as_error::<WebError>() {
            return Self::ours(error, status);
        }
        let (code, message): (_, Cow<'static, str>) = match status {
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "That is more than we take at once.".into()),
            StatusCode::METHOD_NOT_ALLOWED => ("method_not_allowed", "That can't be done here.".into()),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("unsupported_media_type", "Send application/json.".into()),
            status if status.is_server_error() => ("internal", Error::internal(anyhow::anyhow!("")).public),
            _ => ("malformed", malformed(error).into()),
        };
        Self {
            status,
            code,
            message,
            field: None,
            retry_s: None,
        }
    }

    fn ours(error: &Error, status: StatusCode) -> Self {
        let (field, retry_s) = match error.kind {
            Kind::Invalid { field } => (field, None),
            Kind::TooMany { retry_after_s } => (None, Some(retry_after_s)),
            Kind::Unavailable => (None, Some(3)),
            _ => (None, None),
        };
        Self {
            status,
            code: error.code(),
            message: error.public.clone(),
            field,
            retry_s,
        }
    }
}

/// What is wrong with a body, path or query that can't be read. Only what was sent is quoted, and little of it.
fn malformed(error: &actix_web::Error) -> String {
    let why = if let Some(JsonPayloadError::Deserialize(why)) = error.as_error::<JsonPayloadError>() {
        why.to_string()
    } else if let Some(QueryPayloadError::Deserialize(why)) = error.as_error::<QueryPayloadError>() {
        why.to_string()
    } else if error.as_error::<PathError>().is_some() || error.as_error::<UrlencodedError>().is_some() {
        String::new()
    } else {
        error.to_string()
    };
    format!(
        "That can't be read. {}",
        why.chars().filter(|c| !c.is_control()).take(200).collect::<String>()
    )
}

/// Turns a refused request into the middleware's answer, so that it passes [`present`] like all others.
pub(super) fn refuse(request: ServiceRequest, error: Error) -> ServiceResponse {
    ServiceResponse::from_err(WebError(error), request.into_parts().0)
}

/// Writes what went wrong in the form the client reads, and logs what is our own fault.
pub(super) async fn present<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse, actix_web::Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(error) = response.response().error() else {
        return Ok(response);
    };
    let telling = Telling::of(error, response.status());
    let request = response.request();
    let reference = trace::reference(&request.extensions());
    if telling.status.is_server_error() {
        tracing::error!(reference, error = %error, "a request failed");
    } else {
        tracing::debug!(reference, error = %error, "a request was refused");
    }
    let mut answer = if wants_json(request) {
        json(telling, reference)
    } else {
        page(request, telling)
    };
    for name in [header::SET_COOKIE, header::ALLOW] {
        for value in response.headers().get_all(&name) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(response.into_response(answer))
}

fn wants_json(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    request.match_info().as_str().starts_with("/api/") || (accept.contains("json") && !accept.contains("html"))
}

fn json(telling: Telling, reference: String) -> HttpResponse {
    let Telling {
        status,
        code,
        message,
        field,
        retry_s,
    } = telling;
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
    }
    if let Some(seconds) = retry_s {
        answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    answer.json(Problem {
        error: ProblemDetail {
            code,
            message,
            field,
            reference,
        },
    })
}

fn page(request: &HttpRequest, telling: Telling) -> HttpResponse {
    let extensions = request.extensions();
    let site = extensions.get::<Site>();
    // A program that shows a token has no use for a sign-in page.
    let program = request.headers().contains_key(header::AUTHORIZATION);
    if telling.status == StatusCode::UNAUTHORIZED && site.is_some() && !program {
        return to_log_in(request);
    }
    let frame = site
        .map(|site| &site.frame)
        .or_else(|| extensions.get::<Platform>().map(|platform| &platform.frame));
    let text = || -> HttpResponse<BoxBody> {
        HttpResponse::build(telling.status)
            .content_type("text/plain; charset=utf-8")
            .body(telling.message.to_string())
    };
    let Some(frame) = frame else {
        return text();
    };
    let written = if let Some(UnknownHost(host)) = extensions.get() {
        pages::write(frame, None, &UnknownHostPage { host: host.clone() })
    } else {
        let view = error_page(&telling);
        pages::write(frame, extensions.get::<Viewer>(), &view)
    };
    let mut answer = written.map_or_else(
        |error| {
            tracing::error!(%error, "the error page itself fails");
            text()
        },
        |html| {
            HttpResponse::build(telling.status)
                .content_type("text/html; charset=utf-8")
                .body(html)
        },
    );
    if let Some(seconds) = telling.retry_s {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    answer
}

/// The theme has words of its own for most statuses; what the person did wrong is said in the domain's.
fn error_page(telling: &Telling) -> ErrorPage {
    let own = matches!(
        telling.status,
        StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN
    ) || telling.code == "closed";
    ErrorPage {
        status: telling.status.as_u16(),
        message: own.then(|| Message::new(telling.message.clone())),
        retry_seconds: telling.retry_s.map(u64::from),
    }
}

/// Signing in comes first; a page that was asked for is come back to.
fn to_log_in(request: &HttpRequest) -> HttpResponse {
    let wanted = request
        .uri()
        .path_and_query()
        .map(|wanted| wanted.as_str())
        .filter(|_| request.method() == "GET");
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("next", wanted.unwrap_or("/"))
        .finish();
    let login = format!("/login?{query}");
    if request.headers().contains_key("hx-request") {
        // htmx would put the whole sign-in page into its target.
        return HttpResponse::Unauthorized()
            .insert_header(("hx-redirect", login))
            .finish();
    }
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, login))
        .finish()
}
