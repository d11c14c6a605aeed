//! stub
use serde_json::Value;
use crate::{Sink, Stopped};
use super::scene::Scene;
pub(super) fn read(_scene: &mut Scene, _objects: &[Value], _sink: &mut Sink) -> Result<(), Stopped> { Ok(()) }
