//! GraphML 1.0 (graphml.graphdrawing.org): vertices and edges for Gephi, yEd, igraph, NetworkX.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::app::view::{Edge, ObjectSummary};

/// Attributes of vertices and edges: GraphML id, `node` or `edge`, name, type.
const KEYS: [(&str, &str, &str, &str); 11] = [
    ("label", "node", "label", "string"),
    ("kind", "node", "type", "string"),
    ("sources", "node", "sources", "string"),
    ("tlp", "node", "tlp", "string"),
    ("revoked", "node", "revoked", "boolean"),
    ("country", "node", "country", "string"),
    ("link", "edge", "kind", "string"),
    ("at", "edge", "at", "string"),
    ("source_name", "edge", "source_name", "string"),
    ("edge_tlp", "edge", "tlp", "string"),
    ("claim", "edge", "claim", "long"),
];

/// Writes a graph as it comes: all vertices, then all edges.
pub(crate) struct Graphml<W: Write>(Writer<W>);

impl<W: Write> Graphml<W> {
    /// Begins the document.
    pub(crate) fn begin(output: W) -> io::Result<Graphml<W>> {
        let mut xml = Writer::new_with_indent(output, b' ', 1);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let root =
            BytesStart::new("graphml").with_attributes([("xmlns", "http://graphml.graphdrawing.org/xmlns")]);
        xml.write_event(Event::Start(root))?;
        for (id, domain, name, kind) in KEYS {
            xml.create_element("key")
                .with_attributes([("id", id), ("for", domain), ("attr.name", name), ("attr.type", kind)])
                .write_empty()?;
        }
        let graph = BytesStart::new("graph").with_attributes([("edgedefault", "directed")]);
        xml.write_event(Event::Start(graph))?;
        Ok(Graphml(xml))
    }

    /// Writes a vertex.
    pub(crate) fn vertex(&mut self, vertex: &ObjectSummary) -> io::Result<()> {
        self.0.create_element("node").with_attribute(("id", vertex.id.as_str())).write_inner_content(
            |xml| {
                data(xml, "label", &vertex.label)?;
                data(xml, "kind", &vertex.kind)?;
                data(xml, "sources", &vertex.sources.join("; "))?;
                data(xml, "tlp", &vertex.tlp)?;
                data(xml, "revoked", if vertex.revoked { "true" } else { "false" })?;
                match &vertex.country {
                    Some(country) => data(xml, "country", country),
                    None => Ok(()),
                }
            },
        )?;
        Ok(())
    }

    /// Writes an edge.
    pub(crate) fn edge(&mut self, edge: &Edge) -> io::Result<()> {
        let ends = [("source", edge.source.as_str()), ("target", edge.target.as_str())];
        self.0.create_element("edge").with_attributes(ends).write_inner_content(|xml| {
            data(xml, "link", &edge.kind)?;
            if let Some(at) = &edge.at {
                data(xml, "at", at)?;
            }
            data(xml, "source_name", &edge.source_name)?;
            data(xml, "edge_tlp", &edge.tlp)?;
            data(xml, "claim", &edge.claim.to_string())
        })?;
        Ok(())
    }

    /// Ends the document.
    pub(crate) fn end(mut self) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new("graph")))?;
        self.0.write_event(Event::End(BytesEnd::new("graphml")))?;
        self.0.into_inner().flush()
    }
}

fn data<W: Write>(xml: &mut Writer<W>, key: &str, text: &str) -> io::Result<()> {
    let text = xml_characters(text);
    xml.create_element("data").with_attribute(("key", key)).write_text_content(BytesText::new(&text))?;
    Ok(())
}

/// Text without the control characters that no XML 1.0 document can hold (section 2.2), in any escaping.
fn xml_characters(text: &str) -> std::borrow::Cow<'_, str> {
    let forbidden =
        |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(forbidden) { text.replace(forbidden, "\u{fffd}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_in_labels_do_no_harm() {
        let mut bytes = Vec::new();
        let mut graph = Graphml::begin(&mut bytes).expect("written");
        let edge = Edge {
            source: "a".to_owned(),
            target: "b".to_owned(),
            kind: "uses <&> \u{1}".to_owned(),
            at: None,
            source_name: "x".to_owned(),
            tlp: "green".to_owned(),
            claim: 7,
        };
        graph.edge(&edge).expect("written");
        graph.end().expect("written");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.contains("uses &lt;&amp;&gt; \u{fffd}"), "{text}");
        assert!(text.trim_end().ends_with("</graphml>"));
    }
}
