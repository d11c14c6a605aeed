//! What a message names, however it is written, and where its links lead.

use std::collections::BTreeSet;

use super::read;

fn message(headers: &str, body: &str) -> String {
    format!(
        "Message-ID: <1@b.example>\nDate: Sun, 1 Mar 2026 00:00:00 +0000\nFrom: <spam@a.example>\nSubject: Act now\n\
         MIME-Version: 1.0\n{headers}\n\n{body}\n"
    )
}

fn plain(body: &str) -> String {
    message("Content-Type: text/plain; charset=utf-8", body)
}

fn html(body: &str) -> String {
    message("Content-Type: text/html; charset=utf-8", body)
}

/// What a message contains.
fn contained(text: &str) -> BTreeSet<String> {
    let (ties, rejects, summary) = read(text.as_bytes());
    assert_eq!(summary.accepted, 1, "{rejects:?}");
    ties.iter().filter_map(|tie| tie.strip_prefix("email-message contains ")).map(str::to_owned).collect()
}

fn set(values: &[&str]) -> BTreeSet<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

#[test]
fn links_lead_where_they_lead_and_not_where_they_say() {
    let page = "<html><head><base href=\"https://base.example/\"><link rel=stylesheet href='https://style.example/a.css'>\
         <style>a { background: url(\"x\") }</style></head><body>\
         <p>Your account at https://bank.example/login is <A HREF='https://phish.example/login?a=1&amp;b=2'>locked</A>. \
         <a class=x href = //drop.example/x>here</a> <a href=mailto:help@phish.example?subject=x>mail</a> \
         <area href=\"tel:+442079460123\"><a href=\"#top\">top</a> <a href='index.html'>home</a> <a href='cid:1'>picture</a>\
         <a href=\"https://split.exa\nmple/\">x</a>\
         <form action=\"https://post.example/take.php\"><button formaction='hxxp://button[.]example/'>go</button></form>\
         <script>document.write('<a href=\"https://script.example/\">');</script><!-- <a href=\"https://comment.example/\"> --></body>";
    let wanted = [
        "https://bank.example/login",
        "https://phish.example/login?a=1&b=2",
        "https://drop.example/x",
        "help@phish.example",
        "+442079460123",
        "https://split.example/",
        "https://post.example/take.php",
        "http://button.example/",
    ];
    assert_eq!(contained(&html(page)), set(&wanted));
}

#[test]
fn both_forms_of_a_message_are_read_and_a_page_that_is_attached() {
    let parts = "--x\nContent-Type: text/plain\n\nCall +44 20 7946 0123.\n\
         --x\nContent-Type: text/html\n\n<p>Pay to DE89&nbsp;3704 0044 0532 0130 00 <a href=\"https://phish.example/\">now</a>\n\
         --x--\n";
    let both = message("Content-Type: multipart/alternative; boundary=x", parts);
    assert_eq!(contained(&both), set(&["+442079460123", "DE89370400440532013000", "https://phish.example/"]));
    let parts = "--x\nContent-Type: text/plain\n\nSee the form.\n\
         --x\nContent-Type: text/html\nContent-Disposition: attachment; filename=form.html\n\n\
         <form action=https://post.example/>\n--x--\n";
    let attached = contained(&message("Content-Type: multipart/mixed; boundary=x", parts));
    assert!(attached.contains("https://post.example/") && attached.contains("form.html"), "{attached:?}");
}

#[test]
fn accounts_and_numbers_are_read_with_blanks_inside() {
    for (text, wanted) in [
        ("Pay to DE89 3704 0044 0532 0130 00 today", vec!["DE89370400440532013000"]),
        ("IBAN:DE89 3704 0044 0532 0130 00, BIC DEUTDEFF", vec!["DE89370400440532013000"]),
        ("(gb82-west-1234-5698-7654-32)", vec!["GB82WEST12345698765432"]),
        ("GB82 WEST 1234 5698\n7654 32.", vec!["GB82WEST12345698765432"]),
        (
            "DE89 3704 0044 0532 0130 00 GB82WEST12345698765432",
            vec!["DE89370400440532013000", "GB82WEST12345698765432"],
        ),
        ("DE89 3704 0044 0532 0130 01 is none", vec![]),
        ("Call +44 20 7946 0123 or", vec!["+442079460123"]),
        ("Call +44 (0)20 7946-0123.", vec!["+442079460123"]),
        ("Tel.:+44 20 7946 0123 24/7", vec!["+442079460123"]),
        ("(+44) 20/7946.0123", vec!["+442079460123"]),
        ("+442079460123 24 hours a day", vec!["+442079460123"]),
        ("+44 20 7946 0123\n24 hours a day", vec!["+442079460123"]),
        ("+44 20 7946 0123, 0 to 24", vec!["+442079460123"]),
        ("+44 20 7946 0123 +44 20 7946 0124", vec!["+442079460123", "+442079460124"]),
        ("+44 20 79x6 and +5 points", vec![]),
        ("a + 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", vec!["+111111111111111"]),
    ] {
        assert_eq!(contained(&plain(text)), set(&wanted), "{text}");
    }
}

#[test]
fn a_message_that_names_too_much_is_told_and_not_cut() {
    let names: String = (0..1_001).map(|name| format!("host{name}.example\n")).collect();
    let (_, rejects, summary) = read(plain(&names).as_bytes());
    assert_eq!(summary.rejected, 1);
    assert!(rejects[0].0.contains("more than 1000 things"), "{}", rejects[0].0);
}
