//! `/sell`: availability, services, profile.

use super::{Amount, Field, Increment, Message, Person, RoomSnapshots, SellerPage};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// `/sell`. Posts `action`:
/// - `go_available` with `hours` 1..12, `go_away`;
/// - `calls` with `auto_reject`, `do_not_disturb` (`on` when ticked);
/// - `snapshots` with `snapshots` (`on` when ticked), `text_version`;
/// - `leave_studio`; `publish`, `pause` with `id`;
/// - `drop_photo`; a photo goes to `/sell/photo`, in a part named `picture`;
/// - `profile` with `headline`, `about`, `speaks_<code>` (`on` when ticked), `languages`
///   (comma-separated codes of others);
/// - `service` with `id` (empty for a new one), `title`, `description`, `category` (an id, or empty), `rate` (major units as typed),
///   `minimum_minutes`, `increment` (`second`, `minute`, `block`), `block_seconds`, `grace_seconds`, `booking` (empty, `negotiated`,
///   `pay_after_accept`), `length_min`, `horizon_days`, `at_once`, `price`, `delivery_days`, `addons`, `video_enabled`, `published` (`on` when ticked).
#[derive(Clone, Debug, Serialize)]
pub struct SellPage {
    /// The reader's id as a seller, for the link to the public page.
    pub seller_id: Uuid,
    /// The reader as others see them.
    pub person: Person,
    /// Only its error is used.
    pub photo: Field,
    /// The switch.
    pub availability: Availability,
    /// Calls are answered with "no" at once.
    pub auto_reject: bool,
    /// Nobody can ring.
    pub do_not_disturb: bool,
    /// What is asked of stills in lists; none where there are none, unless the reader agrees to them.
    pub snapshots: Option<RoomSnapshots>,
    /// Headline and so on.
    pub profile: ProfileForm,
    /// All services.
    pub services: Vec<ServiceRow>,
    /// Nothing is published yet: there are steps left.
    pub unfinished: bool,
    /// The one being edited (`?service={id}` or `?service=new`).
    pub form: Option<ServiceForm>,
    /// The studio they sell in.
    pub studio: Option<String>,
    /// Earned and not paid out yet.
    pub earnings: Amount,
    /// The seller's part of a price, in percent.
    pub share_percent: u8,
}

/// The availability switch.
#[derive(Clone, Debug, Serialize)]
pub struct Availability {
    /// When it ends; none while off.
    pub until: Option<Timestamp>,
    /// What the list of hours starts on.
    pub hours: u8,
    /// Something to be rung for is published; the switch is disabled otherwise.
    pub possible: bool,
}

/// What the public page says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProfileForm {
    /// One line.
    pub headline: Field,
    /// A few paragraphs.
    pub about: Field,
    /// Languages to tick.
    pub spoken: Vec<LanguageChoice>,
    /// The codes of others, comma-separated.
    pub languages: Field,
}

/// A language to tick.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct LanguageChoice {
    /// Its ISO code.
    pub code: &'static str,
    /// It is ticked.
    pub chosen: bool,
}

/// A service in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceRow {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub title: String,
    /// Price of a minute, or of all of it.
    pub rate: Amount,
    /// It is paid by the minute.
    pub by_minute: bool,
    /// What is charged at once.
    pub increment: Increment,
    /// Buyers see it.
    pub published: bool,
}

/// Where a service can be filed.
#[derive(Clone, Debug, Serialize)]
pub struct CategoryChoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What is in it is done by video.
    pub video: bool,
}

/// The service form, as typed.
#[derive(Clone, Debug, Serialize)]
pub struct ServiceForm {
    /// None for a new one.
    pub id: Option<Uuid>,
    /// Name.
    pub title: Field,
    /// Plain text.
    pub description: Field,
    /// Where it is filed: an id, or empty.
    pub category: Field,
    /// Where it can be filed; empty hides the choice.
    pub categories: Vec<CategoryChoice>,
    /// Price of a minute in major units, such as `1.80`.
    pub rate: Field,
    /// Its currency.
    pub currency: String,
    /// The tenant's bounds.
    pub rate_minimum: Amount,
    /// The tenant's bounds.
    pub rate_maximum: Amount,
    /// Shortest charged call.
    pub minimum_minutes: Field,
    /// `second`, `minute` or `block`.
    pub increment: Field,
    /// Length of a block.
    pub block_seconds: Field,
    /// Free seconds after connecting.
    pub grace_seconds: Field,
    /// Who may record: empty for what is usual, `nobody`, `buyer`, `seller` or `either`.
    pub recording: Field,
    /// How it can be booked: empty, `negotiated` or `pay_after_accept`.
    pub booking: Field,
    /// How long a talk that is booked lasts, minutes.
    pub length_min: Field,
    /// Within so many days it begins.
    pub horizon_days: Field,
    /// It can be asked for at once, too.
    pub at_once: bool,
    /// Price of what isn't done by video, in major units.
    pub price: Field,
    /// Within so many days that is delivered.
    pub delivery_days: Field,
    /// Extras, one a line: name, colon, price.
    pub addons: Field,
    /// With picture.
    pub video_enabled: bool,
    /// Buyers see it.
    pub published: bool,
}

/// `/sell/start`: one step after the other until something is on the site. Posts `action`: `profile` and `service` as
/// [`SellPage`] does, and `publish`; a photo goes to `/sell/photo?from_start=true`.
#[derive(Clone, Debug, Serialize)]
pub struct StartPage {
    /// All steps.
    pub steps: Vec<StartStep>,
    /// The one that is shown: `profile`, `photo`, `service`, `preview` or `done`.
    pub step: &'static str,
    /// The reader as others see them.
    pub person: Person,
    /// Only its error is used.
    pub photo: Field,
    /// Headline and so on.
    pub profile: ProfileForm,
    /// The service.
    pub form: Option<ServiceForm>,
    /// Their page as buyers will see it.
    pub preview: Option<SellerPage>,
    /// Where the check of who they are stands, if it is asked for: `none`, `waiting`, `approved`, `declined` or
    /// `lapsed`.
    pub check: Option<&'static str>,
    /// Nobody sees their face.
    pub no_photo: bool,
    /// They say nothing of themselves.
    pub no_about: bool,
    /// Something can be booked, but they never said when they are there.
    pub no_hours: bool,
    /// Their page, for whom it is on the site already.
    pub seller_id: Option<Uuid>,
    /// The seller's part of a price, in percent.
    pub share_percent: u8,
    /// Why it couldn't be published.
    pub error: Option<Message>,
}

/// A step.
#[derive(Clone, Debug, Serialize)]
pub struct StartStep {
    /// A word of `start.step`.
    pub key: &'static str,
    /// It is behind one.
    pub done: bool,
    /// It is the one that is shown.
    pub current: bool,
    /// It can be gone to.
    pub open: bool,
}
