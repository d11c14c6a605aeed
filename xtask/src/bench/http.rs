//! As much HTTP/1.1 as it takes to ask a node on this machine something.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// Somebody signed in at a node.
pub(crate) struct Client {
    address: String,
    cookie: String,
    csrf: String,
}

struct Answer {
    head: String,
    body: Value,
}

impl Client {
    /// Makes the first administrator with the link that `entente serve --json` printed.
    pub(crate) fn set_up(address: &str, link: &str) -> Result<Self> {
        let address = address.trim_start_matches("http://").to_owned();
        let token = link.split_once("token=").context("the sign-in link has no token")?.1;
        let mut client = Self { address, cookie: String::new(), csrf: String::new() };
        let person = json!({"token": token, "name": "bench", "password": "only for this measurement 4711"});
        let answer = client.send("POST", "/api/v1/setup", Some(&person))?;
        client.cookie = cookie(&answer.head).context("no cookie came with the set-up")?;
        let session = client.get("/api/v1/session")?;
        client.csrf = session["csrf"].as_str().context("the session has no CSRF value")?.to_owned();
        Ok(client)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        Ok(self.send("GET", path, None)?.body)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        Ok(self.send("POST", path, Some(body))?.body)
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let (address, cookie, csrf) = (&self.address, &self.cookie, &self.csrf);
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        if !cookie.is_empty() {
            request += &format!("Cookie: {cookie}\r\nX-Entente-CSRF: {csrf}\r\n");
        }
        if !body.is_empty() {
            request += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        }
        request += "\r\n";
        request += &body;
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        parse(&answer).with_context(|| format!("{method} {path}"))
    }
}

fn parse(answer: &str) -> Result<Answer> {
    let (head, body) = answer.split_once("\r\n\r\n").context("the answer was cut off")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if !status.starts_with('2') {
        bail!("the node answered {status}: {body}");
    }
    // The answer may come in chunks, whose lengths stand outside the document; one chunk is all that is expected.
    let document = body.find('{').zip(body.rfind('}')).map_or("null", |(first, last)| &body[first..=last]);
    Ok(Answer {
        head: head.to_owned(),
        body: serde_json::from_str(document).context("the answer is not JSON")?,
    })
}

fn cookie(head: &str) -> Option<String> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie:"))?;
    Some(line.split_once(':')?.1.split(';').next()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer =
            parse("HTTP/1.1 200 OK\r\nSet-Cookie: entente_session=abc; HttpOnly\r\n\r\n{\"csrf\":\"x\"}")
                .expect("an answer");
        assert_eq!(cookie(&answer.head).as_deref(), Some("entente_session=abc"));
        assert_eq!(answer.body["csrf"], "x");
        assert!(parse("HTTP/1.1 404 Not Found\r\n\r\n{}").is_err());
        assert!(parse("HTTP/1.1 200").is_err());
    }
}
