//! Writes the JSON Schema of an agreement: `cargo run -p entente-agreement --example schema > docs/schemas/agreement.json`.

fn main() -> Result<(), serde_json::Error> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &entente_agreement::json_schema())?;
    // What reads it may have gone.
    let _ = writeln!(out);
    Ok(())
}
