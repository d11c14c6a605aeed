//! Saved charts: what somebody arranged, with notes.

use entente_model::Tlp;
use entente_store::{Chart, ChartSave};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{App, AppError, Role, Viewer};
use crate::{clock, entropy};

/// What is saved of a chart.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct ChartContent {
    /// Name.
    pub(crate) name: String,
    /// Notes, in the author's words.
    #[serde(default)]
    pub(crate) notes: String,
    /// Vertices, positions, filters: the page's own document. It names things by id and holds nothing about
    /// them, so that opening a chart shows each viewer what they may see.
    #[schema(value_type = Object)]
    pub(crate) document: serde_json::Value,
}

/// A chart in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChartLine {
    /// Id.
    pub(crate) id: String,
    /// Name.
    pub(crate) name: String,
    /// Who saved it first.
    pub(crate) owner: String,
    /// When it was last saved (RFC 3339).
    pub(crate) updated_at: String,
    /// Version; `If-Match` of the next save.
    pub(crate) version: u64,
}

/// A chart.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChartView {
    /// Id, name, owner, version.
    #[serde(flatten)]
    pub(crate) line: ChartLine,
    /// Notes.
    pub(crate) notes: String,
    /// The page's own document.
    #[schema(value_type = Object)]
    pub(crate) document: serde_json::Value,
}

impl App {
    /// Charts, newest first.
    pub(crate) fn charts(&self, viewer: &Viewer) -> Result<Vec<ChartLine>, AppError> {
        let mut lines = Vec::new();
        for chart in self.desk.charts()? {
            if self.is_open(&chart, viewer)? {
                lines.push(line(&chart));
            }
        }
        Ok(lines)
    }

    /// Whether a viewer may see a chart: its name and notes may say whatever its author may see.
    fn is_open(&self, chart: &Chart, viewer: &Viewer) -> Result<bool, AppError> {
        if chart.owner == viewer.name {
            return Ok(true);
        }
        let owner = self.desk.user(&chart.owner)?;
        Ok(viewer.tlp_max >= owner.map_or(Tlp::Red, |owner| owner.tlp_max))
    }

    fn open_chart(&self, viewer: &Viewer, id: &str) -> Result<Chart, AppError> {
        let chart = self.desk.chart(id)?.ok_or(AppError::NotFound("chart"))?;
        if self.is_open(&chart, viewer)? { Ok(chart) } else { Err(AppError::NotFound("chart")) }
    }

    /// One chart.
    pub(crate) fn chart(&self, viewer: &Viewer, id: &str) -> Result<ChartView, AppError> {
        view(&self.open_chart(viewer, id)?)
    }

    /// Saves a new chart.
    pub(crate) fn create_chart(&self, viewer: &Viewer, content: ChartContent) -> Result<ChartView, AppError> {
        viewer.require(Role::Analyst)?;
        check(&content)?;
        let chart = Chart {
            id: entropy::token(),
            owner: viewer.name.clone(),
            name: content.name.trim().to_owned(),
            notes: content.notes,
            document: content.document.to_string(),
            version: 1,
            updated_at: clock::now(),
        };
        self.desk.add_chart(&chart)?;
        view(&chart)
    }

    /// Saves a chart over its version `version`, and only over that.
    pub(crate) fn update_chart(
        &self,
        viewer: &Viewer,
        id: &str,
        version: u64,
        content: ChartContent,
    ) -> Result<ChartView, AppError> {
        viewer.require(Role::Analyst)?;
        check(&content)?;
        let known = self.open_chart(viewer, id)?;
        let chart = Chart {
            name: content.name.trim().to_owned(),
            notes: content.notes,
            document: content.document.to_string(),
            version,
            updated_at: clock::now(),
            ..known
        };
        match self.desk.save_chart(&chart)? {
            ChartSave::Saved(version) => view(&Chart { version, ..chart }),
            ChartSave::Conflict => Err(AppError::Conflict(
                "Somebody saved this chart after you opened it. Open it again, or save yours under a new name.",
            )),
            ChartSave::Unknown => Err(AppError::NotFound("chart")),
        }
    }

    /// Removes a chart.
    pub(crate) fn remove_chart(&self, viewer: &Viewer, id: &str) -> Result<(), AppError> {
        viewer.require(Role::Analyst)?;
        self.open_chart(viewer, id)?;
        if self.desk.remove_chart(id)? { Ok(()) } else { Err(AppError::NotFound("chart")) }
    }
}

fn line(chart: &Chart) -> ChartLine {
    ChartLine {
        id: chart.id.clone(),
        name: chart.name.clone(),
        owner: chart.owner.clone(),
        updated_at: chart.updated_at.to_string(),
        version: chart.version,
    }
}

fn view(chart: &Chart) -> Result<ChartView, AppError> {
    let document = serde_json::from_str(&chart.document).map_err(anyhow::Error::from)?;
    Ok(ChartView { line: line(chart), notes: chart.notes.clone(), document })
}

/// Longest name of a chart, in characters.
const LONGEST_NAME: usize = 200;

fn check(content: &ChartContent) -> Result<(), AppError> {
    let length = content.name.trim().chars().count();
    if length == 0 || length > LONGEST_NAME {
        let detail = format!("Give the chart a name of 1 to {LONGEST_NAME} characters.");
        return Err(AppError::Invalid(detail));
    }
    Ok(())
}
