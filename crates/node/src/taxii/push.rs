//! Pushing to a collection (TAXII 2.1 section 5.5).

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;

use super::asker::Asker;
use super::filter::Name;
use super::media::{self, answer};
use super::refusal::Refusal;
use super::server::{Taxii, blocking};
use crate::app::exchange::taxii::inbox::Envelope;
use crate::clock;

/// The most bytes of a request: `max_content_length` of the root.
pub(super) const LARGEST: usize = 8 << 20;
/// The most that is read of one that has more.
const THROWN_AWAY: usize = 4 * LARGEST;
/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Takes an envelope in, and says what became of each object. All is decided on when it answers.
pub(super) async fn push(
    State(taxii): State<Taxii>,
    Asker(guest): Asker,
    Name(name): Name<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if !media::is_taken(&headers) {
        return Err(Refusal::media_type());
    }
    let body = read(body).await?;
    let status = blocking(&taxii, move |app| {
        let now = clock::now();
        let collection = app.collection(&guest.party, &name, now)?;
        app.take_pushed(&collection, &Envelope::read(&body)?, now)
    });
    let status = serde_json::to_vec(&status.await?).map_err(Refusal::internal)?;
    Ok(answer(StatusCode::ACCEPTED, status))
}

/// Reads a body. One that is too large is read on for a while and thrown away: a client that is cut off while it sends does not see
/// why.
async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    match tokio::time::timeout(PATIENCE, collect(body)).await {
        Ok(Ok(Some(body))) => Ok(body),
        Ok(Ok(None)) => Err(Refusal::too_large(LARGEST)),
        Ok(Err(_)) => Err(Refusal::bad_request("The body did not come to its end.")),
        Err(_) => Err(Refusal::too_slow()),
    }
}

/// `None` for what is too large.
async fn collect(mut body: Body) -> Result<Option<Vec<u8>>, axum::Error> {
    let (mut taken, mut size) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        size += piece.len();
        if size <= LARGEST {
            taken.extend_from_slice(&piece);
        } else if size > THROWN_AWAY {
            break;
        }
    }
    Ok((size <= LARGEST).then_some(taken))
}
