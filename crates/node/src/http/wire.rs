//! The wire, live: server-sent events of what goes out and comes in, and of how partners are.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, KeepAliveStream, Sse};
use futures_core::Stream;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use super::AppState;
use super::auth::Caller;
use super::problem::Problem;
use crate::app::exchange::watch::{Watching, WireNews};
use crate::app::{App, AppError, Role, Viewer};
use crate::clock;

/// How often it is looked though no bell rang: for what other processes did, and for how partners are.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The shortest time between two events: nobody reads faster.
const PAUSE: Duration = Duration::from_millis(200);

type Events = Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>;

/// Server-sent events named `news`: what went out and came in since the event before, and how partners are when that has
/// changed. The first says how partners are.
#[utoipa::path(get, path = "/wire/events", tag = "wire",
    responses((status = 200, body = WireNews, content_type = "text/event-stream"), (status = 403, body = Problem)))]
pub(crate) async fn events(
    State(state): State<AppState>,
    Caller(viewer): Caller,
) -> Result<Sse<KeepAliveStream<Events>>, Problem> {
    viewer.require(Role::Analyst)?;
    let (sender, news) = channel(1);
    tokio::spawn(watch(state.app.clone(), viewer, sender));
    let events = ReceiverStream::new(news)
        .map(|news| Ok(Event::default().event("news").json_data(news).unwrap_or_default()));
    Ok(Sse::new(Box::pin(events) as Events).keep_alive(KeepAlive::default()))
}

/// Sends what is new until nobody listens, or whoever does may not any more.
async fn watch(app: Arc<App>, viewer: Arc<Viewer>, sender: Sender<WireNews>) {
    let (mut out, mut came) = (app.wires().listen(), app.news().listen());
    let mut watching = Watching::default();
    loop {
        out.mark_unchanged();
        came.mark_unchanged();
        let (asked, who, mut kept) = (app.clone(), viewer.clone(), watching);
        let look = tokio::task::spawn_blocking(move || {
            let news = look(&asked, &who, &mut kept)?;
            Ok::<_, AppError>((news, kept))
        });
        let news = match look.await {
            Ok(Ok((Some(news), kept))) => {
                watching = kept;
                news
            }
            Ok(Ok((None, _))) => return,
            Ok(Err(error)) => {
                return tracing::error!(error = %format!("{error:#}"), "the wire could not be watched");
            }
            Err(error) => return tracing::error!(%error, "the wire could not be watched"),
        };
        if !news.is_empty() && sender.send(news).await.is_err() {
            return;
        }
        tokio::time::sleep(PAUSE).await;
        tokio::select! {
            _ = out.changed() => {}
            _ = came.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = sender.closed() => return,
        }
    }
}

/// What is new for whom; `None` when they may not watch any more.
fn look(app: &App, viewer: &Viewer, watching: &mut Watching) -> Result<Option<WireNews>, AppError> {
    let Some(viewer) = app.still_watching(viewer)? else { return Ok(None) };
    app.wire_news(&viewer, watching, clock::now()).map(Some)
}
